"""Recordings as live streams, at a pace of the test's own."""

from pathlib import Path

from pipeline.media.arrival import Arrival
from pipeline.media.file_source import FileSource
from pipeline.media.frame import Frame
from pipeline.media.live_pictures import LivePictures
from pipeline.media.paced_file import PacedFile
from pipeline.media.stream_fault import StreamFault, StreamLostError
from pipeline.observation import NS_PER_S, MediaNs
from tests.media.clips import number_of, read_all

Seen = tuple[int, bytes]
NOON = 1_790_000_000 * NS_PER_S


class Pace:
    """A clock that only sleeping moves. It says stop once `stop_at_ns` is reached."""

    def __init__(self, stop_at_ns: int = 10**30) -> None:
        self.now = NOON
        self.slept_s: list[float] = []
        self._stop_at_ns = stop_at_ns

    def now_ns(self) -> int:
        return self.now

    def sleep(self, duration_s: float) -> bool:
        self.slept_s.append(duration_s)
        self.now += round(duration_s * NS_PER_S)
        return self.now >= self._stop_at_ns

    def play(self, path: Path, start: int = 0, *, loop: bool = False, begin_at: int | None = None) -> PacedFile:
        return PacedFile(
            path,
            MediaNs(start),
            loop=loop,
            now_ns=self.now_ns,
            sleep=self.sleep,
            begin_at=None if begin_at is None else MediaNs(begin_at),
        )


def arrivals_of(path: Path, start: int = 0) -> tuple[list[Arrival], LivePictures]:
    """All packets of a file, whose connection is closed, and a store that has had none of them."""
    connection = Pace().play(path, start)
    arrivals = list(until_end(connection))
    pictures = connection.pictures()
    connection.close()
    return arrivals, pictures


def until_end(connection: PacedFile) -> list[Arrival]:
    """What comes until the recording is over."""
    arrivals = []
    try:
        while True:
            arrivals.append(connection.next())
    except StreamLostError as error:
        if error.kind is not StreamFault.ENDED:
            raise
    return arrivals


def seen(frame: Frame) -> Seen:
    """When a picture was taken, and all of it."""
    return frame.t, frame.full().tobytes()


def fully_decoded(path: Path) -> list[Seen]:
    """What full decoding sees in a recording."""
    with FileSource.open(path, MediaNs(0)) as source:
        return [seen(frame) for frame in read_all(source)]


def add_all(pictures: LivePictures, arrivals: list[Arrival]) -> None:
    for arrival in arrivals:
        pictures.add(arrival)


def decoded(frame: Frame | None) -> int:
    """The number in a picture that must be there."""
    assert frame is not None
    return number_of(frame.full())
