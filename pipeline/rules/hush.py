"""When a subject may not be raised although its condition holds: muted, cooling down, or called false before."""

from collections.abc import Collection
from dataclasses import replace

from pipeline.config.ids import ZoneId
from pipeline.geofence.boxes import iou
from pipeline.observation import STATIC_OBJECT, MediaNs, Sight, nanoseconds
from pipeline.rules.colourless import SAME_FORM, is_another_by_form, is_colourless, likeness_in_form
from pipeline.rules.memory import CoolDown, Event, RuleMemory, Silence
from pipeline.rules.sameness import ANOTHER_BELOW, likeness
from pipeline.rules.scene import Scene
from pipeline.rules.stance import STANCES, Stay
from pipeline.rules.subject_memory import Appearance, Likeness, Subject, likeness_of

_EMPTY_NS = nanoseconds(300)
"""How long looks must find nothing at a silent place before it counts as empty: a false detection flickers."""
_FORGOTTEN_NS = nanoseconds(24 * 3600)
"""A place that was empty for so long is silent no more, whatever comes. A bush is taken for a person in one light of
the day, and that light comes round."""
_SAME_PLACE_IOU = 0.8
_SAME_LOOK = 0.9
"""What an empty place stays silent for: that which was called false, exactly where it was. What has roots comes back
into the same box; a car that parks there again hardly ever does."""
_LIGHTS_REMEMBERED = 6
_KNOWN_LIGHT = 0.95


def is_hushed(memory: RuleMemory, subject: Subject, t: MediaNs, aspect: float) -> bool:
    """Whether nothing may be raised for this subject at `t`."""
    return (
        (memory.muted_until is not None and t < memory.muted_until)
        or any(_cools(one, subject, t, aspect) for one in memory.cool_downs)
        or is_silenced(memory, subject, aspect)
    )


def is_silenced(memory: RuleMemory, subject: Subject, aspect: float) -> bool:
    """Whether an operator has called it false, and it still looks as it did."""
    return any(
        one.ended_at is None
        and one.zone == subject.zone
        and (one.subject == subject.number or _is_what_was_false(one, subject, aspect))
        for one in memory.silences
    )


def silence(memory: RuleMemory, event: Event) -> None:
    """Silence the places of an event's subjects."""
    by_number = {subject.number: subject for subject in memory.subjects}
    for number in event.members:
        subject = by_number[number]
        _begin(memory, Silence(event.zone, number, likeness_of(subject), track=subject.track))
    if not event.members:
        _begin(memory, Silence(event.zone, 0, event.what))


def silence_closed(memory: RuleMemory, event: str) -> None:
    """Silence the place of an event that is over already, if it was one of the last."""
    for one in memory.closed:
        if one.id == event:
            _begin(memory, Silence(one.zone, 0, one.what))
    memory.closed = [one for one in memory.closed if one.id != event]


def take_over_words(memory: RuleMemory, before: RuleMemory, zones: Collection[ZoneId]) -> None:
    """A rule that was changed is another one; what operators have said of it and of its places holds all the same.

    Args:
        memory: Of the rule as it is now, which has seen nothing yet.
        before: Of the rule as it was.
        zones: Of the rule as it is now.
    """
    memory.muted_until = before.muted_until
    # Subjects are numbered anew: a place is known again by how it looks.
    memory.silences = [replace(one, subject=0) for one in before.silences if one.zone in zones]
    memory.closed = [one for one in before.closed if one.zone in zones]


def forget_old(memory: RuleMemory, t: MediaNs) -> None:
    """Drop what has run out."""
    if memory.closed:
        memory.closed = [one for one in memory.closed if t - one.at < _FORGOTTEN_NS]
    if memory.cool_downs:
        memory.cool_downs = [one for one in memory.cool_downs if t < one.until]
    if memory.muted_until is not None and t >= memory.muted_until:
        memory.muted_until = None


def review_silences(memory: RuleMemory, scene: Scene) -> None:
    """End the silence of places that look different by now: something else stands there, or nothing."""
    for one in memory.silences:
        if one.ended_at is None and not _still_silent(one, memory, scene):
            one.ended_at = scene.t
    memory.silences = [one for one in memory.silences if one.ended_at is None or scene.t - one.ended_at < _FORGOTTEN_NS]


def _begin(memory: RuleMemory, new: Silence) -> None:
    """Silence a place; how it looked when it was called false before counts too: a camera has its day and its night."""
    for one in tuple(memory.silences):
        if one.ended_at is not None and one.zone == new.zone and iou(one.what.box, new.what.box) >= _SAME_PLACE_IOU:
            new.lights = [*new.lights, *one.lights, one.what.appearance][-_LIGHTS_REMEMBERED:]
            memory.silences.remove(one)
    memory.silences.append(new)


