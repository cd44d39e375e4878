"""Turns pictures into observations: decides at each look what to examine, and says so in the observation.

A look costs what it must: a glance always; the network when the picture has changed since it last looked or a check is
due, and in between the places of still objects; the background model at every look.
"""

from collections.abc import Sequence
from dataclasses import dataclass
from typing import Protocol

import numpy as np

from pipeline.config.vocabulary import Vocabulary
from pipeline.geofence.boxes import Box, as_box, iou
from pipeline.observation import (
    NS_PER_S,
    STATIC_OBJECT,
    WHOLE_PICTURE,
    Look,
    LookKind,
    MediaNs,
    Objects,
    Observation,
    Sight,
)
from pipeline.perception.appearance import APPEARANCE_LENGTH, appearance
from pipeline.perception.detections import Detections, ObjectDetector, Picture
from pipeline.perception.glance import Glance
from pipeline.perception.looker_memory import LookerMemory, read, written
from pipeline.perception.nms import merge_families
from pipeline.perception.shelf import Shelf
from pipeline.perception.static_objects import ANALYSIS_PX, StaticObject, StaticObjects
from pipeline.perception.track import Track
from pipeline.perception.track_ids import TrackIds
from pipeline.perception.tracker import MIN_SCORE, Tracker

ANALYSIS_WIDTH_PX = 640
"""Longer side of the picture that is analysed; a smaller one is not enlarged."""
CHECK_EVERY_S = 4.0
"""The network looks at least this often, changed or not."""
_CHANGED_SHARE = 0.0008
_MASKING_SCORE = 0.2
_MASKING_S = 1.0
_CLOSE_MIN_PX = 320
_CLOSE_MARGIN = 0.5
_CLOSE_MIN_SCORE = 0.15
IDS_LEFT_FREE = 1000
"""More than a camera can have given between its last snapshot and a crash."""
NO_TRACK = 0
"""Track of an object in a close look that is none of those followed."""


