"""The vendor: one walker of the base clip, cut out, who pushes the cart, stands behind it and pulls it away."""

from dataclasses import dataclass

import cv2
import numpy as np
from numpy.typing import NDArray

from sample_videos import stage, timeline
from sample_videos.matte import Picture, people
from sample_videos.sprites import Sprite, moved
from sample_videos.stage import Array

_FIRST, _LAST = 763, 775
# His feet in the base clip at the first and the last of these frames, px; he walks straight between.
_FEET = ((484.0, 316.0), (558.0, 338.0))
_WALK = range(763, 771)  # one full stride
_STILL = 775
_REACHING = (771, 772, 773)
_HANDLE_M = -1.55  # where he walks, along the cart from its middle
_PLACE_M = (-1.25, 0.35)  # where he stands: along the cart, and away from the camera


@dataclass(frozen=True)
class Vendor:
    """The vendor's cut-outs by frame of the base clip, each with its foot at `foot_by_frame` in that clip."""

    sprite_by_frame: dict[int, Sprite]
    foot_by_frame: dict[int, Array]

    def at(self, t: float) -> tuple[Sprite, Array]:
        """The vendor at `t` seconds, and where he stands, ground (2,), metres."""
        ground, heading_left, walking = _whereabouts(t)
        frame = _WALK[int(t * stage.FPS) % len(_WALK)] if walking else _STILL
        sprite = self.sprite_by_frame[frame] if walking else self._standing(t)
        foot = self.foot_by_frame[frame]
        if heading_left:
            sprite, foot = _mirrored(sprite, foot)
        ratio = stage.scale_at(ground) / stage.scale_at(stage.to_ground([(foot[0], foot[1])])[0])
        # Nobody stands like a statue: half a pixel of sway.
        sway = np.array([0.0 if walking else 0.5 * np.sin(1.3 * t), 0.0])
        return moved(sprite, foot, stage.to_picture(ground)[0] + sway, ratio), ground

    def _standing(self, t: float) -> Sprite:
        """Legs together; every few seconds the arm reaches over the goods."""
        phase = t % 6.5
        if phase > 1.6:
            return self.sprite_by_frame[_STILL]
        step = min(int(phase / 0.2), int((1.6 - phase) / 0.2), len(_REACHING) - 1)
        return self._with_arms_of(_REACHING[step])

    def _with_arms_of(self, frame: int) -> Sprite:
        legs, arms = self.sprite_by_frame[_STILL], self.sprite_by_frame[frame]
        arms = moved(arms, self.foot_by_frame[frame], self.foot_by_frame[_STILL], 1.0)
        hip = int(legs.corner[1] + 0.52 * legs.opacity.shape[0])
        left = int(min(legs.corner[0], arms.corner[0]))
        right = int(max(s.corner[0] + s.opacity.shape[1] for s in (legs, arms)))
        top = int(min(legs.corner[1], arms.corner[1]))
        bottom = int(legs.corner[1]) + legs.opacity.shape[0]
        colour = np.zeros((bottom - top, right - left, 3), np.float32)
        opacity = np.zeros((bottom - top, right - left), np.float32)
        for part, first, last in ((arms, top, hip), (legs, hip, bottom)):
            x, y = (int(v) for v in part.corner)
            rows = slice(max(first, y), min(last, y + part.opacity.shape[0]))
            own = slice(rows.start - y, rows.stop - y)
            here = (slice(rows.start - top, rows.stop - top), slice(x - left, x - left + part.opacity.shape[1]))
            colour[here], opacity[here] = part.colour[own], part.opacity[own]
        return Sprite(colour, opacity, (left, top))


def cut_out(frames: list[Picture], empty: Picture) -> Vendor:
    """Cuts the vendor out of the base clip.

    Args:
        frames: The whole base clip, BGR.
        empty: Its background.
    """
    sprite_by_frame, foot_by_frame = {}, {}
    for number in range(_FIRST, _LAST + 1):
        done = (number - _FIRST) / (_LAST - _FIRST)
        foot = (1 - done) * np.array(_FEET[0]) + done * np.array(_FEET[1])
        covers = people(frames[number], empty)
        cover = min(covers, key=lambda c: float(np.hypot(*(stage.to_picture(c.ground)[0] - foot))))
        x1, y1, x2, y2 = cover.box
        crop = frames[number][y1:y2, x1:x2].astype(np.float32)
        sprite_by_frame[number] = Sprite(crop, cover.mask[y1:y2, x1:x2], (x1, y1))
        foot_by_frame[number] = foot
    return Vendor(sprite_by_frame, foot_by_frame)


def shadow(ground: Array) -> Sprite:
    """The soft shadow under a standing person, as a black cut-out."""
    scale = stage.scale_at(ground)
    width, height = int(1.3 * scale), int(0.55 * scale)
    centre: NDArray[np.float64] = stage.to_picture(ground)[0]
    drawn = np.zeros((height, width), np.float32)
    cv2.ellipse(drawn, (width // 2, height // 2), (int(0.26 * scale), int(0.09 * scale)), 0, 0, 360, 0.5, -1)
    opacity = cv2.GaussianBlur(drawn, (0, 0), 0.07 * scale).astype(np.float32)
    corner = (int(centre[0] - width / 2), int(centre[1] - height / 2))
    return Sprite(np.zeros((height, width, 3), np.float32), opacity, corner)


def _mirrored(sprite: Sprite, foot: Array) -> tuple[Sprite, Array]:
    right = sprite.corner[0] + sprite.opacity.shape[1]
    about = np.array([sprite.corner[0] + right - foot[0], foot[1]])
    turned = Sprite(
        np.ascontiguousarray(sprite.colour[:, ::-1]), np.ascontiguousarray(sprite.opacity[:, ::-1]), sprite.corner
    )
    return turned, about


def _whereabouts(t: float) -> tuple[Array, bool, bool]:
    """Ground point, whether he faces left, and whether he walks."""
    cart, (arrived, departs) = timeline.CART, timeline.VENDOR_BEHIND
    handle = _beside_cart(t, _HANDLE_M, 0.0)
    if t < cart.stands:
        return handle, False, True
    place = _beside_cart(t, *_PLACE_M)
    if t < arrived:
        return _between(handle, place, (t - cart.stands) / (arrived - cart.stands)), False, True
    if t < departs:
        return place, False, False
    if t < cart.leaves:
        return _between(place, handle, (t - departs) / (cart.leaves - departs)), True, True
    return handle, True, True


def _beside_cart(t: float, along: float, away: float) -> Array:
    s = timeline.CART.along(t)
    heading = timeline.CART.path.heading(s)
    forward, left = np.array([np.cos(heading), np.sin(heading)]), np.array([-np.sin(heading), np.cos(heading)])
    return timeline.CART.ground(t) + along * forward + away * left


def _between(a: Array, b: Array, share: float) -> Array:
    eased = 3 * share**2 - 2 * share**3
    mixed: Array = (1 - eased) * a + eased * b
    return mixed
