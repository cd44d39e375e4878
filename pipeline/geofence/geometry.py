"""Which objects are in a zone. A zone is on the ground: what counts is where an object touches it, not its box."""

from collections.abc import Sequence
from dataclasses import dataclass, field

import numpy as np
import shapely
from numpy.typing import NDArray

from pipeline.config.resolved import Zone
from pipeline.geofence.boxes import Box, as_boxes

_FOOTPRINT_SHARE = 0.25
"""Of a box's height, from below: what of it stands on the ground. Of a lorry or a person the rest is height."""
Boxes = NDArray[np.float32] | NDArray[np.float64]


@dataclass(frozen=True, slots=True)
class ZoneShape:
    """The area of a zone, prepared for many questions.

    Attributes:
        zone: An area, not a line.
    """

    zone: Zone
    polygon: shapely.Polygon = field(init=False, repr=False, compare=False)

    def __post_init__(self) -> None:
        if self.zone.is_line:
            raise ValueError(f"zone {self.zone.id}: got a line, expected an area")
        polygon = shapely.Polygon(self.zone.points)
        shapely.prepare(polygon)
        object.__setattr__(self, "polygon", polygon)


def footprints(xyxy: Boxes) -> NDArray[np.float64]:
    """The lowest quarter of each box.

    Args:
        xyxy: Shape (N, 4), shares of the picture.

    Returns:
        Shape (N, 4).
    """
    strips = np.array(xyxy, dtype=np.float64)
    strips[:, 1] = strips[:, 3] - (strips[:, 3] - strips[:, 1]) * _FOOTPRINT_SHARE
    return strips


def ground_share(shape: ZoneShape, xyxy: Boxes) -> NDArray[np.float64]:
    """The share of each object's footprint that lies in the zone.

    Args:
        shape: The zone.
        xyxy: Shape (N, 4), shares of the picture.

    Returns:
        Shape (N,), in [0, 1]; of a box without an area 1 where its ground point is in the zone, else 0.
    """
    return _shares(np.full(len(xyxy), shape.polygon), xyxy)


def holds_ground_point(shape: ZoneShape, xyxy: Boxes) -> NDArray[np.bool_]:
    """Whether the middle of each box's lower edge lies in the zone or on its outline.

    Args:
        shape: The zone.
        xyxy: Shape (N, 4), shares of the picture.

    Returns:
        Shape (N,).
    """
    return _feet(np.full(len(xyxy), shape.polygon), xyxy)


def holdings(
    shapes: Sequence[ZoneShape], extents: NDArray[np.float64], xyxy: Boxes
) -> tuple[NDArray[np.bool_], NDArray[np.float64], NDArray[np.bool_]]:
    """What `ground_share` and `holds_ground_point` say of every box and every zone, asked for all at once.

    Args:
        shapes: The zones.
        extents: Shape (Z, 4): the box around each of them.
        xyxy: Shape (N, 4), shares of the picture.

    Returns:
        Three of shape (N, Z): which boxes come near which zone at all, and of those the shares and the ground points.
    """
    boxes = np.asarray(xyxy, dtype=np.float64)
    shares, feet = np.zeros((len(boxes), len(shapes))), np.zeros((len(boxes), len(shapes)), np.bool_)
    along = (boxes[:, None, :2] <= extents[:, 2:]) & (boxes[:, None, 2:] >= extents[:, :2])
    near = along[..., 0] & along[..., 1]
    rows, columns = np.nonzero(near)
    polygons = np.array([shape.polygon for shape in shapes])[columns]
    shares[rows, columns] = _shares(polygons, boxes[rows])
    feet[rows, columns] = _feet(polygons, boxes[rows])
    return near, shares, feet


def _shares(polygons: NDArray[np.object_], xyxy: Boxes) -> NDArray[np.float64]:
    """Of each box's footprint the share within the polygon of its row."""
    strips = footprints(xyxy)
    boxes = shapely.box(strips[:, 0], strips[:, 1], strips[:, 2], strips[:, 3])
    areas = shapely.area(boxes)
    shares = np.zeros(len(strips))
    flat = areas <= 0
    shares[flat] = _feet(polygons[flat], strips[flat])
    inside = ~flat & shapely.covers(polygons, boxes)
    shares[inside] = 1.0
    # Cutting polygons is fifty times as dear as asking a prepared one, and few boxes lie on an edge.
    across = ~flat & ~inside & shapely.intersects(polygons, boxes)
    shares[across] = shapely.area(shapely.intersection(polygons[across], boxes[across])) / areas[across]
    return np.clip(shares, 0.0, 1.0)


def _feet(polygons: NDArray[np.object_], xyxy: Boxes) -> NDArray[np.bool_]:
    """Whether each ground point lies in the polygon of its row."""
    boxes = np.asarray(xyxy, dtype=np.float64)
    middle = (boxes[:, 0] + boxes[:, 2]) / 2
    return np.asarray(shapely.intersects_xy(polygons, middle, boxes[:, 3]), dtype=np.bool_)


def covered_share(shape: ZoneShape, boxes: Sequence[Box]) -> float:
    """The share of the zone that lies under at least one of the boxes, in [0, 1]; what several cover counts once."""
    if not boxes:
        return 0.0
    covered = shapely.intersection(shape.polygon, _union(boxes))
    return float(shapely.area(covered) / shapely.area(shape.polygon))


def covered_cells(shape: ZoneShape, columns: int, rows: int) -> NDArray[np.bool_]:
    """Which cells of a grid over the picture have their middle in the zone; where none has, those that it touches.

    Returns:
        Shape (rows, columns), row by row from the top left; at least one is true.
    """
    xs, ys = np.meshgrid((np.arange(columns) + 0.5) / columns, (np.arange(rows) + 0.5) / rows)
    inside = np.asarray(shapely.intersects_xy(shape.polygon, xs, ys), dtype=np.bool_)
    if inside.any():
        return inside
    halves = 0.5 / columns, 0.5 / rows
    cells = shapely.box(xs - halves[0], ys - halves[1], xs + halves[0], ys + halves[1])
    return np.asarray(shapely.intersects(shape.polygon, cells), dtype=np.bool_)


def union_area(boxes: Sequence[Box]) -> float:
    """The share of the picture that lies under at least one of the boxes, in [0, 1]."""
    return float(shapely.area(_union(boxes))) if boxes else 0.0


def _union(boxes: Sequence[Box]) -> shapely.Geometry:
    xyxy = as_boxes(boxes)
    return shapely.union_all(shapely.box(xyxy[:, 0], xyxy[:, 1], xyxy[:, 2], xyxy[:, 3]))
