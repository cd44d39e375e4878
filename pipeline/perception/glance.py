"""The cheapest look there is: how bright and sharp the picture is, and how much of it has changed."""

from dataclasses import dataclass

import cv2
import numpy as np
from numpy.typing import NDArray

from pipeline.observation import GRID_HEIGHT, GRID_WIDTH, Health
from pipeline.perception.detections import Picture
from pipeline.perception.planes import grey, resized

GLANCE_WIDTH, GLANCE_HEIGHT = GRID_WIDTH * 5, GRID_HEIGHT * 5
CHANGED_LEVELS = 10
_STIRRED_LEVELS = 4
_TOLD_LEVELS = 2
_SAMPLE_STEP = 3
_LEAST_SAMPLE = 200
_DARK, _BRIGHT = 12, 250
_LEAST_STIRRED_PX = 3
"""The smallest thing that may be put down covers six pixels of a glance."""

Grid = NDArray[np.uint8]
"""Shape (18, 32): luma of a grid over the picture."""


@dataclass(frozen=True, slots=True, eq=False)
class Glance:
    """One glance at a picture.

    Attributes:
        colour: Shape (90, 160, 3), uint8, BGR.
        luma: Shape (90, 160), uint8.
        grid: Shape (18, 32), uint8: mean luma of a grid over the picture.
    """

    colour: Picture
    luma: NDArray[np.uint8]
    grid: NDArray[np.uint8]

    @classmethod
    def at(cls, picture: Picture) -> "Glance":
        """Glance at a picture, shape (H, W, 3), uint8, BGR."""
        colour = resized(picture, GLANCE_WIDTH, GLANCE_HEIGHT)
        luma = grey(colour)
        return cls(colour, luma, resized(luma, GRID_WIDTH, GRID_HEIGHT))

    def is_stirred_since(self, other: "Glance") -> bool:
        """Whether anything differs, of which a thing that was put down might be the cause: a few levels suffice."""
        # Noise goes with the blur; the smallest thing, of twice these levels, does not.
        before = relit(other.colour, light_gain(self.luma, other.luma))
        blurred = cv2.blur(cv2.subtract(self.colour, before, dtype=cv2.CV_16S), (3, 3))
        stirred = np.abs(blurred) > _STIRRED_LEVELS
        return int(np.count_nonzero(stirred.any(axis=2))) >= _LEAST_STIRRED_PX

    def change_since(self, other: "Glance") -> float:
        """Share of the picture that differs by more than 10 levels from another glance, in [0, 1]."""
        return float(np.count_nonzero(cv2.absdiff(self.luma, other.luma) > CHANGED_LEVELS)) / self.luma.size

    def health(self, before: "Glance") -> Health:
        """What the picture says of the camera, against the glance before (itself, for the first)."""
        return Health(
            brightness=round(float(self.luma.mean()), 2),
            contrast=round(float(self.luma.std()), 2),
            sharpness=round(float(np.abs(cv2.Laplacian(self.luma, cv2.CV_32F)).mean()), 3),
            change=round(self.change_since(before), 5),
        )


def steadied(told: Grid, now: Grid) -> Grid:
    """The grid to be told: a cell keeps its value until it is off by two levels.

    Noise moves a cell by one level from look to look. A quiet picture tells the same grid for hours, which a log
    holds once.
    """
    return np.where(cv2.absdiff(told, now) < _TOLD_LEVELS, told, now).astype(np.uint8)


def light_gain(now: NDArray[np.uint8], before: NDArray[np.uint8]) -> float:
    """By how much the light on the whole scene has changed, in [0.8, 1.25]: a cloud, the camera's exposure.

    Args:
        now: Shape (90, 160), uint8: luma of a glance.
        before: Of an earlier one.

    Returns:
        The median ratio of every third pixel; what covers less than half of the picture has no part in it.
    """
    sample_now, sample_before = now[::_SAMPLE_STEP, ::_SAMPLE_STEP], before[::_SAMPLE_STEP, ::_SAMPLE_STEP]
    usable = (sample_before > _DARK) & (sample_before < _BRIGHT) & (sample_now < _BRIGHT)
    if np.count_nonzero(usable) < _LEAST_SAMPLE:
        return 1.0
    ratio = sample_now[usable].astype(np.float32) / sample_before[usable]
    return float(np.clip(np.median(ratio), 0.8, 1.25))


def relit(before: NDArray[np.uint8], gain: float) -> NDArray[np.uint8]:
    """An earlier glance, luma or colour, under the light of now."""
    return np.asarray(cv2.convertScaleAbs(before, alpha=gain), np.uint8)
