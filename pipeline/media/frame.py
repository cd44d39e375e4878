"""One picture of a video: its time at once, its pixels when asked for."""

from typing import Protocol

import numpy as np
from numpy.typing import NDArray

from pipeline.observation import MediaNs

Bgr = NDArray[np.uint8]
"""Shape (height, width, 3), blue first, C-contiguous."""


class Picture(Protocol):
    """Pixels that have not been converted yet."""

    @property
    def size(self) -> tuple[int, int]:
        """Width and height of the upright picture, px."""
        ...

    def bgr(self, width: int, height: int) -> Bgr:
        """A new array of the upright picture at this size."""
        ...


class Frame:
    """A picture at a moment of media time. Nothing is converted until a size is asked for; a size is converted once.

    It stays readable after its source has gone on or was closed. Not for two threads at a time.

    Attributes:
        t: When the picture was taken.
        is_key: Whether it was coded without reference to others.
        is_damaged: Whether the decoder had to invent parts of it.
    """

    __slots__ = ("_bgr_by_size", "_picture", "is_damaged", "is_key", "t")

    def __init__(self, t: MediaNs, picture: Picture, *, is_key: bool, is_damaged: bool = False) -> None:
        self.t = t
        self.is_key = is_key
        self.is_damaged = is_damaged
        self._picture = picture
        self._bgr_by_size: dict[tuple[int, int], Bgr] = {}

    def __repr__(self) -> str:
        width, height = self.size
        return f"Frame(t={self.t}, {width}x{height}{', key' if self.is_key else ''})"

    @property
    def size(self) -> tuple[int, int]:
        """Width and height of the upright picture, px."""
        return self._picture.size

    def apart(self) -> "Frame":
        """The same picture with nothing converted yet, for another thread."""
        return Frame(self.t, self._picture, is_key=self.is_key, is_damaged=self.is_damaged)

    def full(self) -> Bgr:
        """The upright picture at its own size. See `scaled`."""
        return self.scaled(*self.size)

    def scaled(self, width: int, height: int) -> Bgr:
        """The upright picture, stretched to this size.

        Args:
            width: px, at least 1.
            height: px, at least 1.

        Returns:
            Shape (height, width, 3), uint8, BGR, C-contiguous. Read-only and the same array at each call: copy it
            to draw on it.

        Raises:
            SourceError: The pixel format cannot be converted.
            ValueError: A side is below 1.
        """
        if width < 1 or height < 1:
            raise ValueError(f"picture size {width}x{height}: expected at least 1x1")
        known = self._bgr_by_size.get((width, height))
        if known is not None:
            return known
        made = self._picture.bgr(width, height)
        made.flags.writeable = False
        self._bgr_by_size[width, height] = made
        return made
