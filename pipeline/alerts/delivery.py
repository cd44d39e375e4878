"""From the outbox to the stream: in order, again where a server has lost something, and never at any price."""

from collections.abc import Callable, Sequence
from dataclasses import dataclass
from enum import StrEnum

from pipeline.alerts.checkpoint import Checkpoint
from pipeline.alerts.message import Alert
from pipeline.alerts.outbox import Outbox, Outgoing
from pipeline.alerts.outbox_room import NOTHING, GivenUp
from pipeline.alerts.server import ServerAwayError
from pipeline.alerts.stream import Sink

_BATCH = 64
_FIRST_PAUSE_NS = 500_000_000
_LONGEST_PAUSE_NS = 30_000_000_000
_TRIM_EVERY_NS = 60_000_000_000
_ROOM_EVERY_NS = 10_000_000_000


class Reached(StrEnum):
    """How an offer went."""

    ALL_SENT = "all_sent"
    AWAY = "away"
    """The server could not be reached: it is tried again after a pause."""
    PAUSING = "pausing"
    """It was not tried: the pause after the last failure is not over."""


@dataclass(frozen=True, slots=True)
class Offer:
    """What one offer did.

    Attributes:
        reached: How it went.
        sent: Messages that were sent.
        again: Those among all waiting that had been sent before and that the server had lost.
        fault: Why the server could not be reached, one line; empty where it could.
        held_back_by: The consumer group for whose sake the last trim left entries that are past their time; empty
            where there is none.
        given_up: What was removed to keep the outbox within its bounds.
    """

    reached: Reached
    sent: int
    again: int
    fault: str
    held_back_by: str = ""
    given_up: GivenUp = NOTHING


class Delivery:
    """Keeps each message in the outbox, then offers what waits to the sink.

    `accept_step` may be called from any thread; `offer` from one at a time. Where `accept_step` must not wait for a
    server (a live run), make it with `at_once=False` and call `offer` every second from a thread of its own: it is
    also what finds out that a server has lost messages while nothing new is raised.

    What `ready` leaves out waits for the next offer; it gives the front of what it is asked about.

    Remembers: when a server that was away may be tried again, and when stream and outbox were last kept in bounds.

    Attributes:
        outbox: Where messages wait; it holds the checkpoints too.
    """

    def __init__(
        self,
        outbox: Outbox,
        sink: Sink,
        now_ns: Callable[[], int],
        *,
        at_once: bool = True,
        sent: Callable[[Sequence[Outgoing]], None] | None = None,
        ready: Callable[[Sequence[Outgoing]], Sequence[Outgoing]] = lambda batch: batch,
    ) -> None:
        self._ready = ready
        self.outbox = outbox
        self._sink = sink
        self._now_ns = now_ns
        self._at_once = at_once
        self._sent = sent
        self._pause_ns = 0
        self._failed_ns = 0
        self._trimmed_ns = -_TRIM_EVERY_NS
        self._room_made_ns = -_ROOM_EVERY_NS
        self._held_back_by = ""
        self._ring: Callable[[], None] = lambda: None

    def when_kept(self, ring: Callable[[], None]) -> None:
        """With `at_once=False`: call this whenever there is something to offer, from the thread that accepted it."""
        self._ring = ring

    def accept(self, alert: Alert) -> None:
        """Keep one message that is of no resumable step; see `accept_step`."""
        self.accept_step((alert,), None)

    def accept_step(self, alerts: Sequence[Alert], checkpoint: Checkpoint | None) -> None:
        """Keep what a step says and the reasoning after it; with `at_once`, send it as well if the server is there.

        Raises:
            StateError: The outbox cannot be written; nothing was kept.
            StreamError: The server refuses for good (all is kept).
        """
        self.outbox.append_step(alerts, checkpoint)
        if self._at_once:
            self.offer()
        elif alerts:
            self._ring()

    def offer(self, *, after_pause: bool = True) -> Offer:
        """Send all that waits. A server that is away costs its time-outs once, then nothing until a pause is over.

        Args:
            after_pause: Wait for the end of a pause; False: try now, for it is the last time.

        Raises:
            StateError: The outbox cannot be read or written.
            StreamError: The server refuses for good.
        """
        given_up = self._make_room()
        # A wall clock may be set back: a pause is then over at once rather than never.
        if after_pause and self._pause_ns and 0 <= self._now_ns() - self._failed_ns < self._pause_ns:
            return Offer(Reached.PAUSING, 0, 0, "", given_up=given_up)
        sent = again = 0
        try:
            position = self._sink.position(self.outbox.name)
            again, has = self.outbox.take_back(position), position.seq
            # Before anything is sent: what is old may be what a full server has no room for.
            self._trim()
            # Order is kept: behind a message that may not go yet everything waits.
            while batch := tuple(self._ready(self.outbox.waiting(_BATCH))):
                self.outbox.mark_sent(batch, self._sink.send(self.outbox.name, batch, has))
                has = batch[-1].seq
                sent += len(batch)
                if self._sent is not None:
                    self._sent(batch)
        except ServerAwayError as error:
            self._pause_ns = min(max(2 * self._pause_ns, _FIRST_PAUSE_NS), _LONGEST_PAUSE_NS)
            self._failed_ns = self._now_ns()
            return Offer(Reached.AWAY, sent, again, str(error), given_up=given_up)
        self._pause_ns = 0
        self.outbox.forget()
        return Offer(Reached.ALL_SENT, sent, again, "", self._held_back_by, given_up)

    def _make_room(self) -> GivenUp:
        if 0 <= self._now_ns() - self._room_made_ns < _ROOM_EVERY_NS:
            return NOTHING
        self._room_made_ns = self._now_ns()
        return self.outbox.make_room()

    def _trim(self) -> None:
        if 0 <= self._now_ns() - self._trimmed_ns < _TRIM_EVERY_NS:
            return
        self._held_back_by = self._sink.trim().held_back_by
        self._trimmed_ns = self._now_ns()
