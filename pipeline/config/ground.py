"""Picture and ground: the plane homography that at least four pairs of points fix.

Method: direct linear transform with normalised points (Hartley and Zisserman, Multiple View Geometry, 2nd ed.,
algorithm 4.2).
"""

import math
from dataclasses import dataclass
from enum import StrEnum

import numpy as np
from numpy.typing import NDArray

_EARTH_RADIUS_M = 6_371_008.8
"""Mean radius R1 of the IUGG."""
_STEP_M = 0.2
Matrix = NDArray[np.float64]


class GroundUnit(StrEnum):
    """What the ground's coordinates are."""

    DEGREES = "degrees"
    """Longitude and latitude, WGS 84."""
    METRES = "metres"
    """East and north of a point of the site's choice."""


@dataclass(frozen=True, slots=True)
class GroundMap:
    """Picture shares to metres on the ground and back.

    Attributes:
        to_metres: Row-major 3 x 3 matrix, picture shares to metres east and north of `origin`.
        to_picture: Its inverse.
        origin: Longitude and latitude (degrees) or east and north (metres) of the point that the metres start from.
        unit: What `origin` and the file's ground points are.
    """

    to_metres: tuple[float, ...]
    to_picture: tuple[float, ...]
    origin: tuple[float, float]
    unit: GroundUnit

    def metres(self, points: Matrix) -> Matrix:
        """Shape (N, 2): where picture points lie on the ground, m; NaN for one on or above the horizon."""
        return _project(np.reshape(self.to_metres, (3, 3)), points)

    def ground(self, points: Matrix) -> Matrix:
        """Shape (N, 2): the same in the unit of the file."""
        return _from_metres(self.metres(points), self.origin, self.unit)

    def picture(self, ground: Matrix) -> Matrix:
        """Shape (N, 2): where ground points (in the unit of the file) lie in the picture; NaN for one behind it."""
        return _project(np.reshape(self.to_picture, (3, 3)), _to_metres(ground, self.origin, self.unit))

    @property
    def metres_per_unit(self) -> tuple[float, float]:
        """Of the ground's coordinates as files have them, x and y: metres are (coordinate - origin) times it."""
        east, north = _metres_per_unit(self.origin, self.unit).tolist()
        return (float(east), float(north))

    def location(self, point: Matrix | tuple[float, float]) -> tuple[float, float] | None:
        """Longitude and latitude of a point of the picture, degrees; None where the map does not tell them."""
        if self.unit is not GroundUnit.DEGREES:
            return None
        longitude, latitude = self.ground(np.array([point], dtype=np.float64))[0]
        on_earth = abs(longitude) <= 180 and abs(latitude) <= 90
        # Seven digits are a centimetre; NaN (above the horizon) compares as not on earth.
        return (round(float(longitude), 7), round(float(latitude), 7)) if on_earth else None

    def heading(self, point: Matrix, bearing: float) -> tuple[float, float]:
        """How a step on the ground looks in the picture.

        Args:
            point: Shape (2,): where it begins, shares of the picture; below the horizon.
            bearing: Degrees clockwise from north.

        Returns:
            The step's direction in shares of the picture, of length 1.
        """
        start = self.metres(point[None, :])
        ahead = _STEP_M * np.array([[math.sin(math.radians(bearing)), math.cos(math.radians(bearing))]])
        # Half of it either way, so that what leads to the horizon does not bend.
        ends = _project(np.reshape(self.to_picture, (3, 3)), np.concatenate([start - ahead / 2, start + ahead / 2]))
        dx, dy = (ends[1] - ends[0]).tolist()
        length = math.hypot(dx, dy)
        return (dx / length, dy / length)


def fit_ground(picture: Matrix, ground: Matrix, unit: GroundUnit) -> GroundMap:
    """The map that best takes the picture points to the ground points.

    Args:
        picture: Shape (N, 2), N at least 4, shares of the picture.
        ground: Shape (N, 2), in `unit`.
        unit: Of `ground`.

    Raises:
        ValueError: The points do not fix a map: three on one line among four, the same point twice, or some of them
            on different sides of the horizon.
    """
    origin = (float(ground[:, 0].mean()), float(ground[:, 1].mean()))
    metres = _to_metres(ground, origin, unit)
    matrix = _homography(picture, metres)
    inverse = np.asarray(np.linalg.inv(matrix), dtype=np.float64)
    # The sign of the third coordinate tells the two sides of the horizon apart: make the calibrated one positive.
    matrix = matrix * _common_sign(matrix, picture)
    inverse = inverse * _common_sign(inverse, metres)
    return GroundMap(tuple(matrix.ravel().tolist()), tuple(inverse.ravel().tolist()), origin, unit)


