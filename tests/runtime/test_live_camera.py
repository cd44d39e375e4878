"""Which picture of a camera is looked at next, on which of its streams, and what is told while there is none."""

import io
import threading
from collections.abc import Iterator
from contextlib import contextmanager
from dataclasses import replace
from functools import partial
from itertools import pairwise

import pytest

from pipeline.config.resolved import LiveSource, Site
from pipeline.config.secrets import SecretUrl
from pipeline.media.arrival import Arrival
from pipeline.media.stream_fault import StreamFault, StreamLostError
from pipeline.observation import End, Entry, Gap, GapCause, MediaNs, Observation, Tick, nanoseconds, seconds
from pipeline.runtime.events_log import EventsLog, LogFormat, LogLevel
from pipeline.runtime.examiner import Examiner
from pipeline.runtime.eyes import attention_of, camera_eyes, camera_watch
from pipeline.runtime.intake import Intake
from pipeline.runtime.live_camera import LiveCamera
from pipeline.runtime.metrics import CameraMetrics
from pipeline.runtime.need import Need
from pipeline.runtime.replaying import reasoner
from pipeline.runtime.stream import Phase, Stream
from pipeline.runtime.turns import Turns
from tests.cli.shell import wait_until
from tests.runtime.connections import FPS, Clock, Impatient, Line, Scripted, arrival
from tests.runtime.standing_car import START, VOCABULARY, car_finder, site_in

LOST = StreamLostError(StreamFault.LOST, "rtsp://10.0.0.8/1: broke off")
ENDED = StreamLostError(StreamFault.ENDED, "gate.mp4: is over")


@pytest.fixture(scope="module")
def site(tmp_path_factory: pytest.TempPathFactory) -> Site:
    return site_in(tmp_path_factory.mktemp("site"))


class Rig:
    """A camera with real streams whose connections are the test's, and a clock that is, too."""

    def __init__(self, site: Site, lines: dict[str, Line], interval_s: float, *, is_recorded: bool) -> None:
        camera = site.cameras[0]
        if not is_recorded:
            camera = replace(camera, source=LiveSource(SecretUrl("rtsp://a", "rtsp://a"), None))
        self.entries: list[Entry] = []
        self.clock, self.metrics, self.told = Clock(), CameraMetrics(), io.StringIO()
        events = EventsLog.open(self.told, LogFormat.TEXT, LogLevel.INFO, self.clock)
        self.turns = Turns[str](self.clock)
        intake = Intake(reasoner(site, camera, VOCABULARY), self, lambda _episodes, _picture: None)
        eyes = camera_eyes(site, VOCABULARY, car_finder())
        self.examiner = Examiner(eyes, camera_watch(camera), intake, attention_of(site.rules, camera))
        self.camera = LiveCamera(
            camera,
            self.examiner,
            Need(nanoseconds(interval_s)),
            wish=partial(self.turns.wish, "cam"),
            now_ns=self.clock,
            metrics=self.metrics,
            events=events,
        )
        self.streams = {
            name: Stream(
                name,
                line,
                self,
                Impatient(),
                can_end=is_recorded,
                now_ns=self.clock,
                metrics=self.metrics,
                events=events,
            )
            for name, line in lines.items()
        }
        self.fed: dict[str, int] = {}
        self.came = threading.Semaphore(0)

    def arrived(self, stream: Stream, arrival: Arrival) -> None:
        self.camera.arrived(stream, arrival)
        self.came.release()

    def ended(self, stream: Stream) -> None:
        self.camera.ended(stream)

    def append(self, entry: Entry) -> None:
        self.entries.append(entry)

    def feed(self, name: str, connection: Scripted, n: int = 1, *, first: int | None = None) -> None:
        """So many packets, a tenth of a second apart, each with the turn that it may ask for."""
        if first is not None:
            self.fed[name] = first
        for _ in range(n):
            self.clock.advance(1 / FPS)
            number = self.fed[name] = self.fed.get(name, -1) + 1
            self.send(connection, arrival(number, self.clock))
            self.take_turns()

    def feed_between(self, name: str, connection: Scripted, n: int) -> None:
        """As `feed`, but no keyframe, and the supervisor comes by."""
        for i in range(n):
            self.feed(name, connection, first=i % 9)
            if i % 5 == 0:
                self.camera.review()
                self.take_turns()

    def send(self, connection: Scripted, packet: Arrival) -> None:
        connection.feed(packet)
        assert self.came.acquire(timeout=5)

    def take_turns(self) -> int:
        """All that are due; how many those were."""
        n = 0
        while self.turns.waiting:
            key = self.turns.take()
            assert key is not None
            self.camera.turn()
            self.turns.done(key)
            n += 1
        return n

    def pass_time(self, duration_s: float) -> None:
        """Nothing comes, and the supervisor comes by twice a second."""
        for _ in range(round(duration_s * 2)):
            self.clock.advance(0.5)
            self.camera.review()
            self.take_turns()

    @property
    def looked_s(self) -> list[float]:
        return [round(seconds(entry.t - START), 2) for entry in self.entries if isinstance(entry, Observation)]

    @property
    def gaps(self) -> list[Gap]:
        return [entry for entry in self.entries if isinstance(entry, Gap)]


