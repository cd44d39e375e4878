"""What the scene looks like with nothing in it, pixel by pixel, and which pixels differ from that and keep still.

One slow model of the background per camera, and one memory of the value that each pixel has kept lately ("the new
value"). A thing that was put down differs from the background and keeps its new value; a passer-by differs and does
not. Pixels under people and vehicles are never learned; those covered from the start are learned when first seen.
"""

import math
from dataclasses import dataclass
from typing import Self

import cv2
import numpy as np

from pipeline.perception.detections import Picture
from pipeline.perception.looker_memory import BackgroundMemory
from pipeline.perception.planes import Mask, Plane, as_levels, mask_of, resized, ycrcb
from pipeline.perception.shelf import OpenShelf, Shelf

STILL_AFTER_S = 2.0
"""A pixel is still once it has kept its new value for so long."""
ABSORB_AFTER_S = 6.0
"""What still pixels show becomes background only after so long, so that each verdict can be revised."""
FORGET_AFTER_S = 1.5
"""A pixel that has shown another value for so long takes it on: what hides a pixel for less is bridged."""
LEARN_TAU_S = 15.0
"""Time constant with which the background follows slow changes of light."""
MIN_DIFFERENCE = 14.0
MIN_DIFFERENCE_STILL = 10.0
NOISE_FACTOR = 4.0
GAIN_RANGE = (0.5, 2.0)
_DARK = 8
_EPOCH_LENGTH_S = 3600.0
_SAMPLE_SIDE_PX = 64
_COARSE = 4
_LOCAL_LIGHT = 0.25
_CHROMA_WEIGHT = 1.5
_NOISE_STEPS = 4.0
_WEIGHTS = np.array([[1.0, _CHROMA_WEIGHT, _CHROMA_WEIGHT]], np.float32)


def analysis_picture(picture: Picture, longer_side_px: int) -> Picture:
    """The picture as the background model wants it: small, YCrCb, its finest noise removed.

    Args:
        picture: Shape (H, W, 3), uint8, BGR.
        longer_side_px: Longer side of the result; a smaller picture is not enlarged.
    """
    height, width = picture.shape[:2]
    scale = min(1.0, longer_side_px / max(height, width))
    size = (max(1, round(width * scale)), max(1, round(height * scale)))
    small = picture if scale == 1.0 else resized(picture, *size)
    return np.asarray(cv2.GaussianBlur(ycrcb(small), (3, 3), 0), np.uint8)


def difference(a: Picture, b: Picture) -> Plane:
    """How much two YCrCb pictures differ at each pixel: luma plus 1.5 times the chroma, at most 255.

    Shape (H, W), float32, whole numbers.
    """
    return np.asarray(cv2.transform(cv2.absdiff(a, b), _WEIGHTS), np.uint8).reshape(a.shape[:2]).astype(np.float32)


def scaled_luma(picture: Picture, gain: float) -> Picture:
    """The picture, YCrCb, under a light `gain` times as strong; chroma stays."""
    result = picture.copy()
    result[..., 0] = cv2.convertScaleAbs(picture[..., 0], alpha=gain)
    return result


