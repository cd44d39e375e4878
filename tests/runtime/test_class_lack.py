"""A rule must not wait for what no network can tell."""

from dataclasses import replace

from pipeline.config.resolved import Place
from pipeline.rules.conditions.registry import CONDITIONS
from pipeline.runtime.class_lack import lack_of_algorithm, lack_of_classes, provider_of
from tests.rules.scenes import CATALOGUE, catalogued

COCO = frozenset({"person", "car", "truck", "bicycle", "umbrella", "bench"})
INSTALLED = {"yolov8n": COCO, "city": frozenset({"garbage", "garbage_bin", "overflow"})}
PLACE = Place("site.yaml", 7, "rules[0]", {"classes": 9})


def test_what_no_network_of_the_site_knows_is_refused_with_what_would_provide_it() -> None:
    [fault] = lack_of_classes(
        [replace(catalogued("exposed_garbage"), place=PLACE)], {"yolov8n": COCO}, INSTALLED
    ).faults

    assert str(fault) == (
        "site.yaml:9: rules[0].classes: exposed_garbage needs garbage; the network yolov8n knows it not "
        "(the installed network city knows garbage)"
    )


def test_a_specialist_that_knows_it_is_enough() -> None:
    lack = lack_of_classes([catalogued("exposed_garbage"), catalogued("crowd_gathering")], INSTALLED, INSTALLED)

    assert (lack.faults, lack.warnings) == ((), ())


def test_without_the_class_things_without_a_class_are_enough_and_it_is_told() -> None:
    lack = lack_of_classes([replace(catalogued("illegal_billboard"), place=PLACE)], {"yolov8n": COCO}, INSTALLED)

    assert not lack.faults
    [warning] = lack.warnings
    assert "none of these: billboard; illegal_billboard has only things without a class to go by" in warning.text


def test_without_them_the_class_is_needed() -> None:
    rule = catalogued("illegal_billboard")
    alone = replace(rule, include_static=False, classes=frozenset({"billboard"}))

    assert lack_of_classes([alone], {"yolov8n": COCO}, INSTALLED).faults


def test_what_always_takes_part_must_be_known() -> None:
    lack = lack_of_classes([catalogued("street_vendor")], {"things": COCO - {"person"}}, INSTALLED)

    assert [fault.text.split(";")[0] for fault in lack.faults] == ["street_vendor needs person"]


def test_two_networks_are_named_both() -> None:
    lack = lack_of_classes([catalogued("water_logging")], INSTALLED, INSTALLED)

    assert [fault.text for fault in lack.faults] == [
        (
            "water_logging needs water; the networks yolov8n, city know it not "
            "(no installed network knows it either; one of your own may, see models/README.md)"
        )
    ]
    assert provider_of(["garbage", "bare_soil"], INSTALLED) == "the installed network city knows garbage"


def test_no_algorithm_that_looks_at_no_class_lacks_one() -> None:
    plain = [one for one in CATALOGUE.algorithms.values() if one.condition in CONDITIONS and not one.classes]

    assert [one.key for one in plain if lack_of_algorithm(one, frozenset())] == []
