"""The place of a still object: how it looks, and whether it still does where nothing stands before it."""

import math
from collections.abc import Sequence

import numpy as np
from numpy.typing import NDArray

from pipeline.geofence.boxes import Box
from pipeline.perception.appearance import crop
from pipeline.perception.detections import Floats, Picture
from pipeline.perception.planes import grey, likeness, resized

SAME_LIKENESS = 0.75
"""A place that looks so much as it did holds what it held."""
OTHER_LIKENESS = 0.35
"""A place that looks no more than this as it did holds something else, or nothing."""
_PATCH_PX = 32
_BORDER = 3 / _PATCH_PX
"""Boxes are not exact: a strip beside what stands in front is left out as well."""
_MIN_VISIBLE = 0.25
_MIN_TEXTURE = 6.0


def patch(picture: Picture, box: Box) -> Floats:
    """The box's luma in 32 x 32 px, shape (32, 32), float32.

    Args:
        picture: Shape (H, W, 3), uint8, BGR.
        box: Shares of the picture.
    """
    return grey(resized(crop(picture, box), _PATCH_PX, _PATCH_PX)).astype(np.float32)


def visible_likeness(now: Floats, before: Floats, place: Box, covers: Sequence[Box]) -> float:
    """Likeness of what can be seen of a place to how it looked, in [-1, 1].

    Args:
        now: Its patch now.
        before: Its patch as it was.
        place: Its box.
        covers: Boxes of what stands before it.

    Returns:
        The correlation of the pixels that no cover hides; midway between the same and another where too little is
        seen, or what is seen was too smooth to tell.
    """
    if not covers:
        return likeness(now.astype(np.float64), before.astype(np.float64))
    visible = np.ones(now.shape, np.bool_)
    for cover in covers:
        visible[_span(place[1], place[3], cover[1], cover[3]), _span(place[0], place[2], cover[0], cover[2])] = False
    seen: NDArray[np.float64] = before[visible].astype(np.float64)
    if len(seen) < _MIN_VISIBLE * visible.size or seen.std() < _MIN_TEXTURE:
        return (SAME_LIKENESS + OTHER_LIKENESS) / 2
    return likeness(now[visible].astype(np.float64), seen)


def _span(low: float, high: float, cover_low: float, cover_high: float) -> "slice[int, int, None]":
    length = max(high - low, 1e-6)
    first = math.floor(((cover_low - low) / length - _BORDER) * _PATCH_PX)
    last = math.ceil(((cover_high - low) / length + _BORDER) * _PATCH_PX)
    return slice(min(max(first, 0), _PATCH_PX), min(max(last, 0), _PATCH_PX))
