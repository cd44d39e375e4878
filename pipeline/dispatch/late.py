"""What time does to an event that is still worked on. Pure."""

from dataclasses import replace

from pipeline.dispatch.change import DISPATCHER, Change
from pipeline.dispatch.deadlines import due
from pipeline.dispatch.notice import NoticeKind
from pipeline.dispatch.office import Office
from pipeline.dispatch.record import Record, is_late
from pipeline.dispatch.routing import holder, on_duty


def late_change(record: Record, office: Office) -> Change | None:
    """A reminder, a step up, or that it is late now; None where nothing is due."""
    routing = office.routing
    what = due(record.progress, routing.deadlines(record.severity), len(routing.escalation), office.now)
    change = Change(record)
    if is_late(record, office.now) and not record.was_late:
        late = replace(record, was_late=True)
        change = change.then(Change(late, (office.step(late, "late", DISPATCHER, "the deadline has passed"),)))
    if what.escalates:
        change = change.then(_escalated(change.record, office))
    if what.reminds:
        change = change.then(_reminded(change.record, office))
    return change if change.steps else None


def _escalated(record: Record, office: Office) -> Change:
    contact = on_duty(office.routing, office.routing.escalation[record.level], office.now_ns)
    after = replace(record, level=record.level + 1, escalated_at=office.now)
    step = office.step(after, "escalated", DISPATCHER, f"told: {contact}")
    return Change(after, (step,), (), tuple(office.notices(after, NoticeKind.ESCALATED, (contact,))))


def _reminded(record: Record, office: Office) -> Change:
    after = replace(record, reminded_at=office.now)
    contact = on_duty(office.routing, holder(office.routing, record.responsible), office.now_ns)
    step = office.step(after, "reminded", DISPATCHER, f"told: {contact}")
    return Change(after, (step,), (), tuple(office.notices(after, NoticeKind.REMINDER, (contact,))))
