"""A zone is on the ground, and an object belongs to the one that holds most of it."""

from dataclasses import replace

import pytest

from pipeline.config.area import PictureShare
from pipeline.config.catalogue import EventPer
from pipeline.geofence.boxes import Box
from pipeline.rules.episode import State
from tests.rules.scenes import (
    LANE,
    LEFT_HALF,
    PARKED,
    RIGHT_HALF,
    answered,
    moving,
    reasoner,
    rule,
    shifted,
    stay,
    times,
    zone,
    zones_of,
)

HALVES = (zone("left", LEFT_HALF), zone("right", RIGHT_HALF))


@pytest.mark.parametrize(
    ("box", "inside"),
    [
        pytest.param((0.3, 0.5, 0.5, 0.7), True, id="well inside"),
        pytest.param((0.3, 0.1, 0.5, 0.39), False, id="above it"),
        pytest.param((0.3, 0.2, 0.5, 0.42), True, id="stands in it, most of the box above"),
        pytest.param((0.05, 0.5, 0.24, 0.7), False, id="beside it, a fifth of the footprint inside"),
        pytest.param((0.1, 0.5, 0.28, 0.7), False, id="in the bay beside it, overlapping"),
        pytest.param((0.12, 0.5, 0.29, 0.7), True, id="more than half of the footprint inside"),
        pytest.param((0.3, 0.2, 0.5, 0.39), False, id="only its lower edge nearly reaches it"),
    ],
)
def test_an_object_is_in_a_zone_by_where_it_touches_the_ground(box: Box, inside: bool) -> None:  # noqa: FBT001 - a table
    account = answered(reasoner(rule(dwell_s=10)), [stay(box)], times(20))
    assert bool(account.episodes) is inside


@pytest.mark.parametrize(
    ("canopy", "inside"),
    [
        pytest.param((0.3, 0.28, 0.42, 0.36), True, id="its pole stands in the zone"),
        pytest.param((0.3, 0.1, 0.42, 0.18), False, id="its pole stands above the zone"),
        pytest.param((0.3, 0.14, 0.36, 0.38), False, id="seen with its pole, which ends above the zone"),
    ],
)
def test_a_parasol_stands_beneath_its_canopy(canopy: Box, inside: bool) -> None:  # noqa: FBT001 - a table
    parasols = rule(dwell_s=10, classes=frozenset({"umbrella"}))
    account = answered(reasoner(parasols), [stay(canopy, class_name="umbrella")], times(20))
    assert bool(account.episodes) is inside


def test_a_flat_canopy_that_is_looked_at_closely_is_the_parasol_that_was_found() -> None:
    parasol = stay((0.3, 0.42, 0.5, 0.48), class_name="umbrella")
    account = answered(reasoner(rule(dwell_s=10, classes=frozenset({"umbrella"}))), [parasol], times(20))
    assert account.story == [("raised", 10.0)]


def test_a_lorry_whose_top_overlaps_the_zone_on_the_screen_is_not_in_it() -> None:
    low = zone("lane", ((0.2, 0.0), (0.8, 0.0), (0.8, 0.4), (0.2, 0.4)))
    assert answered(reasoner(rule(), zones=[low]), [stay((0.3, 0.1, 0.6, 0.8))], times(20)).episodes == []


def test_an_object_on_the_edge_does_not_flip() -> None:
    edge = moving(stay(), lambda t_s: shifted((0.1, 0.5, 0.3, 0.7), 0.002 + 0.02 * (round(t_s * 2) % 2)))
    account = answered(reasoner(rule(dwell_s=10)), [edge], times(60))
    assert [episode.state for episode in account.episodes] == [State.RAISED]


def test_an_object_in_two_zones_of_a_rule_belongs_to_the_one_that_holds_most_of_it() -> None:
    halves = rule(zones=["left", "right"], event_per=EventPer.ZONE)
    more_left = answered(reasoner(halves, zones=HALVES), [stay((0.35, 0.5, 0.6, 0.7))], times(20))
    more_right = answered(reasoner(halves, zones=HALVES), [stay((0.4, 0.5, 0.65, 0.7))], times(20))
    assert zones_of(more_left.episodes) == ["left"]
    assert zones_of(more_right.episodes) == ["right"]


def test_a_zone_has_one_open_event_and_each_zone_its_own() -> None:
    things = [
        stay((0.1, 0.5, 0.25, 0.7), track=1, look=1),
        stay((0.28, 0.5, 0.45, 0.7), track=2, look=2),
        stay((0.6, 0.5, 0.8, 0.7), track=3, look=3),
    ]
    account = answered(reasoner(rule(zones=["left", "right"]), zones=HALVES), things, times(20))
    assert sorted(zones_of(account.of(State.RAISED))) == ["left", "right"]


def test_what_stands_under_a_mask_is_not_seen() -> None:
    mask = zone("mask", ((0.3, 0.6), (0.7, 0.6), (0.7, 0.8), (0.3, 0.8)), mask=True)
    assert answered(reasoner(rule(), masks=[mask]), [stay()], times(30)).episodes == []
    beside = answered(reasoner(rule(), masks=[mask]), [stay(shifted(PARKED, -0.2, 0.2))], times(30))
    assert beside.story == [("raised", 10.0)]


def test_what_is_too_small_or_too_large_does_not_count() -> None:
    small = stay((0.4, 0.5, 0.41, 0.51))
    limits = rule()
    floor = replace(limits, min_area=PictureShare(0.01))
    ceiling = replace(limits, max_area=PictureShare(0.03))
    assert answered(reasoner(floor), [small], times(30)).episodes == []
    assert answered(reasoner(ceiling), [stay()], times(30)).episodes == []
    assert answered(reasoner(limits), [small], times(30)).story == [("raised", 10.0)]


def test_a_score_that_never_reaches_the_floor_raises_nothing() -> None:
    assert answered(reasoner(rule(confidence=0.5)), [stay(score=0.45)], times(30)).episodes == []


def test_a_person_who_steps_on_the_edge_does_not_flip() -> None:
    edge = moving(
        stay(class_name="person"), lambda t_s: shifted((0.163, 0.5, 0.223, 0.7), 0.012 * (int(t_s / 5) % 2 == 0))
    )
    people = rule(dwell_s=20, classes=frozenset({"person"}))
    assert answered(reasoner(people), [edge], times(60)).story == [("raised", 20.0)]


def test_of_zones_that_overlap_the_one_that_holds_most_has_it_whatever_their_order() -> None:
    wide, narrow = zone("wide", LANE), zone("narrow", ((0.35, 0.4), (0.8, 0.4), (0.8, 1.0), (0.35, 1.0)))
    box = (0.3, 0.5, 0.5, 0.7)
    for order in (["wide", "narrow"], ["narrow", "wide"]):
        account = answered(reasoner(rule(zones=order), zones=[wide, narrow]), [stay(box)], times(20))
        assert zones_of(account.episodes) == ["wide"]
