"""How often a camera is looked at."""

from pathlib import Path

import pytest

from pipeline.config.load import load_site
from pipeline.observation import CameraId, nanoseconds, seconds
from pipeline.runtime.need import LONGEST_IDLE_NS, Need, need_of, plan
from tests.runtime.standing_car import FENCE

_RULE = "  - {{id: rule-{n}, algorithm: fire_lane_blocked, zones: {{category: fire_lane}}, {extra}}}\n"


def interval_s(folder: Path, *rules: str, camera: str = "a") -> float:
    """Seconds between two looks at a camera of a site with these rules."""
    (folder / "gate.geojson").write_text(FENCE, encoding="utf-8")
    (folder / "gate.mp4").touch()
    cameras = "".join(f"  - {{id: {name}, source: gate.mp4, geofence: gate.geojson}}\n" for name in "ab")
    written = "".join(_RULE.format(n=n, extra=extra) for n, extra in enumerate(rules))
    path = folder / "site.yaml"
    path.write_text(f"site: {{id: s, name: s, timezone: UTC}}\ncameras:\n{cameras}rules:\n{written}", encoding="utf-8")
    return seconds(need_of(load_site(path, {}).rules, CameraId(camera)).interval_ns)


@pytest.mark.parametrize(
    ("dwell", "expected_s"),
    [("1s", 0.5), ("8s", 0.5), ("16s", 1.0), ("24s", 1.5), ("32s", 2.0), ("60s", 2.0), ("30m", 2.0)],
)
def test_a_dwell_is_watched_by_sixteen_looks_within_bounds(tmp_path: Path, dwell: str, expected_s: float) -> None:
    assert interval_s(tmp_path, f"dwell: {dwell}") == expected_s


def test_the_most_impatient_rule_sets_the_pace(tmp_path: Path) -> None:
    assert interval_s(tmp_path, "dwell: 60s", "dwell: 16s", "dwell: 30s") == 1.0


def test_a_rule_that_is_off_or_looks_at_another_camera_sets_no_pace(tmp_path: Path) -> None:
    rules = ("dwell: 60s", "dwell: 16s, enabled: false", "dwell: 20s, cameras: [b]")
    assert interval_s(tmp_path, *rules, camera="a") == 2.0
    assert interval_s(tmp_path, *rules, camera="b") == 1.25


def test_a_camera_without_rules_is_looked_at_now_and_then(tmp_path: Path) -> None:
    assert interval_s(tmp_path, "dwell: 16s, cameras: [b]", camera="a") == 2.0


def test_keyframes_suffice_where_they_come_as_often_as_looks_are_needed() -> None:
    assert plan(Need(nanoseconds(2)), nanoseconds(2), is_idle=False).keyframes_only
    assert not plan(Need(nanoseconds(1.25)), nanoseconds(2), is_idle=False).keyframes_only


@pytest.mark.parametrize("key_s", [2.0, 3.0, 4.0])
def test_an_idle_camera_is_looked_at_by_its_keyframes_up_to_four_seconds_apart(key_s: float) -> None:
    now = plan(Need(nanoseconds(0.5)), nanoseconds(key_s), is_idle=True)
    assert now.keyframes_only
    assert seconds(now.interval_ns) == key_s


def test_keyframes_too_far_apart_are_no_way_to_watch_even_an_idle_camera() -> None:
    now = plan(Need(nanoseconds(2)), LONGEST_IDLE_NS + nanoseconds(1), is_idle=True)
    assert not now.keyframes_only
    assert seconds(now.interval_ns) == 2.0


def test_a_rule_that_needs_every_moment_has_it_while_nothing_is_going_on() -> None:
    now = plan(Need(nanoseconds(0.2), every_moment=True), nanoseconds(2), is_idle=True)
    assert not now.keyframes_only
    assert seconds(now.interval_ns) == 0.2
