"""What people say: written into the ledger, and in the same transaction the command to the pipeline that it becomes."""

import hashlib
from collections.abc import Sequence
from dataclasses import asdict, dataclass, replace
from datetime import datetime

from sqlalchemy import Connection, insert, select, update

from pipeline.alerts.command_message import CommandMessage, parse_command
from pipeline.dispatch.change import Attachment, Change, Step
from pipeline.dispatch.ledger import records, write
from pipeline.dispatch.ledger_database import Database
from pipeline.dispatch.ledger_tables import COMMAND, EVENT, STEP
from pipeline.dispatch.notice import NoticeKind
from pipeline.dispatch.office import Office
from pipeline.dispatch.record import Record, moved
from pipeline.dispatch.routing import on_duty
from pipeline.dispatch.standing import Standing, Word, after
from pipeline.errors import UsageError
from pipeline.observation import CommandKind

_SHORTEST_PREFIX = 4
_KIND_BY_WORD = {
    Word.ACKNOWLEDGE: CommandKind.ACKNOWLEDGE,
    Word.CONFIRM: CommandKind.CONFIRM,
    Word.DISMISS: CommandKind.DISMISS,
    # Whoever has dealt with it has it: the pipeline reminds no more.
    Word.DISPOSE: CommandKind.ACKNOWLEDGE,
}
_OPENING = frozenset({Word.CONFIRM, Word.REOPEN})


@dataclass(frozen=True, slots=True)
class Said:
    """Who says it, and what for.

    Attributes:
        by: Who.
        note: In words; may be empty.
        photos: URI and SHA-256 of pictures that come with it.
    """

    by: str
    note: str = ""
    photos: tuple[tuple[str, str], ...] = ()


@dataclass(frozen=True, slots=True)
class Silence:
    """A camera, or one of its rules, that is to be quiet for a while.

    Attributes:
        kind: `mute` or `maintenance`.
        camera: Its id.
        rule: None: every rule of it.
        until: When it ends.
    """

    kind: CommandKind
    camera: str
    rule: str | None
    until: datetime


