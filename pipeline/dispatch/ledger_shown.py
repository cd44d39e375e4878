"""The ledger as a page shows it that stays open: events by pages, the newest first, and what is new since a moment."""

from collections.abc import Iterable, Iterator, Sequence
from dataclasses import dataclass, fields
from datetime import datetime

from sqlalchemy import ColumnElement, Connection, Select, and_, func, or_, select, tuple_

from pipeline.dispatch.change import Step
from pipeline.dispatch.ledger_tables import EVENT, MESSAGE, STEP
from pipeline.dispatch.record import Record
from pipeline.dispatch.standing import OVER

_SEARCHED = ("id", "title_zh", "title_en", "camera", "camera_name", "zone", "zone_name", "grid", "rule", "report_text")
_PAGE = 500
_STEP_COLUMNS = (STEP.c.seq, *(STEP.c[field.name] for field in fields(Step)))


@dataclass(frozen=True, slots=True)
class Known:
    """One event.

    Attributes:
        record: As it stands.
        line: Its newest message, as it was sent.
    """

    record: Record
    line: str


@dataclass(frozen=True, slots=True)
class Wanted:
    """Which events; what is empty matches all.

    Attributes:
        severities: How grave.
        cameras: Ids.
        rules: Ids.
        standings: Where they stand.
        zones: Ids.
        grids: Cells.
        text: What their names or ids hold, in whatever case.
        is_open: Only those that are neither closed nor dismissed.
    """

    severities: tuple[str, ...] = ()
    cameras: tuple[str, ...] = ()
    rules: tuple[str, ...] = ()
    standings: tuple[str, ...] = ()
    zones: tuple[str, ...] = ()
    grids: tuple[str, ...] = ()
    text: str = ""
    is_open: bool = False


@dataclass(frozen=True, slots=True)
class Place:
    """Where a page ends: the next one begins after it.

    Attributes:
        received_at: Of its last event.
        raised_at: Of its last event: what came together is in the order in which it was raised.
        id: Of its last event.
    """

    received_at: datetime
    raised_at: datetime
    id: str


@dataclass(frozen=True, slots=True)
class News:
    """What has happened.

    Attributes:
        last: The number of the last line of the history that there is.
        steps: The lines since, each with its number, in order.
        events: The events that they are about, as they stand now.
    """

    last: int
    steps: tuple[tuple[int, Step], ...]
    events: tuple[Known, ...]


def page(connection: Connection, wanted: Wanted, after: Place | None, most: int) -> tuple[Known, ...]:
    """So many events, those that were heard of last first.

    Args:
        connection: Of the ledger.
        wanted: Which.
        after: Where the page before it ended; None: it is the first.
        most: No more than these.
    """
    order = (EVENT.c.received_at, EVENT.c.raised_at, EVENT.c.id)
    query = _known().where(*_conditions(wanted)).order_by(*(column.desc() for column in order)).limit(most)
    if after is not None:
        query = query.where(tuple_(*order) < tuple_(after.received_at, after.raised_at, after.id))
    return tuple(_made(connection, query))


def known(connection: Connection, events: Iterable[str]) -> tuple[Known, ...]:
    """Events by their ids; those that are not there are left out."""
    ids = sorted(set(events))
    pages = (ids[start : start + _PAGE] for start in range(0, len(ids), _PAGE))
    return tuple(one for some in pages for one in _made(connection, _known().where(EVENT.c.id.in_(some))))


def last_step(connection: Connection) -> int:
    """The number of the last line of the history; 0: there is none."""
    return int(connection.scalar(select(func.max(STEP.c.seq))) or 0)


def news_after(connection: Connection, number: int, most: int) -> News:
    """What has happened since a line of the history; at most so many lines of it."""
    steps = _steps(connection, select(*_STEP_COLUMNS).where(STEP.c.seq > number).order_by(STEP.c.seq).limit(most))
    last = steps[-1][0] if steps else number
    return News(last, steps, known(connection, (step.event for _, step in steps if step.event)))


def steps_with_numbers(connection: Connection, event: str) -> tuple[tuple[int, Step], ...]:
    """The history of an event, in order, each line with its number."""
    return _steps(connection, select(*_STEP_COLUMNS).where(STEP.c.event == event).order_by(STEP.c.seq))


def first_line(connection: Connection, event: str) -> str:
    """The first message of an event, as it was sent; empty: there is none."""
    query = select(MESSAGE.c.line).where(MESSAGE.c.event == event).order_by(MESSAGE.c.revision).limit(1)
    return connection.scalar(query) or ""


def _steps(connection: Connection, query: "Select[tuple[object, ...]]") -> tuple[tuple[int, Step], ...]:
    found = []
    for row in connection.execute(query).mappings():
        values = dict(row)
        found.append((int(values.pop("seq")), Step(**values)))
    return tuple(found)


def _known() -> "Select[tuple[object, ...]]":
    newest = and_(MESSAGE.c.event == EVENT.c.id, MESSAGE.c.revision == EVENT.c.revision)
    return select(EVENT, MESSAGE.c.line).join(MESSAGE, newest)


def _made(connection: Connection, query: "Select[tuple[object, ...]]") -> Iterator[Known]:
    for row in connection.execute(query).mappings():
        values = dict(row)
        line = str(values.pop("line"))
        yield Known(Record(**values), line)


def _conditions(wanted: Wanted) -> Iterator[ColumnElement[bool]]:
    lists: tuple[tuple[str, Sequence[str]], ...] = (
        ("severity", wanted.severities),
        ("camera", wanted.cameras),
        ("rule", wanted.rules),
        ("standing", wanted.standings),
        ("zone", wanted.zones),
        ("grid", wanted.grids),
    )
    for column, values in lists:
        if values:
            yield EVENT.c[column].in_(values)
    if wanted.is_open:
        yield EVENT.c.standing.not_in([standing.value for standing in OVER])
    if wanted.text:
        yield or_(*(EVENT.c[name].icontains(wanted.text, autoescape=True) for name in _SEARCHED))
