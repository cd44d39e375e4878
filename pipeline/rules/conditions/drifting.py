"""Flame or smoke shows in the zone: it flickers, drifts and grows about one place, and a share of the looks see it.

What passes is no fire: a light that moves on has left its place before the dwell is over.
"""

from typing import ClassVar

from pipeline.config.resolved import Rule
from pipeline.rules.condition import Kinds, Pace, Remembers, Span, is_found_again, weigh_looks
from pipeline.rules.memory import RuleMemory
from pipeline.rules.scene import UNKNOWN, Scene, Sighting
from pipeline.rules.size import SizeLimit
from pipeline.rules.stance import Stay
from pipeline.rules.subject_memory import Subject
from pipeline.rules.zones import Grounds

SHARE = "seen_share"
_LEAST_SHARE = 0.4


class Drifting:
    """Smoke over a heap, flames behind a window."""

    pace: ClassVar[Pace] = Pace.DWELL
    remembers: ClassVar[Remembers] = Remembers.OBJECTS_BY_SCORE

    def __init__(self, rule: Rule, kinds: Kinds, size: SizeLimit, grounds: Grounds) -> None:
        del kinds, size, grounds
        self._rule = rule
        self._classes = rule.classes
        self._share = rule.params.get(SHARE, _LEAST_SHARE)

    def candidates(self, scene: Scene) -> list[tuple[Sighting, Stay]]:
        """Objects of the classes. Their look tells nothing: a flame never looks the same twice."""
        return [
            (one._replace(appearance=UNKNOWN), Stay.DRIFTING)
            for one in scene.sightings
            if one.class_name in self._classes
        ]

    def attend(self, memory: RuleMemory, scene: Scene) -> None:
        """Weigh the looks that see it against those that do not."""
        weigh_looks(memory.subjects, scene, self._share)

    def span(self, subject: Subject) -> Span | None:
        """The stay about its place."""
        return Span(subject.standing.since, subject.standing.held_at)

    def is_credible(self, subject: Subject) -> bool:
        """A share of the looks have seen it."""
        return subject.note.credit_ns >= 0

    def confirms(self, subject: Subject, close: Scene) -> bool:
        """Looked at closely, it burns or smokes, and as surely as the rule asks: a lit screen does so now and then."""
        clear = [one for one in close.sightings if one.score >= self._rule.least_score(one.class_name)]
        return is_found_again(subject, close._replace(sightings=tuple(clear)), self._classes)
