"""The observation log: every entry that entered the reasoning of one camera, in order, in one Parquet file.

A log is written beside its place and moved there when it is complete, so a crash never leaves half a log in place of a
good one. Version 1; the file's metadata names the camera.
"""

import os
from collections.abc import Iterator
from contextlib import contextmanager, suppress
from pathlib import Path
from types import TracebackType
from typing import Self

import pyarrow as pa
import pyarrow.parquet as pq

from pipeline.alerts.durable_file import cannot_write, sync_folder
from pipeline.errors import UsageError
from pipeline.observation import CameraId, Entry
from pipeline.replay.rows import SCHEMA, Row, entry_of, row_of

VERSION = b"1"
_VERSION_KEY, _CAMERA = b"smart-alert.log", b"smart-alert.camera"
_ROWS_A_GROUP = 512
"""Entries written at a time: four minutes at two looks a second. Smaller groups make a file five times as large."""
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
        schema = SCHEMA.with_metadata({_VERSION_KEY: VERSION, _CAMERA: camera.encode()})
        try:
            self._file = self._partial.open("wb")
        except OSError as error:
            raise cannot_write(path, error) from error
        self._writer = pq.ParquetWriter(self._file, schema, compression="zstd", write_page_checksum=True)

    def append(self, entry: Entry) -> None:
        """Add the next entry.

        Raises:
            StateError: The log cannot be written (a full disk).
        """
        self._rows.append(row_of(entry))
        if len(self._rows) < _ROWS_A_BATCH:
            return
        self._pack_rows()
        if len(self._batches) * _ROWS_A_BATCH >= _ROWS_A_GROUP:
            try:
                self._write_group()
            except OSError as error:
                raise cannot_write(self._path, error) from error

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
    """Whether the file is a Parquet file, by its first bytes."""
    try:
        with path.open("rb") as file:
            return file.read(4) == b"PAR1"
    except OSError:
        return False


def camera_of(path: Path) -> CameraId:
    """Whose entries a log holds.

    Raises:
        UsageError: It is no log, or one of another version.
    """
    with _opened(path) as file:
        return CameraId((file.schema_arrow.metadata or {}).get(_CAMERA, b"").decode())


def read_log(path: Path) -> Iterator[Entry]:
    """The entries of a log, in order; a group of rows at a time is held in memory.

    Raises:
        UsageError: It is no log, one of another version, or damaged.
    """
    before: Entry | None = None
    with _opened(path) as file:
        for group in range(file.num_row_groups):
            for row in file.read_row_group(group).to_pylist():
                entry = entry_of(row)
                if before is not None and entry.t < before.t:
                    raise ValueError(f"an entry of {entry.t} ns follows one of {before.t} ns: expected rising times")
                before = entry
                yield entry


@contextmanager
def _opened(path: Path) -> Iterator[pq.ParquetFile]:
    try:
        with pq.ParquetFile(path, page_checksum_verification=True) as file:
            _check(file.schema_arrow)
            yield file
    except (OSError, pa.ArrowException, KeyError, TypeError, ValueError) as error:
        raise UsageError(f"{path}: cannot be read as an observation log: {' '.join(str(error).split())}") from error


def _check(schema: pa.Schema) -> None:
    found = (schema.metadata or {}).get(_VERSION_KEY, b"none")
    if found != VERSION:
        raise ValueError(f"got version {found.decode(errors='replace')}, expected {VERSION.decode()}")
    if not schema.equals(SCHEMA):
        raise ValueError(f"got columns {', '.join(schema.names)[:200]}, expected those of a log")
