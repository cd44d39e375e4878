"""The observation log: every entry that entered the reasoning of one camera, in order, in one Parquet file.

A log is written beside its place and moved there when it is complete, so a crash never leaves half a log in place of a
good one. Version 1; the file's metadata names the camera.
"""

from collections.abc import Iterator
from contextlib import suppress
from pathlib import Path
from types import TracebackType
from typing import Self

import pyarrow as pa
import pyarrow.parquet as pq

from pipeline.errors import StateError, UsageError
from pipeline.observation import CameraId, Entry
from pipeline.replay.rows import SCHEMA, Row, entry_of, row_of

VERSION = b"1"
_ROWS_A_GROUP = 512
"""Entries held in memory before they are written: four minutes at two looks a second."""


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
        schema = SCHEMA.with_metadata({b"smart-alert.log": VERSION, b"smart-alert.camera": camera.encode()})
        try:
            self._writer = pq.ParquetWriter(self._partial, schema, compression="zstd")
        except OSError as error:
            raise StateError(f"{path}: cannot be written: {error.strerror or error}") from error

    def append(self, entry: Entry) -> None:
        """Add the next entry.

        Raises:
            StateError: The log cannot be written (a full disk).
        """
        self._rows.append(row_of(entry))
        if len(self._rows) >= _ROWS_A_GROUP:
            self._flush()

    def __enter__(self) -> Self:
        return self

    def __exit__(
        self, kind: type[BaseException] | None, error: BaseException | None, trace: TracebackType | None
    ) -> None:
        if kind is not None:
            self._discard()
            return
        self._flush()
        try:
            self._writer.close()
            self._partial.replace(self._path)
        except OSError as failure:
            raise StateError(f"{self._path}: cannot be written: {failure.strerror or failure}") from failure

    def _flush(self) -> None:
        if not self._rows:
            return
        try:
            self._writer.write_table(pa.Table.from_pylist(self._rows, schema=self._writer.schema))
        except OSError as error:
            raise StateError(f"{self._path}: cannot be written: {error.strerror or error}") from error
        self._rows.clear()

    def _discard(self) -> None:
        # Where the disk is what failed there is nothing to complete.
        with suppress(OSError):
            self._writer.close()
        self._partial.unlink(missing_ok=True)


def is_log(path: Path) -> bool:
    """Whether the file is a Parquet file, by its first bytes."""
    try:
        with path.open("rb") as file:
            return file.read(4) == b"PAR1"
    except OSError:
        return False


def read_log(path: Path) -> Iterator[Entry]:
    """The entries of a log, in order; a group of rows at a time is held in memory.

    Raises:
        UsageError: It is no log, or one of another version.
    """
    try:
        with pq.ParquetFile(path) as file:
            found = (file.schema_arrow.metadata or {}).get(b"smart-alert.log", b"none")
            if found != VERSION:
                raise UsageError(
                    f"{path}: no observation log of this version (got version {found.decode()}, expected 1)"
                )
            for group in range(file.num_row_groups):
                for row in file.read_row_group(group).to_pylist():
                    yield entry_of(row)
    except (OSError, pa.ArrowException, KeyError, TypeError, ValueError) as error:
        raise UsageError(f"{path}: cannot be read as an observation log: {' '.join(str(error).split())}") from error
