"""A street drawn with numpy: textured ground, things and vehicles on it, light, shadow, noise; the same every time."""

import math
from collections.abc import Sequence
from dataclasses import dataclass
from functools import cache

import cv2
import numpy as np
from numpy.typing import NDArray

from pipeline.geofence.boxes import Box
from pipeline.perception.detections import Detections, Picture
from pipeline.perception.planes import Window, resized

WIDTH, HEIGHT = 320, 180
_GRAINS = 7
Floats = NDArray[np.float32]


@cache
def texture(seed: int, width: int, height: int, colour: tuple[float, float, float], contrast: float) -> Floats:
    """Shape (height, width, 3), BGR levels: blotches of about 8 px around a colour, fine grain. Not to be changed."""
    generator = np.random.default_rng(seed)
    coarse = generator.normal(0, contrast, (max(2, height // 8), max(2, width // 8)))
    blotches = np.asarray(cv2.resize(coarse, (width, height), interpolation=cv2.INTER_CUBIC), np.float32)
    grain = generator.normal(0, contrast / 3, (height, width)).astype(np.float32)
    return np.array(colour, np.float32) + (blotches + grain)[..., None]


def ground(seed: int = 1, width: int = WIDTH, height: int = HEIGHT) -> Floats:
    """Asphalt with slabs."""
    scene = texture(seed, width, height, (112, 116, 118), 9).copy()
    scene[:: max(8, height // 9)] -= 22
    scene[:, :: max(8, width // 12)] -= 18
    return scene


def pixels(box: Box, width: int = WIDTH, height: int = HEIGHT) -> Window:
    """Rows and columns of a box given in shares of the picture."""
    rows = slice(max(0, round(box[1] * height)), max(0, round(box[3] * height)))
    return rows, slice(max(0, round(box[0] * width)), max(0, round(box[2] * width)))


def put(scene: Floats, box: Box, seed: int, colour: tuple[float, float, float], contrast: float = 35) -> Floats:
    """The scene with a textured thing in the box, which may reach over the border. A copy."""
    result = scene.copy()
    height, width = scene.shape[:2]
    w, h = round((box[2] - box[0]) * width), round((box[3] - box[1]) * height)
    thing = texture(seed, w, h, colour, contrast)
    left, top = round(box[0] * width), round(box[1] * height)
    x0, y0, x1, y1 = max(0, left), max(0, top), min(width, left + w), min(height, top + h)
    if x1 > x0 and y1 > y0:
        result[y0:y1, x0:x1] = thing[y0 - top : y1 - top, x0 - left : x1 - left]
    return result


def shaded(scene: Floats, box: Box, gain: float, blur_px: int = 9) -> Floats:
    """The scene with a soft shadow (or a light, gain above 1) over the box. A copy."""
    height, width = scene.shape[:2]
    shade = np.ones((height, width), np.float32)
    shade[pixels(box, width, height)] = gain
    return scene * np.asarray(cv2.blur(shade, (blur_px, blur_px)), np.float32)[..., None]


def shot(scene: Floats, seed: int, gain: float = 1.0, noise: float = 2.0) -> Picture:
    """What a camera makes of the scene: light, sensor noise, 8 bits."""
    height, width = scene.shape[:2]
    lit = np.clip(scene * np.float32(gain) + 0.5, 0, 255).astype(np.int16)
    grain = _grains(height, width, noise)[seed % _GRAINS]
    return np.asarray(np.clip(lit + grain, 0, 255), np.uint8)


@cache
def _grains(height: int, width: int, noise: float) -> NDArray[np.int16]:
    """A few pictures' worth of noise: to draw it anew for each would take most of a test's time."""
    return np.random.default_rng(7).normal(0, noise, (_GRAINS, height, width, 3)).round().astype(np.int16)


def enlarged(picture: Picture, width: int, height: int) -> Picture:
    """The same picture from a camera of another size."""
    return resized(picture, width, height)


def found(rows: Sequence[tuple[str, float, Box]], width: int = WIDTH, height: int = HEIGHT) -> Detections:
    """Detections from boxes in shares of the picture, cut to it; best score first."""
    ordered = sorted(rows, key=lambda row: -row[1])
    return Detections.of(
        *(
            (
                name,
                score,
                (max(0, b[0]) * width, max(0, b[1]) * height, min(1, b[2]) * width, min(1, b[3]) * height),
            )
            for name, score, b in ordered
            if b[2] > 0 and b[0] < 1 and b[3] > 0 and b[1] < 1
        )
    )


@dataclass(frozen=True, slots=True)
class Moment:
    """What the camera has before it: the scene, how strong the light is, and where people and vehicles are."""

    scene: Floats
    gain: float = 1.0
    blocked: tuple[Box, ...] = ()


def passer_by(t_s: float, scene: Floats) -> tuple[Floats, tuple[Box, ...]]:
    """Someone who walks through the picture every 45 s, in front of what lies there."""
    left = (t_s % 45) / 10 - 0.2
    box = (left, 0.4, left + 0.07, 0.75)
    if left >= 1:
        return scene, ()
    return put(scene, box, seed=30 + int(t_s / 45) % 5, colour=(60, 50, 90)), (box,)


def outdoors(t_s: float, scene: Floats) -> Moment:
    """A slow sine of light, a cloud every seven minutes, a soft shadow that wanders through, people."""
    gain = 1 + 0.25 * math.sin(2 * math.pi * t_s / 2400) + (0.12 if int(t_s / 420) % 2 else -0.08)
    left = (t_s % 900) / 900 * 1.6 - 0.5
    scene, people = passer_by(t_s, shaded(scene, (left, 0.2, left + 0.4, 0.95), 0.6, 25))
    return Moment(scene, gain, people)
