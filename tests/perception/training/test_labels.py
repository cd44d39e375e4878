"""Label files in the YOLO data format, and the training set that is laid out of them."""

from pathlib import Path

import numpy as np
import pytest
from numpy.typing import NDArray

from pipeline.errors import ModelError
from pipeline.perception.training.examination import read_picture
from pipeline.perception.training.labels import labelled, lay_out, painted_over
from tests.perception.training.folders import PICTURE, recipe_of, source_of, write_folder


def spread(picture: NDArray[np.uint8]) -> float:
    """Standard deviation over the places, of each colour apart."""
    return float(np.std(picture.reshape(-1, 3), axis=0).mean())


def test_boxes_by_middle_and_size_and_polygons_become_corners(tmp_path: Path) -> None:
    write_folder(tmp_path / "a", "train", {"one": "0 0.5 0.5 0.2 0.4\n1 0.1 0.1 0.3 0.1 0.3 0.5\n"})
    (one,) = labelled(source_of(tmp_path / "a", ("garbage", "fire")), "train")
    assert one.class_index.tolist() == [0, 1]
    assert np.allclose(one.xyxy, [[0.4, 0.3, 0.6, 0.7], [0.1, 0.1, 0.3, 0.5]])


def test_a_picture_without_a_label_file_shows_nothing(tmp_path: Path) -> None:
    write_folder(tmp_path / "a", "valid", {"one": None})
    (one,) = labelled(source_of(tmp_path / "a", ("garbage",)), "valid")
    assert len(one.xyxy) == 0


def test_a_folder_without_the_part_has_no_pictures(tmp_path: Path) -> None:
    write_folder(tmp_path / "a", "train", {"one": ""})
    assert list(labelled(source_of(tmp_path / "a", ("garbage",)), "valid")) == []


@pytest.mark.parametrize(
    ("line", "fault"),
    [
        ("0 0.5 0.5 0.2", "line 2: no label (got '0 0.5 0.5 0.2', expected: class x y width height)"),
        ("garbage 0.5 0.5 0.2 0.2", "line 2: no label"),
        ("3 0.5 0.5 0.2 0.2", "line 2: class 3, and the recipe names 1 for the folder"),
    ],
)
def test_a_wrong_line_is_told_by_its_number(tmp_path: Path, line: str, fault: str) -> None:
    write_folder(tmp_path / "a", "train", {"one": f"0 0.5 0.5 0.1 0.1\n{line}\n"})
    with pytest.raises(ModelError) as told:
        list(labelled(source_of(tmp_path / "a", ("garbage",)), "train"))
    assert fault in str(told.value)


def test_a_training_set_has_the_recipes_indices_and_repeats_pictures_as_each_round_says(tmp_path: Path) -> None:
    write_folder(tmp_path / "a", "train", {"one": "0 0.5 0.5 0.2 0.4\n"})
    write_folder(tmp_path / "b", "train", {"two": "0 0.5 0.5 0.2 0.4\n1 0.2 0.2 0.1 0.1\n"})
    recipe = recipe_of(
        ("fire", "garbage", "overflow"),
        source_of(tmp_path / "a", ("garbage",)),
        source_of(tmp_path / "b", ("overflow", "fire")),
        repeats=({"b": 3}, {"a": 2}),
    )
    assert lay_out(recipe, tmp_path / "out") == {"a": 1, "b": 1}
    shown = [(tmp_path / "out" / name).read_text().splitlines() for name in ("round-1.txt", "round-2.txt")]
    assert [Path(line).stem for line in shown[0]] == ["one", "two", "two", "two"]
    assert [Path(line).stem for line in shown[1]] == ["one", "one", "two"]
    labels = (tmp_path / "out" / "b" / "labels" / "two.txt").read_text().splitlines()
    assert [line.split()[0] for line in labels] == ["2", "0"]


def test_something_fuzzy_is_painted_over_and_not_labelled(tmp_path: Path) -> None:
    write_folder(tmp_path / "a", "train", {"one": "1 0.25 0.5 0.5 1.0\n0 0.75 0.5 0.2 0.2\n"})
    recipe = recipe_of(("manhole",), source_of(tmp_path / "a", ("manhole", None)))
    lay_out(recipe, tmp_path / "out")
    assert (tmp_path / "out" / "a" / "labels" / "one.txt").read_text().startswith("0 0.75")
    painted = read_picture(tmp_path / "out" / "a" / "images" / "one.png")
    half = painted.shape[1] // 2
    assert spread(painted[:, : half - 1]) < spread(PICTURE[:, : half - 1]) / 5
    # What lies beside it went through the JPEG alone.
    assert np.mean(np.abs(painted[:, half:].astype(int) - PICTURE[:, half:])) < 12


def test_painting_over_leaves_the_picture_that_it_was_given() -> None:
    before = PICTURE.copy()
    painted_over(PICTURE, [(0.0, 0.0, 1.0, 1.0)])
    assert np.array_equal(before, PICTURE)
