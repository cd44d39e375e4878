"""Reads a log into columns, a day or so at a time."""

from collections.abc import Iterator
from pathlib import Path

import numpy as np
import pyarrow as pa
import pyarrow.compute as pc
import pyarrow.parquet as pq
from numpy.typing import NDArray

from pipeline.errors import UsageError
from pipeline.observation import Look, LookKind, MediaNs
from pipeline.replay.log import segments
from pipeline.replay.log_columns import LogBlock, LookColumns, ObjectColumns
from pipeline.replay.log_schema import camera_in
from pipeline.replay.pieces import files_from
from pipeline.replay.segment import FIRST_BYTES, read_segment

_COLUMNS = (
    "kind", "t", "frame_width", "frame_height", "looks", "objects", "appearance_length", "health", "since_or_until",
    "is_open", "cause", "target", "brightness",
)  # fmt: skip
_ROWS_A_BLOCK = 50_000
"""A day at a look every two seconds."""
_WORDS = frozenset({"Gap", "Command", "End"})


def read_blocks(path: Path, since: MediaNs | None = None) -> Iterator[LogBlock]:
    """The entries of a log of one camera, in order, in blocks of at most a day or so.

    Args:
        path: A file, or the folder of a live camera's pieces.
        since: Earlier entries are passed over, which costs little; None: none are.

    Raises:
        UsageError: It is no log, or cannot be read.
    """
    files = segments(path) if path.is_dir() else [path]
    for file in files if since is None else files_from(files, since):
        try:
            for table in _tables(file):
                late = table if since is None else table.filter(pc.greater_equal(table.column("t"), since))
                if len(late):
                    yield _block(late)
        except (OSError, pa.ArrowException, KeyError, TypeError, ValueError) as error:
            text = " ".join(str(error).split())
            raise UsageError(f"{file}: cannot be read as an observation log: {text}") from error


def _tables(path: Path) -> Iterator[pa.Table]:
    with path.open("rb") as file:
        is_stream = file.read(4) == FIRST_BYTES
    if is_stream:
        batches = read_segment(path).batches
        if batches:
            yield pa.Table.from_batches(batches).select(_COLUMNS)
        return
    with pq.ParquetFile(path, page_checksum_verification=True) as parquet:
        camera_in(pq.read_schema(path))
        for groups in _groups(parquet.metadata):
            yield parquet.read_row_groups(groups, columns=list(_COLUMNS), use_threads=False)


def _groups(metadata: pq.FileMetaData) -> Iterator[list[int]]:
    """Groups of rows that make a block together."""
    groups: list[int] = []
    rows = 0
    for group in range(metadata.num_row_groups):
        groups.append(group)
        rows += metadata.row_group(group).num_rows
        if rows >= _ROWS_A_BLOCK:
            yield groups
            groups, rows = [], 0
    if groups:
        yield groups


def _block(table: pa.Table) -> LogBlock:
    table = table.combine_chunks()
    column = {name: _one(table, name) for name in _COLUMNS}
    kind_code, kinds = _coded(column["kind"])
    is_kind = {name: np.array([kind == name for kind in kinds], np.bool_)[kind_code] for name in ("Observation", "Gap")}
    is_word = np.array([kind in _WORDS for kind in kinds], np.bool_)[kind_code]
    health = column["health"]
    health_begin = _offsets(health)
    values = np.concatenate((np.asarray(health.values.to_numpy(zero_copy_only=False), np.float64), [0.0]))
    view, view_names = _coded(column["target"])
    size = np.stack([np.asarray(column[name], np.int64) for name in ("frame_width", "frame_height")], axis=1)
    grids, grid_begin = _bytes(column["brightness"])
    return LogBlock(
        t=np.asarray(column["t"], np.int64),
        is_observation=is_kind["Observation"],
        is_gap=is_kind["Gap"],
        gap_open=is_kind["Gap"] & np.asarray(column["is_open"].to_numpy(zero_copy_only=False), np.bool_),
        view=view,
        view_names=view_names,
        word_rows=np.flatnonzero(is_word),
        looks=_looks(column["looks"]),
        objects=_objects(column["objects"]),
        size=size,
        brightness=values[np.minimum(health_begin[:-1], len(values) - 1)],
        grids=grids,
        grid_begin=grid_begin,
        table=table,
    )


