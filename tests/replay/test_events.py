"""The events of a log, and of the messages of an earlier run."""

from dataclasses import replace
from pathlib import Path

import pytest

from pipeline.config.catalogue import EventPer
from pipeline.config.resolved import NoiseSettings, Rule, Site
from pipeline.config.vocabulary import load_vocabulary
from pipeline.errors import UsageError
from pipeline.observation import NS_PER_S, Entry
from pipeline.replay.events import Event, events_of_alerts, events_of_log
from pipeline.replay.log import LogWriter, read_log
from pipeline.rules.episode import Ended
from pipeline.runtime.replaying import Replay, replay_log
from tests.cli.shell import site_with_log
from tests.rules.scenes import observation, times
from tests.rules.test_noise import cars
from tests.runtime.standing_car import site_in


@pytest.fixture(scope="module")
def site_and_log(tmp_path_factory: pytest.TempPathFactory) -> tuple[Site, Path]:
    folder = tmp_path_factory.mktemp("site")
    _, log = site_with_log(folder)
    return site_in(folder), log


def found(site: Site, entries: list[Entry]) -> tuple[Event, ...]:
    return events_of_log(site, site.cameras[0], entries, load_vocabulary())


def test_a_log_gives_the_events_that_a_replay_of_it_tells(site_and_log: tuple[Site, Path], tmp_path: Path) -> None:
    site, log = site_and_log
    replay = Replay(site, site.cameras[0], log, tmp_path / "cam-0")
    replay_log(replay, load_vocabulary(), progress=lambda _: None, announce=lambda _: None)
    [event] = found(site, list(read_log(log)))
    [told] = events_of_alerts(tmp_path)
    assert (told.id, told.camera, told.rule, told.algorithm) == (event.id, "cam-0", event.rule, event.algorithm)
    assert (told.zone, told.reason, told.severity) == (event.zone, event.reason, event.severity)
    assert told.reason == "left"
    assert [len(one.objects) for one in (told, event)] == [1, 1]
    moments = [(told.started_at, event.started_at), (told.raised_at, event.raised_at), (told.ended_at, event.ended_at)]
    assert all(one is not None and other is not None and 0 <= other - one < 1_000_000 for one, other in moments)


def test_a_storm_is_among_the_events_of_a_log_as_among_those_of_its_replay(
    site_and_log: tuple[Site, Path], tmp_path: Path
) -> None:
    site, _ = site_and_log
    quick = replace(
        site.rules[0],
        dwell_ns=2 * NS_PER_S,
        clear_after_ns=2 * NS_PER_S,
        grace_ns=2 * NS_PER_S,
        event_per=EventPer.OBJECT,
        cooldown_ns=0,
        dwell_by_class_ns={},
    )
    site = replace(site, rules=(quick,), noise=NoiseSettings(storm_above=5, storm_within_ns=60 * NS_PER_S))
    camera, log, things = site.cameras[0], tmp_path / "night.parquet", cars(9)
    with LogWriter(log, camera.id) as writer:
        for t_s in times(180):
            writer.append(observation(t_s, things))
    replay = Replay(site, camera, log, tmp_path / "cam-0")
    replay_log(replay, load_vocabulary(), progress=lambda _: None, announce=lambda _: None)
    told, events = events_of_alerts(tmp_path / "cam-0"), found(site, list(read_log(log)))
    assert sorted((one.id, one.rule, one.is_storm) for one in events) == sorted(
        (one.id, one.rule, one.is_storm) for one in told
    )
    assert (len(events), sum(one.is_storm for one in events)) == (10, 1)


def test_an_event_that_the_log_does_not_see_the_end_of_is_open(site_and_log: tuple[Site, Path]) -> None:
    site, log = site_and_log
    entries = list(read_log(log))
    [whole] = found(site, entries)
    assert isinstance(whole.ending, Ended)
    until = whole.ending.at
    [cut] = found(site, [entry for entry in entries if entry.t < until])
    assert cut == replace(whole, ending=cut.ending)
    assert (cut.ended_at, cut.reason) == (None, "")


def test_other_rules_give_other_events_of_the_same_log(site_and_log: tuple[Site, Path]) -> None:
    site, log = site_and_log

    def slower(rule: Rule) -> Rule:
        return replace(rule, dwell_ns=60_000_000_000)

    assert found(replace(site, rules=tuple(map(slower, site.rules))), list(read_log(log))) == ()


def test_a_folder_without_messages_and_a_line_that_is_none_are_told(tmp_path: Path) -> None:
    with pytest.raises(UsageError, match=r"holds no results \(expected alerts\.jsonl"):
        events_of_alerts(tmp_path)
    (tmp_path / "alerts.jsonl").write_text("{}\n")
    with pytest.raises(UsageError, match=r"alerts\.jsonl:1: alert: id: Field required"):
        events_of_alerts(tmp_path)
