"""What must dwell stands still, measured against its own size."""

import numpy as np
import pytest

from pipeline.geofence.boxes import Box
from pipeline.rules.episode import Ended, State
from pipeline.rules.stance import lies_there, stands_still, stays_about
from tests.rules.scenes import (
    KEEPER,
    PARKED,
    Thing,
    answered,
    moving,
    pass_by,
    reasoner,
    rule,
    shifted,
    since_start,
    stay,
    times,
)

ASPECT = 16 / 9


@pytest.mark.parametrize(
    ("box", "still"),
    [
        pytest.param(shifted(PARKED, 0.01, -0.01), True, id="jitter"),
        pytest.param(shifted(PARKED, 0.05), False, id="moved by a quarter of its width"),
        pytest.param(shifted(PARKED, 0.0, 0.05), False, id="moved by a quarter of its height"),
        pytest.param((0.4, 0.5, 0.5, 0.7), True, id="right half hidden"),
        pytest.param((0.4, 0.5, 0.6, 0.6), True, id="lower half hidden"),
        pytest.param((0.34, 0.44, 0.66, 0.78), False, id="nearer by half"),
        pytest.param((0.4, 0.5, 0.46, 0.7), False, id="hardly any of it is left"),
        pytest.param((0.7, 0.5, 0.9, 0.7), False, id="elsewhere"),
    ],
)
def test_a_vehicle_has_moved_when_both_of_its_edges_have(box: Box, still: bool) -> None:  # noqa: FBT001 - a table
    assert stands_still(PARKED, box, ASPECT) is still


def test_a_vehicle_that_drives_into_the_picture_does_not_stand_still() -> None:
    assert not stands_still((0.0, 0.5, 0.1, 0.7), (0.0, 0.5, 0.15, 0.7), ASPECT)


@pytest.mark.parametrize("size", [0.01, 0.05, 0.3])
def test_the_tolerance_grows_with_the_object(size: float) -> None:
    box = (0.4, 0.4, 0.4 + size, 0.4 + size)
    assert stands_still(box, shifted(box, 0.15 * size), ASPECT)
    assert not stands_still(box, shifted(box, max(0.3 * size, 0.006)), ASPECT)


def test_a_person_stays_within_an_own_height() -> None:
    assert stays_about(KEEPER, shifted(KEEPER, 0.15), ASPECT)
    assert not stays_about(KEEPER, shifted(KEEPER, 0.2), ASPECT)


def test_a_thing_that_falls_over_lies_in_its_place() -> None:
    assert lies_there((0.4, 0.5, 0.45, 0.7), (0.42, 0.62, 0.55, 0.7), ASPECT)
    assert not lies_there((0.4, 0.5, 0.45, 0.7), (0.46, 0.62, 0.55, 0.7), ASPECT)


def test_box_jitter_does_not_restart_the_dwell() -> None:
    noise = np.random.default_rng(1).normal(0, 0.004, (400, 4))

    def jittered(t_s: float) -> Box:
        row = noise[round(t_s * 4)]
        return (PARKED[0] + row[0], PARKED[1] + row[1], PARKED[2] + row[2], PARKED[3] + row[3])

    account = answered(reasoner(rule(dwell_s=20)), [moving(stay(), jittered)], times(60, 0.25))
    assert account.story == [("raised", 20.0)]


def test_a_box_cut_in_two_for_a_moment_does_not_restart_the_dwell() -> None:
    car = moving(stay(), lambda t_s: (0.48, 0.5, 0.52, 0.7) if 5 <= t_s < 7 else PARKED)
    assert answered(reasoner(rule(dwell_s=10)), [car], times(30)).story == [("raised", 10.0)]


def test_a_car_first_seen_while_it_still_rolls_has_not_left_when_its_box_jitters_later() -> None:
    def rolls_in(t_s: float) -> Box:
        height = PARKED[3] - PARKED[1]
        return shifted(PARKED, 0.0, (-0.18 if t_s < 1 else 0.0 if t_s < 14 else 0.05) * height)

    account = answered(reasoner(rule(dwell_s=10)), [moving(stay(), rolls_in)], times(60))
    assert account.story == [("raised", 10.0)]


def _creeping(speed: float) -> Thing:
    """A car that moves on by a share of its width every second."""
    return moving(stay(), lambda t_s: shifted((0.2, 0.6, 0.4, 0.8), speed * 0.2 * t_s) if speed * t_s < 2.9 else None)


@pytest.mark.parametrize("speed", [0.03, 0.06, 0.2, 1.0])
def test_a_creeping_car_is_not_parked(speed: float) -> None:
    assert answered(reasoner(rule(dwell_s=10)), [_creeping(speed)], times(60)).episodes == []


def test_a_car_that_drives_through_is_not_parked() -> None:
    assert answered(reasoner(rule(dwell_s=10)), [pass_by(0, 15)], times(30)).episodes == []


def test_the_dwell_counts_from_when_the_car_has_come_to_rest() -> None:
    car = moving(stay(), lambda t_s: shifted(PARKED, -0.05 * max(0.0, 4 - t_s)))
    account = answered(reasoner(rule(dwell_s=10)), [car], times(40))
    assert 3.0 <= since_start(account.episodes[0].started_at) <= 4.5


def test_a_car_that_creeps_on_after_it_stood_ends_its_event_where_it_left() -> None:
    car = moving(stay(), lambda t_s: shifted((0.25, 0.5, 0.45, 0.7), 0.02 * max(0.0, t_s - 20)) if t_s < 35 else None)
    account = answered(reasoner(rule(dwell_s=10)), [car], times(60))
    assert [episode.state for episode in account.episodes] == [State.RAISED, State.CLEARED]
    ending = account.episodes[-1].ending
    assert isinstance(ending, Ended)
    assert 20.0 <= since_start(ending.at) <= 23.0


def test_a_car_that_moves_up_and_stands_again_begins_a_dwell_where_it_stands() -> None:
    car = moving(stay(), lambda t_s: PARKED if t_s < 6 else shifted(PARKED, 0.12))
    account = answered(reasoner(rule(dwell_s=10)), [car], times(40))
    assert [(since_start(one.started_at), since_start(one.t)) for one in account.episodes] == [(6.0, 16.0)]


@pytest.mark.parametrize("class_name", ["person"])
def test_a_person_who_steps_to_and_fro_stays(class_name: str) -> None:
    keeper = moving(
        stay(class_name=class_name), lambda t_s: shifted(KEEPER, 0.06 * np.sin(t_s / 2), 0.03 * np.cos(t_s / 3))
    )
    only_people = rule(dwell_s=20, classes=frozenset({"person"}))
    assert answered(reasoner(only_people), [keeper], times(40)).story == [("raised", 20.0)]


def test_a_person_who_walks_through_does_not_stay() -> None:
    walker = moving(stay(class_name="person"), lambda t_s: shifted((0.2, 0.5, 0.25, 0.7), 0.02 * t_s))
    only_people = rule(dwell_s=15, classes=frozenset({"person"}))
    assert answered(reasoner(only_people), [walker], times(30)).episodes == []
