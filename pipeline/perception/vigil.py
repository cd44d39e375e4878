"""When the network must look again: as soon as something changes where it matters, else ever more seldom.

What it last saw is kept as a glance, pixel by pixel as far as each look reached. While nothing changes the whole
picture is checked after 4, 8, 16, 32 and then every 60 s: a parked car is verified at its place in between, and costs
no more than an empty street.
"""

from collections.abc import Sequence
from dataclasses import dataclass
from functools import lru_cache
from typing import Self

import cv2
import numpy as np
from numpy.typing import NDArray

from pipeline.geofence.boxes import Box
from pipeline.perception.glance import CHANGED_LEVELS, GLANCE_HEIGHT, GLANCE_WIDTH, Glance, light_gain, relit
from pipeline.perception.looker_memory import VigilMemory
from pipeline.perception.planes import Mask, box_mask
from pipeline.perception.shelf import OpenShelf, Shelf

FIRST_CHECK_S = 4.0
LONGEST_CHECK_S = 60.0
RECHECK_S = 4.0
"""A still object whose place looks different, without a change of the glance, is worth a look so often."""
_CHANGED_SHARE = 0.0008
_LEAST_CHANGED_PX = _CHANGED_SHARE * GLANCE_WIDTH * GLANCE_HEIGHT


@dataclass(slots=True)
class VigilState:
    """What a `Vigil` remembers; times in s.

    Attributes:
        seen: Shape (90, 160), uint8: the glance's luma when the network last looked at each pixel.
        looked_s: When it last looked anywhere.
        whole_s: When it last looked at the whole picture.
        check_s: When the whole picture is to be checked next.
        wait_s: From the check before to this one.
    """

    seen: NDArray[np.uint8]
    looked_s: float
    whole_s: float
    check_s: float
    wait_s: float


class Vigil:
    """Remembers what the network last saw, and when it is to look again."""

    def __init__(self) -> None:
        self._state: VigilState | None = None

    def remember(self, shelf: Shelf) -> tuple[VigilMemory, ...]:
        """Everything."""
        state = self._state
        if state is None:
            return ()
        seen = shelf.put_picture(state.seen)
        return (VigilMemory(seen, state.looked_s, state.whole_s, state.check_s, state.wait_s),)

    @classmethod
    def recall(cls, memory: Sequence[VigilMemory], shelf: OpenShelf) -> Self:
        """What was remembered.

        Raises:
            StateError: The shelf is damaged.
        """
        vigil = cls()
        for one in memory:
            vigil._state = VigilState(shelf.picture(one.seen), one.looked_s, one.whole_s, one.check_s, one.wait_s)
        return vigil

    def is_check_due(self, t_s: float) -> bool:
        """Whether the whole picture is to be checked at this time, s."""
        state = self._state
        return state is None or t_s >= state.check_s or t_s - state.whole_s >= LONGEST_CHECK_S

    def has_changed(self, glance: Glance, attention: Sequence[Box]) -> bool:
        """Whether the picture differs from what the network last saw.

        Args:
            glance: Of this picture.
            attention: Where a change matters, shares; empty: everywhere.
        """
        if self._state is None:
            return True
        seen = self._state.seen
        changed = cv2.absdiff(glance.luma, relit(seen, light_gain(glance.luma, seen))) > CHANGED_LEVELS
        if attention:
            changed &= _attended(tuple(attention)) > 0
        return int(np.count_nonzero(changed)) > _LEAST_CHANGED_PX

    def may_recheck(self, t_s: float) -> bool:
        """Whether the last look is long enough ago for a place that merely looks different."""
        return self._state is None or t_s - self._state.looked_s >= RECHECK_S

    def looked_whole(self, glance: Glance, t_s: float, *, is_news: bool) -> None:
        """The network looked at the whole picture.

        Args:
            glance: Of the picture.
            t_s: Its time, s.
            is_news: Whether something had changed, moves, came or went.
        """
        wait_s = FIRST_CHECK_S if is_news or self._state is None else min(2 * self._state.wait_s, LONGEST_CHECK_S)
        self._state = VigilState(glance.luma.copy(), t_s, t_s, t_s + wait_s, wait_s)

    def looked_at(self, region: Box, glance: Glance, t_s: float) -> None:
        """The network looked at a region of the picture, shares, because something had changed there."""
        if self._state is None:
            return
        x1, y1, x2, y2 = region
        rows = slice(round(y1 * GLANCE_HEIGHT), round(y2 * GLANCE_HEIGHT))
        columns = slice(round(x1 * GLANCE_WIDTH), round(x2 * GLANCE_WIDTH))
        self._state.seen[rows, columns] = glance.luma[rows, columns]
        self._state.looked_s = t_s
        self._state.wait_s, self._state.check_s = FIRST_CHECK_S, t_s + FIRST_CHECK_S


@lru_cache(maxsize=512)
def _attended(attention: tuple[Box, ...]) -> Mask:
    return box_mask(GLANCE_WIDTH, GLANCE_HEIGHT, attention, margin=0.0)
