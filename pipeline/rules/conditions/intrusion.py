"""A person or a vehicle enters a closed zone; when it is closed the schedule says.

The ground point counts: whoever stands beside the fence has not entered, though their box reaches over it. A person who
is still there when the zone closes counts; a vehicle only once it has moved while the zone was closed, or a parked one
would keep the zone's one event all night.
"""

from typing import ClassVar

from pipeline.config.resolved import Rule
from pipeline.rules.condition import Kinds, Pace, Remembers, Span, is_found_again, weigh_looks
from pipeline.rules.memory import RuleMemory
from pipeline.rules.scene import Scene, Sighting
from pipeline.rules.size import SizeLimit
from pipeline.rules.stance import STANCES, Stay
from pipeline.rules.subject_memory import Course, Subject
from pipeline.rules.zones import Grounds

_LEAST_SHARE = 0.5


class Intrusion:
    """Somebody on a building site at night."""

    pace: ClassVar[Pace] = Pace.ARRIVAL
    remembers: ClassVar[Remembers] = Remembers.OBJECTS

    def __init__(self, rule: Rule, kinds: Kinds, size: SizeLimit, grounds: Grounds) -> None:
        del size, grounds
        self._classes = rule.classes
        self._people = kinds.people
        self._schedule = rule.schedule

    def candidates(self, scene: Scene) -> list[tuple[Sighting, Stay]]:
        """Objects of the classes."""
        return [(one, Stay.ROAMING) for one in scene.sightings if one.class_name in self._classes]

    def attend(self, memory: RuleMemory, scene: Scene) -> None:
        """Weigh the looks that see it inside, and see which vehicles have moved."""
        weigh_looks(memory.subjects, scene, _LEAST_SHARE)
        for subject in memory.subjects:
            if subject.seen_at == scene.t and subject.class_name not in self._people:
                self._follow(subject, scene)

    def span(self, subject: Subject) -> Span | None:
        """The time inside; of a vehicle from when it began to move."""
        standing = subject.standing
        if subject.class_name in self._people:
            return Span(standing.since, standing.held_at)
        course = subject.note.course
        if course is None or not course.lengths:
            return None
        return Span(max(standing.since, course.at), standing.held_at)

    def is_credible(self, subject: Subject) -> bool:
        """Most looks have seen it inside."""
        return subject.note.credit_ns >= 0

    def confirms(self, subject: Subject, close: Scene) -> bool:
        """It is found again."""
        return is_found_again(subject, close, self._classes)

    def _follow(self, subject: Subject, scene: Scene) -> None:
        """Note where a vehicle stands, until it is seen to leave that place while the zone is closed."""
        course = subject.note.course
        if course is None:
            subject.note.course = Course(subject.box, scene.t, subject.box)
        elif not course.lengths:
            if STANCES[Stay.STILL].holds(course.box, subject.box, scene.aspect):
                course.at = scene.t
            elif self._schedule.is_open(scene.t):
                course.lengths = 1.0
            else:
                course.box, course.at = subject.box, scene.t
