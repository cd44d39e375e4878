"""One view of a camera, known by how it has looked under several lights; learned from the picture, or given as one."""

from dataclasses import dataclass, field
from enum import Enum, auto

import numpy as np

from pipeline.observation import MediaNs, nanoseconds
from pipeline.perception.displacement import Displacement, displacement, displacements, moved
from pipeline.perception.planes import Plane
from pipeline.perception.view_appearance import ALIKE, Appearance
from pipeline.perception.view_field import (
    BLOCKS,
    Agreement,
    Field,
    PackedField,
    agreement,
    energy,
    has_edges,
    unpacked,
)

_VERY_ALIKE = 0.7
_HIDDEN = 0.4
"""Share of the usual very alike blocks that is enough where something stands before the rest."""
_SHAKEN = 0.022
"""A view that has moved by less of its width is still the view."""
_CLEARLY_BETTER = 0.12
_MIN_KNOWN = 12
_MIN_KNOWN_SHARE = 0.3
_MIN_RICH = 0.3 * BLOCKS
"""Where fewer blocks have edges, one car hides them all: that they are gone says nothing."""
_LEARNED_AFTER = 5
_LEARNED_AFTER_NS = nanoseconds(10)
_MATURE_AFTER = 25
_ADAPT_EVERY_NS, _ADAPT_YOUNG_EVERY_NS = nanoseconds(60), nanoseconds(10)
"""What stood before the camera while it was learned is soon forgotten; later the view changes slowly."""
_ADAPT = 0.25
_STRANGE_NS = nanoseconds(60)
_STRANGE_SHARE = 0.8
_MOST_APPEARANCES = 3


class Match(Enum):
    """How a picture compares with a view."""

    IN_PLACE = auto()
    HIDDEN = auto()
    """A part of it is in place, and something stands before the rest, or another light falls on it."""
    SHIFTED = auto()
    """It shows the view from another angle: the camera has been knocked, turned or zoomed."""
    ELSEWHERE = auto()
    """It has enough edges to tell, and they are others."""
    UNKNOWN = auto()
    """Too few edges to tell by."""


@dataclass(slots=True)
class ViewMemory:
    """What is remembered of a view.

    Attributes:
        appearances: At least one once anything has been seen.
        n_seen: Looks at which the view was in place while it was learned, and then those at which it was adapted.
        seen_from: The first of them.
        adapted_at: When an appearance was last brought up to date.
        strange_from: Since when it has been in place and yet looks like none of its appearances; -1: it does not.
    """

    appearances: list[Appearance] = field(default_factory=list)
    n_seen: int = 0
    seen_from: int = 0
    adapted_at: int = 0
    strange_from: int = -1


