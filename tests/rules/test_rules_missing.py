"""What belongs into a zone and is gone, and what only seems so."""

import pytest

from pipeline.config.catalogue import Condition
from pipeline.config.resolved import Geofence
from pipeline.geofence.boxes import Box
from pipeline.observation import Gap, GapCause
from pipeline.rules.episode import ClearReason, Ended, State
from pipeline.rules.reasoner import Reasoner
from tests.rules.scenes import (
    CAMERA,
    SITE,
    VOCABULARY,
    Thing,
    answered,
    at,
    moments_of,
    moving,
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

BIN: Box = (0.4, 0.55, 0.48, 0.7)
MISSING = rule(Condition.ABSENCE, dwell_s=30, params={"belongs_s": 60}, confidence=0.3)
FIXED = rule(Condition.ABSENCE, dwell_s=20, params={"belongs_s": 60}, classes=frozenset({"static_object"}))


def a_bin(start_s: float = 0.0, end_s: float = 1e9, *, box: Box = BIN, track: int = 70) -> Thing:
    """A bin."""
    return stay(box, start_s, end_s, class_name="garbage_bin", track=track, look=2)


def removed(start_s: float, end_s: float = 1e9, *, track: int = 80, hidden_s: tuple[float, float] = (0, 0)) -> Thing:
    """The place of something that was taken away."""
    return stay(
        BIN, start_s, end_s, class_name="removed_object", track=track, look=3,
        hidden=lambda t_s: hidden_s[0] <= t_s < hidden_s[1],
    )  # fmt: skip


def test_a_bin_that_is_gone_is_raised_and_cleared_when_it_is_back() -> None:
    account = answered(reasoner(MISSING), [a_bin(0, 100), a_bin(200, track=71)], times(240))
    assert [state for state, _ in account.story] == ["raised", "cleared"]
    raised, cleared = account.episodes
    assert since_start(raised.started_at) == 100.0
    assert since_start(raised.t) == 130.0
    assert [(one.class_name, one.track) for one in raised.objects] == [("garbage_bin", 70)]
    assert raised.objects[0].box == pytest.approx(BIN)
    assert isinstance(cleared.ending, Ended)
    assert cleared.ending.reason is ClearReason.LEFT
    assert 199.5 <= since_start(cleared.ending.at) <= 205.0


def test_what_was_never_there_is_not_missing() -> None:
    assert not answered(reasoner(MISSING), [], times(300)).episodes


def test_what_stood_there_for_a_short_while_does_not_belong() -> None:
    assert not answered(reasoner(MISSING), [a_bin(0, 50)], times(300)).episodes


def test_a_lorry_that_empties_it_hides_it() -> None:
    lorry = stay((0.35, 0.3, 0.65, 0.72), 99, 250, class_name="truck", track=90, look=4)
    account = answered(reasoner(MISSING), [a_bin(0, 100), lorry, a_bin(250, track=71)], times(300))
    assert not account.episodes


def test_what_was_hidden_and_is_then_gone_is_missing_from_then_on() -> None:
    lorry = stay((0.35, 0.3, 0.65, 0.72), 99, 150, class_name="truck", track=90, look=4)
    account = answered(reasoner(MISSING), [a_bin(0, 100), lorry], times(300))
    assert [since_start(one.started_at) for one in account.of(State.RAISED)] == [pytest.approx(150, abs=0.6)]


def test_people_who_stand_before_it_do_not_take_it_away() -> None:
    people = [stay(shifted((0.38, 0.45, 0.44, 0.72), 0.04 * n), 90, 200, class_name="person", track=91 + n, look=5 + n)
              for n in range(3)]  # fmt: skip
    account = answered(reasoner(MISSING), [a_bin(0, 90), *people, a_bin(200, track=72)], times(300))
    assert not account.episodes


def test_a_bin_pushed_aside_within_the_zone_is_not_missing() -> None:
    moved = a_bin(104, box=shifted(BIN, 0.2), track=71)
    assert not answered(reasoner(MISSING), [a_bin(0, 100), moved], times(300)).episodes


def test_a_bin_pushed_out_of_the_zone_is_missing() -> None:
    moved = a_bin(104, box=(0.02, 0.1, 0.1, 0.25), track=71)
    assert len(answered(reasoner(MISSING), [a_bin(0, 100), moved], times(300)).of(State.RAISED)) == 1


def test_a_detector_that_finds_it_now_and_then_does_not_miss_it() -> None:
    rare = stay(BIN, 100, class_name="garbage_bin", track=71, look=2, missed=lambda t_s: int(t_s) % 15 != 0)
    assert not answered(reasoner(MISSING), [a_bin(0, 100), rare], times(400)).episodes


def test_a_gap_is_no_absence_and_what_is_gone_after_it_is() -> None:
    dark = [Gap(at(t_s), at(100), is_open=t_s < 400, cause=GapCause.NO_SIGNAL) for t_s in times(400, 2.0, 100)]
    back = run(reasoner(MISSING), watch([a_bin()], times(99)) + dark + watch([a_bin()], times(500, 0.5, 401)), [])
    assert not back.episodes
    gone = run(reasoner(MISSING), watch([a_bin()], times(99)) + dark + watch([], times(500, 0.5, 401)), [])
    assert [since_start(one.started_at) for one in gone.of(State.RAISED)] == [401.0]


def test_one_of_two_is_missed_as_an_event_of_the_zone() -> None:
    things = [a_bin(0, 100), a_bin(box=shifted(BIN, 0.2), track=71)]
    account = answered(reasoner(MISSING), things, times(300))
    assert [[one.track for one in episode.objects] for episode in account.episodes] == [[70]]


def test_a_close_look_that_finds_it_refuses() -> None:
    account = run(reasoner(MISSING), watch([a_bin(0, 100)], times(131)), [a_bin()])
    assert account.wanted
    assert not account.episodes


def test_what_belongs_survives_a_restart() -> None:
    log = watch([a_bin(0, 100)], times(300))
    plain = run(reasoner(MISSING), log, [])
    reasoning = reasoner(MISSING)
    said = []
    for entry in log:
        fence = Geofence(None, (zone(),))
        reasoning = Reasoner.resume(SITE, CAMERA, (MISSING,), fence, VOCABULARY, snapshot=reasoning.snapshot())
        said += run(reasoning, [entry], []).episodes
    assert said == plain.episodes
    assert said


def test_it_is_missed_again_after_it_was_back() -> None:
    things = [a_bin(0, 100), a_bin(200, 300, track=71)]
    account = answered(reasoner(MISSING), things, times(400))
    assert list(moments_of(account, State.RAISED)) == [130.0, 330.0]


def test_a_fixture_that_was_taken_away_is_raised() -> None:
    account = answered(reasoner(FIXED), [removed(100, 160)], times(200))
    assert account.story == [("raised", 120.0), ("cleared", 165.0)]
    assert [one.class_name for one in account.episodes[0].objects] == ["removed_object"]


def test_what_went_soon_after_the_start_did_not_belong() -> None:
    assert not answered(reasoner(FIXED), [removed(40)], times(200)).episodes


def test_something_that_stands_before_it_is_not_its_absence() -> None:
    van = stay((0.35, 0.4, 0.6, 0.75), 100, class_name="van", track=90, look=4)
    assert not answered(reasoner(FIXED), [removed(100), van], times(200)).episodes
    behind = removed(100, hidden_s=(100.5, 1e9))
    assert not answered(reasoner(FIXED), [behind], times(200)).episodes


def test_a_thing_put_there_is_no_absence() -> None:
    heap = stay(BIN, 100, class_name="static_object", track=81, look=3)
    assert not answered(reasoner(FIXED), [heap], times(200)).episodes


def test_where_bins_are_known_other_things_may_be_taken_away() -> None:
    taken = moving(removed(100), lambda t_s: shifted(BIN, 0.2) if t_s >= 100 else None)
    assert answered(reasoner(MISSING), [taken], times(300)).episodes
    assert not answered(reasoner(MISSING), [a_bin(), taken], times(300)).episodes


@pytest.mark.parametrize(("missed_of_ten", "expected"), [(0, ["raised"]), (2, [])])
def test_a_part_of_the_picture_that_comes_and_goes_with_the_light_is_not_missing(
    missed_of_ten: int, expected: list[str]
) -> None:
    flickers = stay(
        BIN, 100, 400, class_name="removed_object", track=80, look=3, missed=lambda t_s: t_s % 10 < missed_of_ten
    )
    account = answered(reasoner(FIXED), [flickers], times(300))
    assert [state for state, _ in account.story] == expected
