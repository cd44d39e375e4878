"""A piece of a live log while it grows: an Arrow stream, to which entries are added in batches.

What a batch adds is there when it is written, whatever becomes of the process. Where a crash cut the last one off, all
before it can be read. Any program that reads Arrow streams can read a segment.
"""

import os
from collections.abc import Sequence
from contextlib import suppress
from dataclasses import dataclass
from pathlib import Path
from zlib import crc32

import pyarrow as pa

from pipeline.alerts.durable_file import cannot_write
from pipeline.errors import StateError
from pipeline.observation import CameraId
from pipeline.replay.log_schema import camera_in, log_schema
from pipeline.replay.rows import Row

SUFFIX = ".arrow"
FIRST_BYTES = b"\xff\xff\xff\xff"
"""A message of an Arrow stream begins with these; no video does."""

_CHECKSUM = b"crc32"
_END_BYTES = 8
"""Length of the mark that ends a stream: what is added later takes its place."""


class SegmentWriter:
    """Adds batches to a segment. Holds no file open and no memory between them.

    Attributes:
        path: Of the segment; made with the first batch.
    """

    def __init__(self, path: Path, camera: CameraId) -> None:
        self.path = path
        self._schema = log_schema(camera)
        self._size = 0

    def write(self, rows: Sequence[Row]) -> None:
        """Add entries; they survive the end of the process when this returns.

        Raises:
            StateError: They cannot be written. Nothing of them was; no more may be written to this segment.
        """
        batch = _message(pa.RecordBatch.from_pylist(rows, schema=self._schema))
        added = batch if self._size else self._schema.serialize().to_pybytes() + batch
        try:
            self.path.parent.mkdir(parents=True, exist_ok=True)
            with self.path.open("ab") as file:
                found = file.tell()
                if found == self._size:
                    file.write(added)
        except OSError as error:
            self._cut_back()
            raise cannot_write(self.path, error) from error
        if found != self._size:
            raise StateError(f"{self.path}: was changed by another program: got {found} bytes, expected {self._size}")
        self._size += len(added)

    def _cut_back(self) -> None:
        # Where even this fails, what is left of the batch is a torn end like that of a crash.
        with suppress(OSError):
            if self._size:
                os.truncate(self.path, self._size)
            else:
                self.path.unlink(missing_ok=True)


@dataclass(frozen=True, slots=True)
class Segment:
    """What a segment holds.

    Attributes:
        camera: Whose entries.
        batches: Those that are whole, in order.
        torn_bytes: Length of what follows them and is none.
    """

    camera: CameraId
    batches: tuple[pa.RecordBatch, ...]
    torn_bytes: int


def read_segment(path: Path) -> Segment:
    """Read all that is whole.

    Raises:
        OSError: It cannot be read.
        ValueError: Its beginning is no log's (`pyarrow.ArrowInvalid` is one).
    """
    content = path.read_bytes()
    source = pa.BufferReader(content)
    reader = pa.ipc.open_stream(source)
    camera = camera_in(reader.schema)
    whole = source.tell()
    batches: list[pa.RecordBatch] = []
    # What follows a cut may look like anything: a length, an end, a batch of zeros.
    with suppress(OSError, pa.ArrowException, StopIteration):
        while True:
            batch, marks = reader.read_next_batch_with_custom_metadata()
            end = source.tell()
            if marks is None or marks.get(_CHECKSUM) != _checksum(content[whole:end]):
                break
            batches.append(batch)
            whole = end
    return Segment(camera, tuple(batches), len(content) - whole)


def _message(batch: pa.RecordBatch) -> bytes:
    """The batch as it stands in a stream, with its checksum: a crash can leave zeros where its end should be."""
    checksum = _checksum(batch.serialize().to_pybytes())
    sink = pa.BufferOutputStream()
    with pa.ipc.new_stream(sink, batch.schema) as writer:
        writer.write_batch(batch, custom_metadata={_CHECKSUM: checksum})
    whole: bytes = sink.getvalue().to_pybytes()
    return whole[batch.schema.serialize().size : -_END_BYTES]


def _checksum(message: bytes) -> bytes:
    """Of the values in a message, not of its head, which holds the checksum."""
    return b"%08x" % crc32(pa.ipc.read_message(message).body)
