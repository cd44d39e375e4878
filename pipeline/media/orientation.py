"""How a stored picture is turned to be upright, from the container's display matrix."""

import struct
from dataclasses import dataclass

import numpy as np

from pipeline.media.frame import Bgr


@dataclass(frozen=True, slots=True)
class Orientation:
    """A turn by quarters, after an optional mirroring.

    Attributes:
        quarters: Clockwise quarter turns, 0 to 3.
        is_mirrored: Whether left and right are swapped before the turn.
    """

    quarters: int
    is_mirrored: bool

    def upright_size(self, width: int, height: int) -> tuple[int, int]:
        """Width and height after the turn; the same function leads back."""
        return (height, width) if self.quarters % 2 else (width, height)

    def upright(self, stored: Bgr) -> Bgr:
        """A view of the picture, shape (height, width, 3), turned."""
        return np.rot90(stored[:, ::-1] if self.is_mirrored else stored, -self.quarters)


AS_STORED = Orientation(0, is_mirrored=False)


def orientation(display_matrix: bytes) -> Orientation:
    """The nearest turn by quarters.

    Args:
        display_matrix: Nine 32-bit integers of the machine's byte order, rows a b u, c d v, x y w; a stored point
            (p, q) is shown at (a p + c q + x, b p + d q + y), y downwards (ISO/IEC 14496-12, 8.2.2).

    Returns:
        `AS_STORED` too where the bytes are no such matrix.
    """
    if len(display_matrix) != 36:
        return AS_STORED
    a, b, _, c, d, *_ = struct.unpack("=9i", display_matrix)
    mirrored = a * d - b * c < 0
    # The image of the stored picture's x axis; mirrored, that axis points the other way.
    x, y = (-a, -b) if mirrored else (a, b)
    if abs(x) >= abs(y):
        return Orientation(0 if x >= 0 else 2, mirrored)
    return Orientation(1 if y > 0 else 3, mirrored)
