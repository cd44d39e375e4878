"""What an officer reports: a photograph with a place and a kind becomes an event of source `manual`, on disk first."""

import hashlib
from collections.abc import Callable
from contextlib import suppress
from dataclasses import dataclass
from datetime import UTC, datetime, timedelta
from io import BytesIO
from pathlib import Path

from PIL import Image, UnidentifiedImageError

from pipeline.alerts.delivery import Delivery, Offer
from pipeline.alerts.durable_file import write_durably
from pipeline.alerts.message import Alert, AlertZone, Evidence, Named, Report, Titles
from pipeline.alerts.outbox import FILE_NAME, Outbox
from pipeline.alerts.server import Server
from pipeline.alerts.stream import RedisSink
from pipeline.config.catalogue import Algorithm
from pipeline.config.resolved import Site
from pipeline.errors import StateError, UsageError
from pipeline.rules.episode import Review, State
from pipeline.runtime.evidence_chores import evidence_root

FOLDER = "reports"
"""Under the state folder: the outbox of reports, beside the run's own, which the run holds."""
LARGEST_BYTES = 32 * 1024 * 1024
_SUFFIX_BY_FORMAT = {"JPEG": "jpg", "PNG": "png", "WEBP": "webp"}
_TRIES, _PAUSE_S = 100, 0.1
_EPOCH = datetime(1970, 1, 1, tzinfo=UTC)


@dataclass(frozen=True, slots=True)
class Photo:
    """A photograph as it came from the camera or the telephone.

    Attributes:
        content: The file's bytes.
        suffix: jpg, png or webp.
    """

    content: bytes
    suffix: str

    @property
    def sha256(self) -> str:
        """Of the content, in hexadecimal."""
        return hashlib.sha256(self.content).hexdigest()


@dataclass(frozen=True, slots=True)
class Sighting:
    """What is reported.

    Attributes:
        algorithm: What it is, of the catalogue.
        severity: How grave.
        zone: Where.
        text: In words.
        by: Who reports it.
    """

    algorithm: Algorithm
    severity: str
    zone: AlertZone
    text: str
    by: str


def read_photo(path: Path) -> Photo:
    """A photograph from a file.

    Raises:
        UsageError: It cannot be read, is too large, or is no JPEG, PNG or WebP picture.
    """
    try:
        content = path.read_bytes() if path.stat().st_size <= LARGEST_BYTES else b""
        if not content:
            raise UsageError(f"{path}: empty or too large (allowed: at most {LARGEST_BYTES // 1024 // 1024} MiB)")
        with Image.open(BytesIO(content), formats=tuple(_SUFFIX_BY_FORMAT)) as picture:
            picture.verify()
            return Photo(content, _SUFFIX_BY_FORMAT[str(picture.format)])
    except UnidentifiedImageError as error:
        raise UsageError(f"{path}: no picture (allowed: JPEG, PNG, WebP)") from error
    # Pillow tells of damage by these; `verify` by SyntaxError in PNG.
    except (OSError, SyntaxError, ValueError, Image.DecompressionBombError) as error:
        reason = error.strerror if isinstance(error, OSError) and error.strerror else error
        raise UsageError(f"{path}: cannot be read as a picture: {reason}") from error


def keep_photo(site: Site, event: str, photo: Photo) -> str:
    """Put a photograph with the evidence of an event, on this disk; its URI. It is there when this returns.

    Raises:
        StateError: It cannot be written.
    """
    path = evidence_root(site).absolute() / event / f"photo-{photo.sha256[:16]}.{photo.suffix}"
    write_durably(path, photo.content)
    return path.as_uri()


def reported(site: Site, sighting: Sighting, photo: Photo, now_ns: int) -> Alert:
    """The message of a report; its photograph is on disk when this returns.

    Args:
        site: Whose state folder keeps the photograph.
        sighting: What was seen.
        photo: Of it.
        now_ns: When, by the wall clock: there is no media time.

    Raises:
        StateError: The photograph cannot be written.
    """
    parts = (site.id, "manual", str(now_ns), sighting.by, sighting.algorithm.key, photo.sha256)
    event = hashlib.sha256("\x1f".join(parts).encode()).hexdigest()[:32]
    uri, sha256 = keep_photo(site, event, photo), photo.sha256
    moment = _EPOCH + timedelta(milliseconds=now_ns // 1_000_000)
    return Alert(
        id=event,
        revision=0,
        state=State.RAISED,
        source="manual",
        algorithm=sighting.algorithm.key,
        rule=None,
        severity=sighting.severity,
        title=Titles(zh=sighting.algorithm.title.zh, en=sighting.algorithm.title.en),
        site=Named(id=site.id, name=site.name),
        camera=None,
        zone=sighting.zone,
        started_at=moment,
        raised_at=moment,
        dwell_s=0.0,
        visible=True,
        objects=(),
        evidence=Evidence(snapshot=uri, snapshot_sha256=sha256, frame=uri, frame_sha256=sha256),
        review=Review.NONE.value,
        report=Report(text=sighting.text, by=sighting.by),
    )


def keep_and_offer(
    site: Site, server: Server, alert: Alert, now_ns: Callable[[], int], sleep: Callable[[float], None]
) -> Offer:
    """Keep a report on disk, then offer it and what waited before it to the stream.

    Raises:
        StateError: It cannot be kept.
        StreamError: The server refuses for good; the report is kept.
    """
    with _outbox(site, now_ns, sleep) as outbox:
        outbox.append(alert)
        return _delivery(site, outbox, server, now_ns).offer()


def offer_waiting(site: Site, server: Server, now_ns: Callable[[], int]) -> None:
    """Offer reports that wait on this machine's disk, if there are any and nobody else is at it.

    Raises:
        StreamError: The server refuses for good.
    """
    if (site.state / FOLDER / FILE_NAME).exists():
        with suppress(StateError), Outbox(site.state / FOLDER, now_ns) as outbox:
            _delivery(site, outbox, server, now_ns).offer()


def _delivery(site: Site, outbox: Outbox, server: Server, now_ns: Callable[[], int]) -> Delivery:
    return Delivery(outbox, RedisSink(server, site.redis.stream, site.redis.keep_ns), now_ns)


def _outbox(site: Site, now_ns: Callable[[], int], sleep: Callable[[float], None]) -> Outbox:
    """The outbox of reports, as soon as another report is done with it."""
    for _ in range(_TRIES - 1):
        try:
            return Outbox(site.state / FOLDER, now_ns)
        except StateError as error:
            if "in use" not in str(error):
                raise
            sleep(_PAUSE_S)
    return Outbox(site.state / FOLDER, now_ns)
