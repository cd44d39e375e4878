"""Places of things that were part of the scene and were taken away, for as long as they stay bare.

The background learns the bare place soon, so nothing else depends on what is kept here: what the place showed before,
and how it looks bare, by which a thing that is put back is told from one that stands before its place.
"""

from collections.abc import Iterable
from typing import Self

import numpy as np

from pipeline.observation import REMOVED_OBJECT, Sight
from pipeline.perception.background import Background, Change
from pipeline.perception.blobs import Blob
from pipeline.perception.looker_memory import StaticObjectMemory, Verdict
from pipeline.perception.pieces import Piece, cut_piece
from pipeline.perception.planes import Mask
from pipeline.perception.shelf import OpenShelf, Shelf
from pipeline.perception.static_object import StaticObject
from pipeline.perception.track_ids import TrackIds

MOST_PLACES = 16
"""Bounds memory: the latest are kept."""
MIN_PLACE_SHARE = 0.001
"""Of the picture; smaller ones are specks of noise in real footage."""
MAX_UNREST = 0.05
"""Above this share of changed picture edges come and go by themselves: nothing new is believed to be gone."""
LOST_AFTER_S = 600.0
"""What has looked neither bare nor as before for so long is another scene by now."""


class Removals:
    """Remembers the places.

    Attributes:
        places: As they were seen at the last look, oldest first.
    """

    def __init__(self, new_track: TrackIds) -> None:
        self.places: list[StaticObject] = []
        self._back: list[Piece] = []
        self._new_track = new_track

    def remember(self, shelf: Shelf) -> tuple[StaticObjectMemory, ...]:
        """Everything."""
        return tuple(one.remember(shelf) for one in self.places)

    @classmethod
    def recall(cls, memory: Iterable[StaticObjectMemory], shelf: OpenShelf, new_track: TrackIds) -> Self:
        """What was remembered.

        Raises:
            StateError: The shelf is damaged.
        """
        removals = cls(new_track)
        removals.places = [StaticObject.recall(one, shelf) for one in memory]
        return removals

    def resize(self, width: int, height: int) -> None:
        """The camera sends pictures of another size now, px."""
        for one in self.places:
            one.piece = one.piece.resized(width, height)
        self.places = [one for one in self.places if one.piece.mask.any()]

    def note(self, blob: Blob, change: Change) -> None:
        """A thing was taken away there; the same place is noted once, in a calm picture."""
        is_small = np.count_nonzero(blob.mask) < MIN_PLACE_SHARE * blob.mask.size
        if is_small or change.unrest > MAX_UNREST or any(one.piece.touches(blob.mask) for one in self.places):
            return
        piece = cut_piece(blob.mask, change)
        one = StaticObject(self._new_track.take(), piece.box(), blob.score, Sight.DETECTED, piece)
        one.class_name = REMOVED_OBJECT
        self.places = [*self.places, one][-MOST_PLACES:]

    def is_back(self, mask: Mask) -> bool:
        """Whether what differs there is, by the last look, a thing that was put back: it is no new one."""
        return any(piece.touches(mask) for piece in self._back)

    def verify(self, change: Change, covered: Mask, background: Background, t_s: float) -> None:
        """Look at each place again; what shows its thing at two looks in a row has it back."""
        self._back = []
        for one in list(self.places):
            before, one.verdict = one.verdict, one.piece.judge(change.picture, covered)
            one.sight = Sight.DETECTED if one.verdict is Verdict.ITSELF else Sight.HIDDEN
            if one.verdict is Verdict.NEITHER and before is not Verdict.NEITHER:
                one.odd_since_s = t_s
            if one.verdict is Verdict.BACKGROUND:
                self._back.append(one.piece)
            if one.verdict is Verdict.BACKGROUND and before is Verdict.BACKGROUND:
                self.places.remove(one)
                background.learn_now(change.picture, one.piece.mask & ~covered)
            elif one.verdict is Verdict.NEITHER and t_s - one.odd_since_s > LOST_AFTER_S:
                self.places.remove(one)
