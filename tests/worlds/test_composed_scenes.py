"""A handful of the composed scenes, from pixels to events; the benchmark plays all of them."""

from pathlib import Path

import pytest

from benchmarks.worlds.networks import Networks, specialists
from benchmarks.worlds.pixels.all import SCENES
from benchmarks.worlds.play import play_pixels
from benchmarks.worlds.scene import Scene
from benchmarks.worlds.sites import site_of

HANDFUL = (
    "fire_lane_blocked.buses-pass-before-the-parked-car",
    "fire_lane_blocked.a-car-takes-the-place-of-another",
    "illegal_parking.a-van-behind-people-and-buses",
    "construction_waste.a-van-leaves-a-heap",
    "construction_waste.a-shadow-wanders-over-it",
    "street_vendor.a-vendor-with-customers-in-the-rain",
    "street_vendor.a-chat",
    "loitering.somebody-paces",
    "line_crossing.somebody-crosses",
    "camera_fault.a-hand-before-the-lens",
)
CHOSEN = [scene for scene in SCENES if scene.id.removeprefix("pixels.") in HANDFUL]

pytestmark = pytest.mark.long


def test_all_of_them_are_there() -> None:
    assert len(CHOSEN) == len(HANDFUL)


@pytest.mark.parametrize("scene", CHOSEN, ids=lambda scene: scene.id)
def test_a_scene_is_told_as_it_is(scene: Scene, tmp_path: Path) -> None:
    verdict, summary = play_pixels(scene, site_of([scene], tmp_path, specialists()), Networks())
    assert (verdict.missed, verdict.false, verdict.wrong_ends) == ((), (), ())
    assert summary.network_looks > 0
