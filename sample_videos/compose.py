"""Puts the added objects into the base clip's frames, behind and in front of who walks there."""

from collections.abc import Iterator, Sequence
from dataclasses import dataclass

import numpy as np
from numpy.typing import NDArray

from sample_videos import matte, sprites, stage, timeline, vendor
from sample_videos.matte import Cover, Picture
from sample_videos.sprites import Sprite, SpriteStrip
from sample_videos.stage import Array
from sample_videos.timeline import Stop

Canvas = NDArray[np.float32]


@dataclass(frozen=True)
class Standing:
    """An object in one frame.

    Attributes:
        sprite: Its cut-out, placed.
        ground: A point on its axis, (2,), metres.
        axis: Its direction on the ground, radians: whoever stands on the camera's side of this line is in front of it.
    """

    sprite: Sprite
    ground: Array
    axis: float

    def is_behind(self, cover: Cover) -> bool:
        """Whether `cover` stands nearer to the camera."""
        normal = np.array([-np.sin(self.axis), np.cos(self.axis)])
        camera = -stage.ROTATION.T @ stage.TRANSLATION
        side = float(normal @ (cover.ground - self.ground))
        return side * float(normal @ (camera[:2] - self.ground)) > 0


@dataclass(frozen=True)
class Props:
    """Everything that is added to the street."""

    strip_by_name: dict[str, SpriteStrip]
    vendor: vendor.Vendor

    def at(self, t: float) -> list[Standing]:
        """What stands in the street at `t` seconds, the farthest first."""
        placed = [
            driven(self.strip_by_name[name], stop, t)
            for name, stop in (
                ("suv", timeline.BLOCKING_CAR),
                ("van", timeline.DUMPING_VAN),
                ("van", timeline.FETCHING_VAN),
                ("hatchback", timeline.SHORT_STOP),
                ("cart", timeline.CART),
            )
            if stop.present(t)
        ]
        if timeline.WASTE_LIES[0] <= t < timeline.WASTE_LIES[1]:
            placed.append(Standing(self.strip_by_name["waste"].sprites[0], stage.WASTE_SPOT, ACROSS))
        if timeline.CART.present(t):
            figure, ground = self.vendor.at(t)
            placed.append(Standing(vendor.shadow(ground), ground, ACROSS))
            placed.append(Standing(figure, ground, ACROSS))
        return sorted(placed, key=lambda one: -depth(one.ground))


# Across the view: the direction on the ground that is level in the picture.
ACROSS = float(np.arctan2(*(stage.to_ground([(500, 300)])[0] - stage.to_ground([(300, 300)])[0])[::-1]))


def frames(base: list[Picture]) -> Iterator[Picture]:
    """The finished frames, BGR.

    Args:
        base: The whole base clip, BGR.
    """
    empty = matte.background(base)
    names = ("suv", "van", "hatchback", "cart", "waste")
    props = Props({name: sprites.load(name) for name in names}, vendor.cut_out(base, empty))
    posts = matte.posts(empty)
    for number in range(round(timeline.DURATION_S * stage.FPS)):
        standing = props.at(number / stage.FPS)
        if not standing:
            yield base[number]
            continue
        yield layered(base[number], standing, [*posts, *matte.people(base[number], empty)])


def layered(frame: Picture, standing: Sequence[Standing], covers: Sequence[Cover]) -> Picture:
    """A frame with objects in it.

    Args:
        frame: BGR.
        standing: The objects, the farthest first.
        covers: What the frame shows that may stand in front of one.
    """
    canvas = frame.astype(np.float32)
    for one in standing:
        _lay(canvas, one.sprite)
        for cover in covers:
            if _touches(one.sprite, cover.box) and one.is_behind(cover):
                _restore(canvas, frame, cover)
    return np.clip(np.rint(canvas), 0, 255).astype(np.uint8)


def _lay(canvas: Canvas, sprite: Sprite) -> None:
    x, y = (int(v) for v in sprite.corner)
    height, width = sprite.opacity.shape
    left, top = max(x, 0), max(y, 0)
    right, bottom = min(x + width, canvas.shape[1]), min(y + height, canvas.shape[0])
    if left >= right or top >= bottom:
        return
    part = (slice(top - y, bottom - y), slice(left - x, right - x))
    opacity = sprite.opacity[part][..., None]
    under = canvas[top:bottom, left:right]
    under += opacity * (sprite.colour[part] - under)


def _restore(canvas: Canvas, frame: Picture, cover: Cover) -> None:
    x1, y1, x2, y2 = cover.box
    area = (slice(max(y1, 0), y2), slice(max(x1, 0), x2))
    opacity = cover.mask[area][..., None]
    canvas[area] += opacity * (frame[area] - canvas[area])


def _touches(sprite: Sprite, box: tuple[int, int, int, int]) -> bool:
    x, y = sprite.corner
    height, width = sprite.opacity.shape
    return x < box[2] and box[0] < x + width and y < box[3] and box[1] < y + height


def driven(strip: SpriteStrip, stop: Stop, t: float) -> Standing:
    """A vehicle on its drive at `t` seconds."""
    s = stop.along(t)
    return Standing(strip.at(stop.path, s), stop.path.at(s), stop.path.heading(s))


def depth(ground: Array) -> float:
    """How far from the camera a ground point (2,) is, along its view, metres."""
    return float(stage.ROTATION[2, :2] @ ground)
