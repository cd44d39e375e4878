"""Turns pictures into observations: decides at each look what to examine, and says so in the observation.

A look costs what it must. A glance always; the network where something has changed or a check is due (`vigil.py`), on
no more of the picture than matters; in between the places of still objects; the background where anything stirs
(`static_turns.py`); and further networks on timetables of their own (`specialist.py`).
"""

from collections.abc import Callable, Mapping, Sequence
from dataclasses import dataclass, field
from types import MappingProxyType

import numpy as np

from pipeline.config.vocabulary import Vocabulary
from pipeline.errors import ModelError
from pipeline.geofence.boxes import Box, as_box
from pipeline.observation import NS_PER_S, WHOLE_PICTURE, Look, LookKind, MediaNs, Objects, Observation
from pipeline.perception.appearance import appearance
from pipeline.perception.detections import Detections, DetectorBusyError, ObjectDetector, Picture
from pipeline.perception.frames import FramePictures, analysis_size
from pipeline.perception.glance import Glance, Grid, steadied
from pipeline.perception.looker_memory import LookerMemory, read, written
from pipeline.perception.moment import Moment
from pipeline.perception.network_eye import EyeSettings, NetworkEye
from pipeline.perception.nms import merge_families
from pipeline.perception.reports import found_closely, lying, tracked
from pipeline.perception.shelf import Shelf
from pipeline.perception.specialist import Specialist, SpecialistEye
from pipeline.perception.specialists import Specialists
from pipeline.perception.static_object import StaticObject
from pipeline.perception.static_objects import ANALYSIS_PX, StaticObjects
from pipeline.perception.static_turns import StaticTurns
from pipeline.perception.track_ids import TrackIds
from pipeline.perception.windows import CLOSE_INPUT_PX, attention_region, close_input_px, close_window

_MASKING_SCORE = 0.2
_MASKING_S = 1.0
_CLOSE_MIN_SCORE = 0.15
IDS_LEFT_FREE = 1000
"""More than a camera can have given between its last snapshot and a crash."""
NO_CLASS: frozenset[str] = frozenset()
_NOBODY: Mapping[str, Sequence[Box]] = MappingProxyType({})


def unheard(network: str, error: ModelError) -> None:
    """Nobody is there to be told."""
    del network, error


@dataclass(frozen=True, slots=True)
class LookerSettings:
    """How to look.

    Attributes:
        confidence: Score from which a detection begins a track, in [0, 1].
        input_px: Longer side of what the network is given, px.
        every_look: Let the network look at every picture, changed or not.
        confidence_by_class: The score for classes that have one of their own.
    """

    confidence: float
    input_px: int = 640
    every_look: bool = False
    confidence_by_class: Mapping[str, float] = field(default_factory=dict)


