"""The outlines of zones in the picture, checked with shapely: what can be wrong with one, in plain words."""

import numpy as np
import shapely
from shapely.validation import explain_validity

from pipeline.config.document import Steps
from pipeline.config.ground import GroundMap, Matrix

_SMALLEST_SHARE = 1e-6
_EDGE = 1e-9
"""Rounding may put a corner that is meant to lie on the picture's edge just outside."""


class OutlineError(ValueError):
    """The outline is no zone.

    Attributes:
        steps: Where below `coordinates`.
    """

    def __init__(self, steps: Steps, text: str) -> None:
        super().__init__(text)
        self.steps = steps


def area_outline(rings: list[list[list[float]]], ground: GroundMap | None) -> Matrix:
    """The corners of an area.

    Args:
        rings: GeoJSON polygon coordinates; the last corner may repeat the first.
        ground: Takes the coordinates to the picture; None: they are shares of the picture already.

    Returns:
        Shape (N, 2), N at least 3, shares of the picture, the first corner not repeated.

    Raises:
        OutlineError: A hole, too few points, outside the picture, self-crossing, without an area or too small.
    """
    if len(rings) > 1:
        raise OutlineError((1,), f"a hole in a zone (got {len(rings)} rings, allowed: one; use a mask or two zones)")
    corners = _distinct(np.array([position[:2] for position in rings[0]], dtype=np.float64).reshape(-1, 2), closed=True)
    if len(corners) < 3:
        raise OutlineError((0,), f"fewer than three points (got {len(corners)} different ones, allowed: 3 or more)")
    if ground is None:
        _refuse_outside(corners, rings[0], (0,))
        _refuse_crossing(corners)
        _refuse_tiny(corners)
        return _clamped(corners)
    _refuse_crossing(corners)
    return _seen_area(corners, ground)


def line_outline(positions: list[list[float]], ground: GroundMap | None) -> Matrix:
    """The points of a line; see `area_outline`. Shape (N, 2), N at least 2; on the ground its part in the picture."""
    points = _distinct(np.array([position[:2] for position in positions], dtype=np.float64), closed=False)
    if len(points) < 2:
        raise OutlineError((), f"fewer than two points (got {len(points)} different ones, allowed: 2 or more)")
    if ground is not None:
        points = _seen_line(points, ground)
    _refuse_outside(points, positions, ())
    if not shapely.LineString(points).is_simple:
        raise OutlineError((), "the line crosses itself (allowed: a line that does not)")
    return _clamped(points)


def _distinct(points: Matrix, *, closed: bool) -> Matrix:
    """The points without any that repeats the one before it, and, of a ring, without the closing one."""
    keep = np.ones(len(points), dtype=bool)
    keep[1:] = np.any(points[1:] != points[:-1], axis=1)
    points = points[keep]
    if closed and len(points) > 1 and np.array_equal(points[0], points[-1]):
        points = points[:-1]
    return points


def _refuse_outside(points: Matrix, written: list[list[float]], steps: Steps) -> None:
    outside = np.any((points < -_EDGE) | (points > 1 + _EDGE), axis=1)
    if not outside.any():
        return
    i = int(np.argmax(outside))
    got = [float(f"{value:.6g}") for value in points[i]]
    hint = "; these look like pixels: divide by the picture's width and height" if np.abs(points).max() > 4 else ""
    where = next((k for k, position in enumerate(written) if position[:2] == points[i].tolist()), None)
    inner = steps if where is None else (*steps, where)
    raise OutlineError(inner, f"outside the picture (got {got}, allowed: 0 to 1 of width and height{hint})")


def _refuse_crossing(corners: Matrix) -> None:
    with np.errstate(all="ignore"):
        polygon = shapely.Polygon(corners)
        if not polygon.is_valid:
            # "Self-intersection[0.5 0.5]" and "Ring Self-intersection[...]"; anything else has no area.
            reason = explain_validity(polygon)
            if "elf-intersection" in reason and not _is_flat(corners):
                place = reason.partition("[")[2].rstrip("]").replace(" ", ", ")
                raise OutlineError((0,), f"crosses or touches itself near ({place}) (allowed: a simple outline)")
            raise OutlineError((0,), "has no area (allowed: corners that are not all on one line)")
        if not polygon.area > 0:
            raise OutlineError((0,), "has no area (allowed: corners that are not all on one line)")


def _refuse_tiny(corners: Matrix) -> None:
    share = float(shapely.Polygon(corners).area)
    if share < _SMALLEST_SHARE:
        text = f"too small (got {share:.2g} of the picture, allowed: {_SMALLEST_SHARE:g} or more)"
        raise OutlineError((0,), text)


def _is_flat(corners: Matrix) -> bool:
    spread = np.linalg.svd(corners - corners.mean(axis=0), compute_uv=False)
    return bool(spread[1] <= 1e-9 * spread[0])


def _seen(points: Matrix, ground: GroundMap) -> Matrix:
    seen = ground.picture(points)
    if not np.isfinite(seen).all():
        i = int(np.argmin(np.isfinite(seen).all(axis=1)))
        raise OutlineError((), f"behind the camera (got {points[i].tolist()}, allowed: what the calibration covers)")
    return seen


def _seen_area(corners: Matrix, ground: GroundMap) -> Matrix:
    """The part of an area on the ground that lies in the picture."""
    polygon = shapely.Polygon(_seen(corners, ground))
    if not polygon.is_valid:
        raise OutlineError((0,), "crosses itself as the camera sees it (allowed: a simple outline)")
    inside = polygon.intersection(shapely.box(0, 0, 1, 1))
    pieces = [part for part in shapely.get_parts(inside) if isinstance(part, shapely.Polygon)]
    largest = max(pieces, key=lambda part: part.area, default=shapely.Polygon())
    if largest.area < _SMALLEST_SHARE:
        raise OutlineError((0,), "outside the picture (got nothing that the camera sees, allowed: ground that it sees)")
    return _clamped(np.asarray(largest.exterior.coords, dtype=np.float64)[:-1])


def _seen_line(points: Matrix, ground: GroundMap) -> Matrix:
    """The longest part of a line on the ground that lies in the picture."""
    inside = shapely.LineString(_seen(points, ground)).intersection(shapely.box(0, 0, 1, 1))
    pieces = [part for part in shapely.get_parts(inside) if isinstance(part, shapely.LineString)]
    longest = max(pieces, key=lambda part: part.length, default=shapely.LineString())
    if not longest.length > 0:
        raise OutlineError((), "outside the picture (got nothing that the camera sees, allowed: ground that it sees)")
    return np.asarray(longest.coords, dtype=np.float64)


def _clamped(points: Matrix) -> Matrix:
    return np.clip(points, 0.0, 1.0)
