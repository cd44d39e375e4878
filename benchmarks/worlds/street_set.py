"""The stage of the composed scenes: the sample clip's street, empty, with the people who can be cut out of its clip.

All of it is in the project: the clip, its camera's calibration, and the rendered objects of `sample_videos/cutouts`.
"""

from collections.abc import Iterator
from dataclasses import dataclass
from functools import cache

import av
import numpy as np

from pipeline.resources import data_folder
from sample_videos import matte, sprites, vendor
from sample_videos.matte import Cover, Picture
from sample_videos.sprites import Sprite, SpriteStrip
from sample_videos.stage import Array

VEHICLES = ("suv", "hatchback", "van", "cart")
_EVERY = 7
_CUT = range(760, 776)
"""The frames that `vendor.cut_out` reads."""
_EMPTY = (range(50), range(570, 675), range(715, 795))
"""The frames in which no added thing stands: what walks through does not show in their median."""


@dataclass(frozen=True, slots=True)
class StreetSet:
    """What a composed scene is made of. Not to be changed.

    Attributes:
        empty: The street without anybody, BGR.
        posts: What stands in it and may hide something.
        strips: The rendered objects by name.
        walker: Somebody, by phase of the step; the last stands.
        feet: Where each of them stands in its own frame, (2,), px.
    """

    empty: Picture
    posts: tuple[Cover, ...]
    strips: dict[str, SpriteStrip]
    walker: tuple[Sprite, ...]
    feet: tuple[Array, ...]


@cache
def street_set() -> StreetSet:
    """Reads the clip, which takes some seconds."""
    some: list[Picture] = []
    cut: dict[int, Picture] = {}
    for number, picture in enumerate(_frames()):
        if number % _EVERY == 0 and any(number in part for part in _EMPTY):
            some.append(picture)
        if number in _CUT:
            cut[number] = picture
    empty: Picture = np.median(np.stack(some), axis=0).astype(np.uint8)
    # Only the last second of the clip is cut from; the rest need not be held.
    figure = vendor.cut_out([cut.get(number, empty) for number in range(_CUT.stop)], empty)
    numbers = sorted(figure.sprite_by_frame)
    return StreetSet(
        empty=empty,
        posts=tuple(matte.posts(empty)),
        strips={name: sprites.load(name) for name in (*VEHICLES, "waste")},
        walker=tuple(figure.sprite_by_frame[number] for number in numbers),
        feet=tuple(figure.foot_by_frame[number] for number in numbers),
    )


def _frames() -> Iterator[Picture]:
    with av.open(str(data_folder("sample_videos") / "street.mp4")) as container:
        for frame in container.decode(video=0):
            yield frame.to_ndarray(format="bgr24").astype(np.uint8, copy=False)
