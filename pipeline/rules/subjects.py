"""The objects of one rule, each at its place: they appear, stay, go unseen for a while, and leave."""

from collections.abc import Mapping, Sequence
from dataclasses import dataclass

from pipeline.config.ids import ZoneId
from pipeline.geofence.boxes import Box, containment
from pipeline.observation import MediaNs, Sight, TrackId, nanoseconds
from pipeline.rules.memory import RuleMemory
from pipeline.rules.motion import Candidate, Motion, hold_back, note_step, read_motion, settled_at
from pipeline.rules.sameness import is_in_place_of, is_twin, learn_look, match, may_take_place
from pipeline.rules.scene import Scene, Sighting
from pipeline.rules.size import SizeLimit
from pipeline.rules.stance import STANCES, Stay
from pipeline.rules.subject_memory import Departure, Doubt, Note, Standing, Subject, Tally
from pipeline.rules.zones import Grounds

_SETTLE_NS = nanoseconds(2)
"""How long an object must be off its place before it has left it: a box that something cuts in two is off as well."""
_SETTLE_LOOKS = 2
_CLEAR = 0.35
"""A box that shares less than this with its place is elsewhere: one that is cut off lies within it."""


@dataclass(frozen=True, slots=True)
class Patience:
    """How long the thread to an object is kept.

    Attributes:
        grace_ns: How long one may be missing.
        member_ns: The same for one that keeps an event open: its end must be confirmed.
    """

    grace_ns: int
    member_ns: int

    def of(self, *, is_member: bool) -> int:
        """How long one may be missing, ns."""
        return self.member_ns if is_member else self.grace_ns


