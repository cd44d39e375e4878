"""Whether the picture has lost its edges: a hand, a bag or paint before the lens, or no light at all."""

from dataclasses import dataclass
from typing import NamedTuple

import cv2
import numpy as np
from numpy.typing import NDArray

from pipeline.observation import MediaNs, nanoseconds, seconds
from pipeline.perception.planes import Plane, resized, square
from pipeline.perception.view_field import BLOCKS, Field, has_edges

_DIM_SHARE = 0.35
"""Of the usual strength of the edges. Dusk and fog come over minutes, and what is usual follows them."""
_FOLLOWED_IN_S = 120.0
_FORGOTTEN_NS = nanoseconds(30 * 60)
"""After a pause of this length another light may be usual."""
_VEILED_SHARE = 0.5
_COARSE_WIDTH, _COARSE_HEIGHT = 32, 18
_BARE_SHARE = 0.02
_BARE_EDGES = 0.15
"""Levels a pixel. A camera that has never seen more than this shows nothing."""
_PLAIN_EDGES = 0.8
"""Where no more is usual, a plain roof that passes takes away as much as a hand."""
_BLACK_LEVEL = 8
_NIGHT_LEVEL = 50
_LAMP_PX = 9
_LAMP_LEVELS = 50
_MIN_LAMP_PX = 2


class Edges(NamedTuple):
    """How strong the edges of a picture are.

    Attributes:
        strength: Mean length of its field, levels a pixel.
        detail: The same over that of a far smaller picture: fog takes from both, a veil from the first.
    """

    strength: float
    detail: float


@dataclass(slots=True)
class Clearness:
    """Remembers how strong the edges of the picture usually are.

    Attributes:
        strength: The usual one; 0: not known.
        detail: The usual one.
        known_at: When they were last brought up to date.
    """

    strength: float = 0.0
    detail: float = 0.0
    known_at: int = 0

    def note(self, edges: Edges, t: MediaNs) -> None:
        """The picture is good: follow its edges."""
        past_ns = t - self.known_at
        weight = 1.0 if self.strength <= 0 or past_ns > _FORGOTTEN_NS else min(1.0, seconds(past_ns) / _FOLLOWED_IN_S)
        self.strength += (edges.strength - self.strength) * weight
        self.detail += (edges.detail - self.detail) * weight
        self.known_at = t

    def is_dim(self, edges: Edges, t: MediaNs, *, is_blind: bool) -> bool:
        """Whether the edges are far weaker than usual.

        Args:
            edges: Of the picture.
            t: Of the picture.
            is_blind: The camera has been blind since they were usual, however long ago that was.
        """
        known = is_blind or t - self.known_at <= _FORGOTTEN_NS
        is_plain = self.strength < _PLAIN_EDGES
        return known and edges.strength < _DIM_SHARE * self.strength and (not is_plain or edges.strength < _BARE_EDGES)

    def is_veiled(self, edges: Edges, t: MediaNs, *, is_blind: bool) -> bool:
        """Whether they are, and the small ones have gone before the large: see `is_dim`."""
        return self.is_dim(edges, t, is_blind=is_blind) and edges.detail < _VEILED_SHARE * self.detail


def edges_of(field: Field, luma: NDArray[np.uint8]) -> Edges:
    """The edges of a reduced picture, and of its field."""
    small = resized(luma, _COARSE_WIDTH, _COARSE_HEIGHT)
    across, down = (cv2.Sobel(small, cv2.CV_32F, x, 1 - x, scale=1 / 8) for x in (1, 0))
    coarse = (float(cv2.norm(across, cv2.NORM_L1)) + float(cv2.norm(down, cv2.NORM_L1))) / small.size
    strength = _strength(field)
    return Edges(strength, strength / max(coarse, _BARE_EDGES))


def is_bare(field: Field, energies: Plane) -> bool:
    """Whether the picture has as good as no edges at all."""
    n = int(np.count_nonzero(has_edges(energies)))
    return n <= _BARE_SHARE * BLOCKS and _strength(field) < _BARE_EDGES


def is_black(luma: NDArray[np.uint8]) -> bool:
    """Whether a reduced picture is black all over."""
    return float(luma.mean()) < _BLACK_LEVEL and not has_lamps(luma)


def is_night(luma: NDArray[np.uint8]) -> bool:
    """Whether a reduced picture is dark and lamps shine in it."""
    return float(luma.mean()) < _NIGHT_LEVEL and has_lamps(luma)


def _strength(field: Field) -> float:
    return float(cv2.norm(field, cv2.NORM_L1)) / field.size


def has_lamps(luma: NDArray[np.uint8]) -> bool:
    """Whether small bright spots stand out, which light that leaks past a hand does not make."""
    spots = cv2.morphologyEx(luma, cv2.MORPH_TOPHAT, square(_LAMP_PX))
    return int(np.count_nonzero(np.asarray(spots) > _LAMP_LEVELS)) >= _MIN_LAMP_PX
