"""Boxes, and what two of them have in common: for one pair in plain arithmetic, for many in arrays.

A box is x1, y1, x2, y2. Shares of the picture or px make no difference here, as long as both are in the same unit.
"""

from collections.abc import Sequence
from typing import TypeVar

import numpy as np
from numpy.typing import NDArray

Box = tuple[float, float, float, float]
"""x1, y1, x2, y2 as shares of the picture's width and height."""
Boxes = NDArray[np.float64]
"""Shape (N, 4), float64: such boxes."""
_Real = TypeVar("_Real", np.float32, np.float64)


def as_box(row: NDArray[_Real]) -> Box:
    """One row of an array of boxes as a tuple."""
    x1, y1, x2, y2 = (float(value) for value in row)
    return (x1, y1, x2, y2)


def as_boxes(boxes: Sequence[Box]) -> Boxes:
    """Shape (N, 4), float64; also for N = 0."""
    return np.array(boxes, np.float64).reshape(-1, 4)


def area(box: Box) -> float:
    """Width times height; 0 where the box is inside out."""
    width, height = box[2] - box[0], box[3] - box[1]
    return width * height if width > 0 and height > 0 else 0.0


def shared_area(a: Box, b: Box) -> float:
    """The area that both cover."""
    a_left, a_top, a_right, a_bottom = a
    left, top, right, bottom = b
    # Most pairs are apart, and a comparison costs a quarter of `min`.
    if a_right <= left or right <= a_left or a_bottom <= top or bottom <= a_top:
        return 0.0
    width = (a_right if a_right < right else right) - (a_left if a_left > left else left)  # noqa: FURB136 - as above
    height = (a_bottom if a_bottom < bottom else bottom) - (a_top if a_top > top else top)  # noqa: FURB136 - as above
    return width * height if width > 0 and height > 0 else 0.0


def iou(a: Box, b: Box) -> float:
    """Intersection over union, in [0, 1]; 0 where either has no area."""
    both = shared_area(a, b)
    return both / (area(a) + area(b) - both) if both > 0 else 0.0


def covered(box: Box, by: Box) -> float:
    """Share of `box` that lies under `by`, in [0, 1]; 0 where either has no area."""
    both = shared_area(box, by)
    return both / area(box) if both > 0 else 0.0


def containment(a: Box, b: Box) -> float:
    """Share of the smaller one that lies within the other, in [0, 1]; 0 where either has no area."""
    both = shared_area(a, b)
    return both / min(area(a), area(b)) if both > 0 else 0.0


def surrounding(boxes: Sequence[Box]) -> Box:
    """The smallest box around all of them, at least one."""
    return (
        min(box[0] for box in boxes),
        min(box[1] for box in boxes),
        max(box[2] for box in boxes),
        max(box[3] for box in boxes),
    )


def areas(boxes: NDArray[_Real]) -> NDArray[_Real]:
    """Shape (N,): the area of each box, shape (N, 4); 0 where one is inside out."""
    side = np.maximum(boxes[:, 2:] - boxes[:, :2], 0)
    product: NDArray[_Real] = side[:, 0] * side[:, 1]
    return product


def shared_areas(a: NDArray[_Real], b: NDArray[_Real]) -> NDArray[_Real]:
    """Shape (N, M): the area that each pair of boxes, shapes (N, 4) and (M, 4), has in common."""
    low = np.maximum(a[:, None, :2], b[None, :, :2])
    high = np.minimum(a[:, None, 2:], b[None, :, 2:])
    side = np.maximum(high - low, 0)
    product: NDArray[_Real] = side[..., 0] * side[..., 1]
    return product


def ious(a: NDArray[_Real], b: NDArray[_Real]) -> NDArray[_Real]:
    """Intersection over union of every pair of boxes.

    Args:
        a: Shape (N, 4).
        b: Shape (M, 4).

    Returns:
        Shape (N, M), in [0, 1]; 0 where either box has no area.
    """
    shared = shared_areas(a, b)
    return _quotient(shared, areas(a)[:, None] + areas(b)[None, :] - shared)


def containments(a: NDArray[_Real], b: NDArray[_Real]) -> NDArray[_Real]:
    """Share of the smaller box of every pair that lies in the other; shapes and range as in `ious`."""
    return _quotient(shared_areas(a, b), np.minimum(areas(a)[:, None], areas(b)[None, :]))


def _quotient(part: NDArray[_Real], whole: NDArray[_Real]) -> NDArray[_Real]:
    quotient: NDArray[_Real] = np.divide(part, whole, out=np.zeros_like(part), where=(part > 0) & (whole > 0))
    return quotient
