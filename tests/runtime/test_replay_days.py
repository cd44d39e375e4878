"""A log replayed day by day: broken off or not, what comes of it is the same."""

import json
from dataclasses import replace
from pathlib import Path

import pytest

from pipeline.config.ids import RuleId
from pipeline.config.resolved import Site
from pipeline.config.vocabulary import load_vocabulary
from pipeline.observation import NS_PER_S, CameraId, Entry, MediaNs, Observation
from pipeline.replay.log import LogWriter, read_log
from pipeline.runtime.intake import Summary
from pipeline.runtime.replay_days import LoggedCamera, left_of, replay_days
from pipeline.runtime.replaying import Replay, replay_log
from tests.cli.shell import site_with_log
from tests.runtime.standing_car import START, site_in

MIDNIGHT = MediaNs(START // (86_400 * NS_PER_S) * 86_400 * NS_PER_S + 86_400 * NS_PER_S)
VOCABULARY = load_vocabulary()


@pytest.fixture(scope="module")
def site_and_log(tmp_path_factory: pytest.TempPathFactory) -> tuple[Site, Path]:
    """A car that is told of before midnight (UTC) and leaves after it, and the same again a day later."""
    folder = tmp_path_factory.mktemp("site")
    _, recorded = site_with_log(folder)
    entries = [entry for entry in read_log(recorded) if isinstance(entry, Observation)]
    log = folder / "days.parquet"
    with LogWriter(log, CameraId("cam-0")) as writer:
        for day in range(3):
            shift = MIDNIGHT + (day * 86_400 - 8) * NS_PER_S - START
            for entry in entries:
                writer.append(replace(entry, t=MediaNs(entry.t + shift)))
    return site_in(folder), log


def replayed(site: Site, log: Path, out: Path, most_days: int | None = None) -> tuple[Summary, bytes]:
    told: list[MediaNs] = []
    work = LoggedCamera(site, site.cameras[0], log, out, out / "kept")
    summary = replay_days(work, VOCABULARY, told.append, most_days=most_days)
    assert told == sorted(told)
    return summary, (out / "alerts.jsonl").read_bytes()


def test_days_give_what_the_log_as_a_whole_gives(site_and_log: tuple[Site, Path], tmp_path: Path) -> None:
    site, log = site_and_log
    whole = Replay(site, site.cameras[0], log, tmp_path / "whole")
    expected = replay_log(whole, VOCABULARY, progress=lambda _: None, announce=lambda _: None)
    summary, alerts = replayed(site, log, tmp_path / "days")
    assert alerts == (tmp_path / "whole" / "alerts.jsonl").read_bytes()
    assert summary.raised == expected.raised == 3
    assert (summary.looks, summary.network_looks) == (expected.looks, expected.network_looks)
    # Somewhere an event is open over midnight.
    days = [line.split(b'"raised_at":"')[1][:10] for line in alerts.splitlines()]
    ends = [line.split(b'"ended_at":"')[1][:10] for line in alerts.splitlines() if b'"ended_at":"' in line]
    assert set(days) != set(ends)


@pytest.mark.parametrize("n_done", [1, 2, 3])
def test_what_was_done_before_it_was_broken_off_is_not_done_again(
    site_and_log: tuple[Site, Path], tmp_path: Path, n_done: int
) -> None:
    site, log = site_and_log
    expected = replayed(site, log, tmp_path / "whole")
    replayed(site, log, tmp_path / "parts", n_done)
    kept = {path: path.stat().st_mtime_ns for path in (tmp_path / "parts" / "kept").iterdir()}
    assert len(kept) == n_done
    assert replayed(site, log, tmp_path / "parts") == expected
    assert all(path.stat().st_mtime_ns == mtime_ns for path, mtime_ns in kept.items())


def test_who_speaks_for_whom_is_the_same_after_it_was_broken_off(
    site_and_log: tuple[Site, Path], tmp_path: Path
) -> None:
    site, log = site_and_log
    both = replace(site, rules=(*site.rules, replace(site.rules[0], id=RuleId("second"))))
    expected = replayed(both, log, tmp_path / "whole")
    raised = [json.loads(line) for line in expected[1].splitlines() if b'"state":"raised"' in line]
    assert sum(one["merged_into"] is not None for one in raised) == 3
    replayed(both, log, tmp_path / "parts", 1)
    assert replayed(both, log, tmp_path / "parts") == expected


def test_what_is_left_of_a_log_is_known_beforehand(site_and_log: tuple[Site, Path], tmp_path: Path) -> None:
    site, log = site_and_log
    entries = list(read_log(log))
    work = LoggedCamera(site, site.cameras[0], log, tmp_path, tmp_path / "kept")
    assert left_of(work) == (entries[-1].t - entries[0].t) / NS_PER_S
    replayed(site, log, tmp_path, 2)
    second_midnight = MIDNIGHT + 86_400 * NS_PER_S
    assert left_of(work) == pytest.approx((entries[-1].t - second_midnight) / NS_PER_S)
    replayed(site, log, tmp_path)
    assert left_of(work) == 0


def test_entries_before_a_moment_are_passed_over(site_and_log: tuple[Site, Path]) -> None:
    _, log = site_and_log
    everything: list[Entry] = list(read_log(log))
    assert [entry.t for entry in read_log(log, MIDNIGHT)] == [entry.t for entry in everything if entry.t >= MIDNIGHT]
