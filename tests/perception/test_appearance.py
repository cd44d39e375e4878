"""The same thing looks alike in any light; another colour or another pattern does not."""

import itertools

import numpy as np
import pytest
from hypothesis import given, settings
from hypothesis import strategies as st

from pipeline.geofence.boxes import Box
from pipeline.perception.appearance import APPEARANCE_LENGTH, appearance, crop
from tests.perception.street import ground, put, shaded, shot

SPOT: Box = (0.4, 0.35, 0.6, 0.7)
COLOURS = {"blue": (150, 60, 40), "red": (40, 40, 150), "green": (50, 130, 50), "yellow": (40, 170, 180)}
GROUND = ground()


@settings(deadline=None, max_examples=60)
@given(
    gain=st.floats(0.5, 1.6),
    colour=st.sampled_from(sorted(COLOURS)),
    seed=st.integers(0, 20),
    noise=st.sampled_from([0.5, 2.0, 3.0]),
)
def test_a_thing_looks_alike_from_half_the_light_to_half_as_much_again(
    gain: float, colour: str, seed: int, noise: float
) -> None:
    scene = put(GROUND, SPOT, seed=seed, colour=COLOURS[colour], contrast=25)
    before, now = (appearance(shot(scene, index, light, noise), SPOT) for index, light in ((0, 1.0), (1, gain)))
    assert before @ now >= 0.9


def test_things_of_different_colours_do_not_look_alike() -> None:
    looks = [appearance(shot(put(GROUND, SPOT, seed=4, colour=colour), seed=0), SPOT) for colour in COLOURS.values()]
    assert max(float(a @ b) for a, b in itertools.combinations(looks, 2)) < 0.8


def test_a_box_that_is_a_little_off_looks_at_the_same_thing() -> None:
    picture = shot(put(GROUND, SPOT, seed=4, colour=COLOURS["blue"]), seed=0)
    shifted = (SPOT[0] + 0.01, SPOT[1] - 0.015, SPOT[2] + 0.01, SPOT[3] - 0.015)
    assert appearance(picture, SPOT) @ appearance(picture, shifted) > 0.85


def test_half_in_the_shade_it_is_still_the_same() -> None:
    scene = put(GROUND, SPOT, seed=4, colour=COLOURS["red"])
    shade = shaded(scene, (0.4, 0.0, 0.5, 1.0), 0.6)
    assert appearance(shot(scene, 0), SPOT) @ appearance(shot(shade, 1), SPOT) > 0.85


@settings(deadline=None, max_examples=100)
@given(
    box=st.tuples(*[st.floats(-0.2, 1.2)] * 4),
    size=st.sampled_from([(2, 2), (3, 200), (320, 180), (97, 131)]),
    flat=st.booleans(),
)
def test_any_box_of_any_picture_has_an_appearance_of_unit_length(
    box: Box, size: tuple[int, int], *, flat: bool
) -> None:
    width, height = size
    picture = np.full((height, width, 3), 90, np.uint8)
    if not flat:
        picture[:] = np.random.default_rng(1).integers(0, 255, picture.shape)
    vector = appearance(picture, box)
    assert vector.shape == (APPEARANCE_LENGTH,)
    assert vector.dtype == np.float32
    assert np.linalg.norm(vector) == pytest.approx(1, abs=1e-5)
    assert min(crop(picture, box).shape[:2]) >= 2
