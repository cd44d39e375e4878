"""Pictures as a street camera would have taken them."""

import numpy as np

from pipeline.perception.training.street_view import as_from_the_street
from tests.perception.training.folders import PICTURE


def test_every_kind_of_damage_keeps_shape_and_type_and_most_change_something() -> None:
    rng = np.random.default_rng(3)
    seen = [as_from_the_street(PICTURE, rng) for _ in range(200)]
    assert all(one.shape == PICTURE.shape and one.dtype == np.uint8 for one in seen)
    changed = sum(not np.array_equal(one, PICTURE) for one in seen)
    assert 90 < changed < 150
    # Infra-red is among them, and dusk.
    assert any(np.ptp(one.astype(int), axis=2).max() < 30 for one in seen)
    assert min(one.mean() for one in seen) < 0.6 * PICTURE.mean()


def test_things_keep_their_places() -> None:
    half = np.zeros((60, 80, 3), np.uint8)
    half[:, 40:] = 220
    rng = np.random.default_rng(4)
    for _ in range(100):
        seen = as_from_the_street(half, rng).astype(int)
        assert seen[:, 52:].mean() > seen[:, :28].mean() + 20


def test_the_same_seed_gives_the_same_picture() -> None:
    one, other = (as_from_the_street(PICTURE, np.random.default_rng(9)) for _ in range(2))
    assert np.array_equal(one, other)
