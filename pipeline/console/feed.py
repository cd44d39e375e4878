"""What reaches the browsers that are open: the ledger's history as it grows, one stream of server-sent events each.

One thread follows the history, whoever writes it: this process, a dispatcher, the command line, another console. What
it finds is made ready once for all browsers and kept for a moment; each browser's stream reads on from where it was. A
browser that is too slow is told to read anew: nothing is kept for it.
"""

from collections.abc import Callable, Iterator
from contextlib import contextmanager
from dataclasses import dataclass

from pydantic import AwareDatetime

from pipeline.console.shown_event import Answer, ShownEvent, Surroundings, shown
from pipeline.dispatch.change import Step
from pipeline.dispatch.ledger_database import Database
from pipeline.dispatch.ledger_shown import last_step, news_after
from pipeline.errors import StateError
from pipeline.runtime.bell import Bell
from pipeline.runtime.worker import Worker

_LOOK_EVERY_S, _SHORTEST_S = 0.2, 0.05
"""A storm goes in batches."""
_MOST_STEPS = 200
_MOST_BYTES = 8 * 1024 * 1024


class ShownStep(Answer):
    """One line of the history.

    Attributes:
        seq: Its number.
        event: Empty: it is about a camera.
    """

    seq: int
    event: str
    at: AwareDatetime
    what: str
    by: str
    note: str
    standing: str


class NewsAnswer(Answer):
    """What has happened.

    Attributes:
        after: It goes on from this line of the history.
        seq: It goes up to this one.
        is_all: Whether that is the last one.
        events: As they stand now.
        steps: In order.
    """

    after: int
    seq: int
    is_all: bool
    events: tuple[ShownEvent, ...]
    steps: tuple[ShownStep, ...]


class Beat(Answer):
    """A sign of life.

    Attributes:
        seq: The last line of the history; -1: it is not known yet.
        now: The server's clock.
        faults: What keeps alerts from coming or words from going, a line each.
        is_run_gone: Whether no run of the site answers on this machine: then nothing new will come.
    """

    seq: int
    now: AwareDatetime
    faults: tuple[str, ...]
    is_run_gone: bool


@dataclass(frozen=True, slots=True)
class _Packet:
    after: int
    last: int
    content: bytes


def shown_step(number: int, step: Step) -> ShownStep:
    """A line of the history for browsers."""
    return ShownStep(
        seq=number, event=step.event, at=step.at, what=step.what, by=step.by, note=step.note, standing=step.standing
    )


def read_news(database: Database, after: int, around: Surroundings, most: int = _MOST_STEPS) -> NewsAnswer:
    """What has happened since a line of the history.

    Raises:
        LedgerAwayError: The ledger cannot be read now.
    """
    with database.reading() as connection:
        news, end = news_after(connection, after, most), last_step(connection)
    events = tuple(shown(one, end, around) for one in news.events)
    steps = tuple(shown_step(number, step) for number, step in news.steps)
    return NewsAnswer(after=after, seq=news.last, is_all=news.last >= end, events=events, steps=steps)


class Feed:
    """Remembers how far it has read, and the newest of what it has made ready.

    Attributes:
        last: The last line of the history that it has read; -1: the ledger has not answered yet.
        bell: Rung when there is something new.
        fault: Why it cannot read, one line; empty: it can.
    """

    def __init__(self, database: Database, around: Callable[[], Surroundings], told: Callable[[str], None]) -> None:
        """Nothing is read yet."""
        self.last, self.fault = -1, ""
        self.bell = Bell()
        self._database, self._around = database, around
        self._packets: tuple[_Packet, ...] = ()
        self._worker = Worker("feed", self._turn, _LOOK_EVERY_S, told)

    @contextmanager
    def running(self) -> Iterator[None]:
        """Follow the history from where it is now, for as long as the block lasts."""
        with self._worker:
            yield

    def ring(self) -> None:
        """The history has grown: look at once."""
        self._worker.ring()

    def after(self, number: int) -> tuple[int, list[bytes]] | None:
        """What is ready since a line of the history, and up to which; None: that is kept no longer."""
        if number >= self.last:
            return number, []
        found = [one for one in self._packets if one.last > number]
        if not found or found[0].after > number:
            return None
        return found[-1].last, [one.content for one in found]

    def _turn(self) -> None:
        try:
            if self.last < 0:
                self.last = _end(self._database)
            news = read_news(self._database, self.last, self._around())
        except StateError as error:
            self.fault = str(error)
            return
        self.fault = ""
        if not news.steps:
            return
        self._keep(_Packet(news.after, news.seq, sent("news", news)))
        self.last = news.seq
        self.bell.ring()
        if not news.is_all:
            self._worker.ring()
        self._worker.sleep(_SHORTEST_S)

    def _keep(self, packet: _Packet) -> None:
        packets, room = [packet], _MOST_BYTES - len(packet.content)
        for one in reversed(self._packets):
            room -= len(one.content)
            if room < 0:
                break
            packets.append(one)
        # Others read it meanwhile: what they have is never changed.
        self._packets = tuple(reversed(packets))


def _end(database: Database) -> int:
    with database.reading() as connection:
        return last_step(connection)


def sent(kind: str, answer: Answer) -> bytes:
    """An answer as a server-sent event."""
    return f"event: {kind}\ndata: {answer.model_dump_json()}\n\n".encode()
