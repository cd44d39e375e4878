"""Which piece of a frame the network is shown, and how large: around one object, or around where the rules look."""

from collections.abc import Sequence
from dataclasses import dataclass

from pipeline.geofence.boxes import Box, surrounding

REGION_INPUTS_PX = (320, 416)
"""Inputs for a piece of the picture: they cost a quarter and two fifths of 640."""
_GAIN = 1.25
"""A piece must be seen so much larger than in the whole picture, or it is not worth its blind surroundings."""
_CLOSE_MIN_PX = 320
CLOSE_INPUT_PX = 640
"""What a specialist is given of any such window: it knows its things from near by, and a far one enlarged is found."""
_CLOSE_MARGIN = 0.5
_ATTENTION_MARGIN = 0.15
"""What stands in a zone with its foot reaches out of it."""
_AT_BORDER_PX = 2.0


@dataclass(frozen=True, slots=True)
class Region:
    """A piece of the frame as the network is given it.

    Attributes:
        frame_size: Width and height, px, to which the frame is scaled.
        left: Of the piece in the scaled frame, px; so are the others.
        top: px.
        right: px.
        bottom: px.
        input_px: Longer side of what the network is given.
    """

    frame_size: tuple[int, int]
    left: int
    top: int
    right: int
    bottom: int
    input_px: int

    @property
    def box(self) -> Box:
        """Shares of the picture."""
        width, height = self.frame_size
        return (self.left / width, self.top / height, self.right / width, self.bottom / height)


def attention_region(
    attention: Sequence[Box],
    frame_size: tuple[int, int],
    whole_input_px: int,
    inputs_px: Sequence[int] = REGION_INPUTS_PX,
) -> Region | None:
    """The piece around everything that matters, if it is so small that the network sees it larger.

    Args:
        attention: At least one box, shares of the picture.
        frame_size: Width and height of the decoded frame, px.
        whole_input_px: Longer side of the input for the whole picture.
        inputs_px: Longer sides of the input that the piece may take, the smallest first.
    """
    width, height = frame_size
    left, top, right, bottom = _window(surrounding(attention), width, height, _ATTENTION_MARGIN)
    longer = max(right - left, bottom - top)
    # No picture gains by being enlarged.
    needed = min(1.0, _GAIN * whole_input_px / max(width, height))
    for input_px in inputs_px:
        if input_px >= needed * longer:
            scale = min(1.0, input_px / longer)
            size = (round(width * scale), round(height * scale))
            left, top, right, bottom = (round(edge * scale) for edge in (left, top, right, bottom))
            return Region(size, left, top, min(right, size[0]), min(bottom, size[1]), input_px)
    return None


def is_cut(region: Region, box: tuple[float, float, float, float]) -> bool:
    """Whether a box found in the piece, px of it, reaches a border of the piece that is none of the picture."""
    width, height = region.right - region.left, region.bottom - region.top
    return (
        (box[0] <= _AT_BORDER_PX and region.left > 0)
        or (box[1] <= _AT_BORDER_PX and region.top > 0)
        or (box[2] >= width - _AT_BORDER_PX and region.right < region.frame_size[0])
        or (box[3] >= height - _AT_BORDER_PX and region.bottom < region.frame_size[1])
    )


def close_window(region: Box, width: int, height: int) -> tuple[int, int, int, int]:
    """left, top, right, bottom, px, of what to look at: the region and half its size around it, at least 320 px."""
    return _window(region, width, height, _CLOSE_MARGIN)


def close_input_px(width: int, height: int) -> int:
    """Longer side, px, of what the first network is given of such a window."""
    return REGION_INPUTS_PX[0] if max(width, height) <= _CLOSE_MIN_PX else CLOSE_INPUT_PX


def _window(box: Box, width: int, height: int, margin: float) -> tuple[int, int, int, int]:
    left, right = _widened(box[0] * width, box[2] * width, width, margin)
    top, bottom = _widened(box[1] * height, box[3] * height, height, margin)
    return left, top, right, bottom


def _widened(low: float, high: float, size: int, margin: float) -> tuple[int, int]:
    length = min(size, max(round((high - low) * (1 + 2 * margin)), _CLOSE_MIN_PX))
    first = min(max(0, round((low + high - length) / 2)), size - length)
    return first, first + length
