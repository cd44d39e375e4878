"""What an object looks like, in a few numbers: enough to tell another car from the same one in another light."""

from math import isqrt

import cv2
import numpy as np
from numpy.typing import NDArray

from pipeline.geofence.boxes import Box
from pipeline.observation import COLOUR_LENGTH
from pipeline.perception.detections import Floats, Picture
from pipeline.perception.planes import resized, ycrcb

_COLOUR_BINS = isqrt(COLOUR_LENGTH)
_MID_COLOUR = 0.25
"""Chroma over luma that lies halfway between grey and the purest colour."""
_DARK = 8.0
_ANGLE_BINS = 6
_CELLS = 2
_SIZE_PX = 32
_CELL_BY_PIXEL = (np.indices((_SIZE_PX, _SIZE_PX)) * _CELLS // _SIZE_PX).transpose(1, 2, 0) @ np.array([_CELLS, 1])
APPEARANCE_LENGTH = COLOUR_LENGTH + _CELLS * _CELLS * _ANGLE_BINS


def crop(picture: Picture, box: Box) -> Picture:
    """The box's part of the picture, at least 2 x 2 px. A view.

    Args:
        picture: Shape (H, W, 3), uint8, BGR.
        box: Shares of the picture.
    """
    height, width = picture.shape[:2]
    left, right = _span(box[0], box[2], width)
    top, bottom = _span(box[1], box[3], height)
    return picture[top:bottom, left:right]


def _span(low: float, high: float, size: int) -> tuple[int, int]:
    first = min(max(0, round(low * size)), size - 2)
    return first, min(size, max(first + 2, round(high * size)))


def appearance(picture: Picture, box: Box) -> Floats:
    """A vector of unit length, shape (60,), float32; the dot product of two tells likeness, in [0, 1].

    Half of it is a histogram of colour, half are histograms of edge directions in four quarters: both are blind to
    how strong the light is. The square root makes the dot product a Bhattacharyya coefficient (Kailath 1967; the edge
    part after Dalal and Triggs, CVPR 2005).

    Args:
        picture: Shape (H, W, 3), uint8, BGR.
        box: Shares of the picture.
    """
    # The margin of a box shows the ground behind more than the object.
    x1, y1, x2, y2 = box
    dx, dy = (x2 - x1) * 0.1, (y2 - y1) * 0.1
    inner = crop(picture, (x1 + dx, y1 + dy, x2 - dx, y2 - dy))
    small = ycrcb(resized(inner, _SIZE_PX, _SIZE_PX))
    return _unit(np.concatenate([_root(_colours(small)), _root(_directions(small[..., 0]))]))


def _colours(small: Picture) -> Floats:
    """Histogram of chroma over luma, which the light scales alike; shape (36,).

    A pixel counts in the four bins around it, so that no small change leaps from bin to bin; a dark one, whose colour
    is mostly noise, counts less.
    """
    luma = small[..., 0].astype(np.float32)
    colour = (small[..., 1:].astype(np.float32) - 128) / (luma[..., None] + _DARK)
    place = (colour / (np.abs(colour) + _MID_COLOUR) + 1).reshape(-1, 2) * ((_COLOUR_BINS - 1) / 2)
    low = np.minimum(place.astype(np.int64), _COLOUR_BINS - 2)
    above, weight = place - low, np.sqrt(luma.ravel() + 1)
    histogram = np.zeros(_COLOUR_BINS * _COLOUR_BINS)
    for red, blue in ((0, 0), (0, 1), (1, 0), (1, 1)):
        share = np.abs(1 - red - above[:, 0]) * np.abs(1 - blue - above[:, 1])
        histogram += np.bincount((low[:, 0] + red) * _COLOUR_BINS + low[:, 1] + blue, weight * share, len(histogram))
    return histogram.astype(np.float32)


def _directions(luma: NDArray[np.uint8]) -> Floats:
    plane = luma.astype(np.float32)
    across, down = cv2.Sobel(plane, cv2.CV_32F, 1, 0), cv2.Sobel(plane, cv2.CV_32F, 0, 1)
    strength, angle = cv2.cartToPolar(across, down)
    bins = (np.asarray(angle) * (_ANGLE_BINS / np.pi)).astype(np.int64) % _ANGLE_BINS
    index = _CELL_BY_PIXEL * _ANGLE_BINS + bins
    return np.bincount(index.ravel(), np.asarray(strength).ravel(), _CELLS * _CELLS * _ANGLE_BINS).astype(np.float32)


def _root(histogram: Floats) -> Floats:
    total = float(histogram.sum())
    return np.sqrt(histogram / total) if total > 0 else histogram


def _unit(vector: Floats) -> Floats:
    norm = float(np.linalg.norm(vector))
    return np.asarray(vector / norm if norm > 0 else vector, np.float32)
