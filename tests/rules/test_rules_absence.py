"""Only what was examined and not found is absent; time alone takes nothing away."""

import pytest

from pipeline.observation import WHOLE_PICTURE, Entry, Look, LookKind, Tick
from pipeline.rules.episode import ClearReason, Ended, State
from tests.rules.scenes import (
    answered,
    at,
    close_look,
    observation,
    reasoner,
    rule,
    run,
    since_start,
    stay,
    times,
    watch,
)


def _looks(kind: LookKind, region: tuple[float, float, float, float] = WHOLE_PICTURE) -> tuple[Look, ...]:
    return (Look(kind, region, "test", 640),)


def _parked_then(rest: list[Entry]) -> list[tuple[str, float]]:
    car = stay()
    return run(reasoner(rule(dwell_s=10, clear_after_s=5)), [*watch([car], times(15)), *rest], [car]).story


@pytest.mark.parametrize(
    "looks",
    [
        pytest.param((), id="no look at all"),
        pytest.param(_looks(LookKind.HEALTH), id="the camera's health alone"),
        pytest.param(_looks(LookKind.PLACES), id="places compared"),
        pytest.param(_looks(LookKind.STATIC), id="static objects alone"),
        pytest.param(_looks(LookKind.CLOSE), id="close looks"),
        pytest.param(_looks(LookKind.OBJECTS, (0.0, 0.0, 1.0, 0.4)), id="another region"),
    ],
)
def test_what_was_not_examined_is_not_absent(looks: tuple[Look, ...]) -> None:
    rest: list[Entry] = [observation(t_s, [], looks) for t_s in times(300, start_s=16)]
    assert _parked_then(rest) == [("raised", 10.0)]


def test_what_was_examined_and_not_found_has_left() -> None:
    rest: list[Entry] = [
        observation(t_s, [], _looks(LookKind.OBJECTS, (0.3, 0.4, 0.7, 0.8))) for t_s in times(30, start_s=16)
    ]
    assert _parked_then(rest) == [("raised", 10.0), ("cleared", 21.0)]


def test_ticks_alone_take_nothing_away() -> None:
    assert _parked_then([Tick(at(t_s)) for t_s in times(600, 2.0, start_s=17)]) == [("raised", 10.0)]


def test_ticks_alone_raise_nothing() -> None:
    entries: list[Entry] = [*watch([stay()], times(5)), *(Tick(at(t_s)) for t_s in times(60, 2.0, start_s=7))]
    assert run(reasoner(rule(dwell_s=10)), entries, [stay()]).episodes == []


def test_a_tick_tells_the_end_that_was_waiting_to_be_confirmed() -> None:
    looks = watch([stay(end_s=15)], times(20))
    waiting = run(reasoner(rule(dwell_s=10, grace_s=1, clear_after_s=30)), looks, [stay()])
    assert waiting.story == [("raised", 10.0)]
    reasoning = reasoner(rule(dwell_s=10, grace_s=1, clear_after_s=4))
    account = run(reasoning, [*looks[:-2], Tick(at(22))], [stay()])
    assert account.story[0] == ("raised", 10.0)
    assert account.of(State.CLEARED)


def test_the_end_is_confirmed_before_it_is_told_and_says_when_it_last_held() -> None:
    account = answered(reasoner(rule(dwell_s=10, clear_after_s=20)), [stay(end_s=15)], times(60))
    assert account.story == [("raised", 10.0), ("cleared", 35.0)]
    assert account.episodes[-1].ending == Ended(at(14.5), ClearReason.LEFT)
    assert account.episodes[-1].dwell_ns == 14_500_000_000


def test_the_same_car_that_is_found_again_before_the_end_was_told_goes_on() -> None:
    car = stay(missed=lambda t_s: 15 <= t_s < 27, track=lambda t_s: 1 + (t_s > 20))
    account = answered(reasoner(rule(dwell_s=10, grace_s=5, clear_after_s=20)), [car], times(60))
    assert account.story == [("raised", 10.0)]


def test_a_hidden_object_holds_its_event_open() -> None:
    car = stay(hidden=lambda t_s: 15 <= t_s < 500)
    account = answered(reasoner(rule(dwell_s=10)), [car], times(600))
    assert account.story == [("raised", 10.0)]


def test_nothing_is_raised_while_hidden_and_the_dwell_counts_on() -> None:
    account = answered(reasoner(rule(dwell_s=10)), [stay(hidden=lambda t_s: 5 <= t_s < 20)], times(40))
    assert [(since_start(one.started_at), since_start(one.t)) for one in account.episodes] == [(0.0, 20.0)]


def test_a_close_look_that_nobody_asked_for_changes_nothing() -> None:
    car = stay()
    plain = run(reasoner(rule(dwell_s=10)), watch([car], times(30)), [car])
    strange = reasoner(rule(dwell_s=10))
    story = []
    for entry in watch([car], times(30)):
        for answer in (entry, close_look(since_start(entry.t), [])):
            step = strange.feed(answer)
            story += [(one.state.value, since_start(one.t)) for one in step.episodes]
            for request in step.wanted:
                reply = strange.feed(close_look(since_start(request.t), [car]))
                story += [(one.state.value, since_start(one.t)) for one in reply.episodes]
    assert story == plain.story


def test_half_a_minute_between_looks_is_no_absence() -> None:
    account = answered(reasoner(rule(dwell_s=60, grace_s=5)), [stay()], times(300, 30.0))
    assert account.story == [("raised", 60.0)]


def test_one_missed_look_is_bridged_however_far_apart_looks_are() -> None:
    account = answered(reasoner(rule(dwell_s=60, grace_s=5)), [stay(missed=lambda t_s: t_s == 20)], times(200, 10.0))
    assert account.story == [("raised", 60.0)]
