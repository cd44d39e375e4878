"""Who is shown, how often, and what that may cost."""

import io
from collections.abc import Sequence
from pathlib import Path
from typing import Self

import cv2
import numpy as np
import pytest

from pipeline.media.frame import Bgr
from pipeline.media.live_pictures import LivePictures
from pipeline.observation import CameraId
from pipeline.runtime import onlookers
from pipeline.runtime.back_off import BackOff
from pipeline.runtime.events_log import EventsLog, LogFormat, LogLevel
from pipeline.runtime.metrics import CameraMetrics
from pipeline.runtime.onlookers import Onlookers, Wanted
from pipeline.runtime.shown_camera import Shown, ShownCamera, Size
from pipeline.runtime.stream import Stream
from tests.cli.shell import wait_until
from tests.media.clips import Clip, number_of, write_clip
from tests.media.live import arrivals_of
from tests.runtime.connections import Clock, Line, Scripted, arrival, coding

GATE = Wanted(CameraId("gate"), Size.SMALL)


class Ignored:
    """A stream's listener."""

    def arrived(self, stream: Stream, arrival: object) -> None:
        del stream, arrival

    def ended(self, stream: Stream) -> None:
        del stream


def stream_of(clock: Clock, line: Line, name: str = "main") -> Stream:
    events = EventsLog.open(io.StringIO(), LogFormat.TEXT, LogLevel.INFO, clock)
    return Stream(
        name, line, Ignored(), BackOff("test"), can_end=False, now_ns=clock, metrics=CameraMetrics(), events=events
    )  # fmt: skip


class Rig:
    """One camera whose packets the test sends, and the thread that shows it."""

    def __init__(self, share: float = 1.0) -> None:
        self.clock, self.told = Clock(), io.StringIO()
        self.connection = Scripted()
        self.stream = stream_of(self.clock, Line(self.connection))
        self.asked: list[CameraId] = []
        events = EventsLog.open(self.told, LogFormat.TEXT, LogLevel.INFO, self.clock)
        self.is_overloaded = False
        self.onlookers = Onlookers(
            self.streams_of, self.clock, events, is_overloaded=lambda: self.is_overloaded, share=share
        )
        self.n_sent = 0

    def streams_of(self, camera: CameraId) -> Sequence[Stream]:
        self.asked.append(camera)
        return (self.stream,) if camera == "gate" else ()

    def send(self, n: int = 1) -> None:
        for _ in range(n):
            self.clock.advance(0.1)
            self.connection.feed(arrival(self.n_sent, self.clock))
            self.n_sent += 1
        wait_until(lambda: self.connection.is_read)

    def __enter__(self) -> Self:
        self.stream.start()
        self.onlookers.__enter__()
        return self

    def __exit__(self, *_: object) -> None:
        self.onlookers.__exit__(None, None, None)
        self.stream.stop()
        self.connection.feed(RuntimeError("over"))
        self.stream.join(5)


def test_who_asks_is_shown_and_who_asks_no_more_is_forgotten() -> None:
    with Rig() as rig:
        rig.send(3)
        assert rig.onlookers.n_shown == 0
        assert rig.asked == []
        assert rig.onlookers.ask(GATE) is None
        wait_until(lambda: rig.onlookers.ask(GATE) is not None)
        first = rig.onlookers.ask(GATE)
        assert first is not None
        rig.send(5)
        wait_until(lambda: (found := rig.onlookers.ask(GATE)) is not None and found.t > first.t)
        # Nobody asks any more. The clock stands still, so that only its going on can be the reason.
        rig.clock.advance(4.9)
        rig.onlookers.ask(Wanted(CameraId("other"), Size.SMALL))
        wait_until(lambda: "other" in rig.asked)
        assert rig.onlookers.n_shown == 2
        rig.clock.advance(5.1)
        wait_until(lambda: rig.onlookers.n_shown == 0)
        n_asked = len(rig.asked)
        rig.send(3)
        assert len(rig.asked) == n_asked


def test_the_machine_gives_no_more_than_a_share(monkeypatch: pytest.MonkeyPatch) -> None:
    rested_s: list[float] = []
    took_s = iter(range(10_000))
    monkeypatch.setattr(onlookers, "thread_cpu_s", lambda: float(next(took_s)))
    monkeypatch.setattr(onlookers, "sleep", rested_s.append)
    with Rig(share=0.25) as rig:
        rig.send(3)
        rig.onlookers.ask(GATE)
        wait_until(lambda: bool(rested_s))
        # A second of work, of which the clock has seen nothing, is followed by four of rest.
        assert set(rested_s) == {4.0}
        rig.is_overloaded = True
        rig.onlookers.ask(Wanted(CameraId("other"), Size.SMALL))
        wait_until(lambda: rested_s[-1] == 16.0)


