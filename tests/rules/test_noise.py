"""One cause is told once, and nothing is lost."""

from itertools import pairwise

import pytest
from hypothesis import given, settings
from hypothesis import strategies as st

from pipeline.config.catalogue import EventPer, Severity
from pipeline.config.ids import ZoneId
from pipeline.config.resolved import UNMERGED, Geofence, NoiseSettings
from pipeline.geofence.boxes import Box
from pipeline.observation import NS_PER_S, TrackId
from pipeline.rules.episode import ClearReason, Ended, Episode, RuleOrigin, State, StormOrigin
from pipeline.rules.reasoner import Reasoner
from tests.rules.scenes import (
    CAMERA,
    SITE,
    VOCABULARY,
    Account,
    Thing,
    answered,
    reasoner,
    rule,
    since_start,
    source_end,
    stay,
    times,
    watch,
    zone,
)

FIVE_A_MINUTE = NoiseSettings(storm_above=5, storm_within_ns=60 * NS_PER_S)
EACH = rule(dwell_s=2, clear_after_s=2, grace_s=2, event_per=EventPer.OBJECT)


def slot(n: int) -> Box:
    """One of a dozen places of the lane."""
    return (0.22 + 0.045 * n, 0.5, 0.25 + 0.045 * n, 0.56)


def cars(n: int, *, every_s: float = 4.0, stay_s: float = 5.0) -> list[Thing]:
    """Cars that come one after the other, each to a place of its own, for a while."""
    return [
        stay(slot(i % 12), 1 + i * every_s, 1 + i * every_s + stay_s, track=i + 1, look=i % 15 + 1) for i in range(n)
    ]


def told(account: Account) -> list[Episode]:
    return [episode for step in account.steps for episode in step.episodes]


def rule_of(episode: Episode) -> str:
    assert isinstance(episode.origin, RuleOrigin)
    return episode.origin.rule


def storms(account: Account) -> list[Episode]:
    return [episode for episode in told(account) if isinstance(episode.origin, StormOrigin)]


def test_so_many_are_told_one_by_one_and_one_storm_speaks_for_the_rest() -> None:
    account = answered(reasoner(EACH, noise=FIVE_A_MINUTE), cars(9), times(180))
    raised = account.of(State.RAISED)
    began, *_, ended = storms(account)
    assert [episode.merged_into for episode in raised] == [None] * 5 + [began.id] * 4
    assert (began.state, began.t) == (State.RAISED, raised[5].t)
    assert began.origin == StormOrigin(EACH.id, ZoneId("lane"))
    assert began.objects == raised[5].objects
    assert ended.ending == Ended(raised[8].t, ClearReason.LEFT)
    assert since_start(ended.t) == since_start(raised[8].t) + 60
    assert ended.merged_count == 4
    named = [event for episode in storms(account) for event in episode.merged]
    assert named == [episode.id for episode in raised[5:]]
    assert [episode.revision for episode in storms(account)] == list(range(len(storms(account))))


def test_a_storm_that_lasts_says_so_once_a_minute_and_names_each_event_once() -> None:
    account = answered(reasoner(EACH, noise=FIVE_A_MINUTE), cars(60), times(400))
    updates = [since_start(episode.t) for episode in storms(account) if episode.state is State.UPDATED]
    assert all(later - earlier >= 60 for earlier, later in pairwise(updates))
    assert len(updates) >= 3
    named = [event for episode in storms(account) for event in episode.merged]
    raised = account.of(State.RAISED)
    assert named == [episode.id for episode in raised[5:]]
    assert storms(account)[-1].merged_count == len(named) == 55


def test_every_event_is_told_to_its_end_whoever_speaks_for_it() -> None:
    account = answered(reasoner(EACH, noise=FIVE_A_MINUTE), cars(20), times(300))
    plain = answered(reasoner(EACH), cars(20), times(300))
    assert [(one.id, one.state, one.revision, one.t) for one in account.episodes] == [
        (one.id, one.state, one.revision, one.t) for one in plain.episodes
    ]


def test_what_is_still_open_as_the_storm_ends_speaks_for_itself_from_then_on() -> None:
    account = answered(
        reasoner(EACH, noise=FIVE_A_MINUTE), [*cars(8), stay(slot(10), 20, track=99, look=3)], times(200)
    )
    ended = storms(account)[-1]
    retold = [one for one in account.of(State.UPDATED) if one.t == ended.t]
    assert [(one.merged_into, one.revision, one.objects[0].track) for one in retold] == [(None, 1, 99)]