def luma_gain(picture: Picture, background: Picture, where: Mask) -> float:
    """By how much the light changed: median ratio of luma inside the mask; 1.0 where too little can be compared."""
    # Of a whole picture every few pixels tell enough.
    step = max(1, min(where.shape) // _SAMPLE_SIDE_PX)
    now, before = picture[::step, ::step, 0], background[::step, ::step, 0]
    usable = (where[::step, ::step] > 0) & (before > _DARK)
    if np.count_nonzero(usable) < 32:
        return 1.0
    ratio = now[usable].astype(np.float32) / before[usable]
    return float(np.clip(np.median(ratio), *GAIN_RANGE))


def _locally_lit(picture: Picture, background: Picture, free: Mask) -> Picture:
    """The background under the light of each neighbourhood: clouds, auto-exposure and gamma change it unevenly.

    The light is told by the pixels that differ little, over a neighbourhood much larger than a thing to be found.
    """
    coarse = (slice(None, None, _COARSE), slice(None, None, _COARSE))
    now, before = picture[..., 0][coarse].astype(np.float32) + 8, background[..., 0][coarse].astype(np.float32) + 8
    ratio = now / before
    usable = ((free[coarse] > 0) & (np.abs(ratio - 1) < _LOCAL_LIGHT)).astype(np.float32)
    reach = (max(ratio.shape) // 4 | 1, max(ratio.shape) // 4 | 1)
    light = (cv2.blur(ratio * usable, reach) + 0.05) / (cv2.blur(usable, reach) + 0.05)
    height, width = free.shape
    smooth = np.asarray(cv2.resize(light, (width, height), interpolation=cv2.INTER_LINEAR), np.float32)
    result = background.copy()
    result[..., 0] = np.clip((background[..., 0] + np.float32(8)) * smooth - 8, 0, 255).astype(np.uint8)
    return result


@dataclass(frozen=True, slots=True)
class Change:
    """What one look found, all of the analysis picture's size.

    Attributes:
        picture: Shape (H, W, 3), uint8, YCrCb.
        background: The same scene without anything in it, under the present light.
        fresh: Pixels that clearly differ from the background and keep still.
        traces: Pixels that differ by at least half as much and keep still; every fresh pixel is one.
        unrest: Share of the picture, people and vehicles left out, that differs from its background, in [0, 1].
        unsettled: Pixels that clearly differ and are not explained, whether they keep still or not.
    """

    picture: Picture
    background: Picture
    fresh: Mask
    traces: Mask
    unrest: float
    unsettled: Mask


class Background:
    """Remembers for each pixel: background, noise, whether it was ever seen free; the new value, and since when."""

    def __init__(self, first: Picture, t_s: float, blocked: Mask) -> None:
        """Start from a first picture.

        Args:
            first: Shape (H, W, 3), uint8, YCrCb, from `analysis_picture`.
            t_s: Time of the picture, s.
            blocked: Where people and vehicles are.
        """
        shape = first.shape[:2]
        self._mean = first.astype(np.float32)
        self._known: Mask = ~blocked
        self._noise: Plane = np.full(shape, 2.0, np.float32)
        self._new_value = first.copy()
        self._candidate = first.copy()
        # Times of pixels count from `_epoch_s`: single precision would not tell seconds apart after some months.
        self._epoch_s, self._t_s = t_s, 0.0
        self._kept_since_s: Plane = np.zeros(shape, np.float32)
        self._candidate_since_s: Plane = np.full(shape, -np.inf, np.float32)

    def remember(self, shelf: Shelf) -> BackgroundMemory:
        """Everything, as it will be needed: levels whole, noise to a quarter of one."""
        changing = np.isfinite(self._candidate_since_s)
        return BackgroundMemory(
            epoch_s=self._epoch_s,
            t_s=self._t_s,
            mean=shelf.put_picture(self.mean()),
            known=shelf.put_mask(self._known),
            noise=shelf.put_levels(self._noise, _NOISE_STEPS),
            new_value=shelf.put_picture(self._new_value),
            kept_since=shelf.put_ages(self._t_s, self._kept_since_s),
            candidate=shelf.put_bytes(self._candidate[changing]),
            candidate_since=shelf.put_ages(self._t_s, self._candidate_since_s),
        )

    @classmethod
    def recall(cls, memory: BackgroundMemory, shelf: OpenShelf) -> Self:
        """What was remembered.

        Raises:
            StateError: The shelf is damaged.
        """
        mean = shelf.picture(memory.mean)
        known = shelf.mask(memory.known)
        background = cls(mean, memory.epoch_s, ~known)
        background._t_s = memory.t_s
        background._noise = shelf.levels(memory.noise, _NOISE_STEPS)
        background._new_value = shelf.picture(memory.new_value)
        background._kept_since_s = shelf.ages(memory.kept_since, memory.t_s)
        background._candidate_since_s = shelf.ages(memory.candidate_since, memory.t_s)
        background._candidate = background._new_value.copy()
        background._candidate[np.isfinite(background._candidate_since_s)] = shelf.picture(memory.candidate)
        return background

    @property
    def shape(self) -> tuple[int, ...]:
        """Of the pictures it can be held against: (H, W, 3)."""
        return self._mean.shape

    def look(self, picture: Picture, t_s: float, blocked: Mask, kept: Mask) -> Change:
        """Hold a picture against the background, then learn from it.

        Args:
            picture: Shape (H, W, 3), uint8, YCrCb, of the first one's size.
            t_s: Its time, s; not before the last.
            blocked: Where people and vehicles are: nothing is concluded and nothing learned there.
            kept: Beneath known static objects: compared, never learned.
        """
        elapsed_s = self._advance(t_s)
        free = ~blocked & self._known
        mean = self.mean()
        background = scaled_luma(mean, luma_gain(picture, mean, free))
        background = _locally_lit(picture, background, free)
        differs = difference(picture, background)
        threshold = np.maximum(MIN_DIFFERENCE, NOISE_FACTOR * self._noise)
        foreground = mask_of(differs > threshold)
        still = self._note_new_values(picture, blocked)
        eligible = free & still & ~kept
        change = Change(
            picture=picture,
            background=background,
            fresh=foreground & eligible,
            traces=mask_of(differs > threshold * 0.5) & eligible,
            unrest=float(np.count_nonzero(foreground & ~blocked)) / foreground.size,
            unsettled=foreground & free & ~kept,
        )
        self._learn(picture, differs, foreground, blocked | kept, 1 - math.exp(-elapsed_s / LEARN_TAU_S))
        return change

    def absorb(self, where: Mask, *, at_once: bool = False) -> None:
        """Take new values for background: the scene itself changed there (a thing was taken away, the light).

        Args:
            where: Pixels to learn.
            at_once: Learn them all; else only those that have kept their value for `ABSORB_AFTER_S`, so that one wrong
                verdict does not make a thing part of the street.
        """
        learned = where if at_once else where & mask_of(self._t_s - self._kept_since_s >= ABSORB_AFTER_S)
        cv2.copyTo(self._new_value.astype(np.float32), learned, self._mean)

    def learn_now(self, picture: Picture, where: Mask) -> None:
        """The picture shows the background there, though until now it showed something else."""
        cv2.copyTo(picture.astype(np.float32), where, self._mean)
        cv2.copyTo(picture, where, self._new_value)
        self._kept_since_s[where > 0] = self._t_s
        self._known |= where

    def forget(self, where: Mask) -> None:
        """Nothing is known of the background there: learn it when it is next seen free."""
        self._known[where > 0] = 0

    def mean(self) -> Picture:
        """The background as learned. Shape (H, W, 3), uint8, YCrCb; a copy."""
        return as_levels(self._mean)

    def _advance(self, t_s: float) -> float:
        """Note the time; the seconds since the last."""
        before_s, self._t_s = self._t_s, t_s - self._epoch_s
        elapsed_s = self._t_s - before_s
        if self._t_s > _EPOCH_LENGTH_S:
            self._epoch_s, self._t_s, passed_s = t_s, 0.0, self._t_s
            self._kept_since_s -= np.float32(passed_s)
            self._candidate_since_s -= np.float32(passed_s)
        return elapsed_s

    def _note_new_values(self, picture: Picture, blocked: Mask) -> Mask:
        """Update the memory of new values; return the pixels that have kept theirs long enough.

        A pixel that shows something else gets a candidate, which takes the place of its value once it has been seen
        for as long as a short hiding may last. Where people and vehicles are, nothing is seen and nothing forgotten.
        """
        limit = np.maximum(MIN_DIFFERENCE_STILL, (NOISE_FACTOR - 1) * self._noise)
        free = blocked == 0
        same = (difference(picture, self._new_value) < limit) & free
        other = ~same & free
        returned = (difference(picture, self._candidate) < limit) & other
        fresh = other & (~returned | np.isneginf(self._candidate_since_s))
        cv2.copyTo(picture, mask_of(fresh), self._candidate)
        self._candidate_since_s[fresh] = self._t_s
        self._candidate_since_s[same] = -np.inf
        promoted = other & (self._t_s - self._candidate_since_s >= FORGET_AFTER_S)
        cv2.copyTo(picture, mask_of(promoted), self._new_value)
        self._kept_since_s[promoted] = self._candidate_since_s[promoted]
        same |= promoted
        # A value that is still the same follows slow light by a quarter of the way.
        blended = cv2.addWeighted(self._new_value, 0.75, picture, 0.25, 0)
        cv2.copyTo(blended, mask_of(same), self._new_value)
        return mask_of(same & (self._t_s - self._kept_since_s >= STILL_AFTER_S))

    def _learn(self, picture: Picture, differs: Plane, foreground: Mask, busy: Mask, share: float) -> None:
        """Follow slow changes where the background is seen; learn at once what is seen for the first time."""
        first_seen = ~self._known & ~busy
        cv2.copyTo(picture.astype(np.float32), first_seen, self._mean)
        self._known |= first_seen
        calm = ~(foreground | busy) & self._known
        cv2.accumulateWeighted(picture, self._mean, share, calm)
        cv2.accumulateWeighted(np.minimum(differs, 20.0), self._noise, share, calm)
