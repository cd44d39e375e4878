"""One thing that lies still, or the place of one that was taken away."""

from dataclasses import dataclass, field
from typing import Self

import numpy as np

from pipeline.geofence.boxes import Box
from pipeline.observation import STATIC_OBJECT, Sight
from pipeline.perception.appearance import APPEARANCE_LENGTH
from pipeline.perception.detections import Floats
from pipeline.perception.looker_memory import StaticObjectMemory, Verdict
from pipeline.perception.pieces import Piece
from pipeline.perception.shelf import OpenShelf, Shelf


@dataclass(slots=True)
class StaticObject:
    """What a place shows instead of its background.

    Attributes:
        track: Its id within the camera.
        box: Its extent, shares of the picture.
        score: How clearly its outline is new, in [0, 1].
        sight: How it was seen at the last look.
        looks_like: See `appearance`; as it was at the last look.
        class_name: `static_object`, or `removed_object` of what its background shows and the place does not.
    """

    track: int
    box: Box
    score: float
    sight: Sight
    piece: Piece
    verdict: Verdict = Verdict.ITSELF
    seen: float = 1.0
    flips: int = 0
    odd_since_s: float = 0.0
    looks_like: Floats = field(default_factory=lambda: np.zeros(APPEARANCE_LENGTH, np.float32))
    class_name: str = STATIC_OBJECT

    def remember(self, shelf: Shelf) -> StaticObjectMemory:
        """Everything."""
        return StaticObjectMemory(
            track=self.track,
            box=self.box,
            score=self.score,
            sight=self.sight,
            piece=self.piece.remember(shelf),
            verdict=self.verdict,
            seen=self.seen,
            flips=self.flips,
            odd_since_s=self.odd_since_s,
            looks_like=shelf.put_floats(self.looks_like),
            class_name=self.class_name,
        )

    @classmethod
    def recall(cls, memory: StaticObjectMemory, shelf: OpenShelf) -> Self:
        """What was remembered.

        Raises:
            StateError: The shelf is damaged.
        """
        return cls(
            track=memory.track,
            box=memory.box,
            score=memory.score,
            sight=memory.sight,
            piece=Piece.recall(memory.piece, shelf),
            verdict=memory.verdict,
            seen=memory.seen,
            flips=memory.flips,
            odd_since_s=memory.odd_since_s,
            looks_like=shelf.floats(memory.looks_like),
            class_name=memory.class_name,
        )
