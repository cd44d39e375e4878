"""The reference dispatcher: alerts into the ledger, people told, words back to the pipeline, time passing.

One thread does all of it in turns, but for a notice on its way to a slow service. The order is what makes it safe: a
message is in the ledger before it is acknowledged, a notice and a command are in the ledger before they are sent. So a
kill at any moment loses nothing and invents nothing.
"""

from collections.abc import Callable, Sequence
from contextlib import suppress
from dataclasses import dataclass
from datetime import UTC, datetime, timedelta, tzinfo

from pipeline.alerts.server import ServerAwayError
from pipeline.dispatch.client import AlertClient, Delivery
from pipeline.dispatch.ledger import Incoming, Ledger
from pipeline.dispatch.ledger_database import Database, LedgerAwayError, LedgerRefusedError
from pipeline.dispatch.ledger_words import Desk
from pipeline.dispatch.notifier import Notifier
from pipeline.dispatch.office import Office
from pipeline.dispatch.routing import Routing
from pipeline.dispatch.word_sender import send_words
from pipeline.runtime import clock

_TIME_EVERY_NS = 5_000_000_000
_FIRST_PAUSE_S, _LONGEST_PAUSE_S = 0.5, 30.0
_IDLE_S = 1.0
_EPOCH = datetime(1970, 1, 1, tzinfo=UTC)


@dataclass(frozen=True, slots=True)
class Surroundings:
    """What a dispatcher works with.

    Attributes:
        client: Of the site's stream.
        database: The ledger's.
        site: The site's id.
        timezone: Of times that people read.
        told: Takes one line about what somebody may have to act on.
        offer_reports: Sends what officers reported and waits on this machine's disk.
        now_ns: The wall clock: deadlines are reckoned by it.
        sleep: Waits that many seconds.
    """

    client: AlertClient
    database: Database
    site: str
    timezone: tzinfo
    told: Callable[[str], None]
    offer_reports: Callable[[], None] = lambda: None
    now_ns: Callable[[], int] = clock.wall_now_ns
    sleep: Callable[[float], None] = clock.sleep


class Dispatcher:
    """Remembers when time was last let pass, and whether the ledger is away.

    Attributes:
        routing: The table; another one may be put in its place between two turns.
    """

    def __init__(self, around: Surroundings, routing: Routing) -> None:
        self.routing = routing
        self._around = around
        self._ledger = Ledger(around.database)
        self._desk = Desk(around.database, around.site)
        self._notifier = Notifier(around.database, around.told)
        self._time_passed_ns = -_TIME_EVERY_NS
        self._pause_s = 0.0
        self._held: tuple[Delivery, ...] = ()

    @property
    def is_away(self) -> bool:
        """Whether the ledger could not be used when it was last tried."""
        return bool(self._pause_s)

    def run(self, until: Callable[[], bool]) -> None:
        """Turn after turn, until it is told to stop.

        Raises:
            StreamError: The server refuses: the user, the password, the key.
        """
        is_idle = False
        while not until():
            is_idle = not self.turn(_IDLE_S if is_idle else 0.0)

    def turn(self, longest_s: float = 0.0) -> bool:
        """Take what has come, let time pass, send what waits; wait for a message at most so long.

        Returns:
            Whether anything was done, so that more may be waiting.

        Raises:
            StreamError: The server refuses.
        """
        if not self._held:
            self._held = self._around.client.receive(longest_s)
        try:
            taken = self._take()
            passed = self._pass_time()
            sent = self._notifier.send_some(self.routing, self._now)
        except LedgerAwayError as error:
            if not self._pause_s:
                self._around.told(f"{error}; tried again until it answers")
            self._pause_s = min(max(2 * self._pause_s, _FIRST_PAUSE_S), _LONGEST_PAUSE_S)
            self._around.sleep(self._pause_s)
            return False
        self._pause_s = 0.0
        return bool(taken or passed or sent)

    def finish(self) -> None:
        """Wait a while for a notice that is on its way, and note what became of it."""
        with suppress(LedgerAwayError):
            self._notifier.finish(self._now)

    def _take(self) -> int:
        """What is held goes into the ledger, then is acknowledged."""
        if not self._held:
            return 0
        held, office = self._held, self._office()
        try:
            self._ledger.take([Incoming(one.alert, one.line) for one in held], office)
            self._around.client.done(*held)
        except LedgerRefusedError:
            self._take_each(held, office)
        self._held = ()
        return len(held)

    def _take_each(self, held: Sequence[Delivery], office: Office) -> None:
        """One of them is refused: the others are not to suffer for it."""
        for delivery in held:
            again: Delivery | None = delivery
            while again is not None:
                try:
                    self._ledger.take([Incoming(again.alert, again.line)], office)
                except LedgerRefusedError as error:
                    again = self._around.client.failed(again, str(error))
                else:
                    self._around.client.done(again)
                    again = None

    def _pass_time(self) -> int:
        now_ns = self._around.now_ns()
        # A wall clock may be set back: then it is time at once rather than never.
        if 0 <= now_ns - self._time_passed_ns < _TIME_EVERY_NS:
            return self._send_commands()
        self._time_passed_ns = now_ns
        self._around.offer_reports()
        return self._ledger.pass_time(self._office()) + self._send_commands()

    def _send_commands(self) -> int:
        """Words of people to the pipeline."""
        try:
            return send_words(self._desk, self._around.client, self._now)
        except ServerAwayError:
            # It is told of and waited for where alerts are received.
            return 0

    def _office(self) -> Office:
        return Office(self.routing, self._around.timezone, self._now())

    def _now(self) -> datetime:
        return _EPOCH + timedelta(microseconds=self._around.now_ns() // 1000)
