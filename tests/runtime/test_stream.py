"""A stream is kept alive for ever by a thread of its own: real threads, connections that do as the test says."""

import io
import threading
from collections.abc import Callable, Iterator

import pytest

from pipeline.errors import SourceError
from pipeline.media.arrival import Arrival
from pipeline.media.stream_fault import StreamFault, StreamLostError
from pipeline.runtime.events_log import EventsLog, LogFormat, LogLevel
from pipeline.runtime.metrics import CameraMetrics
from pipeline.runtime.stream import HANGS_AFTER_NS, MOST_ABANDONED, SETTLED_AFTER_NS, Phase, Stream
from tests.cli.shell import wait_until
from tests.runtime.connections import Clock, Impatient, Line, Scripted, arrival

LOST = StreamLostError(StreamFault.LOST, "rtsp://10.0.0.8/1: broke off")
REFUSED = StreamLostError(StreamFault.REFUSED_PASSWORD, "rtsp://10.0.0.8/1: refuses the password")
ENDED = StreamLostError(StreamFault.ENDED, "gate.mp4: is over")


class Listener:
    def __init__(self) -> None:
        self.arrivals: list[Arrival] = []
        self.endings = 0

    def arrived(self, stream: Stream, arrival: Arrival) -> None:
        assert stream.pictures is not None
        self.arrivals.append(arrival)

    def ended(self, stream: Stream) -> None:
        del stream
        self.endings += 1


class Rig:
    """A stream and all around it."""

    def __init__(self, line: Line, *, can_end: bool = False) -> None:
        self.clock, self.listener, self.metrics = Clock(), Listener(), CameraMetrics()
        self.back_off, self.line, self.told = Impatient(), line, io.StringIO()
        self.stream = Stream(
            "main",
            line,
            self.listener,
            self.back_off,
            can_end=can_end,
            now_ns=self.clock,
            metrics=self.metrics,
            events=EventsLog.open(self.told, LogFormat.TEXT, LogLevel.INFO, self.clock),
        )
        self.stream.start()

    def until(self, holds: Callable[[], bool]) -> None:
        wait_until(holds, 5)

    def hang(self) -> None:
        """As much time passes as nobody needs, and the supervisor comes by."""
        self.clock.now_ns += HANGS_AFTER_NS
        self.stream.watch()


@pytest.fixture
def threads() -> Iterator[None]:
    """Every thread that the test has begun has ended by its end."""
    before = set(threading.enumerate())
    yield
    wait_until(lambda: set(threading.enumerate()) <= before, 5)


pytestmark = pytest.mark.usefixtures("threads")


def test_packets_are_told_as_they_come_and_the_stream_ends_with_the_next_after_a_stop() -> None:
    connection = Scripted()
    rig = Rig(Line(connection))
    assert not rig.stream.is_tried
    connection.feed(*(arrival(number, rig.clock) for number in range(30)))
    rig.until(lambda: len(rig.listener.arrivals) == 30)
    assert (rig.stream.phase, rig.stream.is_tried, rig.stream.fault) == (Phase.READING, True, "")
    assert rig.stream.arrived_ns == rig.clock.now_ns
    numbers = rig.metrics.numbers()
    assert (numbers.connected, numbers.packets["main"]) == ({"main": True}, 25)
    rig.stream.stop()
    connection.feed(arrival(30, rig.clock))
    rig.stream.join(5)
    assert connection.is_closed
    assert len(rig.listener.arrivals) == 30


def test_a_lost_stream_is_opened_again_with_pictures_of_its_own() -> None:
    first, second = Scripted(), Scripted()
    rig = Rig(Line(first, LOST, second))
    first.feed(arrival(0, rig.clock))
    rig.until(lambda: len(rig.listener.arrivals) == 1)
    before = rig.stream.pictures
    first.feed(LOST)
    second.feed(arrival(0, rig.clock))
    rig.until(lambda: len(rig.listener.arrivals) == 2)
    assert first.is_closed
    assert rig.stream.pictures is not before
    numbers = rig.metrics.numbers()
    assert (numbers.reconnects["main"], numbers.failures["main\nlost"]) == (1, 2)
    assert [is_slow for is_slow, _ in rig.back_off.waits] == [False, False]
    rig.stream.stop()
    second.feed(LOST)


def test_what_a_person_must_mend_is_retried_slowly_and_told_without_a_new_connection() -> None:
    rig = Rig(Line(REFUSED))
    rig.until(lambda: len(rig.back_off.waits) >= 3)
    assert all(is_slow for is_slow, _ in rig.back_off.waits)
    assert rig.stream.fault == "rtsp://10.0.0.8/1: refuses the password"
    assert (rig.stream.is_tried, rig.stream.pictures) == (True, None)
    rig.stream.stop()
    assert rig.told.getvalue().count("stream.lost") == 1


