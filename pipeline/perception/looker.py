"""Turns pictures into observations: decides at each look what to examine, and says so in the observation.

A look costs what it must. A glance always; the network where something has changed or a check is due (`vigil.py`), on
no more of the picture than matters; in between the places of still objects; and the background where anything stirs
(`static_turns.py`).
"""

from collections.abc import Sequence
from dataclasses import dataclass

import numpy as np

from pipeline.config.vocabulary import Vocabulary
from pipeline.geofence.boxes import Box, as_box, covered, iou, shared_area
from pipeline.observation import NS_PER_S, WHOLE_PICTURE, Look, LookKind, MediaNs, Objects, Observation
from pipeline.perception.appearance import appearance
from pipeline.perception.detections import Detections, DetectorBusyError, ObjectDetector, Picture
from pipeline.perception.frames import FramePictures, analysis_size
from pipeline.perception.glance import Glance
from pipeline.perception.looker_memory import LookerMemory, read, written
from pipeline.perception.nms import merge_families
from pipeline.perception.partial_look import look_partially
from pipeline.perception.reports import found_closely, lying, tracked
from pipeline.perception.shelf import Shelf
from pipeline.perception.static_objects import ANALYSIS_PX, StaticObject, StaticObjects
from pipeline.perception.static_turns import StaticTurns
from pipeline.perception.track_ids import TrackIds
from pipeline.perception.tracker import MIN_SCORE, Tracker
from pipeline.perception.vigil import Vigil
from pipeline.perception.windows import Region, attention_region, close_input_px, close_window

_MASKING_SCORE = 0.2
_MASKING_S = 1.0
_CLOSE_MIN_SCORE = 0.15
_PART = 0.6
"""Share of a box cut off at a border that must lie in an object to be a part of it."""
IDS_LEFT_FREE = 1000
"""More than a camera can have given between its last snapshot and a crash."""
NO_TRACK = 0
"""Track of an object in a close look that is none of those followed."""


@dataclass(frozen=True, slots=True)
class LookerSettings:
    """How to look.

    Attributes:
        confidence: Score from which a detection begins a track, in [0, 1].
        input_px: Longer side of what the network is given, px.
        every_look: Let the network look at every picture, changed or not.
    """

    confidence: float
    input_px: int = 640
    every_look: bool = False


