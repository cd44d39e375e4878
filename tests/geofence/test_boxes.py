"""What boxes have in common agrees with counting the cells of a grid, one pair at a time and in arrays."""

import numpy as np
import pytest
from hypothesis import given, settings
from hypothesis import strategies as st

from pipeline.geofence.boxes import (
    Box,
    area,
    areas,
    as_box,
    as_boxes,
    containment,
    containments,
    covered,
    iou,
    ious,
    shared_area,
    shared_areas,
    surrounding,
)

CELLS = 12
# Corners on a coarse grid, so that boxes touch, contain and equal each other often; some are empty or inside out.
BOXES = st.tuples(*[st.integers(0, CELLS)] * 4).map(lambda box: tuple(float(corner) for corner in box))
ANY_NUMBER = st.floats(-1e6, 1e6)


def cells(box: Box) -> set[tuple[int, int]]:
    return {(x, y) for x in range(int(box[0]), int(box[2])) for y in range(int(box[1]), int(box[3]))}


@settings(deadline=None, max_examples=300)
@given(a=BOXES, b=BOXES)
def test_the_arithmetic_of_a_pair_counts_cells(a: Box, b: Box) -> None:
    in_a, in_b = cells(a), cells(b)
    both, either, smaller = len(in_a & in_b), len(in_a | in_b), min(len(in_a), len(in_b))
    assert (area(a), area(b), shared_area(a, b)) == (len(in_a), len(in_b), both)
    assert iou(a, b) == pytest.approx(both / either if both else 0)
    assert covered(a, b) == pytest.approx(both / len(in_a) if both else 0)
    assert containment(a, b) == pytest.approx(both / smaller if both else 0)


@settings(deadline=None, max_examples=200)
@given(a=st.lists(BOXES, max_size=5), b=st.lists(BOXES, max_size=5), is_single=st.booleans())
def test_arrays_say_what_pairs_say(a: list[Box], b: list[Box], *, is_single: bool) -> None:
    rows, columns = as_boxes(a), as_boxes(b)
    shape = (len(a), len(b))
    assert areas(rows).tolist() == [area(one) for one in a]
    for many, single in ((shared_areas, shared_area), (ious, iou), (containments, containment)):
        expected = np.array([[single(one, other) for other in b] for one in a]).reshape(shape)
        got = many(rows.astype(np.float32), columns.astype(np.float32)) if is_single else many(rows, columns)
        assert got.shape == shape
        assert got.dtype == (np.float32 if is_single else np.float64)
        np.testing.assert_allclose(got, expected, rtol=1e-6)


@settings(deadline=None, max_examples=200)
@given(a=st.tuples(*[ANY_NUMBER] * 4), b=st.tuples(*[ANY_NUMBER] * 4))
def test_no_box_gives_more_than_all_of_it(a: Box, b: Box) -> None:
    for share in (iou(a, b), covered(a, b), containment(a, b)):
        assert 0 <= share <= 1
    assert iou(a, b) == iou(b, a)
    assert iou(a, b) <= min(covered(a, b), covered(b, a)) * (1 + 1e-12) <= containment(a, b) * (1 + 1e-11)
    assert iou(a, a) == covered(a, a) == containment(a, a) == float(area(a) > 0)


@given(boxes=st.lists(BOXES, min_size=1, max_size=6))
def test_the_surrounding_box_is_the_smallest_that_reaches_every_corner(boxes: list[Box]) -> None:
    columns = as_boxes(boxes)
    assert surrounding(boxes) == (*columns[:, :2].min(axis=0).tolist(), *columns[:, 2:].max(axis=0).tolist())


def test_rows_become_tuples_of_plain_floats() -> None:
    box = as_box(np.array([0.25, 0.5, 0.75, 1.0], np.float32))
    assert box == (0.25, 0.5, 0.75, 1.0)
    assert {type(value) for value in box} == {float}
