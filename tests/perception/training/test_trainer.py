"""The trainer's own parts, and a training of a minute (both need the extra `train`)."""

import json
import subprocess
import sys
from importlib.util import find_spec
from pathlib import Path

import cv2
import numpy as np
import pytest

from pipeline.perception.registry import Registry
from tests.cli.shell import smart_alert
from tests.perception.networks import VOCABULARY

pytestmark = [
    pytest.mark.long,
    pytest.mark.timeout(900),
    pytest.mark.skipif(
        any(find_spec(module) is None for module in ("ultralytics", "torch", "onnx")),
        reason="the extra train is not installed",
    ),
]
_LOSS = """
import json, torch
from pipeline.perception.training.trainer import KnownClassesLoss
loss = KnownClassesLoss({"street": torch.tensor([1.0, 0.0]), "blaze": torch.tensor([1.0, 1.0])})
loss.attend(["/x/street/images/1.jpg", "/x/blaze/images/2.jpg"])
print(json.dumps(loss(torch.zeros(2, 3, 2), torch.ones(2, 3, 2)).sum(1).tolist()))
"""


def test_a_picture_teaches_nothing_of_classes_that_its_folder_does_not_tell_of() -> None:
    done = subprocess.run([sys.executable, "-c", _LOSS], capture_output=True, text=True, check=True)
    street, blaze = json.loads(done.stdout)
    assert street[0] == pytest.approx(3 * np.log(2))
    assert street[1] == 0
    assert blaze == pytest.approx([3 * np.log(2)] * 2)


_MEAN = """
import sys, torch
from pathlib import Path
from pipeline.perception.training.averaging import average
folder = Path(sys.argv[1])
for name, weight in (("a", 1.0), ("b", 3.0)):
    layer = torch.nn.Linear(1, 1)
    torch.nn.init.constant_(layer.weight, weight)
    torch.save({"model": torch.nn.Linear(1, 1), "ema": layer, "epoch": name}, folder / f"{name}.pt")
average([folder / "a.pt", folder / "b.pt"], folder / "mean.pt")
mean = torch.load(folder / "mean.pt", weights_only=False)
print(float(mean["model"].weight), mean["ema"], mean["epoch"])
"""


def test_the_mean_of_two_rounds_is_of_what_the_trainer_kept_of_each(tmp_path: Path) -> None:
    done = subprocess.run([sys.executable, "-c", _MEAN, str(tmp_path)], capture_output=True, text=True, check=True)
    assert done.stdout.split() == ["2.0", "None", "b"]


def _write_squares(folder: Path, n: int, colour: tuple[int, int, int], seed: int) -> None:
    """Pictures with one square each, the only thing that there is to learn."""
    rng = np.random.default_rng(seed)
    for part, many in (("train", n), ("valid", n // 4)):
        (folder / part / "images").mkdir(parents=True)
        (folder / part / "labels").mkdir()
        for number in range(many):
            picture = rng.integers(60, 140, (96, 128, 3)).astype(np.uint8)
            left, top, side = (int(rng.integers(4, 70)), int(rng.integers(4, 40)), int(rng.integers(24, 48)))
            cv2.rectangle(picture, (left, top), (left + side, top + side), colour, -1)
            cv2.imwrite(str(folder / part / "images" / f"{number}.jpg"), picture)
            middle = ((left + side / 2) / 128, (top + side / 2) / 96, side / 128, side / 96)
            text = "0 " + " ".join(f"{number:.5f}" for number in middle)
            (folder / part / "labels" / f"{number}.txt").write_text(text, encoding="utf-8")


def test_a_training_leaves_a_network_that_fits_its_card_and_has_learnt(tmp_path: Path) -> None:
    _write_squares(tmp_path / "red", 64, (30, 30, 220), 1)
    _write_squares(tmp_path / "blue", 64, (220, 60, 30), 2)
    (tmp_path / "recipe.yaml").write_text(
        "about: squares\nbase: yolov8n\ninput_px: 128\nrounds: [4, {epochs: 3, input_px: 160, repeat: {red: 2}}]\n"
        "averaged_rounds: 2\nbatch: 8\nclasses: [fire, water]\nsources:\n"
        "  - {folder: red, classes: [fire], about: red squares, licence: CC0-1.0, origin: made here}\n"
        "  - {folder: blue, classes: [water], without: [fire], about: blue, licence: CC0-1.0, origin: made here}\n",
        encoding="utf-8",
    )
    options = ("--data", tmp_path, "--out", tmp_path, "--work", tmp_path / "work")
    done = smart_alert("models", "train", tmp_path / "recipe.yaml", "--name", "squares", *options, longest_s=800)
    assert done.returncode == 0, done.stderr
    card = Registry(tmp_path, VOCABULARY).card("squares", tmp_path)
    (record,) = card.trained
    assert record.map50 > 0.5
    assert [one.pictures for one in record.data] == [64, 64]
    assert set(card.thresholds) == {"fire", "water"}
    verified = smart_alert("models", "verify", tmp_path / "squares.yaml")
    assert verified.returncode == 0, verified.stderr
