"""One rule under many dwells and confidences, reasoned over as one for as long as nothing tells them apart.

Where the objects of a rule are, and since when, hangs on neither; only what is told of them does. So settings that
remember the same take each step together, and part in the moment in which one would tell what another would not. When
they remember the same again, they are one again. What each tells is what it would have told alone.
"""

from collections.abc import Sequence
from copy import deepcopy
from dataclasses import dataclass, replace

from pydantic import TypeAdapter

from pipeline.config.resolved import Rule
from pipeline.observation import Command, CommandKind, End, Gap, MediaNs, Tick
from pipeline.rules.condition import Remembers
from pipeline.rules.conditions.registry import CONDITIONS
from pipeline.rules.episode import Episode
from pipeline.rules.events import CLOSED_REMEMBERED
from pipeline.rules.hush import forget_old
from pipeline.rules.memory import Closed, RuleMemory
from pipeline.rules.rule_state import RuleState
from pipeline.rules.scene import Scene
from pipeline.rules.stance import Stay
from pipeline.rules.subject_memory import Subject

_COMPARE_EVERY = 24
_MEMORY = TypeAdapter(RuleMemory)


def follows_objects(rule: Rule) -> bool:
    """Whether a rule remembers nothing but the objects it follows, each by itself.

    Only of such a rule settings can be reasoned over as one, and looks that show nothing be passed over.
    """
    counts = rule.params.get("count", 1) > 1
    return _remembers(rule) is not Remembers.MORE and not counts and not rule.dwell_by_class_ns


def parts_by_dwell(rule: Rule) -> bool:
    """Whether a rule remembers otherwise under another dwell."""
    return _remembers(rule) in (Remembers.OBJECTS_BY_DWELL, Remembers.MORE)


def parts_by_score(rule: Rule) -> bool:
    """Whether a rule remembers otherwise under another confidence."""
    return _remembers(rule) in (Remembers.OBJECTS_BY_SCORE, Remembers.MORE)


def _remembers(rule: Rule) -> Remembers:
    condition = rule.algorithm.condition
    return Remembers.MORE if condition is None else CONDITIONS[condition].remembers


@dataclass(slots=True)
class _Party:
    """Settings that remember the same.

    Attributes:
        members: Their numbers, the first speaks for all.
        memory: What they remember.
        least_ns: The shortest of their dwells.
        most_ns: The longest.
        scores: By class, the least and the largest score that they ask for.
    """

    members: list[int]
    memory: RuleMemory
    least_ns: int
    most_ns: int
    scores: dict[str, tuple[float, float]]


