import re
from pathlib import Path

import pytest

from pipeline.config.area import PictureShare
from pipeline.config.catalogue import Condition, EventPer, StaticUse
from pipeline.config.catalogue_file import load_catalogue
from pipeline.errors import ConfigError
from pipeline.resources import data_folder
from tests.config.site_files import SITE, load, write_site

PER_OBJECT = {
    "illegal_parking", "muck_truck", "line_crossing", "wrong_way", "dog_unleashed", "ebike_forbidden", "loitering",
}  # fmt: skip

STANDS = {
    "street_vendor": (Condition.GROUP, StaticUse.ON, 120),
    "shop_overflow": (Condition.STATIONARY, StaticUse.ON, 300),
    "fire_lane_blocked": (Condition.STATIONARY, StaticUse.OFF, 60),
    "illegal_parking": (Condition.STATIONARY, StaticUse.NEVER, 180),
    "nonmotor_parking": (Condition.STATIONARY, StaticUse.NEVER, 300),
    "construction_waste": (Condition.STATIC_OBJECT, StaticUse.REQUIRED, 300),
    "material_pile": (Condition.PILE, StaticUse.REQUIRED, 600),
    "exposed_garbage": (Condition.STATIONARY, StaticUse.NEVER, 120),
    "bin_overflow": (Condition.STATIONARY, StaticUse.NEVER, 300),
    "bin_missing": (Condition.ABSENCE, StaticUse.ON, 1800),
    "illegal_billboard": (Condition.STATIONARY, StaticUse.ON, 600),
    "drying_clothes": (Condition.STATIONARY, StaticUse.NEVER, 600),
    "water_logging": (Condition.COVERAGE, StaticUse.NEVER, 300),
    "manhole_damaged": (Condition.STATIONARY, StaticUse.NEVER, 60),
    "crowd_gathering": (Condition.CROWD, StaticUse.NEVER, 60),
    "object_removed": (Condition.ABSENCE, StaticUse.REQUIRED, 60),
    "street_lamp_out": (Condition.DARKNESS, StaticUse.NEVER, 1800),
    "camera_fault": (Condition.CAMERA_FAULT, StaticUse.NEVER, 10),
    "muck_truck": (Condition.APPEARANCE, StaticUse.NEVER, 0),
    "smoke_fire": (Condition.DRIFTING, StaticUse.NEVER, 3),
    "loitering": (Condition.LOITERING, StaticUse.NEVER, 120),
    "intrusion": (Condition.INTRUSION, StaticUse.NEVER, 1),
    "line_crossing": (Condition.LINE_CROSSING, StaticUse.NEVER, 0),
    "wrong_way": (Condition.WRONG_WAY, StaticUse.NEVER, 2),
    "dog_unleashed": (Condition.UNACCOMPANIED, StaticUse.NEVER, 5),
    "ebike_forbidden": (Condition.APPEARANCE, StaticUse.NEVER, 30),
    "illegal_umbrella": (Condition.STATIONARY, StaticUse.NEVER, 300),
    "bagged_garbage": (Condition.STATIONARY, StaticUse.ON, 600),
    "floating_debris": (Condition.COVERAGE, StaticUse.NEVER, 600),
    "bare_soil": (Condition.COVERAGE, StaticUse.NEVER, 1800),
}
"""What each algorithm stands on: condition, static objects, dwell in seconds."""


def test_the_catalogue_has_thirty_algorithms_and_sixteen_categories() -> None:
    catalogue = load_catalogue()

    assert (len(catalogue.algorithms), len(catalogue.categories)) == (30, 16)
    assert {key for key, found in catalogue.algorithms.items() if found.event_per is EventPer.OBJECT} == PER_OBJECT


def test_the_algorithms_of_this_version_stand_on_its_conditions() -> None:
    algorithms = {key: found for key, found in load_catalogue().algorithms.items() if found.condition is not None}

    assert {
        key: (found.condition, found.static, found.dwell_ns // 10**9) for key, found in algorithms.items()
    } == STANDS


def test_every_default_lies_within_its_bounds() -> None:
    for algorithm in load_catalogue().algorithms.values():
        bound = algorithm.bound_by_key["dwell"]
        assert bound.low <= algorithm.dwell_ns <= bound.high, algorithm.key


@pytest.mark.parametrize(
    ("change", "line", "expected"),
    [
        (
            ("[stall, goods]\n    required", "[stalls]\n    required"),
            62,
            "algorithms.street_vendor.classes[0]: 'stalls'",
        ),
        (("dwell: 120s", "dwell: soon"), 66, "algorithms.street_vendor.dwell: no duration"),
        (("dwell: [1s, 24h]", "dwell: [24h, 1s]"), 48, "bounds: dwell: the first above the second"),
    ],
)
def test_a_mistake_in_a_catalogue_is_told_at_its_line(
    tmp_path: Path, change: tuple[str, str], line: int, expected: str
) -> None:
    text = (data_folder("configs") / "catalogue.yaml").read_text(encoding="utf-8")
    file = tmp_path / "catalogue.yaml"
    file.write_text(text.replace(*change, 1), encoding="utf-8")

    with pytest.raises(ConfigError) as caught:
        load_catalogue(file)

    assert str(caught.value).startswith(f"{file}:{line}: {expected}")


@pytest.mark.parametrize(("said", "most"), [("", 0.5), ("max_area: 0.9", 0.9), ("max_area: 0.2", 0.2)])
def test_what_an_algorithm_says_of_the_size_holds_unless_a_rule_says_otherwise(
    said: str, most: float, tmp_path: Path
) -> None:
    rule = f"{{id: fire, algorithm: smoke_fire, zones: [lane], {said}}}"
    text = re.sub(r"rules:.*", f"rules: [{rule}]\n", SITE, flags=re.DOTALL)
    assert [one.max_area for one in load(write_site(tmp_path, text)).rules] == [PictureShare(most)]
