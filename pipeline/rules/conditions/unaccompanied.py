"""An object of the rule's classes is in the zone with no person near it: a dog without its owner.

One look that sees somebody near it is worth more than some that do not: a detector misses an owner now and then, and
invents none. Once told, a passer-by ends nothing.
"""

from typing import ClassVar

from pipeline.config.resolved import Rule
from pipeline.geofence.boxes import Box
from pipeline.geofence.calibration import ground_distance_m
from pipeline.geofence.lines import ground_point
from pipeline.rules.condition import PERSON, Kinds, Pace, Remembers, Span, is_found_again
from pipeline.rules.memory import RuleMemory
from pipeline.rules.scene import Scene, Sighting
from pipeline.rules.size import SizeLimit
from pipeline.rules.stance import Stay, foot_distance
from pipeline.rules.subject_memory import Note, Subject
from pipeline.rules.zones import Grounds

HEIGHTS, METRES = "near_heights", "near_m"
_NEAR_HEIGHTS = 2.0
_NEAR_M = 3.5


class Unaccompanied:
    """A dog that runs about alone."""

    pace: ClassVar[Pace] = Pace.DWELL
    remembers: ClassVar[Remembers] = Remembers.OBJECTS_BY_DWELL

    def __init__(self, rule: Rule, kinds: Kinds, size: SizeLimit, grounds: Grounds) -> None:
        del grounds
        self._people = kinds.people
        self._classes = rule.classes - kinds.people
        self._ground = size.ground
        self._near_heights = rule.params.get(HEIGHTS, _NEAR_HEIGHTS)
        self._near_m = rule.params.get(METRES, _NEAR_M)
        self._dwell_ns, self._grace_ns = rule.dwell_ns, rule.grace_ns

    def candidates(self, scene: Scene) -> list[tuple[Sighting, Stay]]:
        """Those that should have company."""
        return [(one, Stay.ROAMING) for one in scene.sightings if one.class_name in self._classes]

    def attend(self, memory: RuleMemory, scene: Scene) -> None:
        """See who is near each of them."""
        people = [one.box for one in scene.sightings if one.class_name in self._people]
        for subject in memory.subjects:
            if subject.seen_at == scene.t and any(self._is_near(subject.box, one, scene.aspect) for one in people):
                self._note_company(subject, scene)
            elif subject.standing.held_at == scene.t and self._has_looked_around(subject.box, scene):
                subject.note.since = scene.t if subject.note.since is None else subject.note.since
                subject.note.held_at = scene.t

    def span(self, subject: Subject) -> Span | None:
        """Since it has been alone."""
        note = subject.note
        return None if note.since is None else Span(note.since, note.held_at)

    def is_credible(self, subject: Subject) -> bool:
        """Who is near it has been seen on the way."""
        del subject
        return True

    def confirms(self, subject: Subject, close: Scene) -> bool:
        """It is found again, and nobody near it."""
        return is_found_again(subject, close, self._classes) and not any(
            one.class_name in self._people and self._is_near(subject.box, one.box, close.aspect)
            for one in close.sightings
        )

    def _note_company(self, subject: Subject, scene: Scene) -> None:
        note = subject.note
        has_been_told = note.since is not None and note.held_at - note.since >= self._dwell_ns
        if not has_been_told or scene.t - note.held_at >= self._grace_ns:
            subject.note = Note()

    def _is_near(self, box: Box, person: Box, aspect: float) -> bool:
        metres = None
        if self._ground is not None:
            metres = ground_distance_m(self._ground, ground_point(box), ground_point(person))
        if metres is not None:
            return metres <= self._near_m
        return foot_distance(box, person, aspect) <= self._near_heights * (person[3] - person[1])

    def _has_looked_around(self, box: Box, scene: Scene) -> bool:
        """Whether the network looked on both sides of it too: else nobody looked for an owner there."""
        width, height = box[2] - box[0], box[3] - box[1]
        left = (max(0.0, box[0] - width), box[1] - height, max(0.0, box[0] - width), box[3])
        right = (min(1.0, box[2] + width), box[1] - height, min(1.0, box[2] + width), box[3])
        return scene.would_show(PERSON, left) and scene.would_show(PERSON, right)
