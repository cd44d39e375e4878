"""What zones ask by themselves, what rules say of some classes, and algorithms that a site makes itself."""

from pathlib import Path

import pytest

from pipeline.config.area import GroundArea, PictureShare
from pipeline.config.catalogue import Condition
from pipeline.observation import NS_PER_S, MediaNs
from pipeline.rules.conditions.registry import CONDITIONS
from tests.config.site_files import SITE, faults, fences, load, write_site
from tests.config.test_fence_mistakes import PATH, SQUARE, ring

CALIBRATED = """"frame": "image", "calibration": {"unit": "metres", "points": [
{"image": [0, 0], "ground": [0, 9]}, {"image": [1, 0], "ground": [9, 9]},
{"image": [1, 1], "ground": [9, 0]}, {"image": [0, 1], "ground": [0, 0]}]}"""


def test_a_zone_has_hours_in_the_sites_time_zone_and_sizes(tmp_path: Path) -> None:
    lane = ring(*SQUARE, schedule="22:00-06:00", min_area="0.5m2", max_area=0.3)
    site = load(write_site(tmp_path, gate=fences(lane, PATH, head=CALIBRATED)))

    [zone, plain] = site.cameras[0].geofence.zones
    assert (zone.min_area, zone.max_area) == (GroundArea(0.5), PictureShare(0.3))
    assert (plain.schedule, plain.min_area, plain.max_area) == (None, None, None)
    assert zone.schedule is not None
    midnight_in_shanghai = MediaNs(1_767_571_200 * NS_PER_S - 8 * 3600 * NS_PER_S)
    assert zone.schedule.is_open(midnight_in_shanghai)
    assert not zone.schedule.is_open(MediaNs(midnight_in_shanghai + 7 * 3600 * NS_PER_S))


def test_a_class_may_have_a_dwell_of_its_own(tmp_path: Path) -> None:
    text = SITE.replace("dwell: 60s", "dwell_by_class: {motor_vehicle: 90s, lorry: 30s}")
    rule = load(write_site(tmp_path, site=text)).rules[0]

    dwells_s = {name: rule.dwell_of(name) // NS_PER_S for name in ("car", "bus", "truck", "person")}
    assert dwells_s == {"car": 90, "bus": 90, "truck": 30, "person": 60}
    assert rule.shortest_dwell_ns == 30 * NS_PER_S


OWN = """
algorithms:
  "demo:own":
    title: {{zh: 自定义, en: Own}}
    fires_when: it is so
    dwell: 20s
    severity: info
    {more}
"""
PARTS = {
    Condition.STATIONARY: "{condition: stationary, classes: [kite], needs: [coco]}",
    Condition.PILE: "{condition: pile, static: required, needs: [static], params: {area: %s}}",
    Condition.COVERAGE: "{condition: coverage, classes: [water], needs: [water], params: {share: %s}}",
    Condition.CROWD: "{condition: crowd, classes: [dog], needs: [coco], params: {count: %s}}",
    Condition.ABSENCE: "{condition: absence, classes: [bench], needs: [coco], params: {belongs_s: %s}}",
    Condition.DARKNESS: "{condition: darkness, needs: [luma], params: {night: %s, dark: %s}}",
}
NUMBER = "{default: 2, low: 1, high: 9, text: a number}"


def own_site(text: str) -> str:
    parts = text.replace("%s", NUMBER).strip()[1:-1]
    lines, depth, begin = [], 0, 0
    for i, letter in enumerate(parts + ","):
        depth += (letter in "{[") - (letter in "}]")
        if letter == "," and depth == 0:
            lines.append(parts[begin:i].strip())
            begin = i + 1
    own = OWN.format(more="\n    ".join(lines))
    return SITE.replace("algorithm: fire_lane_blocked", 'algorithm: "demo:own"') + own


@pytest.mark.parametrize("condition", list(PARTS))
def test_a_site_makes_an_algorithm_of_its_own_on_each_condition(tmp_path: Path, condition: Condition) -> None:
    path = write_site(tmp_path, site=own_site(PARTS[condition]))

    assert faults(path) == []
    rule = load(path).rules[0]
    assert (rule.algorithm.key, rule.algorithm.condition) == ("demo:own", condition)
    assert condition in CONDITIONS


@pytest.mark.parametrize(
    ("text", "expected"),
    [
        ("{condition: coverage, classes: [water]}", "params: the condition coverage without share"),
        ("{condition: coverage, params: {share: %s}}", "the condition coverage without classes"),
        ("{condition: crowd, classes: [dog], params: {count: %s, a: %s}}", "params: the condition crowd knows no a"),
        ("{condition: pile, params: {area: %s}}", "the condition pile without static objects"),
        ("{condition: absence, params: {belongs_s: %s}}", "the condition absence without anything to miss"),
        ("{condition: darkness, params: {night: %s, dark: %s}}", "the condition darkness with other needs than"),
    ],
)  # fmt: skip
def test_what_a_condition_cannot_work_with_is_refused(tmp_path: Path, text: str, expected: str) -> None:
    told = faults(write_site(tmp_path, site=own_site(text)))

    assert any(expected in line for line in told), told
