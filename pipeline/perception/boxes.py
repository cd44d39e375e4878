"""Boxes as shares of the picture, and what two of them have in common."""

import math

import numpy as np
from numpy.typing import NDArray

Box = tuple[float, float, float, float]
"""x1, y1, x2, y2 as shares of the picture's width and height."""
Boxes = NDArray[np.float64]
"""Shape (N, 4), float64: such boxes."""


def as_box(row: NDArray[np.float32] | NDArray[np.float64]) -> Box:
    """One row of `Boxes` as a tuple."""
    x1, y1, x2, y2 = (float(value) for value in row)
    return (x1, y1, x2, y2)


def area(boxes: Boxes) -> NDArray[np.float64]:
    """Shape (N,): the boxes' areas; 0 where a box is inside out."""
    return np.clip(boxes[:, 2] - boxes[:, 0], 0, None) * np.clip(boxes[:, 3] - boxes[:, 1], 0, None)


def intersections(a: Boxes, b: Boxes) -> NDArray[np.float64]:
    """Shape (N, M): the area that each pair has in common."""
    low = np.maximum(a[:, None, :2], b[None, :, :2])
    high = np.minimum(a[:, None, 2:], b[None, :, 2:])
    side = np.clip(high - low, 0, None)
    return np.asarray(side[..., 0] * side[..., 1], np.float64)


def ious(a: Boxes, b: Boxes) -> NDArray[np.float64]:
    """Shape (N, M): intersection over union of each pair, in [0, 1]; 0 where neither has an area."""
    common = intersections(a, b)
    union = area(a)[:, None] + area(b)[None, :] - common
    return np.divide(common, union, out=np.zeros_like(common), where=union > 0)


def containments(a: Boxes, b: Boxes) -> NDArray[np.float64]:
    """Shape (N, M): share of the smaller box of each pair that lies in the other, in [0, 1]."""
    common = intersections(a, b)
    smaller = np.minimum(area(a)[:, None], area(b)[None, :])
    return np.divide(common, smaller, out=np.zeros_like(common), where=smaller > 0)


def iou(a: Box, b: Box) -> float:
    """Intersection over union of two boxes, in [0, 1]."""
    return float(ious(np.array([a], np.float64), np.array([b], np.float64))[0, 0])


def box_mask(width: int, height: int, boxes: list[Box], margin: float = 0.02) -> NDArray[np.uint8]:
    """Shape (height, width), uint8: 255 inside any of the boxes, each grown by `margin` shares of the picture."""
    mask = np.zeros((height, width), np.uint8)
    for x1, y1, x2, y2 in boxes:
        left, top = max(0, int((x1 - margin) * width)), max(0, int((y1 - margin) * height))
        mask[top : max(0, math.ceil((y2 + margin) * height)), left : max(0, math.ceil((x2 + margin) * width))] = 255
    return mask
