import numpy as np
import pytest
import shapely
from hypothesis import assume, given, settings
from hypothesis import strategies as st

from pipeline.config.ids import ZoneId
from pipeline.config.resolved import Zone
from pipeline.geofence.geometry import ZoneShape, ground_share, holdings, holds_ground_point


def shape(*points: tuple[float, float]) -> ZoneShape:
    return ZoneShape(Zone(ZoneId("z"), "z", "square", "", "", points))


LEFT_HALF = shape((0, 0), (0.5, 0), (0.5, 1), (0, 1))


@pytest.mark.parametrize(
    ("xyxy", "share", "has_foot"),
    [
        ((0.1, 0.1, 0.3, 0.5), 1.0, True),
        ((0.6, 0.1, 0.8, 0.5), 0.0, False),
        ((0.4, 0.1, 0.6, 0.5), 0.5, True),
        ((0.45, 0.1, 0.65, 0.5), 0.25, False),
        ((0.5, 0.5, 0.5, 0.5), 1.0, True),
        ((0.7, 0.5, 0.7, 0.6), 0.0, False),
    ],
)
def test_an_object_is_where_it_touches_the_ground(
    xyxy: tuple[float, float, float, float],
    share: float,
    has_foot: bool,  # noqa: FBT001
) -> None:
    boxes = np.array([xyxy], dtype=np.float64)

    assert ground_share(LEFT_HALF, boxes) == pytest.approx([share])
    assert holds_ground_point(LEFT_HALF, boxes).tolist() == [has_foot]


def test_the_top_of_a_lorry_over_the_zone_is_not_in_it() -> None:
    far_lane = shape((0, 0), (1, 0), (1, 0.5), (0, 0.5))
    lorry = np.array([[0.2, 0.1, 0.6, 0.7]], dtype=np.float32)

    assert ground_share(far_lane, lorry).tolist() == [0.0]
    assert not holds_ground_point(far_lane, lorry)[0]


def test_a_foot_exactly_on_the_outline_counts() -> None:
    slanted = shape((0.25, 0.25), (0.75, 0.25), (0.5, 0.75))
    feet = np.array([[0.25, 0, 0.25, 0.25], [0.4, 0, 0.6, 0.75], [0.3, 0, 0.45, 0.5], [0.3, 0, 0.4499, 0.5]])

    assert holds_ground_point(slanted, feet).tolist() == [True, True, True, False]


def test_no_boxes_give_no_answers() -> None:
    assert ground_share(LEFT_HALF, np.zeros((0, 4))).shape == (0,)
    assert holds_ground_point(LEFT_HALF, np.zeros((0, 4))).shape == (0,)


def test_a_line_has_no_inside() -> None:
    with pytest.raises(ValueError, match="line"):
        ZoneShape(Zone(ZoneId("z"), "z", "square", "", "", ((0, 0), (1, 1)), is_line=True))


sixteenths = st.integers(0, 16).map(lambda i: i / 16)
boxes = st.tuples(sixteenths, sixteenths, sixteenths, sixteenths).map(
    lambda b: (min(b[0], b[2]), min(b[1], b[3]), max(b[0], b[2]) + 1 / 16, max(b[1], b[3]) + 1 / 16)
)


@settings(deadline=None, max_examples=100)
@given(
    st.lists(st.tuples(sixteenths, sixteenths), min_size=3, max_size=6, unique=True),
    st.lists(boxes, min_size=1, max_size=6),
)
def test_the_share_is_that_of_points_strewn_over_the_footprint(
    corners: list[tuple[float, float]], drawn: list[tuple[float, float, float, float]]
) -> None:
    # Around their middle, by angle: an outline that does not cross itself.
    middle = np.mean(corners, axis=0)
    corners = sorted(corners, key=lambda c: (np.arctan2(c[1] - middle[1], c[0] - middle[0]), c))
    polygon = shapely.Polygon(corners)
    assume(polygon.is_valid and polygon.area > 0)
    zone, xyxy = shape(*corners), np.array(drawn)
    steps = (np.arange(60) + 0.5) / 60
    expected, feet = [], []
    for x1, y1, x2, y2 in drawn:
        xs, ys = np.meshgrid(x1 + (x2 - x1) * steps, y2 - (y2 - y1) / 4 * (1 - steps))
        expected.append(shapely.contains_xy(polygon, xs, ys).mean())
        feet.append(polygon.distance(shapely.Point((x1 + x2) / 2, y2)) == 0)

    assert ground_share(zone, xyxy) == pytest.approx(expected, abs=0.03)
    assert holds_ground_point(zone, xyxy).tolist() == feet


def on_a_grid(low: int, high: int) -> st.SearchStrategy[float]:
    """Millionths of the picture: a detector tells no more, and of 1e-171 the geometry library divides by zero."""
    return st.integers(low * 100_000, high * 100_000).map(lambda millionths: millionths / 1_000_000)


corners = st.lists(st.tuples(on_a_grid(0, 10), on_a_grid(0, 10)), min_size=3, max_size=3)
placed = st.tuples(on_a_grid(0, 9), on_a_grid(0, 9), on_a_grid(0, 3), on_a_grid(0, 3))


@given(st.lists(corners, min_size=1, max_size=5), st.lists(placed, max_size=8))
@settings(deadline=None, max_examples=100)
def test_all_zones_asked_at_once_say_what_each_says(
    triangles: list[list[tuple[float, float]]], drawn: list[tuple[float, float, float, float]]
) -> None:
    assume(all(shapely.Polygon(one).area > 1e-4 for one in triangles))
    shapes = [shape(*one) for one in triangles]
    extents = np.array([shapely.bounds(one.polygon) for one in shapes])
    boxes = np.array([(x, y, x + width, y + height) for x, y, width, height in drawn]).reshape(-1, 4)

    near, shares, feet = holdings(shapes, extents, boxes)

    for column, one in enumerate(shapes):
        np.testing.assert_array_equal(shares[:, column], ground_share(one, boxes))
        np.testing.assert_array_equal(feet[:, column], holds_ground_point(one, boxes))
        assert not (feet[:, column] & ~near[:, column]).any()
