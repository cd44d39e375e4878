"""Things that count together: several at once, several by area."""

from hypothesis import given, settings
from hypothesis import strategies as st

from pipeline.config.catalogue import Condition
from pipeline.geofence.boxes import Box
from pipeline.rules.episode import ClearReason, Ended, State
from tests.rules.scenes import (
    Thing,
    answered,
    at,
    moments_of,
    pass_by,
    reasoner,
    rule,
    run,
    shifted,
    since_start,
    stay,
    times,
    watch,
)

BIKE: Box = (0.3, 0.6, 0.34, 0.7)
BRICKS: Box = (0.3, 0.6, 0.4, 0.7)
THREE = rule(classes=frozenset({"bicycle", "motorcycle"}), dwell_s=20, params={"count": 3})


def bikes(n: int, start_s: float = 0.0, end_s: float = 1e9, *, first: int = 0) -> list[Thing]:
    """Bicycles side by side."""
    return [
        stay(shifted(BIKE, 0.06 * k), start_s, end_s, class_name="bicycle", track=20 + k, look=1 + k)
        for k in range(first, first + n)
    ]


def test_three_that_stand_are_one_event_with_all_of_them() -> None:
    account = answered(reasoner(THREE), bikes(3, 2, 60), times(80))
    assert account.story == [("raised", 22.0), ("cleared", 65.0)]
    assert [one.track for one in account.episodes[0].objects] == [20, 21, 22]
    assert since_start(account.episodes[0].started_at) == 2.0
    assert account.episodes[1].ending == Ended(at(59.5), ClearReason.LEFT)


def test_the_end_is_when_there_were_last_enough_of_them() -> None:
    account = answered(reasoner(THREE), bikes(2) + bikes(1, 0, 40, first=2), times(80))
    assert [one.ending for one in account.of(State.CLEARED)] == [Ended(at(39.5), ClearReason.LEFT)]


def test_it_starts_when_the_last_of_them_has_come() -> None:
    things = bikes(2) + bikes(1, 30, first=2)
    account = answered(reasoner(THREE), things, times(80))
    assert [since_start(one.started_at) for one in account.of(State.RAISED)] == [30.0]
    assert list(moments_of(account, State.RAISED)) == [50.0]


def test_fewer_than_asked_for_are_none() -> None:
    assert not answered(reasoner(THREE), bikes(2), times(120)).episodes


def test_others_who_take_turns_do_not_add_up() -> None:
    things = bikes(2) + [thing for n in range(8) for thing in bikes(1, 10 * n, 10 * n + 9, first=2 + n)]
    assert not answered(reasoner(THREE), things, times(90)).episodes


def test_riders_who_wait_at_a_light_are_none() -> None:
    things = [thing for n in range(4) for thing in bikes(5, 40 * n, 40 * n + 15, first=5 * n % 5)]
    assert not answered(reasoner(THREE), things, times(170)).episodes


def test_one_that_leaves_a_larger_number_ends_nothing() -> None:
    things = bikes(3) + bikes(1, 0, 40, first=3)
    account = answered(reasoner(THREE), things, times(100))
    assert account.story == [("raised", 20.0)]


def test_one_that_takes_the_place_of_another_ends_no_event() -> None:
    things = bikes(2) + bikes(1, 0, 40, first=2) + bikes(1, 36, first=3)
    assert answered(reasoner(THREE), things, times(100)).story == [("raised", 20.0)]


def test_a_missed_one_does_not_restart_them() -> None:
    things = [
        *bikes(2),
        stay(shifted(BIKE, 0.12), class_name="bicycle", track=22, look=3, missed=lambda t_s: int(t_s * 2) % 3 == 0),
    ]
    account = answered(reasoner(THREE), things, times(60))
    assert len(account.of(State.RAISED)) == 1
    assert not account.of(State.CLEARED)


def test_a_close_look_that_finds_fewer_than_half_of_them_refuses() -> None:
    account = run(reasoner(THREE), watch(bikes(3), times(22)), bikes(1))
    assert account.wanted
    assert not account.episodes


def heaps(n: int, start_s: float = 0.0, end_s: float = 1e9) -> list[Thing]:
    """Things without a class, each a hundredth of the picture."""
    return [
        stay(shifted(BRICKS, 0.12 * k), start_s, end_s, class_name="static_object", track=30 + k, look=1 + k)
        for k in range(n)
    ]


PILE = rule(Condition.PILE, dwell_s=30, params={"area": 0.025})


def test_small_things_are_a_pile_together() -> None:
    account = answered(reasoner(PILE), heaps(3, 5, 100), times(130))
    assert [state for state, _ in account.story] == ["raised", "cleared"]
    assert since_start(account.episodes[0].started_at) == 5.0
    assert len(account.episodes[0].objects) == 3


def test_two_of_them_are_none() -> None:
    assert not answered(reasoner(PILE), heaps(2), times(200)).episodes


def test_what_lies_in_one_place_counts_once() -> None:
    things = [
        stay(BRICKS, class_name="static_object", track=30, look=1),
        stay(shifted(BRICKS, 0.05), class_name="static_object", track=31, look=2),
        stay(shifted(BRICKS, 0.025, 0.03), class_name="static_object", track=32, look=3),
    ]
    assert not answered(reasoner(PILE), things, times(200)).episodes


def test_parked_cars_explain_them() -> None:
    cars = [stay(shifted(BRICKS, 0.12 * k), class_name="car", track=50 + k) for k in range(3)]
    assert not answered(reasoner(PILE), heaps(3, 5) + cars, times(200)).episodes


def test_a_passing_car_does_not_restart_a_pile() -> None:
    things = [*heaps(3, 5), pass_by(20, 24)]
    account = answered(reasoner(PILE), things, times(60))
    assert list(moments_of(account, State.RAISED)) == [35.0]


@given(every_s=st.sampled_from([0.2, 1.0]), dwell_s=st.floats(5, 25), length_s=st.floats(30, 60))
@settings(deadline=None, max_examples=25)
def test_the_frame_rate_does_not_change_what_counts_together(every_s: float, dwell_s: float, length_s: float) -> None:
    three = rule(classes=frozenset({"bicycle"}), dwell_s=dwell_s, params={"count": 3})
    account = answered(reasoner(three), bikes(3, 2, 2 + length_s), times(length_s + 30, every_s))
    assert [one.state for one in account.episodes] == [State.RAISED, State.CLEARED]
    assert abs(since_start(account.episodes[0].t) - 2 - dwell_s) <= every_s + 1e-6
