"""The life of an event: raised once, told about sparingly, cleared with its reason."""

import pytest

from pipeline.config.catalogue import EventPer, Severity
from pipeline.config.resolved import Geofence
from pipeline.observation import CameraId, End, EndCause, Entry
from pipeline.rules.episode import ClearReason, Ended, Review, State
from pipeline.rules.reasoner import Reasoner
from tests.rules.scenes import (
    ASIDE,
    CAMERA,
    PARKED,
    VOCABULARY,
    answered,
    at,
    reasoner,
    rule,
    run,
    shifted,
    since_start,
    source_end,
    stay,
    times,
    watch,
    zone,
)


def test_the_id_hangs_on_site_camera_rule_zone_and_start() -> None:
    def raised(site: str = "site", rule_id: str = "r", zone_id: str = "lane", start_s: float = 0.0) -> str:
        one = rule(rule_id=rule_id, zones=[zone_id])
        reasoning = Reasoner(site, CAMERA, (one,), Geofence(None, (zone(zone_id),)), VOCABULARY)
        return answered(reasoning, [stay(start_s=start_s)], times(30)).episodes[0].id

    ids = [raised(), raised(site="b"), raised(rule_id="b"), raised(zone_id="b"), raised(start_s=1.0)]
    assert raised() == ids[0]
    assert len(set(ids)) == len(ids)
    assert all(len(one) == 32 for one in ids)


def test_two_objects_that_come_together_have_two_ids() -> None:
    things = [stay(track=1, look=1), stay(ASIDE, track=2, look=2)]
    account = answered(reasoner(rule(event_per=EventPer.OBJECT)), things, times(30))
    assert account.story == [("raised", 10.0), ("raised", 10.0)]
    assert len({one.id for one in account.episodes}) == 2


def test_a_zone_s_event_goes_on_when_the_first_leaves_and_another_that_has_dwelt_is_there() -> None:
    things = [stay(end_s=30, track=1, look=1), stay(ASIDE, start_s=5, end_s=90, track=2, look=2)]
    account = answered(reasoner(rule(dwell_s=10)), things, times(120))
    assert [one.state for one in account.episodes] == [State.RAISED, State.UPDATED, State.UPDATED, State.CLEARED]
    assert account.episodes[-1].ending == Ended(at(89.5), ClearReason.LEFT)
    assert [len(one.objects) for one in account.episodes] == [1, 2, 1, 1]
    assert [one.track for one in account.episodes[-1].objects] == [2]


def test_a_zone_s_event_ends_when_what_is_left_has_not_dwelt_and_begins_anew_with_that() -> None:
    things = [stay(end_s=15, track=1, look=1), stay(ASIDE, start_s=14, end_s=60, track=2, look=2)]
    account = answered(reasoner(rule(dwell_s=10)), things, times(50))
    assert [one.state for one in account.episodes] == [State.RAISED, State.CLEARED, State.RAISED]
    assert since_start(account.episodes[1].ending.at) == 14.5  # type: ignore[union-attr]  # cleared: it has ended
    assert since_start(account.episodes[2].started_at) == 14.0


def test_an_event_per_object_ends_with_its_object() -> None:
    things = [stay(end_s=30, track=1, look=1), stay(ASIDE, end_s=60, track=2, look=2)]
    account = answered(reasoner(rule(event_per=EventPer.OBJECT)), things, times(100))
    assert account.story == [("raised", 10.0), ("raised", 10.0), ("cleared", 35.0), ("cleared", 65.0)]


def test_the_number_of_objects_is_told_at_most_once_a_minute() -> None:
    things = [
        stay(),
        *(
            stay(shifted((0.21, 0.41, 0.26, 0.46), 0.0, 0.08 * n), 5 + 7.0 * n, track=n + 2, look=n + 2)
            for n in range(6)
        ),
    ]
    account = answered(reasoner(rule(dwell_s=10)), things, times(200))
    assert account.story == [("raised", 10.0), ("updated", 15.0), ("updated", 75.0)]
    assert len(account.episodes[-1].objects) == 7


def test_an_open_event_reminds_where_the_rule_says_so() -> None:
    account = answered(reasoner(rule(dwell_s=10, remind_every_s=120)), [stay()], times(400))
    assert account.story == [("raised", 10.0), ("updated", 130.0), ("updated", 250.0), ("updated", 370.0)]
    assert [one.revision for one in account.episodes] == [0, 1, 2, 3]


def test_an_open_event_without_news_says_nothing() -> None:
    assert answered(reasoner(rule(dwell_s=10)), [stay()], times(3600, 2.0)).story == [("raised", 10.0)]


@pytest.mark.parametrize(
    ("cause", "reason"),
    [(EndCause.SOURCE_ENDED, ClearReason.SOURCE_ENDED), (EndCause.CAMERA_REMOVED, ClearReason.CAMERA_REMOVED)],
)
def test_the_end_clears_what_is_open(cause: EndCause, reason: ClearReason) -> None:
    car = stay()
    entries: list[Entry] = [*watch([car], times(20)), End(at(23), cause), *watch([car], times(60, start_s=24))]
    account = run(reasoner(rule(dwell_s=10)), entries, [car])
    assert account.story == [("raised", 10.0), ("cleared", 23.0)]
    assert account.episodes[-1].ending == Ended(at(20), reason)


