"""A change tried on the last hours of a log gives what replaying all of it under either version gives."""

from dataclasses import replace
from pathlib import Path

import pytest

from pipeline.config.ids import RuleId
from pipeline.config.resolved import Site
from pipeline.config.vocabulary import load_vocabulary
from pipeline.observation import CameraId, MediaNs, nanoseconds
from pipeline.replay.events import Event, events_of_log
from pipeline.replay.log import read_log
from pipeline.replay.log_blocks import read_blocks
from pipeline.replay.trial import TrialJob, trial_jobs, try_camera
from tests.console.tried_site import tried_site, write_log
from tests.rules.scenes import at, stay

GATE = CameraId("gate")
RULE = RuleId("fire-lane")
VOCABULARY = load_vocabulary()
ALL_NS = nanoseconds(24 * 3600)


def with_dwell(site: Site, dwell_s: float) -> Site:
    rules = tuple(replace(rule, dwell_ns=nanoseconds(dwell_s)) if rule.id == RULE else rule for rule in site.rules)
    return replace(site, rules=rules)


def moved(site: Site, by: float) -> Site:
    """The same with its fences elsewhere."""
    cameras = []
    for camera in site.cameras:
        zones = tuple(
            replace(zone, points=tuple((x + by, y) for x, y in zone.points)) for zone in camera.geofence.zones
        )
        cameras.append(replace(camera, geofence=replace(camera.geofence, zones=zones)))
    return replace(site, cameras=tuple(cameras))


def jobs(site: Site, after: Site, span_ns: int = ALL_NS) -> tuple[TrialJob, ...]:
    return trial_jobs(site, after, (RULE,), {GATE: site.state / "log" / "gate"}, span_ns=span_ns, least_by_class={})


def replayed(site: Site) -> list[Event]:
    entries = read_log(site.state / "log" / "gate")
    found = events_of_log(site, site.cameras[0], entries, VOCABULARY)
    return [event for event in found if event.rule == RULE]


@pytest.mark.parametrize("dwell_s", [10.0, 30.0, 60.0, 100.0])
def test_another_dwell_gives_what_a_replay_under_it_gives(tmp_path: Path, dwell_s: float) -> None:
    site = tried_site(tmp_path)
    after = with_dwell(site, dwell_s)
    found = try_camera(jobs(site, after)[0], VOCABULARY)
    assert list(found.before) == replayed(site)
    assert list(found.after) == replayed(after)


def test_another_fence_gives_what_a_replay_within_it_gives(tmp_path: Path) -> None:
    site = tried_site(tmp_path)
    site, after = with_dwell(site, 30.0), with_dwell(moved(site, 0.6), 30.0)
    found = try_camera(jobs(site, after)[0], VOCABULARY)
    assert (len(found.before), len(found.after)) == (2, 0)
    assert (list(found.before), list(found.after)) == (replayed(site), replayed(after))


def test_a_rule_that_is_off_raises_nothing(tmp_path: Path) -> None:
    site = tried_site(tmp_path)
    off = replace(site, rules=tuple(replace(rule, enabled=False) for rule in site.rules))
    found = try_camera(jobs(off, site)[0], VOCABULARY)
    assert (found.before, len(found.after)) == ((), 1)


def test_what_began_before_the_span_and_was_raised_in_it_counts(tmp_path: Path) -> None:
    site = tried_site(tmp_path)
    write_log(site, [stay(start_s=10, end_s=95), stay(start_s=3000, end_s=3590, track=2, look=1)], until_s=3600)
    found = try_camera(jobs(site, with_dwell(site, 500.0), nanoseconds(300))[0], VOCABULARY)
    assert (len(found.before), len(found.after)) == (0, 1)
    assert found.after[0].started_at == at(3000)


def test_only_cameras_with_a_log_on_which_the_rule_looks_are_tried(tmp_path: Path) -> None:
    site = tried_site(tmp_path)
    logs = {CameraId("yard"): site.state / "log" / "gate", GATE: site.state / "log" / "gate"}
    assert [job.camera for job in trial_jobs(site, site, (RULE,), logs, span_ns=ALL_NS, least_by_class={})] == [GATE]
    assert [
        job.camera for job in trial_jobs(site, site, (RuleId("waste"),), logs, span_ns=ALL_NS, least_by_class={})
    ] == [
        GATE,
        CameraId("yard"),
    ]


def test_blocks_from_a_moment_on_hold_just_the_entries_from_then_on(tmp_path: Path) -> None:
    path = tried_site(tmp_path).state / "log" / "gate"
    since = MediaNs(at(100.5))
    whole = [int(t) for block in read_blocks(path) for t in block.t]
    late = [int(t) for block in read_blocks(path, since) for t in block.t]
    assert late == [t for t in whole if t >= since]
    assert 0 < len(late) < len(whole)
