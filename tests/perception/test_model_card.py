from pathlib import Path

import numpy as np
import pytest
from hypothesis import HealthCheck, given, settings
from hypothesis import strategies as st

from pipeline.errors import ConfigError, UsageError
from pipeline.perception.model_card import load_card
from pipeline.perception.registry import Registry
from tests.perception.networks import VOCABULARY, card_for, constant_network

TINY = constant_network(np.zeros((1, 2, 6), np.float32), (1, 3, 64, 64))
CHARACTERS = st.characters(codec="utf-8")


def test_classes_are_mapped_to_the_vocabulary_in_their_order(tmp_path: Path) -> None:
    card = card_for(tmp_path, TINY, "end_to_end", classes=["Lorry", "行人", "motorbike", "pickup"])
    assert card.classes == ("truck", "person", "motorcycle", "truck")


@pytest.mark.parametrize(
    ("changes", "fault"),
    [
        ({"layout": "yolov99"}, r":7: layout: no such layout \(got \"yolov99\", allowed: did you mean \"yolov8\"\?\)"),
        ({"sha256": "123"}, r":\d+: sha256: "),
        ({"file": "../elsewhere.onnx"}, r":\d+: file: "),
        ({"colour": "grey"}, r"input\.colour: no such choice \(got \"grey\", allowed: bgr, rgb\)"),
        ({"pixel_max": "2"}, r"input\.pixel_max: "),
        (
            {"width": "100"},
            r"input\.width: no whole number of cells \(got 100, allowed: multiples of each of the strides",
        ),
        ({"width": "wide"}, r"input\.width: wrong type \(got \"wide\""),
        ({"classes": "[]"}, r"classes: too few"),
        (
            {"classes": "[person, motorbke, tabel]"},
            r"classes\[1\]: 'motorbke'.*did you mean 'motorcycle'(.|\n)*\[2\]: 'tabel'",
        ),
        ({"nms_overlap": "1.5"}, r"nms_overlap: not allowed \(got 1\.5, allowed: at most 1"),
        ({"thresholds": "{car: 1.2}"}, r"thresholds\.car: not allowed \(got 1\.2, allowed: at most 1"),
        ({"thresholds": "{bus: 0.5}"}, r":\d+: thresholds\.bus: no class of this network \(got bus, allowed: "),
        ({"thresholds": "{buss: 0.5}"}, r"thresholds\.buss: 'buss': .*did you mean 'bus'"),
        ({"calibration": "{car: []}"}, r"calibration: car: no points \(.*allowed: \[score, share\] pairs"),
        ({"calibration": "{car: [[0.5, 0.4], [0.6, 0.3]]}"}, r"calibration: car: calibrated scores that fall"),
        ({"calibration": "{car: [[0.5, 0.4, 0.3]]}"}, r"calibration\.car\[0\]: "),
        ({"calibration": "{bus: [[0, 0], [1, 1]]}"}, r"calibration\.bus: no class of this network"),
        ({"nms_overlpa": "0.5"}, r"nms_overlpa: unknown key .* did you mean \"nms_overlap\""),
    ],
)
def test_a_faulty_card_is_refused_with_the_place(tmp_path: Path, changes: dict[str, str], fault: str) -> None:
    with pytest.raises(ConfigError, match=fault) as caught:
        card_for(tmp_path, TINY, "end_to_end", changes=changes)
    assert "Value error" not in str(caught.value)


def test_scores_are_by_class_in_the_vocabulary_s_words(tmp_path: Path) -> None:
    changes = {"thresholds": "{lorry: 0.4}", "calibration": "{行人: [[0, 0], [1, 0.9]]}"}
    card = card_for(tmp_path, TINY, "end_to_end", changes=changes)
    assert card.thresholds == {"truck": 0.4}
    assert card.calibration == {"person": ((0.0, 0.0), (1.0, 0.9))}


def test_strides_that_do_not_rise_are_refused(tmp_path: Path) -> None:
    card_for(tmp_path, TINY, "end_to_end")
    path = tmp_path / "tiny.yaml"
    path.write_text(path.read_text() + "  strides: [32, 16]\n")
    with pytest.raises(ConfigError, match=r"input\.strides: no levels: \[32, 16\] .*allowed: rising numbers"):
        load_card(path, VOCABULARY)


def test_a_card_that_is_no_card_is_refused(tmp_path: Path) -> None:
    for content in (b"", b"- a\n", b"\xff\xfe", b"a: &x [1]\nb: [*y]", b"[" * 10_000):
        (tmp_path / "bad.yaml").write_bytes(content)
        with pytest.raises(ConfigError, match=r"bad\.yaml"):
            load_card(tmp_path / "bad.yaml", VOCABULARY)
    with pytest.raises(ConfigError, match="no such file"):
        load_card(tmp_path / "absent.yaml", VOCABULARY)


@settings(deadline=None, max_examples=60, suppress_health_check=[HealthCheck.function_scoped_fixture])
@given(at=st.integers(0, 400), length=st.integers(0, 30), text=st.text(CHARACTERS, max_size=20))
def test_no_change_of_a_card_leads_to_anything_but_a_card_or_its_faults(
    tmp_path: Path, at: int, length: int, text: str
) -> None:
    card_for(tmp_path, TINY, "end_to_end")
    path = tmp_path / "tiny.yaml"
    whole = path.read_text(encoding="utf-8")
    path.write_text(whole[:at] + text + whole[at + length :], encoding="utf-8")
    try:
        load_card(path, VOCABULARY)
    except ConfigError as error:
        assert error.faults  # noqa: PT017  # either outcome is right


def test_the_registry_finds_cards_by_name_and_by_path(tmp_path: Path) -> None:
    card_for(tmp_path, TINY, "end_to_end")
    registry = Registry(tmp_path, VOCABULARY)
    assert registry.names() == ("tiny",)
    assert registry.card("tiny", Path("/nowhere")) == registry.card("tiny.yaml", tmp_path)


@pytest.mark.parametrize(("name", "hint"), [("tiyn", "did you mean 'tiny'"), ("qqqq", "there are: tiny")])
def test_an_unknown_network_is_refused_with_those_there_are(tmp_path: Path, name: str, hint: str) -> None:
    card_for(tmp_path, TINY, "end_to_end")
    with pytest.raises(UsageError, match=rf"model {name!r}: no such network .*{hint}"):
        Registry(tmp_path, VOCABULARY).card(name, tmp_path)


def test_every_shipped_card_is_sound_and_says_whose_the_network_is() -> None:
    registry = Registry.shipped(VOCABULARY)
    assert "yolov8n" in registry.names()
    for name in registry.names():
        card = registry.card(name, Path())
        assert card.licence
        assert card.source
        assert card.onnx.is_file()
