"""What weather, light and the camera do to a picture: the same at the same moment every time."""

from collections.abc import Sequence
from dataclasses import dataclass
from functools import lru_cache
from typing import Protocol

import cv2
import numpy as np
from numpy.typing import NDArray

from sample_videos.matte import Picture
from sample_videos.stage import HEIGHT, WIDTH

Levels = Sequence[tuple[float, float]]
"""Moments and values, straight between."""
Floats = NDArray[np.float32]
_GRAINS = 7
_DARKENED = ((np.arange(256) / 255) ** 1.6 * 70).astype(np.float32)


class Effect(Protocol):
    """Changes a picture. It remembers nothing: the same moment gives the same."""

    def on(self, picture: Floats, t_s: float) -> Floats:
        """The picture (HEIGHT, WIDTH, 3), BGR levels, as it is with the effect: never changed in place."""
        ...


@dataclass(frozen=True, slots=True)
class Light:
    """How bright it is: 1 is the clip's own light."""

    levels: Levels

    def on(self, picture: Floats, t_s: float) -> Floats:
        """Everything, by the same share."""
        gain = float(np.interp(t_s, [t for t, _ in self.levels], [level for _, level in self.levels]))
        return picture * np.float32(gain)


@dataclass(frozen=True, slots=True)
class Night:
    """A quarter of the light is left, and a lamp's glow.

    Attributes:
        lamp: Where a lamp hangs, px; None: there is none.
        lit: Spells in which it burns.
    """

    lamp: tuple[float, float] | None = None
    lit: Sequence[tuple[float, float]] = ()

    def on(self, picture: Floats, t_s: float) -> Floats:
        """Dark, but for the lamp."""
        dark = _DARKENED[np.clip(picture, 0, 255).astype(np.uint8)]
        if self.lamp is None or not any(a <= t_s < b for a, b in self.lit):
            return dark
        return dark + glow(self.lamp, 22.0, 215.0) + dark * (glow((self.lamp[0], self.lamp[1] + 260), 190.0, 1.1))


@dataclass(frozen=True, slots=True)
class Shadow:
    """A soft shadow that wanders.

    Attributes:
        knots: Its middle when: seconds, px, px.
        size: Half axes, px.
        depth: Share of the light that it takes.
    """

    knots: Sequence[tuple[float, float, float]]
    size: tuple[float, float]
    depth: float = 0.45

    def on(self, picture: Floats, t_s: float) -> Floats:
        """Darker where it lies."""
        times = [knot[0] for knot in self.knots]
        if not times[0] <= t_s < times[-1]:
            return picture
        middle = tuple(round(float(np.interp(t_s, times, [knot[axis] for knot in self.knots]))) for axis in (1, 2))
        shade = np.zeros((HEIGHT, WIDTH), np.float32)
        cv2.ellipse(shade, middle, (round(self.size[0]), round(self.size[1])), 12, 0, 360, self.depth, -1)
        soft = cv2.blur(shade, (31, 31)).astype(np.float32)
        return picture * (1 - soft[..., None])


@dataclass(frozen=True, slots=True)
class Headlights:
    """Pairs of lights that come along a path with their pool of light on the ground.

    Attributes:
        passes: Of each: from, until, seconds.
        way: From where to where, px.
    """

    passes: Sequence[tuple[float, float]]
    way: tuple[tuple[float, float], tuple[float, float]]

    def on(self, picture: Floats, t_s: float) -> Floats:
        """Brighter where they shine."""
        for from_s, to_s in self.passes:
            if from_s <= t_s < to_s:
                done = (t_s - from_s) / (to_s - from_s)
                (x1, y1), (x2, y2) = self.way
                x, y = x1 + done * (x2 - x1), y1 + done * (y2 - y1)
                size = 3 + 6 * y / HEIGHT
                picture = picture + glow((x - 4 * size, y), size, 250.0) + glow((x + 4 * size, y), size, 250.0)
                picture = picture + picture * glow((x + 60, y + 40), 12 * size, 1.6)
        return picture


