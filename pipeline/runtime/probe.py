"""Connects to every camera of a site, many at a time, and tells what each stream is made of."""

import threading
from collections.abc import Callable, Iterator, Sequence
from contextlib import closing
from dataclasses import dataclass
from itertools import count

from pipeline.config.resolved import Camera, LiveSource
from pipeline.errors import SourceError
from pipeline.media.connection import Connection
from pipeline.media.frame import Frame
from pipeline.media.live_source import LiveSettings, open_live
from pipeline.media.live_time import LiveClock
from pipeline.media.paced_file import PacedFile
from pipeline.media.stream_fault import StreamFault, StreamLostError
from pipeline.observation import NS_PER_S, CameraId, MediaNs, seconds
from pipeline.runtime.clock import steady_clock, stopwatch

AT_ONCE = 32
OPEN_S = 10.0
READ_S = 10.0
MEASURE_S = 12.0
_ENOUGH_S = 3.0
_ENOUGH_KEYFRAMES = 3
_HANGS_S = OPEN_S + READ_S + MEASURE_S + 5.0
MAIN = "main"
SUB = "sub"


@dataclass(frozen=True, slots=True)
class Measured:
    """A stream that was read for a while.

    Attributes:
        codec: Name of the coding, such as `h264`, `hevc`.
        width: Of the picture, px.
        height: Of the picture, px.
        fps: Pictures a second, as they came.
        kbit_per_s: As they came.
        keyframe_interval_s: From keyframe to keyframe; where fewer than two came, how long there was no second one.
        n_keyframes: How many came.
        has_b_frames: Whether pictures come in another order than they are shown.
        is_hardware: Whether a hardware decoder was at work.
    """

    codec: str
    width: int
    height: int
    fps: float
    kbit_per_s: float
    keyframe_interval_s: float
    n_keyframes: int
    has_b_frames: bool
    is_hardware: bool = False

    @property
    def interval_is_known(self) -> bool:
        """Whether a second keyframe came."""
        return self.n_keyframes > 1


@dataclass(frozen=True, slots=True)
class Missing:
    """A stream that could not be had; `text` is one line without credentials."""

    kind: StreamFault
    text: str


@dataclass(frozen=True, slots=True)
class Probed:
    """A camera's streams as they were found; `sub` is None where it has one stream."""

    camera: Camera
    main: Measured | Missing
    sub: Measured | Missing | None

    @property
    def is_reached(self) -> bool:
        """Whether every stream of it could be read."""
        return not isinstance(self.main, Missing) and not isinstance(self.sub, Missing)


def probe(cameras: Sequence[Camera], told: Callable[[Camera], None], at_once: int = AT_ONCE) -> list[Probed]:
    """Connect to every stream of the cameras and read it for up to twelve seconds.

    A connection that hangs for ever is given up; its thread does not keep the process from ending.

    Args:
        cameras: Recorded ones too.
        told: Called as each camera is done, for a progress bar.
        at_once: How many connections there are at most at a time.
    """
    jobs = [_Job(camera, stream) for camera in cameras for stream in _streams(camera)]
    found: dict[tuple[CameraId, str], Measured | Missing] = {}
    left = {camera.id: len(_streams(camera)) for camera in cameras}
    for job, result in _results(jobs, at_once):
        found[job.camera.id, job.stream] = result
        left[job.camera.id] -= 1
        if not left[job.camera.id]:
            told(job.camera)
    return [Probed(camera, found[camera.id, MAIN], found.get((camera.id, SUB))) for camera in cameras]


def _streams(camera: Camera) -> tuple[str, ...]:
    return (MAIN,) if camera.source.sub is None else (MAIN, SUB)


@dataclass(frozen=True, slots=True, eq=False)
class _Job:
    camera: Camera
    stream: str

    def measured(self) -> Measured | Missing:
        failure: SourceError
        try:
            with closing(self._opened()) as connection:
                return measure(connection)
        except SourceError as error:
            failure = error
        kind = failure.kind if isinstance(failure, StreamLostError) else StreamFault.UNDECODABLE
        return Missing(kind, " ".join(str(failure).split()))

    def _opened(self) -> Connection:
        source = self.camera.source
        if isinstance(source, LiveSource):
            url = source.sub if self.stream == SUB and source.sub is not None else source.main
            settings = LiveSettings(source.transport, source.decode, OPEN_S, READ_S)
            return open_live(url, settings, LiveClock(), steady_clock())
        path = source.sub if self.stream == SUB and source.sub is not None else source.path
        # A clock that leaps makes every packet due at once.
        leaps = count(0, NS_PER_S)
        return PacedFile(path, source.start, loop=False, now_ns=lambda: next(leaps), sleep=lambda _s: False)

    def hanging(self) -> Missing:
        return Missing(StreamFault.TIMED_OUT, f"{self.camera.source}: the connection hangs ({_HANGS_S:.0f} s)")


