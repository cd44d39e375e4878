"""A track as it is written down, and back."""

from pipeline.config.vocabulary import Vocabulary
from pipeline.perception.looker_memory import TrackMemory
from pipeline.perception.shelf import OpenShelf, Shelf
from pipeline.perception.track import Track


def remember_track(track: Track, shelf: Shelf) -> TrackMemory:
    """Everything; its place in whole levels, its looks in half precision."""
    return TrackMemory(
        id=track.id,
        box=track.box,
        seen_s=track.seen_s,
        clear_s=track.clear_s,
        judged_s=track.judged_s,
        told_s=track.told_s,
        evidence=track.evidence,
        anchor=track.anchor,
        anchored_s=track.anchored_s,
        reference=shelf.put_levels(track.reference, 1),
        looks_like=shelf.put_floats(track.looks_like),
        velocity=track.velocity,
        sight=track.sight,
        is_missed=track.is_missed,
        score_by_class=dict(track.score_by_class),
    )


def recall_track(memory: TrackMemory, shelf: OpenShelf, vocabulary: Vocabulary) -> Track:
    """What was remembered; its family is the vocabulary's of today.

    Raises:
        StateError: The shelf is damaged.
    """
    track = Track(
        id=memory.id,
        family="",
        box=memory.box,
        seen_s=memory.seen_s,
        clear_s=memory.clear_s,
        judged_s=memory.judged_s,
        told_s=memory.told_s,
        evidence=memory.evidence,
        anchor=memory.anchor,
        anchored_s=memory.anchored_s,
        reference=shelf.levels(memory.reference, 1),
        looks_like=shelf.floats(memory.looks_like),
        velocity=memory.velocity,
        sight=memory.sight,
        is_missed=memory.is_missed,
        score_by_class=dict(memory.score_by_class),
    )
    track.family = vocabulary.family(track.class_name)
    return track
