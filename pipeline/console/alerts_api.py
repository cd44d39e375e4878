"""The routes of the page about alerts: events by pages, one event whole, and what may be said of it."""

from datetime import UTC, datetime
from typing import Annotated, Literal

from fastapi import APIRouter, Query
from pydantic import BaseModel, ConfigDict, Field, StringConstraints

from pipeline.config.resolved import Site
from pipeline.console import evidence_api, words_api
from pipeline.console.context import Console, ConsoleOf
from pipeline.console.event_file import EventAnswer, read_event
from pipeline.console.event_ids import EventId
from pipeline.console.guard import Operator
from pipeline.console.refusals import bad_request, not_found
from pipeline.console.shown_event import Answer, ShownEvent, shown
from pipeline.dispatch.ledger_shown import Place, Wanted, last_step, page
from pipeline.dispatch.standing import Standing
from pipeline.errors import UsageError

_MOST_A_PAGE = 1000
_Word = Annotated[str, StringConstraints(min_length=1, max_length=200, pattern=r"^[^\x00]*$")]
_Line = Annotated[str, StringConstraints(max_length=300, pattern=r"^[^\x00]*$")]


class AskedEvents(BaseModel):
    """Which events; what is left out matches all.

    Attributes:
        state: Where they stand.
        text: What their names or ids hold.
        open: 1: only those that are neither closed nor dismissed.
        after: The `next` of the page before.
    """

    model_config = ConfigDict(frozen=True)

    severity: list[_Word] = Field([], max_length=50)
    camera: list[_Word] = Field([], max_length=50)
    rule: list[_Word] = Field([], max_length=50)
    zone: list[_Word] = Field([], max_length=50)
    grid: list[_Word] = Field([], max_length=50)
    state: list[Standing] = Field([], max_length=10)
    text: _Line = ""
    open: Literal["0", "1"] = "0"
    after: _Line = ""
    limit: int = Field(200, ge=1, le=_MOST_A_PAGE)


class EventsAnswer(Answer):
    """A page of events.

    Attributes:
        seq: How much of the ledger's history it shows.
        next: Ask for the next page with it; null: this was the last.
    """

    seq: int
    events: tuple[ShownEvent, ...]
    next: str | None


class Choice(Answer):
    """Something to choose, by its id."""

    id: str
    name: str


class RuleChoice(Answer):
    """A rule to choose, with the title of its algorithm."""

    id: str
    zh: str
    en: str


class ChoicesAnswer(Answer):
    """What there is to choose from.

    Attributes:
        contacts: Who can be made responsible.
        has_table: Whether the site has a routing table: else the control room alone is responsible.
    """

    cameras: tuple[Choice, ...]
    zones: tuple[Choice, ...]
    rules: tuple[RuleChoice, ...]
    grids: tuple[str, ...]
    contacts: tuple[Choice, ...]
    has_table: bool


def router() -> APIRouter:
    """The routes."""
    routes = APIRouter(prefix="/api", tags=["alerts"])

    @routes.get("/events")
    def events(user: Operator, console: ConsoleOf, asked: Annotated[AskedEvents, Query()]) -> EventsAnswer:
        """Events, those that were heard of last first."""
        del user
        return _events(console, asked)

    @routes.get("/events/{event}")
    def event(user: Operator, console: ConsoleOf, event: EventId) -> EventAnswer:
        """One event, whole."""
        del user
        try:
            with console.database.reading() as connection:
                return read_event(connection, event, console.site, console.live.around)
        except UsageError as error:
            raise not_found(str(error)) from error

    @routes.get("/choices")
    def choices(user: Operator, console: ConsoleOf) -> ChoicesAnswer:
        """What the page's filters and dialogs offer."""
        del user
        return _choices(console, console.site)

    words_api.add_routes(routes)
    evidence_api.add_routes(routes)
    return routes


def _events(console: Console, asked: AskedEvents) -> EventsAnswer:
    wanted = Wanted(
        severities=tuple(asked.severity),
        cameras=tuple(asked.camera),
        rules=tuple(asked.rule),
        standings=tuple(one.value for one in asked.state),
        zones=tuple(asked.zone),
        grids=tuple(asked.grid),
        text=asked.text,
        is_open=asked.open == "1",
    )
    place = _place(asked.after) if asked.after else None
    with console.database.reading() as connection:
        found, seq = page(connection, wanted, place, asked.limit), last_step(connection)
    last, around = found[-1].record if len(found) == asked.limit else None, console.live.around
    return EventsAnswer(
        seq=seq,
        events=tuple(shown(one, seq, around) for one in found),
        next=None if last is None else _mark(Place(last.received_at, last.raised_at, last.id)),
    )


def _mark(place: Place) -> str:
    return f"{place.received_at.isoformat()}~{place.raised_at.isoformat()}~{place.id}"


def _place(after: str) -> Place:
    received, _, rest = after.partition("~")
    raised, _, event = rest.partition("~")
    try:
        moments = [datetime.fromisoformat(one).astimezone(UTC) for one in (received, raised)]
        return Place(moments[0], moments[1], event)
    except (ValueError, OverflowError) as error:
        raise bad_request(f"after: got {after!r}, expected what `next` of a page says") from error


def _choices(console: Console, site: Site) -> ChoicesAnswer:
    routing = console.live.routing
    zones = {zone.id: zone for camera in site.cameras for zone in camera.geofence.zones}
    return ChoicesAnswer(
        cameras=tuple(Choice(id=one.id, name=one.name) for one in site.cameras),
        zones=tuple(Choice(id=one.id, name=one.name) for one in zones.values()),
        rules=tuple(RuleChoice(id=one.id, zh=one.algorithm.title.zh, en=one.algorithm.title.en) for one in site.rules),
        grids=tuple(sorted({one.grid for one in zones.values() if one.grid} | routing.cell_by_id.keys())),
        contacts=tuple(Choice(id=one.id, name=one.name) for one in routing.contact_by_id.values()),
        has_table=console.routing.is_named,
    )
