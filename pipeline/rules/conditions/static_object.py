"""A thing that was not there and now lies still, and that no person and no vehicle explains."""

from typing import ClassVar

from pipeline.config.resolved import Rule
from pipeline.rules.condition import Kinds, Pace, Remembers, Span
from pipeline.rules.memory import RuleMemory
from pipeline.rules.scene import Scene, Sighting
from pipeline.rules.size import SizeLimit
from pipeline.rules.stance import Stay
from pipeline.rules.subject_memory import Subject
from pipeline.rules.unexplained import is_explained, static_sightings, weigh_explanations
from pipeline.rules.zones import Grounds


class StaticObject:
    """A heap of rubble, a bag, a pallet."""

    pace: ClassVar[Pace] = Pace.DWELL
    remembers: ClassVar[Remembers] = Remembers.OBJECTS

    def __init__(self, rule: Rule, kinds: Kinds, size: SizeLimit, grounds: Grounds) -> None:
        del rule, size, grounds
        self._kinds = kinds

    def candidates(self, scene: Scene) -> list[tuple[Sighting, Stay]]:
        """Static objects; those explained at this moment count as hidden."""
        return static_sightings(scene, self._kinds.explainers)

    def attend(self, memory: RuleMemory, scene: Scene) -> None:
        """Weigh what explains them."""
        weigh_explanations(memory.subjects, scene, self._kinds.explainers)

    def span(self, subject: Subject) -> Span | None:
        """The stay itself."""
        return Span(subject.standing.since, subject.standing.held_at)

    def is_credible(self, subject: Subject) -> bool:
        """It must have been unexplained for most of the time."""
        return subject.note.credit_ns >= 0

    def confirms(self, subject: Subject, close: Scene) -> bool:
        """Looked at closely, it is no person and no vehicle."""
        return not is_explained(subject.box, close, self._kinds.explainers)
