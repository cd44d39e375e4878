"""Events that were open when a run ended and that nobody can clear any more but by their last message."""

from collections.abc import Collection, Iterator
from dataclasses import dataclass

from pipeline.alerts.follow_up import closed
from pipeline.alerts.message import Alert, parse
from pipeline.alerts.outbox import Outbox
from pipeline.config.resolved import Site
from pipeline.errors import UsageError
from pipeline.observation import CameraId, MediaNs
from pipeline.rules.episode import ClearReason


@dataclass(frozen=True, slots=True)
class Orphan:
    """An event without its camera's reasoning.

    Attributes:
        camera: Whose it was.
        ending: The message that clears it.
    """

    camera: CameraId
    ending: Alert


def last_alert(outbox: Outbox, event: str) -> Alert | None:
    """The last message of an event; None where there is none that can be read.

    Raises:
        StateError: The outbox cannot be read.
    """
    line = outbox.last_of(event)
    try:
        return None if line is None else parse(line)
    except UsageError:
        return None


def open_alerts(outbox: Outbox) -> list[Alert]:
    """The last messages of the events that are not over; one that cannot be read is left out.

    Raises:
        StateError: The outbox cannot be read.
    """
    found: list[Alert] = []
    for line in outbox.open_events():
        try:
            found.append(parse(line))
        except UsageError:
            continue
    return found


def orphans(outbox: Outbox, site: Site, lost: Collection[CameraId]) -> Iterator[Orphan]:
    """The open events of cameras that the site has no longer, and of those whose reasoning is lost.

    Args:
        outbox: Of the last run.
        site: As it is now.
        lost: Cameras whose checkpoint cannot be read.

    Raises:
        StateError: The outbox cannot be read.
    """
    known = {camera.id for camera in site.cameras}
    for alert in open_alerts(outbox):
        camera = CameraId("" if alert.camera is None else alert.camera.id)
        if not camera or (camera in known and camera not in lost):
            continue
        checkpoint = outbox.checkpoint(camera)
        ended_at = MediaNs(0) if checkpoint is None else checkpoint.t
        reason = ClearReason.GONE_DURING_GAP if camera in known else ClearReason.CAMERA_REMOVED
        yield Orphan(camera, closed(alert, reason, ended_at))
