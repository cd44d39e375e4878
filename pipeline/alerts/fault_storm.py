"""A switch that fails takes many cameras with it: beyond so many, further faults of one kind are told as one."""

import threading
from collections.abc import Collection
from dataclasses import dataclass, field
from datetime import datetime, timedelta

from pydantic import JsonValue

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
        said_lead: What its last message says of that.
        alone_since: Since when, by its own camera's time, the one that speaks for it is known to be over.
        count: Of those for which it has ever spoken.
        untold: Of them, those that it has not named yet.
        told_at: When it last named some, or was raised.
        due_at: When it was last asked to.
    """

    event: EventId
    camera: CameraId
    kind: tuple[str | None, str]
    raised_at: datetime
    told_at: datetime
    due_at: datetime
    lead: EventId | None = None
    said_lead: EventId | None = None
    alone_since: datetime | None = None
    count: int = 0
    untold: list[EventId] = field(default_factory=list)


class FaultStorm:
    """Remembers the open faults of all cameras of a site; see `Joining`.

    The first so many cameras are told one by one. Each further one is told as well, and names one of them
    (`merged_into`), which counts those for which it speaks. Where that one is well again, the others wait so long as a
    storm lasts, each by its own camera's time: mostly they are well, too, one after the other. Of those that are not,
    one speaks for all where there are many, and each for itself where there are few.
    """

    def __init__(self, settings: NoiseSettings, before: Collection[Alert] = ()) -> None:
        """Begin with what is open.

        Args:
            settings: How many are a storm.
            before: The last messages of faults that a run before left open, in order.
        """
        self._above, self._within = settings.storm_cameras, timedelta(microseconds=settings.storm_within_ns // 1000)
        self._lock = threading.Lock()
        self._open: dict[EventId, _Fault] = {}
        self._by_camera: dict[CameraId, list[_Fault]] = {}
        for alert in before:
            fault = self._begin(alert)
            fault.count = alert.merged_count
            fault.lead = fault.said_lead = None if alert.merged_into is None else EventId(alert.merged_into)
        for alert in before:
            self._count_again(self._open[EventId(alert.id)], alert.merged)

    def joined(self, alert: Alert, camera: Camera) -> Alert:
        """See `Joining`."""
        event = EventId(alert.id)
        with self._lock:
            known = self._open.get(event)
            if known is not None:
                # Of one that is over nobody need be told any more who would have spoken for it by now.
                lead = known.said_lead if alert.state is State.CLEARED else known.lead
                return alert.model_copy(update={"merged_into": lead, "merged_count": known.count})
            if alert.state is not State.RAISED:
                return alert
            lead = self._lead_of(alert, camera.id)
            mine = self._begin(alert)
            if lead is None:
                return alert
            mine.lead = mine.said_lead = lead
            self._open[lead].count += 1
            self._open[lead].untold.append(event)
        return alert.model_copy(update={"merged_into": lead})

    def note(self, alert: Alert) -> None:
        """See `Joining`."""
        with self._lock:
            fault = self._open.get(EventId(alert.id))
            if fault is None:
                return
            if alert.state is not State.CLEARED:
                self._hear(fault, alert)
                return
            del self._open[fault.event]
            mine = [one for one in self._by_camera.pop(fault.camera) if one is not fault]
            if mine:
                self._by_camera[fault.camera] = mine

    def due(self, camera: CameraId, t: MediaNs | None) -> tuple[Addition, ...]:
        """See `Joining`."""
        if t is None or camera not in self._by_camera:
            return ()
        now = utc(t)
        with self._lock:
            mine = self._by_camera.get(camera, [])
            for fault in mine:
                if fault.lead is not None and fault.lead not in self._open:
                    self._wait(fault, fault.lead, now)
            said = [(fault.event, _unsaid(fault, now)) for fault in mine]
        return tuple(Addition(event, changes) for event, changes in said if changes)

    def told(self, alert: Alert, camera: Camera) -> None:
        """See `Joining`."""
        del camera
        with self._lock:
            if (fault := self._open.get(EventId(alert.id))) is not None:
                self._hear(fault, alert)

    def _begin(self, alert: Alert) -> _Fault:
        camera, began = CameraId("" if alert.camera is None else alert.camera.id), alert.raised_at
        fault = _Fault(EventId(alert.id), camera, _kind(alert), began, told_at=began, due_at=began)
        self._open[fault.event] = fault
        self._by_camera.setdefault(camera, []).append(fault)
        return fault

    def _count_again(self, lead: _Fault, named: Collection[str]) -> None:
        """A run that was killed had joined more than it had told."""
        members = self._led_by(lead.event)
        if lead.count < len(members):
            lead.count, lead.untold = len(members), [one.event for one in members if one.event not in named]

    def _lead_of(self, alert: Alert, camera: CameraId) -> EventId | None:
        """Of many that failed of late, the one that speaks for them already, or the first."""
        near = [
            one
            for one in self._open.values()
            if one.kind == _kind(alert)
            and one.camera != camera
            and abs(one.raised_at - alert.raised_at) <= self._within
        ]
        if not 0 < self._above <= len(near):
            return None
        led = (one.lead for one in near if one.lead in self._open)
        alone = (one.event for one in near if one.lead is None)
        return next(led, None) or next(alone, None)

    def _led_by(self, lead: EventId) -> list[_Fault]:
        return [one for one in self._open.values() if one.lead == lead]

    def _wait(self, fault: _Fault, lead: EventId, now: datetime) -> None:
        """The one that spoke is over: where that is long ago, one of its others speaks for all, or each for itself."""
        if fault.alone_since is None:
            fault.alone_since = now
        if now - fault.alone_since < self._within:
            return
        others = [one for one in self._led_by(lead) if one is not fault]
        has_one_voice = len(others) >= self._above > 0
        for one in (fault, *others):
            one.lead, one.alone_since = None, None
        if has_one_voice:
            for one in others:
                one.lead = fault.event
            fault.untold = [one.event for one in others]
            fault.count += len(others)

    def _hear(self, fault: _Fault, alert: Alert) -> None:
        fault.said_lead = None if alert.merged_into is None else EventId(alert.merged_into)
        if alert.merged:
            fault.untold = [one for one in fault.untold if one not in alert.merged]
            fault.told_at = fault.due_at


def _unsaid(fault: _Fault, now: datetime) -> dict[str, JsonValue | tuple[str, ...]]:
    """What the fault's last message does not say yet, as fields of the next."""
    changes: dict[str, JsonValue | tuple[str, ...]] = {}
    if fault.lead != fault.said_lead:
        changes["merged_into"] = fault.lead
    if fault.untold and now - fault.told_at >= _TELL_EVERY:
        fault.due_at = now
        changes["merged"], changes["merged_count"] = tuple(fault.untold[-_MOST_NAMED:]), fault.count
    return changes


def _kind(alert: Alert) -> tuple[str | None, str]:
    return alert.fault, alert.severity
