"""End-to-end networks (YOLOv10, YOLO26): n x 6; x1, y1, x2, y2 in px, score, class index; nothing to suppress."""

import numpy as np

from pipeline.errors import ModelError
from pipeline.perception.detections import Floats
from pipeline.perception.layouts.layout import Candidates, Grid, Layout


def _shape(grid: Grid) -> tuple[int | None, ...]:
    del grid
    return None, 6


def _decode(output: Floats, grid: Grid, min_score: float) -> Candidates:
    output = output[output[:, 4] >= min_score]
    index = output[:, 5]
    if not ((index >= 0) & (index < grid.n_classes) & (index == np.rint(index))).all():
        bad = index[~((index >= 0) & (index < grid.n_classes) & (index == np.rint(index)))][0]
        raise ModelError(f"output: class index {bad:g}, allowed: whole numbers from 0 to {grid.n_classes - 1}")
    return Candidates(output[:, :4], index.astype(np.int64), output[:, 4])


END_TO_END = Layout(_shape, _decode, needs_nms=False)
