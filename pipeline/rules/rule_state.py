"""One rule on one camera: what each entry of the log does to it."""

from typing import NamedTuple

from pipeline.config.catalogue import EventPer
from pipeline.config.ids import RuleId
from pipeline.config.resolved import Rule
from pipeline.observation import Command, CommandKind, End, Gap, MediaNs, Tick
from pipeline.rules.close_look import ask, give_up, hear
from pipeline.rules.condition import Condition, shown_at
from pipeline.rules.episode import ClearReason, CloseLookRequest, Episode, Review
from pipeline.rules.events import EventBook
from pipeline.rules.hush import forget_old, is_hushed, is_silenced, review_silences, silence, silence_closed
from pipeline.rules.memory import END_REASONS, Event, RuleMemory
from pipeline.rules.motion import read_motion
from pipeline.rules.scene import Scene
from pipeline.rules.stance import Stay
from pipeline.rules.subject_memory import Subject
from pipeline.rules.subjects import Follower


class Outcome(NamedTuple):
    """What one entry led to under one rule."""

    episodes: list[Episode]
    wanted: list[CloseLookRequest]


class Dwell(NamedTuple):
    """How one object stands to one rule.

    Attributes:
        rule: Which.
        track: The object's.
        dwelt_ns: How long the rule's condition has been seen to hold for it; -1: it does not.
        is_raised: Whether it is part of an open event.
    """

    rule: RuleId
    track: int
    dwelt_ns: int
    is_raised: bool


