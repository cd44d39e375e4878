"""When a subject may not be raised although its condition holds: muted, cooling down, or called false before."""

from pipeline.observation import STATIC_OBJECT, MediaNs, nanoseconds
from pipeline.rules.memory import CoolDown, Event, RuleMemory, Silence
from pipeline.rules.sameness import ANOTHER_BELOW, likeness
from pipeline.rules.scene import Scene
from pipeline.rules.stance import STANCES, Stay
from pipeline.rules.subject_memory import Likeness, Subject, likeness_of

_EMPTY_NS = nanoseconds(300)
"""How long looks must find nothing at a silent place before it counts as empty: a false detection flickers."""


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
        one.zone == subject.zone and (one.subject == subject.number or _looks_like(subject, one.what, aspect))
        for one in memory.silences
    )


def silence(memory: RuleMemory, event: Event) -> None:
    """Silence the places of an event's subjects."""
    by_number = {subject.number: subject for subject in memory.subjects}
    for number in event.members:
        subject = by_number[number]
        what = likeness_of(subject)
        memory.silences.append(Silence(event.zone, number, what))
    if not event.members:
        memory.silences.append(Silence(event.zone, 0, event.what))


def forget_old(memory: RuleMemory, t: MediaNs) -> None:
    """Drop what has run out."""
    if memory.cool_downs:
        memory.cool_downs = [one for one in memory.cool_downs if t < one.until]
    if memory.muted_until is not None and t >= memory.muted_until:
        memory.muted_until = None


def review_silences(memory: RuleMemory, scene: Scene) -> None:
    """End the silence of places that look different by now: something else stands there, or nothing."""
    memory.silences = [one for one in memory.silences if _still_silent(one, memory, scene)]


def _still_silent(one: Silence, memory: RuleMemory, scene: Scene) -> bool:
    if any(subject.number == one.subject for subject in memory.subjects):
        one.empty_from = None
        return True
    there = [subject for subject in memory.subjects if _is_there(subject, one.what, scene.aspect)]
    if not len(one.what.appearance) or any(_differs(subject, one.what) for subject in there):
        return False
    if any(subject.seen_at == scene.t for subject in there):
        one.empty_from = None
    elif one.empty_from is None and scene.would_show(_class_of(one.what), one.what.box):
        one.empty_from = scene.t
    return one.empty_from is None or scene.t - one.empty_from < _EMPTY_NS


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


def _looks_like(subject: Subject, what: Likeness, aspect: float) -> bool:
    alike = likeness(subject.appearance, what.appearance)
    return alike is not None and alike >= ANOTHER_BELOW and _is_there(subject, what, aspect)


def _class_of(what: Likeness) -> str:
    """Its class; a snapshot of an earlier version tells it of static objects alone."""
    return STATIC_OBJECT if what.stay is Stay.LYING else what.class_name
