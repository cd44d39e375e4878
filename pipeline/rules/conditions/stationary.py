"""Objects of the rule's classes stand still in the zone, one or so many at once; static ones where they count."""

import math
from collections.abc import Sequence
from typing import ClassVar

from pipeline.config.resolved import Rule
from pipeline.observation import STATIC_OBJECT
from pipeline.rules.condition import Kinds, Pace, Remembers, Span
from pipeline.rules.episode import EventObject
from pipeline.rules.gathering import are_found, gathered
from pipeline.rules.memory import RuleMemory
from pipeline.rules.scene import Scene, Sighting
from pipeline.rules.size import SizeLimit
from pipeline.rules.stance import Stay
from pipeline.rules.subject_memory import Subject
from pipeline.rules.unexplained import is_explained, static_sightings, weigh_explanations
from pipeline.rules.zone_states import ZoneStates, kept_span
from pipeline.rules.zones import Grounds


class Stationary:
    """A vehicle that stands in a lane, a table that stays outside the shop line, five bicycles outside their bays."""

    pace: ClassVar[Pace] = Pace.DWELL
    remembers: ClassVar[Remembers] = Remembers.OBJECTS

    def __init__(self, rule: Rule, kinds: Kinds, size: SizeLimit, grounds: Grounds) -> None:
        del size
        self._classes = rule.classes - {STATIC_OBJECT}
        self._counts_static = STATIC_OBJECT in rule.classes
        self._kinds = kinds
        self._grounds = grounds
        self._count = math.ceil(rule.params.get("count", 1))
        self._rule = rule
        self._states = ZoneStates(rule, may_take_turns=False)

    def candidates(self, scene: Scene) -> list[tuple[Sighting, Stay]]:
        """Objects of the classes, and unexplained static ones where they count."""
        found = [
            (self._kinds.standing(sighting, scene.aspect), self._kinds.stay_of(sighting.class_name))
            for sighting in scene.sightings
            if sighting.class_name in self._classes
        ]
        return found + static_sightings(scene, self._kinds.explainers) if self._counts_static else found

    def attend(self, memory: RuleMemory, scene: Scene) -> None:
        """Weigh what explains the static ones; where several are asked for, count them."""
        if self._counts_static:
            weigh_explanations(memory.subjects, scene, self._kinds.explainers)
        if self._count > 1:
            for field in self._grounds.fields:
                present = [one for one in memory.subjects if one.zone == field.zone.id and self._counts(one)]
                reading = gathered(
                    present, self._fullness, scene, is_examined=scene.would_show_any(self._classes, field.extent)
                )
                self._states.note(memory, field.zone.id, reading, scene)

    def span(self, subject: Subject) -> Span | None:
        """The stay itself; where several are asked for, theirs together."""
        if self._count > 1:
            return kept_span(subject)
        return Span(subject.standing.since, subject.standing.held_at)

    def is_credible(self, subject: Subject) -> bool:
        """A static object must have been unexplained for most of the time."""
        return subject.stay is not Stay.LYING or subject.note.credit_ns >= 0

    def confirms(self, subject: Subject, close: Scene) -> bool:
        """The objects are found again, or nothing explains the static one."""
        if subject.stay is Stay.LYING:
            return not is_explained(subject.box, close, self._kinds.explainers)
        whole = tuple(self._kinds.standing(one, close.aspect) for one in close.sightings)
        return are_found(subject, close._replace(sightings=whole), self._is_same)

    def _is_same(self, sighting: Sighting, what: EventObject) -> bool:
        return sighting.class_name in self._classes or self._kinds.are_kin(sighting.class_name, what.class_name)

    def _counts(self, subject: Subject) -> bool:
        if subject.stay is Stay.KEPT or not self.is_credible(subject):
            return False
        return subject.stay is Stay.LYING or subject.sure_score >= self._rule.least_score(subject.class_name)

    def _fullness(self, subjects: Sequence[Subject]) -> float:
        return len(subjects) / self._count
