"""What is odd about a site file and no mistake."""

from collections.abc import Sequence

from pipeline.config.document import Document
from pipeline.config.faults import FaultLog
from pipeline.config.resolved import Camera, Rule
from pipeline.config.zone_choice import KnownCameras


def remark_idle(
    document: Document, log: FaultLog, cameras: Sequence[Camera], rules: Sequence[Rule], known: KnownCameras
) -> None:
    """Remark on a site that raises nothing, and on zones that no rule uses.

    Args:
        document: The site file.
        log: Takes the remarks.
        cameras: Those that could be read.
        rules: Likewise.
        known: Where each zone is written.
    """
    if not document.at(("rules",)):
        log.remark(document, ("rules",), "no rule: nothing will be raised")
    used = {(camera, zone) for rule in rules for camera, zones in rule.zones_by_camera.items() for zone in zones}
    # A rule with a fault is not among `rules`, and its zones would seem unused.
    for camera in cameras if not log.faults else ():
        for zone in camera.geofence.zones:
            written = known.fences_by_camera[camera.id].written_by_id.get(zone.id)
            if (camera.id, zone.id) not in used and written is not None:
                file, steps = written
                text = f'no rule uses the zone "{zone.id}" of camera "{camera.id}"'
                log.remark(file, (*steps, "properties", "id"), text)