@contextmanager
def rig(
    site: Site, main: Line, sub: Line | None = None, *, interval_s: float = 0.5, is_recorded: bool = False
) -> Iterator[Rig]:
    lines = {"main": main} if sub is None else {"main": main, "sub": sub}
    made = Rig(site, lines, interval_s, is_recorded=is_recorded)
    made.camera.start(made.streams["main"], made.streams.get("sub"))
    try:
        yield made
    finally:
        made.camera.stop()
        for line in lines.values():
            for answer in line.answers:
                if isinstance(answer, Scripted):
                    answer.feed(LOST)
        made.camera.join(5)


def test_a_quiet_camera_is_looked_at_on_its_keyframes(site: Site) -> None:
    with rig(site, Line(main := Scripted())) as one:
        one.feed("main", main, 61)
        assert one.looked_s == [0.1, 1.1, 2.1, 3.1, 4.1, 5.1, 6.1]
        assert one.metrics.numbers().decoded["main\nfull"] == 0
        assert one.camera.achieved_share == 1.0


def test_where_keyframes_come_too_seldom_the_pictures_between_are_decoded(site: Site) -> None:
    with rig(site, Line(main := Scripted()), interval_s=0.5) as one:
        # After the first keyframe only pictures between them come.
        one.feed("main", main)
        one.feed_between("main", main, 90)
        after_first = one.looked_s[1:]
        assert after_first[0] <= 4.3
        assert max(b - a for a, b in pairwise(after_first)) <= 1.0


def test_silence_of_five_seconds_is_a_gap_from_the_last_look_on_and_ends_with_the_next(site: Site) -> None:
    with rig(site, Line(main := Scripted())) as one:
        one.feed("main", main, 11)
        one.pass_time(4.5)
        assert one.gaps == []
        one.pass_time(3)
        assert {(gap.cause, gap.blind_from, gap.is_open) for gap in one.gaps} == {
            (GapCause.NO_SIGNAL, MediaNs(START + nanoseconds(1.1)), True)
        }
        assert one.metrics.numbers().blind_cause == "no_signal"
        one.feed("main", main, first=19)
        assert not one.gaps[-1].is_open
        assert isinstance(one.entries[-1], Observation)
        assert one.metrics.numbers().blind_cause is None


def test_a_camera_that_is_not_there_is_told_blind_within_seconds_of_the_start(site: Site) -> None:
    with rig(site, Line(StreamLostError(StreamFault.UNREACHABLE, "rtsp://10.0.0.8/1: no answer"))) as one:
        assert one.camera.state in ("", "connecting: main")
        wait_until(lambda: one.streams["main"].phase is Phase.WAITING, 5)
        assert (one.camera.state, one.camera.fault) == ("", "rtsp://10.0.0.8/1: no answer")
        one.pass_time(5)
        assert isinstance(one.entries[0], Tick)
        assert one.gaps[0].blind_from - START <= nanoseconds(1)
        assert one.gaps[-1].is_open


