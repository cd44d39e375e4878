"""What every decision about an event needs besides the event: the routing table and the time. Pure."""

from collections.abc import Iterable, Iterator
from dataclasses import dataclass
from datetime import UTC, datetime, timedelta, tzinfo

from pipeline.dispatch.change import DISPATCHER, Change, Step
from pipeline.dispatch.notice import Notice, NoticeKind, body_of, title_of
from pipeline.dispatch.record import Record, opened
from pipeline.dispatch.routing import Routing, addressed
from pipeline.observation import MediaNs

_EPOCH = datetime(1970, 1, 1, tzinfo=UTC)


@dataclass(frozen=True, slots=True)
class Office:
    """What decisions need besides the event.

    Attributes:
        routing: The table.
        timezone: Of times that people read.
        now: The dispatcher's wall clock.
    """

    routing: Routing
    timezone: tzinfo
    now: datetime

    @property
    def now_ns(self) -> MediaNs:
        """The same, as schedules have it."""
        return MediaNs((self.now - _EPOCH) // timedelta(microseconds=1) * 1000)

    def step(self, record: Record, what: str, by: str, note: str = "") -> Step:
        """A line of the history, now."""
        return Step(record.id, self.now, what, by, note, record.standing)

    def notices(self, record: Record, kind: NoticeKind, contacts: Iterable[str]) -> Iterator[Notice]:
        """One for each channel of each contact."""
        holder = self.routing.contact_by_id.get(record.responsible)
        title, body = title_of(record, kind), body_of(record, kind, holder.name if holder else "", self.timezone)
        for contact in contacts:
            found = self.routing.contact_by_id.get(contact)
            for channel in range(len(found.channels) if found else 0):
                yield Notice(record.id, kind.value, contact, channel, title, body, self.now)

    def opening(self, record: Record, what: str, by: str, note: str = "") -> Change:
        """Somebody becomes responsible, and all who are to be told are told."""
        who = addressed(self.routing, record.matter, self.now_ns)
        after = opened(record, who.responsible, self.routing.deadlines(record.severity), self.now)
        notices = tuple(self.notices(after, NoticeKind.RAISED, who.told))
        names = ", ".join(who.told) + ("" if notices else " (no channel: in the ledger only)")
        steps = (self.step(after, what, by, note), self.step(after, "dispatched", DISPATCHER, f"told: {names}"))
        return Change(after, steps, (), notices)
