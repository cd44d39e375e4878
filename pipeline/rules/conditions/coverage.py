"""Boxes of the rule's classes cover a share of the zone: standing water, floating debris, bare soil."""

from typing import ClassVar

from pipeline.config.resolved import Rule
from pipeline.geofence.boxes import shared_area
from pipeline.geofence.geometry import covered_share
from pipeline.observation import STATIC_OBJECT, Sight
from pipeline.rules.condition import Kinds, Pace, Remembers, Span
from pipeline.rules.episode import EventObject
from pipeline.rules.memory import RuleMemory
from pipeline.rules.scene import Scene, Sighting
from pipeline.rules.size import SizeLimit
from pipeline.rules.stance import Stay
from pipeline.rules.subject_memory import Subject
from pipeline.rules.zone_states import LEAVE_SHARE, Reading, ZoneStates, kept_span, state_of
from pipeline.rules.zones import Grounds, ZoneField


class Coverage:
    """What counts is how much of the zone is covered, by whatever boxes: they drift, split and join."""

    pace: ClassVar[Pace] = Pace.DWELL
    remembers: ClassVar[Remembers] = Remembers.MORE

    def __init__(self, rule: Rule, kinds: Kinds, size: SizeLimit, grounds: Grounds) -> None:
        del kinds
        self._classes = rule.classes - {STATIC_OBJECT}
        self._rule = rule
        self._share = rule.params["share"]
        self._size = size
        self._grounds = grounds
        self._states = ZoneStates(rule, may_take_turns=True)

    def candidates(self, scene: Scene) -> list[tuple[Sighting, Stay]]:
        """Nothing is followed."""
        del scene
        return []

    def attend(self, memory: RuleMemory, scene: Scene) -> None:
        """Measure how much of each zone is covered."""
        for field in self._grounds.fields:
            is_known = state_of(memory.subjects, field.zone.id) is not None
            self._states.note(memory, field.zone.id, self._reading(field, scene, is_known=is_known), scene)

    def span(self, subject: Subject) -> Span | None:
        """Since when enough of the zone has been covered."""
        return kept_span(subject)

    def is_credible(self, subject: Subject) -> bool:
        """What was seen for less than half of the time has ended already."""
        del subject
        return True

    def confirms(self, subject: Subject, close: Scene) -> bool:
        """The close look sees so much of it, too, as keeps it up."""
        field = next(one for one in self._grounds.fields if one.zone.id == subject.zone)
        boxes = [one.box for one in self._covering(field, close, is_known=True)]
        return covered_share(field.shape, boxes) >= LEAVE_SHARE * self._share

    def _reading(self, field: ZoneField, scene: Scene, *, is_known: bool) -> Reading | None:
        covering = self._covering(field, scene, is_known=is_known)
        if not covering and not scene.would_show_any(self._classes, field.extent):
            return None
        if covering and all(one.sight is Sight.HIDDEN for one in covering):
            return None
        share = covered_share(field.shape, [one.box for one in covering])
        covering.sort(key=lambda one: -shared_area(one.box, field.extent))
        shown_by = tuple(EventObject(one.class_name, one.score, one.box, one.track) for one in covering)
        return Reading(share / self._share, scene.t, scene.t, shown_by)

    def _covering(self, field: ZoneField, scene: Scene, *, is_known: bool) -> list[Sighting]:
        return [
            one
            for one in scene.sightings
            if one.class_name in self._classes
            and one.score >= self._rule.least_score(one.class_name)
            and shared_area(one.box, field.extent) > 0
            and self._size.allows(one.box, Stay.STILL, is_known=is_known)
        ]
