"""What stands and moves in a composed scene, each cut out and laid where it is on the ground."""

from collections.abc import Sequence
from dataclasses import dataclass
from typing import Protocol

import cv2
import numpy as np

from benchmarks.worlds.street_set import StreetSet
from pipeline.geofence.boxes import Box
from sample_videos import stage, vendor
from sample_videos.compose import ACROSS, Standing, driven
from sample_videos.sprites import Sprite, moved
from sample_videos.stage import HEIGHT, WIDTH, Array
from sample_videos.timeline import Stop

Knots = Sequence[tuple[float, float, float]]
"""Moments and feet in the picture: seconds, px, px; straight between, there from the first to the last (left out)."""
_OPAQUE = 0.5
_DARK_LEVEL, _SHINING_LEVEL = 50.0, 130.0
"""Of a flame's brightest colour: what is darker is not laid, what is brighter hides the street."""
_STEPS_PER_S = 8.0


@dataclass(frozen=True, slots=True)
class Placed:
    """A prop at one moment.

    Attributes:
        class_name: What it is.
        standing: Its cut-out, and where it stands.
        shade: Its shadow, laid first; None: it is part of the cut-out.
    """

    class_name: str
    standing: Standing
    shade: Sprite | None = None

    @property
    def box(self) -> Box | None:
        """Around what of it is in the picture and not see-through, shares; None: nothing is."""
        sprite = self.standing.sprite
        rows, columns = (np.flatnonzero((sprite.opacity >= _OPAQUE).any(axis=axis)) for axis in (1, 0))
        if not len(rows):
            return None
        x, y = sprite.corner
        x1, x2 = max(0.0, x + int(columns[0])), min(float(WIDTH), x + int(columns[-1]) + 1)
        y1, y2 = max(0.0, y + int(rows[0])), min(float(HEIGHT), y + int(rows[-1]) + 1)
        return (x1 / WIDTH, y1 / HEIGHT, x2 / WIDTH, y2 / HEIGHT) if x1 < x2 and y1 < y2 else None


class Prop(Protocol):
    """Something of a composed scene. It remembers nothing: the same moment gives the same."""

    def at(self, t_s: float, street: StreetSet) -> Placed | None:
        """Where it is; None: it is not there."""
        ...


@dataclass(frozen=True, slots=True)
class Vehicle:
    """A rendered vehicle, or the cart, on a drive along its path."""

    name: str
    drive: Stop
    class_name: str = "car"

    def at(self, t_s: float, street: StreetSet) -> Placed | None:
        """While it is on its way or stands."""
        if not self.drive.present(t_s):
            return None
        return Placed(self.class_name, driven(street.strips[self.name], self.drive, t_s))


@dataclass(frozen=True, slots=True)
class Walker:
    """Somebody who walks from place to place and stands in between; each seed wears other clothes."""

    knots: Knots
    seed: int = 0

    def at(self, t_s: float, street: StreetSet) -> Placed | None:
        """A step every eighth of a second while they walk."""
        foot = between(self.knots, t_s)
        if foot is None:
            return None
        ahead = between(self.knots, t_s + 0.2) or foot
        is_walking = abs(ahead[0] - foot[0]) + abs(ahead[1] - foot[1]) > 0.4
        phase = (int(t_s * _STEPS_PER_S) + self.seed) % 8 if is_walking else len(street.walker) - 1
        figure, stood = _dressed(street.walker[phase], self.seed), street.feet[phase]
        if (ahead[0] < foot[0]) if is_walking else self.seed % 2:
            figure, stood = _mirrored(figure, stood)
        ground = stage.to_ground([foot])[0]
        ratio = stage.scale_at(ground) / stage.scale_at(stage.to_ground([(stood[0], stood[1])])[0])
        sway = 0.0 if is_walking else 0.6 * np.sin(1.3 * t_s + self.seed)
        laid = moved(figure, stood, np.array(foot) + np.array([sway, 0.0]), ratio)
        return Placed("person", Standing(laid, ground, ACROSS), vendor.shadow(ground))


@dataclass(frozen=True, slots=True)
class Thing:
    """A cut-out that lies in one place: the heap, at its own place or elsewhere."""

    from_s: float
    to_s: float
    foot: tuple[float, float] = (654.0, 263.0)
    size: float = 1.0
    name: str = "waste"

    def at(self, t_s: float, street: StreetSet) -> Placed | None:
        """While it lies there."""
        if not self.from_s <= t_s < self.to_s:
            return None
        own, ground = stage.to_picture(stage.WASTE_SPOT)[0], stage.to_ground([self.foot])[0]
        ratio = self.size * stage.scale_at(ground) / stage.scale_at(stage.WASTE_SPOT)
        laid = moved(street.strips[self.name].sprites[0], own, np.array(self.foot), ratio)
        return Placed("static_object", Standing(laid, ground, ACROSS))


