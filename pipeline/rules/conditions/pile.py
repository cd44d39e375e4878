"""Things that were not there lie about and stay, and that nothing explains: all of a zone counted together by area."""

from collections.abc import Sequence
from typing import ClassVar

from pipeline.config.resolved import Rule
from pipeline.geofence.geometry import union_area
from pipeline.observation import STATIC_OBJECT
from pipeline.rules.condition import Kinds, Pace, Remembers, Span, objects_of
from pipeline.rules.gathering import gathered
from pipeline.rules.memory import RuleMemory
from pipeline.rules.scene import Scene, Sighting
from pipeline.rules.size import SizeLimit
from pipeline.rules.stance import Stay
from pipeline.rules.subject_memory import Subject
from pipeline.rules.unexplained import is_explained, static_sightings, weigh_explanations
from pipeline.rules.zone_states import ZoneStates, kept_span
from pipeline.rules.zones import Grounds


class Pile:
    """Bricks here, a bundle of pipes there."""

    pace: ClassVar[Pace] = Pace.DWELL
    remembers: ClassVar[Remembers] = Remembers.MORE

    def __init__(self, rule: Rule, kinds: Kinds, size: SizeLimit, grounds: Grounds) -> None:
        del size
        self._kinds = kinds
        self._grounds = grounds
        self._least_share = rule.params["area"]
        self._states = ZoneStates(rule, may_take_turns=False)

    def candidates(self, scene: Scene) -> list[tuple[Sighting, Stay]]:
        """Static objects; those explained at this moment count as hidden."""
        return static_sightings(scene, self._kinds.explainers)

    def attend(self, memory: RuleMemory, scene: Scene) -> None:
        """Weigh what explains them, and add up the others."""
        weigh_explanations(memory.subjects, scene, self._kinds.explainers)
        for field in self._grounds.fields:
            present = [
                one
                for one in memory.subjects
                if one.zone == field.zone.id and one.stay is Stay.LYING and one.note.credit_ns >= 0
            ]
            reading = gathered(
                present, self._fullness, scene, is_examined=scene.would_show(STATIC_OBJECT, field.extent)
            )
            self._states.note(memory, field.zone.id, reading, scene)

    def span(self, subject: Subject) -> Span | None:
        """Since when enough of them have lain there."""
        return kept_span(subject)

    def is_credible(self, subject: Subject) -> bool:
        """What is not has not been counted."""
        del subject
        return True

    def confirms(self, subject: Subject, close: Scene) -> bool:
        """Looked at closely, what no person and no vehicle explains is still enough."""
        boxes = [one.box for one in objects_of(subject) if not is_explained(one.box, close, self._kinds.explainers)]
        return union_area(boxes) >= self._least_share

    def _fullness(self, subjects: Sequence[Subject]) -> float:
        return union_area([one.box for one in subjects]) / self._least_share
