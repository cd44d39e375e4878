"""The files of the evidence, wherever they lie: in the site's folder, or in its store."""

from collections import OrderedDict
from collections.abc import Iterator, Mapping
from io import BytesIO
from pathlib import Path

from PIL import Image, UnidentifiedImageError

from pipeline.alerts.evidence import FOLDER
from pipeline.config.resolved import Site
from pipeline.console.evidence_names import is_evidence
from pipeline.errors import StoreError
from pipeline.runtime.evidence_chores import Store, evidence_root, opened_store

_MOST_SMALL = 512
_QUALITY = 80


def local_file(site: Site, event: str, name: str) -> Path | None:
    """A file of the evidence on this machine; None: it is not here, or that is no file of the evidence."""
    if not is_evidence(event, name):
        return None
    for root in dict.fromkeys((evidence_root(site), site.state / FOLDER)):
        path = root / event / name
        # A link that somebody has put there must not lead elsewhere.
        if path.is_file() and path.resolve().is_relative_to(root.resolve()):
            return path
    return None


class EvidenceStore:
    """The site's store, opened when it is first asked; one that is away is asked again later."""

    def __init__(self, environ: Mapping[str, str]) -> None:
        """Nothing is connected yet.

        Args:
            environ: Holds its keys.
        """
        self._environ = environ
        self._opened: list[Store] = []

    def size(self, site: Site, event: str, name: str) -> int | None:
        """Of a file, bytes; None: the site has no store, or the store no such file.

        Raises:
            StoreError: The store is away or refuses.
            UsageError: Its keys are not set.
        """
        if site.evidence.bucket is None or not is_evidence(event, name):
            return None
        return self._store(site).size(event, name)

    def part(self, site: Site, event: str, name: str, first: int, count: int) -> Iterator[bytes]:
        """So many bytes of a file, piece by piece.

        Raises:
            StoreError: The store is away or refuses.
        """
        return self._store(site).part(event, name, first, count)

    def _store(self, site: Site) -> Store:
        if not self._opened:
            if site.evidence.bucket is None:
                raise StoreError("evidence: the site has no store")
            self._opened.append(opened_store(site.evidence.bucket, self._environ))
        return self._opened[0]


class SmallPictures:
    """Pictures made small for lists. Remembers the newest ones that were asked for."""

    def __init__(self) -> None:
        self._kept: OrderedDict[tuple[str, str, int], bytes] = OrderedDict()

    def of(self, path: Path, width: int) -> bytes | None:
        """A picture at most so wide, as JPEG; None: it cannot be read."""
        key = (path.parent.name, path.name, width)
        found = self._kept.get(key)
        if found is None:
            found = _small(path, width)
            if found is None:
                return None
            self._kept[key] = found
        while len(self._kept) > _MOST_SMALL:
            self._kept.popitem(last=False)
        return found


def _small(path: Path, width: int) -> bytes | None:
    made = BytesIO()
    try:
        with Image.open(path, formats=("JPEG", "PNG", "WEBP")) as picture:
            # A JPEG is decoded at a fraction of its size straight away.
            picture.draft("RGB", (width, width))
            picture.thumbnail((width, 4 * width))
            picture.convert("RGB").save(made, "JPEG", quality=_QUALITY)
    except (OSError, UnidentifiedImageError, SyntaxError, ValueError, Image.DecompressionBombError):
        return None
    return made.getvalue()
