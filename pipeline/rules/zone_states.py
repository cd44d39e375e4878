"""What holds of a whole zone rather than of one object: so many at once, so much of it covered, darkness.

Such a state is kept as a subject of its own (`Stay.KEPT`), so that dwell, schedule, close look, dismissal and event
are those of every other subject. It has hysteresis in two ways: less keeps it up than begins it, and what a look
misses is bridged by the grace; but one that is missed for longer than it is seen does not last.
"""

from collections.abc import Sequence
from dataclasses import dataclass

import numpy as np

from pipeline.config.ids import ZoneId
from pipeline.config.resolved import Rule
from pipeline.observation import MediaNs, Sight, nanoseconds
from pipeline.rules.condition import Span
from pipeline.rules.episode import EventObject
from pipeline.rules.memory import RuleMemory
from pipeline.rules.scene import Scene
from pipeline.rules.stance import Stay
from pipeline.rules.subject_memory import Note, Standing, Subject, Tally

LEAVE_SHARE = 0.7
"""Of what begins a state, so much keeps it up: three of three, seven of ten."""
_MOST_CREDIT_NS = nanoseconds(30)


@dataclass(frozen=True, slots=True)
class Reading:
    """What one look says of a zone.

    Attributes:
        fullness: What there is over what the rule asks for: 1 or more begins a state.
        since: Since when it has been so at the latest.
        held_at: The last look at which enough of them were seen; of those counted some may be out of sight for now.
        shown_by: The objects that show it, the one that speaks for them first; none: this look does not show it.
    """

    fullness: float
    since: MediaNs
    held_at: MediaNs
    shown_by: tuple[EventObject, ...]


class ZoneStates:
    """Keeps the states of a rule's zones in its memory, at most one a zone."""

    def __init__(self, rule: Rule, *, may_take_turns: bool) -> None:
        """Nothing is kept yet.

        Args:
            rule: Its grace, dwell and end.
            may_take_turns: Whether those that show it may come and go. Else a state that has not dwelt yet begins anew
                where fewer than enough of them have been there from its start.
        """
        self._grace_ns = rule.grace_ns
        self._member_ns = max(rule.grace_ns, rule.clear_after_ns)
        self._most_credit_ns = max(rule.grace_ns, min(rule.dwell_ns // 2, _MOST_CREDIT_NS))
        self._may_take_turns = may_take_turns

    def note(self, memory: RuleMemory, zone: ZoneId, reading: Reading | None, scene: Scene) -> None:
        """Take in what a look says of a zone; None: it says nothing."""
        if reading is None:
            return
        state = state_of(memory.subjects, zone)
        holds = reading.fullness >= (1.0 if state is None else LEAVE_SHARE) and bool(reading.shown_by)
        if state is None:
            if holds:
                memory.subjects.append(self._begun(memory, zone, reading, scene))
            return
        is_member = any(state.number in event.members for event in memory.events)
        if holds:
            self._hold(state, reading, scene, is_member=is_member)
            return
        state.tally.miss()
        if not self._outlasts(state, scene.t, is_member=is_member):
            memory.subjects.remove(state)

    def _begun(self, memory: RuleMemory, zone: ZoneId, reading: Reading, scene: Scene) -> Subject:
        since = min(reading.since, scene.t)
        state = kept_subject(memory, zone, reading.shown_by, since, scene)
        state.note = Note(since=since, held_at=scene.t, last_at=scene.t, credit_ns=self._grace_ns)
        _show(state, reading.shown_by, scene)
        return state

    def _hold(self, state: Subject, reading: Reading, scene: Scene, *, is_member: bool) -> None:
        note = state.note
        note.credit_ns = min(note.credit_ns + self._passed_ns(state, scene.t), self._most_credit_ns)
        note.held_at, note.last_at = max(note.held_at, reading.held_at), scene.t
        if not (self._may_take_turns or is_member):
            if reading.since > state.standing.since:
                state.standing.since, state.tally = reading.since, Tally()
            note.since = state.standing.since
        _show(state, reading.shown_by, scene)

    def _outlasts(self, state: Subject, t: MediaNs, *, is_member: bool) -> bool:
        """Whether it goes on although this look does not show it."""
        note = state.note
        note.credit_ns, note.last_at = note.credit_ns - self._passed_ns(state, t), t
        if state.absent_from is None:
            state.absent_from = t
        patience_ns = self._member_ns if is_member else self._grace_ns
        return note.credit_ns >= 0 and t - state.absent_from < patience_ns

    def _passed_ns(self, state: Subject, t: MediaNs) -> int:
        """What a look speaks for: the time since the one before, unless that is long ago."""
        return min(t - state.note.last_at, self._grace_ns)


def state_of(subjects: Sequence[Subject], zone: ZoneId) -> Subject | None:
    """The state that is kept of a zone; None: none is."""
    return next((one for one in subjects if one.stay is Stay.KEPT and one.zone == zone), None)


def kept_span(subject: Subject) -> Span | None:
    """Since when a kept state has held; None: it does not, or the subject is an object that is followed."""
    if subject.stay is not Stay.KEPT or subject.note.since is None:
        return None
    return Span(subject.note.since, subject.note.held_at)


def kept_subject(
    memory: RuleMemory, zone: ZoneId, shown_by: tuple[EventObject, ...], since: MediaNs, scene: Scene
) -> Subject:
    """A new one for the memory, which is not yet in it; the number is taken."""
    first = shown_by[0]
    number, memory.next_number = memory.next_number, memory.next_number + 1
    return Subject(
        number=number,
        stay=Stay.KEPT,
        zone=zone,
        track=first.track,
        class_name=first.class_name,
        score=first.confidence,
        best_score=first.confidence,
        box=first.box,
        appearance=np.zeros(0, np.float32),
        learned_at=scene.t,
        brightness=scene.brightness,
        seen_at=scene.t,
        standing=Standing(first.box, since, scene.t),
    )


def _show(state: Subject, shown_by: tuple[EventObject, ...], scene: Scene) -> None:
    first = shown_by[0]
    state.track, state.class_name, state.box, state.score = first.track, first.class_name, first.box, first.confidence
    state.best_score = max(state.best_score, state.score)
    state.note.company = shown_by[1:]
    state.tally.add(Sight.DETECTED)
    state.seen_at = state.standing.held_at = scene.t
    state.absent_from, state.hidden, state.behind_gap = None, False, False
