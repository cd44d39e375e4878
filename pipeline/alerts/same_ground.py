"""What two cameras say of one object is told as one: which event of another camera speaks for a new one."""

import math
import threading
from collections.abc import Iterable
from dataclasses import dataclass, field

import numpy as np

from pipeline.alerts.joining import Addition
from pipeline.alerts.message import Alert
from pipeline.config.catalogue import Severity
from pipeline.config.ground import GroundUnit
from pipeline.config.ids import ZoneId
from pipeline.config.resolved import Camera, NoiseSettings
from pipeline.observation import CameraId, MediaNs
from pipeline.rules.episode import EventId, State

_SAME_PLACE_M = 3.0
"""How far apart two calibrated cameras may see the foot of one object: their calibrations miss by a metre or so."""
_METRES_PER_DEGREE = math.radians(1) * 6_371_008.8
_RANK = {severity.value: rank for rank, severity in enumerate(Severity)}


@dataclass(slots=True)
class _Lead:
    """An open event that speaks for itself, and those of other cameras for which it speaks.

    Attributes:
        feet: By class, longitude and latitude or east and north; empty where the camera is not calibrated.
        unit: Of the feet; None where there are none.
        member_by_camera: One of each other camera: one object is seen once by each.
    """

    camera: CameraId
    zone: ZoneId
    algorithm: str
    severity: str
    feet: tuple[tuple[str, tuple[float, float]], ...]
    unit: GroundUnit | None
    member_by_camera: dict[CameraId, EventId] = field(default_factory=dict)


@dataclass(frozen=True, slots=True)
class _Freed:
    """An open event that speaks for itself again and has not said so: whose it is, and which spoke for it."""

    camera: CameraId
    lead: EventId


class SameGround:
    """Remembers the open events of all cameras of a site; see `Joining`."""

    def __init__(self, settings: NoiseSettings, before: Iterable[Alert] = ()) -> None:
        """Begin with what is open.

        Args:
            settings: Which zones are the same ground.
            before: The last messages of events that a run before left open, in order.
        """
        self._settings = settings
        self._lock = threading.Lock()
        self._leads: dict[EventId, _Lead] = {}
        self._freed: dict[EventId, _Freed] = {}
        for alert in before:
            if alert.camera is not None and alert.zone is not None and alert.merged_into is None:
                self._begin(alert, _lead(alert, None))
        for alert in before:
            lead = self._leads.get(EventId(alert.merged_into or ""))
            # Of its own camera the reasoning sees to it.
            if lead is not None and alert.camera is not None and alert.camera.id != lead.camera:
                lead.member_by_camera[CameraId(alert.camera.id)] = EventId(alert.id)

    def joined(self, alert: Alert, camera: Camera) -> Alert:
        """See `Joining`."""
        if alert.source != "rule" or alert.zone is None or alert.merged_into is not None or not self._settings.merge:
            return alert
        event = EventId(alert.id)
        with self._lock:
            known = next((lead for lead, one in self._leads.items() if event in one.member_by_camera.values()), None)
            if known is not None:
                return alert.model_copy(update={"merged_into": known})
            if alert.state is State.CLEARED and event in self._freed:
                # It is over before it could say that it speaks for itself: nobody is to be told of it any more.
                return alert.model_copy(update={"merged_into": self._freed[event].lead})
            if alert.state is not State.RAISED:
                return alert
            mine = _lead(alert, camera)
            lead = next((lead for lead, one in self._leads.items() if self._speaks_for(one, mine)), None)
            if lead is None:
                self._begin(alert, mine)
                return alert
            self._leads[lead].member_by_camera[mine.camera] = event
        return alert.model_copy(update={"merged_into": lead})

    def note(self, alert: Alert) -> None:
        """See `Joining`."""
        if alert.state is not State.CLEARED:
            return
        event = EventId(alert.id)
        with self._lock:
            self._freed.pop(event, None)
            lead = self._leads.pop(event, None)
            if lead is not None:
                self._freed |= {one: _Freed(camera, event) for camera, one in lead.member_by_camera.items()}
            for one in self._leads.values():
                if event in one.member_by_camera.values():
                    one.member_by_camera = {key: id_ for key, id_ in one.member_by_camera.items() if id_ != event}

    def due(self, camera: CameraId, t: MediaNs | None) -> tuple[Addition, ...]:
        """The camera's open events that speak for themselves again and have not said so."""
        del t
        with self._lock:
            freed = [event for event, one in self._freed.items() if one.camera == camera]
        return tuple(Addition(event, {"merged_into": None}) for event in freed)

    def told(self, alert: Alert, camera: Camera) -> None:
        """A freed event has said that it speaks for itself: it may speak for others from now on."""
        with self._lock:
            self._freed.pop(EventId(alert.id), None)
            if alert.state is not State.CLEARED:
                self._begin(alert, _lead(alert, camera))

    def _begin(self, alert: Alert, lead: _Lead) -> None:
        self._leads[EventId(alert.id)] = lead

    def _speaks_for(self, lead: _Lead, other: _Lead) -> bool:
        return (
            lead.camera != other.camera
            and lead.algorithm == other.algorithm
            and other.camera not in lead.member_by_camera
            and _RANK.get(lead.severity, 0) >= _RANK.get(other.severity, 0)
            and (self._is_declared(lead, other) or _stand_together(lead, other))
        )

    def _is_declared(self, a: _Lead, b: _Lead) -> bool:
        both = {(a.camera, a.zone), (b.camera, b.zone)}
        return any(both <= ground for ground in self._settings.same_ground)


def _lead(alert: Alert, camera: Camera | None) -> _Lead:
    zone = ZoneId("" if alert.zone is None else alert.zone.id)
    feet: tuple[tuple[str, tuple[float, float]], ...] = ()
    unit = None
    ground = None if camera is None else camera.geofence.ground
    if ground is not None and alert.objects:
        boxes = [one.box for one in alert.objects]
        points = ground.ground(np.array([((x1 + x2) / 2, y2) for x1, _, x2, y2 in boxes], np.float64))
        named = zip(alert.objects, points.tolist(), strict=True)
        feet = tuple((one.class_name, (float(x), float(y))) for one, (x, y) in named if x == x and y == y)  # noqa: PLR0124  # NaN: above the horizon
        unit = ground.unit
    camera_id = CameraId("" if alert.camera is None else alert.camera.id)
    return _Lead(camera_id, zone, alert.algorithm, alert.severity, feet, unit)


def _stand_together(a: _Lead, b: _Lead) -> bool:
    """Whether both have an object of one class at one place of calibrated ground."""
    if a.unit is None or a.unit is not b.unit:
        return False
    return any(
        name == other_name and _metres(foot, other_foot, a.unit) <= _SAME_PLACE_M
        for name, foot in a.feet
        for other_name, other_foot in b.feet
    )


def _metres(a: tuple[float, float], b: tuple[float, float], unit: GroundUnit) -> float:
    dx, dy = a[0] - b[0], a[1] - b[1]
    if unit is GroundUnit.METRES:
        return math.hypot(dx, dy)
    return _METRES_PER_DEGREE * math.hypot(dx * math.cos(math.radians(a[1])), dy)
