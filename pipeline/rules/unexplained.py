"""Static objects that nothing explains: what a person or a vehicle covers is that person or vehicle.

Whatever else a network calls a thing does not explain it: it calls a rucksack a bird.
"""

from collections.abc import Iterable

from pipeline.geofence.boxes import Box, covered
from pipeline.observation import STATIC_OBJECT, Sight, nanoseconds
from pipeline.rules.scene import Scene, Sighting
from pipeline.rules.stance import Stay
from pipeline.rules.subject_memory import Subject

EXPLAINED_COVER = 0.5
_CREDIT_BOUND_NS = nanoseconds(30)
_EXPLAINED_WEIGHT = 2
"""People who walk past cover a heap for less than a third of the time; a parked car is called one for more."""


def is_explained(box: Box, scene: Scene, explainers: frozenset[str]) -> bool:
    """Whether something that explains it covers at least half of it at this moment."""
    return _is_covered(box, _explaining(scene, explainers))


def static_sightings(scene: Scene, explainers: frozenset[str]) -> list[tuple[Sighting, Stay]]:
    """The static objects of a picture; those explained at this moment count as hidden."""
    found: list[tuple[Sighting, Stay]] = []
    explaining = _explaining(scene, explainers)
    for sighting in scene.sightings:
        if sighting.class_name == STATIC_OBJECT:
            hidden = sighting.sight is not Sight.HIDDEN and _is_covered(sighting.box, explaining)
            found.append((sighting._replace(sight=Sight.HIDDEN) if hidden else sighting, Stay.LYING))
    return found


def weigh_explanations(subjects: Iterable[Subject], scene: Scene, explainers: frozenset[str]) -> None:
    """Weigh the time that each static object was unexplained against the time that it was explained."""
    for subject in subjects:
        if subject.stay is not Stay.LYING:
            continue
        note = subject.note
        passed_ns = scene.t - note.last_at if note.since is not None else 0
        if subject.seen_at == scene.t:
            note.credit_ns = min(note.credit_ns + passed_ns, _CREDIT_BOUND_NS)
        elif subject.hidden and is_explained(subject.box, scene, explainers):
            note.credit_ns = max(note.credit_ns - _EXPLAINED_WEIGHT * passed_ns, -_CREDIT_BOUND_NS)
        note.since, note.last_at = subject.standing.since, scene.t


def _explaining(scene: Scene, explainers: frozenset[str]) -> list[Box]:
    """What explains a thing that it covers, at this moment."""
    return [one.box for one in scene.sightings if one.class_name in explainers and one.sight is not Sight.HIDDEN]


def _is_covered(box: Box, explaining: Iterable[Box]) -> bool:
    return any(covered(box, by) >= EXPLAINED_COVER for by in explaining)
