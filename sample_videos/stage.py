"""The street as the base clip's camera sees it: where ground, picture and paths are.

The clip is the first view of the PETS 2009 recordings. Its published camera calibration is used here with two
simplifications that no viewer can see: square pixels, and no lens distortion. The published unit is scaled so that the
people of the clip are 1.75 m tall on average.
"""

from collections.abc import Sequence
from dataclasses import dataclass

import numpy as np
from numpy.typing import NDArray

Array = NDArray[np.float64]

WIDTH, HEIGHT, FPS = 768, 576, 10
# What is rendered around the picture, so that a cut-out at its edge can still be moved inwards.
MARGIN_PX = 64
FOCAL_PX = 1190.0
CENTRE_PX = (324.2, 282.6)
_UNIT = 0.46
_TRANSLATION = np.array([-4.8441913843, 0.55109448682, 49.667438357]) * _UNIT
_ANGLES = (1.9007833770, 0.49730769727, 0.18415452559)


def _rotation(about_x: float, about_y: float, about_z: float) -> Array:
    cx, sx = np.cos(about_x), np.sin(about_x)
    cy, sy = np.cos(about_y), np.sin(about_y)
    cz, sz = np.cos(about_z), np.sin(about_z)
    turned: Array = (
        np.array([[cz, -sz, 0], [sz, cz, 0], [0, 0, 1]])
        @ np.array([[cy, 0, sy], [0, 1, 0], [-sy, 0, cy]])
        @ np.array([[1, 0, 0], [0, cx, -sx], [0, sx, cx]])
    )
    return turned


ROTATION = _rotation(*_ANGLES)
TRANSLATION = _TRANSLATION
_INTRINSIC = np.array([[FOCAL_PX, 0, CENTRE_PX[0]], [0, FOCAL_PX, CENTRE_PX[1]], [0, 0, 1]])
_TO_GROUND = np.linalg.inv(_INTRINSIC @ np.column_stack([ROTATION[:, 0], ROTATION[:, 1], TRANSLATION]))


def to_ground(pixels: Sequence[tuple[float, float]] | Array) -> Array:
    """Ground points (N, 2), metres, under picture points (N, 2), px."""
    uv = np.asarray(pixels, dtype=np.float64).reshape(-1, 2)
    rays = np.column_stack([uv, np.ones(len(uv))]) @ _TO_GROUND.T
    ground: Array = rays[:, :2] / rays[:, 2:]
    return ground


def to_picture(points: Array) -> Array:
    """Picture points (N, 2), px, of ground points (N, 2) or space points (N, 3), metres."""
    xyz = np.atleast_2d(points)
    if xyz.shape[1] == 2:
        xyz = np.column_stack([xyz, np.zeros(len(xyz))])
    seen = (xyz @ ROTATION.T + TRANSLATION) @ _INTRINSIC.T
    pixels: Array = seen[:, :2] / seen[:, 2:]
    return pixels


def scale_at(ground: Array) -> float:
    """Pixels that a metre across the view takes at a ground point (2,)."""
    depth = float(ROTATION[2, :2] @ ground + TRANSLATION[2])
    return FOCAL_PX / depth


@dataclass(frozen=True)
class Path:
    """A smooth way over the ground, measured along its length.

    Attributes:
        points: Shape (N, 2), metres, densely sampled.
        along: Shape (N,), metres from the start.
    """

    points: Array
    along: Array

    @property
    def length(self) -> float:
        """Metres from end to end."""
        return float(self.along[-1])

    def at(self, s: float) -> Array:
        """Ground point (2,) after `s` metres; the ends hold beyond them."""
        return np.array([np.interp(s, self.along, self.points[:, k]) for k in (0, 1)])

    def heading(self, s: float) -> float:
        """Direction of travel, radians in the ground plane."""
        ahead, behind = self.at(min(s + 0.4, self.length)), self.at(max(s - 0.4, 0.0))
        return float(np.arctan2(*(ahead - behind)[::-1]))

    def nearest(self, pixel: tuple[float, float]) -> float:
        """Metres along the way to the point that is seen closest to `pixel`."""
        seen = to_picture(self.points)
        return float(self.along[np.argmin(np.hypot(*(seen - np.array(pixel)).T))])


def path_through(pixels: Sequence[tuple[float, float]]) -> Path:
    """The way over the ground through picture points: a centripetal Catmull-Rom curve."""
    knots = to_ground(pixels)
    ends = np.vstack([2 * knots[0] - knots[1], knots, 2 * knots[-1] - knots[-2]])
    pieces = [_catmull_rom(ends[k : k + 4]) for k in range(len(knots) - 1)]
    points = np.vstack([*pieces, knots[-1:]])
    along = np.concatenate([[0.0], np.cumsum(np.hypot(*np.diff(points, axis=0).T))])
    return Path(points, along)


def _catmull_rom(four: Array) -> Array:
    steps = np.sqrt(np.hypot(*np.diff(four, axis=0).T))
    t0, t1, t2, t3 = np.concatenate([[0.0], np.cumsum(steps)])
    t = np.linspace(t1, t2, 200, endpoint=False)[:, None]
    p0, p1, p2, p3 = four
    a1 = (t1 - t) / (t1 - t0) * p0 + (t - t0) / (t1 - t0) * p1
    a2 = (t2 - t) / (t2 - t1) * p1 + (t - t1) / (t2 - t1) * p2
    a3 = (t3 - t) / (t3 - t2) * p2 + (t - t2) / (t3 - t2) * p3
    b1 = (t2 - t) / (t2 - t0) * a1 + (t - t0) / (t2 - t0) * a2
    b2 = (t3 - t) / (t3 - t1) * a2 + (t - t1) / (t3 - t1) * a3
    curve: Array = (t2 - t) / (t2 - t1) * b1 + (t - t1) / (t2 - t1) * b2
    return curve


NEAR_LANE = path_through(
    [
        (-260, 200),
        (-120, 207),
        (0, 219),
        (150, 240),
        (300, 273),
        (440, 317),
        (600, 384),
        (720, 435),
        (850, 490),
        (1000, 556),
    ]
)
FAR_LANE = path_through(
    [
        (1010, 452),
        (900, 415),
        (800, 383),
        (650, 334),
        (500, 290),
        (300, 244),
        (120, 219),
        (0, 209),
        (-150, 199),
        (-270, 193),
    ]
)
VERGE = path_through([(-170, 270), (-90, 276), (0, 284), (90, 293), (180, 304), (230, 313)])
LANE_STOP = NEAR_LANE.nearest((612, 389))
DUMP_STOP = FAR_LANE.nearest((652, 335))
STALL_STOP = VERGE.nearest((190, 306))
WASTE_SPOT = to_ground([(654, 263)])[0]
