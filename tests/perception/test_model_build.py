import os
import zipfile
from dataclasses import replace
from hashlib import sha256
from importlib.util import find_spec
from pathlib import Path

import numpy as np
import pytest

from pipeline.errors import ModelError
from pipeline.perception.model_build import _updated, build, replace_file
from pipeline.perception.model_card import BuildRecipe, ModelCard, load_card
from pipeline.perception.model_programs import checked_weights
from pipeline.perception.registry import Registry
from tests.perception.networks import VOCABULARY, card_for, constant_network

TINY = constant_network(np.zeros((1, 1, 6), np.float32), (1, 3, 64, 64))
HAS_TRAIN = all(find_spec(module) is not None for module in ("ultralytics", "torch", "onnx"))


def default_card() -> ModelCard:
    return Registry.shipped(VOCABULARY).card("yolov8n", Path())


def unexpected(step: str) -> None:
    raise AssertionError(step)


def test_a_network_without_a_recipe_cannot_be_built(tmp_path: Path) -> None:
    with pytest.raises(ModelError, match=r"^tiny: cannot be built: its card has no `build`$"):
        build(card_for(tmp_path, TINY, "end_to_end"), {}, unexpected)


@pytest.mark.skipif(HAS_TRAIN, reason="the extra train is installed")
def test_without_the_extra_it_is_told_what_to_install() -> None:
    with pytest.raises(
        ModelError, match=r"needs the extra `train`: pip install 'smart-alert\[train\]' \(missing: .*torch"
    ):
        build(default_card(), {}, unexpected)


@pytest.mark.long
@pytest.mark.skipif(not HAS_TRAIN, reason="the extra train is not installed")
def test_a_build_from_the_same_versions_gives_the_committed_bytes(tmp_path: Path) -> None:
    shipped = default_card()
    path = tmp_path / "yolov8n.yaml"
    path.write_bytes(shipped.path.read_bytes())
    built = build(load_card(path, VOCABULARY), os.environ, lambda _: None)
    again = load_card(path, VOCABULARY)
    assert again.sha256 == built.sha256 == sha256(again.onnx.read_bytes()).hexdigest()
    assert built.is_same == (built.sha256 == shipped.sha256)
    if built.built_with == shipped.built_with:
        assert built.is_same


def wheel(folder: Path, content: bytes) -> Path:
    path = folder / "some.whl"
    with zipfile.ZipFile(path, "w") as archive:
        archive.writestr("some/weights.pt", content)
    return path


def recipe(path: str, content: bytes) -> BuildRecipe:
    return BuildRecipe(package="some==1.0", weights=path, weights_sha256=sha256(content).hexdigest(), opset=17)


def test_weights_are_taken_only_with_the_right_checksum(tmp_path: Path) -> None:
    there = wheel(tmp_path, b"weights")
    assert checked_weights("some", recipe("some/weights.pt", b"weights"), there) == b"weights"
    with pytest.raises(ModelError, match=r"^some: some/weights\.pt: got sha256 [0-9a-f]{64}, expected [0-9a-f]{64}$"):
        checked_weights("some", recipe("some/weights.pt", b"other"), there)
    with pytest.raises(ModelError, match=r"^some: some==1\.0: holds no some/absent\.pt"):
        checked_weights("some", recipe("some/absent.pt", b"weights"), there)
    there.write_bytes(b"no zip")
    with pytest.raises(ModelError, match=r"holds no some/weights\.pt"):
        checked_weights("some", recipe("some/weights.pt", b"weights"), there)


def test_the_card_gets_its_two_lines_and_keeps_the_rest(tmp_path: Path) -> None:
    shipped = default_card()
    path = tmp_path / "yolov8n.yaml"
    path.write_text(_updated(shipped, "0" * 64, "torch 9.9"), encoding="utf-8")
    changed = load_card(path, VOCABULARY)
    assert (changed.sha256, changed.built_with) == ("0" * 64, "torch 9.9")
    assert changed == replace(
        shipped, path=path, onnx=tmp_path / "yolov8n.onnx", sha256="0" * 64, built_with="torch 9.9"
    )
    assert path.read_text(encoding="utf-8").count("#") == shipped.path.read_text(encoding="utf-8").count("#")


def test_a_file_is_replaced_whole_and_a_failure_leaves_nothing_behind(tmp_path: Path) -> None:
    target = tmp_path / "network.onnx"
    target.write_bytes(b"old")
    replace_file(target, b"new")
    assert target.read_bytes() == b"new"
    taken = tmp_path / "taken"
    (taken / "inside").mkdir(parents=True)
    with pytest.raises(OSError, match="taken"):
        replace_file(taken, b"new")
    assert sorted(path.name for path in tmp_path.iterdir()) == ["network.onnx", "taken"]
