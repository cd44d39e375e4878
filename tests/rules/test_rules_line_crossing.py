"""An object crosses a line, in its direction where it has one."""

from dataclasses import replace

import pytest
from hypothesis import event, given, settings
from hypothesis import strategies as st

from pipeline.config.catalogue import Condition, EventPer
from pipeline.config.resolved import Rule, Zone
from pipeline.geofence.boxes import Box
from pipeline.rules.episode import Ended, State
from tests.rules.scenes import (
    Account,
    Thing,
    answered,
    line,
    moving,
    reasoner,
    rule,
    run,
    shifted,
    since_start,
    stay,
    times,
    walk,
    watch,
    zones_of,
)

UPRIGHT = line((0.5, 0.2), (0.5, 1.0), direction=90.0)
"""Crossed from left to right."""
LEFT: Box = (0.3, 0.4, 0.36, 0.7)
"""A person whose foot is at 0.33."""


def crossing(event_per: EventPer = EventPer.OBJECT, dwell_s: float = 0.0, zones: tuple[str, ...] = ("line",)) -> Rule:
    return rule(Condition.LINE_CROSSING, dwell_s=dwell_s, clear_after_s=3, event_per=event_per, zones=zones)


def seen(
    things: list[Thing], until_s: float = 20.0, every_s: float = 0.2, *, lines: tuple[Zone, ...] = (UPRIGHT,)
) -> Account:
    return answered(
        reasoner(crossing(zones=tuple(one.id for one in lines)), zones=lines), things, times(until_s, every_s)
    )


def starts(account: Account) -> list[float]:
    return [round(since_start(one.started_at), 3) for one in account.of(State.RAISED)]


def test_a_crossing_is_raised_where_it_happens_and_cleared_soon_after() -> None:
    account = seen([walk(LEFT, (10, 0.4, 0.0), (20, 0.4, 0.0))])
    raised, cleared = account.episodes

    # Its foot is on the line at 4.25 s, and clear of it by 0.15 of its width at 4.5 s.
    assert (raised.state, cleared.state) == (State.RAISED, State.CLEARED)
    assert since_start(raised.t) == pytest.approx(4.6, abs=0.21)
    assert raised.started_at == raised.raised_at == raised.t
    assert zones_of([raised]) == ["line"]
    assert since_start(cleared.t) == pytest.approx(8.6, abs=0.41)
    assert isinstance(cleared.ending, Ended)
    assert cleared.ending.at - raised.t <= 1_000_000_000


@pytest.mark.parametrize(
    ("things", "n"),
    [
        pytest.param([walk(LEFT, (10, 0.4, 0.0))], 1, id="in the direction"),
        pytest.param([walk(shifted(LEFT, 0.4), (10, -0.4, 0.0))], 0, id="against the direction"),
        pytest.param([walk(LEFT, (3, 0.17, 0.0), (8, 0.17, 0.0), (12, 0.0, 0.0))], 0, id="stops on it and goes back"),
        pytest.param([walk(LEFT, (3, 0.17, 0.0), (8, 0.17, 0.0), (12, 0.4, 0.0))], 1, id="stops on it and goes on"),
        pytest.param([walk(LEFT, (5, 0.1, -0.55), (10, 0.3, -0.55), (12, 0.3, 0.0))], 0, id="goes round its end"),
        pytest.param([walk(LEFT, (10, 0.0, 0.3))], 0, id="goes along it"),
        pytest.param([walk(LEFT, (0.35, 0.5, 0.0), (10, 0.5, 0.0))], 1, id="leaps over it between two looks"),
        pytest.param([walk(LEFT, (10, 0.4, 0.0), class_name="dog")], 0, id="a dog"),
        pytest.param(
            [walk(LEFT, (10, 0.4, 0.0)), walk(shifted(LEFT, 0.0, 0.2), (12, 0.4, 0.0), track=2, look=2)],
            2,
            id="two of them",
        ),
    ],
)
def test_only_who_crosses_in_the_direction_is_told(things: list[Thing], n: int) -> None:
    assert len(seen(things).of(State.RAISED)) == n


