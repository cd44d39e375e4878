"""Figures of a period, counted by the database: how many, where, when, how soon, and how many were false.

Quick with a hundred thousand events: every question is answered from few columns, and only delays leave the database
one by one.
"""

from collections import Counter
from collections.abc import Iterable, Sequence
from dataclasses import dataclass
from datetime import UTC, datetime, tzinfo

import numpy as np
from numpy.typing import NDArray
from sqlalchemy import ColumnElement, Connection, and_, case, extract, func, or_, select

from pipeline.dispatch.ledger_tables import EVENT
from pipeline.dispatch.standing import WORKED_ON, Standing
from pipeline.replay.intervals import Interval, share_interval
from pipeline.rules.episode import Review

GROUPS = ("grid", "category", "rule", "camera", "severity")
"""By what events are counted."""
_TOGETHER = (("category", "rule", "severity"), ("grid",), ("camera",))
"""What is counted in one question: there are few kinds of the first three together, and many of the others."""
_QUARTER_S = 900
"""No time zone is off by another part of an hour."""


@dataclass(frozen=True, slots=True)
class Span:
    """Which events; what is empty matches all.

    Attributes:
        since: Raised at or after.
        until: Raised before.
        only: Value by column; see `GROUPS`.
    """

    since: datetime
    until: datetime
    only: tuple[tuple[str, str], ...] = ()


@dataclass(frozen=True, slots=True)
class Count:
    """How many events there are of one kind.

    Attributes:
        key: Of the kind, such as a grid cell; may be empty.
        events: All of them.
        false: Those that somebody called false.
        true: Those that somebody confirmed or dealt with.
        open: Those on which somebody still has to work, or that wait for confirmation.
    """

    key: str
    events: int
    false: int
    true: int
    open: int

    @property
    def false_share(self) -> float | None:
        """Of those that were judged; None where none was."""
        judged = self.false + self.true
        return self.false / judged if judged else None

    @property
    def false_interval(self) -> Interval:
        """The same with what so many say of it, 95 %."""
        return share_interval(self.false, self.false + self.true)


@dataclass(frozen=True, slots=True)
class Delay:
    """How long something takes.

    Attributes:
        events: How many it is known of.
        median_s: Half of them take no longer; None where there are none.
        p90_s: Nine of ten take no longer.
    """

    events: int
    median_s: float | None
    p90_s: float | None


@dataclass(frozen=True, slots=True)
class Delays:
    """From when somebody was told, for events of one severity.

    Attributes:
        severity: Empty: all.
        acknowledge: Until somebody had it.
        close: Until nothing was left to do; false alarms are not among them.
    """

    severity: str
    acknowledge: Delay
    close: Delay


@dataclass(frozen=True, slots=True)
class Figures:
    """What a period holds.

    Attributes:
        total: All events of it.
        counts: By the name of the group, the most events first.
        by_hour: Events by day (ISO) and hour of the day, on the clock on the wall.
        delays: Of all, then of each severity.
    """

    total: Count
    counts: dict[str, tuple[Count, ...]]
    by_hour: dict[tuple[str, int], int]
    delays: tuple[Delays, ...]


def figures_of_span(connection: Connection, span: Span, timezone: tzinfo) -> Figures:
    """All figures of a period.

    Args:
        connection: Of the ledger.
        span: Which events.
        timezone: Of the clock on the wall.
    """
    counts = {name: found for names in _TOGETHER for name, found in _counts(connection, span, names).items()}
    return Figures(
        total=_total(counts["severity"]),
        counts=counts,
        by_hour=_by_hour(connection, span, timezone),
        delays=_delays(connection, span),
    )


def newest_event(connection: Connection) -> datetime | None:
    """When the last event was raised; None: there is none."""
    found: datetime | None = connection.execute(select(func.max(EVENT.c.raised_at))).scalar()
    return found


def _where(span: Span) -> ColumnElement[bool]:
    return and_(
        EVENT.c.raised_at >= span.since,
        EVENT.c.raised_at < span.until,
        *(EVENT.c[name] == value for name, value in span.only),
    )