class Desk:
    """Takes people's words. Each method may raise LedgerAwayError."""

    def __init__(self, database: Database, site: str) -> None:
        """Nothing is connected yet.

        Args:
            database: The ledger's.
            site: The site's id.
        """
        self._database = database
        self._site = site

    def say(self, event: str, word: Word, said: Said, office: Office) -> Record:
        """A word about an event; the event as it stands then.

        Raises:
            UsageError: There is no such event, or the word does not fit it.
        """
        with self._database.writing() as connection:
            record = found(connection, event)
            if word in _OPENING:
                after(Standing(record.standing), word, has_left=record.has_left)
                change = office.opening(record, word.value, said.by, said.note)
            else:
                later = moved(record, word, office.routing.deadlines(record.severity), office.now)
                change = Change(later, (office.step(later, word.value, said.by, said.note),))
            write(connection, change.then(_with_photos(change.record, said, office.now)))
            is_known = word is Word.DISPOSE and record.acknowledged_at is not None
            if word in _KIND_BY_WORD and record.camera and not is_known:
                self._command(
                    connection, _about(record.site or self._site, record, _KIND_BY_WORD[word], said, office.now)
                )
        return change.record

    def assign(self, event: str, contact: str, said: Said, office: Office) -> Record:
        """Make another contact responsible, and tell it.

        Raises:
            UsageError: There is no such event or contact, or nobody is responsible for the event yet or any more.
        """
        if contact not in office.routing.contact_by_id:
            known = ", ".join(sorted(office.routing.contact_by_id))
            raise UsageError(f"assign: no contact {contact!r} in the routing table (there are {known})")
        with self._database.writing() as connection:
            record = found(connection, event)
            if record.opened_at is None or record.closed_at is not None:
                raise UsageError(f"assign: does not fit an event that is {record.standing}")
            after_it = replace(record, responsible=contact)
            told = on_duty(office.routing, contact, office.now_ns)
            notices = tuple(office.notices(after_it, NoticeKind.ASSIGNED, (told,)))
            note = f"{record.responsible} -> {contact}" + (f": {said.note}" if said.note else "")
            write(connection, Change(after_it, (office.step(after_it, "assigned", said.by, note),), (), notices))
        return after_it

    def note(self, event: str, said: Said, office: Office) -> Record:
        """Write something down, with pictures or without.

        Raises:
            UsageError: There is no such event.
        """
        with self._database.writing() as connection:
            record = found(connection, event)
            change = Change(record, (office.step(record, "note", said.by, said.note),))
            write(connection, change.then(_with_photos(record, said, office.now)))
        return record

    def silence(self, silence: Silence, said: Said, now: datetime) -> CommandMessage:
        """See `silence_all`."""
        return self.silence_all((silence,), said, now)[0]

    def silence_all(self, silences: Sequence[Silence], said: Said, now: datetime) -> tuple[CommandMessage, ...]:
        """Mute cameras or rules, or tell of maintenance: commands alone, and lines of the history; all or none.

        Of several words about one camera and rule the last one counts, so a silence is ended by one that ends soon.

        Raises:
            UsageError: An end is not after now.
        """
        for one in silences:
            if one.until <= now:
                raise UsageError(f"{one.kind}: ends at {one.until.isoformat()}, expected a moment to come")
        messages = tuple(self._message(one, said, now) for one in silences)
        with self._database.writing() as connection:
            connection.execute(insert(STEP), [asdict(_silent_step(one)) for one in messages])
            for message in messages:
                self._command(connection, message)
        return messages

    def _message(self, silence: Silence, said: Said, now: datetime) -> CommandMessage:
        return CommandMessage(
            id=_command_id(silence.kind.value, silence.camera, silence.rule or "", said.by, now.isoformat()),
            kind=silence.kind,
            site=self._site,
            camera=silence.camera,
            rule=silence.rule,
            until=silence.until,
            reason=said.note,
            by=said.by,
            at=now,
        )

    def unsent(self) -> tuple[tuple[int, CommandMessage], ...]:
        """Commands that are still to be sent, in order, each with its number."""
        with self._database.reading() as connection:
            rows = connection.execute(
                select(COMMAND.c.seq, COMMAND.c.line)
                .where(COMMAND.c.sent_at.is_(None))
                .order_by(COMMAND.c.seq)
                .limit(64)
            ).all()
        return tuple((int(row.seq), parse_command(str(row.line))) for row in rows)

    def mark_sent(self, numbers: Sequence[int], now: datetime) -> None:
        """They are in the stream."""
        with self._database.writing() as connection:
            connection.execute(update(COMMAND).where(COMMAND.c.seq.in_(numbers)).values(sent_at=now))

    def _command(self, connection: Connection, message: CommandMessage) -> None:
        row = {"id": message.id, "line": message.to_json(), "at": message.at, "silent_until": message.until}
        connection.execute(insert(COMMAND), [row])


def found(connection: Connection, event: str) -> Record:
    """The event of that id, or the one whose id begins so.

    Raises:
        UsageError: There is none, or there are several.
    """
    exact = records(connection, (event,))
    if exact:
        return exact[event]
    ids: list[str] = []
    if len(event) >= _SHORTEST_PREFIX:
        rows = connection.execute(select(EVENT.c.id).where(EVENT.c.id.startswith(event, autoescape=True)).limit(3))
        ids = [str(row.id) for row in rows]
    if len(ids) == 1:
        return records(connection, ids)[ids[0]]
    if ids:
        raise UsageError(f"event {event!r}: several begin so ({', '.join(ids)}{' ...' if len(ids) == 3 else ''})")
    raise UsageError(
        f"event {event!r}: not in the ledger (expected an id, or its first {_SHORTEST_PREFIX} letters or more)"
    )


def _about(site: str, record: Record, kind: CommandKind, said: Said, now: datetime) -> CommandMessage:
    return CommandMessage(
        id=_command_id(kind.value, record.id, said.by, now.isoformat()),
        kind=kind,
        site=site,
        camera=record.camera,
        event=record.id,
        reason=said.note,
        by=said.by,
        at=now,
    )


def _silent_step(message: CommandMessage) -> Step:
    until = "" if message.until is None else message.until.isoformat()
    what = f"{message.camera}{f' / {message.rule}' if message.rule else ''} until {until}"
    return Step("", message.at, message.kind.value, message.by, f"{what}: {message.reason}", "")


def _with_photos(record: Record, said: Said, now: datetime) -> Change:
    photos = tuple(Attachment(record.id, "photo", uri, sha256, said.by, now) for uri, sha256 in said.photos)
    return Change(record, (), photos)


def _command_id(*parts: str) -> str:
    return hashlib.sha256("\x1f".join(parts).encode()).hexdigest()[:32]
