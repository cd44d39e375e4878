"""At least so many people are in the zone at once and stay, or so many to the square metre of calibrated ground."""

import math
from collections.abc import Sequence
from functools import partial
from typing import ClassVar

from pipeline.config.resolved import Rule
from pipeline.geofence.calibration import ground_area_m2
from pipeline.observation import STATIC_OBJECT, nanoseconds
from pipeline.rules.condition import Kinds, Pace, Remembers, Span
from pipeline.rules.episode import EventObject
from pipeline.rules.gathering import are_found, gathered
from pipeline.rules.memory import RuleMemory
from pipeline.rules.scene import Scene, Sighting
from pipeline.rules.size import SizeLimit
from pipeline.rules.stance import Stay
from pipeline.rules.subject_memory import Subject
from pipeline.rules.zone_states import ZoneStates, kept_span
from pipeline.rules.zones import Grounds, ZoneField

_LINGER_NS = nanoseconds(10)
"""Who stays about one place for so long does not walk through: even straight away from a camera that looks along the
street at 10 degrees, a walk leaves its place by an own height in eight seconds."""
_LEAST_DENSE = 3
"""Two people close together are no crowd, however small the zone."""


class Crowd:
    """A gathering. People come and go while it lasts; who walks through is none of it."""

    pace: ClassVar[Pace] = Pace.DWELL
    remembers: ClassVar[Remembers] = Remembers.MORE

    def __init__(self, rule: Rule, kinds: Kinds, size: SizeLimit, grounds: Grounds) -> None:
        del kinds
        self._classes = rule.classes - {STATIC_OBJECT}
        self._rule = rule
        self._linger_ns = min(_LINGER_NS, rule.dwell_ns // 2)
        self._grounds = grounds
        self._enough_by_zone = {field.zone.id: _enough(rule, field, size) for field in grounds.fields}
        self._states = ZoneStates(rule, may_take_turns=True)

    def candidates(self, scene: Scene) -> list[tuple[Sighting, Stay]]:
        """The people."""
        return [(sighting, Stay.ABOUT) for sighting in scene.sightings if sighting.class_name in self._classes]

    def attend(self, memory: RuleMemory, scene: Scene) -> None:
        """Count those of each zone who stay."""
        for field in self._grounds.fields:
            present = [one for one in memory.subjects if one.zone == field.zone.id and self._counts(one, scene)]
            fullness_of = partial(_fullness, self._enough_by_zone[field.zone.id])
            reading = gathered(
                present, fullness_of, scene, is_examined=scene.would_show_any(self._classes, field.extent)
            )
            self._states.note(memory, field.zone.id, reading, scene)

    def span(self, subject: Subject) -> Span | None:
        """Since when there have been enough."""
        return kept_span(subject)

    def is_credible(self, subject: Subject) -> bool:
        """Who was not clearly seen has not been counted."""
        del subject
        return True

    def confirms(self, subject: Subject, close: Scene) -> bool:
        """At least half of the people are found again."""
        return are_found(subject, close, self._is_person)

    def _is_person(self, sighting: Sighting, what: EventObject) -> bool:
        del what
        return sighting.class_name in self._classes

    def _counts(self, subject: Subject, scene: Scene) -> bool:
        return (
            subject.stay is Stay.ABOUT
            and subject.sure_score >= self._rule.least_score(subject.class_name)
            and scene.t - subject.standing.since >= self._linger_ns
        )


def _fullness(enough: int, people: Sequence[Subject]) -> float:
    return len(people) / enough


def _enough(rule: Rule, field: ZoneField, size: SizeLimit) -> int:
    """How many people of a zone are a crowd."""
    count, density = math.ceil(rule.params["count"]), rule.params.get("density", 0.0)
    if density <= 0:
        return count
    if size.ground is None:
        raise ValueError(f"rule {rule.id}: a density, and zone {field.zone.id} has no calibrated ground")
    people = density * ground_area_m2(size.ground, field.zone.points)
    # Of a zone that reaches above the horizon nobody knows the area: the number alone decides.
    return count if math.isnan(people) else min(count, max(_LEAST_DENSE, math.ceil(round(people, 6))))
