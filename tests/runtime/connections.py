"""Connections that are made of what a test says, for streams without a network."""

import io
import threading
from collections.abc import Callable, Sequence
from dataclasses import dataclass, field
from fractions import Fraction
from functools import cache

import av
import numpy as np
from av.packet import Packet
from av.video.frame import VideoFrame
from av.video.stream import VideoStream

from pipeline.media.arrival import Arrival
from pipeline.media.info import StreamInfo
from pipeline.media.live_decoder import Coding
from pipeline.media.live_pictures import LivePictures
from pipeline.observation import MediaNs, nanoseconds
from pipeline.runtime.back_off import BackOff
from tests.runtime.standing_car import START, street

FPS = 10


class Clock:
    """Shows what it is told; may be read from any thread."""

    def __init__(self, now_ns: int = START) -> None:
        self.now_ns = now_ns

    def __call__(self) -> int:
        return self.now_ns

    def advance(self, duration_s: float) -> None:
        self.now_ns += nanoseconds(duration_s)


@cache
def packets(n: int, gop: int = 10, *, has_car: bool = False) -> tuple["Packet[VideoStream]", ...]:
    """The street, coded as H.264, ten pictures a second; no two are the same."""
    generator = np.random.default_rng(3)
    file = io.BytesIO()
    with av.open(file, "w", format="mpegts") as container:
        stream = container.add_stream(
            "libx264", rate=Fraction(FPS), options={"preset": "ultrafast", "sc_threshold": "0", "bf": "0"}
        )
        picture = street(has_car=has_car)
        stream.height, stream.width = picture.shape[:2]
        stream.pix_fmt = "yuv420p"
        stream.codec_context.gop_size = gop
        stream.codec_context.thread_count = 1
        for _ in range(n):
            noisy = np.clip(picture + generator.integers(-1, 2, (*picture.shape[:2], 1)), 0, 255).astype(np.uint8)
            container.mux(stream.encode(VideoFrame.from_ndarray(noisy, format="bgr24")))
        container.mux(stream.encode(None))
    file.seek(0)
    with av.open(file, "r", format="mpegts") as coded:
        return tuple(packet for packet in coded.demux(coded.streams.video[0]) if packet.size)


def coding() -> Coding:
    """Of `packets`."""
    return Coding("h264", b"", 160, "test", "cpu")


def arrival(number: int, clock: Clock, *, jumped: bool = False, of: "Sequence[Packet[VideoStream]]" = ()) -> Arrival:
    """A packet that comes now, its picture just taken."""
    series = of or packets(100)
    packet = series[number % len(series)]
    return Arrival(packet, MediaNs(clock()), packet.is_keyframe, clock(), jumped, packet.size)


@dataclass
class Scripted:
    """A connection that hands out what it is fed, and fails or hangs when it is told to.

    Attributes:
        is_closed: Whether the reader has let go of it.
    """

    is_closed: bool = False
    info: StreamInfo = field(
        default_factory=lambda: StreamInfo("h264", 160, 96, 0, 10.0, 0.0, has_b_frames=False, start=START)
    )
    offset_ns: int = 0
    _waiting: list[Arrival | Exception] = field(default_factory=list)
    _changed: threading.Condition = field(default_factory=threading.Condition)

    def feed(self, *what: Arrival | Exception) -> None:
        with self._changed:
            self._waiting.extend(what)
            self._changed.notify_all()

    @property
    def is_read(self) -> bool:
        """Whether all that was fed has been taken."""
        with self._changed:
            return not self._waiting

    def next(self) -> Arrival:
        with self._changed:
            while not self._waiting:
                self._changed.wait()
            first = self._waiting.pop(0)
        if isinstance(first, Exception):
            raise first
        return first

    @property
    def coding(self) -> Coding:
        return coding()

    def pictures(self) -> LivePictures:
        return LivePictures(coding())

    def close(self) -> None:
        self.is_closed = True


class Line:
    """Where a stream connects to: each attempt gets the next connection or failure, and the last for ever after."""

    def __init__(self, *answers: "Scripted | Exception | Callable[[], Scripted]") -> None:
        self.answers = list(answers)
        self.attempts = 0

    def __call__(self, wait: Callable[[float], bool]) -> Scripted:
        del wait
        answer = self.answers[min(self.attempts, len(self.answers) - 1)]
        self.attempts += 1
        if isinstance(answer, Exception):
            raise answer
        return answer if isinstance(answer, Scripted) else answer()


class Impatient(BackOff):
    """Counts as a back-off does and waits no longer than a moment."""

    def __init__(self) -> None:
        super().__init__("test")
        self.waits: list[tuple[bool, float]] = []
        self.pause_s = 0.01

    def failed(self, *, is_slow: bool) -> float:
        self.waits.append((is_slow, super().failed(is_slow=is_slow)))
        return self.pause_s
