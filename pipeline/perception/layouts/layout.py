"""What an output layout is: the shape it must have, and how objects are read from it."""

from collections.abc import Callable
from dataclasses import dataclass

import numpy as np
from numpy.typing import NDArray

from pipeline.perception.detections import Floats


@dataclass(frozen=True, slots=True)
class Grid:
    """What the shape of an output depends on.

    Attributes:
        width: Of the input, px; a multiple of every stride.
        height: Of the input, px; a multiple of every stride.
        strides: Px between the anchors of each level, finest first.
        n_classes: At least 1.
    """

    width: int
    height: int
    strides: tuple[int, ...]
    n_classes: int

    def cells(self) -> int:
        """Anchor points of all levels."""
        return sum((self.width // stride) * (self.height // stride) for stride in self.strides)


@dataclass(frozen=True, slots=True, eq=False)
class Candidates:
    """Boxes as the network gives them, one row each, in no order.

    Attributes:
        xyxy: Shape (N, 4), float32, px of the input; may reach beyond it.
        class_index: Shape (N,), int64, in [0, n_classes).
        score: Shape (N,), float32.
    """

    xyxy: Floats
    class_index: NDArray[np.int64]
    score: Floats


@dataclass(frozen=True, slots=True)
class Layout:
    """One way to write detections into a tensor.

    Attributes:
        shape: Of the output for one picture, without the batch; a length that only the network knows is None.
        decode: Reads one picture's output of that shape, less what scores below: `decode(output, grid, min_score)`.
        needs_nms: Whether one object can have several boxes there.
    """

    shape: Callable[[Grid], tuple[int | None, ...]]
    decode: Callable[[Floats, Grid, float], Candidates]
    needs_nms: bool


def from_centres(rows: Floats) -> Floats:
    """Boxes from centre x, centre y, width, height. Shape (N, 4) both."""
    half = rows[:, 2:4] / 2
    return np.concatenate([rows[:, :2] - half, rows[:, :2] + half], axis=1)


def best_classes(rows: Floats, scores: Floats, min_score: float) -> tuple[Floats, NDArray[np.int64], Floats]:
    """The best class of each row, where it is good enough.

    Args:
        rows: Shape (A, 4): whatever describes the boxes.
        scores: Shape (A, n_classes).
        min_score: Rows whose best class scores less are left out, and those whose score is not a number.

    Returns:
        The rows left, their class and their score: shapes (N, 4), (N,), (N,).
    """
    # Nearly all rows are left out: the maximum is taken over all of them, its place over the few.
    is_kept = scores.max(axis=1) >= min_score
    kept = scores[is_kept]
    return rows[is_kept], kept.argmax(axis=1), kept.max(axis=1)
