"""YOLOv5 and YOLOv7: (3 x anchors) x (5 + classes); centre, width, height in px; objectness and class scores 0..1."""

from pipeline.perception.detections import Floats
from pipeline.perception.layouts.layout import Candidates, Grid, Layout, best_classes, from_centres

_BOXES_PER_CELL = 3


def _shape(grid: Grid) -> tuple[int | None, ...]:
    return _BOXES_PER_CELL * grid.cells(), 5 + grid.n_classes


def _decode(output: Floats, grid: Grid, min_score: float) -> Candidates:
    del grid
    # The product is never more than the objectness: only a few rows need it taken.
    output = output[output[:, 4] >= min_score]
    rows, class_index, score = best_classes(output[:, :4], output[:, 4:5] * output[:, 5:], min_score)
    return Candidates(from_centres(rows), class_index, score)


YOLOV5 = Layout(_shape, _decode, needs_nms=True)
