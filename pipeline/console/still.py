"""A picture of what a camera shows, to draw fences on: from the run, the recording, or the newest evidence."""

import io
from pathlib import Path

from PIL import Image

from pipeline.config.resolved import Camera, RecordedSource, Site
from pipeline.dispatch.ledger_database import Database
from pipeline.dispatch.ledger_queries import Filter, attachments_of, listed
from pipeline.errors import SmartAlertError, SourceError
from pipeline.media.file_source import FileSource
from pipeline.media.frame import Bgr
from pipeline.media.still_picture import read_picture
from pipeline.observation import NS_PER_S, MediaNs
from pipeline.runtime.clock import sleep, stopwatch
from pipeline.runtime.evidence_chores import evidence_root
from pipeline.runtime.run_line import NoRunError, RunLine, parsed

_QUALITY = 88
_WIDEST = 1920
_INTO_RECORDING_NS = 5 * NS_PER_S
_LONGEST_WAIT_S = 3.0
_PAUSE_S = 0.3
_MOST_EVENTS = 500


def still(site: Site, camera: Camera, database: Database, view: str = "") -> bytes | None:
    """A JPEG; None: there is no picture of the camera.

    Args:
        site: As it is now.
        camera: One of the site.
        database: The ledger, for the newest evidence.
        view: The preset of a PTZ camera, whose own picture is taken: by it the view is known. Empty: whichever is seen.
    """
    known = next((one for one in camera.geofence.views if one.id == view), None)
    if known is not None:
        return _of_file(known.picture)
    return _live(site, camera) or _recorded(camera) or _evidence(site, camera, database)


def _live(site: Site, camera: Camera) -> bytes | None:
    """What the camera shows now. The run begins to make pictures when it is asked for one."""
    elapsed_s = stopwatch()
    while elapsed_s() < _LONGEST_WAIT_S:
        try:
            jpegs = parsed(RunLine(site.state).pictures([camera.id], [""], is_full=True)).jpegs
        except NoRunError:
            return None
        if jpegs:
            return jpegs[0]
        sleep(_PAUSE_S)
    return None


def _recorded(camera: Camera) -> bytes | None:
    source = camera.source
    if not isinstance(source, RecordedSource):
        return None
    try:
        with FileSource.open(source.path, source.start) as video:
            into_ns = min(_INTO_RECORDING_NS, round(video.info.duration_s * NS_PER_S) // 2)
            frame = video.next_frame(MediaNs(video.info.start + into_ns))
            return None if frame is None else _jpeg(frame.full())
    except SourceError:
        return None


def _evidence(site: Site, camera: Camera, database: Database) -> bytes | None:
    """The picture, without boxes, of the newest event of the camera that has one here."""
    try:
        with database.reading() as connection:
            events = [one.id for one in listed(connection, Filter(), _MOST_EVENTS) if one.camera == camera.id]
            files = list(attachments_of(connection, events))
    except SmartAlertError:
        return None
    names = {one.event: one.uri.rsplit("/", 1)[-1] for one in files if one.uri.rsplit("/", 1)[-1].startswith("frame-")}
    places = (evidence_root(site) / event / names[event] for event in events if event in names)
    found = next((place for place in places if place.is_file()), None)
    return None if found is None else _of_file(found)


def _of_file(path: Path) -> bytes | None:
    try:
        return _jpeg(read_picture(path))
    except SourceError:
        return None


def _jpeg(picture: Bgr) -> bytes:
    image = Image.fromarray(picture[:, :, ::-1])
    if image.width > _WIDEST:
        image = image.resize((_WIDEST, max(1, round(image.height * _WIDEST / image.width))))
    written = io.BytesIO()
    image.save(written, "JPEG", quality=_QUALITY)
    return written.getvalue()
