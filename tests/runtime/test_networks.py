"""A site's networks: who answers for what, which scores count, and where each looks."""

from collections.abc import Mapping
from dataclasses import replace
from pathlib import Path

import pytest

from pipeline.config.load import load_site
from pipeline.config.resolved import Site
from pipeline.errors import ConfigError, ModelError
from pipeline.perception.detections import Detections, Picture, ScriptedDetector
from pipeline.perception.network_eye import EyeSettings
from pipeline.perception.specialist import Specialist
from pipeline.runtime.eyes import wanted_of
from pipeline.runtime.networks import ALONE, Beside, load_beside, read_networks, serving, with_scores
from tests.runtime.standing_car import FENCE, VOCABULARY
from tests.runtime.two_networks import write_card

RULES = """\
rules:
  - {id: lane, algorithm: fire_lane_blocked, zones: {category: fire_lane}}
  - {id: waste, algorithm: fire_lane_blocked, zones: {category: fire_lane}, cameras: [b], classes: [garbage, car]}
"""


def site_of(folder: Path, networks: str, rules: str = RULES) -> Site:
    """A site with the cameras a and b and these lines about networks."""
    (folder / "gate.geojson").write_text(FENCE, encoding="utf-8")
    (folder / "gate.mp4").touch()
    path = folder / "site.yaml"
    cameras = "".join(f"  - {{id: {name}, source: gate.mp4, geofence: gate.geojson}}\n" for name in "ab")
    path.write_text(f"site: {{id: s}}\n{networks}cameras:\n{cameras}{rules}", encoding="utf-8")
    return load_site(path, {})


def write_cards(folder: Path, changes: Mapping[str, str] | None = None) -> None:
    """The first network knows car and person, `city` garbage, manhole and car."""
    write_card(folder, "first", ("car", "person"))
    write_card(folder, "city", ("garbage", "manhole", "car"), changes=changes or {})


BOTH = "detector: {model: first.yaml}\nspecialists: [{model: city.yaml, every: 10s}]\n"


def test_the_first_network_that_knows_a_class_answers_for_it(tmp_path: Path) -> None:
    write_cards(tmp_path)
    site = site_of(tmp_path, BOTH)
    networks = read_networks(site, VOCABULARY)
    assert [(one.card.name, sorted(one.classes), one.every_s) for one in networks] == [
        ("first", ["car", "person"], 0.0),
        ("city", ["garbage", "manhole"], 10.0),
    ]
    waste = next(rule for rule in site.rules if rule.id == "waste")
    assert serving(waste, networks) == {"first": {"car"}, "city": {"garbage"}}
    (specialist,) = load_beside(site, networks).specialists
    assert specialist.detector.classes == {"garbage", "manhole"}


def test_a_specialist_looks_only_where_rules_need_what_it_alone_knows(tmp_path: Path) -> None:
    write_cards(tmp_path)
    site = site_of(tmp_path, BOTH)
    beside = load_beside(site, read_networks(site, VOCABULARY))
    a, b = site.cameras
    assert wanted_of(site.rules, a, beside) == {}
    assert list(wanted_of(site.rules, b, beside)[""]) == ["city"]
    off = [replace(rule, enabled=False) for rule in site.rules]
    assert wanted_of(off, b, beside) == {}
    assert wanted_of(site.rules, b, ALONE) == {}


