"""Camera entries, from the site file and from its CSV, into cameras."""

from pydantic import ValidationError

from pipeline.config.document import Document, Steps
from pipeline.config.faults import FaultLog, faults_of
from pipeline.config.fences import NO_FENCES, UNREAD, Fences
from pipeline.config.resolved import Camera
from pipeline.config.site import CameraEntry
from pipeline.config.sources import resolve_source
from pipeline.config.surroundings import Surroundings, Written, place_of
from pipeline.config.views import fences_in, fences_of_views
from pipeline.observation import CameraId


def camera_entries(document: Document, base: Steps, log: FaultLog, *, tell: bool) -> list[Written]:
    """The entries of a list that are whole; the faults of the others are told only where `tell` says so."""
    value = document.at(base)
    found = []
    for i in range(len(value) if isinstance(value, list) else 0):
        steps = (*base, i)
        try:
            found.append(Written(document, steps, CameraEntry.model_validate(document.at(steps))))
        except ValidationError as error:
            if tell:
                log.extend(faults_of(error, CameraEntry, document, steps))
    return found


def resolve_camera(written: Written, around: Surroundings) -> tuple[Camera | None, Fences]:
    """The camera, None where its source is wrong, and its fences."""
    entry = written.entry
    fences = _fences(written, around)
    source = resolve_source(written, around)
    if source is None:
        return None, fences
    return Camera(
        CameraId(entry.id), entry.name or entry.id, source, fences.geofence, place_of(written.document, written.steps)
    ), fences


def _fences(written: Written, around: Surroundings) -> Fences:
    entry = written.entry
    if entry.geofence is not None and entry.views is not None:
        text = "a camera has either one geofence or views (got both, allowed: one of them)"
        around.log.add(written.document, written.steps, text)
        return UNREAD
    if entry.views is not None:
        return fences_of_views(written, entry.views, around)
    if entry.geofence is not None:
        return fences_in(written, (*written.steps, "geofence"), entry.geofence, around)
    text = "no geofence: no rule but one for camera faults can look at this camera"
    around.log.remark(written.document, written.steps, text)
    return NO_FENCES
