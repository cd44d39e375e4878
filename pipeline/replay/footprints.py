"""What the log of one camera says of the camera and of the street: when it saw, and where things stayed how long."""

from dataclasses import dataclass, field

import numpy as np
from numpy.typing import NDArray

from pipeline.observation import NS_PER_S, STATIC_OBJECT, Gap, GapCause, MediaNs
from pipeline.replay.log_columns import LogBlock
from pipeline.rules.subject_memory import LONG_AGO

HEAT_COLUMNS, HEAT_ROWS = 96, 54
_LONGEST_STEP_S = 10.0
"""Between two looks for which what was seen counts as there."""
_LONGEST_PAUSE_NS = 60 * NS_PER_S
"""Without any entry: what is longer was not watched."""


@dataclass(frozen=True, slots=True)
class Blind:
    """A time in which the camera saw nothing."""

    begin: MediaNs
    end: MediaNs
    cause: GapCause


@dataclass(slots=True)
class Footprints:
    """Gathers what the blocks of one camera say. Remembers sums, and the times of blindness.

    Attributes:
        first: Time of the first entry; 0: there is none.
        last: Time of the last.
        looks: Pictures looked at.
        blind: In order.
        stayed_s: Shape (54, 96): seconds that objects stood on each cell of the picture, by their ground points.
    """

    first: MediaNs = LONG_AGO
    last: MediaNs = LONG_AGO
    looks: int = 0
    blind: list[Blind] = field(default_factory=list)
    stayed_s: NDArray[np.float64] = field(default_factory=lambda: np.zeros((HEAT_ROWS, HEAT_COLUMNS)))
    _open: Gap | None = None

    def add(self, block: LogBlock) -> None:
        """Take note of the next block."""
        begin = int(block.t[0])
        if not self.first:
            self.first = MediaNs(begin)
        elif begin - self.last > _LONGEST_PAUSE_NS:
            self.blind.append(Blind(self.last, MediaNs(begin), GapCause.NOT_WATCHED))
        steps = np.diff(block.t)
        for row in np.flatnonzero(steps > _LONGEST_PAUSE_NS).tolist():
            span = (MediaNs(int(block.t[row])), MediaNs(int(block.t[row + 1])))
            self.blind.append(Blind(*span, GapCause.NOT_WATCHED))
        for row in block.word_rows.tolist():
            word = block.word(row)
            if isinstance(word, Gap):
                self._hear(word)
        self.looks += int(block.is_observation.sum())
        self._note_places(block)
        self.last = MediaNs(int(block.t[-1]))

    def finish(self) -> None:
        """The log is over: a blindness that is still open ends with it."""
        if self._open is not None:
            self.blind.append(Blind(self._open.blind_from, self.last, self._open.cause))
            self._open = None
        self.blind.sort(key=lambda one: one.begin)

    @property
    def uptime(self) -> float:
        """Share of the time from first to last entry in which the camera saw, in [0, 1]."""
        whole = self.last - self.first
        return max(0.0, 1 - self._blind_ns() / whole) if whole > 0 else 1.0

    def _blind_ns(self) -> int:
        total, until = 0, int(self.first)
        for one in sorted(self.blind, key=lambda one: one.begin):
            total += max(0, one.end - max(one.begin, until))
            until = max(until, one.end)
        return total

    def _hear(self, gap: Gap) -> None:
        before, self._open = self._open, gap if gap.is_open else None
        if not gap.is_open and before is not None:
            self.blind.append(Blind(min(before.blind_from, gap.blind_from), gap.t, before.cause))
        elif not gap.is_open:
            self.blind.append(Blind(gap.blind_from, gap.t, gap.cause))

    def _note_places(self, block: LogBlock) -> None:
        objects = block.objects
        if not len(objects.xyxy):
            return
        step_s = np.minimum(np.diff(block.t, append=block.t[-1]) / NS_PER_S, _LONGEST_STEP_S)
        counts = np.diff(objects.begin)
        weight = np.repeat(np.where(block.is_observation & ~block.looks.are_close(), step_s, 0.0), counts)
        weight[~objects.are_of(frozenset(objects.class_names) - {STATIC_OBJECT})] = 0.0
        x = ((objects.xyxy[:, 0] + objects.xyxy[:, 2]) / 2 * HEAT_COLUMNS).astype(np.int64)
        y = (objects.xyxy[:, 3] * HEAT_ROWS).astype(np.int64)
        place = np.clip(y, 0, HEAT_ROWS - 1) * HEAT_COLUMNS + np.clip(x, 0, HEAT_COLUMNS - 1)
        self.stayed_s += np.bincount(place, weight, HEAT_ROWS * HEAT_COLUMNS).reshape(HEAT_ROWS, HEAT_COLUMNS)
