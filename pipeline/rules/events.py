"""The life of a rule's events: they are raised, kept open by those that stay, told about sparingly, and cleared."""

from collections.abc import Callable, Iterable

from pipeline.config.catalogue import EventPer
from pipeline.config.ids import ZoneId
from pipeline.config.resolved import Rule
from pipeline.observation import MediaNs, nanoseconds
from pipeline.rules.condition import Condition, objects_of, shown_at
from pipeline.rules.episode import ClearReason, Episode, EventObject, Review
from pipeline.rules.memory import Closed, CoolDown, Event, Issued, RuleMemory
from pipeline.rules.subject_memory import Subject, likeness_of
from pipeline.rules.telling import Teller
from pipeline.rules.zones import Hours

_UPDATE_EVERY_NS = nanoseconds(60)
CLOSED_REMEMBERED = 32
"""So many events that are over may still be called false."""


class EventBook:
    """Keeps a rule's events in its memory."""

    def __init__(self, rule: Rule, condition: Condition, teller: Teller, hours: Hours) -> None:
        self._rule = rule
        self._hours = hours
        self._condition = condition
        self._teller = teller

    def has_dwelt(self, subject: Subject) -> bool:
        """Whether the condition has been seen to hold for it over the dwell."""
        span = self._condition.span(subject)
        return span is not None and shown_at(subject, span) - span.since >= self._rule.dwell_of(subject.class_name)

    def is_open(self, zone: ZoneId, t: MediaNs) -> bool:
        """Whether the zone may have an event at `t`: the rule's schedule and its own are open."""
        return self._hours.is_open(zone, t)

    def is_taken(self, memory: RuleMemory, subject: Subject) -> bool:
        """Whether an open event speaks for it already."""
        if self._rule.event_per is EventPer.ZONE:
            return any(event.zone == subject.zone for event in memory.events)
        return any(subject.number in event.members for event in memory.events)

    def open(self, memory: RuleMemory, subject: Subject, t: MediaNs) -> Episode:
        """Raise the event of a subject for which the condition holds at `t`."""
        span = self._condition.span(subject)
        started_at = t if span is None else span.since
        event = Event(
            id=self._teller.event_id(subject.zone, started_at, _ordinal(memory, subject, started_at)),
            zone=subject.zone,
            revision=0,
            started_at=started_at,
            raised_at=t,
            held_at=t,
            members=(subject.number,),
            objects=objects_of(subject),
            what=likeness_of(subject),
            severity=self._rule.severity,
            review=Review.PENDING if self._rule.confirm else Review.NONE,
            visible=True,
            told_visible=True,
            told_count=1,
            told_at=None,
            reminded_at=t,
        )
        memory.events.append(event)
        self.refresh(memory, may_join=lambda _: False)
        event.told_count = len(event.members)
        return self._teller.raised(event, t)

    def refresh(self, memory: RuleMemory, may_join: Callable[[Subject], bool]) -> None:
        """Bring the open events up to date with the subjects.

        Args:
            memory: Its events are changed.
            may_join: Whether a subject that has dwelt may keep an event open that it did not raise.
        """
        by_zone: dict[ZoneId, list[Subject]] = {}
        for subject in memory.subjects:
            by_zone.setdefault(subject.zone, []).append(subject)
        for event in memory.events:
            members = [
                subject
                for subject in by_zone.get(event.zone, ())
                if (subject.number in event.members or (self._rule.event_per is EventPer.ZONE and may_join(subject)))
                and self.has_dwelt(subject)
            ]
            event.members = tuple(subject.number for subject in members)
            # What was last seen before a gap may have been a frozen picture: `RuleState.lose_sight` has judged it.
            spans = [self._condition.span(one) for one in members if not one.behind_gap]
            held_at = max((span.held_at for span in spans if span is not None), default=0)
            if held_at > event.held_at:
                event.held_at = MediaNs(held_at)
                event.visible, event.over_gap = True, False
            if members:
                event.objects = _objects(members)
                event.what = likeness_of(members[0])

    def settle(self, memory: RuleMemory, t: MediaNs, *, is_blind: bool = False) -> list[Episode]:
        """Clear what is over and tell what has changed.

        Args:
            memory: Its events are changed.
            t: Now.
            is_blind: The camera sees nothing: what it watches is not known to be gone. That a schedule has closed takes
                no picture to tell, and whoever goes by the hours waits for no camera to come back.
        """
        told: list[Episode] = []
        for event in tuple(memory.events):
            if not self._hours.is_open(event.zone, t):
                told.append(self.close(memory, event, t, ClearReason.SCHEDULE_CLOSED))
            elif not is_blind and not event.members and t - event.held_at >= self._rule.clear_after_ns:
                reason = ClearReason.GONE_DURING_GAP if event.over_gap else ClearReason.LEFT
                told.append(self.close(memory, event, t, reason))
        return told + [self._teller.updated(event, t) for event in memory.events if self._has_news(event, t)]

    def retell(self, event: Event, t: MediaNs) -> Episode:
        """One message about an event in which nothing has changed but who speaks for it."""
        return self._teller.updated(event, t)

    def standing(self, event: Event, t: MediaNs) -> Episode:
        """The event as it stands, for whoever looks at it; no message."""
        return self._teller.standing(event, t)

    def close(self, memory: RuleMemory, event: Event, t: MediaNs, reason: ClearReason) -> Episode:
        """Clear one event, and let its zone cool down where it ended by itself."""
        memory.events.remove(event)
        is_gone = reason in (ClearReason.LEFT, ClearReason.GONE_DURING_GAP)
        event.visible = event.visible and not is_gone
        until = MediaNs(event.held_at + self._rule.cooldown_ns)
        if is_gone and until > t:
            what = None if self._rule.event_per is EventPer.ZONE else event.what
            memory.cool_downs.append(CoolDown(event.zone, until, what))
        memory.closed = [*memory.closed, Closed(event.id, event.zone, t, event.what)][-CLOSED_REMEMBERED:]
        return self._teller.cleared(event, t, reason)

    def _has_news(self, event: Event, t: MediaNs) -> bool:
        """Whether an update is due, at most one a minute; what it will say is then taken as told."""
        if event.told_at is not None and t - event.told_at < _UPDATE_EVERY_NS:
            return False
        count = len(event.members) or event.told_count
        remind_ns = self._rule.remind_every_ns
        is_due = remind_ns > 0 and not event.acknowledged and t - event.reminded_at >= remind_ns
        told = (event.told_visible, event.told_count, event.severity)
        if told == (event.visible, count, self._rule.severity) and not is_due:
            return False
        event.told_visible, event.told_count, event.severity = event.visible, count, self._rule.severity
        event.told_at = t
        if is_due:
            event.reminded_at = t
        return True


def _ordinal(memory: RuleMemory, subject: Subject, started_at: MediaNs) -> int:
    """How many events of the zone with this start were raised before; those of subjects long gone are forgotten."""
    oldest = min(one.standing.since for one in memory.subjects)
    memory.issued = [one for one in memory.issued if one.started_at >= oldest]
    for one in memory.issued:
        if one.zone == subject.zone and one.started_at == started_at:
            one.count += 1
            return one.count - 1
    memory.issued.append(Issued(subject.zone, started_at, 1))
    return 0


def _objects(members: Iterable[Subject]) -> tuple[EventObject, ...]:
    """The members' objects, one that several share told once."""
    return tuple({(one.track, one.box): one for member in members for one in objects_of(member)}.values())
