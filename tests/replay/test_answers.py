from dataclasses import replace
from pathlib import Path

import pytest

from pipeline.config.camera_source import RecordedSource
from pipeline.config.catalogue import Condition
from pipeline.config.resolved import Camera, Geofence, Rule
from pipeline.observation import WHOLE_PICTURE, Entry, Gap, GapCause, Look, LookKind, MediaNs
from pipeline.replay.answers import Coverage, refusal
from pipeline.replay.log import LogWriter
from pipeline.replay.log_blocks import read_blocks
from tests.rules.scenes import CAMERA, at, observation, rule, stay, times, zone

NETWORK = Look(LookKind.OBJECTS, WHOLE_PICTURE, "net", 640, frozenset({"car", "truck"}))
CAMERAS = [Camera(CAMERA, "", RecordedSource(Path("none"), None, loop=False), Geofence(None, (zone(),)))]


def _coverage(tmp_path: Path, *looks: Look, every_s: float = 2.0, score: float = 0.4, tracks: int = 1) -> Coverage:
    car = stay(score=score, track=lambda t_s: int(t_s) % (2 * tracks))
    entries: list[Entry] = [observation(t_s, [car], looks) for t_s in times(400, every_s)]
    return _read(tmp_path, entries)


def _read(tmp_path: Path, entries: list[Entry]) -> Coverage:
    path = tmp_path / "log.parquet"
    with LogWriter(path, CAMERA) as log:
        for entry in entries:
            log.append(entry)
    found = Coverage()
    for block in read_blocks(path):
        found.add(block)
    return found


def _refused(asked: Rule, coverage: Coverage) -> str:
    return refusal(asked, None, CAMERAS, {CAMERA: coverage}, {"car": 0.3, "smoke": 0.9})


def test_what_was_looked_for_often_enough_is_answered(tmp_path: Path) -> None:
    assert _refused(rule(confidence=0.4), _coverage(tmp_path, NETWORK)) == ""


def test_a_lower_confidence_than_the_networks_report_is_refused(tmp_path: Path) -> None:
    assert "nothing of car below 0.3" in _refused(rule(confidence=0.2), _coverage(tmp_path, NETWORK))


def test_the_confidence_that_a_rule_has_needs_no_answer(tmp_path: Path) -> None:
    asked, known = rule(confidence=0.2), {CAMERA: _coverage(tmp_path, NETWORK)}
    assert refusal(asked, asked, CAMERAS, known, {"car": 0.3}) == ""
    assert "nothing of car" in refusal(rule(confidence=0.19), asked, CAMERAS, known, {"car": 0.3})


def test_a_dwell_of_one_class_is_asked_about_like_that_of_all(tmp_path: Path) -> None:
    coverage = _coverage(tmp_path, NETWORK)
    short = replace(rule(dwell_s=60), dwell_by_class_ns={"car": coverage.interval_ns // 2})
    assert "no oftener" in _refused(short, coverage)


def test_a_moment_outside_the_log_is_not_held_by_it(tmp_path: Path) -> None:
    coverage = _coverage(tmp_path, NETWORK)
    assert coverage.since is not None
    assert coverage.holds(coverage.since)
    assert not coverage.holds(MediaNs(coverage.since - 1))


def test_a_lower_confidence_than_was_recorded_is_refused(tmp_path: Path) -> None:
    assert "holds no score below 0.50" in _refused(
        rule(confidence=0.35), _coverage(tmp_path, NETWORK, score=0.5, tracks=60)
    )


def test_a_class_that_no_network_knew_is_refused(tmp_path: Path) -> None:
    asked = rule(Condition.LOITERING)
    assert "no network that looked knows" in _refused(asked, _coverage(tmp_path, NETWORK))


def test_things_without_a_class_for_which_nobody_looked_are_refused(tmp_path: Path) -> None:
    assert "without a class" in _refused(rule(Condition.STATIC_OBJECT), _coverage(tmp_path, NETWORK))


def test_a_zone_of_which_a_part_was_never_looked_at_is_refused(tmp_path: Path) -> None:
    half = replace(NETWORK, region=(0.0, 0.0, 0.5, 1.0))
    other = replace(NETWORK, region=(0.5, 0.0, 1.0, 1.0))
    assert "50 % of the zone lane was never looked at" in _refused(rule(), _coverage(tmp_path, half))
    assert _refused(rule(), _coverage(tmp_path, half, other)) == ""


def test_a_dwell_shorter_than_the_time_between_looks_is_refused(tmp_path: Path) -> None:
    assert "every 2s, no oftener" in _refused(rule(dwell_s=1.5), _coverage(tmp_path, NETWORK))
    assert _refused(rule(dwell_s=2.0), _coverage(tmp_path, NETWORK)) == ""


def test_a_rule_about_moments_is_refused_where_looks_are_seconds_apart(tmp_path: Path) -> None:
    asked = replace(rule(Condition.LINE_CROSSING, dwell_s=0), classes=frozenset({"car"}), zones_by_camera={CAMERA: ()})
    assert "the rule needs every moment" in _refused(asked, _coverage(tmp_path, NETWORK))
    assert _refused(asked, _coverage(tmp_path, NETWORK, every_s=0.2)) == ""


def test_camera_days_leave_out_what_was_not_watched(tmp_path: Path) -> None:
    looks = [observation(t_s) for t_s in times(3600, 2)]
    later = [observation(t_s) for t_s in times(7200 + 3600, 2, 7200)]
    blind = [Gap(at(11_000), at(10_801), is_open=True, cause=GapCause.COVERED)]
    found = _read(tmp_path, [*looks, *later, *blind])
    assert found.camera_days == pytest.approx(2 / 24)
