"""A log as columns: what is asked of every entry is asked of all of them at once, and a scene is made of few.

It is for reasoning over a log again and again; what a scene holds equals what `read_scene` makes of the entry.
"""

from collections.abc import Iterator, Mapping
from dataclasses import dataclass, field
from pathlib import Path

import numpy as np
import pyarrow as pa
import pyarrow.compute as pc
import pyarrow.parquet as pq
from numpy.typing import NDArray

from pipeline.errors import UsageError
from pipeline.geofence.geometry import ZoneShape, holds_ground_point
from pipeline.observation import Entry, Look, LookKind, MediaNs, Sight, TrackId
from pipeline.replay.log import segments
from pipeline.replay.log_schema import camera_in
from pipeline.replay.rows import Row, entry_of
from pipeline.replay.segment import FIRST_BYTES, read_segment
from pipeline.rules.scene import UNKNOWN, Scene, Sighting

_COLUMNS = (
    "kind", "t", "frame_width", "frame_height", "looks", "objects", "appearance_length", "health", "since_or_until",
    "is_open", "cause", "target",
)  # fmt: skip
_GROUPS_A_BLOCK = 96
"""Of 512 entries: a day at a look every two seconds."""
_SIGHTS = (Sight.DETECTED, Sight.VERIFIED, Sight.HIDDEN)
_WORDS = frozenset({"Gap", "Command", "End"})


@dataclass(frozen=True, slots=True, eq=False)
class ObjectColumns:
    """The objects of a block's entries, one after the other.

    Attributes:
        begin: Shape (N + 1,), where those of each entry begin.
        xyxy: Shape (M, 4), float32, shares of the picture.
        class_code: Shape (M,): places in `class_names`.
        class_names: Those that occur.
        score: Shape (M,), float32.
        track: Shape (M,), int64.
        sight: Shape (M,), uint8.
        appearance: Shape (K,), float32: the vectors, one after the other.
        appearance_begin: Shape (M + 1,), where each begins.
    """

    begin: NDArray[np.int64]
    xyxy: NDArray[np.float32]
    class_code: NDArray[np.int64]
    class_names: list[str]
    score: NDArray[np.float32]
    track: NDArray[np.int64]
    sight: NDArray[np.uint8]
    appearance: NDArray[np.float32]
    appearance_begin: NDArray[np.int64]

    def are_of(self, classes: frozenset[str]) -> NDArray[np.bool_]:
        """Shape (M,): whether each bears one of the names."""
        known = np.array([name in classes for name in self.class_names] or [False], np.bool_)
        return known[self.class_code]

    def entries_with(self, objects: NDArray[np.bool_]) -> NDArray[np.bool_]:
        """Shape (N,): whether each entry has one of these objects, shape (M,)."""
        total = np.concatenate(([0], np.cumsum(objects)))
        counts: NDArray[np.int64] = total[self.begin[1:]] - total[self.begin[:-1]]
        return counts > 0


@dataclass(frozen=True, slots=True, eq=False)
class LookColumns:
    """The looks of a block's entries, one after the other.

    Attributes:
        begin: Shape (N + 1,), where those of each entry begin.
        code: Shape (L,): places in `kinds`.
        known: The different looks that occur.
    """

    begin: NDArray[np.int64]
    code: NDArray[np.int64]
    known: list[Look]

    def are_close(self) -> NDArray[np.bool_]:
        """Shape (N,): whether each entry is an answer to a question; see `is_close_look`."""
        other = np.array([look.kind is not LookKind.CLOSE for look in self.known] or [False], np.bool_)[self.code]
        counts = np.diff(self.begin)
        total = np.concatenate(([0], np.cumsum(other)))
        others: NDArray[np.int64] = total[self.begin[1:]] - total[self.begin[:-1]]
        return (counts > 0) & (others == 0)


