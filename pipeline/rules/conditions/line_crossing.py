"""An object crosses a line, in its direction where it has one.

The way of its ground point between two looks is cut with the line. A crossing counts once the object is clear of the
line: who stops on it and goes back has not crossed, and who sways on it has crossed once. It is a moment: its event is
raised there, holds for a second more at most while the object is seen, and is cleared as others are.
"""

from typing import ClassVar

from pipeline.config.resolved import Rule, Zone
from pipeline.geofence.boxes import Box
from pipeline.geofence.lines import crossed, distance, ground_point, stretched
from pipeline.observation import nanoseconds
from pipeline.rules.condition import Kinds, Pace, Remembers, Span, is_found_again
from pipeline.rules.courses import heading_of, speed_kmh
from pipeline.rules.memory import RuleMemory
from pipeline.rules.scene import Scene, Sighting
from pipeline.rules.size import SizeLimit
from pipeline.rules.stance import Stay, longer_side
from pipeline.rules.subject_memory import Course, Passage, Subject
from pipeline.rules.zones import Grounds

_CLEAR_SIZES = 0.15
"""How far an object must be from a line to be clear of it, in its own shorter sides: a detector's boxes jitter less."""
_AWAY_SIZES = 1.0
"""How far it must have been before it may cross again, in its own longer sides."""
_HOLDS_NS = nanoseconds(1.0)
"""As long as a log without close looks takes to raise it."""
_CUT_SHARE, _KEPT_SHARE = 0.2, 0.1
"""A box whose lower edge leaps up while its upper one stays has lost its feet behind something."""


class LineCrossing:
    """Over the fence, over the edge of the platform, the wrong way through a gate."""

    pace: ClassVar[Pace] = Pace.EVERY_MOMENT
    remembers: ClassVar[Remembers] = Remembers.OBJECTS_BY_DWELL

    def __init__(self, rule: Rule, kinds: Kinds, size: SizeLimit, grounds: Grounds) -> None:
        del kinds
        self._classes = rule.classes
        self._lines = grounds.zones
        self._ground = size.ground
        self._dwell_ns = rule.dwell_ns
        self._holds_ns = rule.dwell_ns + _HOLDS_NS

    def candidates(self, scene: Scene) -> list[tuple[Sighting, Stay]]:
        """Objects of the classes, wherever they are."""
        return [(one, Stay.PASSING) for one in scene.sightings if one.class_name in self._classes]

    def attend(self, memory: RuleMemory, scene: Scene) -> None:
        """Follow where each of them goes."""
        for subject in memory.subjects:
            if subject.seen_at == scene.t:
                self._follow(subject, scene)
            note = subject.note
            if note.since is not None and scene.t - note.since > self._holds_ns:
                note.since = None

    def span(self, subject: Subject) -> Span | None:
        """From the crossing on, for as long as it is told."""
        note = subject.note
        return None if note.since is None else Span(note.since, note.held_at)

    def is_credible(self, subject: Subject) -> bool:
        """It has crossed."""
        del subject
        return True

    def confirms(self, subject: Subject, close: Scene) -> bool:
        """It is found again."""
        return is_found_again(subject, close, self._classes)

    def _follow(self, subject: Subject, scene: Scene) -> None:
        note, course = subject.note, subject.note.course
        if course is None:
            passages = [Passage(line.id) for line in self._lines]
            note.course = Course(subject.box, scene.t, subject.box, passages=passages)
            return
        if note.since is not None and scene.t - note.since <= self._holds_ns:
            note.held_at = scene.t
        if _has_lost_its_feet(course.box, subject.box):
            return
        for line, passage in zip(self._lines, course.passages, strict=True):
            net = _passed(line, passage, course.box, subject.box, scene.aspect)
            if net * passage.counted < 0 and note.since is not None and scene.t - note.since < self._dwell_ns:
                note.since = None
            elif not passage.counted and (net > 0 or (net < 0 and line.direction is None)):
                passage.counted = 1 if net > 0 else -1
                subject.zone = line.id
                note.since = note.held_at = scene.t
                note.speed_kmh = speed_kmh(self._ground, course.box, subject.box, scene.t - course.at)
        course.box, course.at = subject.box, scene.t


def _passed(line: Zone, passage: Passage, before: Box, box: Box, aspect: float) -> int:
    """How often the object has crossed the line with the steps that end here, clear of it; 0 while it is on it."""
    points = [stretched(point, aspect) for point in line.points]
    foot = stretched(ground_point(box), aspect)
    passage.net += crossed(points, stretched(ground_point(before), aspect), foot, heading_of(line, aspect))
    off = distance(points, foot)
    if off < _CLEAR_SIZES * min((box[2] - box[0]) * aspect, box[3] - box[1]):
        return 0
    net, passage.net = passage.net, 0
    if not net and off >= _AWAY_SIZES * longer_side(box, aspect):
        passage.counted = 0
    return net


def _has_lost_its_feet(before: Box, box: Box) -> bool:
    height = before[3] - before[1]
    return before[3] - box[3] > _CUT_SHARE * height and abs(box[1] - before[1]) < _KEPT_SHARE * height
