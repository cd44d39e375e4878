"""An object moves against the direction of a lane, for a while and over a way that is long against its own size.

A car that backs into a parking space goes a length or so; who drives the wrong way goes on.
"""

import math
from typing import ClassVar

from pipeline.config.resolved import Rule
from pipeline.geofence.lines import ground_point, stretched
from pipeline.observation import nanoseconds
from pipeline.rules.condition import Kinds, Pace, Remembers, Span, is_found_again
from pipeline.rules.courses import heading_of, speed_kmh
from pipeline.rules.memory import RuleMemory
from pipeline.rules.scene import Scene, Sighting
from pipeline.rules.size import SizeLimit
from pipeline.rules.stance import Stay, longer_side
from pipeline.rules.subject_memory import Course, Subject
from pipeline.rules.zones import Grounds

LENGTHS, SPEED = "lengths", "min_speed_kmh"
_LEAST_LENGTHS = 2.0
_STEP_NS = nanoseconds(0.4)
"""Between two judgements: over less, a box jitters as far as it moves."""
_MOVES_LENGTHS = 0.08
_AGAINST = 0.5
"""Cosine: within 60 degrees of the opposite direction."""


class WrongWay:
    """A scooter against the traffic."""

    pace: ClassVar[Pace] = Pace.EVERY_MOMENT
    remembers: ClassVar[Remembers] = Remembers.OBJECTS

    def __init__(self, rule: Rule, kinds: Kinds, size: SizeLimit, grounds: Grounds) -> None:
        del kinds
        self._classes = rule.classes
        self._zone_by_id = {zone.id: zone for zone in grounds.zones}
        self._ground = size.ground
        self._lengths = rule.params.get(LENGTHS, _LEAST_LENGTHS)
        self._speed_kmh = rule.params.get(SPEED, 0.0)
        self._grace_ns = rule.grace_ns

    def candidates(self, scene: Scene) -> list[tuple[Sighting, Stay]]:
        """Objects of the classes."""
        return [(one, Stay.ROAMING) for one in scene.sightings if one.class_name in self._classes]

    def attend(self, memory: RuleMemory, scene: Scene) -> None:
        """Follow where each of them goes."""
        for subject in memory.subjects:
            if subject.standing.held_at == scene.t:
                self._follow(subject, scene)

    def span(self, subject: Subject) -> Span | None:
        """Since it has moved against the direction."""
        note = subject.note
        return None if note.since is None else Span(note.since, note.held_at)

    def is_credible(self, subject: Subject) -> bool:
        """It has come far enough, and fast enough where that is asked."""
        note = subject.note
        if note.course is None or note.course.lengths < self._lengths:
            return False
        return not self._speed_kmh or (note.speed_kmh is not None and note.speed_kmh >= self._speed_kmh)

    def confirms(self, subject: Subject, close: Scene) -> bool:
        """It is found again."""
        return is_found_again(subject, close, self._classes)

    def _follow(self, subject: Subject, scene: Scene) -> None:
        note, course, t = subject.note, subject.note.course, scene.t
        if course is None:
            note.course = Course(subject.box, t, subject.box)
            return
        if t - course.at < _STEP_NS:
            return
        ahead, aside = self._step(subject, course, scene.aspect)
        way = math.hypot(ahead, aside)
        if way >= _MOVES_LENGTHS and ahead >= _AGAINST * way:
            if note.since is None:
                note.since, course.begin = course.at, course.box
            course.lengths += ahead
            note.held_at = t
            note.speed_kmh = speed_kmh(self._ground, course.begin, subject.box, t - note.since)
        else:
            # A box that leaps for a moment, or a halt, is no turning back.
            course.lengths -= way if way >= _MOVES_LENGTHS else 0.0
            if course.lengths <= 0 or t - note.held_at >= self._grace_ns:
                note.since, course.lengths = None, 0.0
        course.box, course.at = subject.box, t

    def _step(self, subject: Subject, course: Course, aspect: float) -> tuple[float, float]:
        """How far it has come against the direction of its lane, and across it, in own lengths."""
        heading = heading_of(self._zone_by_id[subject.zone], aspect)
        size = (longer_side(course.box, aspect) + longer_side(subject.box, aspect)) / 2
        if heading is None or size <= 0:
            return (0.0, 0.0)
        (x1, y1), (x2, y2) = (stretched(ground_point(box), aspect) for box in (course.box, subject.box))
        length = math.hypot(*heading) * size
        dx, dy = x2 - x1, y2 - y1
        return (-(dx * heading[0] + dy * heading[1]) / length, (dx * heading[1] - dy * heading[0]) / length)
