"""A person who stays, with a stall."""

import pytest

from pipeline.config.catalogue import Condition
from pipeline.geofence.boxes import Box
from pipeline.rules.episode import Ended, State
from pipeline.rules.stalls import is_beside
from tests.rules.scenes import (
    KEEPER,
    STALL,
    Thing,
    answered,
    moving,
    reasoner,
    rule,
    shifted,
    since_start,
    stay,
    times,
)

VENDOR = rule(Condition.GROUP, dwell_s=20)
ASPECT = 16 / 9


def _keeper(start_s: float = 0.0, end_s: float = 1e9, *, track: int = 1, box: Box = KEEPER) -> Thing:
    return stay(box, start_s, end_s, class_name="person", track=track, look=track)


def _stall(start_s: float = 0.0, end_s: float = 1e9, *, class_name: str = "chair", box: Box = STALL) -> Thing:
    return stay(box, start_s, end_s, class_name=class_name, track=50, look=9)


@pytest.mark.parametrize("class_name", ["chair", "dining_table", "cart", "tricycle", "static_object"])
def test_a_person_who_stays_with_a_stall_is_one_event(class_name: str) -> None:
    things = [_keeper(5, 60), _stall(5, 60, class_name=class_name)]
    account = answered(reasoner(VENDOR), things, times(100))
    assert account.story == [("raised", 25.0), ("cleared", 65.0)]
    assert [one.class_name for one in account.episodes[0].objects] == ["person", class_name]


@pytest.mark.parametrize(
    "things",
    [
        pytest.param([_keeper()], id="a person waits"),
        pytest.param([_keeper(), _keeper(track=2, box=shifted(KEEPER, 0.07))], id="a chat"),
        pytest.param([_keeper(), _stall(class_name="bicycle")], id="a bicycle is parked beside"),
        pytest.param(
            [_keeper(), _stall(class_name="bicycle"), stay(STALL, class_name="static_object", track=51)],
            id="a parked bicycle that was not there before",
        ),
        pytest.param([_keeper(), _stall(class_name="bottle", box=(0.42, 0.55, 0.43, 0.6))], id="a bottle in the hand"),
        pytest.param(
            [_keeper(), _stall(class_name="umbrella", box=(0.37, 0.32, 0.49, 0.42))], id="an umbrella in the rain"
        ),
        pytest.param([_keeper(), _stall(box=(0.7, 0.55, 0.78, 0.72))], id="a stall out of reach"),
        pytest.param([_stall()], id="a stall alone"),
        pytest.param(
            [_keeper(), stay(KEEPER, class_name="static_object", track=51, look=3)], id="the person taken for a thing"
        ),
    ],
)
def test_no_stall_no_event(things: list[Thing]) -> None:
    assert answered(reasoner(VENDOR), things, times(120)).episodes == []


def test_a_bench_that_stood_there_before_anybody_came_is_no_stall() -> None:
    things = [_keeper(25, 200), _stall(class_name="bench")]
    assert answered(reasoner(VENDOR), things, times(200)).episodes == []


def test_a_bench_is_no_stall_though_people_stop_at_it_for_a_moment_all_the_time() -> None:
    stopping = [_keeper(start, start + 4, track=100 + round(start)) for start in times(30, 8.0, 1.0)]
    things = [*stopping, _keeper(40, 200), _stall(class_name="bench")]
    assert answered(reasoner(VENDOR), things, times(200)).episodes == []


def test_people_who_sit_on_a_bench_one_after_the_other_are_no_stall() -> None:
    sitters = [_keeper(25.0 + 40 * n, 60.0 + 40 * n, track=n + 1) for n in range(4)]
    assert answered(reasoner(VENDOR), [*sitters, _stall(class_name="bench")], times(250)).episodes == []


def test_a_stall_that_waits_shortly_for_its_keeper_is_one() -> None:
    account = answered(reasoner(VENDOR), [_keeper(10, 90), _stall(0, 90)], times(100))
    assert account.story[0] == ("raised", 30.0)


def test_the_dwell_counts_from_when_the_stall_is_there_too() -> None:
    account = answered(reasoner(VENDOR), [_keeper(0), _stall(30)], times(100))
    assert [(since_start(one.started_at), since_start(one.t)) for one in account.episodes] == [(30.0, 50.0)]


@pytest.mark.parametrize(
    ("period_s", "seen_s", "is_stall"),
    [
        pytest.param(4.0, 1.0, True, id="unseen for 3 s at a time: bridged"),
        pytest.param(16.0, 9.0, True, id="seen for most of the time"),
        pytest.param(30.0, 2.0, False, id="seen now and then"),
    ],
)
def test_the_stall_must_be_there_for_most_of_the_time(period_s: float, seen_s: float, is_stall: bool) -> None:  # noqa: FBT001 - a table
    flickers = stay(STALL, class_name="cart", track=50, look=9, missed=lambda t_s: t_s % period_s >= seen_s)
    account = answered(reasoner(VENDOR), [_keeper(), flickers], times(120))
    assert bool(account.of(State.RAISED)) is is_stall
    assert len(account.of(State.RAISED)) <= 1


def test_the_event_ends_when_the_stall_goes_though_the_person_stays() -> None:
    account = answered(reasoner(VENDOR), [_keeper(), _stall(end_s=60)], times(200))
    assert [one.state for one in account.episodes] == [State.RAISED, State.CLEARED]
    ending = account.episodes[-1].ending
    assert isinstance(ending, Ended)
    assert since_start(ending.at) == 59.5


def test_the_end_of_a_group_is_confirmed_before_it_is_told() -> None:
    patient = rule(Condition.GROUP, dwell_s=20, clear_after_s=90)
    account = answered(reasoner(patient), [_keeper(), _stall(end_s=60)], times(200))
    assert account.story == [("raised", 20.0), ("cleared", 149.5)]


def test_a_cart_pushed_through_is_none() -> None:
    keeper = moving(_keeper(), lambda t_s: shifted(KEEPER, 0.02 * t_s - 0.2) if t_s < 30 else None)
    cart = moving(_stall(class_name="cart"), lambda t_s: shifted(STALL, 0.02 * t_s - 0.2) if t_s < 20 else None)
    assert answered(reasoner(VENDOR), [keeper, cart], times(60)).episodes == []


def test_customers_who_come_and_go_leave_the_keeper_s_event_alone() -> None:
    customers = [_keeper(10.0 * n, 10.0 * n + 8, track=n + 2, box=shifted(KEEPER, 0.22)) for n in range(10)]
    account = answered(reasoner(VENDOR), [_keeper(0, 100), _stall(0, 100), *customers], times(150))
    assert [one.state for one in account.episodes] == [State.RAISED, State.CLEARED]


@pytest.mark.parametrize(
    ("stall", "beside"),
    [
        pytest.param(STALL, True, id="touching"),
        pytest.param(shifted(STALL, 0.06), True, id="a step away"),
        pytest.param(shifted(STALL, 0.15), False, id="too far aside"),
        pytest.param(shifted(STALL, 0.0, -0.25), False, id="far behind"),
        pytest.param((0.3, 0.3, 0.56, 0.45), True, id="a canopy above"),
        pytest.param((0.37, 0.32, 0.49, 0.42), False, id="an umbrella in the hand"),
    ],
)
def test_beside_is_within_reach_and_on_the_same_ground(stall: Box, beside: bool) -> None:  # noqa: FBT001 - a table
    assert is_beside(KEEPER, stall, ASPECT) is beside
