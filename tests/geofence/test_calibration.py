import numpy as np
import pytest

from pipeline.config.ground import GroundUnit, fit_ground
from pipeline.geofence.calibration import box_ground_area_m2

PICTURE = np.array([[0.1, 0.9], [0.9, 0.9], [0.7, 0.4], [0.3, 0.4]])
LANE = fit_ground(PICTURE, np.array([[-2.0, 0.0], [2.0, 0.0], [2.0, 20.0], [-2.0, 20.0]]), GroundUnit.METRES)


def test_the_same_heap_is_as_large_near_and_far() -> None:
    heap_m = np.array([[-0.5, 0.0], [0.5, 1.0]])
    for distance_m in (2.0, 10.0, 18.0):
        (x1, y2), (_, y1) = LANE.picture(heap_m + np.array([[0.0, distance_m]]))
        x2 = float(LANE.picture(np.array([[0.5, distance_m]]))[0, 0])

        assert box_ground_area_m2(LANE, np.array([[x1, y1, x2, y2]])) == pytest.approx([1.0], rel=0.02)


def test_an_upright_thing_is_no_deeper_than_wide() -> None:
    # 0.1 of 0.8 is half a metre at the lane's near edge; the first box reaches above the horizon.
    boxes = np.array([[0.45, -0.2, 0.55, 0.9], [0.45, 0.5, 0.55, 0.9]])

    assert box_ground_area_m2(LANE, boxes) == pytest.approx([0.25, 0.25], rel=1e-6)


def test_what_stands_above_the_horizon_covers_no_ground() -> None:
    assert box_ground_area_m2(LANE, np.array([[0.4, -0.3, 0.6, -0.2]])).tolist() == [0.0]
