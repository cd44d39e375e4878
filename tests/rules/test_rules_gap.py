"""While the camera is blind nobody can tell: nothing is raised, and nothing is cleared but what goes by the clock."""

import pytest

from pipeline.config.catalogue import Condition
from pipeline.observation import Command, CommandKind, End, EndCause, Entry, Gap, GapCause, Tick
from pipeline.rules.episode import ClearReason, Ended, State
from tests.rules.scenes import Thing, at, observation, reasoner, rule, run, since_start, source_end, stay, times, watch


def _gap(t_s: float, since_s: float, *, is_open: bool = True) -> Gap:
    return Gap(at(t_s), at(since_s), is_open, GapCause.NO_SIGNAL)


def _blind(start_s: float, end_s: float, since_s: float | None = None) -> list[Entry]:
    """A gap with its ticks, and its closing."""
    since_s = start_s if since_s is None else since_s
    entries: list[Entry] = []
    for t_s in times(end_s - 1, 2.0, start_s):
        entries += [_gap(t_s, since_s), Tick(at(t_s))]
    return [*entries, _gap(end_s, since_s, is_open=False)]


def _log(things: list[Thing], blind: tuple[float, float], until_s: float) -> list[Entry]:
    start_s, end_s = blind
    return [
        *watch(things, times(start_s - 0.5)),
        *_blind(start_s, end_s),
        *watch(things, times(until_s, start_s=end_s + 0.5)),
    ]


def test_a_gap_is_told_once_and_clears_nothing() -> None:
    car = stay()
    account = run(reasoner(rule(dwell_s=10)), [*watch([car], times(20)), *_blind(20.5, 900)], [car])
    assert account.story == [("raised", 10.0), ("updated", 20.5)]
    assert [one.visible for one in account.episodes] == [True, False]


def test_what_is_there_when_the_picture_returns_goes_on() -> None:
    car = stay(track=lambda t_s: 1 if t_s < 30 else 8)
    account = run(reasoner(rule(dwell_s=10)), _log([car], (20.5, 100.0), 200), [car])
    assert account.story == [("raised", 10.0), ("updated", 20.5), ("updated", 100.5)]
    assert [one.visible for one in account.episodes] == [True, False, True]


def test_the_dwell_goes_on_over_a_gap() -> None:
    car = stay(track=lambda t_s: 1 if t_s < 30 else 8)
    account = run(reasoner(rule(dwell_s=60)), _log([car], (20.5, 50.0), 100), [car])
    assert [(since_start(one.started_at), since_start(one.t)) for one in account.episodes] == [(0.0, 60.0)]


def test_what_is_gone_when_the_picture_returns_went_during_the_gap() -> None:
    car = stay(end_s=25)
    account = run(reasoner(rule(dwell_s=10)), _log([car], (20.5, 100.0), 200), [car])
    assert account.story == [("raised", 10.0), ("updated", 20.5), ("cleared", 105.5)]
    assert account.episodes[-1].ending == Ended(at(20), ClearReason.GONE_DURING_GAP)


def test_another_car_in_the_place_when_the_picture_returns_is_another_event() -> None:
    cars = [stay(end_s=25, track=1, look=1), stay(start_s=60, track=8, look=2)]
    account = run(reasoner(rule(dwell_s=10)), _log(cars, (20.5, 100.0), 200), cars)
    assert [one.state for one in account.episodes] == [State.RAISED, State.UPDATED, State.CLEARED, State.RAISED]
    assert account.episodes[2].ending == Ended(at(20), ClearReason.GONE_DURING_GAP)
    assert since_start(account.episodes[3].started_at) == 100.5


def test_what_leaves_after_the_gap_has_left() -> None:
    car = stay(end_s=120)
    account = run(reasoner(rule(dwell_s=10)), _log([car], (20.5, 100.0), 200), [car])
    assert account.episodes[-1].ending == Ended(at(119.5), ClearReason.LEFT)


@pytest.mark.parametrize(
    ("end_s", "reason"), [(25, ClearReason.GONE_DURING_GAP), (101.5, ClearReason.LEFT), (190, ClearReason.LEFT)]
)
def test_what_is_gone_is_not_seen_in_its_last_message(end_s: float, reason: ClearReason) -> None:
    car = stay(end_s=end_s)
    last = run(reasoner(rule(dwell_s=10)), _log([car], (20.5, 100.0), 220), [car]).episodes[-1]
    assert isinstance(last.ending, Ended)
    assert (last.ending.reason, last.visible) == (reason, False)


@pytest.mark.parametrize("is_blind", [False, True])
@pytest.mark.parametrize("cause", list(EndCause))
def test_what_is_not_known_to_be_gone_is_as_visible_as_before(cause: EndCause, *, is_blind: bool) -> None:
    car = stay()
    log = [*watch([car], times(20)), *(_blind(20.5, 30)[:-1] if is_blind else []), End(at(40), cause)]
    assert run(reasoner(rule(dwell_s=10)), log, [car]).episodes[-1].visible is not is_blind


