"""The entries in a table of a log. Whole columns are read at once: the objects of an entry are views of them."""

from collections.abc import Callable, Iterator
from functools import lru_cache
from typing import NamedTuple

import numpy as np
import pyarrow as pa
from numpy.typing import NDArray

from pipeline.observation import (
    GRID_HEIGHT,
    GRID_WIDTH,
    Command,
    CommandKind,
    End,
    EndCause,
    Entry,
    Floats,
    Gap,
    GapCause,
    Health,
    Look,
    LookKind,
    MediaNs,
    Objects,
    Observation,
    Tick,
)

Codes = NDArray[np.int32]


def entries_of(batch: pa.RecordBatch) -> Iterator[Entry]:
    """The entries of a batch, in order; what is read back equals what was written.

    Args:
        batch: With the columns of a log, of this or an earlier version. Arrays of the entries are read-only, and keep
            the batch in memory.

    Raises:
        ValueError: A row is of no known kind, or its values fit none.
    """
    flat = _Flat.of(batch)
    observed = _Observed(batch, flat) if "Observation" in flat.kind else None
    for n, kind in enumerate(flat.kind):
        if kind == "Observation" and observed is not None:
            yield observed.entry(n)
        else:
            yield _plain(kind, flat, n)


class _Flat(NamedTuple):
    """The columns that hold one value a row."""

    kind: list[str]
    t: list[MediaNs]
    width: list[int]
    height: list[int]
    appearance_length: list[int]
    since_or_until: list[MediaNs]
    is_open: list[bool]
    cause: list[str]
    target: list[str]

    @classmethod
    def of(cls, batch: pa.RecordBatch) -> "_Flat":
        names = (
            "kind", "t", "frame_width", "frame_height", "appearance_length", "since_or_until", "is_open", "cause",
            "target",
        )  # fmt: skip
        return cls(*(batch.column(name).to_pylist() for name in names))


def _plain(kind: str, flat: _Flat, n: int) -> Entry:
    """An entry that is no observation."""
    t = flat.t[n]
    if kind == "Tick":
        return Tick(t)
    if kind == "Gap":
        return Gap(t, flat.since_or_until[n], flat.is_open[n], GapCause(flat.cause[n]))
    if kind == "Command":
        return Command(t, CommandKind(flat.cause[n]), flat.target[n], flat.since_or_until[n])
    if kind == "End":
        return End(t, EndCause(flat.cause[n]))
    raise ValueError(f"entry of kind {kind!r}: expected Observation, Tick, Gap, Command or End")


class _Observed:
    """The columns of observations."""

    def __init__(self, batch: pa.RecordBatch, flat: _Flat) -> None:
        self._flat = flat
        self._looks = _looks(batch.column("looks"))
        self._objects = _objects(batch.column("objects"))
        self._brightness: list[bytes] = batch.column("brightness").to_pylist()
        self._health: list[list[float]] = batch.column("health").to_pylist()

    def entry(self, n: int) -> Observation:
        """The observation of a row."""
        flat = self._flat
        # Version 1 of a log has no frame rate and no view.
        brightness, contrast, sharpness, change, *more = self._health[n]
        return Observation(
            t=flat.t[n],
            frame_size=(flat.width[n], flat.height[n]),
            looks=self._looks(n),
            objects=self._objects(n, flat.appearance_length[n]),
            brightness=np.frombuffer(self._brightness[n], np.uint8).reshape(GRID_HEIGHT, GRID_WIDTH),
            health=Health(brightness, contrast, sharpness, change, frame_rate=sum(more), view=flat.target[n]),
        )


def _looks(column: pa.ListArray) -> Callable[[int], tuple[Look, ...]]:
    """Gives the looks of a row. Those of most rows are the same, and are one value."""
    ends, values = column.offsets.to_pylist(), column.values
    kinds, kind_names = _coded(values.field("kind"))
    models, model_names = _coded(values.field("model"))
    has_classes = values.type.get_field_index("classes") >= 0
    classes, class_lists = _coded(values.field("classes")) if has_classes else (np.zeros_like(kinds), [""])
    inputs = values.field("input_px").to_numpy(zero_copy_only=False)
    regions = values.field("region").values.to_numpy().reshape(-1, 4)
    table = np.column_stack([kinds, models, classes, inputs, regions]).astype(np.float64)
    known: dict[bytes, tuple[Look, ...]] = {}

    def look(n: int) -> Look:
        x1, y1, x2, y2 = regions[n].tolist()
        kind, model = LookKind(kind_names[kinds[n]]), model_names[models[n]]
        return Look(kind, (x1, y1, x2, y2), model, int(inputs[n]), _classes(class_lists[classes[n]]))

    def of(n: int) -> tuple[Look, ...]:
        first, end = ends[n], ends[n + 1]
        key = table[first:end].tobytes()
        found = known.get(key)
        if found is None:
            found = known[key] = tuple(look(place) for place in range(first, end))
        return found

    return of


def _objects(column: pa.ListArray) -> Callable[[int, int], Objects]:
    """Gives the objects of a row, whose appearances have the given length."""
    ends, values = column.offsets.to_pylist(), column.values
    codes, names = _coded(values.field("class_name"))
    xyxy: Floats = values.field("xyxy").values.to_numpy().reshape(-1, 4)
    score, track, sight = (values.field(name).to_numpy() for name in ("score", "track", "sight"))
    appearance_ends = values.field("appearance").offsets.to_pylist()
    appearance: Floats = values.field("appearance").values.to_numpy()
    known: dict[bytes, NDArray[np.str_]] = {}

    def named(first: int, end: int) -> NDArray[np.str_]:
        key = codes[first:end].tobytes()
        found = known.get(key)
        if found is None:
            found = known[key] = np.array([names[code] for code in codes[first:end]], np.str_)
            found.setflags(write=False)
        return found

    def of(n: int, length: int) -> Objects:
        first, end = ends[n], ends[n + 1]
        looks_like = appearance[appearance_ends[first] : appearance_ends[end]]
        return Objects(
            xyxy=xyxy[first:end],
            class_name=named(first, end),
            score=score[first:end],
            track=track[first:end],
            sight=sight[first:end],
            appearance=looks_like.reshape(end - first, length),
        )

    return of


def _coded(column: pa.Array) -> tuple[Codes, list[str]]:
    """A column of texts as places in a list of them."""
    coded = column.dictionary_encode()
    return coded.indices.to_numpy(), coded.dictionary.to_pylist()


@lru_cache(maxsize=64)
def _classes(joined: str) -> frozenset[str]:
    return frozenset(joined.split(",")) if joined else frozenset()
