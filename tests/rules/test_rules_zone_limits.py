"""What a zone asks by itself, what differs by class, and one object under several rules."""

from dataclasses import replace
from datetime import UTC

import pytest

from pipeline.config.area import PictureShare
from pipeline.config.catalogue import EventPer
from pipeline.config.resolved import Zone
from pipeline.config.schedule import parse_schedule
from pipeline.rules.episode import ClearReason, Ended, State
from tests.rules.scenes import (
    ASIDE,
    LEFT_HALF,
    PARKED,
    RIGHT_HALF,
    answered,
    moments_of,
    reasoner,
    rule,
    shifted,
    since_start,
    stay,
    times,
    zone,
    zones_of,
)


def limited(
    zone_id: str,
    points: tuple[tuple[float, float], ...],
    *,
    hours: str = "",
    least: float | None = None,
    most: float | None = None,
) -> Zone:
    """A zone with limits of its own."""
    schedule = parse_schedule(hours, UTC) if hours else None
    return replace(
        zone(zone_id, points),
        schedule=schedule,
        min_area=None if least is None else PictureShare(least),
        max_area=None if most is None else PictureShare(most),
    )


BOTH = rule(zones=("left", "right"), dwell_s=10)


def test_a_zone_raises_in_its_own_hours_alone() -> None:
    zones = (limited("left", LEFT_HALF, hours="00:01-00:02"), zone("right", RIGHT_HALF))
    cars = [stay(shifted(PARKED, -0.2)), stay(shifted(ASIDE, 0.05), track=2, look=2)]
    account = answered(reasoner(BOTH, zones=zones), cars, times(150))
    raised, cleared = account.of(State.RAISED), account.of(State.CLEARED)
    assert list(zip(zones_of(raised), map(since_start, (one.t for one in raised)), strict=True)) == [
        ("right", 10.0),
        ("left", 60.0),
    ]
    # The dwell counts before the hours begin.
    assert [since_start(one.started_at) for one in raised] == [0.0, 0.0]
    assert zones_of(cleared) == ["left"]
    assert since_start(cleared[0].t) == 120.0
    assert isinstance(cleared[0].ending, Ended)
    assert cleared[0].ending.reason is ClearReason.SCHEDULE_CLOSED


def test_a_rules_hours_hold_on_top_of_a_zones() -> None:
    zones = (limited("lane", LEFT_HALF, hours="00:00-00:01"),)
    late = rule(dwell_s=10, schedule="00:01-00:02")
    assert not answered(reasoner(late, zones=zones), [stay(shifted(PARKED, -0.2))], times(200)).episodes


@pytest.mark.parametrize(
    ("least", "most", "is_raised"),
    [(0.05, None, False), (0.03, None, True), (None, 0.03, False), (None, 0.05, True)],
)
def test_a_zone_asks_for_a_size(least: float | None, most: float | None, is_raised: bool) -> None:  # noqa: FBT001
    zones = (limited("lane", LEFT_HALF, least=least, most=most),)
    account = answered(reasoner(rule(dwell_s=10), zones=zones), [stay(shifted(PARKED, -0.2))], times(30))
    assert bool(account.episodes) is is_raised


def test_what_is_too_small_for_one_zone_may_be_in_another() -> None:
    zones = (limited("left", LEFT_HALF, least=0.05), zone("right", LEFT_HALF))
    account = answered(reasoner(BOTH, zones=zones), [stay(shifted(PARKED, -0.2))], times(30))
    assert zones_of(account.episodes) == ["right"]


def test_a_dwell_may_differ_by_class() -> None:
    each = rule(dwell_s=40, dwell_by_class_s={"truck": 10}, event_per=EventPer.OBJECT)
    things = [stay(class_name="car"), stay(ASIDE, class_name="truck", track=2, look=2)]
    account = answered(reasoner(each), things, times(60))
    told = [(one.objects[0].class_name, since_start(one.t)) for one in account.of(State.RAISED)]
    assert told == [("truck", 10.0), ("car", 40.0)]


def test_in_one_zone_the_class_with_the_shorter_dwell_is_first() -> None:
    shared = rule(dwell_s=40, dwell_by_class_s={"truck": 10})
    things = [stay(class_name="car"), stay(ASIDE, 20, class_name="truck", track=2, look=2)]
    account = answered(reasoner(shared), things, times(60))
    assert [(one.objects[0].class_name, since_start(one.t)) for one in account.of(State.RAISED)] == [("truck", 30.0)]


def test_one_object_is_in_the_zones_of_several_rules_at_once() -> None:
    zones = (zone("lane"), zone("bay", LEFT_HALF), zone("all", ((0.0, 0.0), (1.0, 0.0), (1.0, 1.0), (0.0, 1.0))))
    rules = [
        rule(rule_id="lane", dwell_s=10, zones=("lane",)),
        rule(rule_id="bay", dwell_s=20, zones=("bay",)),
        rule(rule_id="all", dwell_s=30, zones=("all",)),
        rule(rule_id="lane-too", dwell_s=15, zones=("lane",)),
    ]
    account = answered(reasoner(*rules, zones=zones), [stay(shifted(PARKED, -0.15), end_s=50)], times(80))
    assert [one.origin.rule for one in account.of(State.RAISED)] == ["lane", "lane-too", "bay", "all"]
    assert sorted(moments_of(account, State.RAISED)) == [10.0, 15.0, 20.0, 30.0]
    assert len(account.of(State.CLEARED)) == 4
