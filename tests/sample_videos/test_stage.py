"""What is laid into the street stands where and when it should."""

import numpy as np
import pytest
from hypothesis import given, settings
from hypothesis import strategies as st

from sample_videos import sprites, stage, timeline
from sample_videos.sprites import Sprite
from sample_videos.timeline import Stop

STOPS = [
    timeline.BLOCKING_CAR,
    timeline.CART,
    timeline.DUMPING_VAN,
    timeline.FETCHING_VAN,
    timeline.SHORT_STOP,
]


@settings(deadline=None, max_examples=50)
@given(x=st.floats(0, stage.WIDTH), y=st.floats(150, stage.HEIGHT))
def test_a_picture_point_comes_back_from_the_ground(x: float, y: float) -> None:
    assert stage.to_picture(stage.to_ground([(x, y)]))[0] == pytest.approx([x, y], abs=1e-6)


def test_what_stands_nearer_to_the_camera_is_larger() -> None:
    far, middle, near = (stage.scale_at(stage.to_ground([(384, y)])[0]) for y in (180, 300, 500))
    assert far < middle < near


@pytest.mark.parametrize("stop", STOPS)
def test_whoever_comes_brakes_stands_still_and_leaves_without_a_jump(stop: Stop) -> None:
    times = np.arange(stop.enters, stop.gone, 0.1)
    along = np.array([stop.along(float(t)) for t in times])
    standing = (times >= stop.stands) & (times < stop.leaves)
    assert set(along[standing]) == {stop.stands_at}
    assert np.abs(np.diff(along)).max() < 1.1  # metres in a tenth of a second: 40 km/h
    assert np.all(np.diff(along[times < stop.stands]) > 0)


@pytest.mark.parametrize("stop", STOPS)
def test_whoever_comes_begins_and_ends_outside_the_picture(stop: Stop) -> None:
    for t in (stop.enters, stop.gone):
        x, _ = stage.to_picture(stop.ground(t))[0]
        assert x < -20 or x > stage.WIDTH + 20


@settings(deadline=None, max_examples=30)
@given(dx=st.floats(-40, 40), dy=st.floats(-40, 40), ratio=st.floats(0.8, 1.25))
def test_a_moved_cut_out_keeps_its_anchor_and_its_colour(dx: float, dy: float, ratio: float) -> None:
    opacity = np.zeros((40, 40), np.float32)
    opacity[10:30, 10:30] = 1
    sprite = Sprite(np.full((40, 40, 3), 200, np.float32), opacity, (100.0, 200.0))
    anchor = np.array([119.5, 219.5])  # the middle of the opaque square
    laid = sprites.moved(sprite, anchor, anchor + np.array([dx, dy]), ratio)
    rows, columns = np.nonzero(laid.opacity > 0.5)
    middle = (laid.corner[0] + columns.mean(), laid.corner[1] + rows.mean())
    assert middle == pytest.approx((anchor[0] + dx, anchor[1] + dy), abs=1.0)
    assert np.allclose(laid.colour[laid.opacity > 0.5], 200, atol=1)