@dataclass(frozen=True, slots=True)
class Rain:
    """Streaks before the lens."""

    from_s: float
    to_s: float
    count: int = 260
    seed: int = 1

    def on(self, picture: Floats, t_s: float) -> Floats:
        """New ones at each moment."""
        if not self.from_s <= t_s < self.to_s:
            return picture
        dice = np.random.default_rng([self.seed, round(t_s * 1000)])
        streaks = np.zeros((HEIGHT, WIDTH), np.float32)
        xs, ys = dice.integers(0, WIDTH, self.count), dice.integers(-30, HEIGHT, self.count)
        for x, y, length in zip(xs.tolist(), ys.tolist(), dice.integers(10, 40, self.count).tolist(), strict=True):
            cv2.line(streaks, (x, y), (x + length // 6, y + length), 0.35, 1)
        veil = (0.12 + cv2.blur(streaks, (1, 3)).astype(np.float32))[..., None]
        rainy: NDArray[np.float32] = picture * (1 - veil) + 190 * veil
        return rainy


@dataclass(frozen=True, slots=True)
class Leaves:
    """Leaves that blow over the ground and lie for a while."""

    count: int = 60
    seed: int = 2

    def on(self, picture: Floats, t_s: float) -> Floats:
        """Each blows for some seconds, then lies for some."""
        strewn = picture.copy()
        dice = np.random.default_rng(self.seed)
        for _ in range(self.count):
            x, y = dice.uniform(0, WIDTH), dice.uniform(HEIGHT * 0.35, HEIGHT)
            speed, phase, lies_s = dice.uniform(20, 60), dice.uniform(0, 60), dice.uniform(2, 14)
            colour = tuple(float(v) for v in (dice.uniform(20, 60), dice.uniform(80, 140), dice.uniform(120, 190)))
            cycle_s = lies_s + 4.0
            hops, rest = divmod(t_s + phase, cycle_s)
            blown = speed * (4.0 * hops + min(rest, 4.0))
            at = (round((x + blown) % WIDTH), round(y + 6 * np.sin(hops + rest if rest < 4 else hops)))
            cv2.ellipse(strewn, at, (3, 2), (hops * 47) % 180, 0, 360, colour, -1)
        return strewn


@dataclass(frozen=True, slots=True)
class Shake:
    """The mast sways in the wind."""

    pixels: float = 1.5

    def on(self, picture: Floats, t_s: float) -> Floats:
        """Shifted by a little, another way at each moment."""
        dx = self.pixels * np.sin(2.9 * t_s) * np.sin(0.7 * t_s)
        dy = self.pixels * 0.6 * np.sin(3.7 * t_s + 1)
        by = np.array([[1, 0, dx], [0, 1, dy]], np.float32)
        shaken = cv2.warpAffine(picture, by, (WIDTH, HEIGHT), borderMode=cv2.BORDER_REPLICATE)
        return shaken.astype(np.float32, copy=False)


@dataclass(frozen=True, slots=True)
class Knocked:
    """Somebody has knocked against the camera: it looks elsewhere for a while."""

    from_s: float
    to_s: float
    by_px: tuple[float, float] = (90.0, 40.0)

    def on(self, picture: Floats, t_s: float) -> Floats:
        """Shifted; what comes into the picture is the mirror of what is beside it."""
        if not self.from_s <= t_s < self.to_s:
            return picture
        by = np.array([[1, 0, self.by_px[0]], [0, 1, self.by_px[1]]], np.float32)
        moved = cv2.warpAffine(picture, by, (WIDTH, HEIGHT), borderMode=cv2.BORDER_REFLECT_101)
        return moved.astype(np.float32, copy=False)


@dataclass(frozen=True, slots=True)
class Covered:
    """A hand before the lens."""

    from_s: float
    to_s: float

    def on(self, picture: Floats, t_s: float) -> Floats:
        """Skin, and nothing else."""
        if not self.from_s <= t_s < self.to_s:
            return picture
        light = np.linspace(-25, 25, WIDTH, dtype=np.float32)[None, :, None] + np.array((60, 70, 110), np.float32)
        return np.broadcast_to(light, picture.shape).copy()


@dataclass(frozen=True, slots=True)
class Fog:
    """Contrast goes, slowly."""

    levels: Levels

    def on(self, picture: Floats, t_s: float) -> Floats:
        """Grey, by a share of each level."""
        share = np.float32(np.interp(t_s, [t for t, _ in self.levels], [level for _, level in self.levels]))
        return picture * (1 - share) + 165 * share


def sensed(picture: Floats, number: int, noise: float) -> Picture:
    """What the sensor makes of it: noise, 8 bits.

    Args:
        picture: Shape (HEIGHT, WIDTH, 3), levels.
        number: Of the picture: neighbours have other noise.
        noise: Standard deviation, levels.
    """
    grain = _grains(noise)[(number * 5 + number // _GRAINS) % _GRAINS]
    shift = (number * 131) % WIDTH
    noisy: NDArray[np.uint8] = np.clip(picture + np.roll(grain, shift, axis=1), 0, 255).astype(np.uint8)
    return noisy


def glow(at: tuple[float, float], radius: float, peak: float) -> Floats:
    """Shape (HEIGHT, WIDTH, 1): a round light that fades out."""
    columns = np.exp(-(((np.arange(WIDTH, dtype=np.float32) - at[0]) / radius) ** 2))
    rows = np.exp(-(((np.arange(HEIGHT, dtype=np.float32) - at[1]) / radius) ** 2))
    return (peak * np.outer(rows, columns))[..., None].astype(np.float32)


@lru_cache(maxsize=4)
def _grains(noise: float) -> NDArray[np.float32]:
    return np.random.default_rng(7).normal(0, noise, (_GRAINS, HEIGHT, WIDTH, 1)).astype(np.float32)