def test_a_storm_ends_with_the_recording() -> None:
    reasoning = reasoner(EACH, noise=FIVE_A_MINUTE)
    account = answered(reasoning, cars(8), times(34))
    [last] = [one for one in reasoning.feed(source_end(34)).episodes if isinstance(one.origin, StormOrigin)]
    assert storms(account)[0].id == last.id
    assert last.ending == Ended(account.of(State.RAISED)[-1].t, ClearReason.SOURCE_ENDED)


def test_few_events_are_no_storm_and_zero_means_never() -> None:
    assert storms(answered(reasoner(EACH, noise=FIVE_A_MINUTE), cars(20, every_s=14), times(400))) == []
    never = NoiseSettings(storm_above=0)
    assert storms(answered(reasoner(EACH, noise=never), cars(12), times(200))) == []


FIRE = rule(dwell_s=10, rule_id="a-fire", severity=Severity.CRITICAL)
PAVEMENT = rule(dwell_s=15, rule_id="b-pavement", severity=Severity.MINOR)


def test_two_rules_about_one_object_are_told_as_one() -> None:
    account = answered(reasoner(FIRE, PAVEMENT, noise=FIVE_A_MINUTE), [stay(end_s=60)], times(100))
    fire, pavement = account.of(State.RAISED)
    assert (fire.merged_into, pavement.merged_into) == (None, fire.id)
    cleared = {one.id: one for one in account.of(State.CLEARED)}
    assert cleared.keys() == {fire.id, pavement.id}


def test_what_is_graver_is_never_told_in_the_name_of_what_is_less_so() -> None:
    late_fire = rule(dwell_s=20, rule_id="c-fire", severity=Severity.CRITICAL)
    account = answered(reasoner(late_fire, PAVEMENT, noise=FIVE_A_MINUTE), [stay()], times(60))
    assert [one.merged_into for one in account.of(State.RAISED)] == [None, None]


def test_another_object_is_another_cause() -> None:
    things = [stay(slot(1), track=1, look=1), stay(slot(8), start_s=8, track=2, look=2)]
    only_first = rule(dwell_s=10, rule_id="a-fire", severity=Severity.CRITICAL)
    account = answered(reasoner(only_first, EACH, noise=FIVE_A_MINUTE), things, times(60))
    by_track = {one.objects[0].track: one.merged_into for one in account.of(State.RAISED) if rule_of(one) == EACH.id}
    assert by_track[TrackId(2)] is None


def test_as_the_first_is_over_the_other_speaks_for_itself() -> None:
    closing = rule(dwell_s=10, rule_id="a-fire", severity=Severity.CRITICAL, schedule="00:00-00:01")
    account = answered(reasoner(closing, PAVEMENT, noise=FIVE_A_MINUTE), [stay()], times(90))
    over = next(one for one in account.of(State.CLEARED))
    [retold] = account.of(State.UPDATED)
    assert (over.t, rule_of(over)) == (retold.t, closing.id)
    assert (retold.merged_into, retold.revision, rule_of(retold)) == (None, 1, PAVEMENT.id)


@pytest.mark.parametrize("noise", [FIVE_A_MINUTE, UNMERGED])
@settings(deadline=None, max_examples=12)
@given(cut=st.integers(1, 150))
def test_a_restart_in_the_middle_changes_nothing(noise: NoiseSettings, cut: int) -> None:
    things, moments = [*cars(10), stay(slot(11), 3, 60, track=50, look=9)], times(80)
    rules = (EACH, rule(dwell_s=4, rule_id="a-fire", severity=Severity.CRITICAL))
    whole = reasoner(*rules, noise=noise)
    expected = [one for entry in watch(things, moments) for one in whole.feed(entry).episodes]
    first = reasoner(*rules, noise=noise)
    found = [one for entry in watch(things, moments[:cut]) for one in first.feed(entry).episodes]
    second = Reasoner.resume(
        SITE, CAMERA, rules, Geofence(None, (zone(),), ()), VOCABULARY, snapshot=first.snapshot(), noise=noise
    )
    found += [one for entry in watch(things, moments[cut:]) for one in second.feed(entry).episodes]
    assert found == expected
    assert second.snapshot() == whole.snapshot()
