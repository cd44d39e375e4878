"""An object of the rule's classes is in the zone, standing or moving, and enough looks call it so."""

from typing import ClassVar

from pipeline.config.resolved import Rule
from pipeline.observation import nanoseconds
from pipeline.rules.condition import Kinds, Pace, Remembers, Span, is_found_again, weigh_looks
from pipeline.rules.memory import RuleMemory
from pipeline.rules.scene import Scene, Sighting
from pipeline.rules.size import SizeLimit
from pipeline.rules.stance import Stay
from pipeline.rules.subject_memory import Subject
from pipeline.rules.zones import Grounds

CONFIRM, SHARE = "confirm_s", "seen_share"
_LEAST_SHARE = 0.5


class Appearance:
    """A muck truck in a street that is closed to it, an electric bike in a lobby."""

    pace: ClassVar[Pace] = Pace.ARRIVAL
    remembers: ClassVar[Remembers] = Remembers.OBJECTS

    def __init__(self, rule: Rule, kinds: Kinds, size: SizeLimit, grounds: Grounds) -> None:
        del kinds, size, grounds
        self._classes = rule.classes
        self._confirm_ns = nanoseconds(rule.params.get(CONFIRM, 0.0))
        self._share = rule.params.get(SHARE, _LEAST_SHARE)

    def candidates(self, scene: Scene) -> list[tuple[Sighting, Stay]]:
        """Objects of the classes. A look that calls a lorry a bus speaks against it."""
        return [(one, Stay.ROAMING) for one in scene.sightings if one.class_name in self._classes]

    def attend(self, memory: RuleMemory, scene: Scene) -> None:
        """Weigh the looks that see it against those that do not."""
        weigh_looks(memory.subjects, scene, self._share)

    def span(self, subject: Subject) -> Span | None:
        """The stay itself."""
        return Span(subject.standing.since, subject.standing.held_at)

    def is_credible(self, subject: Subject) -> bool:
        """It has been seen for long enough, by a share of the looks."""
        standing = subject.standing
        return standing.held_at - standing.since >= self._confirm_ns and subject.note.credit_ns >= 0

    def confirms(self, subject: Subject, close: Scene) -> bool:
        """Looked at closely, it is of the classes still."""
        return is_found_again(subject, close, self._classes)
