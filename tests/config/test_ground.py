from itertools import combinations

import numpy as np
import pytest
from hypothesis import assume, given, settings
from hypothesis import strategies as st

from pipeline.config.ground import GroundUnit, fit_ground, residuals_m

CORNERS = np.array([[0.1, 0.9], [0.9, 0.9], [0.7, 0.4], [0.3, 0.4]])


def test_degrees_are_metres_on_the_ground() -> None:
    ground = np.array([[118.0, 36.0], [118.001, 36.0], [118.001, 36.001], [118.0, 36.001]])
    ground_map = fit_ground(CORNERS, ground, GroundUnit.DEGREES)
    metres = ground_map.metres(CORNERS)

    # One thousandth of a degree: 111.19 m of latitude, and that times cos(36.0005) of longitude.
    assert metres[1] - metres[0] == pytest.approx([89.96, 0], abs=0.01)
    assert metres[3] - metres[0] == pytest.approx([0, 111.19], abs=0.01)
    assert ground_map.ground(CORNERS) == pytest.approx(ground, abs=1e-9)


@settings(deadline=None, max_examples=100)
@given(
    st.lists(st.floats(-0.15, 0.15), min_size=8, max_size=8),
    st.lists(st.tuples(st.floats(0.2, 0.8), st.floats(0.5, 0.9)), min_size=1, max_size=5),
    st.floats(0.5, 5000),
)
def test_the_map_is_a_homography_and_its_own_inverse(
    shifts: list[float], points: list[tuple[float, float]], scale: float
) -> None:
    square = np.array([[0.0, 0.0], [1.0, 0.0], [1.0, 1.0], [0.0, 1.0]])
    ground = (square + np.array(shifts).reshape(4, 2)) * scale
    ground_map = fit_ground(CORNERS, ground, GroundUnit.METRES)
    picture = np.array(points)

    assert residuals_m(ground_map, CORNERS, ground) == pytest.approx(np.zeros(4), abs=1e-6 * scale)
    there = ground_map.ground(picture)
    seen = np.isfinite(there).all(axis=1)
    assert ground_map.picture(there[seen]) == pytest.approx(picture[seen], abs=1e-6)


def test_what_is_above_the_horizon_is_nowhere() -> None:
    ground = np.array([[-2.0, 0.0], [2.0, 0.0], [2.0, 20.0], [-2.0, 20.0]])
    ground_map = fit_ground(CORNERS, ground, GroundUnit.METRES)

    # The lane's edges, 0.8 apart at 0.9 and 0.4 apart at 0.4, meet at -0.1.
    assert np.isnan(ground_map.metres(np.array([[0.5, -0.11]]))).all()
    assert np.isfinite(ground_map.metres(np.array([[0.5, -0.09]]))).all()


@pytest.mark.parametrize(
    "picture",
    [
        [[0.1, 0.1], [0.2, 0.2], [0.3, 0.3], [0.9, 0.1]],
        [[0.1, 0.1], [0.1, 0.1], [0.9, 0.9], [0.9, 0.1]],
        [[0.5, 0.5]] * 4,
        [[0.1, 0.9], [0.9, 0.9], [0.3, 0.4], [0.7, 0.4]],
    ],
    ids=["on a line", "the same twice", "all the same", "two swapped"],
)
def test_points_that_fix_no_map_are_refused(picture: list[list[float]]) -> None:
    ground = np.array([[0.0, 0.0], [10.0, 0.0], [10.0, 10.0], [0.0, 10.0]])

    with pytest.raises(ValueError, match=r"do not fix|both sides"):
        fit_ground(np.array(picture), ground, GroundUnit.METRES)


@settings(deadline=None, max_examples=60)
@given(st.integers(0, 2**32 - 1), st.integers(4, 9))
def test_any_camera_is_recovered_from_its_points(seed: int, n: int) -> None:
    generator = np.random.default_rng(seed)
    true = np.eye(3) + generator.normal(0, 0.3, (3, 3))
    picture = generator.uniform(0, 1, (n, 2))
    projected = np.c_[picture, np.ones(n)] @ true.T
    # Four points near one line, or near the horizon, fix a map too badly to be compared.
    spread = [abs(np.linalg.det(np.c_[picture[list(three)], np.ones(3)])) for three in combinations(range(4), 3)]
    assume(min(spread) > 0.05 and projected[:, 2].min() > 0.2)
    ground = projected[:, :2] / projected[:, 2:] * 10

    ground_map = fit_ground(picture, ground, GroundUnit.METRES)

    assert ground_map.ground(picture) == pytest.approx(ground, abs=1e-6)
    assert ground_map.picture(ground) == pytest.approx(picture, abs=1e-6)
