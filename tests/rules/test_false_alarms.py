"""A bush that is taken for a person: raised once, dismissed once, silent through a day with its changes of light.

How it looks in each light is measured by the code that measures objects, on pictures of a bush and of a person.
"""

from collections.abc import Callable, Iterator
from dataclasses import replace
from functools import cache

import cv2
import numpy as np
import pytest

from pipeline.config.catalogue import Condition
from pipeline.geofence.boxes import Box
from pipeline.observation import Command, CommandKind, Observation
from pipeline.perception.appearance import appearance
from pipeline.perception.detections import Floats, Picture
from pipeline.rules.episode import Episode, State
from tests.rules.scenes import Thing, at, observation, reasoner, rule, since_start, stay

BUSH: Box = (0.45, 0.45, 0.55, 0.75)
DAY_S = 24 * 3600.0
LOITERING = rule(Condition.LOITERING, dwell_s=20, grace_s=5, confidence=0.3)


@cache
def street(kind: str) -> Picture:
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


def lit(picture: Picture, hour: float, night: str) -> Picture:
    """The picture at an hour: bright at noon, warm and dim at dusk and under lamps; grey by infra-red light."""
    draw = np.random.default_rng(round(hour * 100))
    is_night = hour < 6 or hour >= 19
    if is_night and night == "infra-red":
        grey = cv2.cvtColor(picture, cv2.COLOR_BGR2GRAY).astype(np.float32)
        plane = np.clip(0.8 * grey + draw.normal(0, 6, grey.shape), 0, 255)
        return np.asarray(np.repeat(plane[..., None], 3, axis=2), np.uint8)
    height = 0.0 if is_night else float(np.sin((hour - 6) / 13 * np.pi))
    gain = 0.25 + 0.95 * height
    warmth = np.array([1 - 0.25 * (1 - height), 1.0, 1 + 0.2 * (1 - height)])
    return np.asarray(np.clip(picture * gain * warmth + draw.normal(0, 3, picture.shape), 0, 255), np.uint8)


@cache
def look_at(kind: str, quarter: int, night: str) -> Floats:
    """How it looks in a quarter of an hour of the day."""
    return appearance(lit(street(kind), quarter / 4, night), BUSH)


@cache
def brightness(quarter: int, night: str) -> float:
    """Of the street in a quarter of an hour of the day."""
    return float(lit(street("bush"), quarter / 4, night).mean())


def seen(t_s: float, things: dict[str, Thing], night: str) -> Observation:
    """A look, with the appearance that the things have in the light of the hour."""
    there = {kind: one for kind, one in things.items() if one.box(t_s) is not None and one.sight(t_s) is not None}
    quarter = int(t_s / 900) % 96
    bare = observation(t_s, there.values(), brightness=brightness(quarter, night))
    if not there:
        return bare
    looks = np.stack([look_at(kind, quarter, night) for kind in there])
    return replace(bare, objects=replace(bare.objects, appearance=looks))


def is_taken_for_a_person(t_s: float) -> bool:
    """By the network, in some minutes of most hours, and never in all looks."""
    hour, minute = int(t_s // 3600), t_s % 3600 / 60
    return hour % 3 != 1 and (hour * 7) % 40 <= minute < (hour * 7) % 40 + 20 and int(t_s * 13) % 10 < 8


def moments(every_s: float, person: Callable[[float], bool]) -> Iterator[float]:
    """Looks while something is there, and one a minute else, for a day from eight in the morning."""
    t_s = 8 * 3600.0
    while t_s < 8 * 3600 + DAY_S:
        yield t_s
        is_quiet = not any(is_taken_for_a_person(t_s + s) or person(t_s + s) for s in range(-30, 61, 5))
        t_s += 60 if is_quiet else every_s


def told(
    person: Callable[[float], bool], *, every_s: float = 8.0, night: str = "lamps", is_dismissed: bool = True
) -> list[float]:
    """When something is raised in a day from eight in the morning; what is raised of the bush is called false."""
    bush = stay(
        BUSH,
        class_name="person",
        track=lambda t_s: 1 + int(t_s // 400),
        missed=lambda t_s: not is_taken_for_a_person(t_s) or person(t_s),
    )
    someone = stay(BUSH, class_name="person", track=9999, missed=lambda t_s: not person(t_s))
    reasoning, found, words = reasoner(LOITERING), list[float](), list[Episode]()
    for t_s in moments(every_s, person):
        while is_dismissed and words and since_start(words[0].t) + 60 <= t_s:
            reasoning.feed(Command(at(t_s), CommandKind.DISMISS, words[0].id, at(t_s)))
            del words[0]
        for episode in reasoning.feed(seen(t_s, {"bush": bush, "person": someone}, night)).episodes:
            if episode.state is State.RAISED:
                found.append(t_s)
                words += [] if person(t_s) else [episode]
    return found


def nobody(t_s: float) -> bool:
    del t_s
    return False


@pytest.mark.parametrize("every_s", [8.0, pytest.param(2.0, marks=pytest.mark.long)])
def test_a_bush_is_raised_once_dismissed_once_and_silent_for_a_day(every_s: float) -> None:
    assert len(told(nobody, every_s=every_s)) == 1


def test_without_a_word_it_would_be_raised_all_day() -> None:
    assert len(told(nobody, is_dismissed=False)) > 10


def test_by_infra_red_light_it_looks_different_and_is_raised_once_more_and_not_by_the_next_day() -> None:
    by_day, by_night = told(nobody, night="infra-red")
    assert by_day < 19 * 3600 <= by_night


@pytest.mark.parametrize("hour", [10.3, 14.6, 18.2, 23.1])
def test_a_real_person_in_the_same_place_still_raises(hour: float) -> None:
    comes_s = hour * 3600
    found = told(lambda t_s: comes_s <= t_s < comes_s + 120)
    assert any(comes_s <= t_s < comes_s + 120 for t_s in found[1:]), found
