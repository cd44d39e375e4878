"""A log as columns: what is asked of every entry is asked of all of them at once, and a scene is made of few.

It is for reasoning over a log again and again; what a scene holds equals what `read_scene` makes of the entry.
"""

from collections.abc import Mapping
from dataclasses import dataclass, field

import numpy as np
import pyarrow as pa
from numpy.typing import NDArray

from pipeline.geofence.geometry import ZoneShape, holds_ground_point
from pipeline.observation import (
    GRID_HEIGHT,
    GRID_WIDTH,
    Command,
    CommandKind,
    End,
    EndCause,
    Gap,
    GapCause,
    Look,
    LookKind,
    MediaNs,
    Sight,
    TrackId,
)
from pipeline.rules.scene import UNKNOWN, Scene, Sighting

_SIGHTS = (Sight.DETECTED, Sight.VERIFIED, Sight.HIDDEN)
_OF_WORDS = ("kind", "t", "since_or_until", "is_open", "cause", "target")
Word = Gap | Command | End


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
        has_appearance: Shape (M,): whether its vector says anything: it has a length other than 0.
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
    has_appearance: NDArray[np.bool_]

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
        close: NDArray[np.bool_] = (counts > 0) & (others == 0)
        return close


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
        size: Shape (N, 2): width and height of the picture, px, of observations.
        brightness: Shape (N,): mean luma, of observations.
        grids: Shape (G,), uint8: the grids of mean luma, one after the other.
        grid_begin: Shape (N + 1,), where that of each entry begins.
        table: The entries as they are in the log.
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
    size: NDArray[np.int64]
    brightness: NDArray[np.float64]
    grids: NDArray[np.uint8]
    grid_begin: NDArray[np.int64]
    table: pa.Table
    _tuples: dict[bytes, tuple[Look, ...]] = field(default_factory=dict)

    def __len__(self) -> int:
        return len(self.t)

    def word(self, row: int) -> Word:
        """A gap, a command or an end."""
        kind, t, since_or_until, is_open, cause, target = (self.table.column(name)[row].as_py() for name in _OF_WORDS)
        if kind == "Gap":
            return Gap(MediaNs(t), MediaNs(since_or_until), is_open, GapCause(cause))
        if kind == "Command":
            return Command(MediaNs(t), CommandKind(cause), target, MediaNs(since_or_until))
        return End(MediaNs(t), EndCause(cause))

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
        width, height = self.size[row].tolist()
        sightings = self._sightings(begin, end)
        if begin < end and hidden[begin:end].any():
            sightings = tuple(one for one, is_hidden in zip(sightings, hidden[begin:end], strict=True) if not is_hidden)
        t = MediaNs(int(self.t[row]))
        return Scene(
            t, width / height, float(self.brightness[row]), sightings, self.looks_at(row), self._grid(row), kin
        )

    def _grid(self, row: int) -> NDArray[np.uint8]:
        begin, end = self.grid_begin[row], self.grid_begin[row + 1]
        return self.grids[begin:end].reshape(GRID_HEIGHT, GRID_WIDTH)

    def hidden_under(self, masks: tuple[ZoneShape, ...]) -> NDArray[np.bool_]:
        """Shape (M,): which objects stand under a mask."""
        hidden = np.zeros(len(self.objects.xyxy), np.bool_)
        for mask in masks:
            if len(hidden):
                hidden |= holds_ground_point(mask, self.objects.xyxy)
        return hidden

    def _sightings(self, begin: int, end: int) -> tuple[Sighting, ...]:
        objects = self.objects
        places = objects.appearance_begin[begin : end + 1].tolist()
        return tuple(
            Sighting(
                box=(x1, y1, x2, y2),
                class_name=objects.class_names[code],
                score=score,
                track=TrackId(track),
                sight=_SIGHTS[sight],
                appearance=objects.appearance[first:last] if has_appearance else UNKNOWN,
            )
            for (x1, y1, x2, y2), code, score, track, sight, has_appearance, first, last in zip(
                objects.xyxy[begin:end].tolist(),
                objects.class_code[begin:end].tolist(),
                objects.score[begin:end].tolist(),
                objects.track[begin:end].tolist(),
                objects.sight[begin:end].tolist(),
                objects.has_appearance[begin:end].tolist(),
                places[:-1],
                places[1:],
                strict=True,
            )
        )