@dataclass(frozen=True, slots=True)
class PassingBus:
    """The van, seen from the side and as large as a bus, that passes close to the camera, from left to right."""

    from_s: float
    to_s: float
    foot_y: float
    size: float = 1.5

    def at(self, t_s: float, street: StreetSet) -> Placed | None:
        """While any of it is in the picture."""
        if not self.from_s <= t_s < self.to_s:
            return None
        strip = street.strips["van"]
        broadside = max(strip.sprites, key=lambda sprite: sprite.opacity.shape[1] / sprite.opacity.shape[0])
        height, width = broadside.opacity.shape
        done = (t_s - self.from_s) / (self.to_s - self.from_s)
        half = width * self.size / 2
        foot = np.array([-half + done * (WIDTH + 2 * half), self.foot_y])
        corner = broadside.corner
        own = np.array([corner[0] + width / 2, corner[1] + height])
        laid = moved(broadside, own, foot, self.size)
        return Placed("bus", Standing(laid, stage.to_ground([(WIDTH / 2, self.foot_y)])[0], ACROSS))


@dataclass(frozen=True, slots=True)
class Picture:
    """A picture laid flat over a place, with soft edges: of what cannot be rendered.

    Attributes:
        class_name: What it shows.
        pixels: Shape (h, w, 3), BGR.
        knots: Where the middle of its lower edge is when.
        width_px: How wide it is laid.
        border: Share of it that fades out on each side.
        is_flame: Only what shines in it is laid: a fire taken by night brings no piece of night to a street by day.
    """

    class_name: str
    pixels: "np.ndarray[tuple[int, ...], np.dtype[np.uint8]]"
    knots: Knots
    width_px: int
    border: float = 0.12
    is_flame: bool = False

    def at(self, t_s: float, street: StreetSet) -> Placed | None:
        """While it is there."""
        del street
        foot = between(self.knots, t_s)
        if foot is None:
            return None
        width = self.width_px
        height = max(2, round(self.pixels.shape[0] * width / self.pixels.shape[1]))
        colour = cv2.resize(self.pixels, (width, height), interpolation=cv2.INTER_AREA).astype(np.float32)
        corner = (round(foot[0] - width / 2), round(foot[1] - height))
        opacity = _soft_edges(width, height, self.border)
        if self.is_flame:
            opacity *= np.clip((colour.max(axis=2) - _DARK_LEVEL) / (_SHINING_LEVEL - _DARK_LEVEL), 0, 1)
        sprite = Sprite(colour, opacity, corner)
        return Placed(self.class_name, Standing(sprite, stage.to_ground([foot])[0], ACROSS))


def painted_board() -> "np.ndarray[tuple[int, ...], np.dtype[np.uint8]]":
    """A board with coloured bands and something like writing: shape (120, 200, 3), BGR."""
    board = np.full((120, 200, 3), (40, 60, 200), np.uint8)
    board[12:108, 10:190] = (230, 235, 240)
    for row in range(24, 100, 20):
        board[row : row + 9, 24 : 150 - row % 3 * 22] = (60, 40, 30)
    return board


def between(knots: Knots, t_s: float) -> tuple[float, float] | None:
    """Where something is on its way; None: before the first knot, or from the last on."""
    if not knots[0][0] <= t_s < knots[-1][0]:
        return None
    times = [knot[0] for knot in knots]
    x, y = (float(np.interp(t_s, times, [knot[axis] for knot in knots])) for axis in (1, 2))
    return x, y


def _soft_edges(width: int, height: int, border: float) -> "np.ndarray[tuple[int, ...], np.dtype[np.float32]]":
    across, down = (np.minimum(np.arange(n), np.arange(n)[::-1]) / max(1.0, border * n) for n in (width, height))
    edges = np.minimum.outer(np.clip(down, 0, 1), np.clip(across, 0, 1))
    return edges.astype(np.float32)


def _dressed(figure: Sprite, seed: int) -> Sprite:
    """The same figure in clothes of another colour."""
    if seed == 0:
        return figure
    dice = np.random.default_rng(seed)
    gain = dice.uniform(0.55, 1.7, 3).astype(np.float32)
    return Sprite(
        np.clip(figure.colour * gain + dice.uniform(0, 30), 0, 255).astype(np.float32), figure.opacity, figure.corner
    )


def _mirrored(figure: Sprite, foot: Array) -> tuple[Sprite, Array]:
    right = figure.corner[0] + figure.opacity.shape[1]
    turned = Sprite(
        np.ascontiguousarray(figure.colour[:, ::-1]), np.ascontiguousarray(figure.opacity[:, ::-1]), figure.corner
    )
    return turned, np.array([figure.corner[0] + right - foot[0], foot[1]])
