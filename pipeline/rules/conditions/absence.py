"""Something that belongs into the zone is gone: a bin, a barrier, a sign.

What belongs is learned from the log: an object of the rule's classes that has stood in the zone for long enough, or,
where none of them has, whatever was part of the picture for as long. Its place must be seen without it; what hides it,
a lorry or people, says nothing, and neither does a gap.
"""

from typing import ClassVar

from pipeline.config.ids import ZoneId
from pipeline.config.resolved import Rule
from pipeline.geofence.boxes import covered, iou
from pipeline.observation import REMOVED_OBJECT, STATIC_OBJECT, LookKind, Sight, nanoseconds
from pipeline.rules.condition import Kinds, Pace, Remembers, Span
from pipeline.rules.gathering import told
from pipeline.rules.memory import RuleMemory
from pipeline.rules.scene import Scene, Sighting
from pipeline.rules.size import SizeLimit
from pipeline.rules.stance import STANCES, Stay
from pipeline.rules.subject_memory import Note, Subject, Tally
from pipeline.rules.unexplained import static_sightings
from pipeline.rules.zone_states import kept_subject
from pipeline.rules.zones import Grounds

_HIDING_SHARE = 0.3
"""What covers so much of a place hides what stands there."""
_CONFIRMING_IOU = 0.3
_GONE_SHARE = 0.95
"""Of the looks since, so many must have seen the place of a part of the picture changed."""


class Absence:
    """A bin that is gone; what was put back, in its place or beside it in the zone, is there again."""

    pace: ClassVar[Pace] = Pace.DWELL
    remembers: ClassVar[Remembers] = Remembers.MORE

    def __init__(self, rule: Rule, kinds: Kinds, size: SizeLimit, grounds: Grounds) -> None:
        del size
        self._classes = rule.classes - {STATIC_OBJECT}
        self._counts_removed = STATIC_OBJECT in rule.classes
        self._explainers = kinds.explainers
        self._rule = rule
        self._grace_ns = rule.grace_ns
        self._belongs_ns = nanoseconds(rule.params["belongs_s"])
        self._zones = tuple(field.zone.id for field in grounds.fields)

    def candidates(self, scene: Scene) -> list[tuple[Sighting, Stay]]:
        """Objects that may belong here, and places of things taken away; those covered at this moment are hidden."""
        found = [(one, Stay.STILL) for one in scene.sightings if one.class_name in self._classes]
        return found + static_sightings(scene, self._explainers, REMOVED_OBJECT) if self._counts_removed else found

    def attend(self, memory: RuleMemory, scene: Scene) -> None:
        """Learn what belongs, and see which of it is gone."""
        if memory.watched_from is None and any(look.kind is LookKind.STATIC for look in scene.looks):
            memory.watched_from = scene.t
        for zone in self._zones:
            fixtures = [one for one in memory.subjects if one.zone == zone and one.stay is Stay.KEPT]
            objects = [one for one in memory.subjects if one.zone == zone and one.stay is Stay.STILL]
            owners = _in_place(fixtures, objects, scene)
            _moved_within(fixtures, objects, owners, scene.t - self._grace_ns)
            for fixture in fixtures:
                self._look_after(memory, fixture, owners.get(fixture.number), scene)
            self._learn(memory, _others(objects, owners), scene)
            self._note_removed(memory, zone)

    def span(self, subject: Subject) -> Span | None:
        """Since when its place has been seen without it."""
        if subject.stay is Stay.STILL or subject.note.since is None:
            return None
        return Span(subject.note.since, subject.note.held_at)

    def is_credible(self, subject: Subject) -> bool:
        """What is gone is gone at every look; what light takes away, a screen or its reflection, comes and goes."""
        return subject.stay is not Stay.LYING or subject.tally.seen >= _GONE_SHARE * subject.tally.of

    def confirms(self, subject: Subject, close: Scene) -> bool:
        """Looked at closely, it is not there, and nothing hides its place."""
        return not self._is_hidden(subject, close) and not any(
            one.class_name in self._classes and iou(one.box, subject.box) >= _CONFIRMING_IOU for one in close.sightings
        )

    def _look_after(self, memory: RuleMemory, fixture: Subject, there: Subject | None, scene: Scene) -> None:
        """Note whether a fixture is there, gone, or not to be seen."""
        if there is not None and there.absent_from is None:
            is_told = any(fixture.number in event.members for event in memory.events)
            is_back = not is_told or scene.t - there.standing.since >= self._grace_ns
            if there.seen_at == scene.t and is_back:
                _is_there(memory, fixture, there, scene)
            elif there.seen_at == scene.t and fixture.note.since is not None:
                fixture.tally.miss()
            return
        fixture.hidden = self._is_hidden(fixture, scene)
        if fixture.hidden or not scene.would_show(fixture.class_name, fixture.box):
            return
        if fixture.absent_from is None:
            fixture.absent_from = scene.t
        if there is not None:
            # Missed, not missing: the grace is not over.
            return
        note = fixture.note
        note.since = fixture.absent_from if note.since is None else note.since
        note.held_at, fixture.behind_gap = scene.t, False
        fixture.tally.add(Sight.DETECTED)

    def _is_hidden(self, fixture: Subject, scene: Scene) -> bool:
        """Whether something else stands before the place."""
        mine = self._classes | {STATIC_OBJECT, REMOVED_OBJECT}
        return any(
            one.class_name not in mine
            and one.sight is not Sight.HIDDEN
            and covered(fixture.box, one.box) >= _HIDING_SHARE
            for one in scene.sightings
        )

    def _learn(self, memory: RuleMemory, others: list[Subject], scene: Scene) -> None:
        """What has stood here for long enough belongs here from now on."""
        for one in others:
            if (
                one.standing.held_at - one.standing.since >= self._belongs_ns
                and one.sure_score >= self._rule.least_score(one.class_name)
                and one.seen_at == scene.t
            ):
                memory.subjects.append(kept_subject(memory, one.zone, told([one]), scene.t, scene))

    def _note_removed(self, memory: RuleMemory, zone: ZoneId) -> None:
        """What was taken away counts where it was there for long enough, and where no object is known to belong."""
        mine = [one for one in memory.subjects if one.zone == zone]
        knows_fixtures = any(one.stay is Stay.KEPT for one in mine)
        for one in mine:
            if one.stay is Stay.LYING and memory.watched_from is not None:
                was_there_ns = one.standing.since - memory.watched_from
                belongs = not knows_fixtures and was_there_ns >= self._belongs_ns
                one.note = Note(since=one.standing.since, held_at=one.standing.held_at) if belongs else Note()