def test_packets_without_a_picture_are_no_signal_in_the_end(site: Site) -> None:
    with rig(site, Line(main := Scripted())) as one:
        one.camera.review()
        one.take_turns()
        one.feed_between("main", main, 270)
        assert one.looked_s == []
        assert [gap.cause for gap in one.gaps[:1]] == [GapCause.NO_SIGNAL]
        assert nanoseconds(17) <= one.gaps[0].t - START <= nanoseconds(23)
        assert one.gaps[0].blind_from == one.entries[0].t
        one.feed("main", main, first=9)
        assert not one.gaps[-1].is_open
        assert len(one.looked_s) == 1


def test_the_sub_stream_is_looked_at_and_the_main_stream_while_it_is_away(site: Site) -> None:
    main, sub, back = Scripted(), Scripted(), Scripted()
    with rig(site, Line(main), Line(sub, back)) as one:
        one.feed("main", main)
        one.feed("sub", sub, 11)
        on_sub = one.metrics.numbers().decoded
        assert (on_sub["sub\nkeyframe"], on_sub["main\nkeyframe"]) == (2, 0)
        # It stays connected and sends nothing.
        for _ in range(60):
            one.feed("main", main)
            one.camera.review()
            one.take_turns()
        assert "camera.stream_changed stream=main before=sub" in one.told.getvalue().replace("  ", " ")
        on_main = one.metrics.numbers().decoded
        assert on_main["main\nkeyframe"] + on_main["main\nfull"] >= 1
        assert one.gaps == []
        # It comes back.
        sub.feed(LOST)
        one.feed("sub", back, 1, first=9)
        one.camera.review()
        one.feed("sub", back, 11)
        assert one.metrics.numbers().decoded["sub\nkeyframe"] >= 3
        assert one.camera.fault == ""


def test_a_jump_of_the_stream_that_is_looked_at_is_a_gap_and_of_the_other_is_not(site: Site) -> None:
    main, sub = Scripted(), Scripted()
    with rig(site, Line(main), Line(sub)) as one:
        one.feed("main", main)
        one.feed("sub", sub, 11)
        one.send(main, arrival(1, one.clock, jumped=True))
        one.feed("sub", sub, 20)
        assert one.gaps == []
        one.clock.advance(0.1)
        one.send(sub, arrival(2, one.clock, jumped=True))
        one.feed("sub", sub, 20)
        assert [(gap.cause, gap.is_open) for gap in one.gaps] == [
            (GapCause.CLOCK_JUMPED, True),
            (GapCause.CLOCK_JUMPED, False),
        ]


def test_a_recording_s_end_is_told_once_after_its_last_picture(site: Site) -> None:
    with rig(site, Line(main := Scripted()), is_recorded=True) as one:
        one.feed("main", main, 11)
        main.feed(ENDED)
        wait_until(lambda: one.turns.waiting == 1, 5)
        one.take_turns()
        one.pass_time(4)
        assert [entry for entry in one.entries if isinstance(entry, End)] == one.entries[-1:]
        assert one.camera.is_over
        assert one.entries[-1].t == START + nanoseconds(1.1)


def test_only_the_machine_s_lateness_counts_as_overload(site: Site) -> None:
    with rig(site, Line(main := Scripted(), back := Scripted()), interval_s=0.5) as one:
        one.feed("main", main, 31)
        main.feed(LOST)
        wait_until(lambda: main.is_closed, 5)
        one.pass_time(20)
        one.feed("main", back, 31, first=9)
        assert one.camera.achieved_share == 1.0
        # Now nobody has time for it: a turn every four seconds.
        take, one.take_turns = one.take_turns, lambda: 0  # type: ignore[method-assign]
        for _ in range(5):
            one.feed("main", back, 40)
            take()
        assert one.camera.achieved_share < 0.8


def test_a_picture_that_is_no_later_than_what_was_told_is_left_out(site: Site) -> None:
    with rig(site, Line(main := Scripted())) as one:
        one.feed("main", main, 3)
        one.examiner.pass_time(MediaNs(START + nanoseconds(9)))
        one.feed("main", main, 12)
        assert one.looked_s == [0.1]
        assert one.metrics.numbers().dropped["late"] >= 1
