"""What moves and what rests, from one look to the next, and where a person has stayed about."""

from collections.abc import Sequence
from enum import StrEnum

from pipeline.observation import MediaNs, Sight, TrackId, nanoseconds
from pipeline.rules.memory import RuleMemory
from pipeline.rules.scene import Sighting
from pipeline.rules.stance import STANCES, Stay
from pipeline.rules.subject_memory import Sighted, Step, Subject

Candidate = tuple[Sighting, Stay]
RECENT_NS = nanoseconds(6)
"""So long it is remembered where things were, whether they are the rule's or not."""
_MOST_STEPS = 64


class Motion(StrEnum):
    """What an object did since the look before."""

    RESTING = "resting"
    MOVING = "moving"
    UNKNOWN = "unknown"
    """Its track is new."""


def read_motion(memory: RuleMemory, candidates: Sequence[Candidate], t: MediaNs) -> list[Motion]:
    """How each candidate has moved since it was last seen; what was seen is remembered for the next look.

    People step about, and what lies does not move: both count as resting.
    """
    before = {one.track: one for one in memory.sighted}
    found = [_motion(sighting, stay, before) for sighting, stay in candidates]
    for index, (sighting, stay) in enumerate(candidates):
        if stay is Stay.STILL and sighting.sight is not Sight.HIDDEN:
            last = before.get(sighting.track)
            rests = last is not None and found[index] is Motion.RESTING
            waits_from = last.waits_from if last is not None and rests else None
            before[sighting.track] = Sighted(sighting.track, t, sighting.box, waits_from)
    memory.sighted = [one for one in before.values() if t - one.t <= RECENT_NS]
    return found


def hold_back(memory: RuleMemory, tracks: set[TrackId], t: MediaNs) -> dict[TrackId, MediaNs]:
    """Hold these tracks back at this look; returns since when those rest that were held back at the one before."""
    came: dict[TrackId, MediaNs] = {}
    for one in memory.sighted:
        if one.track in tracks:
            one.waits_from = t
        elif one.waits_from is not None:
            came[one.track] = one.waits_from
    return came


def _motion(sighting: Sighting, stay: Stay, before: dict[TrackId, Sighted]) -> Motion:
    if stay is not Stay.STILL or sighting.sight is not Sight.DETECTED:
        return Motion.RESTING
    last = before.get(sighting.track)
    if last is None:
        return Motion.UNKNOWN
    return Motion.RESTING if STANCES[stay].holds(last.box, sighting.box, 1.0) else Motion.MOVING


def note_step(subject: Subject, t: MediaNs) -> None:
    """Remember where the subject is; a long path loses every other step."""
    subject.path.append(Step(t, subject.box))
    if len(subject.path) > _MOST_STEPS:
        subject.path = subject.path[::2]


def settled_at(subject: Subject, aspect: float) -> Step | None:
    """Where and when its unbroken stay about its present place began; None where no path is known.

    Its stay is measured from that place: from where it is now, what creeps would be granted its tolerance twice.
    """
    holds = STANCES[subject.stay].holds
    begin: Step | None = None
    for step in reversed(subject.path):
        if not holds(subject.box, step.box, aspect):
            break
        begin = step
    return begin
