"""Every scripted scene of the algorithms that this version can run: what must be told is told, and nothing else."""

from collections import Counter
from functools import cache
from pathlib import Path
from tempfile import TemporaryDirectory

import pytest

from benchmarks.worlds.play import play_script
from benchmarks.worlds.scene import Scene
from benchmarks.worlds.scripted.all import SCENES
from benchmarks.worlds.sites import site_of
from pipeline.config.catalogue_file import load_catalogue
from pipeline.config.ids import AlgorithmKey
from pipeline.config.resolved import Site

CATALOGUE = load_catalogue()
RUNNABLE = [scene for scene in SCENES if CATALOGUE.algorithms[AlgorithmKey(scene.algorithm)].condition is not None]


@cache
def site_for(algorithm: str) -> Site:
    """The site of all scenes of an algorithm; nothing is read from its folder afterwards."""
    with TemporaryDirectory() as folder:
        return site_of([scene for scene in RUNNABLE if scene.algorithm == algorithm], Path(folder))


@pytest.mark.parametrize("scene", RUNNABLE, ids=lambda scene: scene.id)
def test_a_scene_is_told_as_it_is(scene: Scene) -> None:
    verdict = play_script(scene, site_for(scene.algorithm))
    assert (verdict.missed, verdict.false, verdict.wrong_ends) == ((), (), ())


def test_every_algorithm_has_a_scene_that_fires_and_two_that_must_not() -> None:
    fires = Counter(scene.algorithm for scene in SCENES if scene.expected)
    quiet = Counter(scene.algorithm for scene in SCENES if not scene.expected)
    assert {key for key in CATALOGUE.algorithms if fires[key] < 1 or quiet[key] < 2} == set()


def test_no_two_scenes_share_a_name() -> None:
    assert [name for name, count in Counter(scene.id for scene in SCENES).items() if count > 1] == []