def test_after_an_end_the_zone_cools_down_and_then_what_still_stands_is_raised() -> None:
    things = [stay(end_s=20, track=1, look=1), stay(start_s=22, track=2, look=2)]
    account = answered(reasoner(rule(dwell_s=10, cooldown_s=60)), things, times(120))
    assert account.story == [("raised", 10.0), ("cleared", 25.0), ("raised", 79.5)]
    assert since_start(account.episodes[-1].started_at) == 22.0


def test_an_object_s_cool_down_does_not_silence_another_object() -> None:
    things = [stay(end_s=20, track=1, look=1), stay(start_s=22, track=2, look=2)]
    account = answered(reasoner(rule(dwell_s=10, cooldown_s=60, event_per=EventPer.OBJECT)), things, times(60))
    assert account.story == [("raised", 10.0), ("cleared", 25.0), ("raised", 32.0)]
    back = [stay(end_s=20, track=1, look=1), stay(start_s=30, track=2, look=1)]
    again = answered(reasoner(rule(dwell_s=10, cooldown_s=60, event_per=EventPer.OBJECT)), back, times(120))
    assert again.story == [("raised", 10.0), ("cleared", 25.0), ("raised", 79.5)]


def test_a_cool_down_is_not_used_up_by_an_event_that_was_never_shown() -> None:
    refuted = stay(end_s=20)
    second = stay(start_s=30, track=2, look=2)
    reasoning = reasoner(rule(dwell_s=10, cooldown_s=600))
    account = run(reasoning, watch([refuted, second], times(29.5)), [])
    assert account.episodes == []
    assert run(reasoning, watch([second], times(60, start_s=30)), [second]).story == [("raised", 40.0)]


def test_the_dwell_counts_before_the_schedule_opens_and_it_is_raised_inside() -> None:
    account = answered(reasoner(rule(dwell_s=10, schedule="00:01-00:02")), [stay()], times(110))
    assert account.story == [("raised", 60.0)]
    assert since_start(account.episodes[0].started_at) == 0.0


def test_a_schedule_that_closes_clears_and_what_still_stands_is_raised_when_it_opens_again() -> None:
    account = answered(
        reasoner(rule(dwell_s=10, schedule="00:00-00:01, 00:02-00:03", cooldown_s=600)), [stay()], times(150)
    )
    assert account.story == [("raised", 10.0), ("cleared", 60.0), ("raised", 120.0)]
    assert account.episodes[1].ending == Ended(at(60), ClearReason.SCHEDULE_CLOSED)
    assert len({one.id for one in account.episodes}) == 2


def test_an_event_that_needs_confirmation_says_so() -> None:
    assert answered(reasoner(rule(confirm=True)), [stay()], times(20)).episodes[0].review is Review.PENDING


def test_the_order_of_the_rules_changes_nothing() -> None:
    rules = [rule(rule_id="b", dwell_s=10), rule(rule_id="a", dwell_s=10), rule(rule_id="c", dwell_s=12)]
    car = stay(end_s=40)
    forth = answered(reasoner(*rules), [car], times(60))
    back = answered(reasoner(*reversed(rules)), [car], times(60))
    assert forth.episodes == back.episodes
    assert len(forth.episodes) == 6


def test_a_rule_for_another_camera_and_one_that_is_off_say_nothing() -> None:
    elsewhere = Reasoner("site", CameraId("other"), (rule(),), Geofence(None, (zone(),)), VOCABULARY)
    assert answered(elsewhere, [stay()], times(30)).episodes == []


def test_severity_that_changed_over_a_restart_is_told() -> None:
    car = stay()
    first = reasoner(rule(severity=Severity.MAJOR))
    run(first, watch([car], times(20)), [car])
    fence = Geofence(None, (zone(),))
    second = Reasoner.resume(
        "site", CAMERA, (rule(severity=Severity.CRITICAL),), fence, VOCABULARY, snapshot=first.snapshot()
    )
    account = run(second, watch([car], times(40, start_s=20.5)), [car])
    assert [(one.state, one.severity) for one in account.episodes] == [(State.UPDATED, Severity.CRITICAL)]


def test_a_rule_that_is_another_after_a_restart_clears_its_events() -> None:
    car = stay()
    first = reasoner(rule(dwell_s=10))
    run(first, watch([car], times(20)), [car])
    fence = Geofence(None, (zone(),))
    second = Reasoner.resume("site", CAMERA, (rule(dwell_s=30),), fence, VOCABULARY, snapshot=first.snapshot())
    account = run(second, watch([car], times(60, start_s=20.5)), [car])
    assert account.story == [("cleared", 20.5), ("raised", 50.5)]
    assert account.episodes[0].ending == Ended(at(20), ClearReason.RULE_CHANGED)


def test_nothing_open_nothing_cleared_at_the_end() -> None:
    assert run(reasoner(rule()), [*watch([stay(PARKED)], times(5)), source_end(6)]).episodes == []
