"""Before an event is raised, a second look."""

import pytest

from pipeline.config.catalogue import Condition, EventPer
from pipeline.observation import Entry, Tick
from tests.rules.scenes import (
    ASIDE,
    HEAP,
    KEEPER,
    PARKED,
    STALL,
    Thing,
    at,
    close_look,
    observation,
    reasoner,
    rule,
    run,
    shifted,
    since_start,
    stay,
    times,
    watch,
)

HEAPS = stay(HEAP, class_name="static_object", track=5)
KEEPS = [stay(KEEPER, class_name="person"), stay(STALL, class_name="chair", track=2, look=2)]


def test_the_look_is_asked_for_once_on_the_entry_that_completes_the_dwell() -> None:
    account = run(reasoner(rule(dwell_s=10)), watch([stay()], times(30)), [stay()])
    assert [since_start(one.t) for one in account.wanted] == [10.0]
    assert account.wanted[0].tracks == (1,)
    assert account.wanted[0].region == pytest.approx(PARKED)
    assert account.story == [("raised", 10.0)]


def test_nothing_is_raised_before_the_answer() -> None:
    reasoning = reasoner(rule(dwell_s=10))
    account = run(reasoning, watch([stay()], times(10)))
    assert account.episodes == []
    assert [one.state.value for one in reasoning.feed(close_look(10, [stay()])).episodes] == ["raised"]


@pytest.mark.parametrize(
    ("condition", "things", "close", "confirmed"),
    [
        (Condition.STATIONARY, [stay()], [stay(class_name="truck", track=77)], True),
        (Condition.STATIONARY, [stay()], [stay(shifted(PARKED, 0.05))], True),
        (Condition.STATIONARY, [stay()], [], False),
        (Condition.STATIONARY, [stay()], [stay(ASIDE)], False),
        (Condition.STATIONARY, [stay()], [stay(class_name="potted_plant")], False),
        (Condition.STATIC_OBJECT, [HEAPS], [], True),
        (Condition.STATIC_OBJECT, [HEAPS], [stay(HEAP, class_name="bird")], True),
        (Condition.STATIC_OBJECT, [HEAPS], [stay(HEAP, class_name="person")], False),
        (Condition.STATIC_OBJECT, [HEAPS], [stay(HEAP, class_name="car")], False),
        (Condition.STATIC_OBJECT, [HEAPS], [stay((0.46, 0.5, 0.6, 0.7), class_name="car")], True),
        (Condition.GROUP, KEEPS, [stay(KEEPER, class_name="person")], True),
        (Condition.GROUP, KEEPS, [stay(STALL, class_name="chair")], False),
    ],
)
def test_what_confirms_and_what_refutes(
    condition: Condition,
    things: list[Thing],
    close: list[Thing],
    confirmed: bool,  # noqa: FBT001 - a table
) -> None:
    account = run(reasoner(rule(condition, dwell_s=10)), watch(things, times(11)), close)
    assert bool(account.episodes) is confirmed
    assert account.wanted


def test_what_was_refuted_is_asked_again_ever_more_seldom() -> None:
    account = run(reasoner(rule(dwell_s=10)), watch([stay()], times(160)), [])
    assert [since_start(one.t) for one in account.wanted] == [10, 12, 16, 24, 40, 70, 100, 130, 160]
    assert account.episodes == []


def test_what_was_refuted_and_is_confirmed_later_has_dwelt_all_the_time() -> None:
    reasoning = reasoner(rule(dwell_s=10))
    run(reasoning, watch([stay()], times(15)), [])
    account = run(reasoning, watch([stay()], times(30, start_s=15.5)), [stay()])
    assert [(since_start(one.started_at), since_start(one.t)) for one in account.episodes] == [(0.0, 16.0)]


@pytest.mark.parametrize(
    "other",
    [
        pytest.param(observation(10.5, [stay()]), id="the next look"),
        pytest.param(Tick(at(10.2)), id="a tick"),
        pytest.param(close_look(10.0, [stay()], (0.0, 0.0, 0.1, 0.1)), id="a close look elsewhere"),
    ],
)
def test_a_log_without_the_answer_raises_at_the_next_look_that_finds_it(other: Entry) -> None:
    account = run(
        reasoner(rule(dwell_s=10)), [*watch([stay()], times(10)), other, *watch([stay()], times(12, 0.5, 11))]
    )
    assert [since_start(one.t) for one in account.episodes] in ([10.5], [11.0], [11.5])
    assert len(account.wanted) == 1


def test_no_answer_and_nothing_found_raises_nothing() -> None:
    log = [*watch([stay()], times(10)), *watch([], times(60, start_s=10.5))]
    assert run(reasoner(rule(dwell_s=10)), log).episodes == []


def test_each_object_is_asked_about_where_each_has_an_event() -> None:
    things = [stay(track=1), stay(ASIDE, track=2, look=2)]
    account = run(reasoner(rule(event_per=EventPer.OBJECT)), watch(things, times(20)), things)
    assert [one.tracks for one in account.wanted] == [(1,), (2,)]
    assert account.story == [("raised", 10.0), ("raised", 10.0)]


def test_another_object_of_the_zone_is_asked_about_while_the_first_is_in_doubt() -> None:
    things = [stay(track=1), stay(ASIDE, track=2, look=2)]
    account = run(reasoner(rule()), watch(things, times(20)), [things[1]])
    assert account.story == [("raised", 10.5)]
    assert [one.track for one in account.episodes[0].objects] == [2]