class Looker:
    """The eyes of one camera. Remembers what its networks follow, its background, what was seen last, and when."""

    def __init__(
        self,
        detector: ObjectDetector,
        vocabulary: Vocabulary,
        settings: LookerSettings,
        ids: TrackIds | None = None,
        *,
        specialists: Sequence[Specialist] = (),
        on_failure: Callable[[str, ModelError], None] = unheard,
    ) -> None:
        """Nothing has been seen yet.

        Args:
            detector: The first network.
            vocabulary: Names of the classes.
            settings: How to look.
            ids: Gives the ids of tracks; of a camera with several views one for all. None: of its own.
            specialists: Further networks, in the order in which they answer for a class.
            on_failure: Told of every picture on which a specialist fails: it is looked at all the same.
        """
        self._vocabulary = vocabulary
        self._settings = settings
        self._specialties = tuple(specialists)
        self._on_failure = on_failure
        self._ids = TrackIds() if ids is None else ids
        self._detector = detector
        self._eye, self._specialists = self._fresh_eyes()
        self._static = StaticObjects(self._ids)
        self._turns = StaticTurns()
        self._masking = vocabulary.expand(["person", "vehicle"]) | {"train"}
        self._recent: list[tuple[float, Box]] = []
        self._origin: MediaNs | None = None
        self._before: Glance | None = None
        self._grid: Grid | None = None

    def snapshot(self) -> bytes:
        """All that must be remembered over a crash, in some 300 KB: see `LookerMemory`. Empty before the first look."""
        if self._origin is None:
            return b""
        shelf = Shelf()
        memory = LookerMemory(
            origin=self._origin,
            last_id=self._ids.last,
            eye=self._eye.remember(shelf),
            specialists=self._specialists.remember(shelf),
            static=self._static.remember(shelf),
            recent=tuple(self._recent),
        )
        return written(memory, shelf)

    def resume(self, snapshot: bytes) -> None:
        """Go on where a snapshot of the same camera left off; of another picture size it may be.

        Ids that may have been given after the snapshot are not given again.

        Raises:
            StateError: The snapshot is damaged or of another version; nothing has changed then.
        """
        if not snapshot:
            return
        memory, shelf = read(snapshot)
        self._ids.leave_free(memory.last_id + IDS_LEFT_FREE)
        eye, specialists = self._fresh_eyes()
        eye.recall(memory.eye, shelf)
        specialists.recall(memory.specialists, shelf)
        static = StaticObjects.recall(memory.static, shelf, self._ids)
        self._eye, self._specialists, self._static, self._turns = eye, specialists, static, StaticTurns()
        self._origin, self._recent, self._before = memory.origin, list(memory.recent), None

    def look(
        self,
        frame: FramePictures,
        attention: Sequence[Box] | None = None,
        wanted: Mapping[str, Sequence[Box]] = _NOBODY,
    ) -> Observation:
        """Examine one frame; frames come in order of time, and may differ in size.

        Args:
            frame: The next.
            attention: Where the rules look, shares of the picture; None or empty: everywhere. A change elsewhere waits
                for the next check of the whole picture.
            wanted: Where rules look that need a specialist, by the network's name, shares; the other specialists rest.

        Raises:
            ModelError: The first network failed on the picture.
            SourceError: The picture cannot be converted.
        """
        if self._origin is None:
            self._origin = frame.t
        # Seconds since the first look: what counts are differences, and small numbers keep them exact.
        t_s = (frame.t - self._origin) / NS_PER_S
        picture = frame.scaled(*analysis_size(frame.size))
        glance = Glance.at(picture)
        moment = Moment(frame, picture, glance, t_s, tuple(attention or ()))
        looks = [Look(LookKind.HEALTH, WHOLE_PICTURE, "glance", glance.luma.shape[1]), self._follow(moment)]
        things, was_examined = self._look_for_static(moment, was_detected=looks[1].kind is LookKind.OBJECTS)
        if was_examined:
            looks.append(Look(LookKind.STATIC, WHOLE_PICTURE, "background", min(ANALYSIS_PX, max(picture.shape[:2]))))
        looks += self._specialists.look(moment, wanted, self._eye.tracker.present())
        before, self._before = self._before or glance, glance
        self._grid = glance.grid if self._grid is None else steadied(self._grid, glance.grid)
        return Observation(
            t=frame.t,
            frame_size=frame.size,
            looks=tuple(looks),
            objects=Objects.join(
                [tracked(self._eye.tracker.told(t_s)), tracked(self._specialists.told(t_s)), lying(things)]
            ),
            brightness=self._grid,
            health=glance.health(before),
        )

    def look_closely(self, frame: FramePictures, region: Box, classes: frozenset[str] = NO_CLASS) -> Observation:
        """A second look at full resolution: what the network finds around a region of the scene that was just examined.

        Args:
            frame: The frame of the last `look`, or one of the same scene within a second, of any size.
            region: Shares of the picture.
            classes: What is looked for: the network looks that answers for it. Empty: the first one.

        Raises:
            DetectorBusyError: The network has too much to do, or is a specialist that failed: there is no second look.
            ModelError: The first network failed on the picture.
            SourceError: The picture cannot be converted.
        """
        picture = frame.full()
        height, width = picture.shape[:2]
        left, top, right, bottom = close_window(region, width, height)
        piece = np.ascontiguousarray(picture[top:bottom, left:right])
        eye = self._eye_for(classes)
        input_px = close_input_px(right - left, bottom - top) if eye is self._eye else CLOSE_INPUT_PX
        found = merge_families(self._detect_closely(eye, piece, input_px), self._vocabulary).shifted(left, top)
        xyxy = found.shares(picture)
        boxes = [as_box(row) for row in xyxy]
        window = (left / width, top / height, right / width, bottom / height)
        glance = self._before or Glance.at(picture)
        ids, looks_like = [eye.known_track(box) for box in boxes], [appearance(picture, box) for box in boxes]
        return Observation(
            t=frame.t,
            frame_size=frame.size,
            looks=(Look(LookKind.CLOSE, window, eye.detector.name, input_px, eye.detector.classes),),
            objects=found_closely(found, xyxy, ids, looks_like),
            brightness=glance.grid if self._grid is None else self._grid,
            health=glance.health(glance),
        )

    def _fresh_eyes(self) -> tuple[NetworkEye, Specialists]:
        settings = self._settings
        eye_settings = EyeSettings(settings.confidence, settings.confidence_by_class, settings.input_px)
        eyes = [
            SpecialistEye(one, self._vocabulary, self._ids, on_failure=self._on_failure, every_time=settings.every_look)
            for one in self._specialties
        ]
        return NetworkEye(self._detector, self._vocabulary, eye_settings, self._ids), Specialists(eyes)

    def _follow(self, moment: Moment) -> Look:
        """Follow the objects: by the network where it must look, else by their places."""
        eye = self._eye
        is_check = self._settings.every_look or eye.vigil.is_check_due(moment.t_s)
        is_awake = eye.vigil.has_changed(moment.glance, moment.attention) or eye.is_anything_moving(moment)
        look = self._ask(moment, is_check=is_check, is_awake=is_awake) if is_check or is_awake else None
        if look is not None:
            return look
        eye.tracker.verify(moment.picture, moment.t_s)
        if eye.is_in_doubt(moment) and not (is_check or is_awake) and eye.vigil.may_recheck(moment.t_s):
            look = self._ask(moment, is_check=False, is_awake=True)
        return look or Look(LookKind.PLACES, WHOLE_PICTURE, "correlation", max(moment.picture.shape[:2]))

    def _ask(self, moment: Moment, *, is_check: bool, is_awake: bool) -> Look | None:
        """Let the network look; None where it has no time."""
        region = None
        if moment.attention and not is_check:
            region = attention_region(moment.attention, moment.frame.size, self._settings.input_px)
        try:
            look = None if region is None else self._eye.look_in(moment, region)
            if look is not None:
                self._eye.vigil.looked_at(look.region, moment.glance, moment.t_s)
            else:
                look = self._look_everywhere(moment, is_awake=is_awake)
        except DetectorBusyError:
            return None
        self._note_masking(moment)
        return look

    def _look_everywhere(self, moment: Moment, *, is_awake: bool) -> Look:
        eye = self._eye
        before = eye.heeded(moment)
        look = eye.look_everywhere(moment)
        is_news = is_awake or before != eye.heeded(moment) or eye.is_anything_moving(moment)
        eye.vigil.looked_whole(moment.glance, moment.t_s, is_news=is_news)
        return look

    def _note_masking(self, moment: Moment) -> None:
        """Remember where people and vehicles are: what differs from the background there is them."""
        found = self._eye.found
        masking = found[np.isin(found.class_name, sorted(self._masking)) & (found.score >= _MASKING_SCORE)]
        self._recent += [(moment.t_s, as_box(row)) for row in masking.shares(moment.picture)]

    def _eye_for(self, classes: frozenset[str]) -> NetworkEye:
        """The eye of the network that answers for one of these classes."""
        return self._eye if classes & self._detector.classes else self._specialists.knowing(classes) or self._eye

    def _detect_closely(self, eye: NetworkEye, piece: Picture, input_px: int) -> Detections:
        try:
            return eye.detector.detect(piece, input_px, _CLOSE_MIN_SCORE)
        except ModelError as error:
            if eye is self._eye:
                raise
            self._on_failure(eye.detector.name, error)
            raise DetectorBusyError(str(error)) from error

    def _look_for_static(self, moment: Moment, *, was_detected: bool) -> tuple[list[StaticObject], bool]:
        """The static objects, and whether they were looked for."""
        is_due = self._turns.is_due(moment.glance, moment.t_s)
        if not (is_due or was_detected or self._recent or self._settings.every_look):
            return self._static.rest(moment.t_s), False
        tracks = [track for track in self._eye.tracker.present() if track.class_name in self._masking]
        self._recent = [(seen_s, box) for seen_s, box in self._recent if moment.t_s - seen_s <= _MASKING_S]
        blocked = [track.box for track in tracks] + [box for _, box in self._recent]
        self._static.explain([track.box for track in tracks if track.is_still()])
        objects = self._static.look(moment.picture, moment.t_s, blocked)
        self._turns.looked(moment.glance, moment.t_s, is_open=self._static.is_open)
        return objects or [], objects is not None
