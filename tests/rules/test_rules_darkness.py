"""A lamp that is out, and nights, clouds and headlights that are not that."""

from collections.abc import Callable

import numpy as np
import pytest

from pipeline.config.catalogue import Condition
from pipeline.observation import Entry, Gap, GapCause
from pipeline.rules.episode import State
from tests.rules.scenes import at, moments_of, observation, reasoner, rule, run, since_start, times, zone

LAMP = ((0.5, 0.1), (0.7, 0.1), (0.7, 0.35), (0.5, 0.35))
ZONES = (zone("lamp", LAMP),)
OUT = rule(Condition.DARKNESS, dwell_s=300, zones=("lamp",), params={"night": 70, "dark": 0})


def night(lamp: Callable[[float], float], around: Callable[[float], float], moments: list[float]) -> list[Entry]:
    """A log of brightness alone; the lamp's place and the rest by the time."""
    log: list[Entry] = []
    for t_s in moments:
        grid = np.full((18, 32), round(around(t_s)), np.uint8)
        grid[2:6, 16:22] = round(lamp(t_s))
        log.append(observation(t_s, brightness=around(t_s), grid=grid))
    return log


def lit_until(end_s: float) -> Callable[[float], float]:
    """Bright, then as dark as the rest."""
    return lambda t_s: 160.0 if t_s < end_s else 30.0


def dark(_: float) -> float:
    return 30.0


def test_a_lamp_that_goes_out_is_raised_and_cleared_when_it_is_lit_again() -> None:
    def lamp(t_s: float) -> float:
        return 30.0 if 600 <= t_s < 1500 else 160.0

    account = run(reasoner(OUT, zones=ZONES), night(lamp, dark, times(1600, 2.0)), [])
    assert [state for state, _ in account.story] == ["raised", "cleared"]
    assert since_start(account.episodes[0].started_at) == 600.0
    assert list(moments_of(account, State.RAISED)) == [900.0]
    [shown] = account.episodes[0].objects
    assert (shown.class_name, shown.box) == ("street_lamp", (0.5, 0.1, 0.7, 0.35))
    assert 0.5 < shown.confidence < 1


def test_what_was_never_lit_is_no_lamp_unless_the_rule_gives_a_level() -> None:
    log = night(dark, dark, times(1000, 2.0))
    assert not run(reasoner(OUT, zones=ZONES), log, []).episodes
    given = rule(Condition.DARKNESS, dwell_s=300, zones=("lamp",), params={"night": 70, "dark": 45})
    assert list(moments_of(run(reasoner(given, zones=ZONES), log, []), State.RAISED)) == [300.0]


def test_headlights_do_not_make_a_lamp() -> None:
    def lamp(t_s: float) -> float:
        return 200.0 if t_s % 60 < 20 else 30.0

    assert not run(reasoner(OUT, zones=ZONES), night(lamp, dark, times(2000, 2.0)), []).episodes


def test_a_car_that_waits_with_its_lights_on_does_not_make_a_lamp() -> None:
    def lamp(t_s: float) -> float:
        return 200.0 if 60 <= t_s < 150 else 30.0

    assert not run(reasoner(OUT, zones=ZONES), night(lamp, dark, times(1000, 2.0)), []).episodes


def test_headlights_do_not_light_a_lamp_that_is_out() -> None:
    def lamp(t_s: float) -> float:
        if t_s < 600:
            return 160.0
        return 200.0 if t_s % 30 < 4 else 30.0

    account = run(reasoner(OUT, zones=ZONES), night(lamp, dark, times(1200, 2.0)), [])
    assert len(account.of(State.RAISED)) == 1
    assert not account.of(State.CLEARED)


@pytest.mark.parametrize("daylight", [200.0, 110.0, 75.0])
def test_daylight_and_clouds_are_no_night(daylight: float) -> None:
    def around(t_s: float) -> float:
        return 30.0 if t_s < 600 else daylight

    def lamp(t_s: float) -> float:
        return 160.0 if t_s < 600 else daylight

    assert not run(reasoner(OUT, zones=ZONES), night(lamp, around, times(3000, 2.0)), []).episodes


def test_dusk_before_the_lamps_are_lit_is_shorter_than_the_dwell() -> None:
    def lamp(t_s: float) -> float:
        return 160.0 if t_s < 600 or t_s >= 2200 else 30.0

    def around(t_s: float) -> float:
        return 150.0 if 900 <= t_s < 2000 else 30.0

    # Out at 600 as the day breaks at 900: dark for 300 s less a look, then day, then dusk for 200 s.
    account = run(reasoner(rule(Condition.DARKNESS, dwell_s=900, zones=("lamp",)), zones=ZONES),
                  night(lamp, around, times(3000, 2.0)), [])  # fmt: skip
    assert not account.episodes


def test_a_lamp_that_is_dimmed_is_not_out() -> None:
    def lamp(t_s: float) -> float:
        return 160.0 if t_s < 600 else 120.0

    assert not run(reasoner(OUT, zones=ZONES), night(lamp, dark, times(1500, 2.0)), []).episodes


def test_outside_the_lighting_hours_nothing_is_raised() -> None:
    hours = rule(Condition.DARKNESS, dwell_s=300, zones=("lamp",), schedule="01:00-05:00")
    account = run(reasoner(hours, zones=ZONES), night(lit_until(600), dark, times(4000, 2.0)), [])
    assert list(moments_of(account, State.RAISED)) == [3600.0]
    assert since_start(account.episodes[0].started_at) == 600.0


def test_a_gap_says_nothing() -> None:
    blind: list[Entry] = [
        Gap(at(t_s), at(700), is_open=t_s < 2000, cause=GapCause.COVERED) for t_s in times(2000, 2.0, 700)
    ]
    log = night(lit_until(1e9), dark, times(698, 2.0)) + blind
    log += night(lit_until(1e9), dark, times(2500, 2.0, 2002))
    assert not run(reasoner(OUT, zones=ZONES), log, []).episodes


def test_how_often_it_is_looked_at_changes_nothing() -> None:
    told = [
        run(reasoner(OUT, zones=ZONES), night(lit_until(600), dark, times(1000, every_s)), []).story
        for every_s in (0.2, 1.0, 4.0)
    ]
    assert told == [[("raised", 900.0)]] * 3
