"""Whether the picture stands still as no living picture does: the camera sends the same one again and again."""

import cv2
import numpy as np

from pipeline.observation import MediaNs, nanoseconds
from pipeline.perception.planes import Mask, extent

FROZEN_AFTER_NS = nanoseconds(10)
"""The same picture for so long is frozen. A live sensor's noise changes some pixel within a second or two."""
_MIN_LOOKS = 4
_STRAY = 0.0001
"""Share of the pixels that may differ beside the clock: a frozen picture is coded anew now and then."""
_CLOCK_HEIGHT, _CLOCK_WIDTH = 0.12, 0.6
"""A clock that the camera writes into its picture goes on in a strip no larger than this, at the top or the bottom."""


class Stillness:
    """Remembers the picture that does not change, since when and how often it was seen.

    Single pixels are compared, not means: means hide the noise that tells a quiet scene from a frozen one.
    """

    def __init__(self) -> None:
        self._pixels = np.zeros((0, 0), np.uint8)
        self._since = MediaNs(0)
        self._looks = 0

    def resume(self, since: MediaNs) -> None:
        """The picture was frozen before a restart: the next one is taken for the same."""
        self._since, self._looks = since, _MIN_LOOKS

    def look(self, pixels: Mask, t: MediaNs) -> bool:
        """Compare the next picture, shape (H, W), uint8, with those before; whether it is another one."""
        if is_same(pixels, self._pixels):
            self._looks += 1
            return False
        is_resumed = not self._pixels.size and self._looks >= _MIN_LOOKS
        self._pixels = pixels
        if not is_resumed:
            self._since, self._looks = t, 1
        return True

    def is_frozen(self, t: MediaNs) -> bool:
        """Whether it has been the same for long enough, over enough looks."""
        return self._looks >= _MIN_LOOKS and t - self._since >= FROZEN_AFTER_NS

    @property
    def since(self) -> MediaNs:
        """When the picture that is shown now was first seen."""
        return self._since


def is_same(a: Mask, b: Mask) -> bool:
    """Whether two pictures, shape (H, W), are the same, but for a clock that is written into them."""
    if a.shape != b.shape:
        return False
    if np.array_equal(a, b):
        return True
    differs = np.asarray(cv2.absdiff(a, b), np.uint8)
    allowed = _STRAY * differs.size
    if np.count_nonzero(differs) <= allowed:
        return True
    height, width = differs.shape
    strip = round(_CLOCK_HEIGHT * height)
    middle = differs[strip : height - strip]
    if np.count_nonzero(middle) > allowed:
        return False
    top, bottom = differs[:strip], differs[height - strip :]
    return not (top.any() and bottom.any()) and max(extent(top)[2], extent(bottom)[2]) <= _CLOCK_WIDTH * width
