"""The presets of a PTZ camera: for each the picture by which it is known, and the fences that hold there."""

from collections.abc import Sequence
from dataclasses import replace
from pathlib import Path

from PIL import Image, UnidentifiedImageError

from pipeline.config.document import Document, Steps, shown_value
from pipeline.config.fences import UNREAD, Fences, fences_in_document, read_fences
from pipeline.config.resolved import Geofence, View, Zone
from pipeline.config.site import ViewEntry
from pipeline.config.surroundings import Surroundings, Written, is_file, lack_of, shown_path

_FORMATS = ("JPEG", "PNG", "BMP", "WEBP")
_MOST_PIXELS = 50_000_000


def fences_in(written: Written, steps: Steps, text: str, around: Surroundings) -> Fences:
    """The fences of the file that is named at `steps`; `UNREAD`, and a fault, where there is none."""
    path = around.path(written.document, steps, text)
    if path is None:
        return UNREAD
    if path not in around.drafts and not is_file(path):
        around.log.add(written.document, steps, f"{lack_of(path)} (got {shown_value(text)}, looked for {path})")
        return UNREAD
    if path not in around.fences_by_path:
        around.fences_by_path[path] = _read(path, around)
    return around.fences_by_path[path]


def _read(path: Path, around: Surroundings) -> Fences:
    draft = around.drafts.get(path)
    if draft is not None:
        return fences_in_document(draft, path, around.categories, around.timezone, around.log)
    return read_fences(path, shown_path(path), around.categories, around.timezone, around.log)


def fences_of_views(written: Written, entries: Sequence[ViewEntry], around: Surroundings) -> Fences:
    """The fences of all views as those of one camera, each zone with its view."""
    reading = _Views(written, around)
    for i, entry in enumerate(entries):
        reading.add(i, entry)
    return reading.fences()


class _Views:
    """The views of one camera being read; remembers what the earlier ones have."""

    def __init__(self, written: Written, around: Surroundings) -> None:
        self._written = written
        self._around = around
        self._ids: set[str] = set()
        self._views: dict[str, View] = {}
        self._zones: list[Zone] = []
        self._masks: list[Zone] = []
        self._written_by_id: dict[str, tuple[Document, Steps]] = {}
        self._view_by_zone: dict[str, str] = {}
        self._hidden: set[str] = set()
        self._is_whole = True

    def add(self, i: int, entry: ViewEntry) -> None:
        steps: Steps = (*self._written.steps, "views", i)
        if entry.id in self._ids:
            self._fault((*steps, "id"), f"id given twice (got {shown_value(entry.id)}, allowed: once a camera)")
        self._ids.add(entry.id)
        picture = self._picture((*steps, "picture"), entry.picture)
        fences = fences_in(self._written, (*steps, "geofence"), entry.geofence, self._around)
        self._take_zones((*steps, "geofence"), entry, fences)
        if picture is not None and fences.geofence.file is not None:
            self._views.setdefault(entry.id, View(entry.id, picture, fences.geofence.file))

    def fences(self) -> Fences:
        geofence = Geofence(None, tuple(self._zones), tuple(self._masks), None, tuple(self._views.values()))
        return Fences(geofence, self._written_by_id, frozenset(self._hidden), self._is_whole)

    def _take_zones(self, steps: Steps, entry: ViewEntry, fences: Fences) -> None:
        for zone_id, where in fences.written_by_id.items():
            other = self._view_by_zone.setdefault(zone_id, entry.id)
            if self._written_by_id.setdefault(zone_id, where) is not where or other != entry.id:
                also = f'the view "{other}" has a zone {shown_value(zone_id)} too'
                text = f"{also} (allowed: ids that differ over the views of a camera)"
                self._fault(steps, text)
        self._zones += [replace(zone, view=entry.id) for zone in fences.geofence.zones]
        self._masks += [replace(zone, view=entry.id) for zone in fences.geofence.masks]
        self._hidden |= fences.hidden
        self._is_whole = self._is_whole and fences.is_whole

    def _picture(self, steps: Steps, text: str) -> Path | None:
        path = self._around.path(self._written.document, steps, text)
        if path is None:
            return None
        if not is_file(path):
            self._fault(steps, f"{lack_of(path)} (got {shown_value(text)}, looked for {path})")
            return None
        if any(view.picture == path for view in self._views.values()):
            text_of_fault = f"picture given twice (got {shown_value(text)}, allowed: one a view, or none could be told)"
            self._fault(steps, text_of_fault)
            return None
        lack = lack_of_picture(path)
        if lack:
            self._fault(steps, f"no picture: {lack} (got {shown_value(text)}, allowed: {', '.join(_FORMATS)})")
            return None
        return path

    def _fault(self, steps: Steps, text: str) -> None:
        self._around.log.add(self._written.document, steps, text)


def lack_of_picture(path: Path) -> str:
    """Why a file cannot be shown as a picture; empty where it can."""
    try:
        with Image.open(path, formats=_FORMATS) as image:
            # By its head alone: a picture of gigabytes is never unpacked.
            if image.width * image.height > _MOST_PIXELS:
                return f"{image.width}x{image.height} is too large"
            image.load()
    except UnidentifiedImageError:
        return "not an image file"
    except (OSError, ValueError, SyntaxError, Image.DecompressionBombError, Image.DecompressionBombWarning) as error:
        return f"damaged: {' '.join(str(error).split())[:80]}"
    return ""
