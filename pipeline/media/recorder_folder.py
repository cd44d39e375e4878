"""The files that a recorder left in a folder, as one `VideoSource`: one camera's line of time."""

from collections.abc import Callable, Sequence
from dataclasses import dataclass, replace
from pathlib import Path
from types import TracebackType
from typing import Self

from pipeline.errors import SourceError, UsageError
from pipeline.media.damage import Damage
from pipeline.media.file_source import FileSource
from pipeline.media.frame import Frame
from pipeline.media.info import StreamInfo
from pipeline.observation import MediaNs, seconds

SUFFIXES = frozenset(
    {
        ".264", ".265", ".asf", ".avi", ".dav", ".flv", ".h264", ".h265", ".m2ts", ".m4v", ".mkv", ".mov", ".mp4",
        ".mpeg", ".mpg", ".mts", ".ps", ".ts", ".webm", ".wmv",
    }
)  # fmt: skip


@dataclass(frozen=True, slots=True, order=True)
class Recording:
    """One file.

    Attributes:
        start: Media time of its first picture, by its name.
        path: Where it lies.
    """

    start: MediaNs
    path: Path


def recordings_in(
    folder: Path, start_of: Callable[[str], MediaNs | None], tell: Callable[[str], None]
) -> tuple[Recording, ...]:
    """The recordings in a folder and those below it, in order of time.

    Args:
        folder: Other files in it are passed over.
        start_of: When a recording begins, by its path in the folder, without its suffix; None: no time is known.
        tell: Told of each video whose name tells no time: it is left out.

    Raises:
        UsageError: There is no video, or none whose name tells a time.
    """
    files = sorted(path for path in folder.rglob("*") if path.suffix.lower() in SUFFIXES and path.is_file())
    if not files:
        raise UsageError(f"{folder}: holds no recording (expected videos, the time of their start in their names)")
    found: list[Recording] = []
    for path in files:
        start = start_of(path.relative_to(folder).with_suffix("").as_posix())
        if start is None:
            tell(f"{path}: its name tells no time; it is left out (see --name-pattern)")
        else:
            found.append(Recording(start, path))
    if not found:
        raise UsageError(f"{folder}: no name tells a time (expected such as 20260105_080000; see --name-pattern)")
    return tuple(sorted(found))


class RecorderFolder:
    """Recordings one after the other. Implements `VideoSource`. What lies between them is a hole; overlaps are cut.

    A file that cannot be read, or not beyond a place, is told, and the next one comes. So is one that is left out whole
    because the files before it cover its time.

    Remembers the file that is open, whether it gave a picture, and the time of the last picture.
    """

    def __init__(self, recordings: Sequence[Recording], tell: Callable[[str], None]) -> None:
        """Opens the first file that can be opened.

        Args:
            recordings: In order of time.
            tell: Told of each file that cannot be read, or is left out.

        Raises:
            SourceError: None can be opened.
        """
        self._left, self._tell = list(recordings), tell
        self._past = Damage()
        self._last = MediaNs(-(2**62))
        self._opened: Path | None = None
        self._is_accounted_for = False
        source = self._opened_next()
        self._source: FileSource | None = source
        if source is None:
            raise SourceError(f"{recordings[0].path.parent}: none of {len(recordings)} recordings can be read")
        info = source.info
        last_s = seconds(recordings[-1].start - info.start)
        self._info: StreamInfo = replace(info, duration_s=last_s + info.duration_s)

    @property
    def info(self) -> StreamInfo:
        """The first file's; its length is that of all, as far as names and the first file tell it."""
        return self._info

    @property
    def damage(self) -> Damage:
        """What was met so far, in all files."""
        return self._past if self._source is None else self._past + self._source.damage

    @property
    def keyframe_interval_s(self) -> float:
        """The longest of the latest distances between keyframes of the file that is open, seconds."""
        return 0.0 if self._source is None else self._source.keyframe_interval_s

    def next_frame(self, not_before: MediaNs, *, keyframes_only: bool = False) -> Frame | None:
        """The first picture at or after `not_before` that is later than every one passed before.

        Args:
            not_before: Earlier pictures are passed over.
            keyframes_only: See `FileSource.next_frame`. At the end of a file, pictures behind its last keyframe that
                are due come before the next file's.

        Returns:
            None at the end of the last file.
        """
        due = MediaNs(max(not_before, self._last + 1))
        while self._source is not None:
            frame = self._read(self._source, due, keyframes_only=keyframes_only)
            if frame is not None:
                self._last, self._is_accounted_for = frame.t, True
                return frame
            if not self._is_accounted_for and self._source.info.start <= self._last:
                self._tell(f"{self._opened}: other recordings cover its time; it is left out")
            self.close()
            self._source = self._opened_next()
        return None

    def close(self) -> None:
        """Closes the file that is open."""
        if self._source is not None:
            self._past = self.damage
            self._source.close()
            self._source = None

    def __enter__(self) -> Self:
        return self

    def __exit__(
        self, kind: type[BaseException] | None, error: BaseException | None, trace: TracebackType | None
    ) -> None:
        self.close()

    def _read(self, source: FileSource, due: MediaNs, *, keyframes_only: bool) -> Frame | None:
        try:
            frame = source.next_frame(due, keyframes_only=keyframes_only)
            if frame is None and keyframes_only:
                frame = source.next_frame(due)
        except SourceError as error:
            self._tell(f"{error}; the rest of it is a gap")
            self._is_accounted_for = True
            return None
        return frame

    def _opened_next(self) -> FileSource | None:
        while self._left:
            recording = self._left.pop(0)
            self._opened, self._is_accounted_for = recording.path, False
            try:
                return FileSource.open(recording.path, recording.start)
            except SourceError as error:
                self._tell(f"{error}; it is a gap")
        return None
