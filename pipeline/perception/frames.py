"""What perception needs of a decoded frame."""

from typing import Protocol

from pipeline.observation import MediaNs
from pipeline.perception.detections import Picture

ANALYSIS_WIDTH_PX = 640
"""Longer side of the picture that is analysed; a smaller one is not enlarged."""


class FramePictures(Protocol):
    """A decoded frame, as much of it as perception needs."""

    @property
    def t(self) -> MediaNs:
        """When it was captured."""
        ...

    @property
    def size(self) -> tuple[int, int]:
        """Width and height, px."""
        ...

    def scaled(self, width: int, height: int) -> Picture:
        """The picture at this size, BGR."""
        ...

    def full(self) -> Picture:
        """The picture as it was recorded, BGR."""
        ...


def analysis_size(frame_size: tuple[int, int]) -> tuple[int, int]:
    """Width and height, px, at which a frame of this size is analysed."""
    width, height = frame_size
    scale = min(1.0, ANALYSIS_WIDTH_PX / max(width, height))
    return max(2, round(width * scale)), max(2, round(height * scale))
