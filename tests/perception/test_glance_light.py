"""A cloud or the camera's exposure is no change of the scene."""

import numpy as np
import pytest

from pipeline.perception.glance import Glance
from pipeline.perception.vigil import Vigil


def scene(gain: float = 1.0, *, has_thing: bool = False) -> Glance:
    rng = np.random.default_rng(7)
    coarse = rng.integers(40, 190, (9, 16, 3)).astype(np.float32)
    picture = np.kron(coarse, np.ones((40, 40, 1), np.float32))
    if has_thing:
        picture[200:240, 300:340] += 45
    return Glance.at(np.clip(picture * gain + 0.5, 0, 255).astype(np.uint8))


@pytest.mark.parametrize("gain", [0.85, 0.94, 1.06, 1.2])
def test_light_that_changes_everywhere_wakes_nobody(gain: float) -> None:
    vigil = Vigil()
    vigil.looked_whole(scene(), 0.0, is_news=False)
    assert not vigil.has_changed(scene(gain), ())
    assert not scene(gain).is_stirred_since(scene())


@pytest.mark.parametrize("gain", [0.9, 1.0, 1.1])
def test_a_thing_is_seen_through_a_change_of_light(gain: float) -> None:
    vigil = Vigil()
    vigil.looked_whole(scene(), 0.0, is_news=False)
    assert vigil.has_changed(scene(gain, has_thing=True), ())
    assert scene(gain, has_thing=True).is_stirred_since(scene())
