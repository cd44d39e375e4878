"""What a camera's view is recognised by: where edges run and in which direction, whatever the light.

A field is made of gradients with their angle doubled (dark on bright and bright on dark are the same edge), smoothed a
little so that wind may shake the camera. Two fields are compared block by block, each block by the cosine of its edges,
so that neither contrast nor what stands before a part of the scene matters for the rest of it.
"""

import zlib
from typing import NamedTuple

import cv2
import numpy as np
from numpy.typing import NDArray

from pipeline.perception.planes import Plane, resized

FIELD_WIDTH, FIELD_HEIGHT = 160, 90
BLOCKS_WIDE, BLOCKS_HIGH = 16, 9
BLOCKS = BLOCKS_WIDE * BLOCKS_HIGH
_KERNEL, _SMOOTHED_PX = (7, 7), 1.2
"""Of the field, under a per cent of its width: a shake of 1 % leaves the blocks alike, a knock of 4 % does not."""
_MIN_GRADIENT = 0.5
"""Levels a pixel: what noise makes is damped."""
_ALIKE = 0.5
_MIN_TEXTURE = 0.3
"""Mean square of a block, squared levels a pixel: below it a block has no edge to be known by."""

Field = NDArray[np.float32]
"""Shape (90, 160, 2): the gradient's length, levels a pixel, along twice its angle."""
PackedField = bytes
"""A field for keeping: signed square roots of its values, a byte each, compressed."""

_PACKED_ONE = 127 / np.sqrt(128.0)
_UNPACKED = np.array(
    [
        np.sign(level) * (level / _PACKED_ONE) ** 2
        for level in np.arange(256, dtype=np.uint8).view(np.int8).astype(float)
    ],
    np.float32,
)


class Agreement(NamedTuple):
    """How far two fields agree, block by block.

    Attributes:
        likeness: Shape (9, 16), float32, in [-1, 1].
        known: Shape (9, 16), bool: whether both have edges there.
    """

    likeness: Plane
    known: NDArray[np.bool_]

    @property
    def n_known(self) -> int:
        """In how many blocks both have edges."""
        return int(np.count_nonzero(self.known))

    def share(self, least: float) -> float:
        """The share of those blocks that are at least so much alike; 0 where there are none."""
        n = self.n_known
        return float(np.count_nonzero(self.known & (self.likeness >= least))) / n if n else 0.0


def reduced(luma: NDArray[np.uint8]) -> NDArray[np.uint8]:
    """A picture, shape (H, W), uint8, at the size of a field."""
    return resized(luma, FIELD_WIDTH, FIELD_HEIGHT)


def field_of(small: NDArray[np.uint8]) -> Field:
    """The field of a reduced picture."""
    across = np.asarray(cv2.Sobel(small, cv2.CV_32F, 1, 0, scale=1 / 8), np.float32)
    down = np.asarray(cv2.Sobel(small, cv2.CV_32F, 0, 1, scale=1 / 8), np.float32)
    length = np.asarray(cv2.magnitude(across, down), np.float32) + np.float32(_MIN_GRADIENT)
    doubled = np.empty((FIELD_HEIGHT, FIELD_WIDTH, 2), np.float32)
    doubled[..., 0] = (across + down) * (across - down) / length
    doubled[..., 1] = 2 * across * down / length
    return np.asarray(cv2.GaussianBlur(doubled, _KERNEL, _SMOOTHED_PX), np.float32)


def energy(field: Field) -> Plane:
    """How strong the edges of each block are: mean square, shape (9, 16)."""
    return _block_sums(field * field)


def agreement(a: Field, b: Field, energy_a: Plane, energy_b: Plane) -> Agreement:
    """Compare two fields at the same place.

    Args:
        a: One.
        b: The other.
        energy_a: See `energy`.
        energy_b: The same of the other.
    """
    likeness = _block_sums(a * b) / np.sqrt(np.maximum(energy_a * energy_b, 1e-9))
    return Agreement(likeness, has_edges(energy_a) & has_edges(energy_b))


def unchanged(a: Field, b: Field) -> Field:
    """1 in the blocks that look alike in both fields, or show nothing in both; 0 elsewhere. Shape (90, 160, 1)."""
    energy_a, energy_b = energy(a), energy(b)
    compared = agreement(a, b, energy_a, energy_b)
    alike = np.where(compared.known, compared.likeness >= _ALIKE, has_edges(energy_a) == has_edges(energy_b))
    side = FIELD_WIDTH // BLOCKS_WIDE
    return np.asarray(alike.repeat(side, axis=0).repeat(side, axis=1)[..., None], np.float32)


def has_edges(energies: Plane) -> NDArray[np.bool_]:
    """Which blocks have edges to be known by."""
    return energies > _MIN_TEXTURE


def packed(field: Field) -> PackedField:
    """The field with each value to about 2 %."""
    levels = np.rint(np.sign(field) * np.sqrt(np.abs(field)) * _PACKED_ONE).clip(-127, 127)
    return zlib.compress(levels.astype(np.int8).tobytes(), 1)


def unpacked(kept: PackedField) -> Field:
    """The field that was packed.

    Raises:
        ValueError: It is not one.
    """
    try:
        levels = np.frombuffer(zlib.decompress(kept), np.uint8).reshape(FIELD_HEIGHT, FIELD_WIDTH, 2)
    except zlib.error as error:
        raise ValueError("a packed field: damaged") from error
    return np.asarray(cv2.LUT(levels, _UNPACKED), np.float32)


def _block_sums(products: Field) -> Plane:
    """Means over the blocks, both channels together."""
    means = cv2.resize(products, (BLOCKS_WIDE, BLOCKS_HIGH), interpolation=cv2.INTER_AREA)
    return np.asarray(means.sum(axis=2), np.float32)
