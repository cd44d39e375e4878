"""Composed scenes of what cannot be rendered: crops of labelled pictures laid on the street.

The pictures lie beside the checkout (`../shared/datasets`) and are read as they are needed; they are no part of the
project. Where they are not there, or no network knows their classes, there are no such scenes.
"""

from collections.abc import Iterator
from functools import cache
from pathlib import Path
from typing import NamedTuple

import cv2
import numpy as np

from benchmarks.worlds.composition import Composition
from benchmarks.worlds.pixels.cast import LEAVES, LIGHTS, NIGHT, RAIN, drive, near_lane, plot, walk
from benchmarks.worlds.props import Knots, Picture
from benchmarks.worlds.scene import Scene, Setting, fires
from pipeline.media.frame import Bgr

DATASETS = Path(__file__).resolve().parents[3].parent / "shared" / "datasets"
_COUNT = 6
"""Crops of each kind: the first that are large enough, whatever a network makes of them."""
_MARGIN = 0.32
"""Of a box's width and height: in it the cut-out fades into the street, and not in the thing itself."""
_LEAST_SHARE, _MOST_SHARE = 0.2, 0.75
_GROUND = plot((300, 300), (760, 300), (760, 500), (300, 500), category="commercial_street")
_FOOT = (640.0, 410.0)
"""On the road, where nothing of the clip stands before it. A metre takes 66 px there."""
_MOST_PX = (220, 200)
"""Width and height at which a cut-out is laid: no heap, bin or fire in it is higher than two metres and a half.

A manhole cover is three times as large as in life: this camera is too far away for one, as the card's figures tell.
"""


class _Kind(NamedTuple):
    algorithm: str
    class_name: str
    folder: str
    label: int
    dwell: str


_KINDS = (
    _Kind("exposed_garbage", "garbage", "garbage/valid", 0, "20s"),
    _Kind("bin_overflow", "overflow", "garbage/valid", 2, "20s"),
    _Kind("manhole_damaged", "manhole_damaged", "manhole/valid", 1, "20s"),
    _Kind("smoke_fire", "fire", "smoke_fire/valid", 0, "3s"),
)
_HARMLESS = (
    _Kind("bin_overflow", "garbage_bin", "garbage/valid", 1, "20s"),
    _Kind("manhole_damaged", "manhole", "manhole/valid", 0, "20s"),
)


def scenes() -> tuple[Scene, ...]:
    """Those that the pictures beside the checkout give; none without them."""
    if not DATASETS.is_dir():
        return ()
    return tuple(scene for part in (_firing(), _missing(), _quiet(), _weather()) for scene in part)


def _firing() -> Iterator[Scene]:
    for kind in _KINDS:
        for number, crop in enumerate(crops(kind.folder, kind.label)):
            weather = (RAIN,) if number == _COUNT - 1 else ()
            act = Composition(80, (_laid(kind.class_name, crop, ((10, *_FOOT), (60, *_FOOT))),), weather)
            expected = (fires(10, 60, within_s=12),)
            yield Scene(kind.algorithm, f"picture {number}", act, expected, _GROUND, {"dwell": kind.dwell})


def _missing() -> Iterator[Scene]:
    """A bin that belongs there is taken away, or stands behind people for a while."""
    settings: dict[str, Setting] = {"dwell": "20s", "params": {"belongs_s": 60.0}}
    crop = crops("garbage/valid", 1)[0]
    taken, stays = (_laid("garbage_bin", crop, ((0, *_FOOT), (until_s, *_FOOT))) for until_s in (100, 200))
    people = (walk(90, 110, (420, 380), (760, 460), 1), walk(120, 140, (760, 470), (420, 390), 2))
    yield Scene(
        "bin_missing", "a bin is taken away", Composition(180, (taken,)), (fires(100, within_s=12),), _GROUND, settings
    )
    yield Scene("bin_missing", "people pass before it", Composition(160, (stays, *people)), (), _GROUND, settings)
    yield Scene("bin_missing", "rain", Composition(160, (stays,), (RAIN,)), (), _GROUND, settings)


def _quiet() -> Iterator[Scene]:
    for kind in _HARMLESS:
        for number, crop in enumerate(crops(kind.folder, kind.label)):
            act = Composition(60, (_laid(kind.class_name, crop, ((0, *_FOOT), (60, *_FOOT))),))
            yield Scene(kind.algorithm, f"harmless picture {number}", act, (), _GROUND, {"dwell": kind.dwell})
    carried: Knots = ((10, -60, 360), (24, 830, 470))
    for kind in _KINDS[:1]:
        for number, crop in enumerate(crops(kind.folder, kind.label)[:2]):
            act = Composition(50, (_laid(kind.class_name, crop, carried),))
            yield Scene(kind.algorithm, f"carried past {number}", act, (), _GROUND, {"dwell": kind.dwell})


def _weather() -> Iterator[Scene]:
    for kind in _KINDS:
        settings = {"dwell": kind.dwell}
        red_car = Composition(60, (drive("hatchback", 6, 10, 45, 48),))
        at_night = "2026-01-05T22:00:00+08:00"
        lights = Composition(90, (), (NIGHT, LIGHTS), noise=4)
        yield Scene(kind.algorithm, "leaves", Composition(90, (), (LEAVES,)), (), near_lane(), settings)
        yield Scene(kind.algorithm, "a red car", red_car, (), near_lane(), settings)
        yield Scene(kind.algorithm, "headlights at night", lights, (), near_lane(), settings, at_night)


def _laid(class_name: str, crop: Bgr, knots: Knots) -> Picture:
    rows, columns = crop.shape[:2]
    width_px, height_px = _MOST_PX
    width_px = min(width_px, columns, height_px * columns // rows)
    return Picture(class_name, crop, knots, width_px, is_flame=class_name == "fire")


@cache
def crops(folder: str, label: int) -> tuple[Bgr, ...]:
    """The first pictures with one large box of this label, cut out with a margin: shape (h, w, 3), BGR."""
    found: list[Bgr] = []
    for file in sorted((DATASETS / folder / "labels").glob("*.txt")):
        rows = [[float(word) for word in line.split()] for line in file.read_text(encoding="utf-8").splitlines()]
        mine = [row[1:5] for row in rows if row and row[0] == label]
        if len(mine) != 1 or len(rows) != 1:
            continue
        x, y, width, height = mine[0]
        if not all(_LEAST_SHARE <= side <= _MOST_SHARE for side in (width, height)):
            continue
        picture = cv2.imread(str(DATASETS / folder / "images" / f"{file.stem}.jpg"))
        if picture is None:
            continue
        found.append(_cut(np.asarray(picture, np.uint8), (x, y, width * (1 + _MARGIN), height * (1 + _MARGIN))))
        if len(found) == _COUNT:
            break
    return tuple(found)


def _cut(picture: Bgr, box: tuple[float, float, float, float]) -> Bgr:
    rows, columns = picture.shape[:2]
    x, y, width, height = box
    left, right = (round(np.clip(x + sign * width / 2, 0, 1) * columns) for sign in (-1, 1))
    top, bottom = (round(np.clip(y + sign * height / 2, 0, 1) * rows) for sign in (-1, 1))
    return np.ascontiguousarray(picture[top:bottom, left:right])
