"""One network's eye on one camera: what it finds in the picture or a piece of it, and whom it follows there."""

from collections.abc import Mapping, Sequence
from dataclasses import dataclass, field

from pipeline.config.vocabulary import Vocabulary
from pipeline.geofence.boxes import Box, covered, iou
from pipeline.observation import WHOLE_PICTURE, Look, LookKind
from pipeline.perception.detections import Detections, ObjectDetector
from pipeline.perception.looker_memory import EyeMemory
from pipeline.perception.moment import Moment
from pipeline.perception.nms import merge_families
from pipeline.perception.partial_look import look_partially
from pipeline.perception.shelf import OpenShelf, Shelf
from pipeline.perception.track import Track
from pipeline.perception.track_ids import TrackIds
from pipeline.perception.tracker import MIN_SCORE, Tracker
from pipeline.perception.vigil import Vigil
from pipeline.perception.windows import Region

_PART = 0.6
"""Share of a box cut off at a border that must lie in an object to be a part of it."""
_SAME_PLACE = 0.4
NO_TRACK = 0
"""Track of an object in a close look that is none of those followed."""


@dataclass(frozen=True, slots=True)
class EyeSettings:
    """How a network looks.

    Attributes:
        confidence: Score from which a detection begins a track, in [0, 1].
        confidence_by_class: The same for classes with one of their own.
        input_px: Longer side of what the network is given of a whole picture, px.
    """

    confidence: float
    confidence_by_class: Mapping[str, float] = field(default_factory=dict)
    input_px: int = 640


class NetworkEye:
    """Remembers the objects that one network has found at one camera, what it last saw, and its last find.

    Attributes:
        detector: The network.
        tracker: Whom it follows.
        vigil: What it last saw.
        found: What it found when it last looked, px of the picture analysed then.
    """

    def __init__(
        self, detector: ObjectDetector, vocabulary: Vocabulary, settings: EyeSettings, new_track: TrackIds
    ) -> None:
        """Nothing has been seen yet.

        Args:
            detector: The network.
            vocabulary: Tells which classes are one family.
            settings: How to look.
            new_track: Gives ids; one for all networks of a camera.
        """
        self.detector = detector
        self._vocabulary = vocabulary
        self._settings = settings
        self.tracker = Tracker(vocabulary, settings.confidence, new_track, settings.confidence_by_class)
        self.vigil = Vigil()
        self.found = Detections.none()

    def remember(self, shelf: Shelf) -> EyeMemory:
        """Everything but the last find."""
        return EyeMemory(self.tracker.remember(shelf), self.vigil.remember(shelf))

    def recall(self, memory: EyeMemory, shelf: OpenShelf) -> None:
        """Go on where it was.

        Raises:
            StateError: The shelf is damaged.
        """
        self.tracker.recall(memory.tracks, shelf)
        self.vigil = Vigil.recall(memory.vigil, shelf)

    def look_in(self, moment: Moment, region: Region, others: Sequence[Track] = ()) -> Look | None:
        """Let the network look at a piece; None where something may reach over its border: the whole must be seen.

        Args:
            moment: The picture.
            region: The piece.
            others: What other networks follow, which may stand before what this one does.

        Raises:
            ModelError: The network failed on the piece.
            DetectorBusyError: It has too much to do.
        """
        if self.tracker.is_crossed_by(region.box, moment.picture, moment.t_s):
            return None
        partial = look_partially(
            moment.frame.scaled(*region.frame_size),
            region,
            self.detector,
            self._vocabulary,
            min_score=MIN_SCORE,
            thresholds=self.tracker,
            analysed=(moment.picture.shape[1], moment.picture.shape[0]),
        )
        known = [track.box for track in self.tracker.present()]
        if any(all(covered(box, one) < _PART for one in known) for box in partial.cut):
            return None
        self._take_in(partial.whole, moment, region.box, others)
        return Look(LookKind.OBJECTS, region.box, self.detector.name, partial.input_px, self.detector.classes)

    def look_everywhere(self, moment: Moment, others: Sequence[Track] = ()) -> Look:
        """Let the network look at the whole picture; see `look_in`."""
        height, width = moment.picture.shape[:2]
        found = self.detector.detect(moment.picture, self._settings.input_px, MIN_SCORE)
        self._take_in(merge_families(found, self._vocabulary), moment, WHOLE_PICTURE, others)
        input_px = max(self.detector.input_size((width, height), self._settings.input_px))
        return Look(LookKind.OBJECTS, WHOLE_PICTURE, self.detector.name, input_px, self.detector.classes)

    def is_anything_moving(self, moment: Moment) -> bool:
        """Whether something that matters was not standing still when it was last seen."""
        return any(not track.is_still() and moment.heeds(track.box) for track in self.tracker.present())

    def is_in_doubt(self, moment: Moment) -> bool:
        """Whether the place of something that matters looks different, though nothing stands before it."""
        return any(moment.heeds(track.box) for track in self.tracker.unverified(moment.t_s))

    def heeded(self, moment: Moment) -> set[int]:
        """The tracks of what matters."""
        return {track.id for track in self.tracker.present() if moment.heeds(track.box)}

    def known_track(self, box: Box) -> int:
        """The track of what was last seen in this place, shares; `NO_TRACK` where nothing was."""
        nearest = max(self.tracker.present(), key=lambda track: iou(track.box, box), default=None)
        return nearest.id if nearest is not None and iou(nearest.box, box) >= _SAME_PLACE else NO_TRACK

    def _take_in(self, found: Detections, moment: Moment, region: Box, others: Sequence[Track]) -> None:
        self.tracker.detect(found, moment.picture, moment.t_s, region, others)
        self.found = found
