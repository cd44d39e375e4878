"""A network is held against labels: by class, on the folders alone that tell of it."""

from pathlib import Path

import numpy as np
import pytest

from pipeline.perception.detections import Detections, ScriptedDetector
from pipeline.perception.training.examination import examine
from pipeline.perception.training.judgement import judge
from tests.perception.training.folders import PICTURE, recipe_of, source_of, write_folder

HEIGHT, WIDTH = PICTURE.shape[:2]


def found(*rows: tuple[str, float, tuple[float, float, float, float]]) -> Detections:
    """Detections, boxes as shares of the picture."""
    return Detections(
        np.array([box for _, _, box in rows], np.float32).reshape(-1, 4) * np.array([WIDTH, HEIGHT] * 2, np.float32),
        np.array([name for name, _, _ in rows], np.str_),
        np.array([score for _, score, _ in rows], np.float32),
    )


def test_a_class_is_judged_on_the_folders_alone_that_tell_of_it(tmp_path: Path) -> None:
    write_folder(tmp_path / "street", "valid", {"one": "0 0.5 0.5 0.4 0.4\n"})
    write_folder(tmp_path / "blaze", "valid", {"two": "0 0.5 0.5 0.4 0.4\n", "three": ""})
    recipe = recipe_of(
        ("garbage", "fire"),
        source_of(tmp_path / "street", ("garbage",)),  # says nothing about fire
        source_of(tmp_path / "blaze", ("fire",), without=("garbage",)),
    )
    middle = (0.3, 0.3, 0.7, 0.7)
    detector = ScriptedDetector(lambda _: found(("garbage", 0.9, middle), ("fire", 0.8, middle)), ("garbage", "fire"))
    told: list[int] = []
    findings = examine(detector, recipe, 64, told.append)
    assert told == [1, 2, 3]
    garbage, fire = findings["garbage"], findings["fire"]
    assert garbage.is_true.tolist() == [True, False, False]
    assert (garbage.n_labels, len(garbage.best_score_with), len(garbage.best_score_without)) == (1, 1, 2)
    # On the street a fire is neither right nor wrong.
    assert fire.is_true.tolist() == [False, True]
    assert fire.n_labels == 1


def test_what_a_class_is_taken_for_is_counted_and_what_is_missed(tmp_path: Path) -> None:
    two = "0 0.2 0.5 0.2 0.4\n1 0.7 0.5 0.2 0.4\n"
    write_folder(tmp_path / "street", "valid", {"one": two, "two": "0 0.5 0.5 0.4 0.4\n"})
    recipe = recipe_of(("garbage", "bin"), source_of(tmp_path / "street", ("garbage", "bin")))
    on_garbage, on_bin, beside = (0.1, 0.3, 0.3, 0.7), (0.6, 0.3, 0.8, 0.7), (0.35, 0.8, 0.5, 0.95)
    rows = found(*(("garbage", score, box) for score, box in ((0.9, on_garbage), (0.8, on_garbage), (0.7, on_bin))),
                 ("garbage", 0.65, beside), ("bin", 0.02, on_bin))  # fmt: skip
    findings = examine(ScriptedDetector(lambda _: rows, ("garbage", "bin")), recipe, 64, lambda _: None)
    first = findings["garbage"].lies_on.tolist()[:4]
    assert first == ["garbage", "garbage", "bin", "background"]
    record = judge(findings).figures["garbage"]
    assert record.missed == record.labels - round(record.recall * record.labels)
    assert set(record.mistaken) <= {"garbage", "bin", "background"}


def test_what_is_found_on_something_fuzzy_does_not_count(tmp_path: Path) -> None:
    write_folder(tmp_path / "street", "valid", {"one": "1 0.2 0.5 0.4 0.4\n0 0.7 0.5 0.4 0.4\n"})
    recipe = recipe_of(("manhole",), source_of(tmp_path / "street", ("manhole", None)))
    rows = found(("manhole", 0.9, (0.0, 0.3, 0.4, 0.7)), ("manhole", 0.8, (0.5, 0.3, 0.9, 0.7)))
    findings = examine(ScriptedDetector(lambda _: rows, ("manhole",)), recipe, 64, lambda _: None)
    assert findings["manhole"].score.tolist() == pytest.approx([0.8])
    assert findings["manhole"].is_true.tolist() == [True]


def test_a_judgement_turns_scores_into_probabilities(tmp_path: Path) -> None:
    # Of what scores 0.9 here a half is right.
    labels = {f"with{n}": "0 0.5 0.5 0.4 0.4\n" for n in range(60)} | {f"without{n}": "" for n in range(60)}
    write_folder(tmp_path / "street", "valid", labels)
    recipe = recipe_of(("garbage",), source_of(tmp_path / "street", ("garbage",)))
    rng = np.random.default_rng(2)
    detector = ScriptedDetector(
        lambda _: found(("garbage", 0.85 + 0.1 * rng.random(), (0.3, 0.3, 0.7, 0.7))), ("garbage",)
    )
    judgement = judge(examine(detector, recipe, 64, lambda _: None))
    record = judgement.figures["garbage"]
    assert record.labels == 60
    assert record.calibration_error < 0.1
    shown = [row for row in record.reliability if row.detections > 20]
    assert shown
    assert all(abs(row.score - row.right) < 0.15 for row in shown)
