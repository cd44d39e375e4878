"""A network of which only some classes count: another network of the camera answers for the rest."""

from collections.abc import Sequence

import numpy as np

from pipeline.perception.detections import Detections, ObjectDetector, Picture


class NarrowedDetector:
    """An `ObjectDetector` that knows fewer classes than its network."""

    def __init__(self, detector: ObjectDetector, classes: frozenset[str]) -> None:
        """See the class.

        Args:
            detector: The network.
            classes: Those that count, all of them its own.
        """
        self._detector = detector
        self._classes = classes

    @property
    def name(self) -> str:
        """The network's."""
        return self._detector.name

    @property
    def classes(self) -> frozenset[str]:
        """Canonical names of what counts."""
        return self._classes

    def input_size(self, picture_size: tuple[int, int], input_px: int) -> tuple[int, int]:
        """See `ObjectDetector`."""
        return self._detector.input_size(picture_size, input_px)

    def detect(self, picture: Picture, input_px: int, min_score: float) -> Detections:
        """See `ObjectDetector`."""
        return self._narrowed(self._detector.detect(picture, input_px, min_score))

    def detect_many(self, pictures: Sequence[Picture], input_px: int, min_score: float) -> list[Detections]:
        """See `ObjectDetector`."""
        return [self._narrowed(found) for found in self._detector.detect_many(pictures, input_px, min_score)]

    def _narrowed(self, found: Detections) -> Detections:
        return found[np.isin(found.class_name, sorted(self._classes))]


def narrowed(detector: ObjectDetector, classes: frozenset[str]) -> ObjectDetector:
    """The network as it is where all of its classes count, else narrowed to those that do."""
    return detector if detector.classes <= classes else NarrowedDetector(detector, detector.classes & classes)
