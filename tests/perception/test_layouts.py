from collections.abc import Callable

import numpy as np
import pytest
from hypothesis import given, settings
from hypothesis import strategies as st

from pipeline.errors import ModelError
from pipeline.perception.detections import Floats
from pipeline.perception.layouts.known import LAYOUTS
from pipeline.perception.layouts.layout import Grid

GRID = Grid(width=96, height=64, strides=(8, 16, 32), n_classes=3)
CELLS = 12 * 8 + 6 * 4 + 3 * 2
Box = tuple[float, float, float, float]
Known = tuple[Box, int, float]
"""A box in px of the input, its class and its score."""


def centred(box: Box) -> list[float]:
    x1, y1, x2, y2 = box
    return [(x1 + x2) / 2, (y1 + y2) / 2, x2 - x1, y2 - y1]


def as_yolov8(objects: dict[int, Known]) -> Floats:
    output = np.full((7, CELLS), 0.01, np.float32)
    for cell, (box, index, score) in objects.items():
        output[:4, cell] = centred(box)
        output[4 + index, cell] = score
    return output


def as_yolov5(objects: dict[int, Known]) -> Floats:
    output = np.full((3 * CELLS, 8), 0.01, np.float32)
    for cell, (box, index, score) in objects.items():
        output[cell + CELLS, :4] = centred(box)
        output[cell + CELLS, 4] = 0.99
        output[cell + CELLS, 5 + index] = score / 0.99
    return output


def as_yolox(objects: dict[int, Known]) -> Floats:
    cells = [
        (column, row, stride) for stride in (8, 16, 32) for row in range(64 // stride) for column in range(96 // stride)
    ]
    output = np.full((CELLS, 8), 0.01, np.float32)
    for cell, (box, index, score) in objects.items():
        column, row, stride = cells[cell]
        x, y, width, height = centred(box)
        output[cell, :4] = [x / stride - column, y / stride - row, np.log(width / stride), np.log(height / stride)]
        output[cell, 4] = 0.99
        output[cell, 5 + index] = score / 0.99
    return output


def as_end_to_end(objects: dict[int, Known]) -> Floats:
    output = np.zeros((CELLS, 6), np.float32)
    for cell, (box, index, score) in objects.items():
        output[cell] = [*box, score, index]
    return output


WRITERS: dict[str, Callable[[dict[int, Known]], Floats]] = {
    "yolov8": as_yolov8,
    "yolov5": as_yolov5,
    "yolox": as_yolox,
    "end_to_end": as_end_to_end,
}
BOXES = st.tuples(st.floats(0, 90), st.floats(0, 60), st.floats(1, 60), st.floats(1, 60)).map(
    lambda box: (box[0], box[1], box[0] + box[2], box[1] + box[3])
)
OBJECTS = st.dictionaries(
    st.integers(0, CELLS - 1), st.tuples(BOXES, st.integers(0, 2), st.sampled_from([0.1, 0.35, 0.8])), max_size=6
)


def test_every_known_layout_is_tested() -> None:
    assert WRITERS.keys() == LAYOUTS.keys()


@pytest.mark.parametrize("layout", sorted(WRITERS))
@settings(deadline=None, max_examples=100)
@given(objects=OBJECTS)
def test_what_is_written_in_a_layout_is_read_back(layout: str, objects: dict[int, Known]) -> None:
    output = WRITERS[layout](objects)
    shape = LAYOUTS[layout].shape(GRID)
    assert all(length in (got, None) for got, length in zip(output.shape, shape, strict=True))

    found = LAYOUTS[layout].decode(output, GRID, 0.3)

    expected = {cell: known for cell, known in objects.items() if known[2] >= 0.3}
    cells = sorted(expected)
    assert found.class_index.tolist() == [expected[cell][1] for cell in cells]
    assert found.score.tolist() == pytest.approx([expected[cell][2] for cell in cells], abs=1e-4)
    assert found.xyxy == pytest.approx(np.array([expected[cell][0] for cell in cells]).reshape(-1, 4), abs=1e-2)


@pytest.mark.parametrize("layout", sorted(WRITERS))
def test_a_score_at_the_floor_counts_and_one_that_is_no_number_does_not(layout: str) -> None:
    output = WRITERS[layout]({0: ((1, 1, 9, 9), 1, 0.5)})
    score = float(LAYOUTS[layout].decode(output, GRID, 0.0).score.max())
    assert len(LAYOUTS[layout].decode(output, GRID, score).score) == 1
    output[:] = np.nan
    assert len(LAYOUTS[layout].decode(output, GRID, 0.0).score) == 0


def test_a_broken_size_does_not_overflow() -> None:
    output = as_yolox({0: ((1, 1, 9, 9), 1, 0.5)})
    output[0, 2:4] = 1e9
    assert np.isfinite(LAYOUTS["yolox"].decode(output, GRID, 0.3).xyxy).all()


@pytest.mark.parametrize("index", [3, -1, 1.5])
def test_a_class_that_the_card_does_not_have_is_refused(index: float) -> None:
    output = as_end_to_end({0: ((1, 1, 9, 9), 0, 0.5)})
    output[0, 5] = index
    with pytest.raises(ModelError, match=rf"class index {index:g}, allowed: whole numbers from 0 to 2"):
        LAYOUTS["end_to_end"].decode(output, GRID, 0.3)
