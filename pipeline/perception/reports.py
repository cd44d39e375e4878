"""What an observation says of tracks, of static objects and of places of things taken away."""

from collections.abc import Sequence

import numpy as np

from pipeline.observation import Objects, Sight
from pipeline.perception.appearance import APPEARANCE_LENGTH
from pipeline.perception.detections import Detections, Floats
from pipeline.perception.static_object import StaticObject
from pipeline.perception.track import Track


def tracked(tracks: Sequence[Track]) -> Objects:
    """The tracks, in their order."""
    return Objects(
        xyxy=np.array([track.box for track in tracks], np.float32).reshape(-1, 4),
        class_name=np.array([track.class_name for track in tracks], np.str_),
        score=np.array([track.evidence for track in tracks], np.float32),
        track=np.array([track.id for track in tracks], np.int64),
        sight=np.array([track.sight for track in tracks], np.uint8),
        appearance=_rows([track.looks_like for track in tracks]),
    )


def lying(objects: Sequence[StaticObject]) -> Objects:
    """The static objects and the places of those taken away, in their order."""
    return Objects(
        xyxy=np.array([one.box for one in objects], np.float32).reshape(-1, 4),
        class_name=np.array([one.class_name for one in objects], np.str_),
        score=np.array([one.score for one in objects], np.float32),
        track=np.array([one.track for one in objects], np.int64),
        sight=np.array([one.sight for one in objects], np.uint8),
        appearance=_rows([one.looks_like for one in objects]),
    )


def found_closely(found: Detections, xyxy: Floats, tracks: Sequence[int], appearances: Sequence[Floats]) -> Objects:
    """What a close look found.

    Args:
        found: Of the piece that was looked at.
        xyxy: Shape (N, 4): their boxes in shares of the picture.
        tracks: Their ids.
        appearances: See `appearance`.
    """
    return Objects(
        xyxy=xyxy,
        class_name=found.class_name,
        score=found.score,
        track=np.array(tracks, np.int64),
        sight=np.full(len(found), Sight.DETECTED, np.uint8),
        appearance=_rows(appearances),
    )


def _rows(vectors: Sequence[Floats]) -> Floats:
    return np.array(vectors, np.float32).reshape(-1, APPEARANCE_LENGTH)
