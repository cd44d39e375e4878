"""An object of the rule's classes stands still in the zone; static objects too, where the rule counts them."""

from typing import ClassVar

from pipeline.config.resolved import Rule
from pipeline.geofence.boxes import iou
from pipeline.observation import STATIC_OBJECT, Sight
from pipeline.rules.condition import Kinds, Pace, Span
from pipeline.rules.memory import RuleMemory
from pipeline.rules.scene import Scene, Sighting
from pipeline.rules.size import SizeLimit
from pipeline.rules.stance import Stay
from pipeline.rules.subject_memory import Subject
from pipeline.rules.unexplained import is_explained, static_sightings, weigh_explanations
from pipeline.rules.zones import Grounds

_CONFIRMING_IOU = 0.3


class Stationary:
    """A vehicle that stands in a lane, a table that stays outside the shop line."""

    pace: ClassVar[Pace] = Pace.DWELL

    def __init__(self, rule: Rule, kinds: Kinds, size: SizeLimit, grounds: Grounds) -> None:
        del size, grounds
        self._classes = rule.classes - {STATIC_OBJECT}
        self._counts_static = STATIC_OBJECT in rule.classes
        self._kinds = kinds

    def candidates(self, scene: Scene) -> list[tuple[Sighting, Stay]]:
        """Objects of the classes, and unexplained static ones where they count."""
        found = [
            (sighting, self._kinds.stay_of(sighting.class_name))
            for sighting in scene.sightings
            if sighting.class_name in self._classes
        ]
        return found + static_sightings(scene, self._kinds.explainers) if self._counts_static else found

    def attend(self, memory: RuleMemory, scene: Scene) -> None:
        """Weigh what explains the static ones."""
        if self._counts_static:
            weigh_explanations(memory.subjects, scene, self._kinds.explainers)

    def span(self, subject: Subject) -> Span | None:
        """The stay itself."""
        return Span(subject.standing.since, subject.standing.held_at)

    def is_credible(self, subject: Subject) -> bool:
        """A static object must have been unexplained for most of the time."""
        return subject.stay is not Stay.LYING or subject.note.credit_ns >= 0

    def confirms(self, subject: Subject, close: Scene) -> bool:
        """The object is found again, or nothing explains the static one."""
        if subject.stay is Stay.LYING:
            return not is_explained(subject.box, close, self._kinds.explainers)
        return any(
            sighting.sight is not Sight.HIDDEN
            and (sighting.class_name in self._classes or self._kinds.are_kin(sighting.class_name, subject.class_name))
            and iou(sighting.box, subject.box) >= _CONFIRMING_IOU
            for sighting in close.sightings
        )
