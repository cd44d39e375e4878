"""YOLOv8 and YOLO11 (ultralytics' export): (4 + classes) x anchors; centre, width, height in px; class scores 0..1."""

from pipeline.perception.detections import Floats
from pipeline.perception.layouts.layout import Candidates, Grid, Layout, best_classes, from_centres


def _shape(grid: Grid) -> tuple[int | None, ...]:
    return 4 + grid.n_classes, grid.cells()


def _decode(output: Floats, grid: Grid, min_score: float) -> Candidates:
    del grid
    rows, class_index, score = best_classes(output[:4].T, output[4:].T, min_score)
    return Candidates(from_centres(rows), class_index, score)


YOLOV8 = Layout(_shape, _decode, needs_nms=True)
