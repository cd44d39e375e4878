"""An object moves against the direction of a lane."""

from dataclasses import replace

import numpy as np
import pytest

from pipeline.config.catalogue import Condition, EventPer
from pipeline.config.ground import GroundMap, GroundUnit, fit_ground
from pipeline.config.resolved import Rule
from pipeline.geofence.boxes import Box
from pipeline.rules.episode import State
from tests.rules.scenes import Account, Thing, answered, reasoner, rule, shifted, since_start, times, walk, zone

RIGHTWARD = replace(zone("lane", ((0.0, 0.3), (1.0, 0.3), (1.0, 1.0), (0.0, 1.0))), direction=90.0)
CAR: Box = (0.75, 0.5, 0.9, 0.65)
"""0.27 of the picture's height long: from here to the left edge are five lengths."""


def wrong_way(**params: float) -> Rule:
    return rule(Condition.WRONG_WAY, dwell_s=2, clear_after_s=3, event_per=EventPer.OBJECT, params=params)


def seen(thing: Thing, until_s: float = 20.0, every_s: float = 0.2, **params: float) -> Account:
    return answered(reasoner(wrong_way(**params), zones=[RIGHTWARD]), [thing], times(until_s, every_s))


@pytest.mark.parametrize("every_s", [0.1, 0.2, 0.5, 1.0])
def test_who_drives_against_the_lane_is_told_once(every_s: float) -> None:
    account = seen(walk(CAR, (8, -0.7, 0.0), class_name="car"), every_s=every_s)
    assert [one.state for one in account.episodes] == [State.RAISED, State.CLEARED]
    raised = account.episodes[0]
    assert since_start(raised.started_at) <= 1.1
    # Two lengths are 0.3 of the picture's width: 3.4 s.
    assert since_start(raised.t) == pytest.approx(3.6, abs=0.4 + every_s)


@pytest.mark.parametrize(
    "thing",
    [
        pytest.param(walk(shifted(CAR, -0.7), (8, 0.7, 0.0), class_name="car"), id="with the lane"),
        pytest.param(
            walk(CAR, (6, 0.0, 0.0), (9, -0.2, 0.02), (30, -0.2, 0.02), class_name="car"), id="backs into a space"
        ),
        pytest.param(
            walk(CAR, (3, -0.15, 0.0), (5, -0.02, 0.02), (8, -0.17, 0.05), (30, -0.17, 0.05), class_name="car"),
            id="backs in at the second try",
        ),
        pytest.param(walk(CAR, (30, 0.0, 0.0), class_name="car"), id="stands"),
        pytest.param(
            walk(shifted(CAR, 0.0, -0.1), (6, 0.0, 0.4), (30, 0.0, 0.4), class_name="car"), id="crosses the lane"
        ),
        pytest.param(
            walk((0.5, 0.4, 0.53, 0.45), (8, -0.12, 0.5), class_name="motorcycle"),
            id="crosses it at a slant, slightly against",
        ),
        pytest.param(walk(CAR, (8, -0.7, 0.0), class_name="person"), id="a person"),
        pytest.param(walk(shifted(CAR, 0.0, -0.4), (8, -0.7, 0.0), class_name="car"), id="beside the lane"),
    ],
)
def test_who_parks_passes_or_crosses_does_not(thing: Thing) -> None:
    assert seen(thing, until_s=40).episodes == []


def test_a_halt_on_the_wrong_way_is_no_second_event() -> None:
    halting = walk(CAR, (4, -0.36, 0.0), (8, -0.36, 0.0), (12, -0.75, 0.0), class_name="car")
    assert [one.state for one in seen(halting, until_s=30).episodes] == [State.RAISED, State.CLEARED]


def test_an_own_direction_may_lead_anywhere() -> None:
    down = replace(RIGHTWARD, direction=180.0)
    upward = walk((0.4, 0.85, 0.5, 0.95), (8, 0.0, -0.5), class_name="motorcycle")
    account = answered(reasoner(wrong_way(), zones=[down]), [upward], times(20, 0.2))
    assert len(account.of(State.RAISED)) == 1


def ground_of(width_m: float) -> GroundMap:
    """A picture that is seen from straight above, so wide."""
    corners = np.array([[0.0, 1.0], [1.0, 1.0], [1.0, 0.0], [0.0, 0.0]])
    height_m = width_m * 9 / 16
    metres = np.array([[0.0, 0.0], [width_m, 0.0], [width_m, height_m], [0.0, height_m]])
    return fit_ground(corners, metres, GroundUnit.METRES)


@pytest.mark.parametrize(("least_kmh", "n"), [(0, 1), (9, 1), (12, 0)])
def test_on_calibrated_ground_a_speed_may_be_asked_for(least_kmh: float, n: int) -> None:
    # 0.7 of 32 m in 8 s: 2.8 m/s, 10.1 km/h.
    reasoning = reasoner(wrong_way(min_speed_kmh=least_kmh), zones=[RIGHTWARD], ground=ground_of(32))
    account = answered(reasoning, [walk(CAR, (8, -0.7, 0.0), class_name="car")], times(20, 0.2))
    assert len(account.of(State.RAISED)) == n
    if n:
        assert account.episodes[0].objects[0].speed_kmh == pytest.approx(10.08, rel=0.02)


def test_a_direction_from_north_is_taken_as_the_ground_lies() -> None:
    """The picture looks south: east is on its left."""
    to_the_east = replace(RIGHTWARD, direction=90.0, heading=(-1.0, 0.0))
    rightward = walk(shifted(CAR, -0.7), (8, 0.7, 0.0), class_name="car")
    assert len(answered(reasoner(wrong_way(), zones=[to_the_east]), [rightward], times(20, 0.2)).of(State.RAISED)) == 1
    leftward = walk(CAR, (8, -0.7, 0.0), class_name="car")
    assert answered(reasoner(wrong_way(), zones=[to_the_east]), [leftward], times(20, 0.2)).episodes == []