class Looker:
    """The eyes of one camera. Remembers its tracks, its background, what the network saw last, and when."""

    def __init__(
        self,
        detector: ObjectDetector,
        vocabulary: Vocabulary,
        settings: LookerSettings,
        ids: TrackIds | None = None,
    ) -> None:
        """Nothing has been seen yet.

        Args:
            detector: The network.
            vocabulary: Names of the classes.
            settings: How to look.
            ids: Gives the ids of tracks; of a camera with several views one for all. None: of its own.
        """
        self._detector = detector
        self._vocabulary = vocabulary
        self._settings = settings
        self._ids = TrackIds() if ids is None else ids
        self._tracker = Tracker(vocabulary, settings.confidence, self._ids)
        self._static = StaticObjects(self._ids)
        self._turns = StaticTurns()
        self._vigil = Vigil()
        self._masking = vocabulary.expand(["person", "vehicle"]) | {"train"}
        self._recent: list[tuple[float, Box]] = []
        self._origin: MediaNs | None = None
        self._before: Glance | None = None

    def snapshot(self) -> bytes:
        """All that must be remembered over a crash, in some 300 KB: see `LookerMemory`. Empty before the first look."""
        if self._origin is None:
            return b""
        shelf = Shelf()
        memory = LookerMemory(
            origin=self._origin,
            last_id=self._ids.last,
            tracks=self._tracker.remember(shelf),
            static=self._static.remember(shelf),
            recent=tuple(self._recent),
            vigil=self._vigil.remember(shelf),
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
        ids = self._ids
        ids.leave_free(memory.last_id + IDS_LEFT_FREE)
        tracker = Tracker(self._vocabulary, self._settings.confidence, ids)
        tracker.recall(memory.tracks, shelf)
        static = StaticObjects.recall(memory.static, shelf, ids)
        self._vigil = Vigil.recall(memory.vigil, shelf)
        self._tracker, self._static, self._turns = tracker, static, StaticTurns()
        self._origin, self._recent, self._before = memory.origin, list(memory.recent), None

    def look(self, frame: FramePictures, attention: Sequence[Box] | None = None) -> Observation:
        """Examine one frame; frames come in order of time, and may differ in size.

        Args:
            frame: The next.
            attention: Where the rules look, shares of the picture; None or empty: everywhere. A change elsewhere waits
                for the next check of the whole picture.

        Raises:
            ModelError: The network failed on the picture.
            SourceError: The picture cannot be converted.
        """
        if self._origin is None:
            self._origin = frame.t
        # Seconds since the first look: what counts are differences, and small numbers keep them exact.
        t_s = (frame.t - self._origin) / NS_PER_S
        picture = frame.scaled(*analysis_size(frame.size))
        glance = Glance.at(picture)
        moment = _Moment(frame, picture, glance, t_s, tuple(attention or ()))
        looks = [Look(LookKind.HEALTH, WHOLE_PICTURE, "glance", glance.luma.shape[1]), self._follow(moment)]
        things, was_examined = self._look_for_static(moment, was_detected=looks[1].kind is LookKind.OBJECTS)
        if was_examined:
            looks.append(Look(LookKind.STATIC, WHOLE_PICTURE, "background", min(ANALYSIS_PX, max(picture.shape[:2]))))
        before, self._before = self._before or glance, glance
        return Observation(
            t=frame.t,
            frame_size=frame.size,
            looks=tuple(looks),
            objects=Objects.join([tracked(self._tracker.told(t_s)), lying(things)]),
            brightness=glance.grid,
            health=glance.health(before),
        )

    def look_closely(self, frame: FramePictures, region: Box) -> Observation:
        """A second look at full resolution: what the network finds around a region of the scene that was just examined.

        Args:
            frame: The frame of the last `look`, or one of the same scene within a second, of any size.
            region: Shares of the picture.

        Raises:
            DetectorBusyError: The network has too much to do: there is no second look.
            ModelError: The network failed on the picture.
            SourceError: The picture cannot be converted.
        """
        picture = frame.full()
        height, width = picture.shape[:2]
        left, top, right, bottom = close_window(region, width, height)
        piece = np.ascontiguousarray(picture[top:bottom, left:right])
        input_px = close_input_px(right - left, bottom - top)
        found = self._detector.detect(piece, input_px, _CLOSE_MIN_SCORE)
        found = merge_families(found, self._vocabulary).shifted(left, top)
        xyxy = found.shares(picture)
        boxes = [as_box(row) for row in xyxy]
        window = (left / width, top / height, right / width, bottom / height)
        glance = self._before or Glance.at(picture)
        ids, looks_like = [self._known_track(box) for box in boxes], [appearance(picture, box) for box in boxes]
        return Observation(
            t=frame.t,
            frame_size=frame.size,
            looks=(Look(LookKind.CLOSE, window, self._detector.name, input_px),),
            objects=found_closely(found, xyxy, ids, looks_like),
            brightness=glance.grid,
            health=glance.health(glance),
        )

    def _follow(self, moment: "_Moment") -> Look:
        """Follow the objects: by the network where it must look, else by their places."""
        is_check = self._settings.every_look or self._vigil.is_check_due(moment.t_s)
        is_awake = self._vigil.has_changed(moment.glance, moment.attention) or self._is_anything_moving(moment)
        look = self._ask(moment, is_check=is_check, is_awake=is_awake) if is_check or is_awake else None
        if look is not None:
            return look
        self._tracker.verify(moment.picture, moment.t_s)
        is_doubtful = any(moment.heeds(track.box) for track in self._tracker.unverified(moment.t_s))
        if is_doubtful and not (is_check or is_awake) and self._vigil.may_recheck(moment.t_s):
            look = self._ask(moment, is_check=False, is_awake=True)
        return look or Look(LookKind.PLACES, WHOLE_PICTURE, "correlation", max(moment.picture.shape[:2]))

    def _is_anything_moving(self, moment: "_Moment") -> bool:
        return any(not track.is_still() and moment.heeds(track.box) for track in self._tracker.present())

    def _ask(self, moment: "_Moment", *, is_check: bool, is_awake: bool) -> Look | None:
        """Let the network look; None where it has no time."""
        region = None
        if moment.attention and not is_check:
            region = attention_region(moment.attention, moment.frame.size, self._settings.input_px)
        try:
            look = None if region is None else self._detect_in(moment, region)
            return look or self._detect_everywhere(moment, is_awake=is_awake)
        except DetectorBusyError:
            return None

    def _detect_in(self, moment: "_Moment", region: Region) -> Look | None:
        """Let the network look at a region; None where something may reach over its border: the whole must be seen."""
        if self._tracker.is_crossed_by(region.box, moment.picture, moment.t_s):
            return None
        partial = look_partially(
            moment.frame.scaled(*region.frame_size),
            region,
            self._detector,
            self._vocabulary,
            min_score=MIN_SCORE,
            confidence=self._settings.confidence,
            analysed=(moment.picture.shape[1], moment.picture.shape[0]),
        )
        known = [track.box for track in self._tracker.present()]
        if any(all(covered(box, one) < _PART for one in known) for box in partial.cut):
            return None
        self._take_in(partial.whole, moment, region.box)
        self._vigil.looked_at(region.box, moment.glance, moment.t_s)
        return Look(LookKind.OBJECTS, region.box, self._detector.name, partial.input_px)

    def _detect_everywhere(self, moment: "_Moment", *, is_awake: bool) -> Look:
        height, width = moment.picture.shape[:2]
        found = self._detector.detect(moment.picture, self._settings.input_px, MIN_SCORE)
        before = self._heeded(moment)
        self._take_in(merge_families(found, self._vocabulary), moment, WHOLE_PICTURE)
        is_news = is_awake or before != self._heeded(moment) or self._is_anything_moving(moment)
        self._vigil.looked_whole(moment.glance, moment.t_s, is_news=is_news)
        width_in, height_in = self._detector.input_size((width, height), self._settings.input_px)
        return Look(LookKind.OBJECTS, WHOLE_PICTURE, self._detector.name, max(width_in, height_in))

    def _heeded(self, moment: "_Moment") -> set[int]:
        return {track.id for track in self._tracker.present() if moment.heeds(track.box)}

    def _take_in(self, found: Detections, moment: "_Moment", region: Box) -> None:
        self._tracker.detect(found, moment.picture, moment.t_s, region)
        masking = found[np.isin(found.class_name, sorted(self._masking)) & (found.score >= _MASKING_SCORE)]
        self._recent += [(moment.t_s, as_box(row)) for row in masking.shares(moment.picture)]

    def _look_for_static(self, moment: "_Moment", *, was_detected: bool) -> tuple[list[StaticObject], bool]:
        """The static objects, and whether they were looked for."""
        is_due = self._turns.is_due(moment.glance, moment.t_s)
        if not (is_due or was_detected or self._recent or self._settings.every_look):
            return self._static.rest(moment.t_s), False
        tracks = [track for track in self._tracker.present() if track.class_name in self._masking]
        self._recent = [(seen_s, box) for seen_s, box in self._recent if moment.t_s - seen_s <= _MASKING_S]
        blocked = [track.box for track in tracks] + [box for _, box in self._recent]
        self._static.explain([track.box for track in tracks if track.is_still()])
        objects = self._static.look(moment.picture, moment.t_s, blocked)
        self._turns.looked(moment.glance, moment.t_s, is_open=self._static.is_open)
        return objects or [], objects is not None

    def _known_track(self, box: Box) -> int:
        nearest = max(self._tracker.present(), key=lambda track: iou(track.box, box), default=None)
        return nearest.id if nearest is not None and iou(nearest.box, box) >= 0.4 else NO_TRACK


@dataclass(frozen=True, slots=True)
class _Moment:
    """One picture and all that is known of it beforehand."""

    frame: FramePictures
    picture: Picture
    glance: Glance
    t_s: float
    attention: tuple[Box, ...]

    def heeds(self, box: Box) -> bool:
        """Whether what is in a box matters."""
        return not self.attention or any(shared_area(box, one) > 0 for one in self.attention)
