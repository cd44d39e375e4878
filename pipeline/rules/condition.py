"""What a condition decides: which objects of a picture may be its subjects, and since when all of it has held.

Everything else (identity, dwell, grace, schedules, events) is common to all conditions.
"""

from collections.abc import Container, Iterable, Mapping
from dataclasses import dataclass
from enum import StrEnum
from typing import ClassVar, NamedTuple, Protocol

from pipeline.config.resolved import Rule
from pipeline.config.vocabulary import Vocabulary
from pipeline.geofence.boxes import Box, iou, surrounding
from pipeline.observation import REMOVED_OBJECT, STATIC_OBJECT, MediaNs, Sight, nanoseconds
from pipeline.rules.episode import EventObject, Looks
from pipeline.rules.memory import RuleMemory
from pipeline.rules.scene import Scene, Sighting
from pipeline.rules.size import SizeLimit
from pipeline.rules.stance import Stay
from pipeline.rules.subject_memory import Subject
from pipeline.rules.zones import Grounds

PERSON, VEHICLE = "person", "vehicle"
"""A class and a group of the vocabulary that every district has."""
STREET_LAMP = "street_lamp"
"""What darkness is about."""
CANOPY = "umbrella"
"""What a network sees of it hangs above the ground it stands on."""
_CONFIRMING_IOU = 0.3
_MOST_CREDIT_NS = nanoseconds(30)


class Pace(StrEnum):
    """How much of what happens a condition must be shown."""

    DWELL = "dwell"
    """Some looks within its dwell."""
    EVERY_MOMENT = "every_moment"
    """What it looks for is over within a second, and nothing announces it."""
    ARRIVAL = "arrival"
    """What it looks for may come and be gone between two looks at an idle camera, if the dwell is that short."""


class Remembers(StrEnum):
    """What a condition remembers from look to look: what is tried with many settings at once goes by it."""

    OBJECTS = "objects"
    """The objects that it follows, each by itself, whatever dwell and confidence: once none is there, a look that shows
    none changes nothing."""
    OBJECTS_BY_DWELL = "objects_by_dwell"
    """The same, but under another dwell it remembers otherwise."""
    OBJECTS_BY_SCORE = "objects_by_score"
    """The same, but under another confidence: it is the close look's too, and what that refutes is remembered."""
    MORE = "more"
    """What is usual, missing or dark as well, or it counts by the score: every look matters, and each setting is
    another."""


class Span(NamedTuple):
    """The unbroken time over which a condition has held for a subject.

    Attributes:
        since: First entry.
        held_at: Last entry at which it was seen to hold.
    """

    since: MediaNs
    held_at: MediaNs


@dataclass(frozen=True, slots=True)
class Kinds:
    """What classes mean to the rules.

    Attributes:
        people: Classes of people.
        explainers: People and vehicles: a static object under one of them is explained.
        families: By class: those that networks give to one and the same thing.
    """

    people: frozenset[str]
    explainers: frozenset[str]
    families: Mapping[str, str]

    @classmethod
    def of(cls, vocabulary: Vocabulary) -> "Kinds":
        """As the vocabulary has them."""
        people = vocabulary.expand([PERSON])
        return cls(people, people | vocabulary.expand([VEHICLE]), vocabulary.families)

    def stay_of(self, class_name: str) -> Stay:
        """How a thing of this class stays."""
        if class_name in (STATIC_OBJECT, REMOVED_OBJECT):
            return Stay.LYING
        return Stay.ABOUT if class_name in self.people else Stay.STILL

    def standing(self, one: Sighting, aspect: float) -> Sighting:
        """The object with the ground that it stands on.

        A parasol is found by its canopy, which hangs over another place than its foot: it is at least as high as wide.

        Args:
            one: As a network found it.
            aspect: Width over height of the picture.
        """
        if one.class_name != CANOPY:
            return one
        x1, y1, x2, y2 = one.box
        return one._replace(box=(x1, y1, x2, min(1.0, max(y2, y1 + (x2 - x1) * aspect))))

    def are_kin(self, a: str, b: str) -> bool:
        """Whether a network may give both to one and the same thing."""
        return self.families.get(a, a) == self.families.get(b, b)


class Condition(Protocol):
    """What an algorithm stands on. Immutable: all it remembers is in the rule's memory.

    It is made for the zones of one rule in one view of one camera.

    Attributes:
        pace: How much it must be shown.
        remembers: What it keeps from look to look.
    """

    pace: ClassVar[Pace]
    remembers: ClassVar[Remembers]

    def __init__(self, rule: Rule, kinds: Kinds, size: SizeLimit, grounds: Grounds) -> None: ...

    def candidates(self, scene: Scene) -> list[tuple[Sighting, Stay]]:
        """The objects that may be subjects, with how each stays; those to be taken as hidden say so."""
        ...

    def attend(self, memory: RuleMemory, scene: Scene) -> None:
        """Bring what it remembers beside the stays up to date, after they are."""
        ...

    def span(self, subject: Subject) -> Span | None:
        """Since when all of it has held; None: it does not."""
        ...

    def is_credible(self, subject: Subject) -> bool:
        """Whether what was seen on the way speaks for it."""
        ...

    def confirms(self, subject: Subject, close: Scene) -> bool:
        """Whether a close look shows what is to be raised."""
        ...


def is_found_again(subject: Subject, close: Scene, classes: Container[str]) -> bool:
    """Whether a close look shows one of the classes where the subject is."""
    return any(
        sighting.class_name in classes
        and sighting.sight is not Sight.HIDDEN
        and iou(sighting.box, subject.box) >= _CONFIRMING_IOU
        for sighting in close.sightings
    )


def weigh_looks(subjects: Iterable[Subject], scene: Scene, share: float) -> None:
    """Weigh the time over which looks have shown each subject in its zone against the time over which they have not.

    Args:
        subjects: Their notes are changed: the credit is negative where less than the share speaks for it.
        scene: The look.
        share: Of the time, in [0, 1].
    """
    for subject in subjects:
        note, standing = subject.note, subject.standing
        if note.since != standing.since:
            note.since, note.last_at, note.credit_ns = standing.since, standing.since, 0
        passed_ns = scene.t - note.last_at
        if standing.held_at == scene.t:
            note.credit_ns = min(note.credit_ns + round(passed_ns * (1 - share)), _MOST_CREDIT_NS)
        elif subject.seen_at != scene.t and not scene.would_show(subject.class_name, subject.box):
            # A look by another network: it says nothing, and the time is that of the next that does.
            continue
        elif not subject.hidden:
            note.credit_ns -= round(passed_ns * share)
        note.last_at = scene.t


def objects_of(subject: Subject) -> tuple[EventObject, ...]:
    """The subject and its company, as an event tells them."""
    note, tally = subject.note, subject.tally
    looks = Looks(tally.of, tally.seen, tally.detected)
    first = EventObject(subject.class_name, subject.score, subject.box, subject.track, note.speed_kmh, looks)
    return (first, *note.company)


def region_of(subject: Subject) -> Box:
    """The box around the subject and its company."""
    return surrounding(tuple(one.box for one in objects_of(subject)))


def shown_at(subject: Subject, span: Span) -> MediaNs:
    """The last entry that showed that the condition holds; of a state some that count may be out of sight for now."""
    return max(span.held_at, subject.seen_at) if subject.stay is Stay.KEPT else span.held_at