def test_a_connection_that_held_makes_the_next_failure_the_first() -> None:
    line = Line(LOST, LOST, LOST, held := Scripted(), again := Scripted())
    rig = Rig(line)
    rig.until(lambda: line.attempts == 4)
    held.feed(arrival(0, rig.clock))
    rig.until(lambda: held.is_read and rig.stream.phase is Phase.READING)
    rig.clock.now_ns += SETTLED_AFTER_NS + 1
    held.feed(arrival(1, rig.clock), LOST)
    rig.until(lambda: line.attempts == 5)
    waits = [wait_s for _, wait_s in rig.back_off.waits]
    assert waits[2] >= 0.7 * 4
    assert waits[3] <= 1.3
    rig.stream.stop()
    again.feed(LOST)


def test_the_end_of_a_recording_is_its_end_and_that_of_a_camera_is_a_loss() -> None:
    recording, camera = Scripted(), Scripted()
    rig = Rig(Line(recording), can_end=True)
    recording.feed(arrival(0, rig.clock), ENDED)
    rig.until(lambda: rig.listener.endings == 1)
    assert rig.stream.phase is Phase.ENDED
    assert recording.is_closed
    rig.hang()
    assert rig.line.attempts == 1

    live = Rig(Line(camera))
    camera.feed(arrival(0, live.clock), ENDED)
    live.until(lambda: live.line.attempts >= 2)
    assert (live.listener.endings, live.back_off.waits[0][0]) == (0, False)
    live.stream.stop()
    camera.feed(LOST)


@pytest.mark.parametrize("error", [KeyError("oops"), TypeError("rtsp://viewer:hunter2@10.0.0.8/1"), OSError(5, "disk")])
def test_a_fault_of_the_program_is_told_and_the_stream_is_tried_again(error: Exception) -> None:
    connection = Scripted()
    rig = Rig(Line(error, connection))
    connection.feed(arrival(0, rig.clock))
    rig.until(lambda: len(rig.listener.arrivals) == 1)
    rig.stream.stop()
    connection.feed(LOST)
    assert "stream.failed" in rig.told.getvalue()
    assert "Traceback" in rig.told.getvalue()
    assert "hunter2" not in rig.told.getvalue()


def test_an_open_that_hangs_is_given_up_and_begun_anew_but_not_for_ever() -> None:
    before = set(threading.enumerate())
    released = threading.Event()
    late = Scripted()

    def hanging() -> Scripted:
        released.wait()
        return late

    line = Line(hanging)
    rig = Rig(line)
    rig.stream.watch()
    assert line.attempts <= 1
    for n in range(1, 6):
        rig.until(lambda: line.attempts >= min(n, MOST_ABANDONED + 1))  # noqa: B023 - called within the turn
        rig.hang()
    assert line.attempts == MOST_ABANDONED + 1
    assert rig.metrics.numbers().abandoned["main"] == MOST_ABANDONED
    assert rig.stream.fault == "hung while opening"
    assert rig.stream.is_tried
    # Those that were given up come back after all: they must not read beside the one that counts.
    line.answers = [fresh := Scripted()]
    released.set()
    late.feed(*(arrival(number, rig.clock) for number in range(20)))
    rig.until(lambda: len(rig.listener.arrivals) == 20)
    rig.until(lambda: len(set(threading.enumerate()) - before) == 1)
    rig.stream.stop()
    late.feed(LOST)
    fresh.feed(LOST)


def test_a_read_that_hangs_is_given_up_and_what_it_brings_later_does_not_count() -> None:
    stuck, second = Scripted(), Scripted()
    rig = Rig(Line(stuck, second))
    stuck.feed(arrival(0, rig.clock))
    rig.until(lambda: len(rig.listener.arrivals) == 1)
    rig.clock.now_ns += HANGS_AFTER_NS - 1
    rig.stream.watch()
    assert rig.line.attempts == 1
    rig.hang()
    second.feed(arrival(0, rig.clock))
    rig.until(lambda: len(rig.listener.arrivals) == 2)
    pictures = rig.stream.pictures
    stuck.feed(arrival(1, rig.clock))
    rig.until(lambda: stuck.is_closed)
    assert len(rig.listener.arrivals) == 2
    assert rig.stream.pictures is pictures
    assert rig.metrics.numbers().connected == {"main": True}
    rig.stream.stop()
    second.feed(LOST)


def test_a_stop_ends_the_wait_between_two_tries_at_once() -> None:
    may_fail = threading.Event()

    def failing() -> Scripted:
        may_fail.wait()
        raise SourceError("gate.mp4: no such file")

    rig = Rig(Line(failing))
    rig.back_off.pause_s = 600.0
    may_fail.set()
    rig.until(lambda: rig.stream.phase is Phase.WAITING)
    assert rig.stream.fault == "gate.mp4: no such file"
    rig.stream.stop()
    rig.stream.join(2)