@pytest.mark.parametrize("amplitude", [0.004, 0.02, 0.05, 0.08])
@pytest.mark.parametrize("looks_a_turn", [1, 10])
def test_who_sways_on_the_line_is_told_once(amplitude: float, looks_a_turn: int) -> None:
    def sway(t_s: float) -> float:
        is_beyond = (round(t_s * 5) // looks_a_turn) % 2
        return min(0.17, 0.05 * t_s) + (amplitude if is_beyond else -amplitude)

    swaying = moving(stay(class_name="person"), lambda t_s: shifted(LEFT, sway(t_s)))
    # Less than the box jitters is neither here nor there.
    assert len(seen([swaying], until_s=60).of(State.RAISED)) == (1 if amplitude > 0.01 else 0)


def test_who_has_been_away_may_cross_again() -> None:
    account = seen([walk(LEFT, (5, 0.5, 0.0), (10, -0.2, 0.0), (15, 0.5, 0.0))])
    assert len(account.of(State.RAISED)) == 2


def test_a_line_without_a_direction_is_crossed_either_way() -> None:
    both = (replace(UPRIGHT, direction=None),)
    assert len(seen([walk(LEFT, (10, 0.4, 0.0))], lines=both).of(State.RAISED)) == 1
    assert len(seen([walk(shifted(LEFT, 0.4), (10, -0.4, 0.0))], lines=both).of(State.RAISED)) == 1


def test_a_line_of_another_zone_is_another_event() -> None:
    lines = (UPRIGHT, line((0.62, 0.2), (0.62, 1.0), direction=90.0, zone_id="second"))
    account = seen([walk(LEFT, (10, 0.4, 0.0))], lines=lines)
    assert zones_of(account.of(State.RAISED)) == ["line", "second"]
    assert zones_of(account.of(State.CLEARED)) == ["line", "second"]


def test_feet_that_vanish_behind_something_cross_no_line() -> None:
    level = line((0.1, 0.55), (0.9, 0.55), direction=0.0)
    behind = moving(
        stay(class_name="person"),
        lambda t_s: (0.3 + 0.02 * t_s, 0.4, 0.36 + 0.02 * t_s, 0.5 if 3 <= t_s < 6 else 0.7),
    )
    assert seen([behind], lines=(level,)).episodes == []
    # Who really steps over it is told.
    assert len(seen([walk(LEFT, (10, 0.1, -0.3))], lines=(level,)).episodes) == 2


def test_a_track_that_is_lost_on_the_line_is_the_same_object() -> None:
    swapping = replace(walk(LEFT, (10, 0.4, 0.0)), track=lambda t_s: 1 if t_s < 4.2 else 2)
    missed = replace(swapping, sight=lambda t_s: None if 3.9 <= t_s < 4.5 else stay().sight(t_s))
    assert len(seen([missed]).of(State.RAISED)) == 1


def test_a_log_without_close_looks_tells_it_one_look_later() -> None:
    account = run(reasoner(crossing(), zones=[UPRIGHT]), watch([walk(LEFT, (10, 0.4, 0.0))], times(20, 0.2)))
    assert [state for state, _ in account.story] == ["raised", "cleared"]


def test_a_dwell_asks_that_it_stays_beyond() -> None:
    through = [walk(LEFT, (5, 0.3, 0.0), (20, 0.3, 0.0))]
    back = [walk(LEFT, (5, 0.3, 0.0), (6.5, 0.0, 0.0), (20, 0.0, 0.0))]
    staying = crossing(dwell_s=3)
    assert len(answered(reasoner(staying, zones=[UPRIGHT]), through, times(20, 0.2)).of(State.RAISED)) == 1
    assert answered(reasoner(staying, zones=[UPRIGHT]), back, times(20, 0.2)).episodes == []


legs = st.lists(st.tuples(st.floats(0.4, 4.0), st.floats(-0.25, 0.5), st.floats(-0.2, 0.25)), min_size=1, max_size=6)


def path(drawn: list[tuple[float, float, float]], *, mirrored: bool) -> Thing:
    walked, t_s = [], 0.0
    for length_s, x, y in drawn:
        t_s += length_s
        walked.append((t_s, -x if mirrored else x, y))
    start: Box = (0.64, 0.4, 0.7, 0.7) if mirrored else LEFT
    return walk(start, *walked)


@given(drawn=legs)
@settings(deadline=None, max_examples=80)
def test_a_mirrored_walk_over_a_mirrored_line_is_told_the_same(drawn: list[tuple[float, float, float]]) -> None:
    slanting = line((0.45, 0.2), (0.52, 0.6), (0.5, 1.0), direction=90.0)
    other = line((0.55, 0.2), (0.48, 0.6), (0.5, 1.0), direction=270.0)
    straight = seen([path(drawn, mirrored=False)], lines=(slanting,), until_s=30)
    mirrored = seen([path(drawn, mirrored=True)], lines=(other,), until_s=30)
    event(f"crossings: {len(straight.of(State.RAISED))}")
    assert straight.story == mirrored.story


@given(drawn=legs, every_s=st.floats(0.05, 0.4))
@settings(deadline=None, max_examples=80)
def test_crossings_do_not_depend_on_how_often_is_looked(
    drawn: list[tuple[float, float, float]], every_s: float
) -> None:
    """A walk that passes well over the line is told at any rate, one that stays clear of it at none."""
    feet = [x + 0.33 for _, x, _ in drawn]
    account = seen([path(drawn, mirrored=False)], every_s=every_s, until_s=30)
    event(f"crossings: {len(account.of(State.RAISED))}")
    if max(feet) < 0.5:
        assert account.episodes == []
    if feet[0] > 0.58 and drawn[0][0] > 1.0:
        assert account.of(State.RAISED)