def _one(table: pa.Table, name: str) -> pa.Array:
    column = table.column(name)
    return column.chunk(0) if column.num_chunks == 1 else pa.concat_arrays(column.chunks)


def _offsets(array: pa.ListArray) -> NDArray[np.int64]:
    """Where each list begins among `array.values`."""
    return np.asarray(array.offsets, np.int64)


def _coded(array: pa.Array) -> tuple[NDArray[np.int64], list[str]]:
    """Each text as its place among the different ones."""
    if not pa.types.is_dictionary(array.type):
        array = pc.dictionary_encode(array)
    return np.asarray(array.indices, np.int64), array.dictionary.to_pylist()


def _bytes(array: pa.BinaryArray) -> tuple[NDArray[np.uint8], NDArray[np.int64]]:
    """What binary values hold, one after the other, and where each begins; one that is missing is empty."""
    whole = array.cast(pa.large_binary())
    _, begin, values = whole.buffers()
    offsets = np.frombuffer(begin, np.int64, len(whole) + 1, whole.offset * 8)
    return np.frombuffer(values, np.uint8) if values is not None else np.zeros(0, np.uint8), offsets


def _objects(lists: pa.ListArray) -> ObjectColumns:
    values = lists.values
    boxes, vectors = values.field("xyxy"), values.field("appearance")
    code, names = _coded(values.field("class_name"))
    n = len(values)
    appearance, begin = np.asarray(vectors.values, np.float32), _offsets(vectors)
    total = np.concatenate(([0], np.cumsum(appearance != 0)))
    flat = np.asarray(boxes.values, np.float32)[boxes.offset * 4 : (boxes.offset + n) * 4]
    return ObjectColumns(
        begin=_offsets(lists),
        xyxy=flat.reshape(-1, 4),
        class_code=code,
        class_names=names,
        score=np.asarray(values.field("score"), np.float32),
        track=np.asarray(values.field("track"), np.int64),
        sight=np.asarray(values.field("sight"), np.uint8),
        appearance=appearance,
        appearance_begin=begin,
        has_appearance=total[begin[1:]] > total[begin[:-1]],
    )


def _looks(lists: pa.ListArray) -> LookColumns:
    values = lists.values
    n = len(values)
    regions = values.field("region")
    flat = np.asarray(regions.values, np.float64)[regions.offset * 4 : (regions.offset + n) * 4].reshape(-1, 4)
    kind, kinds = _coded(values.field("kind"))
    model, models = _coded(values.field("model"))
    has_classes = values.type.get_field_index("classes") >= 0
    joined, classes = _coded(values.field("classes")) if has_classes else (np.zeros(n, np.int64), [""])
    pixels = np.asarray(values.field("input_px"), np.int64)
    # Compared as bytes: the same region is the same number to the bit.
    table = np.column_stack((flat.view(np.int64).reshape(-1, 4), kind, model, joined, pixels))
    rows = pa.FixedSizeBinaryArray.from_buffers(pa.binary(64), n, [None, pa.py_buffer(np.ascontiguousarray(table))])
    code = np.asarray(pc.dictionary_encode(rows).indices, np.int64)
    _, first = np.unique(code, return_index=True)
    known = [
        Look(
            LookKind(kinds[kind[place]]),
            (float(flat[place, 0]), float(flat[place, 1]), float(flat[place, 2]), float(flat[place, 3])),
            models[model[place]],
            int(pixels[place]),
            frozenset(classes[joined[place]].split(",")) if classes[joined[place]] else frozenset(),
        )
        for place in first.tolist()
    ]
    return LookColumns(_offsets(lists), code, known)