class View:
    """Compares pictures with one view, and learns how it looks. All that it remembers is in `memory`."""

    def __init__(self, memory: ViewMemory) -> None:
        self.memory = memory
        self._unpacked: dict[int, tuple[Field, Plane]] = {}
        self._before: Field | None = None

    @classmethod
    def given(cls, seen: Field) -> "View":
        """A view that is known from a picture of it."""
        first = Appearance.of(seen, MediaNs(0), is_given=True)
        return cls(ViewMemory([first], n_seen=_LEARNED_AFTER))

    @property
    def is_learned(self) -> bool:
        """Whether it is known well enough to say that a picture does not show it."""
        return self.memory.n_seen >= _LEARNED_AFTER

    def match(self, seen: Field, energies: Plane, t: MediaNs) -> Match:
        """Compare the next picture, and learn from it where it shows the view.

        Args:
            seen: The picture's field.
            energies: Of its blocks.
            t: When it was taken.
        """
        if not self.memory.appearances:
            self.memory.appearances.append(Appearance.of(seen, t))
            self.memory.n_seen, self.memory.seen_from = 1, t
            self._before = seen
            return Match.UNKNOWN
        best, compared = self._nearest(seen, energies)
        if not self.is_learned:
            self._learn(best, compared, seen, t)
            return Match.UNKNOWN
        if compared.n_known >= _MIN_KNOWN and compared.share(ALIKE) >= best.limit():
            self._confirm(best, compared, seen, t)
            return Match.IN_PLACE
        return self._look_closer(best, compared, seen, t)

    def closeness(self, seen: Field, energies: Plane) -> float:
        """How far a picture is beyond what shows that the view is in place; below 0: it does not."""
        if not self.memory.appearances:
            return 0.0
        best, compared = self._nearest(seen, energies)
        return compared.share(ALIKE) - best.limit() if compared.n_known >= _MIN_KNOWN else -1.0

    def _nearest(self, seen: Field, energies: Plane) -> tuple[Appearance, Agreement]:
        """The appearance that the picture is most like; the one that matched last is asked first, often alone."""
        order = sorted(self.memory.appearances, key=lambda one: -one.used_at)
        asked: list[tuple[Appearance, Agreement]] = []
        for one in order:
            known, own = self._field(one)
            compared = agreement(known, seen, own, energies)
            asked.append((one, compared))
            if compared.share(ALIKE) >= one.limit() and compared.n_known >= _MIN_KNOWN:
                return one, compared
        return max(asked, key=lambda pair: pair[1].share(ALIKE) * pair[1].n_known)

    def _look_closer(self, best: Appearance, compared: Agreement, seen: Field, t: MediaNs) -> Match:
        known, own = self._field(best)
        for found in displacements(known, seen):
            if found.length < _SHAKEN:
                self._note_strange(best, seen, t)
                return Match.IN_PLACE
            if self._is_verified(found, best, compared, seen):
                self.memory.strange_from = -1
                return Match.SHIFTED
        n_own = int(np.count_nonzero(has_edges(own)))
        if n_own < _MIN_RICH or compared.n_known < _MIN_KNOWN_SHARE * n_own:
            self._note_strange(best, seen, t)
            return Match.UNKNOWN
        if compared.share(_VERY_ALIKE) >= _HIDDEN * best.usual_very:
            self._note_strange(best, seen, t)
            return Match.HIDDEN
        self.memory.strange_from = -1
        return Match.ELSEWHERE

    def _is_verified(self, found: Displacement, best: Appearance, compared: Agreement, seen: Field) -> bool:
        """Whether the view really fits there much better than in its place."""
        shifted = moved(self._field(best)[0], found)
        again = agreement(shifted, seen, energy(shifted), energy(seen))
        share = again.share(ALIKE)
        return again.n_known >= _MIN_KNOWN and share >= max(compared.share(ALIKE) + _CLEARLY_BETTER, 0.5 * best.usual)

    def _learn(self, first: Appearance, compared: Agreement, seen: Field, t: MediaNs) -> None:
        """The first seconds: what does not stay is not the view."""
        memory = self.memory
        if compared.share(ALIKE) < first.limit():
            memory.appearances = [Appearance.of(seen, t)]
            memory.n_seen, memory.seen_from = 1, t
            self._before = seen
            self._unpacked.clear()
            return
        if memory.n_seen < _LEARNED_AFTER - 1:
            memory.n_seen += 1
            self._follow(first, seen, 1 / memory.n_seen)
        elif t - memory.seen_from >= _LEARNED_AFTER_NS:
            memory.n_seen = _LEARNED_AFTER
        first.usual += (compared.share(ALIKE) - first.usual) / memory.n_seen
        first.usual_very += (compared.share(_VERY_ALIKE) - first.usual_very) / memory.n_seen
        first.used_at, memory.adapted_at = t, t

    def _confirm(self, one: Appearance, compared: Agreement, seen: Field, t: MediaNs) -> None:
        memory = self.memory
        share = compared.share(ALIKE)
        one.used_at = t
        is_young = memory.n_seen < _MATURE_AFTER
        if share < _STRANGE_SHARE * one.usual and not is_young:
            self._note_strange(one, seen, t)
            return
        memory.strange_from = -1
        if t - memory.adapted_at < (_ADAPT_YOUNG_EVERY_NS if is_young else _ADAPT_EVERY_NS):
            return
        memory.adapted_at = t
        memory.n_seen += is_young
        one.usual += 0.1 * (share - one.usual)
        one.usual_very += 0.1 * (compared.share(_VERY_ALIKE) - one.usual_very)
        if not one.is_given:
            self._follow(one, seen, _ADAPT)

    def _follow(self, one: Appearance, seen: Field, weight: float) -> None:
        before, self._before = self._before, seen
        if before is not None:
            one.follow(seen, before, weight, replaces=self.memory.n_seen < _MATURE_AFTER)
            self._unpacked.clear()

    def _note_strange(self, nearest: Appearance, seen: Field, t: MediaNs) -> None:
        """In place, and like none of its appearances: where that stays, it is a new one (another light)."""
        memory = self.memory
        if memory.strange_from < 0:
            memory.strange_from = t
        if t - memory.strange_from < _STRANGE_NS:
            return
        memory.strange_from = -1
        if int(np.count_nonzero(has_edges(energy(seen)))) < _MIN_KNOWN:
            return
        shaken = displacement(self._field(nearest)[0], seen)
        if shaken is not None and shaken.length < _SHAKEN:
            # Else each new light would take the view a little further.
            seen = moved(seen, shaken.undone())
        own = [one for one in memory.appearances if not one.is_given]
        if len(own) >= _MOST_APPEARANCES:
            memory.appearances.remove(min(own, key=lambda one: one.used_at))
        memory.appearances.append(Appearance.of(seen, t))
        self._unpacked.clear()

    def _field(self, one: Appearance) -> tuple[Field, Plane]:
        known = self._unpacked.get(id(one))
        if known is None:
            whole = unpacked(one.packed)
            known = self._unpacked[id(one)] = whole, energy(whole)
        return known


def given_pictures(memory: ViewMemory) -> list[PackedField]:
    """The pictures that the view was given as."""
    return [one.packed for one in memory.appearances if one.is_given]


def check_memory(memory: ViewMemory) -> None:
    """Check what was read back.

    Raises:
        ValueError: It is damaged.
    """
    for one in memory.appearances:
        unpacked(one.packed)
