"""Sends what the ledger has decided to tell. At least once: what a crash leaves in doubt is sent again, and says so."""

from collections.abc import Callable
from dataclasses import dataclass
from datetime import datetime, timedelta
from pathlib import Path
from urllib.parse import unquote, urlsplit

from sqlalchemy import Connection, Row, insert, select, tuple_, update

from pipeline.dispatch.change import DISPATCHER
from pipeline.dispatch.channels import Message, send
from pipeline.dispatch.ledger_database import Database
from pipeline.dispatch.ledger_tables import ATTACHMENT, EVENT, NOTICE, STEP
from pipeline.dispatch.notice import REPEATED
from pipeline.dispatch.routing import Routing

_MOST_AT_ONCE = 16
_FIRST_PAUSE, _LONGEST_PAUSE = timedelta(seconds=10), timedelta(minutes=15)
GIVEN_UP_AFTER = timedelta(hours=24)
"""A notice that no try has brought so far is dropped: the ledger and those higher up know of the event."""
_GRAVE = frozenset({"major", "critical"})


@dataclass(frozen=True, slots=True)
class _Waiting:
    """A notice that is to be sent.

    Attributes:
        is_unsure: It may have been sent already.
    """

    seq: int
    event: str
    contact: str
    channel: int
    title: str
    body: str
    at: datetime
    tries: int
    is_unsure: bool
    is_grave: bool


class Notifier:
    """Remembers which addresses fail at the moment, so that each costs its time-out only now and then."""

    def __init__(self, database: Database, told: Callable[[str], None]) -> None:
        """Nothing was sent yet.

        Args:
            database: The ledger's.
            told: Takes one line about what somebody may have to act on.
        """
        self._database = database
        self._told = told
        self._pause_by_address: dict[tuple[str, int], tuple[timedelta, datetime]] = {}

    def send_some(self, routing: Routing, now: Callable[[], datetime]) -> int:
        """Send a few of those that wait, the oldest first; how many were taken by their services.

        Raises:
            LedgerAwayError: The database cannot be reached or written now.
        """
        sent = 0
        for waiting in self._waiting(now()):
            # An address that failed a moment ago costs its time-out once, not for each notice.
            pause = self._pause_by_address.get((waiting.contact, waiting.channel))
            if pause is not None and now() < pause[1]:
                continue
            sent += self._send(waiting, routing, now)
        return sent

    def _send(self, waiting: _Waiting, routing: Routing, now: Callable[[], datetime]) -> bool:
        contact = routing.contact_by_id.get(waiting.contact)
        if contact is None or waiting.channel >= len(contact.channels):
            self._dropped(waiting, "the routing table has no such address any more", now())
            return False
        # First noted, then sent: after a crash in between, the next try says that it may be a repetition.
        with self._database.writing() as connection:
            connection.execute(
                update(NOTICE).where(NOTICE.c.seq == waiting.seq).values(tried_at=now(), tries=waiting.tries + 1)
            )
            pictures = _pictures(connection, waiting.event)
        title = f"{waiting.title} {REPEATED}" if waiting.is_unsure else waiting.title
        message = Message(title, waiting.body, waiting.is_grave, pictures)
        fault = send(contact.channels[waiting.channel].reveal(), message)
        address = (waiting.contact, waiting.channel)
        if not fault:
            self._pause_by_address.pop(address, None)
            self._mark(waiting, {"sent_at": now(), "fault": ""})
            return True
        pause = min(2 * self._pause_by_address.get(address, (_FIRST_PAUSE / 2, waiting.at))[0], _LONGEST_PAUSE)
        if address not in self._pause_by_address:
            self._told(f"contact {waiting.contact}, {contact.channels[waiting.channel]}: {fault}; tried again")
        self._pause_by_address[address] = pause, now() + pause
        if now() - waiting.at > GIVEN_UP_AFTER:
            self._dropped(waiting, fault, now())
        else:
            # A refusal is sure: the next try is no repetition.
            self._mark(waiting, {"tried_at": None, "fault": fault})
        return False

    def _waiting(self, now: datetime) -> list[_Waiting]:
        pausing = [address for address, (_, until) in self._pause_by_address.items() if now < until]
        address = tuple_(NOTICE.c.contact, NOTICE.c.channel)
        query = (
            select(NOTICE, EVENT.c.severity)
            .join(EVENT, EVENT.c.id == NOTICE.c.event)
            .where(NOTICE.c.sent_at.is_(None), NOTICE.c.dropped_at.is_(None), address.not_in(pausing))
            .order_by(NOTICE.c.seq)
            .limit(_MOST_AT_ONCE)
        )
        with self._database.reading() as connection:
            return [_made(row) for row in connection.execute(query)]

    def _dropped(self, waiting: _Waiting, fault: str, now: datetime) -> None:
        self._told(f"event {waiting.event}: contact {waiting.contact} was not told: {fault}")
        step = {"event": waiting.event, "at": now, "what": "not told", "by": DISPATCHER, "standing": ""}
        with self._database.writing() as connection:
            connection.execute(insert(STEP), [step | {"note": f"{waiting.contact}: {fault}"}])
            connection.execute(update(NOTICE).where(NOTICE.c.seq == waiting.seq).values(dropped_at=now, fault=fault))

    def _mark(self, waiting: _Waiting, values: dict[str, datetime | str | None]) -> None:
        with self._database.writing() as connection:
            connection.execute(update(NOTICE).where(NOTICE.c.seq == waiting.seq).values(values))


def _made(row: "Row[tuple[object, ...]]") -> _Waiting:
    return _Waiting(
        seq=row.seq,
        event=row.event,
        contact=row.contact,
        channel=row.channel,
        title=row.title,
        body=row.body,
        at=row.at,
        tries=row.tries,
        is_unsure=row.tried_at is not None,
        is_grave=row.severity in _GRAVE,
    )


def _pictures(connection: Connection, event: str) -> tuple[Path, ...]:
    """The event's snapshot, where it lies on this machine."""
    query = select(ATTACHMENT.c.uri).where(ATTACHMENT.c.event == event, ATTACHMENT.c.kind == "snapshot").limit(1)
    uris = [urlsplit(str(row.uri)) for row in connection.execute(query)]
    return tuple(Path(unquote(uri.path)) for uri in uris if uri.scheme == "file")