class _Slots:
    """The results of threads as they end. Remembers which work, since when, and what was found."""

    def __init__(self) -> None:
        self._changed = threading.Condition()
        self._found: list[tuple[_Job, Measured | Missing]] = []
        self._failure: Exception | None = None
        self._elapsed = stopwatch()
        self._since_s: dict[_Job, float] = {}

    def __len__(self) -> int:
        return len(self._since_s)

    def start(self, job: _Job) -> None:
        self._since_s[job] = self._elapsed()
        threading.Thread(target=self._work, args=(job,), name=f"probe {job.camera.id}", daemon=True).start()

    def take(self) -> list[tuple[_Job, Measured | Missing]]:
        """Wait until there is a result, or a thread has hung for too long."""
        deadline_s = min(self._since_s.values()) + _HANGS_S
        with self._changed:
            self._changed.wait_for(lambda: self._found or self._failure, max(deadline_s - self._elapsed(), 0.0))
            if self._failure is not None:
                raise self._failure
            found, self._found = self._found, []
        late = [job for job, since_s in self._since_s.items() if self._elapsed() - since_s >= _HANGS_S]
        found += [(job, job.hanging()) for job in late if all(job is not other for other, _ in found)]
        # What a thread finds after it was given up is no news.
        news = [(job, result) for job, result in found if job in self._since_s]
        for job, _ in news:
            del self._since_s[job]
        return news

    def _work(self, job: _Job) -> None:
        try:
            result = job.measured()
        except Exception as error:  # noqa: BLE001  # a mistake in the program, for the thread that waits
            with self._changed:
                self._failure = error
                self._changed.notify()
            return
        with self._changed:
            self._found.append((job, result))
            self._changed.notify()


def _results(jobs: Sequence[_Job], at_once: int) -> Iterator[tuple[_Job, Measured | Missing]]:
    waiting, slots = list(reversed(jobs)), _Slots()
    while waiting or len(slots):
        while waiting and len(slots) < at_once:
            slots.start(waiting.pop())
        yield from slots.take()


def measure(connection: Connection) -> Measured:
    """Read a connection until three keyframes and three seconds have come, or twelve seconds.

    Raises:
        StreamLostError: It broke off before, or none of its keyframes can be decoded.
    """
    measuring, elapsed = _Measuring(connection), stopwatch()
    try:
        while not measuring.is_enough and max(measuring.span_s, elapsed()) < MEASURE_S:
            measuring.read()
    except StreamLostError as error:
        # A short recording has told all it has.
        if error.kind is not StreamFault.ENDED or not measuring.n_keyframes:
            raise
    return measuring.result()


class _Measuring:
    """One connection being read. Remembers how much came, from when to when, and a picture of it."""

    def __init__(self, connection: Connection) -> None:
        self._connection = connection
        self._pictures = connection.pictures()
        self._first: MediaNs | None = None
        self._last = MediaNs(0)
        self._n_packets = self._n_bytes = 0
        self._picture: Frame | None = None
        self.n_keyframes = 0

    @property
    def span_s(self) -> float:
        return 0.0 if self._first is None else seconds(self._last - self._first)

    @property
    def is_enough(self) -> bool:
        return self.n_keyframes >= _ENOUGH_KEYFRAMES and self.span_s >= _ENOUGH_S

    def read(self) -> None:
        arrival = self._connection.next()
        self._pictures.add(arrival)
        self._n_packets += 1
        self._n_bytes += arrival.n_bytes
        if arrival.is_key:
            self.n_keyframes += 1
            self._picture = self._picture or self._pictures.keyframe()
        if self._first is None:
            self._first = self._last = arrival.t
        self._last = max(self._last, arrival.t)

    def result(self) -> Measured:
        info = self._connection.info
        if self.n_keyframes and self._picture is None:
            raise StreamLostError(StreamFault.UNDECODABLE, f"its {info.codec} video cannot be decoded")
        width, height = (info.width, info.height) if self._picture is None else self._picture.size
        per_s = 1 / self.span_s if self.span_s else 0.0
        return Measured(
            codec=info.codec,
            width=width,
            height=height,
            fps=(self._n_packets - 1) * per_s or info.fps,
            kbit_per_s=self._n_bytes * 8 / 1000 * per_s,
            keyframe_interval_s=self._pictures.keyframe_interval_s,
            n_keyframes=self.n_keyframes,
            has_b_frames=self._pictures.has_b_frames,
            is_hardware=self._pictures.is_hardware,
        )
