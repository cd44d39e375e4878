"""What an object looks like, in a few numbers: enough to tell another car from the same one in another light."""

import cv2
import numpy as np
from numpy.typing import NDArray

from pipeline.geofence.boxes import Box
from pipeline.perception.detections import Floats, Picture
from pipeline.perception.planes import resized, ycrcb

_CHROMA_BINS = 6
_CHROMA_REACH = 80.0
"""Levels either side of grey that the bins span."""
_ANGLE_BINS = 6
_CELLS = 2
_SIZE_PX = 32
APPEARANCE_LENGTH = _CHROMA_BINS * _CHROMA_BINS + _CELLS * _CELLS * _ANGLE_BINS


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

    Half of it is a histogram of chroma, half are histograms of edge directions in four quarters: both are blind to
    how strong the light is. The square root makes the dot product a Bhattacharyya coefficient (Kailath 1967; the edge
    part after Dalal and Triggs, CVPR 2005).
    """
    # The margin of a box shows the ground behind more than the object.
    x1, y1, x2, y2 = box
    dx, dy = (x2 - x1) * 0.1, (y2 - y1) * 0.1
    inner = crop(picture, (x1 + dx, y1 + dy, x2 - dx, y2 - dy))
    small = ycrcb(resized(inner, _SIZE_PX, _SIZE_PX))
    low, high = 128 - _CHROMA_REACH, 128 + _CHROMA_REACH
    chroma = cv2.calcHist([small], [1, 2], None, [_CHROMA_BINS, _CHROMA_BINS], [low, high, low, high])
    return _unit(np.concatenate([_root(np.asarray(chroma, np.float32).ravel()), _root(_directions(small[..., 0]))]))


def _directions(luma: NDArray[np.uint8]) -> Floats:
    plane = luma.astype(np.float32)
    across, down = cv2.Sobel(plane, cv2.CV_32F, 1, 0), cv2.Sobel(plane, cv2.CV_32F, 0, 1)
    bins = np.floor((np.arctan2(down, across) % np.pi) / np.pi * _ANGLE_BINS).astype(np.int64) % _ANGLE_BINS
    rows, columns = np.indices(bins.shape) * _CELLS // _SIZE_PX
    index = (rows * _CELLS + columns) * _ANGLE_BINS + bins
    weights = np.hypot(across, down).ravel()
    return np.bincount(index.ravel(), weights, _CELLS * _CELLS * _ANGLE_BINS).astype(np.float32)


def _root(histogram: Floats) -> Floats:
    total = float(histogram.sum())
    return np.sqrt(histogram / total) if total > 0 else histogram


def _unit(vector: Floats) -> Floats:
    norm = float(np.linalg.norm(vector))
    return np.asarray(vector / norm if norm > 0 else vector, np.float32)
