"""Things counted together: how many of a rule's subjects are in a zone at once, or how much they weigh."""

from collections.abc import Callable, Sequence

from pipeline.geofence.boxes import iou
from pipeline.observation import MediaNs, Sight
from pipeline.rules.condition import objects_of
from pipeline.rules.episode import EventObject
from pipeline.rules.scene import Scene, Sighting
from pipeline.rules.subject_memory import LONG_AGO, Subject
from pipeline.rules.zone_states import Reading

_FOUND_IOU = 0.3
_FOUND_SHARE = 0.5


def gathered(
    present: Sequence[Subject],
    fullness_of: Callable[[Sequence[Subject]], float],
    scene: Scene,
    *,
    is_examined: bool,
) -> Reading | None:
    """What they are together.

    Args:
        present: Those that count, of one zone; one that this look missed is among them for its grace.
        fullness_of: What some of them are over what the rule asks for; more of them are never less.
        scene: The picture.
        is_examined: Whether the look would have shown more of them in the zone.

    Returns:
        None where the look says nothing of the zone. It is so since the last of the oldest came that are enough.
    """
    is_any_seen = any(one.seen_at == scene.t for one in present)
    if not is_any_seen and (any(one.hidden for one in present) or not is_examined):
        return None
    ordered = sorted(present, key=lambda one: (one.standing.since, one.number))
    came = _passes(ordered, [one.standing.since for one in ordered], fullness_of, otherwise=scene.t)
    lately = sorted(present, key=lambda one: (-one.seen_at, one.number))
    held_at = _passes(lately, [one.seen_at for one in lately], fullness_of, otherwise=LONG_AGO)
    return Reading(fullness_of(ordered), came, held_at, told(ordered) if is_any_seen else ())


def told(subjects: Sequence[Subject]) -> tuple[EventObject, ...]:
    """The subjects as an event tells them, in their order."""
    return tuple(EventObject(one.class_name, one.score, one.box, one.track) for one in subjects)


def are_found(subject: Subject, close: Scene, is_same: Callable[[Sighting, EventObject], bool]) -> bool:
    """Whether a close look finds at least half of the objects of a subject again."""
    objects = objects_of(subject)
    found = sum(
        any(
            one.sight is not Sight.HIDDEN and iou(one.box, what.box) >= _FOUND_IOU and is_same(one, what)
            for one in close.sightings
        )
        for what in objects
    )
    return found >= _FOUND_SHARE * len(objects)


def _passes(
    ordered: Sequence[Subject],
    moments: Sequence[MediaNs],
    fullness_of: Callable[[Sequence[Subject]], float],
    *,
    otherwise: MediaNs,
) -> MediaNs:
    """The moment of the one that makes them enough, taken in this order; otherwise: all of them are not."""
    for n, t in enumerate(moments, start=1):
        if fullness_of(ordered[:n]) >= 1:
            return t
    return otherwise