@dataclass(slots=True, eq=False)
class LogBlock:
    """Some thousands of entries of one camera, in order.

    Remembers the looks that it has put together.

    Attributes:
        t: Shape (N,), int64, ns.
        is_observation: Shape (N,).
        word_rows: Rows of gaps, commands and ends.
        gap_open: Shape (N,): of a gap, whether it is open.
        is_gap: Shape (N,).
        view: Shape (N,): places in `view_names`, of observations.
        view_names: Presets; empty: the camera has one view.
    """

    t: NDArray[np.int64]
    is_observation: NDArray[np.bool_]
    is_gap: NDArray[np.bool_]
    gap_open: NDArray[np.bool_]
    view: NDArray[np.int64]
    view_names: list[str]
    word_rows: NDArray[np.int64]
    looks: LookColumns
    objects: ObjectColumns
    _size: NDArray[np.int64]
    _brightness: NDArray[np.float64]
    _table: pa.Table
    _tuples: dict[bytes, tuple[Look, ...]] = field(default_factory=dict)

    def __len__(self) -> int:
        return len(self.t)

    def word(self, row: int) -> Entry:
        """A gap, a command or an end."""
        one: Row = self._table.slice(row, 1).to_pylist()[0]
        one["brightness"] = b""
        return entry_of(one)

    def looks_at(self, row: int) -> tuple[Look, ...]:
        """What an observation examined."""
        codes = self.looks.code[self.looks.begin[row] : self.looks.begin[row + 1]]
        key = codes.tobytes()
        known = self._tuples.get(key)
        if known is None:
            known = self._tuples[key] = tuple(self.looks.known[code] for code in codes.tolist())
        return known

    def scene(self, row: int, hidden: NDArray[np.bool_], kin: Mapping[str, frozenset[str]]) -> Scene:
        """What an observation saw.

        Args:
            row: Of an observation.
            hidden: Shape (M,), objects under a mask.
            kin: See `Scene`.
        """
        objects = self.objects
        begin, end = int(objects.begin[row]), int(objects.begin[row + 1])
        width, height = self._size[row].tolist()
        places = range(begin, end)
        if begin < end and hidden[begin:end].any():
            places = [place for place in places if not hidden[place]]
        sightings = tuple(self._sighting(place) for place in places)
        t = MediaNs(int(self.t[row]))
        return Scene(t, width / height, float(self._brightness[row]), sightings, self.looks_at(row), kin)

    def hidden_under(self, masks: tuple[ZoneShape, ...]) -> NDArray[np.bool_]:
        """Shape (M,): which objects stand under a mask."""
        hidden = np.zeros(len(self.objects.xyxy), np.bool_)
        for mask in masks:
            if len(hidden):
                hidden |= holds_ground_point(mask, self.objects.xyxy)
        return hidden

    def _sighting(self, place: int) -> Sighting:
        objects = self.objects
        x1, y1, x2, y2 = objects.xyxy[place].tolist()
        appearance = objects.appearance[objects.appearance_begin[place] : objects.appearance_begin[place + 1]]
        return Sighting(
            box=(x1, y1, x2, y2),
            class_name=objects.class_names[objects.class_code[place]],
            score=float(objects.score[place]),
            track=TrackId(int(objects.track[place])),
            sight=_SIGHTS[objects.sight[place]],
            appearance=appearance if appearance.any() else UNKNOWN,
        )


def read_blocks(path: Path) -> Iterator[LogBlock]:
    """The entries of a log of one camera, in order, in blocks of at most a day or so.

    Args:
        path: A file, or the folder of a live camera's pieces.

    Raises:
        UsageError: It is no log, or cannot be read.
    """
    for file in segments(path) if path.is_dir() else [path]:
        try:
            for table in _tables(file):
                if len(table):
                    yield _block(table)
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
        for begin in range(0, parquet.num_row_groups, _GROUPS_A_BLOCK):
            groups = range(begin, min(begin + _GROUPS_A_BLOCK, parquet.num_row_groups))
            yield parquet.read_row_groups(list(groups), columns=list(_COLUMNS), use_threads=False)


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
        _size=size,
        _brightness=values[np.minimum(health_begin[:-1], len(values) - 1)],
        _table=table,
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


def _objects(lists: pa.ListArray) -> ObjectColumns:
    values = lists.values
    boxes, vectors = values.field("xyxy"), values.field("appearance")
    code, names = _coded(values.field("class_name"))
    n = len(values)
    flat = np.asarray(boxes.values, np.float32)[boxes.offset * 4 : (boxes.offset + n) * 4]
    return ObjectColumns(
        begin=_offsets(lists),
        xyxy=flat.reshape(-1, 4),
        class_code=code,
        class_names=names,
        score=np.asarray(values.field("score"), np.float32),
        track=np.asarray(values.field("track"), np.int64),
        sight=np.asarray(values.field("sight"), np.uint8),
        appearance=np.asarray(vectors.values, np.float32),
        appearance_begin=_offsets(vectors),
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
    table = np.ascontiguousarray(table)
    _, first, code = np.unique(table.view([("", table.dtype)] * 8).ravel(), return_index=True, return_inverse=True)
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
    return LookColumns(_offsets(lists), np.asarray(code, np.int64).ravel(), known)
