"""Things without a class: what was not there and now lies still, for as long as it lies there.

For every object the piece of background that it replaced is kept, with its surroundings, and nothing is learned
beneath it. So an object is reported until the scene beneath it is back, however long that takes, and through changes
of light: the surroundings tell how the light has changed since, and the object's place is held against both the kept
background and its own look under that light.
"""

from typing import Self

import cv2
import numpy as np

from pipeline.geofence.boxes import Box, iou
from pipeline.observation import Sight
from pipeline.perception.appearance import appearance
from pipeline.perception.background import Background, Change, analysis_picture
from pipeline.perception.blobs import Blob, BlobKind, find_blobs
from pipeline.perception.detections import Picture
from pipeline.perception.looker_memory import StaticMemory, Verdict
from pipeline.perception.pieces import cut_piece, extend_piece
from pipeline.perception.planes import Mask, box_mask, opened, square
from pipeline.perception.removals import Removals
from pipeline.perception.shelf import OpenShelf, Shelf
from pipeline.perception.static_object import StaticObject
from pipeline.perception.track_ids import TrackIds

ANALYSIS_PX = 480
MAX_UNREST = 0.30
"""Above this share of changed picture (adverts, lightning, a moved camera) no background can be trusted."""
UNREST_HOLD_S = 3.0
MIN_BLOB_SHARE = 0.0004
SEEN_TAU_S = 3.0
MIN_SEEN = 0.5
RESTLESS_FLIPS = 3
"""What looks like itself, then not, then again, and for more than half of the time like neither, is leaves in wind."""
LOST_AFTER_S = 8.0
"""What has looked like neither itself nor its background for so long is given up: the place has changed."""
DISTRUST_S = 30.0
MAX_OBJECTS = 64
"""Bounds memory; a scene with more is not one of things left behind."""
_EXPLAINED_IOU = 0.45
_SPECK = square(3)
_UNCLEAR = (Verdict.NEITHER, Verdict.BACKGROUND)