class FramePictures(Protocol):
    """A decoded frame, as much of it as perception needs."""

    @property
    def t(self) -> MediaNs:
        """When it was captured."""
        ...

    @property
    def size(self) -> tuple[int, int]:
        """Width and height, px."""
        ...

    def scaled(self, width: int, height: int) -> Picture:
        """The picture at this size, BGR."""
        ...

    def full(self) -> Picture:
        """The picture as it was recorded, BGR."""
        ...


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
    """The eyes of one camera. Remembers its tracks, its background, and the glance at which the network last looked."""

    def __init__(self, detector: ObjectDetector, vocabulary: Vocabulary, settings: LookerSettings) -> None:
        self._ids = TrackIds()
        self._detector = detector
        self._vocabulary = vocabulary
        self._settings = settings
        self._tracker = Tracker(vocabulary, settings.confidence, self._ids)
        self._static = StaticObjects(self._ids)
        self._masking = vocabulary.expand(["person", "vehicle"]) | {"train"}
        self._recent: list[tuple[float, Box]] = []
        self._origin: MediaNs | None = None
        self._before: Glance | None = None
        self._detected: tuple[float, Glance] | None = None

    def snapshot(self) -> bytes:
        """All that must be remembered over a crash, in some 300 KB: see `LookerMemory`. Empty before the first look."""
        if self._origin is None:
            return b""
        shelf = Shelf()
        detected = () if self._detected is None else (self._detected,)
        memory = LookerMemory(
            origin=self._origin,
            last_id=self._ids.last,
            tracks=self._tracker.remember(shelf),
            static=self._static.remember(shelf),
            recent=tuple(self._recent),
            detected=tuple((t_s, shelf.put_picture(then.luma)) for t_s, then in detected),
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
        ids = TrackIds(memory.last_id + IDS_LEFT_FREE)
        tracker = Tracker(self._vocabulary, self._settings.confidence, ids)
        tracker.recall(memory.tracks, shelf)
        static = StaticObjects.recall(memory.static, shelf, ids)
        detected = next(((t_s, Glance.of(shelf.picture(luma))) for t_s, luma in memory.detected), None)
        self._ids, self._tracker, self._static, self._detected = ids, tracker, static, detected
        self._origin, self._recent = memory.origin, list(memory.recent)

    def look(self, frame: FramePictures, attention: Sequence[Box] | None = None) -> Observation:
        """Examine one frame; frames come in order of time.

        Args:
            frame: The next.
            attention: Where the rules look, shares of the picture; None or empty: everywhere.
        """
        del attention
        if self._origin is None:
            self._origin = frame.t
        # Seconds since the first look: what counts are differences, and small numbers keep them exact.
        t_s = (frame.t - self._origin) / NS_PER_S
        picture = frame.scaled(*analysis_size(frame.size))
        glance = Glance.at(picture)
        looks = [Look(LookKind.HEALTH, WHOLE_PICTURE, "glance", glance.luma.shape[1])]
        if self._is_due(glance, t_s):
            looks.append(self._detect(picture, t_s))
            self._detected = (t_s, glance)
        else:
            self._tracker.verify(picture, t_s)
            looks.append(Look(LookKind.PLACES, WHOLE_PICTURE, "correlation", max(picture.shape[:2])))
        tracks = self._tracker.present()
        lying = self._look_for_static(picture, t_s, tracks)
        if lying is not None:
            looks.append(Look(LookKind.STATIC, WHOLE_PICTURE, "background", min(ANALYSIS_PX, max(picture.shape[:2]))))
        before, self._before = self._before or glance, glance
        return Observation(
            t=frame.t,
            frame_size=frame.size,
            looks=tuple(looks),
            objects=Objects.join([_tracked(tracks), _lying(lying or [], picture)]),
            brightness=glance.grid,
            health=glance.health(before),
        )

    def look_closely(self, frame: FramePictures, region: Box) -> Observation:
        """A second look at full resolution: what the network finds around a region of the frame that was just examined.

        Args:
            frame: The frame of the last `look`.
            region: Shares of the picture.
        """
        picture = frame.full()
        height, width = picture.shape[:2]
        left, top, right, bottom = close_window(region, width, height)
        piece = np.ascontiguousarray(picture[top:bottom, left:right])
        found = self._detector.detect(piece, _close_input_px(piece), _CLOSE_MIN_SCORE)
        found = merge_families(found, self._vocabulary).shifted(left, top)
        window = (left / width, top / height, right / width, bottom / height)
        glance = self._before or Glance.at(picture)
        return Observation(
            t=frame.t,
            frame_size=frame.size,
            looks=(Look(LookKind.CLOSE, window, self._detector.name, _close_input_px(piece)),),
            objects=self._close_objects(found, picture),
            brightness=glance.grid,
            health=glance.health(glance),
        )

    def _is_due(self, glance: Glance, t_s: float) -> bool:
        if self._detected is None or self._settings.every_look:
            return True
        detected_s, then = self._detected
        if t_s - detected_s >= CHECK_EVERY_S or glance.change_since(then) > _CHANGED_SHARE:
            return True
        return any(not track.is_still() for track in self._tracker.present())

    def _detect(self, picture: Picture, t_s: float) -> Look:
        found = self._detector.detect(picture, self._settings.input_px, MIN_SCORE)
        found = merge_families(found, self._vocabulary)
        self._tracker.detect(found, picture, t_s)
        height, width = picture.shape[:2]
        masking = found[np.isin(found.class_name, sorted(self._masking)) & (found.score >= _MASKING_SCORE)]
        self._recent += [(t_s, as_box(row)) for row in masking.shares(picture)]
        width_in, height_in = self._detector.input_size((width, height), self._settings.input_px)
        return Look(LookKind.OBJECTS, WHOLE_PICTURE, self._detector.name, max(width_in, height_in))

    def _look_for_static(self, picture: Picture, t_s: float, tracks: Sequence[Track]) -> list[StaticObject] | None:
        people_and_vehicles = [track for track in tracks if track.class_name in self._masking]
        self._recent = [(seen_s, box) for seen_s, box in self._recent if t_s - seen_s <= _MASKING_S]
        blocked = [track.box for track in people_and_vehicles] + [box for _, box in self._recent]
        self._static.explain([track.box for track in people_and_vehicles if track.is_still()])
        return self._static.look(picture, t_s, blocked)

    def _close_objects(self, found: Detections, picture: Picture) -> Objects:
        xyxy = found.shares(picture)
        boxes = [as_box(row) for row in xyxy]
        looks_like = [appearance(picture, box) for box in boxes]
        return Objects(
            xyxy=xyxy,
            class_name=found.class_name,
            score=found.score,
            track=np.array([self._known_track(box) for box in boxes], np.int64),
            sight=np.full(len(found), Sight.DETECTED, np.uint8),
            appearance=np.array(looks_like, np.float32).reshape(-1, APPEARANCE_LENGTH),
        )

    def _known_track(self, box: Box) -> int:
        nearest = max(self._tracker.present(), key=lambda track: iou(track.box, box), default=None)
        return nearest.id if nearest is not None and iou(nearest.box, box) >= 0.4 else NO_TRACK


def analysis_size(frame_size: tuple[int, int]) -> tuple[int, int]:
    """Width and height, px, at which a frame of this size is analysed."""
    width, height = frame_size
    scale = min(1.0, ANALYSIS_WIDTH_PX / max(width, height))
    return max(2, round(width * scale)), max(2, round(height * scale))


def close_window(region: Box, width: int, height: int) -> tuple[int, int, int, int]:
    """left, top, right, bottom, px, of what to look at: the region and half its size around it, at least 320 px."""
    x1, y1, x2, y2 = region[0] * width, region[1] * height, region[2] * width, region[3] * height
    left, right = _widened(x1, x2, width)
    top, bottom = _widened(y1, y2, height)
    return left, top, right, bottom


def _widened(low: float, high: float, size: int) -> tuple[int, int]:
    length = min(size, max(round((high - low) * (1 + 2 * _CLOSE_MARGIN)), _CLOSE_MIN_PX))
    first = min(max(0, round((low + high - length) / 2)), size - length)
    return first, first + length


def _close_input_px(piece: Picture) -> int:
    return 320 if max(piece.shape[:2]) <= _CLOSE_MIN_PX else 640


def _tracked(tracks: Sequence[Track]) -> Objects:
    return Objects(
        xyxy=np.array([track.box for track in tracks], np.float32).reshape(-1, 4),
        class_name=np.array([track.class_name for track in tracks], np.str_),
        score=np.array([track.evidence for track in tracks], np.float32),
        track=np.array([track.id for track in tracks], np.int64),
        sight=np.array([track.sight for track in tracks], np.uint8),
        appearance=np.array([track.looks_like for track in tracks], np.float32).reshape(-1, APPEARANCE_LENGTH),
    )


def _lying(objects: Sequence[StaticObject], picture: Picture) -> Objects:
    return Objects(
        xyxy=np.array([one.box for one in objects], np.float32).reshape(-1, 4),
        class_name=np.full(len(objects), STATIC_OBJECT),
        score=np.array([one.score for one in objects], np.float32),
        track=np.array([one.track for one in objects], np.int64),
        sight=np.array([one.sight for one in objects], np.uint8),
        appearance=np.array([appearance(picture, one.box) for one in objects], np.float32).reshape(
            -1, APPEARANCE_LENGTH
        ),
    )