def test_a_schedule_that_closes_or_an_operator_does_not_hide_what_is_there() -> None:
    car = stay()
    closed = run(reasoner(rule(dwell_s=10, schedule="00:00-00:01")), watch([car], times(120)), [car])
    reasoning = reasoner(rule(dwell_s=10))
    event = run(reasoning, watch([car], times(20)), [car]).episodes[-1].id
    dismissed = run(reasoning, [Command(at(21), CommandKind.DISMISS, event, at(21))], [car])
    for account, reason in ((closed, ClearReason.SCHEDULE_CLOSED), (dismissed, ClearReason.DISMISSED)):
        last = account.episodes[-1]
        assert isinstance(last.ending, Ended)
        assert (last.ending.reason, last.visible) == (reason, True)


def test_nothing_is_raised_while_blind_whatever_the_picture_shows() -> None:
    car = stay()
    frozen: list[Entry] = []
    for t_s in times(60, 0.5, 5.5):
        frozen += [_gap(t_s, 5.5), observation(t_s, [car])]
    account = run(reasoner(rule(dwell_s=10)), [*watch([car], times(5)), *frozen], [car])
    assert account.episodes == []
    assert account.wanted == []


def test_nothing_is_cleared_while_blind_though_the_picture_is_empty() -> None:
    car = stay()
    black: list[Entry] = []
    for t_s in times(60, 0.5, 20.5):
        black += [_gap(t_s, 20.5), observation(t_s, [])]
    account = run(reasoner(rule(dwell_s=10)), [*watch([car], times(20)), *black], [car])
    assert account.story == [("raised", 10.0), ("updated", 20.5)]


def test_what_a_frozen_picture_showed_before_it_was_known_to_be_frozen_does_not_count() -> None:
    car = stay()
    log = [*watch([car], times(30)), *_blind(30.5, 60, since_s=20.0), *watch([], times(90, start_s=60.5))]
    account = run(reasoner(rule(dwell_s=10)), log, [car])
    assert account.episodes[-1].ending == Ended(at(20), ClearReason.GONE_DURING_GAP)


def test_the_end_of_the_source_while_blind_clears_with_the_last_time_it_held() -> None:
    car = stay()
    account = run(reasoner(rule(dwell_s=10)), [*watch([car], times(20)), *_blind(20.5, 30)[:-1], source_end(40)], [car])
    assert account.episodes[-1].ending == Ended(at(20), ClearReason.SOURCE_ENDED)


def test_a_gap_between_question_and_answer_raises_nothing() -> None:
    car = stay()
    account = run(reasoner(rule(dwell_s=10)), [*watch([car], times(10)), *_blind(10.5, 20), *watch([car], [20.5])])
    assert account.story == [("raised", 20.5)]


def test_a_schedule_that_closes_while_blind_is_told_as_it_closes() -> None:
    car = stay()
    log = [*watch([car], times(20)), *_blind(20.5, 100), *watch([car], times(120, start_s=100.5))]
    account = run(reasoner(rule(dwell_s=10, schedule="00:00-00:01")), log, [car])
    assert account.story == [("raised", 10.0), ("updated", 20.5), ("cleared", 60.5)]
    assert account.episodes[-1].ending == Ended(at(20), ClearReason.SCHEDULE_CLOSED)
    assert account.episodes[-1].visible is False


@pytest.mark.parametrize("kind", ["ticks", "gaps", "pictures that show nothing"])
def test_a_schedule_closes_with_whatever_tells_that_time_passes(kind: str) -> None:
    car = stay()
    passing: list[Entry] = [_gap(30, 30)]
    for t_s in times(80, 5.0, 35):
        by_kind: dict[str, Entry] = {"ticks": Tick(at(t_s)), "gaps": _gap(t_s, 30)}
        passing.append(by_kind.get(kind) or observation(t_s, []))
    account = run(reasoner(rule(dwell_s=10, schedule="00:00-00:01")), [*watch([car], times(29.5)), *passing], [car])
    assert account.story == [("raised", 10.0), ("updated", 30.0), ("cleared", 60.0)]


def test_a_schedule_that_closes_and_opens_while_blind_raises_what_is_there_when_the_picture_returns() -> None:
    car = stay()
    log = [*watch([car], times(20)), *_blind(20.5, 150), *watch([car], times(170, start_s=150.5))]
    account = run(reasoner(rule(dwell_s=10, schedule="00:00-00:01, 00:02-00:03")), log, [car])
    assert account.story == [("raised", 10.0), ("updated", 20.5), ("cleared", 60.5), ("raised", 150.5)]
    assert since_start(account.episodes[-1].started_at) == 0.0


def test_what_had_left_before_the_gap_has_left() -> None:
    keeper = stay((0.4, 0.4, 0.46, 0.7), class_name="person")
    stall = stay((0.47, 0.55, 0.6, 0.72), end_s=20, class_name="chair", track=2, look=2)
    slow = rule(Condition.GROUP, dwell_s=10, grace_s=1, clear_after_s=60)
    account = run(reasoner(slow), _log([keeper, stall], (40.0, 100.0), 120), [keeper])
    assert account.episodes[-1].ending == Ended(at(19.5), ClearReason.LEFT)
    assert account.story[-1] == ("cleared", 100.5)
