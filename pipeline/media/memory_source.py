"""Pictures held in memory as a `VideoSource`: the twin of a file, for tests and for pictures made on the way."""

from collections.abc import Iterable
from itertools import pairwise
from types import TracebackType
from typing import Self

import cv2
import numpy as np

from pipeline.media.damage import Damage
from pipeline.media.frame import Bgr, Frame
from pipeline.media.info import StreamInfo
from pipeline.observation import MediaNs, seconds


class StillPicture:
    """A picture that is there already."""

    __slots__ = ("_pixels",)

    def __init__(self, pixels: Bgr) -> None:
        """Copies the pixels: shape (height, width, 3), uint8, BGR."""
        if pixels.ndim != 3 or pixels.shape[2] != 3 or pixels.dtype != np.uint8 or not pixels.size:
            raise ValueError(f"picture {pixels.shape} {pixels.dtype}: expected (height, width, 3) uint8")
        self._pixels = pixels.copy(order="C")

    @property
    def size(self) -> tuple[int, int]:
        """Width and height, px."""
        return self._pixels.shape[1], self._pixels.shape[0]

    def bgr(self, width: int, height: int) -> Bgr:
        """A new array of the picture at this size."""
        if (width, height) == self.size:
            return self._pixels.copy()
        scaled = cv2.resize(self._pixels, (width, height), interpolation=cv2.INTER_AREA)
        return np.ascontiguousarray(scaled, dtype=np.uint8)


class MemorySource:
    """Pictures with their times. Implements `VideoSource`.

    Remembers how far it was read.
    """

    def __init__(self, pictures: Iterable[tuple[MediaNs, Bgr]], *, keyframe_every: int = 1) -> None:
        """Takes all pictures at once.

        Args:
            pictures: Times, strictly increasing, and pixels (height, width, 3), uint8, BGR. At least one.
            keyframe_every: Every how many pictures one counts as a keyframe, from the first on.

        Raises:
            ValueError: There is none, or a time does not follow the one before.
        """
        self._pictures = [(t, StillPicture(pixels)) for t, pixels in pictures]
        times = [t for t, _ in self._pictures]
        if not times or any(later <= earlier for earlier, later in pairwise(times)):
            raise ValueError("times of the pictures: expected at least one, strictly increasing")
        self._keyframe_every = keyframe_every
        self._next = 0
        duration_s = seconds(times[-1] - times[0])
        width, height = self._pictures[0][1].size
        self._info = StreamInfo(
            codec="raw",
            width=width,
            height=height,
            rotation=0,
            fps=(len(times) - 1) / duration_s if duration_s else 0.0,
            duration_s=duration_s,
            has_b_frames=False,
            start=times[0],
        )
        keys = times[::keyframe_every]
        self._interval_s = max((seconds(b - a) for a, b in pairwise(keys)), default=duration_s)

    @property
    def info(self) -> StreamInfo:
        """The stream, as a file with these pictures would tell it."""
        return self._info

    @property
    def damage(self) -> Damage:
        """None ever."""
        return Damage()

    @property
    def keyframe_interval_s(self) -> float:
        """The longest distance between keyframes, seconds."""
        return self._interval_s

    def next_frame(self, not_before: MediaNs, *, keyframes_only: bool = False) -> Frame | None:
        """The first picture at or after `not_before` that was not passed yet; None at the end. See `VideoSource`."""
        for index in range(self._next, len(self._pictures)):
            t, picture = self._pictures[index]
            is_key = index % self._keyframe_every == 0
            if t >= not_before and (is_key or not keyframes_only):
                self._next = index + 1
                return Frame(t, picture, is_key=is_key)
        if not keyframes_only:
            self._next = len(self._pictures)
        return None

    def close(self) -> None:
        """Holds nothing that needs closing."""

    def __enter__(self) -> Self:
        return self

    def __exit__(
        self, kind: type[BaseException] | None, error: BaseException | None, trace: TracebackType | None
    ) -> None:
        self.close()
