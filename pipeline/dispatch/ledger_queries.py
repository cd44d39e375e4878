"""What stands in the ledger: lists, one event whole, figures for each cell of the grid."""

from collections.abc import Iterator, Sequence
from dataclasses import dataclass, fields
from datetime import datetime

from sqlalchemy import Connection, Select, select

from pipeline.dispatch.change import Attachment, Step
from pipeline.dispatch.ledger_tables import ATTACHMENT, EVENT, NOTICE, STEP
from pipeline.dispatch.ledger_words import found
from pipeline.dispatch.notice import Notice
from pipeline.dispatch.record import Record, is_late
from pipeline.dispatch.standing import WORKED_ON, Standing

_PAGE = 500


@dataclass(frozen=True, slots=True)
class Filter:
    """Which events; what is empty matches all.

    Attributes:
        standings: Where they stand.
        grid: The cell.
        responsible: The contact.
        severity: How grave.
        is_late_at: Only those that miss their deadline at this moment.
        since: Raised at or after.
        until: Raised before.
    """

    standings: tuple[Standing, ...] = ()
    grid: str = ""
    responsible: str = ""
    severity: str = ""
    is_late_at: datetime | None = None
    since: datetime | None = None
    until: datetime | None = None


@dataclass(frozen=True, slots=True)
class File:
    """One event, whole.

    Attributes:
        record: The event.
        steps: Its history, in order.
        attachments: Its files, in order.
        notices: Who was to be told, each with what became of it: sent, waiting, dropped, or the fault.
    """

    record: Record
    steps: tuple[Step, ...]
    attachments: tuple[Attachment, ...]
    notices: tuple[tuple[Notice, str], ...]


@dataclass(frozen=True, slots=True)
class CellFigures:
    """Figures of one cell; times are means, None where there is nothing to take the mean of.

    Attributes:
        grid: The cell; empty: events without one.
        total: Events that somebody was, or is to be, told of.
        held: Those that wait for confirmation.
        working: Those that are still worked on.
        late: Those that miss their deadline now.
        was_late: Those that ever did.
        over: Closed or verified.
        dismissed: False alarms.
        manual: Reported by officers.
        acknowledge_s: From being told to being acknowledged.
        dispose_s: From being told to being dealt with.
    """

    grid: str
    total: int
    held: int
    working: int
    late: int
    was_late: int
    over: int
    dismissed: int
    manual: int
    acknowledge_s: float | None
    dispose_s: float | None


def listed(connection: Connection, wanted: Filter, limit: int | None = None) -> Iterator[Record]:
    """The events that match, the newest first."""
    query = _query(wanted).order_by(EVENT.c.raised_at.desc(), EVENT.c.id)
    query = query if limit is None else query.limit(limit)
    for row in connection.execute(query).mappings():
        yield Record(**row)


def event_file(connection: Connection, event: str) -> File:
    """All that is known of one event.

    Raises:
        UsageError: There is none of that id.
    """
    record = found(connection, event)
    return File(
        record,
        tuple(steps_of(connection, (record.id,))),
        tuple(attachments_of(connection, (record.id,))),
        tuple(_notices_of(connection, record.id)),
    )


def steps_of(connection: Connection, events: Sequence[str]) -> Iterator[Step]:
    """The history of events, in order."""
    columns = [STEP.c[field.name] for field in fields(Step)]
    for page in _pages(events):
        for row in connection.execute(select(*columns).where(STEP.c.event.in_(page)).order_by(STEP.c.seq)).mappings():
            yield Step(**row)


def attachments_of(connection: Connection, events: Sequence[str]) -> Iterator[Attachment]:
    """The files of events, in order."""
    columns = [ATTACHMENT.c[field.name] for field in fields(Attachment)]
    for page in _pages(events):
        query = select(*columns).where(ATTACHMENT.c.event.in_(page)).order_by(ATTACHMENT.c.seq)
        for row in connection.execute(query).mappings():
            yield Attachment(**row)


def figures(connection: Connection, wanted: Filter, now: datetime) -> tuple[CellFigures, ...]:
    """Figures for each cell that has events, in the order of their ids."""
    records_by_grid: dict[str, list[Record]] = {}
    for record in listed(connection, wanted):
        records_by_grid.setdefault(record.grid, []).append(record)
    return tuple(_figures(grid, records, now) for grid, records in sorted(records_by_grid.items()))


def _figures(grid: str, records: list[Record], now: datetime) -> CellFigures:
    standings = [Standing(record.standing) for record in records]
    return CellFigures(
        grid=grid,
        total=len(records),
        held=standings.count(Standing.HELD),
        working=sum(standing in WORKED_ON for standing in standings),
        late=sum(is_late(record, now) for record in records),
        was_late=sum(record.was_late or is_late(record, now) for record in records),
        over=standings.count(Standing.CLOSED) + standings.count(Standing.VERIFIED),
        dismissed=standings.count(Standing.DISMISSED),
        manual=sum(record.source == "manual" for record in records),
        acknowledge_s=_mean_s([(record.opened_at, record.acknowledged_at) for record in records]),
        dispose_s=_mean_s([(record.opened_at, record.disposed_at) for record in records]),
    )


def _mean_s(spans: Sequence[tuple[datetime | None, datetime | None]]) -> float | None:
    lengths = [(end - start).total_seconds() for start, end in spans if start is not None and end is not None]
    return round(sum(lengths) / len(lengths), 1) if lengths else None


def _query(wanted: Filter) -> "Select[tuple[object, ...]]":
    query = select(EVENT)
    if wanted.standings:
        query = query.where(EVENT.c.standing.in_([standing.value for standing in wanted.standings]))
    for column, value in (("grid", wanted.grid), ("responsible", wanted.responsible), ("severity", wanted.severity)):
        if value:
            query = query.where(EVENT.c[column] == value)
    if wanted.is_late_at is not None:
        working = [standing.value for standing in WORKED_ON]
        query = query.where(EVENT.c.standing.in_(working), EVENT.c.deadline_at <= wanted.is_late_at)
    if wanted.since is not None:
        query = query.where(EVENT.c.raised_at >= wanted.since)
    return query if wanted.until is None else query.where(EVENT.c.raised_at < wanted.until)


def _notices_of(connection: Connection, event: str) -> Iterator[tuple[Notice, str]]:
    columns = [NOTICE.c[field.name] for field in fields(Notice)]
    more = (NOTICE.c.sent_at, NOTICE.c.dropped_at, NOTICE.c.fault)
    query = select(*columns, *more).where(NOTICE.c.event == event).order_by(NOTICE.c.seq)
    for row in connection.execute(query).mappings():
        notice = Notice(**{field.name: row[field.name] for field in fields(Notice)})
        fate = "sent" if row["sent_at"] else "dropped" if row["dropped_at"] else "waiting"
        yield notice, f"{fate}: {row['fault']}" if row["fault"] else fate


def _pages(events: Sequence[str]) -> Iterator[Sequence[str]]:
    # A database takes only so many values in one question.
    for start in range(0, len(events), _PAGE):
        yield events[start : start + _PAGE]
