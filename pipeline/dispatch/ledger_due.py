"""Which events time may do something to, asked of the database: at any moment that is few of those that are open."""

from datetime import datetime

from sqlalchemy import ColumnElement, and_, false, func, or_

from pipeline.dispatch.deadlines import Deadlines
from pipeline.dispatch.ledger_tables import EVENT
from pipeline.dispatch.office import Office
from pipeline.dispatch.standing import WORKED_ON


def may_be_due(office: Office) -> ColumnElement[bool]:
    """True of every event of which `late.late_change` says something, and of few others.

    Args:
        office: Deadlines and time.
    """
    routing, now = office.routing, office.now
    known = routing.deadlines_by_severity
    of_severity = [
        and_(EVENT.c.severity == severity, _reached(limits, len(routing.escalation), now))
        for severity, limits in known.items()
    ]
    of_unknown = and_(
        EVENT.c.severity.not_in(list(known)), _reached(routing.deadlines(""), len(routing.escalation), now)
    )
    is_late = and_(EVENT.c.was_late.is_(False), EVENT.c.deadline_at <= now)
    standings = [standing.value for standing in WORKED_ON]
    return and_(EVENT.c.standing.in_(standings), or_(is_late, *of_severity, of_unknown))


def _reached(limits: Deadlines, highest: int, now: datetime) -> ColumnElement[bool]:
    """Whether a reminder or a step up may be due by these limits; see `deadlines.due`."""
    opened_at = func.coalesce(EVENT.c.opened_at, EVENT.c.received_at)
    found: list[ColumnElement[bool]] = [false()]
    if limits.remind_every:
        found.append(func.coalesce(EVENT.c.reminded_at, opened_at) <= now - limits.remind_every)
    spans = [span for span in (limits.acknowledge, limits.dispose) if span]
    if spans:
        escalated_at = func.coalesce(EVENT.c.escalated_at, opened_at)
        is_next = or_(EVENT.c.level == 0, escalated_at <= now - limits.escalate_every)
        found.append(and_(EVENT.c.level < highest, opened_at <= now - min(spans), is_next))
    return or_(*found)
