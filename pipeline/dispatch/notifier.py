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
from pipeline.runtime.clock import stopwatch
from pipeline.runtime.errand import Errand

_MOST_AT_ONCE = 16
_LONGEST_TURN_S = 0.25
_LONGEST_END_S = 10.0
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


@dataclass(frozen=True, slots=True)
class _Sending:
    """A notice on its way.

    Attributes:
        shown: Its address, for messages.
        fault: Why it was not taken, once that is known; empty: it was.
    """

    waiting: _Waiting
    shown: str
    fault: Errand[str]


class Notifier:
    """Sends one notice after the other. A service that takes its time holds up other notices, and nothing else.

    Remembers which addresses fail at the moment, so that each costs its time-out only now and then, and what is on its
    way.
    """

    def __init__(
        self, database: Database, told: Callable[[str], None], *, longest_turn_s: float = _LONGEST_TURN_S
    ) -> None:
        """Nothing was sent yet.

        Args:
            database: The ledger's.
            told: Takes one line about what somebody may have to act on.
            longest_turn_s: For how long `send_some` waits for services.
        """
        self._database = database
        self._told = told
        self._longest_turn_s = longest_turn_s
        self._pause_by_address: dict[tuple[str, int], tuple[timedelta, datetime]] = {}
        self._sending: _Sending | None = None

    def send_some(self, routing: Routing, now: Callable[[], datetime]) -> int:
        """Send a few of those that wait, the oldest first; how many were taken by their services.

        Raises:
            LedgerAwayError: The database cannot be reached or written now.
        """
        elapsed_s = stopwatch()
        sent = int(self._arrived(0.0, now))
        for waiting in self._waiting(now()) if self._sending is None else ():
            # An address that failed a moment ago costs its time-out once, not for each notice.
            pause = self._pause_by_address.get((waiting.contact, waiting.channel))
            if pause is not None and now() < pause[1]:
                continue
            self._begin(waiting, routing, now)
            sent += self._arrived(max(0.0, self._longest_turn_s - elapsed_s()), now)
            if self._sending is not None or elapsed_s() >= self._longest_turn_s:
                break
        return sent

    def finish(self, now: Callable[[], datetime]) -> None:
        """Wait for what is on its way, a while: else the next to keep the ledger sends it again.

        Raises:
            LedgerAwayError: The database cannot be written now.
        """
        self._arrived(_LONGEST_END_S, now)

    def _begin(self, waiting: _Waiting, routing: Routing, now: Callable[[], datetime]) -> None:
        contact = routing.contact_by_id.get(waiting.contact)
        if contact is None or waiting.channel >= len(contact.channels):
            self._dropped(waiting, "the routing table has no such address any more", now())
            return
        # First noted, then sent: after a crash in between, the next try says that it may be a repetition.
        with self._database.writing() as connection:
            connection.execute(
                update(NOTICE).where(NOTICE.c.seq == waiting.seq).values(tried_at=now(), tries=waiting.tries + 1)
            )
            pictures = _pictures(connection, waiting.event)
        title = f"{waiting.title} {REPEATED}" if waiting.is_unsure else waiting.title
        message = Message(title, waiting.body, waiting.is_grave, pictures)
        channel = contact.channels[waiting.channel]
        self._sending = _Sending(waiting, str(channel), Errand(lambda: send(channel.reveal(), message)))

    def _arrived(self, longest_s: float, now: Callable[[], datetime]) -> bool:
        """Whether what is on its way has been taken; waited for at most so long. What became of it is noted."""
        if self._sending is None or not self._sending.fault.is_done(longest_s):
            return False
        is_taken = self._note(self._sending.waiting, self._sending.shown, self._sending.fault.result(), now)
        # Only now: while the ledger is away it is noted again.
        self._sending = None
        return is_taken

    def _note(self, waiting: _Waiting, shown: str, fault: str, now: Callable[[], datetime]) -> bool:
        address = (waiting.contact, waiting.channel)
        if not fault:
            self._pause_by_address.pop(address, None)
            self._mark(waiting, {"sent_at": now(), "fault": ""})
            return True
        pause = min(2 * self._pause_by_address.get(address, (_FIRST_PAUSE / 2, waiting.at))[0], _LONGEST_PAUSE)
        if address not in self._pause_by_address:
            self._told(f"contact {waiting.contact}, {shown}: {fault}; tried again")
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
