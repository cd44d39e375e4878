"""A network's look at a piece of the frame: what it finds there, and what the piece's border cuts off."""

from dataclasses import dataclass
from typing import Protocol

import numpy as np

from pipeline.config.vocabulary import Vocabulary
from pipeline.geofence.boxes import Box, as_box
from pipeline.perception.detections import Detections, ObjectDetector, Picture
from pipeline.perception.nms import merge_families
from pipeline.perception.windows import Region, is_cut


@dataclass(frozen=True, slots=True)
class PartialLook:
    """What a look at a piece found.

    Attributes:
        whole: Objects that lie in the piece, px of the picture that is analysed.
        cut: Boxes of those that its border cuts off and that are strong enough to begin a track, shares.
        input_px: Longer side of what the network was given.
    """

    whole: Detections
    cut: tuple[Box, ...]
    input_px: int


class Thresholds(Protocol):
    """Tells which detections count."""

    def is_strong(self, class_name: str, score: float) -> bool:
        """Whether a detection of this class and score may begin a track."""
        ...


def look_partially(
    scaled: Picture,
    region: Region,
    detector: ObjectDetector,
    vocabulary: Vocabulary,
    *,
    min_score: float,
    thresholds: Thresholds,
    analysed: tuple[int, int],
) -> PartialLook:
    """Let the network look at a piece.

    Args:
        scaled: The whole frame at the region's size.
        region: The piece.
        detector: The network.
        vocabulary: Tells which classes are one family.
        min_score: Weaker objects are left out.
        thresholds: Tell which detections may begin a track.
        analysed: Width and height, px, of the picture in which the objects are told.

    Raises:
        ModelError: The network failed on the piece.
        DetectorBusyError: It has too much to do.
    """
    piece = np.ascontiguousarray(scaled[region.top : region.bottom, region.left : region.right])
    found = merge_families(detector.detect(piece, region.input_px, min_score), vocabulary)
    at_border = np.array([is_cut(region, as_box(row)) for row in found.xyxy], np.bool_)
    shares = found.shifted(region.left, region.top).shares(scaled)
    may_begin = [
        thresholds.is_strong(*one) for one in zip(found.class_name.tolist(), found.score.tolist(), strict=True)
    ]
    strong = at_border & np.array(may_begin, np.bool_)
    xyxy = shares * np.array([*analysed, *analysed], np.float32)
    whole = Detections(xyxy, found.class_name, found.score)[~at_border]
    input_size = detector.input_size((piece.shape[1], piece.shape[0]), region.input_px)
    return PartialLook(whole, tuple(as_box(row) for row in shares[strong]), max(input_size))
