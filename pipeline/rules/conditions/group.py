"""A person who stays, with a stall beside them: a stall-like object or an unexplained static one.

The dwell is the person's: another person at the same stall begins anew. It counts from when both are there.
"""

from typing import ClassVar

from pipeline.config.resolved import Rule
from pipeline.geofence.boxes import iou
from pipeline.observation import STATIC_OBJECT, Sight, nanoseconds
from pipeline.rules.condition import Kinds, Pace, Remembers, Span
from pipeline.rules.episode import EventObject
from pipeline.rules.memory import RuleMemory
from pipeline.rules.scene import Scene, Sighting
from pipeline.rules.size import SizeLimit
from pipeline.rules.stalls import covers_nobody, follow_fixtures, is_beside, is_furniture
from pipeline.rules.stance import Stay
from pipeline.rules.subject_memory import Note, Subject
from pipeline.rules.unexplained import static_sightings
from pipeline.rules.zones import Grounds

_CONFIRMING_IOU = 0.3
_MOST_CREDIT_NS = nanoseconds(30)


class Group:
    """A street vendor and their stall."""

    pace: ClassVar[Pace] = Pace.DWELL
    remembers: ClassVar[Remembers] = Remembers.OBJECTS_BY_DWELL

    def __init__(self, rule: Rule, kinds: Kinds, size: SizeLimit, grounds: Grounds) -> None:
        del grounds
        self._people = kinds.people
        self._stalls = rule.classes - kinds.people - {STATIC_OBJECT}
        self._explainers = kinds.explainers
        self._counts_static = STATIC_OBJECT in rule.classes
        self._size = size
        self._dwell_ns = rule.dwell_ns
        self._grace_ns = rule.grace_ns
        self._most_credit_ns = max(rule.grace_ns, min(rule.dwell_ns // 2, _MOST_CREDIT_NS))

    def candidates(self, scene: Scene) -> list[tuple[Sighting, Stay]]:
        """The people."""
        return [(sighting, Stay.ABOUT) for sighting in scene.sightings if sighting.class_name in self._people]

    def attend(self, memory: RuleMemory, scene: Scene) -> None:
        """See who has a stall beside them."""
        people = memory.subjects
        stalls = [one for one in self._stall_sightings(scene) if covers_nobody(one, people)]
        memory.fixtures = follow_fixtures(memory.fixtures, stalls, people, scene, self._dwell_ns)
        if not people:
            return
        visible = [one for one in stalls if one.sight is not Sight.HIDDEN and not is_furniture(one, memory.fixtures)]
        for person in people:
            beside = [one for one in visible if is_beside(person.box, one.box, scene.aspect)]
            self._note(person, beside, scene)

    def span(self, subject: Subject) -> Span | None:
        """Since when the person has had a stall."""
        note = subject.note
        return None if note.since is None else Span(note.since, note.held_at)

    def is_credible(self, subject: Subject) -> bool:
        """What counts against it has ended it already."""
        del subject
        return True

    def confirms(self, subject: Subject, close: Scene) -> bool:
        """The person is found again."""
        return any(
            sighting.class_name in self._people
            and sighting.sight is not Sight.HIDDEN
            and iou(sighting.box, subject.box) >= _CONFIRMING_IOU
            for sighting in close.sightings
        )

    def _stall_sightings(self, scene: Scene) -> list[Sighting]:
        found = [one for one in scene.sightings if one.class_name in self._stalls]
        if self._counts_static:
            found.extend(
                one
                for one, stay in static_sightings(scene, self._explainers)
                if self._size.allows(one.box, stay, is_known=False)
            )
        return found

    def _note(self, person: Subject, beside: list[Sighting], scene: Scene) -> None:
        """Weigh the time with a stall against the time without; an unseen one is bridged by the grace."""
        note, t = person.note, scene.t
        is_here = person.standing.held_at == t
        if note.since is None:
            if beside and is_here:
                person.note = Note(since=t, held_at=t, last_at=t, credit_ns=self._grace_ns, company=_told(beside))
            return
        passed_ns, note.last_at = t - note.last_at, t
        if beside:
            note.credit_ns = min(note.credit_ns + passed_ns, self._most_credit_ns)
            if is_here:
                note.held_at, note.company = t, _told(beside)
        elif not self._is_stall_missing(person, scene):
            return
        elif t - note.held_at > self._grace_ns:
            note.credit_ns -= passed_ns
            if note.credit_ns < 0:
                person.note = Note()

    def _is_stall_missing(self, person: Subject, scene: Scene) -> bool:
        """Whether the stall's place was looked at, so that it should have been seen."""
        return person.seen_at == scene.t and any(
            scene.would_show(one.class_name, one.box) for one in person.note.company
        )


def _told(stalls: list[Sighting]) -> tuple[EventObject, ...]:
    return tuple(EventObject(one.class_name, one.score, one.box, one.track) for one in stalls)
