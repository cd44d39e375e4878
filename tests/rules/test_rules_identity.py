"""Dwell belongs to this object at this place, whatever its track is called."""

from collections.abc import Callable

import pytest

from pipeline.config.catalogue import Condition, EventPer
from pipeline.observation import Sight
from pipeline.rules.episode import State
from tests.rules.scenes import (
    ASIDE,
    KEEPER,
    PARKED,
    Thing,
    answered,
    moving,
    observation,
    pass_by,
    reasoner,
    rule,
    run,
    shifted,
    since_start,
    stay,
    times,
)


def test_a_car_that_stands_for_the_dwell_raises_one_event_from_its_first_entry() -> None:
    account = answered(reasoner(rule(dwell_s=10)), [stay(start_s=2, end_s=30)], times(60))
    assert account.story == [("raised", 12.0), ("cleared", 34.5 + 0.5)]
    raised, cleared = account.episodes
    assert since_start(raised.started_at) == 2.0
    assert (cleared.id, cleared.started_at, cleared.raised_at) == (raised.id, raised.started_at, raised.raised_at)
    assert raised.dwell_ns == 10_000_000_000


@pytest.mark.parametrize(
    "score",
    [
        pytest.param(lambda t_s: 0.5 if t_s == 3 else 0.25, id="once"),
        pytest.param(lambda t_s: 0.6 if t_s == 0 else 0.25, id="as it comes"),
        pytest.param(lambda t_s: 0.5 if t_s % 10 == 0 else 0.25, id="now and then"),
    ],
)
def test_what_is_taken_for_a_car_with_confidence_at_a_few_looks_of_many_raises_nothing(
    score: Callable[[float], float],
) -> None:
    assert answered(reasoner(rule(dwell_s=10)), [stay(score=score)], times(300)).episodes == []


def test_a_car_that_comes_to_be_seen_clearly_is_told_within_a_minute_of_it() -> None:
    car = stay(score=lambda t_s: 0.1 if t_s < 600 else 0.8)
    raised = answered(reasoner(rule(dwell_s=10)), [car], times(700)).episodes[0]
    assert since_start(raised.started_at) == 0.0
    assert 600 < since_start(raised.t) <= 660


def test_a_car_that_leaves_just_before_the_dwell_raises_nothing() -> None:
    assert answered(reasoner(rule(dwell_s=10)), [stay(start_s=2, end_s=12)], times(60)).episodes == []


