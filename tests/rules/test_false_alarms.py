"""A bush that is taken for a person: raised once, dismissed once, silent through a day with its changes of light.

How it looks in each light is measured by the code that measures objects: on drawn pictures of a bush and of a person,
and on the composed street, where a script plays the network's part: it takes the tripod on the lawn for a person.
"""

from functools import cache

import cv2
import numpy as np
import pytest

from benchmarks.worlds.composition import Composition
from benchmarks.worlds.props import Walker
from pipeline.geofence.boxes import Box
from pipeline.perception.detections import Picture
from sample_videos.stage import HEIGHT, WIDTH
from tests.rules.false_alarms import Place, told

BUSH: Box = (0.45, 0.45, 0.55, 0.75)


@cache
def drawn(kind: str) -> Picture:
    """A pavement with a bush on it, or with a person in the bush's place, at noon."""
    draw = np.random.default_rng(7)
    picture: Picture = np.full((360, 640, 3), (120, 122, 125), np.uint8)
    picture += draw.integers(0, 12, (360, 640, 3), np.uint8)
    x1, y1, x2, y2 = (round(side * n) for side, n in zip(BUSH, (640, 360, 640, 360), strict=True))
    if kind == "bush":
        for _ in range(500):
            x, y = int(draw.integers(x1, x2)), int(draw.integers(y1, y2))
            green = (int(draw.integers(20, 60)), int(draw.integers(70, 150)), int(draw.integers(20, 70)))
            cv2.ellipse(picture, (x, y), (5, 2), float(draw.integers(0, 180)), 0, 360, green, -1)
        return picture
    width = x2 - x1
    cv2.rectangle(picture, (x1 + width // 4, y1 + 20), (x2 - width // 4, y1 + 65), (150, 60, 40), -1)
    cv2.rectangle(picture, (x1 + width // 3, y1 + 65), (x2 - width // 3, y2), (50, 50, 55), -1)
    cv2.circle(picture, ((x1 + x2) // 2, y1 + 10), 9, (120, 150, 200), -1)
    return picture


@cache
def composed(kind: str) -> Picture:
    """The street with the tripod on the lawn, or with a person in its place."""
    walker = Walker(((0.0, 492.0, 481.0), (100.0, 492.0, 481.0)), seed=3)
    return Composition(100, (walker,) if kind == "person" else (), noise=0).picture(0)


def person_on_lawn() -> Box:
    walker = Walker(((0.0, 492.0, 481.0), (100.0, 492.0, 481.0)), seed=3)
    ((_, box),) = Composition(100, (walker,)).boxes(0)
    return box


DRAWN = Place(drawn, BUSH, BUSH)
COMPOSED = Place(composed, (458 / WIDTH, 338 / HEIGHT, 526 / WIDTH, 483 / HEIGHT), person_on_lawn())
places = pytest.mark.parametrize("place", [pytest.param(DRAWN, id="drawn"), pytest.param(COMPOSED, id="composed")])
nights = pytest.mark.parametrize("night", ["lamps", "infra-red"])


@places
@nights
@pytest.mark.parametrize("every_s", [8.0, pytest.param(2.0, marks=pytest.mark.long)])
def test_what_is_taken_for_a_person_is_raised_once_dismissed_once_and_silent_for_a_day(
    place: Place, night: str, every_s: float
) -> None:
    assert len(told(place, every_s=every_s, night=night)) == 1


def test_without_a_word_it_would_be_raised_all_day() -> None:
    assert len(told(DRAWN, is_dismissed=False)) > 10


@places
@nights
@pytest.mark.parametrize("hour", [10.3, 14.6, 18.2, 23.1])
def test_a_real_person_in_the_same_place_still_raises(place: Place, night: str, hour: float) -> None:
    comes_s = hour * 3600
    found = told(place, lambda t_s: comes_s <= t_s < comes_s + 120, night=night)
    assert any(comes_s <= t_s < comes_s + 120 for t_s in found[1:]), found
