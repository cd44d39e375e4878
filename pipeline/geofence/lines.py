"""Lines to be crossed: the way of a ground point is cut with them, so nothing is missed between two looks.

Points are shares of the picture, x times its width over its height where distances and angles are meant.
"""

import math
from collections.abc import Sequence
from itertools import pairwise

from pipeline.geofence.boxes import Box

Point = tuple[float, float]
_ALONG = 0.05
"""Cosine of the angle between a line and a direction, below which the direction runs along the line."""


def ground_point(box: Box) -> Point:
    """Where an object touches the ground: the middle of its box's lower edge."""
    return ((box[0] + box[2]) / 2, box[3])


def compass(degrees: float) -> Point:
    """The step of length 1 in a direction, degrees clockwise from up, on a picture whose y grows downwards."""
    return (math.sin(math.radians(degrees)), -math.cos(math.radians(degrees)))


def stretched(point: Point, aspect: float) -> Point:
    """A point or a step in shares, in heights of the picture."""
    return (point[0] * aspect, point[1])


def distance(line: Sequence[Point], point: Point) -> float:
    """From a point to the nearest point of a line; all in heights of the picture."""
    return min(_to_segment(a, b, point) for a, b in pairwise(line))


def crossed(line: Sequence[Point], start: Point, end: Point, heading: Point | None) -> int:
    """How often the straight way from one point to the other crosses a line, less how often it crosses it back.

    Args:
        line: Two or more points, in heights of the picture.
        start: Of the way.
        end: Of the way.
        heading: Which way counts as crossing: the step whose side of the line is the far one. None: from the left of
            the line to its right, as it is drawn.

    Returns:
        0 also where a part of the line runs along the heading.
    """
    return sum(_over_segment(a, b, start, end, heading) for a, b in pairwise(line))


def _over_segment(a: Point, b: Point, start: Point, end: Point, heading: Point | None) -> int:
    # A point on the line counts as beyond it, and a shared corner to one segment: each crossing counts once.
    was_beyond, is_beyond = _side(a, b, start) >= 0, _side(a, b, end) >= 0
    if was_beyond == is_beyond or (_side(start, end, a) >= 0) == (_side(start, end, b) >= 0):
        return 0
    return _sense(a, b, heading) if is_beyond else -_sense(a, b, heading)


def _side(a: Point, b: Point, point: Point) -> float:
    """Above 0 to the right of the way from a to b, as seen on the picture."""
    return (b[0] - a[0]) * (point[1] - a[1]) - (b[1] - a[1]) * (point[0] - a[0])


def _sense(a: Point, b: Point, heading: Point | None) -> int:
    """1 where the heading leads to the right of the way from a to b, -1 to the left, 0 along it."""
    if heading is None:
        return 1
    across = (b[0] - a[0]) * heading[1] - (b[1] - a[1]) * heading[0]
    length = math.hypot(b[0] - a[0], b[1] - a[1]) * math.hypot(*heading)
    if abs(across) <= _ALONG * length:
        return 0
    return 1 if across > 0 else -1


def _to_segment(a: Point, b: Point, point: Point) -> float:
    dx, dy = b[0] - a[0], b[1] - a[1]
    square = dx * dx + dy * dy
    share = ((point[0] - a[0]) * dx + (point[1] - a[1]) * dy) / square if square > 0 else 0.0
    share = min(1.0, max(0.0, share))
    return math.hypot(point[0] - a[0] - share * dx, point[1] - a[1] - share * dy)
