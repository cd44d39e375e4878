"""Figures of a period: events from the ledger, the cameras' uptime from their logs; as JSON and as CSV."""

from collections.abc import Iterator
from dataclasses import dataclass
from datetime import UTC, date, datetime, time, timedelta, tzinfo
from typing import Annotated, Literal

from fastapi import APIRouter, Query, Response
from pydantic import BaseModel, Field
from sqlalchemy import Connection

from pipeline.console.context import Console, ConsoleOf
from pipeline.console.guard import Operator
from pipeline.console.refusals import Refused, unprocessable
from pipeline.console.statistics_models import StatisticsAnswer, UptimeAnswer
from pipeline.console.statistics_views import statistics_answer, table_csv, uptime_answer, uptime_csv
from pipeline.dispatch.feedback import ledger_labels
from pipeline.dispatch.figures import GROUPS, Span, figures_of_span, newest_event
from pipeline.errors import UsageError
from pipeline.observation import MediaNs
from pipeline.replay.holdings import logs_in
from pipeline.replay.truth import labels_text
from pipeline.replay.uptime import PieceMemory, Uptime, uptime_of
from pipeline.runtime.clock import stopwatch

_DEFAULT_DAYS = 7
_MOST_DAYS = 1100
_LONGEST_S = 2.0
_LONGEST_FILE_S = 30.0
_EPOCH = datetime(1970, 1, 1, tzinfo=UTC)
Text = Annotated[str, Field(max_length=200)]
Day = Annotated[date | None, Field(description="In the site's time zone; included.")]
Table = Literal["grid", "category", "rule", "camera", "severity", "day", "hour", "delays", "uptime"]


class PeriodQuery(BaseModel):
    """Which days; without any the last week, or that of the newest events where they are older."""

    since: Day = None
    until: Day = None
    camera: Text = ""


class StatisticsQuery(PeriodQuery):
    """Which events; what is empty matches all."""

    grid: Text = ""
    category: Text = ""
    rule: Text = ""
    severity: Text = ""

    @property
    def only(self) -> tuple[tuple[str, str], ...]:
        """Value by column, of those that are given."""
        return tuple((name, value) for name in GROUPS if (value := getattr(self, name)))


class CsvResponse(Response):
    """A file for spreadsheets."""

    media_type = "text/csv; charset=utf-8"


@dataclass(frozen=True, slots=True)
class Period:
    """Whole days on the clock on the wall, both included."""

    first: date
    last: date
    timezone: tzinfo

    @property
    def since(self) -> datetime:
        """The first moment."""
        return datetime.combine(self.first, time(), self.timezone)

    @property
    def until(self) -> datetime:
        """The first moment after it."""
        return datetime.combine(self.last + timedelta(days=1), time(), self.timezone)


def router() -> APIRouter:
    """The routes."""
    routes = APIRouter(prefix="/api/statistics", tags=["statistics"])

    @routes.get("")
    def statistics(asked: Annotated[StatisticsQuery, Query()], user: Operator, console: ConsoleOf) -> StatisticsAnswer:
        del user
        return _statistics(console, asked)

    @routes.get("/uptime")
    def uptime(asked: Annotated[PeriodQuery, Query()], user: Operator, console: ConsoleOf) -> UptimeAnswer:
        del user
        return _uptime(console, asked, _LONGEST_S)

    @routes.get("/labels.csv", response_class=CsvResponse)
    def labels(user: Operator, console: ConsoleOf) -> CsvResponse:
        """What was said of events, true or false, as `smart-alert tune --labels` reads it."""
        del user
        content = labels_text(ledger_labels(console.database), console.site.timezone)
        return CsvResponse(content, headers={"Content-Disposition": 'attachment; filename="labels.csv"'})

    @routes.get("/{table}.csv", response_class=CsvResponse)
    def table(
        table: Table, asked: Annotated[StatisticsQuery, Query()], user: Operator, console: ConsoleOf
    ) -> CsvResponse:
        del user
        if table == "uptime":
            found = _uptime(console, asked, _LONGEST_FILE_S)
            if not found.is_complete:
                text = f"uptime: logs are still being read ({found.done} of {found.total} cameras); ask again"
                raise Refused(503, text, {"Retry-After": "1"})
            content, days = uptime_csv(found.cameras), (found.since, found.until)
        else:
            figures = _statistics(console, asked)
            content, days = table_csv(figures, table), (figures.since, figures.until)
        name = f"{table}-{days[0]}-{days[1]}.csv"
        return CsvResponse(content, headers={"Content-Disposition": f'attachment; filename="{name}"'})

    return routes


def _statistics(console: Console, asked: StatisticsQuery) -> StatisticsAnswer:
    site = console.site
    with console.database.reading() as connection:
        period = _period(console, connection, asked)
        found = figures_of_span(connection, Span(period.since, period.until, asked.only), site.timezone)
    return statistics_answer(found, site, period.first, period.last)


def _period(console: Console, connection: Connection, asked: PeriodQuery) -> Period:
    since, until = asked.since, asked.until
    timezone = console.site.timezone
    today = console.now.astimezone(timezone).date()
    if until is None:
        newest = newest_event(connection)
        newest_day = today if newest is None else newest.astimezone(timezone).date()
        until = newest_day if since is None and (today - newest_day).days >= _DEFAULT_DAYS else today
    since = since or until - timedelta(days=_DEFAULT_DAYS - 1)
    if not date(1970, 1, 2) <= since <= until <= date(9000, 1, 1) or (until - since).days > _MOST_DAYS:
        raise unprocessable(f"since, until: got {since} to {until}, allowed: at most {_MOST_DAYS} days, in order")
    return Period(since, until, timezone)


def _uptime(console: Console, asked: PeriodQuery, longest_s: float) -> UptimeAnswer:
    """As many cameras as can be read in this time, and all that were read before."""
    site = console.site
    with console.database.reading() as connection:
        period = _period(console, connection, asked)
    try:
        logs = dict(logs_in(site.state / "log"))
    except UsageError:
        logs = {}
    names = {one.id: one.name for one in site.cameras if one.id in logs and asked.camera in {"", one.id}}
    first, end = (MediaNs((one - _EPOCH) // timedelta(microseconds=1) * 1000) for one in (period.since, period.until))
    memory, goes_on = PieceMemory(site.state / "uptime.sqlite"), _while_time(longest_s)
    found: list[Uptime] = []
    for one in names:
        pieces = memory.pieces(one, logs[one], first, goes_on)
        if pieces is not None:
            found.append(uptime_of(one, pieces, first, end))
    return UptimeAnswer(
        since=period.first,
        until=period.last,
        is_complete=len(found) == len(names),
        done=len(found),
        total=len(names),
        cameras=[uptime_answer(one, names[one.camera]) for one in found],
    )


def _while_time(longest_s: float) -> Iterator[bool]:
    """True for so long, and at least once: whoever asks again gets on."""
    elapsed = stopwatch()
    yield True
    while elapsed() < longest_s:
        yield True
