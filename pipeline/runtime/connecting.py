"""How the streams of a camera are opened, or of the recording in its place."""

from collections.abc import Callable
from pathlib import Path

from pipeline.config.resolved import LiveSource, RecordedSource
from pipeline.config.secrets import SecretUrl
from pipeline.media.connection import Connection
from pipeline.media.live_source import LiveSettings, open_live
from pipeline.media.live_time import LiveClock
from pipeline.media.paced_file import Pace, PacedFile
from pipeline.observation import MediaNs
from pipeline.runtime.stream import Connect


def connects_of(
    source: LiveSource | RecordedSource, now_ns: Callable[[], int], reached: Callable[[], MediaNs | None]
) -> tuple[Connect, Connect | None]:
    """What opens the main stream, and the sub-stream where there is one.

    Args:
        source: Of the camera.
        now_ns: A steady clock.
        reached: The camera's last entry, of this run or of the one before; None: there is none. A stream goes on
            after it.
    """
    if isinstance(source, RecordedSource):
        pace = Pace()
        sub = None if source.sub is None else _paced(source, source.sub, now_ns, reached, pace)
        return _paced(source, source.path, now_ns, reached, pace), sub
    settings = LiveSettings(source.transport, source.decode)
    not_before = reached() or MediaNs(0)
    sub = None if source.sub is None else _live(source.sub, settings, now_ns, not_before)
    return _live(source.main, settings, now_ns, not_before), sub


def _paced(
    source: RecordedSource, path: Path, now_ns: Callable[[], int], reached: Callable[[], MediaNs | None], pace: Pace
) -> Connect:
    def connect(wait: Callable[[float], bool]) -> Connection:
        return PacedFile(path, source.start, loop=source.loop, now_ns=now_ns, sleep=wait, begin_at=reached(), pace=pace)

    return connect


def _live(url: SecretUrl, settings: LiveSettings, now_ns: Callable[[], int], not_before: MediaNs) -> Connect:
    clock = LiveClock(not_before=not_before)

    def connect(_wait: Callable[[float], bool]) -> Connection:
        return open_live(url, settings, clock, now_ns)

    return connect
