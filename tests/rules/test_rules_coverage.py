"""How much of a zone is covered, by whatever boxes."""

import pytest
from hypothesis import given, settings
from hypothesis import strategies as st

from pipeline.config.catalogue import Condition
from pipeline.geofence.boxes import Box
from pipeline.observation import Gap, GapCause, LookKind
from pipeline.rules.episode import ClearReason, Ended, State
from tests.rules.scenes import (
    LANE,
    Thing,
    answered,
    at,
    moments_of,
    moving,
    observation,
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

WET = rule(Condition.COVERAGE, dwell_s=20, params={"share": 0.2})
"""Of the lane, 0.6 wide and 0.6 high, a fifth is 0.072 of the picture."""
PUDDLE: Box = (0.3, 0.5, 0.6, 0.8)
SMALL: Box = (0.3, 0.5, 0.5, 0.7)


def water(box: Box = PUDDLE, start_s: float = 0.0, end_s: float = 1e9, *, track: int = 40, score: float = 0.8) -> Thing:
    """A puddle."""
    return stay(box, start_s, end_s, class_name="water", track=track, look=0, score=score)


def test_a_large_puddle_is_raised_and_cleared() -> None:
    account = answered(reasoner(WET), [water(start_s=3, end_s=50)], times(70))
    assert account.story == [("raised", 23.0), ("cleared", 55.0)]
    assert [one.class_name for one in account.episodes[0].objects] == ["water"]
    assert account.episodes[1].ending == Ended(at(49.5), ClearReason.LEFT)


def test_boxes_over_one_another_count_once() -> None:
    things = [water(SMALL), water(shifted(SMALL, 0.02), track=41), water(shifted(SMALL, 0.0, 0.02), track=42)]
    assert not answered(reasoner(WET), things, times(60)).episodes


def test_two_boxes_side_by_side_add_up() -> None:
    things = [water(SMALL), water(shifted(SMALL, 0.25), track=41)]
    assert list(moments_of(answered(reasoner(WET), things, times(60)), State.RAISED)) == [20.0]


def test_what_lies_beside_the_zone_does_not_count() -> None:
    # Half of it lies in the lane, 0.045 of the picture.
    assert not answered(reasoner(WET), [water((0.05, 0.5, 0.35, 0.8))], times(60)).episodes


def test_what_begins_it_is_more_than_what_keeps_it_up() -> None:
    grows: list[tuple[float, float]] = [(0, 0.26), (10, 0.3), (30, 0.26)]

    def box(t_s: float) -> Box:
        width = [wide for since_s, wide in grows if t_s >= since_s][-1]
        return (0.3, 0.5, 0.3 + width, 0.75)

    account = answered(reasoner(WET), [moving(water(), box)], times(80))
    assert [(one.state, since_start(one.started_at)) for one in account.episodes] == [(State.RAISED, 10.0)]


def test_debris_that_drifts_is_one_event() -> None:
    drifting = moving(water(), lambda t_s: shifted(PUDDLE, 0.1 * (t_s % 20) / 20))
    account = answered(reasoner(WET), [drifting], times(100))
    assert [one.state for one in account.episodes] == [State.RAISED]


@pytest.mark.parametrize("seen_of_4", [1, 2])
def test_what_is_seen_in_half_of_the_looks_or_less_is_ripples(seen_of_4: int) -> None:
    flicker = stay(PUDDLE, class_name="water", track=40, look=0, missed=lambda t_s: int(t_s * 2) % 4 >= seen_of_4)
    assert len(answered(reasoner(WET), [flicker], times(120)).of(State.RAISED)) <= seen_of_4 - 1


def test_a_missed_look_in_three_does_not_restart_it() -> None:
    thing = stay(PUDDLE, class_name="water", track=40, look=0, missed=lambda t_s: int(t_s * 2) % 3 == 1)
    account = answered(reasoner(WET), [thing], times(60))
    assert list(moments_of(account, State.RAISED)) == [20.5]


def test_a_low_score_does_not_count() -> None:
    assert not answered(reasoner(WET), [water(score=0.2)], times(60)).episodes


def test_looks_that_are_no_networks_say_nothing() -> None:
    blind = [observation(t_s, (), tuple(look for look in observation(0).looks if look.kind is LookKind.STATIC))
             for t_s in times(20, 0.5, 10.5)]  # fmt: skip
    log = watch([water()], times(10)) + blind + watch([water()], times(60, 0.5, 31))
    account = run(reasoner(WET), log, [water()])
    assert list(moments_of(account, State.RAISED)) == [31.0]
    assert [since_start(one.started_at) for one in account.episodes] == [0.0]


def test_a_gap_ends_it_only_if_it_is_gone_afterwards() -> None:
    dark = [Gap(at(t_s), at(30), is_open=t_s < 60, cause=GapCause.COVERED) for t_s in times(60, 2.0, 30)]
    stays = run(reasoner(WET), watch([water()], times(29)) + dark + watch([water()], times(90, 0.5, 61)), [water()])
    assert not stays.of(State.CLEARED)
    goes = run(reasoner(WET), watch([water()], times(29)) + dark + watch([], times(90, 0.5, 61)), [water()])
    [end] = goes.of(State.CLEARED)
    assert isinstance(end.ending, Ended)
    assert end.ending.reason is ClearReason.GONE_DURING_GAP


def test_each_zone_is_measured_by_itself() -> None:
    zones = (zone("lane", LANE), zone("aside", ((0.0, 0.0), (0.15, 0.0), (0.15, 0.3), (0.0, 0.3))))
    both = rule(Condition.COVERAGE, dwell_s=20, zones=("lane", "aside"), params={"share": 0.2})
    account = answered(reasoner(both, zones=zones), [water((0.0, 0.0, 0.15, 0.2))], times(60))
    assert [one.objects[0].box[2] for one in account.episodes] == [pytest.approx(0.15)]


@given(dwell_s=st.floats(2, 25), start_s=st.floats(0, 3), length_s=st.floats(1, 50))
@settings(deadline=None, max_examples=40)
def test_the_frame_rate_changes_no_coverage(dwell_s: float, start_s: float, length_s: float) -> None:
    wet = rule(Condition.COVERAGE, dwell_s=dwell_s)
    thing = water(start_s=start_s, end_s=start_s + length_s)
    told = [answered(reasoner(wet), [thing], times(80, every_s)) for every_s in (0.2, 1.0)]
    if not dwell_s <= length_s + 1e-6 <= dwell_s + 2:
        assert [one.state for one in told[0].episodes] == [one.state for one in told[1].episodes]
        assert bool(told[0].episodes) == (length_s > dwell_s)
