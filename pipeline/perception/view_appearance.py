"""How a view looks under one light: its field, and how much of it is usually found again."""

from dataclasses import dataclass
from typing import ClassVar

import cv2
import numpy as np
from pydantic import ConfigDict

from pipeline.observation import MediaNs
from pipeline.perception.view_field import (
    BLOCKS,
    FIELD_HEIGHT,
    FIELD_WIDTH,
    Field,
    PackedField,
    agreement,
    energy,
    packed,
    unchanged,
    unpacked,
)

ALIKE = 0.5
_KNOCK_PX = 6
"""Of the field: 4 % of the picture's width."""
_LIMIT = 0.35
"""How far up from what a knocked camera would score to what is usual a score must be to need no closer look."""
_YOUNG_SHARE = 0.8
_BYTES = ConfigDict(ser_json_bytes="base64", val_json_bytes="base64")


@dataclass(slots=True)
class Appearance:
    """How the view looks under one light.

    Attributes:
        packed: Its field.
        usual: Share of the blocks that are alike when the view is in place.
        usual_very: The same of those very alike.
        knocked: Share that would be alike if the camera were knocked by 4 % of its width, at most.
        used_at: When it last matched.
        is_given: It is a picture of a preset: it is never replaced.
    """

    __pydantic_config__: ClassVar[ConfigDict] = _BYTES

    packed: PackedField
    usual: float
    usual_very: float
    knocked: float
    used_at: MediaNs
    is_given: bool = False

    @classmethod
    def of(cls, seen: Field, t: MediaNs, *, is_given: bool = False) -> "Appearance":
        """How it looks now."""
        small = packed(seen)
        return cls(small, _YOUNG_SHARE, _YOUNG_SHARE, _knocked(unpacked(small)), t, is_given)

    def follow(self, seen: Field, before: Field, weight: float, *, replaces: bool) -> None:
        """Take over how the view looks now, where it stayed as it was: what drives past does not become part of it.

        Args:
            seen: The view in its place.
            before: The same some seconds earlier.
            weight: Of what is seen against what is known.
            replaces: Little is known yet: where another thing stays than is known, it is taken over at once.
        """
        known = unpacked(self.packed)
        steady = unchanged(before, seen)
        share = np.where(unchanged(known, seen) > 0, weight, 1.0) if replaces else weight
        self.packed = packed(np.asarray(known + steady * share * (seen - known), np.float32))
        self.knocked = _knocked(unpacked(self.packed))

    def limit(self) -> float:
        """The share of alike blocks that shows by itself that the view is in place."""
        return self.knocked + _LIMIT * max(0.0, self.usual - self.knocked)


def _knocked(seen: Field) -> float:
    """The share of blocks that would still be alike after a knock by 4 % of the width, in the worst direction."""
    diagonal = round(_KNOCK_PX * 0.71)
    own = energy(seen)
    worst = 0.0
    for x, y in ((_KNOCK_PX, 0), (0, _KNOCK_PX), (diagonal, diagonal), (diagonal, -diagonal)):
        shift = np.array([[1, 0, x], [0, 1, y]], np.float64)
        shifted = np.asarray(
            cv2.warpAffine(seen, shift, (FIELD_WIDTH, FIELD_HEIGHT), borderMode=cv2.BORDER_REFLECT_101), np.float32
        )
        compared = agreement(seen, shifted, own, energy(shifted))
        if compared.n_known > BLOCKS // 20:
            worst = max(worst, compared.share(ALIKE))
    return worst
