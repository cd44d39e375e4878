"""What is wrong with a camera, raised, kept open and cleared like any event, on every camera, rule or not.

A fault that comes and goes is one fault: short spells without it are bridged, and an end is confirmed before it is
told.
"""

from collections.abc import Iterable
from dataclasses import dataclass
from datetime import UTC
from typing import Self

from pipeline.config import catalogue
from pipeline.config.catalogue import Severity
from pipeline.config.ids import RuleId
from pipeline.config.resolved import Rule
from pipeline.config.schedule import Schedule
from pipeline.observation import CameraId, Command, CommandKind, End, EndCause, Entry, GapCause, MediaNs, nanoseconds
from pipeline.rules.episode import ClearReason, Ended, Episode, FaultKind, FaultOrigin, Open, Review, State
from pipeline.rules.fault_memory import Fault, FaultEvent, FaultMemory
from pipeline.rules.fault_signs import Signs, signs
from pipeline.rules.telling import hashed_id

_ALWAYS = Schedule("always", (), UTC)
_CALM_NS = nanoseconds(10)
"""A fault must be away for at least so long: what fails again within seconds was not well."""
_CLOCK_CALM_NS = nanoseconds(60)
_END_REASONS = {
    EndCause.SOURCE_ENDED: ClearReason.SOURCE_ENDED,
    EndCause.CAMERA_REMOVED: ClearReason.CAMERA_REMOVED,
}


@dataclass(frozen=True, slots=True)
class FaultSettings:
    """How faults are told; the defaults are those of the catalogue.

    Attributes:
        rule: The rule that says so; None: none does.
        enabled: Whether they are told at all.
        dwell_ns: How long a fault must last. A clock's jump is told at once.
        grace_ns: How long it may be away and still be the same.
        clear_after_ns: How long it must be away before its end is told; ten seconds at least.
        cooldown_ns: Silence of its kind after it.
        remind_every_ns: Between reminders; 0: never.
        schedule: When it may be raised.
        severity: Of its events.
        confirm: An operator must confirm before dispatch.
    """

    rule: RuleId | None = None
    enabled: bool = True
    dwell_ns: int = nanoseconds(10)
    grace_ns: int = nanoseconds(5)
    clear_after_ns: int = nanoseconds(3)
    cooldown_ns: int = 0
    remind_every_ns: int = 0
    schedule: Schedule = _ALWAYS
    severity: Severity = Severity.MAJOR
    confirm: bool = False

    @classmethod
    def of(cls, rules: Iterable[Rule], camera: CameraId) -> Self:
        """What the site says of this camera's faults: its first rule by id, one that is on before one that is off."""
        mine = [
            rule
            for rule in rules
            if rule.algorithm.condition is catalogue.Condition.CAMERA_FAULT and camera in rule.zones_by_camera
        ]
        if not mine:
            return cls()
        rule = min(mine, key=lambda one: (not one.enabled, one.id))
        return cls(
            rule=rule.id,
            enabled=rule.enabled,
            dwell_ns=rule.dwell_ns,
            grace_ns=rule.grace_ns,
            clear_after_ns=rule.clear_after_ns,
            cooldown_ns=rule.cooldown_ns,
            remind_every_ns=rule.remind_every_ns,
            schedule=rule.schedule,
            severity=rule.severity,
            confirm=rule.confirm,
        )


