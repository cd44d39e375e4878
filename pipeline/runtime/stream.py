"""One stream of a camera, kept alive for ever by a thread of its own."""

import threading
from collections.abc import Callable
from dataclasses import dataclass
from enum import StrEnum
from typing import Protocol

from pipeline.errors import SmartAlertError, SourceError
from pipeline.media.arrival import Arrival
from pipeline.media.connection import Connection
from pipeline.media.footage import Footage
from pipeline.media.live_decoder import Coding
from pipeline.media.live_pictures import LivePictures
from pipeline.media.stream_fault import StreamFault, StreamLostError
from pipeline.observation import nanoseconds
from pipeline.runtime.back_off import BackOff
from pipeline.runtime.clock import sleep
from pipeline.runtime.events_log import EventsLog
from pipeline.runtime.metrics import CameraMetrics

HANGS_AFTER_NS = nanoseconds(25.0)
"""An open or a read that has not come back by then never will: FFmpeg's own time-outs are 10 s."""
MOST_ABANDONED = 2
"""Threads of one stream that hang for ever: with so many no other is begun."""
SETTLED_AFTER_NS = nanoseconds(10.0)
"""A connection that held for so long was a good one: the next failure is the first."""
_SLOW = frozenset(
    {StreamFault.REFUSED_PASSWORD, StreamFault.NO_SUCH_PATH, StreamFault.NO_VIDEO, StreamFault.UNDECODABLE}
)
_BULK = 25
_LONGEST_NAP_S = 0.5
"""A stop is heeded so soon."""


class Phase(StrEnum):
    """What a stream is doing."""

    OPENING = "opening"
    READING = "reading"
    WAITING = "waiting"
    """Between two tries."""
    ENDED = "ended"
    """A recording is over."""


Connect = Callable[[Callable[[float], bool]], Connection]
"""Opens the stream. Is given what waits so many seconds, or until the stream is to stop: then True."""


class Listener(Protocol):
    """Who is told by the reader's thread."""

    def arrived(self, stream: "Stream", arrival: Arrival) -> None:
        """A packet has come; it is among the stream's pictures already. Must be quick."""
        ...

    def ended(self, stream: "Stream") -> None:
        """The recording is over."""
        ...


@dataclass(slots=True, eq=False)
class _Reader:
    """One thread's work; only the newest reader of a stream counts."""

    phase: Phase
    progress_ns: int
    thread: threading.Thread | None = None