@pytest.mark.parametrize(
    "car",
    [
        pytest.param(stay(track=lambda t_s: 1 + int(t_s) // 3), id="a new track id every three seconds"),
        pytest.param(stay(track=lambda t_s: 1 + int(t_s) // 3, look=0), id="the same, with no appearance known"),
        pytest.param(stay(missed=lambda t_s: round(t_s * 2) % 3 == 2), id="every third look misses it"),
        pytest.param(stay(missed=lambda t_s: 5 <= t_s < 9, track=lambda t_s: 1 + (t_s >= 9)), id="unseen for 4 s"),
        pytest.param(stay(hidden=lambda t_s: 5 <= t_s < 9, track=lambda t_s: 1 + (t_s >= 9)), id="hidden for 4 s"),
        pytest.param(stay(hidden=lambda t_s: 3 <= t_s < 10), id="hidden for longer than the grace"),
        pytest.param(stay(class_name=lambda t_s: ("car", "truck", "van")[round(t_s * 2) % 3]), id="its class flickers"),
        pytest.param(
            stay(score=lambda t_s: 0.5 if t_s % 2 < 1 else 0.25), id="its score is below the floor now and then"
        ),
        pytest.param(stay(look=lambda t_s: 1 + (t_s >= 5)), id="the light changes its look in plain sight"),
        pytest.param(
            stay(look=lambda t_s: 1 + (t_s >= 5), track=lambda t_s: 1 + (t_s >= 5)),
            id="the light changes its look and its track in plain sight",
        ),
    ],
)
def test_the_same_car_goes_on_dwelling(car: Thing) -> None:
    account = answered(reasoner(rule(dwell_s=10)), [car], times(40))
    assert [(episode.state, since_start(episode.started_at)) for episode in account.episodes] == [(State.RAISED, 0.0)]
    assert 10.0 <= since_start(account.episodes[0].t) <= 11.0


def test_a_detection_called_car_and_truck_at_once_is_one_object() -> None:
    both = [stay(track=1, class_name="car"), stay(shifted(PARKED, 0.005), track=2, class_name="truck", score=0.4)]
    account = answered(reasoner(rule(event_per=EventPer.OBJECT)), both, times(40))
    assert [episode.state for episode in account.episodes] == [State.RAISED]


def test_parked_cars_that_swap_their_track_ids_go_on_dwelling() -> None:
    cars = [
        stay(track=lambda t_s: 1 if t_s < 6 else 2, look=look_left),
        stay(ASIDE, track=lambda t_s: 2 if t_s < 6 else 1, look=look_right),
    ]
    account = answered(reasoner(rule(dwell_s=10, event_per=EventPer.OBJECT)), cars, times(30))
    assert account.story == [("raised", 10.0), ("raised", 10.0)]


def look_left(_: float) -> int:
    return 1


def look_right(_: float) -> int:
    return 2


def test_swapped_ids_do_no_harm_where_no_appearance_is_known() -> None:
    cars = [
        stay(track=lambda t_s: 1 if t_s < 6 else 2, look=0),
        stay(ASIDE, track=lambda t_s: 2 if t_s < 6 else 1, look=0),
    ]
    account = answered(reasoner(rule(dwell_s=10, event_per=EventPer.OBJECT)), cars, times(30))
    assert account.story == [("raised", 10.0), ("raised", 10.0)]


def test_a_track_that_leaps_to_a_passing_car_takes_nothing_with_it() -> None:
    parked = stay(track=lambda t_s: 1 if t_s < 5 else 7)
    thief = moving(
        stay(track=1, look=3),
        lambda t_s: shifted(PARKED, (t_s - 5) * 0.3, 0.22) if 5 <= t_s < 6.5 else None,
    )
    account = answered(reasoner(rule(dwell_s=10)), [parked, thief], times(30, 0.25))
    assert account.story == [("raised", 10.0)]


@pytest.mark.parametrize("grace_s", [5.0, 8.0])
def test_another_car_in_the_same_place_begins_anew(grace_s: float) -> None:
    first, second = stay(end_s=7, track=1, look=1), stay(start_s=9, end_s=17, track=2, look=2)
    assert answered(reasoner(rule(dwell_s=10, grace_s=grace_s)), [first, second], times(40)).episodes == []


def test_another_car_that_was_put_there_behind_a_bus_begins_anew() -> None:
    car = stay(
        end_s=17,
        hidden=lambda t_s: 6 <= t_s < 9,
        track=lambda t_s: 1 + (t_s >= 8),
        look=lambda t_s: 1 + (t_s >= 8),
    )
    assert answered(reasoner(rule(dwell_s=10)), [car], times(40)).episodes == []


def test_a_car_seen_leaving_takes_its_dwell_along_though_the_next_looks_the_same() -> None:
    def leaves(t_s: float) -> tuple[float, float, float, float] | None:
        if t_s >= 9:
            return None
        return PARKED if t_s < 7 else shifted(PARKED, (t_s - 7) * 0.2)

    first = moving(stay(track=1), leaves)
    second = stay(start_s=9.5, end_s=18, track=2, look=1)
    assert answered(reasoner(rule(dwell_s=10)), [first, second], times(40)).episodes == []


@pytest.mark.parametrize("every_s", [0.5, 1.0])
@pytest.mark.parametrize("looks", [[1, 2, 3, 4, 5, 6], [1] * 6, [0] * 6], ids=["all differ", "all alike", "unknown"])
def test_cars_that_queue_one_after_the_other_do_not_add_up(looks: list[int], every_s: float) -> None:
    cars = [
        moving(stay(track=n + 1, look=looks[n]), lambda t_s, n=n: _in_queue(t_s, n))  # type: ignore[misc]  # default binds n
        for n in range(6)
    ]
    assert answered(reasoner(rule(dwell_s=10)), cars, times(60, every_s)).episodes == []


def _in_queue(t_s: float, n: int) -> tuple[float, float, float, float] | None:
    """Car n waits in the n-th place; every 6 s all move up by one within a second."""
    ups = int(t_s // 6) + max(0.0, min(1.0, t_s % 6 - 5))
    y = 0.6 - (n - ups) * 0.21
    return (0.4, y, 0.6, y + 0.2) if 0.0 <= y <= 0.8 else None


def test_an_object_unseen_for_longer_than_the_grace_begins_anew() -> None:
    car = stay(end_s=20, missed=lambda t_s: 7 <= t_s < 13)
    assert answered(reasoner(rule(dwell_s=10, grace_s=5)), [car], times(40)).episodes == []


def test_people_who_stand_in_the_same_place_one_after_the_other_do_not_add_up() -> None:
    people = [stay(KEEPER, 10.0 * n, 10.0 * n + 7, class_name="person", track=n + 1, look=n + 1) for n in range(5)]
    stall = stay((0.47, 0.55, 0.6, 0.72), class_name="chair", track=90, look=9)
    account = answered(reasoner(rule(Condition.GROUP, dwell_s=12)), [*people, stall], times(60))
    assert account.episodes == []


def test_somebody_who_takes_over_the_stall_begins_anew() -> None:
    people = [
        stay(KEEPER, 0, 8, class_name="person", track=1, look=1),
        stay(shifted(KEEPER, 0.01), 8.5, 18, class_name="person", track=2, look=2),
    ]
    stall = stay((0.47, 0.55, 0.6, 0.72), class_name="chair", track=90, look=9)
    assert answered(reasoner(rule(Condition.GROUP, dwell_s=12)), [*people, stall], times(40)).episodes == []


def test_traffic_that_passes_before_a_parked_car_changes_nothing() -> None:
    passing = [pass_by(start, start + 2, track=20 + start) for start in range(3, 30, 4)]
    parked = stay(missed=lambda t_s: any(start + 0.6 <= t_s <= start + 1.4 for start in range(3, 30, 4)))
    account = answered(reasoner(rule(dwell_s=10)), [parked, *passing], times(40, 0.2))
    assert [episode.state for episode in account.episodes] == [State.RAISED]


def test_an_object_verified_but_not_detected_again_dwells() -> None:
    entries = [observation(0.0, [stay()])]
    for t_s in times(20, 1.0, 1.0):
        verified = observation(t_s, [stay()])
        verified.objects.sight[:] = Sight.VERIFIED
        entries.append(verified)
    assert run(reasoner(rule(dwell_s=10)), entries, [stay()]).story == [("raised", 10.0)]