class CameraFaults:
    """The faults of one camera. All that it remembers is in `memory`."""

    def __init__(self, site: str, camera: CameraId, settings: FaultSettings, memory: FaultMemory) -> None:
        self._site, self._camera, self._settings = site, camera, settings
        self.memory = memory

    def feed(self, entry: Entry, blind: GapCause | None) -> list[Episode]:
        """Take the next entry.

        Args:
            entry: The next.
            blind: Why the camera sees nothing, before the entry; None: it sees.
        """
        if isinstance(entry, Command):
            return self._obey(entry)
        if isinstance(entry, End):
            return self._clear_all(entry.t, _END_REASONS[entry.cause])
        self._note(signs(entry, blind, self.memory), entry.t)
        if not self._settings.enabled:
            return self._clear_all(entry.t, ClearReason.RULE_CHANGED)
        told = [episode for fault in tuple(self.memory.faults) for episode in self._settle(fault, entry.t)]
        self._forget_what_is_over(entry.t)
        return told

    def _note(self, said: Signs, t: MediaNs) -> None:
        """Bring the faults up to date with what an entry says."""
        fault_by_kind = {fault.kind: fault for fault in self.memory.faults}
        for kind, since in said.since_by_kind.items():
            fault = fault_by_kind.get(kind)
            if fault is None:
                self.memory.faults.append(Fault(kind, since, t))
                self.memory.faults.sort(key=lambda one: list(FaultKind).index(one.kind))
                continue
            fault.held_at, fault.absent_from, fault.unseen = t, None, False
        for kind, fault in fault_by_kind.items():
            if kind in said.absent:
                fault.absent_from = t if fault.absent_from is None else fault.absent_from
            elif kind not in said.since_by_kind and said.since_by_kind:
                fault.unseen = True

    def _settle(self, fault: Fault, t: MediaNs) -> list[Episode]:
        """Raise, remind or clear, as is due."""
        settings, event = self._settings, fault.event
        is_open = settings.schedule.is_open(t)
        if event is None:
            return [self._raised(fault, t)] if is_open and self._is_due(fault, t) else []
        if not is_open:
            return [self._cleared(fault, event, t, ClearReason.SCHEDULE_CLOSED)]
        if self._is_over(fault, t, max(settings.clear_after_ns, _CALM_NS)):
            reason = ClearReason.GONE_DURING_GAP if fault.unseen else ClearReason.LEFT
            self.memory.cool_until[fault.kind] = MediaNs(fault.held_at + settings.cooldown_ns)
            return [self._cleared(fault, event, t, reason)]
        is_reminder = (
            settings.remind_every_ns > 0 and not event.acknowledged and t - event.told_at >= settings.remind_every_ns
        )
        if is_reminder or event.severity is not settings.severity:
            event.severity = settings.severity
            event.told_at = t
            event.revision += 1
            return [self._episode(fault, event, t, State.UPDATED, Open())]
        return []

    def _is_due(self, fault: Fault, t: MediaNs) -> bool:
        memory = self.memory
        if fault.silenced or fault.held_at != t or t < memory.cool_until.get(fault.kind, t):
            return False
        if memory.muted_until is not None and t < memory.muted_until:
            return False
        return fault.kind is FaultKind.CLOCK_JUMPED or t - fault.since >= self._settings.dwell_ns

    def _is_over(self, fault: Fault, t: MediaNs, calm_ns: int) -> bool:
        if fault.kind is FaultKind.CLOCK_JUMPED:
            return t - fault.held_at >= _CLOCK_CALM_NS
        return fault.absent_from is not None and t - fault.absent_from >= calm_ns

    def _forget_what_is_over(self, t: MediaNs) -> None:
        grace_ns = self._settings.grace_ns
        self.memory.faults = [
            fault for fault in self.memory.faults if fault.event is not None or not self._is_over(fault, t, grace_ns)
        ]

    def _raised(self, fault: Fault, t: MediaNs) -> Episode:
        name = f"fault:{fault.kind}"
        event = fault.event = FaultEvent(
            id=hashed_id(self._site, self._camera, name, str(fault.since), str(fault.issued)),
            revision=0,
            started_at=fault.since,
            raised_at=t,
            severity=self._settings.severity,
            review=Review.PENDING if self._settings.confirm else Review.NONE,
            told_at=t,
        )
        fault.issued += 1
        return self._episode(fault, event, t, State.RAISED, Open())

    def _cleared(self, fault: Fault, event: FaultEvent, t: MediaNs, reason: ClearReason) -> Episode:
        fault.event = None
        event.revision += 1
        return self._episode(fault, event, t, State.CLEARED, Ended(fault.held_at, reason))

    def _clear_all(self, t: MediaNs, reason: ClearReason) -> list[Episode]:
        return [self._cleared(fault, fault.event, t, reason) for fault in self.memory.faults if fault.event is not None]

    def _obey(self, command: Command) -> list[Episode]:
        """An operator has spoken."""
        if command.kind in (CommandKind.MUTE, CommandKind.MAINTENANCE):
            if command.target in ("", self._settings.rule):
                self.memory.muted_until = command.until
            return []
        return [
            episode
            for fault in self.memory.faults
            if fault.event is not None and fault.event.id == command.target
            for episode in self._reviewed(fault, fault.event, command)
        ]

    def _reviewed(self, fault: Fault, event: FaultEvent, command: Command) -> list[Episode]:
        if command.kind is CommandKind.DISMISS:
            event.review, fault.silenced = Review.DISMISSED, True
            return [self._cleared(fault, event, command.t, ClearReason.DISMISSED)]
        event.acknowledged = True
        if command.kind is CommandKind.CONFIRM:
            event.review = Review.CONFIRMED
        return []

    def _episode(self, fault: Fault, event: FaultEvent, t: MediaNs, state: State, ending: Open | Ended) -> Episode:
        return Episode(
            id=event.id,
            revision=event.revision,
            state=state,
            t=t,
            camera=self._camera,
            origin=FaultOrigin(fault.kind, self._settings.rule),
            started_at=event.started_at,
            raised_at=event.raised_at,
            ending=ending,
            dwell_ns=fault.held_at - event.started_at,
            visible=fault.held_at == t,
            objects=(),
            severity=event.severity,
            review=event.review,
        )
