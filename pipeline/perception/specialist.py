"""A further network of a camera, on a timetable of its own: it looks where and when its kind of thing may be."""

from collections.abc import Callable, Sequence
from dataclasses import dataclass

from pipeline.config.vocabulary import Vocabulary
from pipeline.errors import ModelError
from pipeline.observation import Look
from pipeline.perception.detections import DetectorBusyError, ObjectDetector
from pipeline.perception.looker_memory import SpecialistMemory
from pipeline.perception.moment import Moment
from pipeline.perception.network_eye import EyeSettings, NetworkEye
from pipeline.perception.shelf import OpenShelf, Shelf
from pipeline.perception.track import Track
from pipeline.perception.track_ids import TrackIds
from pipeline.perception.vigil import RECHECK_S
from pipeline.perception.windows import attention_region

RESTLESS_S = 2.0
"""What was found once, or does not keep its place, is looked at again so soon: until then nothing confirms it."""
_BUSY_S = 1.0


@dataclass(frozen=True, slots=True)
class Specialist:
    """A further network and how it is used.

    Attributes:
        detector: The network; its `classes` are those that it answers for.
        settings: How it looks.
        every_s: Between two looks while something changes, s, above 0.
    """

    detector: ObjectDetector
    settings: EyeSettings
    every_s: float


class SpecialistEye:
    """One specialist's eye on one camera. Remembers whom it follows, when it looked last and when it may look next.

    A look is due after `every_s` if anything has changed there since the last one, or a check is due (see `Vigil`);
    sooner while something that it found is new, moves, or looks different at its place. In between what lies still is
    confirmed by its place.
    """

    def __init__(
        self,
        specialist: Specialist,
        vocabulary: Vocabulary,
        new_track: TrackIds,
        *,
        on_failure: Callable[[str, ModelError], None],
        every_time: bool = False,
    ) -> None:
        """Nothing has been seen yet.

        Args:
            specialist: The network.
            vocabulary: Tells which classes are one family.
            new_track: Gives ids; one for all networks of a camera.
            on_failure: Told of every picture on which the network fails.
            every_time: Look after `every_s`, changed or not.
        """
        self.eye = NetworkEye(specialist.detector, vocabulary, specialist.settings, new_track)
        self._input_px = specialist.settings.input_px
        self._every_s = specialist.every_s
        self._on_failure = on_failure
        self._every_time = every_time
        self._looked_s: float | None = None
        self._not_before_s = 0.0
        self._is_in_doubt = False

    @property
    def name(self) -> str:
        """The network's."""
        return self.eye.detector.name

    def remember(self, shelf: Shelf) -> SpecialistMemory:
        """All but its failures and doubts."""
        looked_s = () if self._looked_s is None else (self._looked_s,)
        return SpecialistMemory(self.name, self.eye.remember(shelf), looked_s)

    def recall(self, memory: SpecialistMemory, shelf: OpenShelf) -> None:
        """Go on where it was.

        Raises:
            StateError: The shelf is damaged.
        """
        self.eye.recall(memory.eye, shelf)
        self._looked_s = next(iter(memory.looked_s), None)

    def overdue(self, moment: Moment) -> float:
        """For how long a look has been due, in intervals; negative: none is due."""
        if moment.t_s < self._not_before_s:
            return -1.0
        if self._looked_s is None:
            return 1.0
        since_s = moment.t_s - self._looked_s
        wait_s = self._wait_s(moment, since_s)
        return since_s / wait_s - 1 if since_s >= wait_s else -1.0

    def look(self, moment: Moment, others: Sequence[Track]) -> Look | None:
        """Let the network look; None where it has no time, or fails.

        Args:
            moment: The picture; its attention is where the rules look that need this network.
            others: What other networks follow, which may stand before what this one does.
        """
        before = self.eye.heeded(moment)
        try:
            look = self._ask(moment, others)
        except DetectorBusyError:
            self._not_before_s = moment.t_s + min(self._every_s, _BUSY_S)
            return None
        except ModelError as error:
            self._on_failure(self.name, error)
            self._not_before_s = moment.t_s + self._every_s
            return None
        self._looked_s, self._is_in_doubt = moment.t_s, False
        is_news = before != self.eye.heeded(moment) or self.eye.is_anything_moving(moment)
        # All that matters to it was seen, whether that is the whole picture or a piece.
        self.eye.vigil.looked_whole(moment.glance, moment.t_s, is_news=is_news)
        return look

    def rest(self, moment: Moment, others: Sequence[Track]) -> None:
        """It does not look: the places of what it found tell; where they do not, a look is due sooner."""
        self.eye.tracker.verify(moment.picture, moment.t_s, others)
        self._is_in_doubt = self.eye.is_in_doubt(moment)

    def _ask(self, moment: Moment, others: Sequence[Track]) -> Look:
        region = None
        if moment.attention:
            # What it looks for is small and was learned from near by: a piece is worth as much as the whole picture.
            inputs_px = (self._input_px,)
            region = attention_region(moment.attention, moment.frame.size, self._input_px, inputs_px)
        look = None if region is None else self.eye.look_in(moment, region, others)
        return look or self.eye.look_everywhere(moment, others)

    def _wait_s(self, moment: Moment, since_s: float) -> float:
        """After how long the next look is due, as things are."""
        if self.eye.is_anything_moving(moment):
            return min(self._every_s, RESTLESS_S)
        if self._is_in_doubt:
            return min(self._every_s, RECHECK_S)
        vigil = self.eye.vigil
        if self._every_time or since_s < self._every_s or vigil.is_check_due(moment.t_s):
            return self._every_s
        return self._every_s if vigil.has_changed(moment.glance, moment.attention) else float("inf")