def test_those_that_are_asked_for_beyond_the_most_are_told_that_there_is_nothing(
    monkeypatch: pytest.MonkeyPatch,
) -> None:
    monkeypatch.setattr(onlookers, "MOST_CAMERAS", 3)
    with Rig() as rig:
        for number in range(10):
            assert rig.onlookers.ask(Wanted(CameraId(f"cam-{number}"), Size.SMALL)) is None
        assert rig.onlookers.n_shown == 3


def test_a_camera_that_can_be_afforded_flows_and_a_dear_one_shows_what_is_at_hand(tmp_path: Path) -> None:
    path = write_clip(tmp_path / "clip.ts", Clip(times_ms=range(0, 4000, 100), gop=20))
    arrivals, pictures = arrivals_of(path)
    clock = Clock()
    stream = stream_of(clock, Line(Scripted()))
    stream.pictures = pictures
    cheap, dear = ShownCamera(Size.SMALL, clock()), ShownCamera(Size.SMALL, clock())
    cheap.flows = True
    shown: dict[bool, list[int]] = {True: [], False: []}
    for n in range(40):
        pictures.add(arrivals[n])
        clock.advance(0.1)
        for one in (cheap, dear):
            one.show((stream,), clock())
            assert one.shown is not None
            shown[one.flows].append(round(one.shown.t / 1e8))
    assert shown[True] == list(range(40))
    assert sorted(set(shown[False])) == [0, 20]
    assert number_of(picture_of(cheap.shown)) == 39


def picture_of(shown: Shown | None) -> Bgr:
    assert shown is not None
    picture = cv2.imdecode(np.frombuffer(shown.jpeg, np.uint8), cv2.IMREAD_COLOR)
    assert picture is not None
    return picture.astype(np.uint8)


def test_the_small_picture_is_of_the_sub_stream_and_the_full_one_of_the_main_stream() -> None:
    clock = Clock()
    main, sub = stream_of(clock, Line(Scripted())), stream_of(clock, Line(Scripted()), "sub")
    main.pictures, sub.pictures = LivePictures(coding()), LivePictures(coding())
    clock.advance(1)
    main.pictures.add(arrival(0, clock))
    clock.advance(1)
    sub.pictures.add(arrival(0, clock))
    small, full = ShownCamera(Size.SMALL, clock()), ShownCamera(Size.FULL, clock())
    small.show((main, sub), clock())
    full.show((main, sub), clock())
    assert small.shown is not None
    assert full.shown is not None
    assert (small.shown.t, full.shown.t) == (sub.pictures.newest_t, main.pictures.newest_t)


def test_a_picture_for_the_wall_is_made_smaller_and_keeps_its_shape(tmp_path: Path) -> None:
    path = write_clip(tmp_path / "clip.ts", Clip(times_ms=range(0, 1000, 100), size=(1280, 720)))
    arrivals, pictures = arrivals_of(path)
    pictures.add(arrivals[0])
    clock = Clock()
    stream = stream_of(clock, Line(Scripted()))
    stream.pictures = pictures
    small, full = ShownCamera(Size.SMALL, clock()), ShownCamera(Size.FULL, clock())
    for one in (small, full):
        one.show((stream,), clock())
    assert small.shown is not None
    assert full.shown is not None
    assert small.shown.size == full.shown.size == (1280, 720)
    assert picture_of(small.shown).shape == (270, 480, 3)
    assert picture_of(full.shown).shape == (720, 1280, 3)


def test_a_large_picture_goes_before_the_wall() -> None:
    clock = Clock()
    events = EventsLog.open(io.StringIO(), LogFormat.TEXT, LogLevel.INFO, clock)
    them = Onlookers(lambda _: (), clock, events, is_overloaded=lambda: False, share=0.3)
    wall = [Wanted(CameraId(f"cam-{n}"), Size.SMALL) for n in range(20)]
    for one in (*wall, Wanted(CameraId("cam-7"), Size.FULL)):
        them.ask(one)
    shown = list(them._shown.values())
    them._admit()
    flowing = [one for one in shown if one.flows]
    assert shown[-1] in flowing
    assert len(flowing) < len(shown)
    assert sum(one.flow_cost for one in flowing) <= 0.3
