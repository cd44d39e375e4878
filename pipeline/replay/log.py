"""The observation log: every entry that entered the reasoning of one camera, in order.

The log of a recording is one Parquet file. It is written beside its place and moved there when it is complete, so a
crash never leaves half a log in place of a good one. The log of a live camera is a folder of such files, and of Arrow
streams that are not Parquet yet (`live_log.py`). Version 3; each file's metadata names the camera.
"""

import os
from collections.abc import Iterator
from contextlib import contextmanager, suppress
from itertools import chain
from pathlib import Path
from types import TracebackType
from typing import Self

import pyarrow as pa
import pyarrow.compute as pc
import pyarrow.parquet as pq

from pipeline.alerts.durable_file import cannot_write, sync_folder
from pipeline.errors import UsageError
from pipeline.observation import CameraId, Entry, MediaNs
from pipeline.replay.columns import entries_of
from pipeline.replay.log_schema import camera_in, log_schema
from pipeline.replay.rows import Row, row_of
from pipeline.replay.segment import FIRST_BYTES, SUFFIX, read_segment

PARQUET_SUFFIX = ".parquet"
DAYS = "[0-9][0-9][0-9][0-9]-[0-9][0-9]-[0-9][0-9]"
"""Folders of the days of a live camera's log."""
_ROWS_A_GROUP = 2048
"""Entries written at a time: an hour of a quiet camera. Smaller groups make a file several times as large."""
_ROWS_A_BATCH = 32
"""Entries held as Python's values, which take twenty times the memory of Arrow's."""


class LogWriter:
    """Writes the entries of one camera. Leaving the `with` block normally completes the log; an error discards it."""

    def __init__(self, path: Path, camera: CameraId) -> None:
        """Begin a log.

        Args:
            path: Where the complete log will be; an older one there stays until then.
            camera: Whose entries they are.

        Raises:
            StateError: The folder cannot be written.
        """
        self._path = path
        self._partial = path.with_name(path.name + ".partial")
        self._rows: list[Row] = []
        self._batches: list[pa.RecordBatch] = []
        try:
            self._file = self._partial.open("wb")
        except OSError as error:
            raise cannot_write(path, error) from error
        # Statistics of the names of a network's classes would be longer than what they are of; times are searched for.
        self._writer = pq.ParquetWriter(
            self._file, log_schema(camera), compression="zstd", write_page_checksum=True, write_statistics=["t"]
        )

    def append(self, entry: Entry) -> None:
        """Add the next entry.

        Raises:
            StateError: The log cannot be written (a full disk).
        """
        self._rows.append(row_of(entry))
        if len(self._rows) == _ROWS_A_BATCH:
            self._pack_rows()
            self._write_full_groups()

    def append_batch(self, batch: pa.RecordBatch) -> None:
        """Add the next entries, as another log of this camera holds them.

        Raises:
            StateError: The log cannot be written (a full disk).
        """
        self._pack_rows()
        if not batch.schema.equals(self._writer.schema):
            # An earlier version of the program began that log.
            rows = [row_of(entry) for entry in entries_of(batch)]
            batch = pa.RecordBatch.from_pylist(rows, schema=self._writer.schema)
        self._batches.append(batch)
        self._write_full_groups()

    def __enter__(self) -> Self:
        return self

    def __exit__(
        self, kind: type[BaseException] | None, error: BaseException | None, trace: TracebackType | None
    ) -> None:
        if kind is not None:
            self._discard()
            return
        try:
            self._complete()
        except OSError as failure:
            self._discard()
            raise cannot_write(self._path, failure) from failure

    def _complete(self) -> None:
        self._pack_rows()
        self._write_group()
        self._writer.close()
        self._file.flush()
        os.fsync(self._file.fileno())
        self._file.close()
        self._partial.replace(self._path)
        sync_folder(self._path.parent)

    def _pack_rows(self) -> None:
        if self._rows:
            self._batches.append(pa.RecordBatch.from_pylist(self._rows, schema=self._writer.schema))
            self._rows.clear()

    def _write_full_groups(self) -> None:
        if sum(batch.num_rows for batch in self._batches) >= _ROWS_A_GROUP:
            try:
                self._write_group()
            except OSError as error:
                raise cannot_write(self._path, error) from error

    def _write_group(self) -> None:
        if self._batches:
            self._writer.write_table(pa.Table.from_batches(self._batches))
            self._batches.clear()

    def _discard(self) -> None:
        # Where the disk is what failed there is nothing to complete.
        for close in (self._writer.close, self._file.close):
            with suppress(OSError):
                close()
        self._partial.unlink(missing_ok=True)


def is_log(path: Path) -> bool:
    """Whether it is a log: a Parquet file or an Arrow stream, by its first bytes, or a folder that holds some."""
    if path.is_dir():
        return any(is_log(segment) for segment in segments(path))
    try:
        with path.open("rb") as file:
            return file.read(4) in (b"PAR1", FIRST_BYTES)
    except OSError:
        return False


