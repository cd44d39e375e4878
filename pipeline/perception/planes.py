"""Pictures, masks and planes of numbers, and the few operations of OpenCV on them, with their types."""

import math
from collections.abc import Iterable

import cv2
import numpy as np
from numpy.typing import NDArray

from pipeline.geofence.boxes import Box
from pipeline.perception.detections import Picture

Mask = NDArray[np.uint8]
"""Shape (H, W), uint8: 255 inside, 0 outside. Masks are joined with `&`, `|` and `~`."""
Plane = NDArray[np.float32]
"""Shape (H, W), float32."""
Window = tuple["slice[int, int, None]", "slice[int, int, None]"]
"""Rows and columns of a piece of a picture."""


def mask_of(condition: NDArray[np.bool_]) -> Mask:
    """The pixels for which a condition holds."""
    return condition.view(np.uint8) * np.uint8(255)


def square(side_px: int) -> Mask:
    """The neighbourhood for `grown`, `shrunk`, `opened` and `closed`: a square of this odd side."""
    return np.ones((side_px, side_px), np.uint8)


def grown(mask: Mask, by: Mask) -> Mask:
    """The mask and all pixels in whose neighbourhood it lies."""
    return np.asarray(cv2.dilate(mask, by), np.uint8)


def shrunk(mask: Mask, by: Mask) -> Mask:
    """The pixels whose whole neighbourhood lies in the mask."""
    return np.asarray(cv2.erode(mask, by), np.uint8)


def opened(mask: Mask, by: Mask) -> Mask:
    """The mask without what is smaller than the neighbourhood."""
    return np.asarray(cv2.morphologyEx(mask, cv2.MORPH_OPEN, by), np.uint8)


def closed(mask: Mask, by: Mask) -> Mask:
    """The mask with its gaps that are smaller than the neighbourhood filled."""
    return np.asarray(cv2.morphologyEx(mask, cv2.MORPH_CLOSE, by), np.uint8)


def as_levels(values: NDArray[np.float32]) -> NDArray[np.uint8]:
    """Rounded to whole levels, cut to [0, 255]; same shape."""
    return np.asarray(cv2.convertScaleAbs(values), np.uint8)


def resized(picture: NDArray[np.uint8], width: int, height: int) -> NDArray[np.uint8]:
    """The picture at another size; each pixel is the mean of what it stands for."""
    return np.asarray(cv2.resize(picture, (width, height), interpolation=cv2.INTER_AREA), np.uint8)


def grey(bgr: Picture) -> NDArray[np.uint8]:
    """Luma, shape (H, W)."""
    return np.asarray(cv2.cvtColor(bgr, cv2.COLOR_BGR2GRAY), np.uint8)


def ycrcb(bgr: Picture) -> Picture:
    """The picture as luma and two differences of colour."""
    return np.asarray(cv2.cvtColor(bgr, cv2.COLOR_BGR2YCrCb), np.uint8)


def box_mask(width: int, height: int, boxes: Iterable[Box], margin: float = 0.02) -> Mask:
    """Shape (height, width): inside any of the boxes, each grown by `margin` shares of the picture."""
    mask = np.zeros((height, width), np.uint8)
    for x1, y1, x2, y2 in boxes:
        left, top = max(0, int((x1 - margin) * width)), max(0, int((y1 - margin) * height))
        mask[top : max(0, math.ceil((y2 + margin) * height)), left : max(0, math.ceil((x2 + margin) * width))] = 255
    return mask


def extent(mask: Mask) -> tuple[int, int, int, int]:
    """left, top, width, height, px, of the smallest rectangle around the mask; zeros where it is empty."""
    left, top, width, height = cv2.boundingRect(mask)
    return left, top, width, height


def likeness(a: NDArray[np.float32] | NDArray[np.float64], b: NDArray[np.float32] | NDArray[np.float64]) -> float:
    """Normalised correlation of two patches of one shape, in [-1, 1]: blind to brightness and contrast.

    0 where either is flat. J. P. Lewis, "Fast normalized cross-correlation", 1995.
    """
    a0, b0 = a - a.mean(), b - b.mean()
    norm = float(np.sqrt((a0 * a0).sum() * (b0 * b0).sum()))
    return float((a0 * b0).sum()) / norm if norm > 1e-9 else 0.0
