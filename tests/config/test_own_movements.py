"""Algorithms of a site's own on the conditions about movement and appearance."""

from pathlib import Path

import pytest

from pipeline.config.catalogue import Condition, EventPer
from pipeline.config.resolved import Rule
from pipeline.observation import nanoseconds
from tests.config.site_files import GATE, SITE, faults, fences, load, square, write_site
from tests.config.test_fence_mistakes import ring

LINE = ring((0.1, 0.5), (0.9, 0.5), kind="LineString", id="edge", category="waterfront", direction=180)
LANE = ring((0.1, 0.1), (0.9, 0.1), (0.9, 0.9), id="way", category="nonmotor_lane", direction=90)
FENCES = fences(square("lane", "fire_lane"), square("path", "sidewalk"), LINE, LANE)
OWN = """\
algorithms:
  "demo:own":
    title: {{zh: 自定义, en: Of our own}}
    fires_when: something of our own happens
    condition: {condition}
    classes: [{classes}]
    needs: [coco]
    dwell: 2s
    severity: major
    event_per: object{more}
rules:
  - {{id: own, algorithm: "demo:own", zones: [{zone}]}}
"""


def own_rule(folder: Path, condition: str, classes: str, zone: str, more: str = "") -> Rule:
    written = OWN.format(condition=condition, classes=classes, zone=zone, more=f"\n    {more}" if more else "")
    site = load(write_site(folder, SITE.replace("rules:\n", written), gate=FENCES))
    return next(one for one in site.rules if one.id == "own")


@pytest.mark.parametrize(
    ("condition", "classes", "zone"),
    [
        ("appearance", "kite", "lane"),
        ("drifting", "smoke", "lane"),
        ("intrusion", "boat", "lane"),
        ("loitering", "dog", "lane"),
        ("line_crossing", "sports_ball", "edge"),
        ("wrong_way", "skateboard", "way"),
        ("unaccompanied", "horse, person", "lane"),
    ],
)
def test_a_site_may_build_on_each_condition(tmp_path: Path, condition: str, classes: str, zone: str) -> None:
    rule = own_rule(tmp_path, condition, classes, zone)

    assert (rule.algorithm.condition, rule.event_per) == (Condition(condition), EventPer.OBJECT)
    assert rule.classes == set(classes.split(", "))
    assert rule.dwell_ns == nanoseconds(2)


def test_an_own_algorithm_brings_its_own_numbers(tmp_path: Path) -> None:
    more = "params: {lengths: {default: 3, low: 1, high: 9, text: own lengths}}"

    assert own_rule(tmp_path, "wrong_way", "skateboard", "way", more).params == {"lengths": 3}


def test_an_own_algorithm_on_lines_wants_lines(tmp_path: Path) -> None:
    written = OWN.format(condition="line_crossing", classes="kite", zone="lane", more="")

    assert faults(write_site(tmp_path, SITE.replace("rules:\n", written), gate=GATE)) == [
        'site.yaml:23: rules[0].zones[0]: an area (got "lane", allowed: a LineString)'
    ]