def residuals_m(ground_map: GroundMap, picture: Matrix, ground: Matrix) -> Matrix:
    """Shape (N,): how far each pair misses, m."""
    off = ground_map.metres(picture) - _to_metres(ground, ground_map.origin, ground_map.unit)
    return np.asarray(np.hypot(off[:, 0], off[:, 1]), dtype=np.float64)


def _homography(source: Matrix, target: Matrix) -> Matrix:
    scale_source, a = _normalised(source)
    scale_target, b = _normalised(target)
    zero, one = np.zeros(len(a)), np.ones(len(a))
    rows_x = np.stack([-a[:, 0], -a[:, 1], -one, zero, zero, zero, b[:, 0] * a[:, 0], b[:, 0] * a[:, 1], b[:, 0]], 1)
    rows_y = np.stack([zero, zero, zero, -a[:, 0], -a[:, 1], -one, b[:, 1] * a[:, 0], b[:, 1] * a[:, 1], b[:, 1]], 1)
    _, singular, rows = np.linalg.svd(np.concatenate([rows_x, rows_y]))
    # Eight numbers are sought: a small eighth singular value leaves a second solution as good as the first.
    if singular[7] < 1e-6 * singular[0]:
        raise ValueError("the points do not fix a plane: among any four, no three may lie on one line")
    matrix = np.linalg.inv(scale_target) @ rows[-1].reshape(3, 3) @ scale_source
    if not math.isfinite(np.linalg.cond(matrix)) or abs(np.linalg.det(rows[-1].reshape(3, 3))) < 1e-9:
        raise ValueError("the points do not fix a plane: the ground points lie on one line")
    return np.asarray(matrix, dtype=np.float64)


def _normalised(points: Matrix) -> tuple[Matrix, Matrix]:
    """The similarity that centres the points at a mean distance of sqrt(2), and the points under it."""
    centre = points.mean(axis=0)
    spread = float(np.hypot(*(points - centre).T).mean())
    if not spread > 0:
        raise ValueError("the points do not fix a plane: all are the same")
    factor = math.sqrt(2) / spread
    scale = np.array([[factor, 0, -factor * centre[0]], [0, factor, -factor * centre[1]], [0, 0, 1]])
    return scale, (points - centre) * factor


def _common_sign(matrix: Matrix, points: Matrix) -> float:
    depth = points @ matrix[2, :2] + matrix[2, 2]
    if not (np.all(depth > 0) or np.all(depth < 0)):
        raise ValueError("the points lie on both sides of a horizon: two of them are probably swapped")
    return 1.0 if depth[0] > 0 else -1.0


def _project(matrix: Matrix, points: Matrix) -> Matrix:
    homogeneous = points @ matrix[:, :2].T + matrix[:, 2]
    depth = np.where(homogeneous[:, 2] > 1e-12, homogeneous[:, 2], np.nan)
    return np.asarray(homogeneous[:, :2] / depth[:, None], dtype=np.float64)


def _to_metres(ground: Matrix, origin: tuple[float, float], unit: GroundUnit) -> Matrix:
    """Metres east and north of the origin; for degrees on the plane that touches there: exact to 1e-4 over 10 km."""
    return np.asarray((ground - np.array(origin)) * _metres_per_unit(origin, unit), dtype=np.float64)


def _from_metres(metres: Matrix, origin: tuple[float, float], unit: GroundUnit) -> Matrix:
    return np.asarray(metres / _metres_per_unit(origin, unit) + np.array(origin), dtype=np.float64)


def _metres_per_unit(origin: tuple[float, float], unit: GroundUnit) -> Matrix:
    if unit is GroundUnit.METRES:
        return np.ones(2)
    north = math.radians(1) * _EARTH_RADIUS_M
    return np.array([north * math.cos(math.radians(origin[1])), north])
