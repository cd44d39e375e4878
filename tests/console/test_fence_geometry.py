"""The geometry that the page works out while one draws says what the loader and the rules say."""

from pathlib import Path

import numpy as np
import pytest

from pipeline.config.area import PictureShare
from pipeline.config.ids import ZoneId
from pipeline.config.outline import OutlineError, area_outline, line_outline
from pipeline.config.resolved import Zone
from pipeline.geofence.geometry import ZoneShape, holds_ground_point
from tests.console.browsers import browsers
from tests.console.rooms import room, site_in

pytestmark = [pytest.mark.long, pytest.mark.timeout(600)]
_FAULTS = """async ([url, outlines]) => {
  const { faultOf } = await import(url);
  return outlines.map(([points, isLine]) => faultOf(points, isLine));
}"""
_INSIDE = """async ([url, cases]) => {
  const { isInside } = await import(url);
  return cases.map(([ring, points]) => points.map((point) => isInside(point, ring)));
}"""
_MERGED = """async ([url, base, mine, theirs]) => {
  const { mergedOnto } = await import(url);
  return mergedOnto(base, mine, theirs);
}"""
Outline = list[list[float]]


def outlines(count: int) -> list[tuple[Outline, bool]]:
    """Random ones on a coarse grid, so that corners meet, edges run along one another and areas vanish."""
    generator = np.random.default_rng(7)
    found = []
    for _ in range(count):
        corners = generator.integers(0, 5, (generator.integers(2, 7), 2)) / 4
        found.append((corners.tolist(), bool(generator.random() < 0.3)))
    return found


def is_right(points: Outline, *, is_line: bool) -> bool:
    try:
        if is_line:
            line_outline(points, None)
        else:
            area_outline([[*points, points[0]]], None)
    except OutlineError:
        return False
    return True


def test_what_the_page_calls_wrong_is_what_the_loader_refuses_and_nothing_else(tmp_path: Path) -> None:
    drawn = outlines(1500)
    with room(site_in(tmp_path)) as here, browsers(here) as them:
        page = them.stranger()
        told = page.evaluate(_FAULTS, [f"{here.url}static/editor/geometry.js", drawn])
    expected = [is_right(points, is_line=is_line) for points, is_line in drawn]
    assert 100 < sum(expected) < 1400
    wrong = [(points, is_line, fault) for (points, is_line), fault, right in zip(drawn, told, expected, strict=True)
             if (fault == "") != right]  # fmt: skip
    assert wrong == []


def test_who_is_inside_on_the_page_is_who_rules_find_there(tmp_path: Path) -> None:
    generator = np.random.default_rng(8)
    rings = [points for points, is_line in outlines(600) if not is_line and is_right(points, is_line=False)]
    # Points of the same grid lie on edges and corners; those of half of it beside them.
    points = generator.integers(0, 9, (200, 2)) / 8
    with room(site_in(tmp_path)) as here, browsers(here) as them:
        page = them.stranger()
        cases = [[ring, points.tolist()] for ring in rings]
        told = page.evaluate(_INSIDE, [f"{here.url}static/editor/geometry.js", cases])
    boxes = np.column_stack((points[:, 0], points[:, 1] - 0.1, points[:, 0], points[:, 1]))
    for ring, answers in zip(rings, told, strict=True):
        zone = Zone(ZoneId("z"), "z", "square", "", "", tuple((x, y) for x, y in ring), min_area=PictureShare(0))
        assert answers == holds_ground_point(ZoneShape(zone), boxes).tolist(), ring
    assert len(rings) > 50


def test_two_peoples_changes_are_put_together_by_shape(tmp_path: Path) -> None:
    def document(**grids: str) -> dict[str, object]:
        return {
            "frame": "image",
            "features": [{"properties": {"id": id_, "grid": grid}} for id_, grid in grids.items()],
        }

    with room(site_in(tmp_path)) as here, browsers(here) as them:
        page = them.stranger()
        url = f"{here.url}static/editor/draft.js"
        base = document(a="1", b="1", c="1", d="1")
        mine, theirs = document(a="2", b="1", d="3", e="1"), document(a="1", b="2", c="1", d="2", f="1")
        told = page.evaluate(_MERGED, [url, base, mine, theirs])
    assert told == {"document": document(a="2", b="2", d="3", f="1", e="1"), "both": ["d"]}