def segments(folder: Path) -> list[Path]:
    """The files of a log that is a folder, in order: their names sort by time, in whichever day's folder they lie."""
    places = (folder, *folder.glob(DAYS))
    suffixes = (SUFFIX, PARQUET_SUFFIX)
    found = {path.stem: path for suffix in suffixes for place in places for path in place.glob(f"[!.]*{suffix}")}
    # Where both are there, the run was killed between making the Parquet file and removing what it was made from.
    return [found[stem] for stem in sorted(found)]


def camera_of(path: Path) -> CameraId:
    """Whose entries a log holds.

    Raises:
        UsageError: It is no log, or one of another version, or a folder of logs of several cameras.
    """
    cameras = {_camera_of_file(file) for file in _files(path)}
    if len(cameras) == 1:
        return cameras.pop()
    raise UsageError(f"{path}: got logs of {len(cameras)} cameras, expected one: {', '.join(sorted(cameras)[:5])}")


def torn_ends(path: Path) -> list[str]:
    """What crashes have cut off, a line each; it is not read.

    Raises:
        UsageError: It is no log.
    """
    lines: list[str] = []
    for file in _files(path):
        if _is_stream(file):
            with _explained(file):
                torn_bytes = read_segment(file).torn_bytes
            if torn_bytes:
                lines.append(f"{file}: its last {torn_bytes} bytes were not written whole and are left out")
    return lines


def read_log(path: Path, since: MediaNs | None = None) -> Iterator[Entry]:
    """The entries of a log, in order; a group of rows, or a segment that is no Parquet file yet, is held in memory.

    Args:
        path: A file, or the folder of one camera.
        since: Earlier entries are passed over, which costs little; None: none are.

    Raises:
        UsageError: It is no log, one of another version, of several cameras, or damaged.
    """
    if path.is_dir():
        camera_of(path)
    before: Entry | None = None
    for file in _files(path):
        with _explained(file):
            for entry in chain.from_iterable(entries_of(_from(batch, since)) for batch in _batches(file)):
                if before is not None and entry.t < before.t:
                    raise ValueError(f"an entry of {entry.t} ns follows one of {before.t} ns: expected rising times")
                before = entry
                yield entry


def read_batches(path: Path) -> Iterator[pa.RecordBatch]:
    """The entries of a log as tables, in order; those of an older version have its columns.

    Raises:
        UsageError: It is no log, one of another version, or damaged.
    """
    for file in _files(path):
        with _explained(file):
            yield from _batches(file)


def log_files(path: Path) -> list[Path]:
    """The files of a log, in order.

    Raises:
        UsageError: It is a folder that holds none.
    """
    return list(_files(path))


def span_of(path: Path) -> tuple[MediaNs, MediaNs]:
    """Times of the first and the last entry of a log, at the cost of its first and its last file; 0 where it is empty.

    Raises:
        UsageError: It is no log, or damaged.
    """
    files = log_files(path)
    first = next((found for found in map(_times, files) if len(found)), None)
    last = next((found for found in map(_times, reversed(files)) if len(found)), None)
    if first is None or last is None:
        return MediaNs(0), MediaNs(0)
    return MediaNs(first[0].as_py()), MediaNs(last[-1].as_py())


def _times(file: Path) -> pa.ChunkedArray:
    with _explained(file):
        if _is_stream(file):
            return pa.chunked_array([batch.column("t") for batch in read_segment(file).batches], pa.int64())
        with pq.ParquetFile(file) as parquet:
            return parquet.read(columns=["t"]).column("t")


def _files(path: Path) -> Iterator[Path]:
    if not path.is_dir():
        yield path
        return
    found = segments(path)
    if not found:
        raise UsageError(f"{path}: holds no log (expected *{PARQUET_SUFFIX} or *{SUFFIX})")
    for segment in found:
        # The run that writes the log may have made a Parquet file of it meanwhile.
        yield segment if segment.exists() else segment.with_suffix(PARQUET_SUFFIX)


def _is_stream(path: Path) -> bool:
    with _explained(path), path.open("rb") as file:
        return file.read(4) == FIRST_BYTES


def _from(batch: pa.RecordBatch, since: MediaNs | None) -> pa.RecordBatch:
    return batch if since is None else batch.filter(pc.greater_equal(batch.column("t"), since))


def _batches(path: Path) -> Iterator[pa.RecordBatch]:
    if _is_stream(path):
        yield from read_segment(path).batches
        return
    with pq.ParquetFile(path, page_checksum_verification=True) as file:
        camera_in(file.schema_arrow)
        for group in range(file.num_row_groups):
            yield from file.read_row_group(group).combine_chunks().to_batches()


def _camera_of_file(path: Path) -> CameraId:
    with _explained(path):
        if _is_stream(path):
            return read_segment(path).camera
        with pq.ParquetFile(path) as file:
            return camera_in(file.schema_arrow)


@contextmanager
def _explained(path: Path) -> Iterator[None]:
    try:
        yield
    except (OSError, pa.ArrowException, KeyError, TypeError, ValueError) as error:
        raise UsageError(f"{path}: cannot be read as an observation log: {' '.join(str(error).split())}") from error