class RuleState:
    """A rule's memory and what changes it. All that it remembers is in `memory`."""

    def __init__(
        self, rule: Rule, condition: Condition, follower: Follower, book: EventBook, memory: RuleMemory
    ) -> None:
        self._rule = rule
        self._condition = condition
        self._follower = follower
        self._book = book
        self.memory = memory

    def see(self, scene: Scene) -> Outcome:
        """A picture was looked at."""
        self.follow(scene)
        return self.judge(scene)

    @property
    def rule(self) -> Rule:
        """What it is about."""
        return self._rule

    def glimpse(self, scene: Scene) -> None:
        """A picture with nothing for this rule, to which nothing stays: only where things were is remembered."""
        read_motion(self.memory, self._condition.candidates(scene), scene.t)

    def dwelt_ns(self, subject: Subject) -> int:
        """How long the condition has been seen to hold for it; -1 where it does not."""
        span = self._condition.span(subject)
        return -1 if span is None else shown_at(subject, span) - span.since

    def dwells(self) -> list[Dwell]:
        """How the objects stand for which its condition holds, or which have an event."""
        members = {number for event in self.memory.events for number in event.members}
        found = (
            Dwell(self._rule.id, subject.track, self.dwelt_ns(subject), subject.number in members)
            for subject in self.memory.subjects
        )
        return [one for one in found if one.dwelt_ns >= 0 or one.is_raised]

    def follow(self, scene: Scene) -> None:
        """The first half of `see`: who is where. Neither dwell nor confidence of the rule are asked here."""
        memory = self.memory
        give_up(memory)
        self._follower.observe(memory, self._condition.candidates(scene), scene)
        self._condition.attend(memory, scene)
        forget_old(memory, scene.t)
        if memory.silences:
            review_silences(memory, scene)

    def judge(self, scene: Scene) -> Outcome:
        """The second half of `see`: what is to be told of it."""
        memory = self.memory
        if memory.events:
            self._book.refresh(memory, lambda subject: self._may_join(subject, scene.aspect))
        episodes = self._settle(scene.t)
        raised, wanted = self._raise_or_ask(scene)
        return Outcome(episodes + raised, wanted)

    def look_closely(self, close: Scene) -> Outcome:
        """A close look was taken on the picture before: it answers what was asked, and nothing else."""
        raised = [
            self._book.open(self.memory, subject, close.t)
            for subject in hear(self.memory, close, self._condition)
            if not self._book.is_taken(self.memory, subject)
        ]
        return Outcome(raised, [])

    def pass_time(self, tick: Tick, *, is_blind: bool) -> Outcome:
        """Time passes with nothing seen."""
        give_up(self.memory)
        forget_old(self.memory, tick.t)
        return Outcome(self._settle(tick.t, is_blind=is_blind), [])

    def lose_sight(self, gap: Gap) -> Outcome:
        """The camera is blind: what was there may have gone, and nobody can tell."""
        give_up(self.memory)
        if not gap.is_open:
            return Outcome([], [])
        for subject in self.memory.subjects:
            subject.behind_gap, subject.absent_from, subject.hidden = True, None, False
        for event in self.memory.events:
            event.visible, event.over_gap = False, bool(event.members)
            # A frozen picture is known to be one only after a while: what it showed does not count.
            event.held_at = max(min(event.held_at, gap.blind_from), event.raised_at)
        return Outcome(self._settle(gap.t, is_blind=True), [])

    def obey(self, command: Command) -> Outcome:
        """An operator has spoken."""
        memory = self.memory
        give_up(memory)
        if command.kind in (CommandKind.MUTE, CommandKind.MAINTENANCE):
            if command.target in ("", self._rule.id):
                memory.muted_until = command.until
            return Outcome([], [])
        if command.kind is CommandKind.DISMISS:
            silence_closed(memory, command.target)
        return Outcome(
            [
                episode
                for event in tuple(memory.events)
                if event.id == command.target
                for episode in self._review(event, command)
            ],
            [],
        )

    def retell(self, event_id: str, t: MediaNs) -> list[Episode]:
        """One more message of an open event that speaks for itself from now on; none where it is not this rule's."""
        return [self._book.retell(event, t) for event in self.memory.events if event.id == event_id]

    def seen_now(self, t: MediaNs, since: MediaNs) -> list[Episode]:
        """See `Reasoner.seen_now`."""
        return [
            self._book.standing(event, t)
            for event in self.memory.events
            if event.held_at == t and event.raised_at >= since and event.visible
        ]

    def end(self, end: End) -> Outcome:
        """Nothing more will come."""
        return Outcome(self.clear_all(end.t, END_REASONS[end.cause]), [])

    def clear_all(self, t: MediaNs, reason: ClearReason) -> list[Episode]:
        """Clear every open event."""
        return [self._book.close(self.memory, event, t, reason) for event in tuple(self.memory.events)]

    def _review(self, event: Event, command: Command) -> list[Episode]:
        if command.kind is CommandKind.DISMISS:
            event.review = Review.DISMISSED
            silence(self.memory, event)
            return [self._book.close(self.memory, event, command.t, ClearReason.DISMISSED)]
        event.acknowledged = True
        if command.kind is CommandKind.CONFIRM:
            event.review = Review.CONFIRMED
        return []

    def _settle(self, t: MediaNs, *, is_blind: bool = False) -> list[Episode]:
        if not self.memory.events:
            return []
        return self._book.settle(self.memory, t, is_blind=is_blind)

    def _raise_or_ask(self, scene: Scene) -> Outcome:
        outcome = Outcome([], [])
        asked_zones = set()
        ready = [subject for subject in self.memory.subjects if self._is_ready(subject, scene)]
        open_zones = {zone for zone in {one.zone for one in ready} if self._book.is_open(zone, scene.t)}
        for subject in sorted((one for one in ready if one.zone in open_zones), key=self._order):
            if self._book.is_taken(self.memory, subject) or subject.zone in asked_zones:
                continue
            if subject.doubt.unanswered:
                outcome.episodes.append(self._book.open(self.memory, subject, scene.t))
            else:
                outcome.wanted.append(ask(self.memory, subject, scene.t))
                if self._rule.event_per is EventPer.ZONE:
                    asked_zones.add(subject.zone)
        return outcome

    def _is_ready(self, subject: Subject, scene: Scene) -> bool:
        """Whether nothing but the schedule and the close look stand between it and its event."""
        span = self._condition.span(subject)
        return (
            span is not None
            and shown_at(subject, span) == scene.t
            and scene.t - span.since >= self._rule.dwell_of(subject.class_name)
            and self._is_sure(subject)
            and scene.t >= subject.doubt.ask_from
            and not self._book.is_taken(self.memory, subject)
            and not is_hushed(self.memory, subject, scene.t, scene.aspect)
        )

    def _is_sure(self, subject: Subject) -> bool:
        """Whether it was clearly enough seen. A static object's score is no network's, nor is that of a state."""
        return self._condition.is_credible(subject) and (
            subject.stay in (Stay.LYING, Stay.KEPT) or subject.sure_score >= self._rule.least_score(subject.class_name)
        )

    def _may_join(self, subject: Subject, aspect: float) -> bool:
        return self._is_sure(subject) and subject.doubt.refusals == 0 and not is_silenced(self.memory, subject, aspect)

    def _order(self, subject: Subject) -> tuple[int, int]:
        span = self._condition.span(subject)
        return (subject.standing.since if span is None else span.since, subject.number)
