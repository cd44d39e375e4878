"""What users say of events: into the ledger, to the pipeline and to all browsers at once."""

from datetime import timedelta
from typing import Annotated, Literal

from fastapi import APIRouter, Request
from pydantic import BaseModel, ConfigDict, Field, StringConstraints

from pipeline.console.context import Console, ConsoleOf
from pipeline.console.event_ids import EventId
from pipeline.console.guard import Operator
from pipeline.console.login_api import address_of
from pipeline.console.refusals import conflict, not_found, unprocessable
from pipeline.console.shown_event import ShownEvent, shown
from pipeline.dispatch.ledger_shown import known, last_step
from pipeline.dispatch.ledger_words import Desk, Said, Silence
from pipeline.dispatch.office import Office
from pipeline.dispatch.record import Record
from pipeline.dispatch.standing import Standing, Word, way
from pipeline.errors import UsageError
from pipeline.observation import CommandKind

_LONGEST_MUTE_MIN = 7 * 24 * 60
_Note = Annotated[str, StringConstraints(strip_whitespace=True, max_length=2000, pattern=r"^[^\x00]*$")]
_Reason = Annotated[str, StringConstraints(strip_whitespace=True, min_length=1, max_length=2000, pattern=r"^[^\x00]*$")]
_Name = Annotated[str, StringConstraints(min_length=1, max_length=200, pattern=r"^[^\x00]*$")]


class _Asked(BaseModel):
    """What is said."""

    model_config = ConfigDict(frozen=True, extra="forbid")


class PlainWord(_Asked):
    """A word that leads an event on. `close` goes the whole way to its end, each step noted."""

    word: Literal["acknowledge", "confirm", "dispose", "verify", "close", "dismiss", "reopen"]
    note: _Note = ""


class Assign(_Asked):
    """Another contact is responsible."""

    word: Literal["assign"]
    contact: _Name
    note: _Note = ""


class Note(_Asked):
    """Something to be written down."""

    word: Literal["note"]
    note: _Reason


class Mute(_Asked):
    """The event's camera, or one rule of it, is to raise nothing for a while.

    Attributes:
        minutes: How long.
        whole_camera: Every rule of the camera, not the event's alone.
        note: Why.
    """

    word: Literal["mute"]
    minutes: int = Field(ge=1, le=_LONGEST_MUTE_MIN)
    whole_camera: bool = False
    note: _Reason


AnyWord = Annotated[PlainWord | Assign | Note | Mute, Field(discriminator="word")]


def add_routes(routes: APIRouter) -> None:
    """Add them."""

    @routes.post("/events/{event}/words")
    def say(user: Operator, console: ConsoleOf, event: EventId, said: AnyWord, request: Request) -> ShownEvent:
        """Say something of an event; it is answered as it stands then."""
        record = _record(console, event)
        desk, by = Desk(console.database, console.site.id), Said(user.name, said.note)
        detail = _done(desk, record, said, by, console)
        console.audit.write(user, f"alerts.{said.word}", event, detail, address_of(request))
        console.live.said()
        with console.database.reading() as connection:
            (one,) = known(connection, (event,))
            return shown(one, last_step(connection), console.live.around)


def _record(console: Console, event: str) -> Record:
    with console.database.reading() as connection:
        found = known(connection, (event,))
    if not found:
        raise not_found(f"event {event!r}: not in the ledger")
    return found[0].record


def _done(desk: Desk, record: Record, said: PlainWord | Assign | Note | Mute, by: Said, console: Console) -> str:
    """Do it; what the audit log says of it."""
    office = Office(console.live.routing, console.site.timezone, console.now)
    try:
        if isinstance(said, Mute):
            return _mute(desk, record, said, by, office)
        if isinstance(said, Assign):
            _known_contact(said.contact, console)
            desk.assign(record.id, said.contact, by, office)
            return f"{said.contact} {said.note}".strip()
        if isinstance(said, Note):
            desk.note(record.id, by, office)
            return said.note
        _lead_on(desk, record, Word(said.word), by, office)
    except UsageError as error:
        raise conflict(str(error)) from error
    return said.note


def _lead_on(desk: Desk, record: Record, word: Word, by: Said, office: Office) -> None:
    """One word; to close an event all that lead there."""
    words = way(Standing(record.standing), Standing.CLOSED, has_left=record.has_left) if word is Word.CLOSE else (word,)
    for one in words or (word,):
        desk.say(record.id, one, by, office)


def _mute(desk: Desk, record: Record, said: Mute, by: Said, office: Office) -> str:
    if not record.camera:
        raise conflict("mute: this event is of no camera (expected one that a camera has raised)")
    rule = None if said.whole_camera or not record.rule else record.rule
    until = office.now + timedelta(minutes=said.minutes)
    desk.silence(Silence(CommandKind.MUTE, record.camera, rule, until), by, office.now)
    what = f"muted {record.camera} / {rule or 'all rules'} for {said.minutes} min"
    desk.note(record.id, Said(by.by, f"{what}: {said.note}"), office)
    return f"{what}: {said.note}"


def _known_contact(contact: str, console: Console) -> None:
    if contact not in console.live.routing.contact_by_id:
        raise unprocessable(f"contact: the routing table has none of this id (got {contact!r})")
