"""The same person stays in the zone, standing or going about.

The time is the person's, not the place's: it goes on over short ways out of the zone and over looks that miss them, and
ends with the person. Whoever takes their place begins anew.
"""

from typing import ClassVar

from pipeline.config.resolved import Rule
from pipeline.rules.condition import Kinds, Pace, Remembers, Span, is_found_again
from pipeline.rules.memory import RuleMemory
from pipeline.rules.scene import Scene, Sighting
from pipeline.rules.size import SizeLimit
from pipeline.rules.stance import Stay
from pipeline.rules.subject_memory import Subject
from pipeline.rules.zones import Grounds


class Loitering:
    """Somebody who waits about at a school gate."""

    pace: ClassVar[Pace] = Pace.DWELL
    remembers: ClassVar[Remembers] = Remembers.OBJECTS

    def __init__(self, rule: Rule, kinds: Kinds, size: SizeLimit, grounds: Grounds) -> None:
        del kinds, size, grounds
        self._classes = rule.classes

    def candidates(self, scene: Scene) -> list[tuple[Sighting, Stay]]:
        """The people."""
        return [(one, Stay.ROAMING) for one in scene.sightings if one.class_name in self._classes]

    def attend(self, memory: RuleMemory, scene: Scene) -> None:
        """Nothing beside the stays."""

    def span(self, subject: Subject) -> Span | None:
        """The time in the zone, short ways out of it among it."""
        return Span(subject.standing.since, subject.standing.held_at)

    def is_credible(self, subject: Subject) -> bool:
        """It is the same person, and they have been there."""
        del subject
        return True

    def confirms(self, subject: Subject, close: Scene) -> bool:
        """The person is found again."""
        return is_found_again(subject, close, self._classes)