def _is_false() -> ColumnElement[bool]:
    return or_(EVENT.c.standing == Standing.DISMISSED.value, EVENT.c.review == Review.DISMISSED.value)


def _is_true() -> ColumnElement[bool]:
    """See `feedback`: what was dealt with was there."""
    dealt_with = or_(EVENT.c.disposed_at.is_not(None), EVENT.c.verified_at.is_not(None))
    return and_(~_is_false(), or_(dealt_with, EVENT.c.review == Review.CONFIRMED.value))


def _counts(connection: Connection, span: Span, names: Sequence[str]) -> dict[str, tuple[Count, ...]]:
    columns = [EVENT.c[name] for name in names]
    waiting = [standing.value for standing in (*WORKED_ON, Standing.HELD)]
    query = (
        select(
            func.count(),
            func.sum(case((_is_false(), 1), else_=0)),
            func.sum(case((_is_true(), 1), else_=0)),
            func.sum(case((EVENT.c.standing.in_(waiting), 1), else_=0)),
            *columns,
        )
        .where(_where(span))
        .group_by(*columns)
    )
    sums: dict[str, dict[str, NDArray[np.int64]]] = {name: {} for name in names}
    for row in connection.execute(query):
        numbers = np.array([int(number) for number in row[:4]], np.int64)
        for name, key in zip(names, row[4:], strict=True):
            sums[name][str(key)] = sums[name].get(str(key), 0) + numbers
    return {
        name: tuple(sorted((_count(*one) for one in of_name.items()), key=_most_first))
        for name, of_name in sums.items()
    }


def _count(key: str, numbers: NDArray[np.int64]) -> Count:
    events, false, true, waiting = (int(number) for number in numbers)
    return Count(key, events, false, true, waiting)


def _most_first(count: Count) -> tuple[int, str]:
    return (-count.events, count.key)


def _total(counts: Iterable[Count]) -> Count:
    counts = tuple(counts)
    return Count(
        "",
        sum(one.events for one in counts),
        sum(one.false for one in counts),
        sum(one.true for one in counts),
        sum(one.open for one in counts),
    )


def _by_hour(connection: Connection, span: Span, timezone: tzinfo) -> dict[tuple[str, int], int]:
    second = extract("epoch", EVENT.c.raised_at)
    quarter = second - second % _QUARTER_S
    rows = connection.execute(select(quarter, func.count()).where(_where(span)).group_by(quarter))
    found: Counter[tuple[str, int]] = Counter()
    for start_s, events in rows:
        wall = datetime.fromtimestamp(int(start_s), UTC).astimezone(timezone)
        found[wall.date().isoformat(), wall.hour] += int(events)
    return dict(sorted(found.items()))


def _delays(connection: Connection, span: Span) -> tuple[Delays, ...]:
    opened = extract("epoch", EVENT.c.opened_at)
    is_closed = EVENT.c.standing == Standing.CLOSED.value
    query = select(
        EVENT.c.severity,
        extract("epoch", EVENT.c.acknowledged_at) - opened,
        case((is_closed, extract("epoch", EVENT.c.closed_at) - opened)),
    ).where(_where(span), EVENT.c.opened_at.is_not(None), or_(EVENT.c.acknowledged_at.is_not(None), is_closed))
    rows = connection.execute(query).all()
    severity = np.array([row[0] for row in rows], np.str_)
    acknowledge, close = (
        np.array([np.nan if row[n] is None else float(row[n]) for row in rows], np.float64) for n in (1, 2)
    )
    everything = np.ones(len(rows), np.bool_)
    masks = [("", everything), *((str(one), severity == one) for one in np.unique(severity))]
    return tuple(Delays(name, _delay(acknowledge[mask]), _delay(close[mask])) for name, mask in masks)


def _delay(lengths_s: NDArray[np.float64]) -> Delay:
    known = lengths_s[~np.isnan(lengths_s)]
    if not len(known):
        return Delay(0, None, None)
    median_s, p90_s = np.percentile(known, [50, 90])
    return Delay(len(known), round(float(median_s), 1), round(float(p90_s), 1))