def _still_silent(one: Silence, memory: RuleMemory, scene: Scene) -> bool:
    there = [subject for subject in memory.subjects if _is_there(subject, one.what, scene.aspect)]
    known = next((subject for subject in memory.subjects if subject.number == one.subject), None)
    if known is None:
        if not len(one.what.appearance) or any(not _is_like_any(one, subject, ANOTHER_BELOW) for subject in there):
            return False
        known = next((subject for subject in there if _is_what_was_false(one, subject, scene.aspect)), None)
    if known is not None and known.seen_at == scene.t:
        if _has_been_replaced(one, known, scene):
            return False
        one.subject, one.empty_from, one.track = known.number, None, known.track
        _learn_light(one, known)
        return True
    if known is None and one.empty_from is None and scene.would_show(_class_of(one.what), one.what.box):
        one.empty_from = scene.t
    return one.empty_from is None or scene.t - one.empty_from < _FORGOTTEN_NS


def _is_what_was_false(one: Silence, subject: Subject, aspect: float) -> bool:
    """Whether it is at the silent place and looks as what was there; the more closely the longer it was empty."""
    if not len(subject.appearance) or not _is_there(subject, one.what, aspect):
        return False
    if one.empty_from is None or subject.seen_at - one.empty_from < _EMPTY_NS:
        return _is_like_any(one, subject, ANOTHER_BELOW)
    return iou(subject.box, one.what.box) >= _SAME_PLACE_IOU and _is_like_any(one, subject, _SAME_LOOK)


def _is_like_any(one: Silence, subject: Subject, least: float) -> bool:
    """Whether it looks as it did in one light or another; true where nobody knows."""
    is_in_place = iou(subject.box, one.what.box) >= _SAME_PLACE_IOU
    return any(
        _is_like(look, subject.appearance, least, is_in_place=is_in_place)
        for look in (one.what.appearance, *one.lights)
    )


def _is_like(look: Appearance, seen: Appearance, least: float, *, is_in_place: bool) -> bool:
    """Whether two looks are of one thing; by infra-red light only by its form, and one in colour only in its place."""
    alike = likeness(look, seen)
    if alike is None:
        return True
    has_colour = not is_colourless(look), not is_colourless(seen)
    if all(has_colour):
        return alike >= least
    return (is_in_place or not any(has_colour)) and likeness_in_form(look, seen) >= SAME_FORM


def _learn_light(one: Silence, subject: Subject) -> None:
    seen, looks = subject.appearance, (one.what.appearance, *one.lights)
    if len(seen) and not any(_is_of_light(look, seen) for look in looks):
        one.lights = [*one.lights, subject.appearance.copy()][-_LIGHTS_REMEMBERED:]


def _has_been_replaced(one: Silence, known: Subject, scene: Scene) -> bool:
    """Whether another track was taken for what was false and looks different, as it is and not as it is remembered.

    In the dark all looks are more alike: a person in the place of a bush can be taken for the same subject.
    """
    found = next((sighting for sighting in scene.sightings if sighting.track == known.track), None)
    if found is None or known.track == one.track or found.sight is not Sight.DETECTED:
        return False
    looks = (one.what.appearance, *one.lights)
    return all(is_another_by_form(look, found.appearance) for look in looks)


def _is_of_light(look: Appearance, seen: Appearance) -> bool:
    is_same_kind = is_colourless(look) == is_colourless(seen)
    return is_same_kind and _is_like(look, seen, _KNOWN_LIGHT, is_in_place=True)


def _cools(one: CoolDown, subject: Subject, t: MediaNs, aspect: float) -> bool:
    if one.zone != subject.zone or t >= one.until:
        return False
    if one.what is None:
        return True
    return _is_there(subject, one.what, aspect) and not _differs(subject, one.what)


def _is_there(subject: Subject, what: Likeness, aspect: float) -> bool:
    return subject.stay is what.stay and STANCES[what.stay].place(what.box, subject.box, aspect) > 0


def _differs(subject: Subject, what: Likeness) -> bool:
    alike = likeness(subject.appearance, what.appearance)
    return alike is not None and alike < ANOTHER_BELOW


def _class_of(what: Likeness) -> str:
    """Its class; a snapshot of an earlier version tells it of static objects alone."""
    return STATIC_OBJECT if what.stay is Stay.LYING else what.class_name
