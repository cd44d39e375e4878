"""Operators' words."""

from dataclasses import replace

import pytest

from pipeline.config.ids import RuleId
from pipeline.config.resolved import Geofence, Rule
from pipeline.observation import Command, CommandKind, Entry
from pipeline.rules.episode import ClearReason, Ended, Review, State
from pipeline.rules.reasoner import Reasoner
from tests.rules.scenes import (
    CAMERA,
    PARKED,
    SITE,
    VOCABULARY,
    Account,
    Thing,
    at,
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


def _said(kind: CommandKind, t_s: float, target: str = "", until_s: float | None = None) -> Command:
    return Command(at(t_s), kind, target, at(t_s if until_s is None else until_s))


def _dismissed(reasoning: Reasoner, before: list[Thing], after: list[Thing], until_s: float = 100) -> Account:
    """A car that stands is raised, dismissed at 20.2 s, and what follows."""
    first = run(reasoning, watch(before, times(20)), before)
    word = _said(CommandKind.DISMISS, 20.2, first.episodes[0].id)
    return run(reasoning, [word, *watch(after, times(until_s, start_s=20.5))], after)


def test_a_dismissed_event_is_cleared_and_its_place_stays_silent() -> None:
    car = stay()
    account = _dismissed(reasoner(rule(dwell_s=10)), [car], [car], until_s=3600)
    assert account.story == [("cleared", 20.2)]
    assert account.episodes[0].ending == Ended(at(20), ClearReason.DISMISSED)
    assert account.episodes[0].review is Review.DISMISSED


def test_what_was_dismissed_stays_silent_though_the_detector_loses_it_for_a_while() -> None:
    flickers = stay(missed=lambda t_s: t_s % 60 < 20, track=lambda t_s: 1 + int(t_s // 60))
    account = _dismissed(reasoner(rule(dwell_s=10)), [stay()], [flickers], until_s=1200)
    assert account.story == [("cleared", 20.2)]


@pytest.mark.parametrize(
    "after",
    [
        pytest.param([stay(end_s=25), stay(start_s=40, track=2, look=2)], id="another object"),
        pytest.param(
            [stay(end_s=25), stay(shifted(PARKED, 0.04), start_s=400, track=2, look=1)],
            id="it became empty, and what came stands not quite where it stood",
        ),
        pytest.param([stay(end_s=25, look=0), stay(start_s=40, track=2, look=0)], id="nobody knows how it looked"),
    ],
)
def test_a_dismissed_place_speaks_again_when_it_looks_different(after: list[Thing]) -> None:
    account = _dismissed(reasoner(rule(dwell_s=10)), [stay(look=after[0].look(0))], after, until_s=500)
    start_s = 400.0 if since_start(account.episodes[-1].started_at) > 100 else 40.0
    assert account.story == [("cleared", 20.2), ("raised", start_s + 10)]


def test_what_was_dismissed_comes_back_into_its_very_place_and_stays_silent_for_a_day() -> None:
    bush = [stay(end_s=25), stay(start_s=400, end_s=500, track=2), stay(start_s=80_000, end_s=80_100, track=3)]
    moments = [20.5, *times(520, every_s=1, start_s=21), *times(80_120, every_s=10, start_s=530)]
    first = run(reasoning := reasoner(rule(dwell_s=10)), watch([stay()], times(20)), [stay()])
    word = _said(CommandKind.DISMISS, 20.2, first.episodes[0].id)
    assert run(reasoning, [word, *watch(bush, moments)], bush).story == [("cleared", 20.2)]


def test_after_a_day_in_which_nothing_was_there_it_speaks_again() -> None:
    after = [stay(end_s=25), stay(start_s=90_000, track=2)]
    moments = [20.5, *times(40, start_s=21), *times(90_000, every_s=60, start_s=60), *times(90_020, start_s=90_000.5)]
    first = run(reasoning := reasoner(rule(dwell_s=10)), watch([stay()], times(20)), [stay()])
    word = _said(CommandKind.DISMISS, 20.2, first.episodes[0].id)
    assert run(reasoning, [word, *watch(after, moments)], after).story == [("cleared", 20.2), ("raised", 90_010.0)]


def test_what_was_over_before_it_was_dismissed_is_silenced_all_the_same() -> None:
    flickers = [stay(end_s=20), stay(start_s=60, track=2)]
    first = run(reasoning := reasoner(rule(dwell_s=10)), watch(flickers, times(50)), flickers)
    assert [state for state, _ in first.story] == ["raised", "cleared"]
    word = _said(CommandKind.DISMISS, 50.2, first.episodes[0].id)
    assert run(reasoning, [word, *watch(flickers, times(300, start_s=50.5))], flickers).story == []


def test_a_silence_that_another_object_has_ended_does_not_come_back() -> None:
    after = [stay(end_s=25), stay(start_s=30, end_s=36, track=2, look=2), stay(start_s=45, track=3, look=1)]
    account = _dismissed(reasoner(rule(dwell_s=10)), [stay()], after)
    assert account.story == [("cleared", 20.2), ("raised", 55.0)]


def test_another_place_of_the_zone_is_not_silent() -> None:
    car = stay()
    other = stay((0.65, 0.7, 0.78, 0.85), start_s=30, track=2, look=1)
    account = _dismissed(reasoner(rule(dwell_s=10)), [car], [car, other])
    assert account.story == [("cleared", 20.2), ("raised", 40.0)]


@pytest.mark.parametrize("kind", [CommandKind.MUTE, CommandKind.MAINTENANCE])
@pytest.mark.parametrize("target", ["", "stationary"])
def test_a_muted_rule_raises_when_the_mute_is_over_and_the_thing_still_stands(kind: CommandKind, target: str) -> None:
    car = stay()
    log: list[Entry] = [_said(kind, 0, target, until_s=60), *watch([car], times(100))]
    account = run(reasoner(rule(dwell_s=10)), log, [car])
    assert [(since_start(one.started_at), since_start(one.t)) for one in account.episodes] == [(0.0, 60.0)]


def test_another_rule_s_mute_is_none() -> None:
    car = stay()
    log: list[Entry] = [_said(CommandKind.MUTE, 0, "other", until_s=60), *watch([car], times(30))]
    assert run(reasoner(rule(dwell_s=10)), log, [car]).story == [("raised", 10.0)]


def test_a_mute_can_be_taken_back() -> None:
    car = stay()
    log: list[Entry] = [
        _said(CommandKind.MUTE, 0, until_s=600),
        *watch([car], times(20)),
        _said(CommandKind.MUTE, 20.2),
        *watch([car], times(30, start_s=20.5)),
    ]
    assert run(reasoner(rule(dwell_s=10)), log, [car]).story == [("raised", 20.5)]


def test_a_confirmation_stands_in_every_message_that_follows() -> None:
    car = stay()
    reasoning = reasoner(rule(dwell_s=10, confirm=True))
    first = run(reasoning, watch([car], times(20)), [car])
    word = _said(CommandKind.CONFIRM, 20.2, first.episodes[0].id)
    account = run(reasoning, [word, *watch([stay(end_s=30)], times(60, start_s=20.5))], [car])
    assert first.episodes[0].review is Review.PENDING
    assert [(one.state, one.review) for one in account.episodes] == [(State.CLEARED, Review.CONFIRMED)]


def test_what_somebody_looks_after_needs_no_reminder() -> None:
    car = stay()
    reasoning = reasoner(rule(dwell_s=10, remind_every_s=60))
    first = run(reasoning, watch([car], times(20)), [car])
    word = _said(CommandKind.ACKNOWLEDGE, 20.2, first.episodes[0].id)
    assert run(reasoning, [word, *watch([car], times(600, start_s=20.5))], [car]).episodes == []


def test_a_word_about_an_event_that_nobody_knows_changes_nothing() -> None:
    car = stay()
    log = [*watch([car], times(20)), _said(CommandKind.DISMISS, 20.2, "0" * 32), *watch([car], times(40, start_s=20.5))]
    assert run(reasoner(rule(dwell_s=10)), log, [car]).story == [("raised", 10.0)]


def changed(reasoning: Reasoner, *rules: Rule) -> Reasoner:
    """The site file was edited: the same camera goes on with these rules."""
    fence = Geofence(None, (zone(),), ())
    return Reasoner.resume(SITE, CAMERA, rules, fence, VOCABULARY, snapshot=reasoning.snapshot())


def test_what_was_dismissed_stays_silent_though_the_rule_is_changed() -> None:
    reasoning, car = reasoner(rule(dwell_s=10)), stay()
    _dismissed(reasoning, [car], [car], until_s=60)
    after = changed(reasoning, rule(dwell_s=15))
    assert run(after, watch([car], times(300, start_s=61)), [car]).story == []
    other = stay(start_s=310, track=9, look=3)
    assert [state for state, _ in run(after, watch([other], times(400, start_s=301)), [other]).story] == ["raised"]


@pytest.mark.parametrize(
    ("kind", "target"), [(CommandKind.MUTE, "stationary"), (CommandKind.MUTE, ""), (CommandKind.MAINTENANCE, "")]
)
def test_a_mute_lasts_though_the_rule_is_changed(kind: CommandKind, target: str) -> None:
    reasoning, car = reasoner(rule(dwell_s=10)), stay(start_s=5)
    assert run(reasoning, [_said(kind, 1, target, 100), *watch([car], times(20, start_s=2))], [car]).story == []
    after = changed(reasoning, rule(dwell_s=15))
    assert run(after, watch([car], times(120, start_s=21)), [car]).story == [("raised", 100.0)]


def test_maintenance_of_a_camera_holds_for_a_rule_that_is_added_and_a_mute_of_another_rule_does_not() -> None:
    for target, expected in (("", []), ("stationary", [("raised", 31.0)])):
        reasoning, car = reasoner(rule(dwell_s=10)), stay(start_s=5)
        run(reasoning, [_said(CommandKind.MAINTENANCE, 1, target, 100), *watch([car], times(20, start_s=2))], [car])
        after = changed(reasoning, rule(dwell_s=10), replace(rule(dwell_s=10), id=RuleId("new")))
        assert run(after, watch([car], times(60, start_s=21)), [car]).story == expected