class Follower:
    """Holds what one picture shows against the subjects of a rule; those that their condition keeps are left alone."""

    def __init__(self, grounds: Grounds, size: SizeLimit, patience: Patience) -> None:
        self._grounds = grounds
        self._size = size
        self._patience = patience

    def observe(self, memory: RuleMemory, candidates: Sequence[Candidate], scene: Scene) -> None:
        """Bring the subjects up to date.

        Args:
            memory: Its subjects are changed.
            candidates: What may be a subject, with how it stays.
            scene: The picture they are of.
        """
        members = {number for event in memory.events for number in event.members}
        motion = read_motion(memory, candidates, scene.t)
        index_by_row = match(memory.subjects, candidates, motion, scene)
        living: list[Subject] = []
        for row, subject in enumerate(memory.subjects):
            is_member = subject.number in members
            if row in index_by_row:
                if self._saw(memory, subject, candidates[index_by_row[row]][0], scene, is_member=is_member):
                    living.append(subject)
            elif subject.stay is Stay.KEPT or self._missed(subject, scene, self._patience.of(is_member=is_member)):
                living.append(subject)
        memory.subjects = living
        waiting = self._undecided(living, candidates, motion, scene)
        came = hold_back(memory, {candidates[index][0].track for index in waiting}, scene.t)
        self._welcome(memory, candidates, set(index_by_row.values()) | waiting, came, scene)

    def _saw(self, memory: RuleMemory, subject: Subject, sighting: Sighting, scene: Scene, *, is_member: bool) -> bool:
        """Whether the subject, reported at this moment, lives on."""
        subject.hidden = sighting.sight is Sight.HIDDEN
        if subject.hidden:
            return True
        subject.absent_from = None
        subject.tally.add(sighting.sight)
        learn_look(subject, sighting, scene)
        subject.behind_gap = False
        subject.weigh(sighting.score, scene.t)
        subject.seen_at = scene.t
        subject.track, subject.box, subject.score = sighting.track, sighting.box, sighting.score
        if sighting.score > subject.best_score:
            subject.best_score, subject.class_name = sighting.score, sighting.class_name
        stance = STANCES[subject.stay]
        if stance.wanders:
            note_step(subject, scene.t)
        if self._is_in_place(subject, scene):
            subject.departure = None
            subject.standing.held_at = scene.t
            if stance.follows:
                subject.standing.anchor = sighting.box
            return True
        if stance.roams:
            return self._strays(memory, subject, scene, is_member=is_member)
        settle_ns = max(_SETTLE_NS, self._patience.member_ns - self._patience.grace_ns) if is_member else _SETTLE_NS
        return self._departs(memory, subject, scene, settle_ns)

    def _is_in_place(self, subject: Subject, scene: Scene) -> bool:
        stance = STANCES[subject.stay]
        if not stance.holds(subject.standing.anchor, subject.box, scene.aspect):
            return False
        return stance.zone_by_anchor or self._zone_of(subject.box, subject.stay, subject.zone) == subject.zone

    def _departs(self, memory: RuleMemory, subject: Subject, scene: Scene, settle_ns: int) -> bool:
        """Whether it lives on, off its place as it is; once that is certain it begins anew where it is now."""
        departure = _follow_departure(subject, scene)
        if departure is None:
            departure = Departure(scene.t, 1, Standing(subject.box, scene.t, scene.t), None)
            departure.zone = self._zone_of(subject.box, subject.stay, subject.zone)
            subject.departure = departure
        elif departure.standing.since == scene.t:
            departure.zone = self._zone_of(subject.box, subject.stay, subject.zone)
        departure.is_clear &= subject.stay is Stay.STILL and containment(subject.standing.anchor, subject.box) < _CLEAR
        if departure.looks < _SETTLE_LOOKS or (scene.t - departure.since < settle_ns and not departure.is_clear):
            return True
        if departure.zone is None:
            return False
        # All of them have seen it, and where it is now.
        subject.tally = Tally(departure.looks, departure.looks, departure.looks)
        begin = settled_at(subject, scene.aspect)
        if begin is not None and begin.t <= departure.since and departure.zone == subject.zone:
            # It had come to stay here before it seemed to leave: the same stay, but measured from its true place.
            subject.standing, subject.departure = Standing(begin.box, begin.t, scene.t), None
            if subject.note.since is not None:
                subject.note.since = max(subject.note.since, begin.t)
            return True
        _begin_anew(memory, subject, departure.zone, departure.standing)
        return True

    def _strays(self, memory: RuleMemory, subject: Subject, scene: Scene, *, is_member: bool) -> bool:
        """Whether one that goes about lives on, out of its zone as it is: it may come back within the grace."""
        zone = self._zone_of(subject.box, subject.stay, subject.zone)
        departure = subject.departure
        if departure is None:
            departure = subject.departure = Departure(scene.t, 0, Standing(subject.box, scene.t, scene.t), zone)
        if zone != departure.zone:
            departure.zone, departure.standing = zone, Standing(subject.box, scene.t, scene.t)
        departure.looks += 1
        departure.standing.anchor, departure.standing.held_at = subject.box, scene.t
        if scene.t - departure.since < (self._patience.member_ns if is_member else self._patience.grace_ns):
            return True
        if zone is None:
            return False
        _begin_anew(memory, subject, zone, departure.standing)
        return True

    def _missed(self, subject: Subject, scene: Scene, patience_ns: int) -> bool:
        """Whether the subject, not reported at this moment, lives on."""
        if not scene.would_show(subject.class_name, subject.box):
            return True
        subject.hidden = False
        subject.tally.miss()
        if subject.absent_from is None:
            subject.absent_from = scene.t
        departure = subject.departure if STANCES[subject.stay].roams else None
        out_from = subject.absent_from if departure is None else min(subject.absent_from, departure.since)
        return scene.t - out_from < patience_ns

    def _undecided(
        self, subjects: Sequence[Subject], candidates: Sequence[Candidate], motion: Sequence[Motion], scene: Scene
    ) -> set[int]:
        """New tracks in the place of something unseen: the next look tells whether they are it or only pass."""
        unseen = [
            one
            for one in subjects
            if one.stay is Stay.STILL and one.seen_at < scene.t and not may_take_place(one, Motion.UNKNOWN, scene.t)
        ]
        return {
            index
            for index, (sighting, stay) in enumerate(candidates)
            if motion[index] is Motion.UNKNOWN
            and any(one.stay is stay and is_in_place_of(sighting, one, scene) for one in unseen)
        }

    def _welcome(
        self,
        memory: RuleMemory,
        candidates: Sequence[Candidate],
        taken: set[int],
        came: Mapping[TrackId, MediaNs],
        scene: Scene,
    ) -> None:
        known: list[tuple[Box, Stay]] = [(candidates[index][0].box, candidates[index][1]) for index in taken]
        fresh = [one for index, one in enumerate(candidates) if index not in taken]
        for sighting, stay in sorted(fresh, key=lambda candidate: -candidate[0].score):
            if sighting.sight is Sight.HIDDEN or is_twin(sighting.box, known, stay):
                continue
            zone = self._zone_of(sighting.box, stay, None)
            if zone is not None:
                known.append((sighting.box, stay))
                newcomer = _newcomer(memory.next_number, zone, sighting, stay, scene)
                newcomer.standing.since = came.get(sighting.track, scene.t)
                memory.subjects.append(newcomer)
                memory.next_number += 1

    def _zone_of(self, box: Box, stay: Stay, now_in: ZoneId | None) -> ZoneId | None:
        if not self._size.allows(box, stay, is_known=now_in is not None):
            return None
        return self._grounds.zone_of(box, stay, now_in)


def _begin_anew(memory: RuleMemory, subject: Subject, zone: ZoneId, standing: Standing) -> None:
    """The object goes on under another number: it stays elsewhere now."""
    subject.number = memory.next_number
    memory.next_number += 1
    subject.zone, subject.standing, subject.departure = zone, standing, None
    subject.note, subject.doubt = Note(), Doubt()


def _follow_departure(subject: Subject, scene: Scene) -> Departure | None:
    """The departure that goes on, with its stay begun anew wherever the object has moved on again."""
    departure = subject.departure
    if departure is None:
        return None
    departure.looks += 1
    if STANCES[subject.stay].holds(departure.standing.anchor, subject.box, scene.aspect):
        departure.standing.held_at = scene.t
    else:
        departure.standing = Standing(subject.box, scene.t, scene.t)
    return departure


def _newcomer(number: int, zone: ZoneId, sighting: Sighting, stay: Stay, scene: Scene) -> Subject:
    newcomer = Subject(
        number=number,
        stay=stay,
        zone=zone,
        track=sighting.track,
        class_name=sighting.class_name,
        score=sighting.score,
        best_score=sighting.score,
        mean_score=sighting.score,
        box=sighting.box,
        appearance=sighting.appearance.copy(),
        learned_at=scene.t,
        brightness=scene.brightness,
        seen_at=scene.t,
        standing=Standing(sighting.box, scene.t, MediaNs(scene.t)),
    )
    newcomer.tally.add(sighting.sight)
    return newcomer
