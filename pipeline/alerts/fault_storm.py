"""A switch that fails takes many cameras with it: beyond so many, further faults of one kind are told as one."""

import threading
from collections.abc import Iterable
from dataclasses import dataclass, field
from datetime import datetime, timedelta

from pipeline.alerts.joining import Addition
from pipeline.alerts.message import Alert, utc
from pipeline.config.resolved import Camera, NoiseSettings
from pipeline.observation import CameraId, MediaNs
from pipeline.rules.episode import EventId, State

_TELL_EVERY = timedelta(seconds=60)
_MOST_NAMED = 100
"""Of the events that one has come to speak for, so many are named in one message; all are counted."""


@dataclass(slots=True)
class _Fault:
    """An open fault of a camera.

    Attributes:
        kind: What is wrong, and how grave it is.
        lead: The fault of another camera that speaks for it; None: it speaks for itself.
        count: Of those for which it has ever spoken.
        untold: Of them, those that it has not named yet.
        told_at: When it last named some, or was raised.
        due_at: When it was last asked to.
    """

    camera: CameraId
    kind: tuple[str | None, str]
    raised_at: datetime
    told_at: datetime
    due_at: datetime
    lead: EventId | None = None
    count: int = 0
    untold: list[EventId] = field(default_factory=list)


class FaultStorm:
    """Remembers the open faults of all cameras of a site; see `Joining`.

    The first so many cameras are told one by one. Each further one is told as well, and names one of them
    (`merged_into`), which counts those for which it speaks. Where that one is well again, the others wait so long as a
    storm lasts: mostly they are well, too, one after the other. Of those that are not, one speaks for all where there
    are many, and each for itself where there are few.
    """

    def __init__(self, settings: NoiseSettings, before: Iterable[Alert] = ()) -> None:
        """Begin with what is open.

        Args:
            settings: How many are a storm.
            before: The last messages of faults that a run before left open, in order.
        """
        self._above, self._within = settings.storm_cameras, timedelta(microseconds=settings.storm_within_ns // 1000)
        self._lock = threading.Lock()
        self._open: dict[EventId, _Fault] = {}
        self._over: dict[EventId, datetime] = {}
        self._freed: dict[EventId, CameraId] = {}
        for alert in before:
            fault = self._begin(alert)
            fault.lead, fault.count = (
                None if alert.merged_into is None else EventId(alert.merged_into),
                alert.merged_count,
            )
        for fault in self._open.values():
            if fault.lead is not None and fault.lead not in self._open:
                self._over[fault.lead] = fault.raised_at

    def joined(self, alert: Alert, camera: Camera) -> Alert:
        """See `Joining`."""
        event = EventId(alert.id)
        with self._lock:
            known = self._open.get(event)
            if known is not None:
                return alert.model_copy(update={"merged_into": known.lead, "merged_count": known.count})
            if alert.state is not State.RAISED:
                return alert
            lead = self._lead_of(alert, camera.id)
            mine = self._begin(alert)
            if lead is None:
                return alert
            mine.lead = lead
            self._open[lead].count += 1
            self._open[lead].untold.append(event)
        return alert.model_copy(update={"merged_into": lead})

    def note(self, alert: Alert) -> None:
        """See `Joining`."""
        if alert.state is not State.CLEARED:
            return
        event = EventId(alert.id)
        with self._lock:
            self._freed.pop(event, None)
            gone = self._open.pop(event, None)
            if any(one.lead == event for one in self._open.values()):
                self._over[event] = alert.ended_at or alert.raised_at
            if gone is not None and gone.lead is not None and not self._led_by(gone.lead):
                self._over.pop(gone.lead, None)

    def due(self, camera: CameraId, t: MediaNs | None) -> tuple[Addition, ...]:
        """See `Joining`."""
        if t is None:
            return ()
        now = utc(t)
        with self._lock:
            for lead in [lead for lead, since in self._over.items() if now - since >= self._within]:
                self._settle(lead)
            free = [Addition(event, {"merged_into": None}) for event, whose in self._freed.items() if whose == camera]
            leads = [
                Addition(event, {"merged": tuple(one.untold[-_MOST_NAMED:]), "merged_count": one.count})
                for event, one in self._open.items()
                if one.camera == camera and one.untold and now - one.told_at >= _TELL_EVERY
            ]
            for addition in leads:
                self._open[addition.event].due_at = now
        return (*free, *leads)

    def told(self, alert: Alert, camera: Camera) -> None:
        """See `Joining`."""
        del camera
        event = EventId(alert.id)
        with self._lock:
            self._freed.pop(event, None)
            if (fault := self._open.get(event)) is not None:
                fault.untold = [one for one in fault.untold if one not in alert.merged]
                fault.told_at = fault.due_at

    def _begin(self, alert: Alert) -> _Fault:
        camera = CameraId("" if alert.camera is None else alert.camera.id)
        began = alert.raised_at
        fault = self._open[EventId(alert.id)] = _Fault(camera, _kind(alert), began, told_at=began, due_at=began)
        return fault

    def _lead_of(self, alert: Alert, camera: CameraId) -> EventId | None:
        """Of many that failed of late, the one that speaks for them already, or the first."""
        near = {
            event: one
            for event, one in self._open.items()
            if one.kind == _kind(alert)
            and one.camera != camera
            and abs(one.raised_at - alert.raised_at) <= self._within
        }
        if not 0 < self._above <= len(near):
            return None
        led = (one.lead for one in near.values() if one.lead in self._open)
        alone = (event for event, one in near.items() if one.lead is None)
        return next(led, None) or next(alone, None)

    def _led_by(self, lead: EventId) -> list[EventId]:
        return [event for event, one in self._open.items() if one.lead == lead]

    def _settle(self, lead: EventId) -> None:
        """The one that spoke is over for long: of those that are not, one speaks for all, or each for itself."""
        del self._over[lead]
        members = self._led_by(lead)
        speak = members[:1] if len(members) > self._above > 0 else members
        for event in members:
            fault = self._open[event]
            if event in speak:
                fault.lead, self._freed[event] = None, fault.camera
            else:
                fault.lead = speak[0]
        for event in speak:
            self._open[event].untold = [one for one in members if self._open[one].lead == event]
            self._open[event].count += len(self._open[event].untold)


def _kind(alert: Alert) -> tuple[str | None, str]:
    return alert.fault, alert.severity
