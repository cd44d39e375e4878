"""The log of a live camera: without an end, so it is kept in pieces of at most an hour, the oldest of which go.

    <folder>/<camera>/2026-01-05/20260105T080000_000000000Z.parquet    complete; named by its first entry, in UTC
    <folder>/<camera>/2026-01-05/20260105T090000_481000000Z.arrow      grows, or waits to become Parquet
    <folder>/<camera>/earlier/                               pieces whose times overlap with those of a later run

A run that was killed has logged more than its checkpoint knows: the next one takes that out again, and goes on there.
The log is never worth the run: a disk that is full costs entries, which are counted, and nothing else.
"""

import zlib
from collections.abc import Callable
from functools import partial
from pathlib import Path

from pipeline.errors import StateError
from pipeline.observation import NS_PER_S, CameraId, Entry, Gap, GapCause, MediaNs
from pipeline.replay.log import DAYS, PARQUET_SUFFIX, LogWriter
from pipeline.replay.pieces import HOUR_NS, cut_after, drop_what_was_packed, free_place, remove_until, set_aside_from
from pipeline.replay.rows import Row, row_of
from pipeline.replay.segment import SUFFIX, SegmentWriter, read_segment

LOG_FOLDER = "log"
"""In the state folder."""
DAMAGED_SUFFIX = ".damaged"
FLUSH_NS = 10 * NS_PER_S
"""Of media time: what a kill can cost."""
_MOST_ROWS = 64
"""Entries held as Python's values: half a megabyte where the scene is full."""
_PACK_SPREAD_S = 600
"""Making a Parquet file of an hour costs 60 ms; cameras do it at different moments after the hour."""
_PACK_AGAIN_NS = 600 * NS_PER_S


class LiveLog:
    """Takes the entries of one live camera, in order, over restarts of the process.

    Nothing is read or written before the first entry. From one thread at a time.

    Remembers: the entries of the last ten seconds, and the segment that grows.

    Attributes:
        unlogged: Entries that could not be written since the start.
        torn_bytes: Length of what crashes had cut off, found since the start.
    """

    def __init__(self, folder: Path, camera: CameraId, keep_ns: int) -> None:
        """Nothing happens yet.

        Args:
            folder: Of the logs of all cameras.
            camera: Whose entries will come.
            keep_ns: Pieces go when their hour ended so long before the newest entry, in media time.
        """
        self.unlogged = 0
        self.torn_bytes = 0
        self._folder = folder / camera
        self._camera = camera
        self._keep_ns = keep_ns
        self._rows: list[Row] = []
        self._last: MediaNs | None = None
        self._segment: SegmentWriter | None = None
        self._pack_at = MediaNs(0)
        self._write_fault = self._upkeep_fault = ""

    @property
    def fault(self) -> str:
        """What went wrong, one line: the last batch could not be written, or a piece in this hour not be kept.

        Empty where all is well.
        """
        return self._write_fault or self._upkeep_fault

    def append(self, entry: Entry) -> None:
        """Log the next entry. It never fails: see `unlogged` and `fault`."""
        t = entry.t
        if self._last is None:
            self._begin(entry)
        elif t < self._last:
            self._lose(1, f"{self._folder}: an entry of {t} ns follows one of {self._last} ns and is left out")
            return
        elif t // HOUR_NS != self._last // HOUR_NS:
            self._begin_piece(t)
        self._last = t
        self._rows.append(row_of(entry))
        if t - self._rows[0]["t"] >= FLUSH_NS or len(self._rows) >= _MOST_ROWS:
            self.flush()
            self._pack_one(t)

    def flush(self) -> None:
        """Write the entries that are held: from now on they survive the end of the process."""
        rows, self._rows = self._rows, []
        if not rows:
            return
        if self._segment is None:
            place = free_place(self._folder, MediaNs(rows[0]["t"]))
            self._segment = SegmentWriter(place.with_name(f"{place.name}{SUFFIX}"), self._camera)
        try:
            self._segment.write(rows)
        except StateError as error:
            self._segment = None
            self._lose(len(rows), str(error))
        else:
            self._write_fault = ""

    def close(self, *, pack: bool = True) -> None:
        """Write what is held.

        Args:
            pack: Make Parquet files of all pieces, which takes 60 ms for an hour; otherwise the next run does.
        """
        self.flush()
        self._segment = None
        if pack:
            for path in self._unpacked():
                self._upkeep(partial(self._pack, path))

    def _begin(self, first: Entry) -> None:
        self._begin_piece(first.t)
        self._upkeep(partial(self._make_way, first))

    def _make_way(self, first: Entry) -> None:
        """Take what the log holds beyond a run's first entry out of its way.

        Raises:
            StateError: A piece cannot be cut.
            OSError: A piece cannot be moved or removed.
        """
        if isinstance(first, Gap) and first.cause is GapCause.NOT_WATCHED:
            # A run goes on from its checkpoint.
            self.torn_bytes += cut_after(self._folder, first.t)
        else:
            set_aside_from(self._folder, first.t)

    def _begin_piece(self, t: MediaNs) -> None:
        self.flush()
        self._segment = None
        self._upkeep_fault = ""
        self._upkeep(partial(remove_until, self._folder, MediaNs(t - self._keep_ns)))
        self._pack_at = MediaNs(t + zlib.crc32(self._camera.encode()) % _PACK_SPREAD_S * NS_PER_S)

    def _pack_one(self, t: MediaNs) -> None:
        """One piece at a time: the camera is not to wait for all of them."""
        if t < self._pack_at:
            return
        left = self._unpacked()
        if not left or not self._upkeep(partial(self._pack, left[0])):
            self._pack_at = MediaNs(t + _PACK_AGAIN_NS)

    def _unpacked(self) -> list[Path]:
        growing = None if self._segment is None else self._segment.path
        found = [*self._folder.glob(f"*{SUFFIX}"), *self._folder.glob(f"{DAYS}/*{SUFFIX}")]
        return [path for path in sorted(found, key=lambda path: path.name) if path != growing]

    def _pack(self, path: Path) -> None:
        """Make a Parquet file of a segment that is complete.

        Raises:
            StateError: It cannot be written; the segment stays. Or the segment is no log: it is given another name.
            OSError: It cannot be read or removed.
        """
        try:
            segment = read_segment(path)
        except ValueError as error:
            path.rename(path.with_name(path.name + DAMAGED_SUFFIX))
            raise StateError(f"{path}: is damaged and left out of the log: {' '.join(str(error).split())}") from error
        if not drop_what_was_packed(path):
            if segment.batches:
                with LogWriter(path.with_suffix(PARQUET_SUFFIX), segment.camera) as log:
                    for batch in segment.batches:
                        log.append_batch(batch)
            path.unlink()
        self.torn_bytes += segment.torn_bytes

    def _upkeep(self, work: Callable[[], None]) -> bool:
        try:
            work()
        except (OSError, StateError) as error:
            self._upkeep_fault = str(error)
            return False
        return True

    def _lose(self, entries: int, fault: str) -> None:
        self.unlogged += entries
        self._write_fault = fault
