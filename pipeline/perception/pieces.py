"""The place of one static object: the background that it replaced, its own look, and which of the two is there now."""

from dataclasses import dataclass
from typing import Self

import cv2
import numpy as np
from numpy.typing import NDArray

from pipeline.geofence.boxes import Box
from pipeline.perception.background import Change, difference, luma_gain, scaled_luma
from pipeline.perception.detections import Picture
from pipeline.perception.looker_memory import PieceMemory, Verdict
from pipeline.perception.planes import Mask, Window, as_levels, extent, grown, square
from pipeline.perception.shelf import OpenShelf, Shelf

_INNER_RING = square(5)
_OUTER_RING = square(17)
_REACH = square(9)
_MAX_COVERED_SHARE = 0.6
_OWN_LOOK_LEVEL = 8.0
_OWN_LOOK_SHARE = 0.5
_BACKGROUND_LEVEL = 6.0
_BACKGROUND_SHARE = 0.4
_BARE_SHARE = 0.75
_FOLLOW = 0.05


@dataclass(slots=True)
class Piece:
    """What is kept of one place; the arrays other than `mask` are cut out at (`left`, `top`) of the analysis picture.

    Attributes:
        mask: The object's pixels, whole picture.
        beneath: Shape (h, w, 3), uint8, YCrCb: the background as it was, with a margin around the object.
        own_look: Shape (h, w, 3), float32, YCrCb: the object and its surroundings; follows slowly.
        ring: Shape (h, w): the surroundings by which a change of light is told.
    """

    mask: Mask
    left: int
    top: int
    beneath: Picture
    own_look: NDArray[np.float32]
    ring: Mask

    def remember(self, shelf: Shelf) -> PieceMemory:
        """Everything, in whole levels."""
        height, width = self.mask.shape
        return PieceMemory(
            picture_size=(width, height),
            left=self.left,
            top=self.top,
            mask=shelf.put_mask(self.mask[self.window()]),
            beneath=shelf.put_picture(self.beneath),
            own_look=shelf.put_picture(as_levels(self.own_look)),
            ring=shelf.put_mask(self.ring),
        )

    @classmethod
    def recall(cls, memory: PieceMemory, shelf: OpenShelf) -> Self:
        """What was remembered.

        Raises:
            StateError: The shelf is damaged.
        """
        width, height = memory.picture_size
        inside = shelf.mask(memory.mask)
        mask = np.zeros((height, width), np.uint8)
        mask[memory.top : memory.top + inside.shape[0], memory.left : memory.left + inside.shape[1]] = inside
        return cls(
            mask=mask,
            left=memory.left,
            top=memory.top,
            beneath=shelf.picture(memory.beneath),
            own_look=shelf.picture(memory.own_look).astype(np.float32),
            ring=shelf.mask(memory.ring),
        )

    def resized(self, width: int, height: int) -> Self:
        """The same place in a picture of another size, px."""
        across, down = width / self.mask.shape[1], height / self.mask.shape[0]
        rows, columns = self.window()
        left, top = round(columns.start * across), round(rows.start * down)
        w, h = max(1, round(columns.stop * across) - left), max(1, round(rows.stop * down) - top)
        left, top = min(left, width - w), min(top, height - h)
        mask = np.zeros((height, width), np.uint8)
        mask[top : top + h, left : left + w] = cv2.resize(
            self.mask[self.window()], (w, h), interpolation=cv2.INTER_NEAREST
        )
        return type(self)(
            mask=mask,
            left=left,
            top=top,
            beneath=np.asarray(cv2.resize(self.beneath, (w, h), interpolation=cv2.INTER_AREA), np.uint8),
            own_look=np.asarray(cv2.resize(self.own_look, (w, h), interpolation=cv2.INTER_AREA), np.float32),
            ring=np.asarray(cv2.resize(self.ring, (w, h), interpolation=cv2.INTER_NEAREST), np.uint8),
        )

    def box(self) -> Box:
        """The object's extent, shares of the picture."""
        height, width = self.mask.shape
        x, y, w, h = extent(self.mask)
        return (x / width, y / height, (x + w) / width, (y + h) / height)

    def window(self) -> Window:
        """Where the arrays were cut out of the picture."""
        height, width = self.ring.shape
        return slice(self.top, self.top + height), slice(self.left, self.left + width)

    def touches(self, other: Mask) -> bool:
        """Whether a mask comes as near as 4 px to the object."""
        window = self.window()
        return bool((grown(self.mask[window], _REACH) & other[window]).any())

    def reach(self) -> Mask:
        """The object's pixels and those within 4 px, whole picture."""
        return grown(self.mask, _REACH)

    def judge(self, picture: Picture, covered: Mask) -> Verdict:
        """Tell what is at the place now, under the present light; what looks like itself refreshes the own look.

        Args:
            picture: Shape (H, W, 3), uint8, YCrCb, whole.
            covered: Shape (H, W): where people and vehicles are.
        """
        window = self.window()
        now, free = picture[window], ~covered[window]
        place = self.mask[window] & free
        if np.count_nonzero(place) < (1 - _MAX_COVERED_SHARE) * np.count_nonzero(self.mask):
            return Verdict.COVERED
        ring, inside = self.ring & free, place > 0
        own_look = as_levels(self.own_look)
        from_background = _differences(now, self.beneath, ring, inside)
        from_itself = _differences(now, own_look, ring, inside)
        to_background, to_itself = float(from_background.mean()), float(from_itself.mean())
        contrast = float(difference(own_look, self.beneath)[inside].mean())
        if to_itself <= to_background and to_itself < max(_OWN_LOOK_LEVEL, _OWN_LOOK_SHARE * contrast):
            cv2.accumulateWeighted(now, self.own_look, _FOLLOW, free)
            return Verdict.ITSELF
        if to_background < to_itself and to_background < max(_BACKGROUND_LEVEL, _BACKGROUND_SHARE * contrast):
            # A thing that fell over or was pushed aside bares a part of its background and covers another.
            is_bare = float((from_background <= from_itself).mean()) >= _BARE_SHARE
            return Verdict.BACKGROUND if is_bare else Verdict.NEITHER
        return Verdict.NEITHER


def _differences(now: Picture, reference: Picture, ring: Mask, inside: NDArray[np.bool_]) -> NDArray[np.float32]:
    """How much each pixel inside differs from a reference once the ring's change of light is taken out."""
    lit = scaled_luma(reference, luma_gain(now, reference, ring))
    return np.asarray(cv2.blur(difference(now, lit), (3, 3)), np.float32)[inside]


def cut_piece(mask: Mask, change: Change) -> Piece:
    """Keep what is needed of a place where an object was just found."""
    outer = grown(mask, _OUTER_RING)
    left, top, width, height = extent(outer)
    window = (slice(top, top + height), slice(left, left + width))
    ring = (outer & ~grown(mask, _INNER_RING))[window]
    return Piece(
        mask=mask,
        left=left,
        top=top,
        beneath=change.background[window].copy(),
        own_look=change.picture[window].astype(np.float32),
        ring=ring,
    )


def extend_piece(old: Piece, mask: Mask, change: Change, *, replace: bool) -> Piece:
    """The piece of an object that has grown by `mask`, or that now lies on `mask` alone.

    Beneath the old mask the old background is kept, under the light of its surroundings now.
    """
    new = cut_piece(mask if replace else mask | old.mask, change)
    window = old.window()
    lit = scaled_luma(old.beneath, luma_gain(change.picture[window], old.beneath, old.ring))
    whole = change.background.copy()
    cv2.copyTo(lit, old.mask[window], whole[window])
    new.beneath = whole[new.window()].copy()
    return new
