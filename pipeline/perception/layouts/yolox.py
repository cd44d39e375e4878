"""YOLOX (Megvii's export, not decoded): anchors x (5 + classes); offsets from a grid, in strides; scores 0..1.

Decoding as in YOLOX `demo_postprocess`: centre = (offset + cell) * stride, size = exp(log size) * stride.
"""

import numpy as np

from pipeline.perception.detections import Floats
from pipeline.perception.layouts.layout import Candidates, Grid, Layout, best_classes, from_centres

_MAX_LOG_SIZE = 10.0
"""exp(10) strides are wider than any picture: a broken output must not overflow."""


def _shape(grid: Grid) -> tuple[int | None, ...]:
    return grid.cells(), 5 + grid.n_classes


def _decode(output: Floats, grid: Grid, min_score: float) -> Candidates:
    is_kept = output[:, 4] >= min_score
    output, cells = output[is_kept], _cells(grid)[is_kept]
    stride = cells[:, 2:]
    centres = (output[:, :2] + cells[:, :2]) * stride
    sizes = np.exp(np.minimum(output[:, 2:4], _MAX_LOG_SIZE)) * stride
    boxes = np.concatenate([centres, sizes], axis=1)
    rows, class_index, score = best_classes(boxes, output[:, 4:5] * output[:, 5:], min_score)
    return Candidates(from_centres(rows), class_index, score)


def _cells(grid: Grid) -> Floats:
    """Column, row and stride of every cell, in the order of the output. Shape (A, 3)."""
    levels = []
    for stride in grid.strides:
        rows, columns = np.indices((grid.height // stride, grid.width // stride), np.float32)
        levels.append(np.stack([columns.ravel(), rows.ravel(), np.full(rows.size, stride, np.float32)], axis=1))
    return np.concatenate(levels)


YOLOX = Layout(_shape, _decode, needs_nms=True)
