"""A person or a vehicle enters a closed zone."""

import pytest

from pipeline.config.catalogue import Condition
from pipeline.config.resolved import Rule
from pipeline.geofence.boxes import Box
from pipeline.rules.episode import State
from tests.rules.scenes import (
    Account,
    Thing,
    answered,
    moving,
    reasoner,
    rule,
    shifted,
    since_start,
    stay,
    times,
    walk,
    zone,
)

YARD = zone("lane", ((0.3, 0.3), (0.7, 0.3), (0.7, 0.7), (0.3, 0.7)))
WAY_IN: Box = (0.1, 0.3, 0.16, 0.6)


def intrusion(schedule: str = "always") -> Rule:
    return rule(Condition.INTRUSION, dwell_s=1, clear_after_s=3, schedule=schedule)


def seen(things: list[Thing], schedule: str = "always", until_s: float = 30.0, every_s: float = 0.2) -> Account:
    return answered(reasoner(intrusion(schedule), zones=[YARD]), things, times(until_s, every_s))


@pytest.mark.parametrize(
    "thing",
    [
        pytest.param(walk(WAY_IN, (5, 0.3, 0.0), (15, 0.3, 0.0)), id="walks in and stays"),
        pytest.param(walk(WAY_IN, (10, 0.7, 0.0)), id="walks through"),
        pytest.param(walk(WAY_IN, (3, 0.7, 0.0)), id="runs through"),
        pytest.param(
            walk((0.0, 0.4, 0.2, 0.6), (5, 0.4, 0.0), (15, 0.4, 0.0), class_name="car"), id="drives in and stops"
        ),
    ],
)
def test_who_enters_is_told_once(thing: Thing) -> None:
    account = seen([thing])
    assert [one.state for one in account.episodes] == [State.RAISED, State.CLEARED]
    raised = account.episodes[0]
    assert 1e9 <= raised.t - raised.started_at <= 2e9


def edging(foot_y: float, jitter: float) -> Thing:
    """A person who walks along the near side of the fence, whose foot the detector puts now here, now there."""
    box: Box = (0.3, foot_y - 0.3, 0.36, foot_y)
    return moving(
        stay(class_name="person"),
        lambda t_s: shifted(box, 0.01 * t_s, -jitter if round(t_s * 5) % 4 == 0 else 0.0) if t_s < 25 else None,
    )


@pytest.mark.parametrize(
    "thing",
    [
        pytest.param(edging(0.71, 0.0), id="beside the fence, most of the box over it"),
        pytest.param(edging(0.71, 0.02), id="beside the fence, one look in four too far in"),
        pytest.param(walk(WAY_IN, (10, 0.7, 0.0), class_name="cat"), id="a cat"),
        pytest.param(
            walk(WAY_IN, (5, 0.172, 0.0), (5.4, 0.172, 0.0), (10, 0.0, 0.0)), id="a foot over the edge for a moment"
        ),
        pytest.param(stay((0.4, 0.4, 0.6, 0.6), class_name="car"), id="a car that has been parked there all the time"),
    ],
)
def test_who_stays_outside_is_not(thing: Thing) -> None:
    assert seen([thing]).episodes == []


def test_in_open_hours_nobody_is_told() -> None:
    """The scene begins at midnight; the yard is closed from the second minute on."""
    assert seen([walk(WAY_IN, (20, 0.3, 0.0), (50, 0.3, 0.0))], "00:01-06:00", until_s=59).episodes == []


def test_a_person_who_is_still_there_at_closing_time_is_told_then() -> None:
    account = seen([walk(WAY_IN, (20, 0.3, 0.0), (90, 0.3, 0.0))], "00:01-06:00", until_s=80)
    assert [round(since_start(one.t)) for one in account.of(State.RAISED)] == [60]


def test_a_car_that_was_parked_before_closing_time_hides_nobody() -> None:
    parked = stay((0.4, 0.4, 0.6, 0.6), class_name="car", track=2, look=2)
    account = seen(
        [parked, walk(shifted(WAY_IN, 0.0, 0.05), (70, 0.0, 0.0), (75, 0.3, 0.0), (90, 0.3, 0.0))],
        "00:01-06:00",
        until_s=85,
    )
    assert [since_start(one.started_at) > 70 for one in account.of(State.RAISED)] == [True]


def test_a_car_that_came_before_closing_time_is_not_told() -> None:
    parked = walk((0.0, 0.4, 0.2, 0.6), (20, 0.4, 0.0), (90, 0.4, 0.0), class_name="car")
    assert seen([parked], "00:01-06:00", until_s=85).episodes == []


def test_a_car_that_drives_off_at_night_is_told_from_then_on() -> None:
    leaving = walk((0.4, 0.4, 0.6, 0.6), (70, 0.0, 0.0), (90, 0.2, 0.0), class_name="car")
    account = seen([leaving], "00:01-06:00", until_s=85)
    assert [since_start(one.started_at) >= 69 for one in account.of(State.RAISED)] == [True]
