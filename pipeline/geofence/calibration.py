"""Sizes on calibrated ground. The map itself is `pipeline.config.ground.GroundMap`."""

import math
from collections.abc import Sequence

import numpy as np
from numpy.typing import NDArray

from pipeline.config.ground import GroundMap

_DEEPEST_TO_WIDTH = 1.0
"""The box of an upright thing reaches over the ground far behind it. Seen without its depth, a thing counts as no
deeper than it is wide."""


def box_ground_area_m2(ground: GroundMap, xyxy: NDArray[np.float32] | NDArray[np.float64]) -> NDArray[np.float64]:
    """How much ground each object covers, estimated from its box.

    The width is that of the lower edge on the ground; the depth is that of the box, as if it lay flat, and at most the
    width.

    Args:
        ground: The camera's calibration.
        xyxy: Shape (N, 4), shares of the picture.

    Returns:
        Shape (N,), square metres; 0 for a box that stands on or above the horizon.
    """
    boxes = np.asarray(xyxy, dtype=np.float64)
    left, right = ground.metres(boxes[:, [0, 3]]), ground.metres(boxes[:, [2, 3]])
    foot = ground.metres(np.stack([boxes[:, [0, 2]].mean(axis=1), boxes[:, 3]], axis=1))
    head = ground.metres(np.stack([boxes[:, [0, 2]].mean(axis=1), boxes[:, 1]], axis=1))
    width_m = _length(right - left)
    # Where the head is above the horizon the depth is NaN, and `fmin` takes the other.
    depth_m = np.fmin(_length(head - foot), width_m * _DEEPEST_TO_WIDTH)
    return np.nan_to_num(width_m * depth_m, nan=0.0)


def ground_distance_m(ground: GroundMap, a: tuple[float, float], b: tuple[float, float]) -> float | None:
    """Metres over the ground between two points of the picture, in shares; None where one is above the horizon."""
    metres = ground.metres(np.array([a, b], dtype=np.float64))
    distance_m = float(np.hypot(*(metres[1] - metres[0])))
    return distance_m if math.isfinite(distance_m) else None


def ground_area_m2(ground: GroundMap, points: Sequence[tuple[float, float]]) -> float:
    """How much ground an area covers, square metres; NaN where a corner is on or above the horizon.

    Args:
        ground: The camera's calibration.
        points: Its corners, shares of the picture, at least three.
    """
    x, y = ground.metres(np.array(points, np.float64)).T
    return float(abs(x @ np.roll(y, -1) - y @ np.roll(x, -1)) / 2)


def _length(vectors: NDArray[np.float64]) -> NDArray[np.float64]:
    return np.asarray(np.hypot(vectors[:, 0], vectors[:, 1]), dtype=np.float64)