class Stream:
    """Opens, reads, and opens again. A reader that hangs is given up and replaced from outside (`watch`).

    Attributes:
        name: `main` or `sub`.
        pictures: Of the present connection, or of the last; None before the first.
        arrived_ns: When the last packet arrived, on the steady clock; 0: none has.
        fault: Why the stream is away, one line; empty while it is not.
        changed_ns: When it was last connected or lost, on the steady clock; 0: neither has happened.
        footage: Packets of the present connection, or of the last, for clips; None: there are no clips, or no packets.
    """

    def __init__(
        self,
        name: str,
        connect: Connect,
        listener: Listener,
        back_off: BackOff,
        *,
        can_end: bool,
        now_ns: Callable[[], int],
        metrics: CameraMetrics,
        events: EventsLog,
        footage_of: Callable[[Coding], Footage] | None = None,
    ) -> None:
        """Nothing is opened yet.

        Args:
            name: `main` or `sub`.
            connect: Opens it.
            listener: Told of every packet, by the thread that reads.
            back_off: Of this stream.
            can_end: It is a recording, whose end is no failure.
            now_ns: A steady clock.
            metrics: Of the camera.
            events: With the camera's id bound.
            footage_of: Makes what keeps the packets of a connection for clips.
        """
        self.footage: Footage | None = None
        self._footage_of = footage_of
        self.name = name
        self.pictures: LivePictures | None = None
        self.arrived_ns = 0
        self.fault = ""
        self.changed_ns = 0
        self._connect, self._listener, self._back_off, self._can_end = connect, listener, back_off, can_end
        self._now_ns, self._metrics, self._events = now_ns, metrics, events
        self._stopping = threading.Event()
        self._abandoned: list[threading.Thread] = []
        self._reader = _Reader(Phase.OPENING, now_ns())
        self._connections = 0
        self._damage_told: tuple[LivePictures | None, int] = (None, 0)
        self._unreported_packets = self._unreported_bytes = 0

    @property
    def phase(self) -> Phase:
        """What it is doing."""
        return self._reader.phase

    @property
    def is_tried(self) -> bool:
        """Whether the first try has come to something."""
        return self._connections > 0 or bool(self.fault)

    def start(self) -> None:
        """Begin."""
        self._metrics.connected(self.name, is_connected=False)
        self._begin()

    def stop(self) -> None:
        """Tell the thread to end; it does so with the next packet. See `join`."""
        self._stopping.set()

    def join(self, timeout_s: float) -> None:
        """Wait for the thread, which may hang in a read, for so long at most."""
        if self._reader.thread is not None:
            self._reader.thread.join(timeout_s)

    def watch(self) -> None:
        """Give up a reader that hangs. To be called about once a second."""
        self._tell_damage()
        reader = self._reader
        hangs = reader.phase in (Phase.OPENING, Phase.READING)
        if not hangs or self._now_ns() - reader.progress_ns < HANGS_AFTER_NS or self._stopping.is_set():
            return
        self._abandoned = [thread for thread in self._abandoned if thread.is_alive()]
        if len(self._abandoned) >= MOST_ABANDONED or reader.thread is None:
            return
        self._abandoned.append(reader.thread)
        self._metrics.reader_abandoned(self.name)
        self._metrics.connected(self.name, is_connected=False)
        self.changed_ns = self.changed_ns if self.fault else self._now_ns()
        self.fault = f"hung while {reader.phase}"
        self._events.warning("stream.hung", stream=self.name, phase=reader.phase.value)
        self._begin()

    def _tell_damage(self) -> None:
        pictures = self.pictures
        if pictures is None:
            return
        damage = pictures.damage
        n = damage.broken_packets + damage.lost_pictures + damage.damaged_frames
        of, n_before = self._damage_told
        if n > (n_before if of is pictures else 0):
            self._metrics.damaged(n - (n_before if of is pictures else 0), self.name)
        self._damage_told = pictures, n

    def _begin(self) -> None:
        reader = _Reader(Phase.OPENING, self._now_ns())
        reader.thread = threading.Thread(target=self._run, args=(reader,), name=f"stream-{self.name}", daemon=True)
        self._reader = reader
        reader.thread.start()

    def _run(self, reader: _Reader) -> None:
        while self._is_current(reader):
            wait_s = self._attend(reader)
            if reader.phase is Phase.ENDED or self._stopping.wait(wait_s):
                return

    def _attend(self, reader: _Reader) -> float:
        """One connection from its opening to its loss; the seconds to wait before the next."""
        reader.phase, reader.progress_ns = Phase.OPENING, self._now_ns()
        try:
            connection = self._connect(self._nap)
            footage = None if self._footage_of is None else self._footage_of(connection.coding)
            try:
                self._read(connection, reader, footage)
            finally:
                connection.close()
                if footage is not None:
                    footage.end()
        except StreamLostError as error:
            return self._failed(reader, error.kind, error)
        except SmartAlertError as error:
            return self._failed(reader, StreamFault.LOST, error)
        # A fault of the program in one stream's thread must not end the stream for ever: told, and tried again.
        except Exception as error:  # noqa: BLE001
            self._events.error("stream.failed", stream=self.name, error=error)
            return self._failed(reader, StreamFault.LOST, SourceError(f"{self.name}: {type(error).__name__}"))
        return 0.0

    def _nap(self, duration_s: float) -> bool:
        """Wait for a recording's next packets: many threads do that all the time, and an event costs ten times this."""
        left_s = duration_s
        while left_s > 0 and not self._stopping.is_set():
            sleep(min(left_s, _LONGEST_NAP_S))
            left_s -= _LONGEST_NAP_S
        return self._stopping.is_set()

    def _read(self, connection: Connection, reader: _Reader, footage: Footage | None) -> None:
        pictures = connection.pictures()
        opened_ns = self._now_ns()
        is_first = True
        while self._is_current(reader):
            reader.phase = Phase.READING
            arrival = connection.next()
            reader.progress_ns = self._now_ns()
            if not self._is_current(reader):
                return
            pictures.add(arrival)
            if footage is not None:
                footage.add(arrival)
            self.arrived_ns = reader.progress_ns
            if is_first:
                self._opened(pictures)
                self.footage = footage
                is_first = False
            elif self._back_off.has_failed and reader.progress_ns - opened_ns > SETTLED_AFTER_NS:
                self._back_off.succeeded()
            self._count(arrival)
            self._listener.arrived(self, arrival)

    def _opened(self, pictures: LivePictures) -> None:
        self.pictures, self.fault = pictures, ""
        self.changed_ns = self._now_ns()
        if self._connections:
            self._metrics.reconnected(self.name)
        self._connections += 1
        self._metrics.connected(self.name, is_connected=True)
        self._events.info("stream.connected", stream=self.name, connection=self._connections)

    def _count(self, arrival: Arrival) -> None:
        self._unreported_packets += 1
        self._unreported_bytes += arrival.n_bytes
        if self._unreported_packets >= _BULK:
            self._metrics.received(self._unreported_packets, self._unreported_bytes, self.name)
            self._unreported_packets = self._unreported_bytes = 0

    def _failed(self, reader: _Reader, kind: StreamFault, error: SmartAlertError) -> float:
        if not self._is_current(reader):
            return 0.0
        self._metrics.connected(self.name, is_connected=False)
        if not self.fault:
            self.changed_ns = self._now_ns()
        if kind is StreamFault.ENDED and self._can_end:
            reader.phase = Phase.ENDED
            self._listener.ended(self)
            return 0.0
        wait_s = self._back_off.failed(is_slow=kind in _SLOW)
        self.fault = str(error)
        self._metrics.connection_failed(kind.value, self.name)
        wait_told_s = round(wait_s, 1)
        self._events.warning("stream.lost", stream=self.name, kind=kind.value, fault=self.fault, retry_s=wait_told_s)
        reader.phase = Phase.WAITING
        return wait_s

    def _is_current(self, reader: _Reader) -> bool:
        return reader is self._reader and not self._stopping.is_set()
