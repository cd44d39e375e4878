"""Recipes, and what is wrong with them."""

from pathlib import Path

import pytest

from pipeline.config.vocabulary import load_vocabulary
from pipeline.errors import ConfigError
from pipeline.perception.training.recipe import Round, load_recipe
from pipeline.resources import data_folder
from tests.perception.training.folders import write_folder

_RECIPE = """\
about: rubbish
base: yolov8n
input_px: 320
rounds: [3]
classes: [垃圾, fire]
sources:
  - {folder: a, classes: [trash, null], without: [flame], about: streets, licence: CC0-1.0, origin: made here}
"""


def test_a_recipe_in_any_spelling_is_read_with_what_each_folder_tells(tmp_path: Path) -> None:
    write_folder(tmp_path / "a", "train", {"one": ""})
    (tmp_path / "r.yaml").write_text(_RECIPE, encoding="utf-8")
    recipe = load_recipe(tmp_path / "r.yaml", tmp_path, load_vocabulary())
    assert recipe.classes == ("garbage", "fire")
    assert recipe.sources[0].classes == ("garbage", None)
    assert recipe.sources[0].known == {"garbage", "fire"}


def test_a_round_says_what_differs_from_the_recipe_and_the_last_one_how_large_pictures_are_judged(
    tmp_path: Path,
) -> None:
    write_folder(tmp_path / "a", "train", {"one": ""})
    rounds = "rounds: [3, {epochs: 2, input_px: 416, learning_rate: 0.0005, repeat: {a: 4}}]"
    (tmp_path / "r.yaml").write_text(_RECIPE.replace("rounds: [3]", rounds), encoding="utf-8")
    recipe = load_recipe(tmp_path / "r.yaml", tmp_path, load_vocabulary())
    assert recipe.rounds == (Round(3, 320, 0.001, {"a": 1}), Round(2, 416, 0.0005, {"a": 4}))
    assert recipe.judged_px == 544


@pytest.mark.parametrize(
    ("old", "new", "fault"),
    [
        ("folder: a", "folder: b", "r.yaml:7: sources[0].folder: no such folder (got b"),
        ("[trash, null]", "[smoke]", "sources[0].classes[0]: not among the recipe's classes (got smoke"),
        ("[flame]", "[flam]", "sources[0].without[0]: "),
        ("input_px: 320", "input_px: 321", "input_px"),
        ("rounds: [3]", "round: [3]", "round"),
        ("rounds: [3]", "rounds: [0]", "rounds[0]"),
        ("rounds: [3]", "rounds: [3]\nfalse_share: {smok: 0}", "false_share.smok: "),
        ("rounds: [3]", "rounds: [3]\naveraged_rounds: 2", "averaged_rounds: more than there are (got 2, of 1 rounds)"),
        ("rounds: [3]", "rounds: [3, {epochs: 2, input_px: 100}]", "rounds[1].input_px"),
        ("rounds: [3]", "rounds: [{epochs: 2, repeat: {b: 2}}]", "rounds[0].repeat: no source of the recipe (got b"),
    ],
)
def test_a_mistake_is_told_with_file_line_and_key(tmp_path: Path, old: str, new: str, fault: str) -> None:
    write_folder(tmp_path / "a", "train", {"one": ""})
    (tmp_path / "r.yaml").write_text(_RECIPE.replace(old, new), encoding="utf-8")
    with pytest.raises(ConfigError) as told:
        load_recipe(tmp_path / "r.yaml", tmp_path, load_vocabulary())
    assert fault in str(told.value)


def test_the_shipped_recipe_names_folders_that_tell_of_its_classes(tmp_path: Path) -> None:
    for folder in ("garbage", "garbage_dumps", "smoke_fire", "manhole"):
        write_folder(tmp_path / folder, "train", {"one": ""})
    recipe = load_recipe(data_folder("configs") / "training" / "city.yaml", tmp_path, load_vocabulary())
    assert all(any(name in source.classes for source in recipe.sources) for name in recipe.classes)
    assert all(source.known <= set(recipe.classes) for source in recipe.sources)
