"""Which detection is which track: a one-to-one assignment, best in sum.

The assignment itself is SciPy's (Jonker and Volgenant 1987, after Kuhn 1955). Tracking libraries were looked at and
left: ByteTrack as packaged counts its memory in frames, gives ids from one counter for all cameras, and its motion
model takes one frame for one unit of time; here the time between two looks varies from 0.03 to 5 s.
"""

import numpy as np
from numpy.typing import NDArray
from scipy.optimize import linear_sum_assignment

from pipeline.geofence.boxes import Boxes, ious

_REACH_PER_S = 2.0
"""How far, in own sizes per second, an object may have moved from where it was expected."""
_REACH_AT_ONCE = 0.5


def affinity(expected: Boxes, found: Boxes, elapsed_s: NDArray[np.float64]) -> NDArray[np.float64]:
    """How well each found box fits each expected one.

    Overlap counts most; without it, nearness in units of the object's size, so that a look every half second can still
    follow. Boxes of very different size do not fit.

    Args:
        expected: Where each of T tracks should be.
        found: D boxes.
        elapsed_s: Shape (T,): time since each track was seen, s.

    Returns:
        Shape (T, D), in [0, 2]: 1 + overlap where they overlap, less than 1 where they are only near, 0 for no fit.
    """
    overlap = ious(expected, found)
    size_a, size_b = _sizes(expected)[:, None], _sizes(found)[None, :]
    apart = np.linalg.norm(_centres(expected)[:, None] - _centres(found)[None, :], axis=2)
    reach = (_REACH_AT_ONCE + _REACH_PER_S * np.minimum(elapsed_s, 2.0))[:, None] * np.maximum(size_a, 1e-6)
    alike = np.minimum(size_a, size_b) / np.maximum(np.maximum(size_a, size_b), 1e-6)
    near = np.clip(1 - apart / reach, 0, None) * alike * (alike > 0.5)
    return np.where(overlap > 0.1, 1 + overlap, near)


def assign(fit: NDArray[np.float64], least: float) -> list[tuple[int, int]]:
    """Pairs (row, column) with the greatest sum of fit; pairs that fit less than `least` are left out."""
    if fit.size == 0:
        return []
    rows, columns = linear_sum_assignment(np.where(fit >= least, fit, 0), maximize=True)
    return [(int(r), int(c)) for r, c in zip(rows, columns, strict=True) if fit[r, c] >= least]


def _centres(boxes: Boxes) -> NDArray[np.float64]:
    return (boxes[:, :2] + boxes[:, 2:]) / 2


def _sizes(boxes: Boxes) -> NDArray[np.float64]:
    """The geometric mean of width and height."""
    side = np.clip(boxes[:, 2:] - boxes[:, :2], 0, None)
    return np.sqrt(side[:, 0] * side[:, 1])