def _in_place(fixtures: list[Subject], objects: list[Subject], scene: Scene) -> dict[int, Subject]:
    """Which object is in the place of which fixture, by the fixture's number; the best fit first."""
    place = STANCES[Stay.STILL].place
    fits = sorted(
        (
            (-share, fixture.number, one.number, one)
            for fixture in fixtures
            for one in objects
            if (share := place(fixture.box, one.box, scene.aspect)) > 0
        ),
        key=lambda fit: fit[:3],
    )
    owners: dict[int, Subject] = {}
    for _, fixture_number, _, one in fits:
        if fixture_number not in owners and one.number not in {owner.number for owner in owners.values()}:
            owners[fixture_number] = one
    return owners


def _others(objects: list[Subject], owners: dict[int, Subject]) -> list[Subject]:
    taken = {one.number for one in owners.values()}
    return [one for one in objects if one.number not in taken]


def _moved_within(fixtures: list[Subject], objects: list[Subject], owners: dict[int, Subject], settled_by: int) -> None:
    """Give each fixture that is not in its place an object that has come to stand elsewhere in the zone."""
    free = [one for one in _others(objects, owners) if one.standing.since <= settled_by]
    for fixture in fixtures:
        if fixture.number not in owners and free:
            owners[fixture.number] = free.pop(0)


def _is_there(memory: RuleMemory, fixture: Subject, there: Subject, scene: Scene) -> None:
    if fixture.note.since is not None:
        # What is said of this absence says nothing of the next.
        fixture.number, memory.next_number = memory.next_number, memory.next_number + 1
        fixture.note, fixture.tally = Note(), Tally()
    fixture.track, fixture.box, fixture.score = there.track, there.box, there.score
    fixture.seen_at = fixture.standing.held_at = scene.t
    fixture.absent_from, fixture.hidden, fixture.behind_gap = None, False, False