class SharedRule:
    """A rule on one camera, in one view of it, under settings that differ in dwell and confidence alone.

    Remembers what the parties remember, and by setting the events that were over before its party became one: a word
    on one of them parts it from the others, nothing else does.

    Attributes:
        told: By setting, what was said, in order.
        view: The preset in which its zones are.
    """

    def __init__(self, states: Sequence[RuleState]) -> None:
        """Nothing is remembered yet.

        Args:
            states: One a setting.
        """
        self.told: list[list[Episode]] = [[] for _ in states]
        self.view = states[0].memory.view
        self._states = states
        self._closed: list[list[Closed]] = [[] for _ in states]
        self._parties = [self._party(list(range(len(states))), states[0].memory)]
        self._steps = 0
        self._may_rest = follows_objects(states[0].rule)

    @property
    def is_at_rest(self) -> bool:
        """Whether nothing is there: no picture without anything for the rule can change what it remembers."""
        return self._may_rest and all(_rests(party.memory) for party in self._parties)

    def wake(self, glimpses: Sequence[Scene]) -> None:
        """Take note of where things were in the pictures of the last seconds, which were passed over at rest."""
        for party in self._parties:
            party.memory.sighted = []
            state = self._speaker(party)
            for scene in glimpses:
                state.glimpse(scene)

    def see(self, scene: Scene) -> None:
        """A picture was looked at."""
        for party in tuple(self._parties):
            self._speaker(party).follow(scene)
            for part in self._parted(party):
                self._tell(part, self._speaker(part).judge(scene).episodes)
        self._steps += 1
        if len(self._parties) > 1:
            self._join(scene.t)

    def look_closely(self, close: Scene) -> None:
        """A close look was taken."""
        for party in self._parties:
            self._tell(party, self._speaker(party).look_closely(close).episodes)

    def pass_time(self, tick: Tick, *, is_blind: bool) -> None:
        """Time passes with nothing seen."""
        for party in self._parties:
            if party.memory.events or party.memory.questions:
                self._tell(party, self._speaker(party).pass_time(tick, is_blind=is_blind).episodes)

    def lose_sight(self, gap: Gap) -> None:
        """The camera is blind."""
        for party in self._parties:
            self._tell(party, self._speaker(party).lose_sight(gap).episodes)

    def obey(self, command: Command) -> None:
        """An operator has spoken."""
        if command.kind is CommandKind.DISMISS:
            self._part_from(command)
        for party in self._parties:
            self._tell(party, self._speaker(party).obey(command).episodes)

    def end(self, end: End) -> None:
        """Nothing more will come."""
        for party in self._parties:
            self._tell(party, self._speaker(party).end(end).episodes)

    def _part_from(self, command: Command) -> None:
        """Settings for which an event that is over is meant go on by themselves, with what they remember of such."""
        for party in tuple(self._parties):
            meant = [
                member for member in party.members if any(one.id == command.target for one in self._closed[member])
            ]
            if not meant:
                continue
            self._parties.remove(party)
            rest = [member for member in party.members if member not in meant]
            if rest:
                self._parties.append(self._party(rest, deepcopy(party.memory)))
            for member in meant:
                memory = deepcopy(party.memory)
                memory.closed = [*self._closed[member], *memory.closed][-CLOSED_REMEMBERED:]
                forget_old(memory, command.t)
                self._closed[member] = []
                self._parties.append(self._party([member], memory))

    def _speaker(self, party: _Party) -> RuleState:
        state = self._states[party.members[0]]
        state.memory = party.memory
        return state

    def _tell(self, party: _Party, episodes: Sequence[Episode]) -> None:
        if episodes:
            for member in party.members:
                self.told[member].extend(episodes)

    def _party(self, members: list[int], memory: RuleMemory) -> _Party:
        dwells = [self._states[member].rule.dwell_ns for member in members]
        return _Party(members, memory, min(dwells), max(dwells), {})

    def _parted(self, party: _Party) -> list[_Party]:
        """The party, or the parties into which it falls: those that take the same view of every object."""
        if len(party.members) == 1 or all(self._is_common(party, one) for one in party.memory.subjects):
            return [party]
        members_by_view: dict[tuple[bool, ...], list[int]] = {}
        for member in party.members:
            members_by_view.setdefault(self._views(party, member), []).append(member)
        if len(members_by_view) == 1:
            return [party]
        parts = [
            self._party(members, deepcopy(party.memory) if n else party.memory)
            for n, members in enumerate(members_by_view.values())
        ]
        self._parties.remove(party)
        self._parties.extend(parts)
        return parts

    def _is_common(self, party: _Party, subject: Subject) -> bool:
        """Whether all settings of a party take the same view of an object, as far as a glance tells."""
        dwelt_ns = self._speaker(party).dwelt_ns(subject)
        if dwelt_ns < party.least_ns:
            return True
        low, high = self._scores(party, subject)
        score = 1.0 if subject.stay is Stay.LYING else subject.sure_score
        if _is_kept(party.memory, subject):
            return dwelt_ns >= party.most_ns
        return score < low or (dwelt_ns >= party.most_ns and score >= high)

    def _scores(self, party: _Party, subject: Subject) -> tuple[float, float]:
        found = party.scores.get(subject.class_name)
        if found is None:
            asked = [self._states[member].rule.least_score(subject.class_name) for member in party.members]
            found = party.scores[subject.class_name] = (min(asked), max(asked))
        return (0.0, 0.0) if subject.stay is Stay.LYING else found

    def _views(self, party: _Party, member: int) -> tuple[bool, ...]:
        """What decides what a setting tells of each object."""
        rule, speaker = self._states[member].rule, self._speaker(party)
        return tuple(
            speaker.dwelt_ns(one) >= max(rule.dwell_ns, 0)
            and (
                one.stay is Stay.LYING
                or _is_kept(party.memory, one)
                or one.sure_score >= rule.least_score(one.class_name)
            )
            for one in party.memory.subjects
        )

    def _join(self, t: MediaNs) -> None:
        """Make one of the parties that remember the same by now."""
        resting = [party for party in self._parties if _rests(party.memory)]
        if len(resting) < 2 and self._steps % _COMPARE_EVERY:
            return
        found: dict[bytes, list[_Party]] = {}
        for party in self._parties:
            found.setdefault(_remembered(party.memory, t), []).append(party)
        self._parties = [same[0] if len(same) == 1 else self._joined(same) for same in found.values()]

    def _joined(self, parties: Sequence[_Party]) -> _Party:
        for party in parties:
            for member in party.members:
                self._closed[member] = [*self._closed[member], *party.memory.closed][-CLOSED_REMEMBERED:]
        memory = parties[0].memory
        memory.closed = []
        return self._party([member for party in parties for member in party.members], memory)


def _rests(memory: RuleMemory) -> bool:
    """Whether nothing is there and nothing is waited for."""
    is_empty = not (memory.subjects or memory.events or memory.fixtures or memory.silences or memory.questions)
    return is_empty and all(one.waits_from is None for one in memory.sighted)


def _is_kept(memory: RuleMemory, subject: Subject) -> bool:
    return any(subject.number in event.members for event in memory.events)


def _remembered(memory: RuleMemory, t: MediaNs) -> bytes:
    """What is remembered that can still matter, as bytes that are equal where it is."""
    memory.cool_downs = [one for one in memory.cool_downs if t < one.until]
    if not memory.subjects:
        # Whatever will begin begins later than all that has been issued, and numbers tell living objects apart.
        memory.issued = []
        if _rests(memory):
            memory.next_number = 1
    return _MEMORY.dump_json(replace(memory, closed=[]))