class StaticObjects:
    """Remembers the background, the objects that lie on it and the places that have proved restless."""

    def __init__(self, new_track: TrackIds) -> None:
        self._new_track = new_track
        self._background: Background | None = None
        self._objects: list[StaticObject] = []
        self._removals = Removals(new_track)
        self._restless_until_s = 0.0
        self._distrusted: list[tuple[float, Mask]] = []
        self._t_s = 0.0
        self._is_open = False

    def remember(self, shelf: Shelf) -> StaticMemory:
        """Everything."""
        return StaticMemory(
            t_s=self._t_s,
            restless_until_s=self._restless_until_s,
            background=() if self._background is None else (self._background.remember(shelf),),
            objects=tuple(one.remember(shelf) for one in self._objects),
            removed=self._removals.remember(shelf),
            distrusted=tuple((until_s, shelf.put_mask(mask)) for until_s, mask in self._distrusted),
        )

    @classmethod
    def recall(cls, memory: StaticMemory, shelf: OpenShelf, new_track: TrackIds) -> Self:
        """What was remembered.

        Raises:
            StateError: The shelf is damaged.
        """
        static = cls(new_track)
        static._t_s, static._restless_until_s = memory.t_s, memory.restless_until_s
        static._background = next((Background.recall(one, shelf) for one in memory.background), None)
        static._objects = [StaticObject.recall(one, shelf) for one in memory.objects]
        static._removals = Removals.recall(memory.removed, shelf, new_track)
        static._distrusted = [(until_s, shelf.mask(mask)) for until_s, mask in memory.distrusted]
        return static

    def look(self, picture: Picture, t_s: float, blocked: list[Box]) -> list[StaticObject] | None:
        """Hold one picture against what is remembered.

        Args:
            picture: Shape (H, W, 3), uint8, BGR.
            t_s: Its time, s.
            blocked: Where people and vehicles are.

        Returns:
            The objects that lie there now and the places of those taken away, or None where the picture is too
            restless to tell.
        """
        small = analysis_picture(picture, ANALYSIS_PX)
        covered = box_mask(small.shape[1], small.shape[0], blocked)
        background = self._background_for(small, t_s, covered)
        elapsed_s, self._t_s = t_s - self._t_s, t_s
        change = background.look(small, t_s, covered, self._kept(covered))
        if change.unrest > MAX_UNREST:
            self._restless_until_s = t_s + UNREST_HOLD_S
        if t_s < self._restless_until_s:
            # Whatever keeps still in a restless picture is the scene: learn it, so that calm can return.
            background.absorb(change.traces, at_once=True)
            self._is_open = True
            return None
        self._verify(change, covered, elapsed_s, background)
        self._removals.verify(change, covered, background, t_s)
        is_undecided = self._take_in(change, background)
        self._is_open = is_undecided or any(one.verdict in _UNCLEAR for one in self._objects)
        there = [*self._objects, *self._removals.places]
        for one in there:
            one.looks_like = appearance(picture, one.box)
        return there

    def rest(self, t_s: float) -> list[StaticObject]:
        """Nothing stirs, so that nothing was examined: what was seen is there still.

        Args:
            t_s: Now, s.
        """
        self._t_s = t_s
        there = [*self._objects, *self._removals.places]
        for one in there:
            one.sight = Sight.VERIFIED if one.sight is Sight.DETECTED else one.sight
        return there

    @property
    def is_open(self) -> bool:
        """Whether the last look left something that only time can decide."""
        return self._is_open

    def explain(self, boxes: list[Box]) -> None:
        """Forget the objects that turned out to be these people or vehicles: same place, same extent."""
        for one in list(self._objects):
            if self._background is not None and any(iou(one.box, box) >= _EXPLAINED_IOU for box in boxes):
                self._objects.remove(one)
                self._background.forget(one.piece.mask)

    def _background_for(self, small: Picture, t_s: float, covered: Mask) -> Background:
        """The background; begun anew at the first picture, or where the camera now sends another size."""
        if self._background is None or self._background.shape != small.shape:
            height, width = small.shape[:2]
            for one in self._objects:
                one.piece = one.piece.resized(width, height)
            self._objects = [one for one in self._objects if one.piece.mask.any()]
            self._removals.resize(width, height)
            self._distrusted = []
            self._background, self._t_s = Background(small, t_s, covered | self._kept(covered)), t_s
        return self._background

    def _kept(self, like: Mask) -> Mask:
        """Where nothing may be concluded or learned: beneath every object that looked like itself or was covered."""
        kept = np.zeros_like(like)
        for one in self._objects:
            if one.verdict is not Verdict.NEITHER:
                window = one.piece.window()
                kept[window] |= one.piece.mask[window]
        return kept

    def _verify(self, change: Change, covered: Mask, elapsed_s: float, background: Background) -> None:
        for one in list(self._objects):
            before, one.verdict = one.verdict, one.piece.judge(change.picture, covered)
            one.sight = Sight.DETECTED if one.verdict is Verdict.ITSELF else Sight.HIDDEN
            if one.verdict is Verdict.COVERED:
                continue
            odd = one.verdict is Verdict.NEITHER
            if odd and before is not Verdict.NEITHER:
                one.flips, one.odd_since_s = one.flips + 1, self._t_s
            one.seen += min(1.0, elapsed_s / SEEN_TAU_S) * ((not odd) - one.seen)
            if one.verdict is Verdict.BACKGROUND and before is Verdict.BACKGROUND:
                self._objects.remove(one)
                background.forget(one.piece.mask & covered)
                background.learn_now(change.picture, one.piece.mask & ~covered)
            elif one.seen < MIN_SEEN and one.flips >= RESTLESS_FLIPS:
                self._objects.remove(one)
                self._distrusted.append((self._t_s + DISTRUST_S, one.piece.reach()))
            elif odd and self._t_s - one.odd_since_s > LOST_AFTER_S:
                self._objects.remove(one)

    def _take_in(self, change: Change, background: Background) -> bool:
        """Decide on every patch that differs; whether there was any, decided or not."""
        self._distrusted = [(until_s, mask) for until_s, mask in self._distrusted if until_s > self._t_s]
        scene = np.zeros_like(change.fresh)
        blobs = find_blobs(change, MIN_BLOB_SHARE)
        for blob in blobs:
            if self._removals.is_back(blob.mask):
                continue
            touched = [one for one in self._objects if one.piece.touches(blob.mask)]
            if blob.kind is not BlobKind.LEFT:
                if not touched and blob.kind is not BlobKind.FAINT:
                    scene |= blob.mask
                if not touched and blob.kind is BlobKind.TAKEN:
                    self._removals.note(blob, change)
            elif touched:
                self._grow(touched[0], blob, change)
            elif len(self._objects) < MAX_OBJECTS and not any((bad & blob.mask).any() for _, bad in self._distrusted):
                piece = cut_piece(blob.mask, change)
                self._objects.append(
                    StaticObject(self._new_track.take(), piece.box(), blob.score, Sight.DETECTED, piece)
                )
        background.absorb(scene)
        return bool(blobs) or _is_unsettled(change.unsettled)

    def _grow(self, one: StaticObject, blob: Blob, change: Change) -> None:
        """The object has grown, or fallen over: still the same one."""
        fallen = one.verdict is Verdict.NEITHER
        one.piece = extend_piece(one.piece, blob.mask, change, replace=fallen)
        one.box, one.score = one.piece.box(), max(one.score, blob.score)
        one.verdict, one.sight = Verdict.ITSELF, Sight.DETECTED


def _is_unsettled(unsettled: Mask) -> bool:
    """Whether as much differs as the half of the smallest thing, specks of noise left out."""
    least_px = MIN_BLOB_SHARE * unsettled.size / 2
    if cv2.countNonZero(unsettled) < least_px:
        return False
    return cv2.countNonZero(opened(unsettled, _SPECK)) >= least_px
