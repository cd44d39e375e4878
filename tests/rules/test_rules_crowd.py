"""People who gather, and people who only pass."""

import numpy as np
import pytest
from hypothesis import given, settings
from hypothesis import strategies as st

from pipeline.config.catalogue import Condition
from pipeline.config.ground import GroundUnit, fit_ground
from pipeline.config.resolved import Geofence
from pipeline.geofence.boxes import Box
from pipeline.rules.episode import State
from pipeline.rules.reasoner import Reasoner
from tests.rules.scenes import (
    CAMERA,
    SITE,
    VOCABULARY,
    Thing,
    answered,
    moments_of,
    moving,
    reasoner,
    rule,
    run,
    shifted,
    since_start,
    stay,
    times,
    watch,
    zone,
)

FOUR = rule(Condition.CROWD, dwell_s=30, params={"count": 4, "density": 0})
FIRST: Box = (0.22, 0.5, 0.26, 0.65)


def person(n: int, start_s: float = 0.0, end_s: float = 1e9) -> Thing:
    """The n-th of a row of people."""
    return stay(shifted(FIRST, 0.06 * (n % 9)), start_s, end_s, class_name="person", track=60 + n, look=1 + n % 15)


def people(n: int, start_s: float = 0.0, end_s: float = 1e9) -> list[Thing]:
    """A row of people."""
    return [person(k, start_s, end_s) for k in range(n)]


def walker(n: int, start_s: float, speed: float = 0.05) -> Thing:
    """Somebody who walks through the lane in twelve seconds and more, a second apart from the next."""

    def box(t_s: float) -> Box | None:
        x = 0.2 + speed * (t_s - start_s)
        return (x, 0.5, x + 0.04, 0.65) if 0.2 <= x <= 0.8 else None

    return moving(stay(class_name="person", track=100 + n, look=1 + n % 15), box)


def test_a_crowd_is_raised_with_its_people_and_cleared() -> None:
    account = answered(reasoner(FOUR), people(5, 4, 60), times(90))
    assert [state for state, _ in account.story] == ["raised", "cleared"]
    assert since_start(account.episodes[0].started_at) == 4.0
    assert list(moments_of(account, State.RAISED)) == [34.0]
    assert sorted(one.track for one in account.episodes[0].objects) == [60, 61, 62, 63, 64]


def test_three_people_are_none() -> None:
    assert not answered(reasoner(FOUR), people(3), times(120)).episodes


@pytest.mark.parametrize("speed", [0.03, 0.05, 0.1])
def test_a_stream_of_people_who_walk_through_is_none(speed: float) -> None:
    stream = [walker(n, n * 1.0 - 12, speed) for n in range(110)]
    assert max(sum(one.box(t) is not None for one in stream) for t in times(60, 1, 20)) >= 6
    assert not answered(reasoner(FOUR), stream, times(100)).episodes


def test_people_come_and_go_and_the_crowd_stays() -> None:
    # Nobody stays for as long as the dwell.
    things = [
        stay(shifted(FIRST, 0.06 * (k % 9)), 3 * k - 30, 3 * k - 4, class_name="person", track=60 + k, look=1 + k % 15)
        for k in range(32)
    ]
    assert min(sum(one.box(t) is not None for one in things) for t in times(60, 1)) >= 8
    account = answered(reasoner(FOUR), things, times(60))
    assert [state for state, _ in account.story] == ["raised"]


def test_missed_people_do_not_restart_it() -> None:
    def blinks(n: int) -> Thing:
        return stay(
            shifted(FIRST, 0.06 * n), class_name="person", track=60 + n, look=1 + n,
            missed=lambda t_s: (int(t_s * 2) + n) % 3 == 0,
        )  # fmt: skip

    account = answered(reasoner(FOUR), [blinks(n) for n in range(4)], times(60))
    assert list(moments_of(account, State.RAISED)) == [30.5]


def test_seven_of_ten_keep_it_up_and_six_do_not() -> None:
    ten = rule(Condition.CROWD, dwell_s=20, params={"count": 9, "density": 0})
    for left, is_open in ((7, True), (6, False)):
        things = people(left) + [person(k, 0, 40) for k in range(left, 9)]
        account = answered(reasoner(ten), things, times(120))
        assert bool(account.of(State.CLEARED)) is not is_open, left


def test_a_gathering_shorter_than_the_dwell_is_none() -> None:
    assert not answered(reasoner(FOUR), people(8, 5, 33), times(90)).episodes


def test_a_close_look_that_finds_nobody_refuses() -> None:
    account = run(reasoner(FOUR), watch(people(5), times(32)), [])
    assert account.wanted
    assert not account.episodes


def test_on_calibrated_ground_fewer_people_may_be_a_crowd() -> None:
    corners = np.array([[0.0, 0.0], [1.0, 0.0], [1.0, 1.0], [0.0, 1.0]])
    ground = fit_ground(corners, corners * 10, GroundUnit.METRES)
    square = zone("lane", ((0.2, 0.4), (0.8, 0.4), (0.8, 0.9), (0.2, 0.9)))
    dense = rule(Condition.CROWD, dwell_s=20, params={"count": 50, "density": 0.2})
    needed = 6  # of the zone's 30 square metres
    for n in (needed, needed - 1):
        reasoning = Reasoner(SITE, CAMERA, (dense,), Geofence(None, (square,), (), ground), VOCABULARY)
        assert bool(answered(reasoning, people(n), times(60)).episodes) is (n == needed), n


@given(n=st.integers(2, 6), dwell_s=st.floats(22, 40))
@settings(deadline=None, max_examples=20)
def test_the_frame_rate_changes_no_crowd(n: int, dwell_s: float) -> None:
    crowd = rule(Condition.CROWD, dwell_s=dwell_s)
    told = [answered(reasoner(crowd), people(n, 2, 70), times(100, every_s)) for every_s in (0.2, 1.0)]
    assert [one.state for one in told[0].episodes] == [one.state for one in told[1].episodes]
    assert bool(told[0].episodes) == (n >= 4)
    for a, b in zip(told[0].episodes, told[1].episodes, strict=True):
        assert abs(a.started_at - b.started_at) <= 1e9
