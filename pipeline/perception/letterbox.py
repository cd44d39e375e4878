"""Fitting a picture into a network's input without bending it, and the way back."""

from dataclasses import dataclass
from math import ceil

import cv2
import numpy as np

from pipeline.perception.detections import Floats, Picture

_GREY = 114
"""What the networks saw around their training pictures (ultralytics and YOLOX pad with it)."""


def snug_size(picture_size: tuple[int, int], input_px: int, stride: int) -> tuple[int, int]:
    """The smallest input of which the longer side is `input_px` and that holds a picture of this shape.

    A 16:9 picture takes 640 x 384 instead of 640 x 640: two fifths of the work are saved.

    Args:
        picture_size: Width and height, px.
        input_px: Longer side; rounded up to a multiple of the stride.
        stride: What both sides must be a multiple of, px.

    Returns:
        Width and height, px.
    """
    longer = _rounded_up(input_px, stride)
    width, height = picture_size
    # Whole numbers: a quotient of floats could need one stride more than the picture does.
    shorter = _rounded_up(-(-longer * min(width, height) // max(width, height)), stride)
    return (longer, shorter) if width >= height else (shorter, longer)


@dataclass(frozen=True, slots=True)
class Letterbox:
    """Where a picture lies within an input: scaled alike in both directions (to a pixel), grey around it.

    Attributes:
        picture_size: Width and height, px.
        input_size: Width and height, px.
        content_size: Width and height of the scaled picture, px; each at least 1.
        left: Grey to the left of it, px.
        top: Grey above it, px.
    """

    picture_size: tuple[int, int]
    input_size: tuple[int, int]
    content_size: tuple[int, int]
    left: int
    top: int

    @classmethod
    def fit(cls, picture_size: tuple[int, int], input_size: tuple[int, int], *, in_corner: bool = False) -> "Letterbox":
        """The largest copy of the picture that the input holds, in its middle or in its top left corner."""
        scale = min(input_size[0] / picture_size[0], input_size[1] / picture_size[1])
        width, height = (
            min(limit, max(1, round(side * scale))) for side, limit in zip(picture_size, input_size, strict=True)
        )
        if in_corner:
            return cls(picture_size, input_size, (width, height), 0, 0)
        left, top = (input_size[0] - width) // 2, (input_size[1] - height) // 2
        return cls(picture_size, input_size, (width, height), left, top)

    def apply(self, picture: Picture) -> Picture:
        """The input.

        Args:
            picture: Shape (height, width, 3) of `picture_size`.

        Returns:
            Shape (height, width, 3) of `input_size`, a new array.
        """
        boxed = np.full((self.input_size[1], self.input_size[0], 3), _GREY, np.uint8)
        width, height = self.content_size
        place = boxed[self.top : self.top + height, self.left : self.left + width]
        if self.content_size == self.picture_size:
            place[:] = picture
        else:
            # Linear, as in training; the pictures come scaled from the decoder already.
            place[:] = cv2.resize(picture, self.content_size, interpolation=cv2.INTER_LINEAR)
        return boxed

    def to_input(self, xyxy: Floats) -> Floats:
        """Boxes of the picture, as px of the input. Shape (N, 4)."""
        return (xyxy * self._scale() + self._offset()).astype(np.float32)

    def to_picture(self, xyxy: Floats) -> Floats:
        """Boxes of the input, as px of the picture, cut off at its edges. Shape (N, 4)."""
        limits = np.array(self.picture_size * 2, np.float32)
        boxes: Floats = np.clip((xyxy - self._offset()) / self._scale(), 0, limits).astype(np.float32)
        return boxes

    def _scale(self) -> Floats:
        # Of the scaled picture as it is, in whole pixels: the nominal scale is up to half a pixel off.
        x, y = (content / side for content, side in zip(self.content_size, self.picture_size, strict=True))
        return np.array([x, y, x, y], np.float32)

    def _offset(self) -> Floats:
        return np.array([self.left, self.top, self.left, self.top], np.float32)


def _rounded_up(length: int, stride: int) -> int:
    return ceil(length / stride) * stride
