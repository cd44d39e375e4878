"""How often a camera is looked at."""

import json
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


@pytest.mark.parametrize(
    ("algorithm", "every_moment"),
    [
        ("line_crossing, zones: {category: waterfront}", True),
        ("wrong_way, zones: {category: nonmotor_lane}", True),
        ("intrusion, zones: {category: fire_lane}", True),
        ("intrusion, zones: {category: fire_lane}, dwell: 30s", False),
        ("muck_truck, zones: {category: fire_lane}", True),
        ("ebike_forbidden, zones: {category: fire_lane}", False),
        ("loitering, zones: {category: fire_lane}", False),
        ("dog_unleashed, zones: {category: fire_lane}", False),
    ],
)
def test_what_is_over_within_a_moment_is_looked_at_every_moment(
    tmp_path: Path,
    algorithm: str,
    every_moment: bool,  # noqa: FBT001 - a table
) -> None:
    line = {"type": "LineString", "coordinates": [[0.1, 0.5], [0.9, 0.5]]}
    lane = {"type": "Polygon", "coordinates": [[[0, 0], [1, 0], [1, 1]]]}
    fence = json.loads(FENCE)
    for zone_id, category, geometry in (("edge", "waterfront", line), ("way", "nonmotor_lane", lane)):
        properties = {"id": zone_id, "category": category, "direction": 90}
        fence["features"].append({"type": "Feature", "properties": properties, "geometry": geometry})
    (tmp_path / "gate.geojson").write_text(json.dumps(fence), encoding="utf-8")
    (tmp_path / "gate.mp4").touch()
    camera = "cameras:\n  - {id: a, source: gate.mp4, geofence: gate.geojson}\n"
    path = tmp_path / "site.yaml"
    rules = f"rules:\n  - {{id: r, algorithm: {algorithm}}}\n"
    path.write_text(f"site: {{id: s, name: s, timezone: UTC}}\n{camera}{rules}", encoding="utf-8")
    site = load_site(path, {})

    need = need_of(site.rules, CameraId("a"))

    assert need.every_moment is every_moment
    assert (need.interval_ns == nanoseconds(0.2)) is every_moment


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