@pytest.mark.parametrize(
    ("networks", "rule", "expected"),
    [
        pytest.param("", "", {"garbage": 0.45, "manhole": 0.3}, id="the card, where nobody says anything"),
        pytest.param(", confidence: 0.6", "", {"garbage": 0.6, "manhole": 0.6}, id="the specialist's entry"),
        pytest.param("", ", confidence: 0.7", {"garbage": 0.7, "manhole": 0.7}, id="the rule"),
        pytest.param(", confidence: 0.6", ", confidence: 0.7", {"garbage": 0.7, "manhole": 0.7}, id="the rule first"),
    ],
)
def test_whose_word_counts_on_scores(tmp_path: Path, networks: str, rule: str, expected: dict[str, float]) -> None:
    write_cards(tmp_path, {"thresholds": "{garbage: 0.45}"})
    rules = RULES.replace("[garbage, car]", f"[garbage, manhole, car]{rule}")
    site = site_of(tmp_path, BOTH.replace(", every", f"{networks}, every"), rules)
    known = with_scores(site, read_networks(site, VOCABULARY))
    waste = next(one for one in known.rules if one.id == "waste")
    assert {name: waste.least_score(name) for name in expected} == expected
    assert waste.least_score("car") == (0.7 if rule else 0.3)


@pytest.mark.parametrize(
    ("detector", "expected"),
    [("{model: first.yaml}", 0.2), ("{model: first.yaml, confidence: 0.35}", 0.35)],
)
def test_the_first_network_goes_by_its_card_where_the_site_gives_no_score(
    tmp_path: Path, detector: str, expected: float
) -> None:
    write_card(tmp_path, "first", ("car", "person"), changes={"thresholds": "{car: 0.2}"})
    site = site_of(tmp_path, f"detector: {detector}\n", RULES.splitlines()[0] + "\n" + RULES.splitlines()[1] + "\n")
    networks = read_networks(site, VOCABULARY)
    assert with_scores(site, networks).rules[0].least_score("car") == expected
    assert load_beside(site, networks).confidence_by_class == ({"car": 0.2} if expected == 0.2 else {})


def test_rules_that_gain_nothing_from_a_card_stay_the_same(tmp_path: Path) -> None:
    write_cards(tmp_path)
    site = site_of(tmp_path, "detector: {model: first.yaml}\n", RULES.replace(", classes: [garbage, car]", ""))
    assert with_scores(site, read_networks(site, VOCABULARY)).rules == site.rules


def test_every_network_that_is_not_there_is_told_where_it_is_written(tmp_path: Path) -> None:
    site = site_of(tmp_path, "detector: {model: yolov8m}\nspecialists:\n  - {model: city.yaml, every: 10s}\n")
    with pytest.raises(ConfigError) as failure:
        read_networks(site, VOCABULARY)
    first, second = str(failure.value).splitlines()
    assert f"{site.path}:2: detector.model: unknown network" in first
    assert f"{site.path}:4: specialists[0].model: no such card" in second


def test_two_cards_of_one_name_are_refused(tmp_path: Path) -> None:
    write_cards(tmp_path)
    (tmp_path / "more").mkdir()
    write_card(tmp_path / "more", "city", ("smoke",))
    more = BOTH.replace("}]", "}, {model: more/city.yaml, every: 10s}]")
    with pytest.raises(ConfigError, match=r"specialists\[1\]\.model: network given twice \(got city"):
        read_networks(site_of(tmp_path, more), VOCABULARY)


def test_a_specialist_whose_file_does_not_fit_its_card_is_refused(tmp_path: Path) -> None:
    write_cards(tmp_path)
    (tmp_path / "city.onnx").write_bytes(b"another network")
    site = site_of(tmp_path, BOTH)
    with pytest.raises(ModelError, match=r"city: .*damaged"):
        load_beside(site, read_networks(site, VOCABULARY))


def test_each_camera_sees_the_networks_through_eyes_of_its_own() -> None:
    def nothing(picture: Picture) -> Detections:
        del picture
        return Detections.none()

    shared, mine = ScriptedDetector(nothing), ScriptedDetector(nothing)
    beside = Beside((Specialist(shared, EyeSettings(0.3), 10.0),), {"car": 0.4})
    seen = beside.seen_by({"scripted": mine}.__getitem__)
    assert [one.detector for one in seen.specialists] == [mine]
    assert (seen.specialists[0].every_s, seen.confidence_by_class) == (10.0, {"car": 0.4})
