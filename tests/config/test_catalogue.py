from pathlib import Path

import pytest

from pipeline.config.catalogue import Condition, EventPer, StaticUse
from pipeline.config.catalogue_file import load_catalogue
from pipeline.errors import ConfigError
from pipeline.resources import data_folder

PER_OBJECT = {
    "illegal_parking", "muck_truck", "line_crossing", "wrong_way", "dog_unleashed", "ebike_forbidden", "loitering",
}  # fmt: skip


def test_the_catalogue_has_thirty_algorithms_and_sixteen_categories() -> None:
    catalogue = load_catalogue()

    assert (len(catalogue.algorithms), len(catalogue.categories)) == (30, 16)
    assert {key for key, found in catalogue.algorithms.items() if found.event_per is EventPer.OBJECT} == PER_OBJECT


def test_the_algorithms_of_this_version_stand_on_its_conditions() -> None:
    algorithms = {key: found for key, found in load_catalogue().algorithms.items() if found.condition is not None}

    assert {key: (found.condition, found.static, found.dwell_ns // 10**9) for key, found in algorithms.items()} == {
        "street_vendor": (Condition.GROUP, StaticUse.ON, 120),
        "fire_lane_blocked": (Condition.STATIONARY, StaticUse.OFF, 60),
        "illegal_parking": (Condition.STATIONARY, StaticUse.NEVER, 180),
        "construction_waste": (Condition.STATIC_OBJECT, StaticUse.REQUIRED, 300),
        "muck_truck": (Condition.APPEARANCE, StaticUse.NEVER, 0),
        "smoke_fire": (Condition.DRIFTING, StaticUse.NEVER, 3),
        "loitering": (Condition.LOITERING, StaticUse.NEVER, 120),
        "intrusion": (Condition.INTRUSION, StaticUse.NEVER, 1),
        "line_crossing": (Condition.LINE_CROSSING, StaticUse.NEVER, 0),
        "wrong_way": (Condition.WRONG_WAY, StaticUse.NEVER, 2),
        "dog_unleashed": (Condition.UNACCOMPANIED, StaticUse.NEVER, 5),
        "ebike_forbidden": (Condition.APPEARANCE, StaticUse.NEVER, 30),
        "camera_fault": (Condition.CAMERA_FAULT, StaticUse.NEVER, 10),
    }


def test_every_default_lies_within_its_bounds() -> None:
    for algorithm in load_catalogue().algorithms.values():
        bound = algorithm.bound_by_key["dwell"]
        assert bound.low <= algorithm.dwell_ns <= bound.high, algorithm.key


@pytest.mark.parametrize(
    ("change", "line", "expected"),
    [
        (
            ("[stall, goods]\n    required", "[stalls]\n    required"),
            53,
            "algorithms.street_vendor.classes[0]: 'stalls'",
        ),
        (("dwell: 120s", "dwell: soon"), 57, "algorithms.street_vendor.dwell: no duration"),
        (("dwell: [1s, 24h]", "dwell: [24h, 1s]"), 39, "bounds: dwell: the first above the second"),
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
