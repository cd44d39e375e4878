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
from pipeline.rules.reasoner import Reasoner
from tests.rules.scenes import Thing, at, observation, reasoner, rule, since_start, stay

BUSH: Box = (0.45, 0.45, 0.55, 0.75)
DAY_S = 24 * 3600.0
DISMISSED_AT_S = 8 * 3600.0 + 20 * 60
LOITERING = rule(Condition.LOITERING, dwell_s=20, grace_s=5, confidence=0.3)


@cache
def street(kind: str) -> Picture:
    """A pavement with a bush on it, or with a person in the bush's place, at noon."""
    draw = np.random.default_rng(7)
    picture = np.full((360, 640, 3), (120, 122, 125), np.uint8) + draw.integers(0, 12, (360, 640, 3), np.uint8)
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


def lit(picture: Picture, hour: float) -> Picture:
    """The picture at an hour: bright at noon, warm and dim at dusk, grey by infra-red light at night."""
    draw = np.random.default_rng(round(hour * 100))
    if hour < 6 or hour >= 19:
        grey = cv2.cvtColor(picture, cv2.COLOR_BGR2GRAY).astype(np.float32)
        plane = np.clip(0.8 * grey + draw.normal(0, 6, grey.shape), 0, 255)
        return np.repeat(plane[..., None], 3, axis=2).astype(np.uint8)
    height = np.sin((hour - 6) / 13 * np.pi)
    gain = 0.25 + 0.95 * height
    warmth = np.array([1 - 0.25 * (1 - height), 1.0, 1 + 0.2 * (1 - height)])
    noise = draw.normal(0, 3, picture.shape)
    return np.clip(picture * gain * warmth + noise, 0, 255).astype(np.uint8)


@cache
def look_at(kind: str, quarter: int) -> Floats:
    """How it looks in a quarter of an hour of the day."""
    return appearance(lit(street(kind), quarter / 4), BUSH)


def seen(t_s: float, things: dict[str, Thing]) -> Observation:
    """A look, with the appearance that the things have in the light of the hour."""
    there = {
        kind: thing for kind, thing in things.items() if thing.box(t_s) is not None and thing.sight(t_s) is not None
    }
    bare = observation(t_s, there.values(), brightness=float(lit(street("bush"), t_s / 3600 % 24)[::40, ::40].mean()))
    if not there:
        return bare
    looks = np.stack([look_at(kind, int(t_s / 900) % 96) for kind in there])
    return replace(bare, objects=replace(bare.objects, appearance=looks))


def is_taken_for_a_person(t_s: float) -> bool:
    """By the network, in some minutes of most hours, and never in all looks."""
    hour, minute = int(t_s // 3600), t_s % 3600 / 60
    return hour % 3 != 1 and (hour * 7) % 40 <= minute < (hour * 7) % 40 + 20 and int(t_s * 13) % 10 < 8


def moments(every_s: float) -> Iterator[float]:
    t_s = 8 * 3600.0
    while t_s < 8 * 3600 + DAY_S:
        yield t_s
        t_s += every_s


def told(every_s: float, person: Callable[[float], bool], *, is_dismissed: bool = True) -> list[Episode]:
    """What is told in a day from eight in the morning, the first event being called false."""
    bush = stay(
        BUSH,
        class_name="person",
        track=lambda t_s: 1 + int(t_s // 400),
        missed=lambda t_s: not is_taken_for_a_person(t_s) or person(t_s),
    )
    someone = stay(BUSH, class_name="person", track=9999, missed=lambda t_s: not person(t_s))
    reasoning, episodes, is_said = reasoner(LOITERING), list[Episode](), not is_dismissed
    for t_s in moments(every_s):
        if not is_said and t_s >= DISMISSED_AT_S:
            is_said = True
            episodes += _dismiss(reasoning, episodes[0], t_s)
        episodes += reasoning.feed(seen(t_s, {"bush": bush, "person": someone})).episodes
    return episodes


def _dismiss(reasoning: Reasoner, episode: Episode, t_s: float) -> tuple[Episode, ...]:
    return reasoning.feed(Command(at(t_s), CommandKind.DISMISS, episode.id, at(t_s))).episodes


def raised_at(episodes: list[Episode]) -> list[float]:
    return [since_start(episode.t) for episode in episodes if episode.state is State.RAISED]


@pytest.mark.parametrize("every_s", [8.0, pytest.param(2.0, marks=pytest.mark.long)])
def test_a_bush_is_raised_once_dismissed_once_and_silent_for_a_day(every_s: float) -> None:
    found = raised_at(told(every_s, lambda _: False))
    assert len(found) == 1
    assert found[0] < DISMISSED_AT_S


def test_without_a_word_it_would_be_raised_all_day() -> None:
    assert len(raised_at(told(8.0, lambda _: False, is_dismissed=False))) > 10


@pytest.mark.parametrize("hour", [10.3, 14.6, 18.2, 23.1])
def test_a_real_person_in_the_same_place_still_raises(hour: float) -> None:
    comes_s = hour * 3600
    found = raised_at(told(8.0, lambda t_s: comes_s <= t_s < comes_s + 120))
    assert [t_s for t_s in found[1:] if comes_s <= t_s < comes_s + 120], found
