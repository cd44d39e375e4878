"""What nobody is to be recognised by is made unrecognisable in the pictures that are kept.

No detector of faces or plates ships with the pipeline. So where a face may be, the upper third of every person that was
found is made coarse; where a plate may be, the lower half of every vehicle but its edges. Whoever was not found is not
veiled; a picture that was not looked at is made coarse as a whole.
"""

from collections.abc import Iterable

import cv2
import numpy as np

from pipeline.config.resolved import Blur
from pipeline.config.vocabulary import Vocabulary
from pipeline.geofence.boxes import Box
from pipeline.observation import Objects
from pipeline.perception.detections import Picture

_PERSON, _VEHICLE = "person", "vehicle"
_HEAD = (-0.05, -0.05, 1.05, 0.35)
"""Of a person's box: heads lean out of it a little."""
_PLATE = (0.1, 0.45, 0.9, 1.0)
"""Of a vehicle's box."""
_BLOCKS = 6
"""Across a veiled part: too few to tell a face or a letter."""
_BLOCKS_OF_WHOLE = 24


class Veil:
    """Remembers nothing: which classes are veiled where."""

    def __init__(self, blur: frozenset[Blur], vocabulary: Vocabulary) -> None:
        """Choose what is veiled.

        Args:
            blur: Faces, plates, both or nothing.
            vocabulary: Which classes are people and vehicles.
        """
        people = vocabulary.expand([_PERSON]) if Blur.FACES in blur else frozenset[str]()
        vehicles = vocabulary.expand([_VEHICLE]) if Blur.PLATES in blur else frozenset[str]()
        self._part_by_class: dict[str, Box] = dict.fromkeys(people, _HEAD) | dict.fromkeys(vehicles, _PLATE)

    def over(self, picture: Picture, objects: Objects) -> Picture:
        """The picture with what was found in it veiled; a copy where anything is.

        Args:
            picture: Shape (H, W, 3), uint8, BGR.
            objects: All that was found in it.
        """
        if not self._part_by_class:
            return picture
        veiled = picture.copy()
        named = zip(objects.class_name.tolist(), objects.xyxy.tolist(), strict=True)
        for box in (_part(self._part_by_class[name], xyxy) for name, xyxy in named if name in self._part_by_class):
            _make_coarse(veiled, box, _BLOCKS)
        return veiled

    def whole(self, picture: Picture) -> Picture:
        """The picture in which nobody has looked for anything, veiled as a whole."""
        if not self._part_by_class:
            return picture
        veiled = picture.copy()
        _make_coarse(veiled, (0.0, 0.0, 1.0, 1.0), _BLOCKS_OF_WHOLE)
        return veiled


def _part(part: Box, xyxy: Iterable[float]) -> Box:
    x1, y1, x2, y2 = xyxy
    width, height = x2 - x1, y2 - y1
    return (x1 + part[0] * width, y1 + part[1] * height, x1 + part[2] * width, y1 + part[3] * height)


def _make_coarse(picture: Picture, box: Box, blocks: int) -> None:
    height, width = picture.shape[:2]
    left, right = max(0, int(box[0] * width)), min(width, int(np.ceil(box[2] * width)))
    top, bottom = max(0, int(box[1] * height)), min(height, int(np.ceil(box[3] * height)))
    if right - left < 1 or bottom - top < 1:
        return
    inside = picture[top:bottom, left:right]
    rows = max(1, round(blocks * (bottom - top) / max(right - left, 1)))
    small = cv2.resize(inside, (min(blocks, right - left), min(rows, bottom - top)), interpolation=cv2.INTER_AREA)
    picture[top:bottom, left:right] = cv2.resize(small, (right - left, bottom - top), interpolation=cv2.INTER_NEAREST)
