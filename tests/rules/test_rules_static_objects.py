"""An unexplained thing that lies still."""

import pytest

from pipeline.config.catalogue import Condition
from pipeline.geofence.boxes import Box
from pipeline.rules.episode import State
from tests.rules.scenes import (
    CLASSES,
    HEAP,
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

WASTE = rule(Condition.STATIC_OBJECT, dwell_s=10)


def _heap(box: Box = HEAP, start_s: float = 0.0, end_s: float = 1e9, track: int = 5, look: int = 5) -> Thing:
    return stay(box, start_s, end_s, class_name="static_object", track=track, look=look)


def test_a_thing_that_lies_for_the_dwell_is_one_event() -> None:
    account = answered(reasoner(WASTE), [_heap(start_s=3, end_s=40)], times(80))
    assert account.story == [("raised", 13.0), ("cleared", 45.0)]


def test_a_thing_below_the_least_area_is_none() -> None:
    assert answered(reasoner(rule(Condition.STATIC_OBJECT, min_static=0.02)), [_heap()], times(60)).episodes == []


def test_a_heap_counts_from_when_it_is_large_enough() -> None:
    grows = moving(_heap(), lambda t_s: (0.4, 0.6, 0.41 + min(t_s, 40) * 0.0025, 0.7))
    account = answered(reasoner(rule(Condition.STATIC_OBJECT, dwell_s=10, min_static=0.0059)), [grows], times(120))
    assert [since_start(one.started_at) for one in account.episodes] == [20.0]


def test_a_thing_that_falls_over_is_the_same_event() -> None:
    def box(t_s: float) -> Box:
        return (0.4, 0.5, 0.45, 0.7) if t_s < 14 else (0.41, 0.62, 0.53, 0.7)

    fallen = moving(
        stay(class_name="static_object", track=lambda t_s: 5 + (t_s >= 14), look=lambda t_s: 5 + (t_s >= 14)), box
    )
    account = answered(reasoner(WASTE), [fallen], times(60))
    assert account.story == [("raised", 10.0)]


def test_a_heap_that_grows_is_the_same_event() -> None:
    grows = moving(_heap(), lambda t_s: (0.4, 0.6, 0.5 + t_s * 0.002, 0.7 + t_s * 0.001))
    assert answered(reasoner(WASTE), [grows], times(120)).story == [("raised", 10.0)]


@pytest.mark.parametrize("class_name", ["person", "car", "truck", "bicycle", "motorcycle"])
def test_a_person_or_a_vehicle_explains_it(class_name: str) -> None:
    over = stay(shifted(PARKED, -0.05), class_name=class_name, track=8)
    assert answered(reasoner(WASTE), [_heap(), over], times(60)).episodes == []


def test_a_car_that_is_found_in_every_second_look_explains_it() -> None:
    over = stay(shifted(PARKED, -0.05), track=8, missed=lambda t_s: round(t_s * 2) % 2 == 0)
    assert answered(reasoner(WASTE), [_heap(), over], times(120)).episodes == []


@pytest.mark.parametrize("class_name", ["bird", "teddy_bear", "backpack", "bench"])
def test_whatever_else_it_is_called_does_not_explain_it(class_name: str) -> None:
    account = answered(reasoner(WASTE), [_heap(), stay(HEAP, class_name=class_name, track=8)], times(60))
    assert account.story == [("raised", 10.0)]


def test_people_who_walk_past_do_not_explain_it() -> None:
    passing = [pass_by(start, start + 3, y=0.55, class_name="person", track=20 + start) for start in range(2, 60, 6)]
    account = answered(reasoner(WASTE), [_heap(), *passing], times(80, 0.25))
    assert [one.state for one in account.episodes] == [State.RAISED]


def test_two_hours_are_one_event() -> None:
    account = answered(reasoner(rule(Condition.STATIC_OBJECT, dwell_s=600)), [_heap()], times(7200, 2.0))
    assert account.story == [("raised", 600.0)]


def test_another_thing_put_there_after_the_first_was_taken_away_begins_anew() -> None:
    things = [_heap(end_s=7), _heap(start_s=9, end_s=17, track=6, look=6)]
    assert answered(reasoner(WASTE), things, times(60)).episodes == []


def test_several_things_in_the_zone_are_one_event() -> None:
    things = [_heap(), _heap(shifted(HEAP, 0.2), start_s=2, track=6, look=6)]
    account = answered(reasoner(WASTE), things, times(60))
    assert [one.state for one in account.episodes] == [State.RAISED, State.UPDATED]


def test_a_static_object_blocks_a_lane_where_the_rule_counts_it() -> None:
    lane = CLASSES[Condition.STATIONARY]
    assert answered(reasoner(rule(classes=lane)), [_heap()], times(30)).episodes == []
    counted = rule(classes=lane | {"static_object"}, min_static=0.005)
    assert answered(reasoner(counted), [_heap()], times(30)).story == [("raised", 10.0)]
    larger = rule(classes=lane | {"static_object"}, min_static=0.5)
    assert answered(reasoner(larger), [_heap()], times(30)).episodes == []


def test_a_thing_hidden_by_people_who_stand_before_it_is_still_there() -> None:
    heap = stay(HEAP, class_name="static_object", track=5, look=5, hidden=lambda t_s: 6 <= t_s < 30)
    account = answered(reasoner(WASTE), [heap], times(60))
    assert [(since_start(one.started_at), since_start(one.t)) for one in account.episodes] == [(0.0, 30.0)]
