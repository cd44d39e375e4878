"""Where things stayed, over the camera's view: the picture dimmed, warm where something stood long, fences drawn."""

import io
from collections.abc import Iterable
from pathlib import Path

import numpy as np
from numpy.typing import NDArray
from PIL import Image, ImageDraw
from scipy.ndimage import gaussian_filter

from pipeline.config.resolved import Zone

WIDTH, HEIGHT = 640, 360
_SPREAD_CELLS = 1.5
"""What stands takes more room than its ground point."""
_FENCE = (34, 211, 238)
_GROUND = (38, 44, 54)
_COLD, _WARM, _HOT = np.array([59, 130, 246]), np.array([245, 158, 11]), np.array([239, 68, 68])


def draw_heat(stayed_s: NDArray[np.float64], zones: Iterable[Zone], picture: Path | None) -> bytes:
    """A JPEG of 640x360 px.

    Args:
        stayed_s: Shape (rows, columns): seconds on each cell; shown by their logarithm, for a bench is a thousand
            times as long in its place as a person who walks by.
        zones: Outlined.
        picture: What the camera shows; None, or gone: plain ground.
    """
    base = _background(picture)
    spread_s = gaussian_filter(stayed_s, _SPREAD_CELLS)
    most = float(spread_s.max())
    if most > 0:
        level = np.log1p(spread_s) / np.log1p(most)
        mask = Image.fromarray((level * 255).astype(np.uint8)).resize((WIDTH, HEIGHT), Image.Resampling.BICUBIC)
        smooth = np.asarray(mask, np.float64) / 255
        base = Image.fromarray(_mixed(np.asarray(base, np.float64), smooth))
    draw = ImageDraw.Draw(base)
    for zone in zones:
        points = [(x * WIDTH, y * HEIGHT) for x, y in zone.points]
        draw.line(points if zone.is_line else [*points, points[0]], fill=_FENCE, width=2)
    target = io.BytesIO()
    base.save(target, "JPEG", quality=84)
    return target.getvalue()


def _background(picture: Path | None) -> Image.Image:
    if picture is not None:
        try:
            with Image.open(picture) as image:
                grey = image.convert("L").convert("RGB").resize((WIDTH, HEIGHT))
            return Image.fromarray((np.asarray(grey, np.float64) * 0.6).astype(np.uint8))
        except OSError:
            # It has gone since the messages were read: the map says the same without it.
            pass
    return Image.new("RGB", (WIDTH, HEIGHT), _GROUND)


def _mixed(base: NDArray[np.float64], level: NDArray[np.float64]) -> NDArray[np.uint8]:
    half = np.clip(level * 2, 0, 1)[..., None]
    rest = np.clip(level * 2 - 1, 0, 1)[..., None]
    tone = (_COLD * (1 - half) + _WARM * half) * (1 - rest) + _HOT * rest
    share = np.clip(level * 1.6, 0, 0.85)[..., None]
    mixed: NDArray[np.uint8] = (base * (1 - share) + tone * share).astype(np.uint8)
    return mixed
