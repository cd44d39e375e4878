import json
from pathlib import Path

import pytest

from tests.config.site_files import GATE, faults, fences, load, square, write_site


def ring(*corners: tuple[float, float], kind: str = "Polygon", **properties: object) -> str:
    listed = [list(corner) for corner in corners]
    geometry = {"type": kind, "coordinates": [listed] if kind == "Polygon" else listed}
    named = {"id": "lane", "category": "fire_lane", **properties}
    return json.dumps({"type": "Feature", "properties": named, "geometry": geometry})


SQUARE = ((0.1, 0.1), (0.9, 0.1), (0.9, 0.9), (0.1, 0.9))
PATH = square("path", "sidewalk")
GATES = {
    "crosses itself": fences(ring((0.1, 0.1), (0.9, 0.9), (0.9, 0.1), (0.1, 0.9)), PATH),
    "two points": fences(ring((0.1, 0.1), (0.9, 0.9), (0.1, 0.1)), PATH),
    "on a line": fences(ring((0.1, 0.1), (0.5, 0.5), (0.9, 0.9)), PATH),
    "outside": fences(ring((0.1, 0.1), (1.2, 0.1), (0.9, 0.9)), PATH),
    "pixels": fences(ring((100, 100), (900, 100), (900, 500)), PATH),
    "NaN": fences(ring((0.1, 0.1), (float("nan"), 0.1), (0.9, 0.9)), PATH),
    "Infinity": fences(ring((0.1, 0.1), (float("-inf"), 0.1), (0.9, 0.9)), PATH),
    "a text for a number": fences(ring(*SQUARE).replace("0.1", '"0.1"', 1), PATH),
    "id twice": fences(square("lane", "fire_lane"), square("lane", "sidewalk")),
    "unknown category": fences(ring(*SQUARE, category="fire_lanes"), PATH),
    "no id": fences(ring(*SQUARE).replace('"id": "lane", ', ""), PATH),
    "direction": fences(ring(*SQUARE, direction=400), PATH),
    "unknown key": fences(ring(*SQUARE, colour="red"), PATH),
    "mask in a rule": fences(ring(*SQUARE, mask=True), PATH),
    "line in a rule": fences(ring(*SQUARE, kind="LineString"), PATH),
    "neither area nor line": fences(ring(*SQUARE, kind="MultiPolygon"), PATH),
    "no kind of geometry": fences(ring(*SQUARE).replace('"type": "Polygon", ', ""), PATH),
    "too small": fences(ring((0.5, 0.5), (0.5009, 0.5), (0.5009, 0.5009), (0.5, 0.5009)), PATH),
    "no frame": GATE.replace('"frame": "image",\n', ""),
    "unknown frame": GATE.replace('"image"', '"pixels"'),
    "geographic without calibration": GATE.replace('"image"', '"geographic"'),
    "no zones": '{"type": "FeatureCollection", "frame": "image",\n"features": []}',
    "key twice": GATE.replace('"features"', '"frame": "image",\n"features"'),
    "cut off": GATE[:90],
    "key without quotes": GATE.replace('"frame"', "frame"),
    "empty file": "",
    "nested": "[" * 100_000,
    "long": f"[{'1,' * 300_000}1]",
}


TOLD = dict(
    line.split(": ", 1)
    for line in Path(__file__).with_name("fence_mistakes.txt").read_text(encoding="utf-8").splitlines()[1:]
)


@pytest.mark.parametrize("name", sorted(GATES.keys() | TOLD.keys()))
def test_each_mistake_of_a_fence_file_is_told_in_its_own_words(tmp_path: Path, name: str) -> None:
    assert faults(write_site(tmp_path, gate=GATES[name])) == [TOLD[name]]


def test_zones_that_no_rule_uses_are_a_warning(tmp_path: Path) -> None:
    site = load(write_site(tmp_path, gate=fences(square("lane", "fire_lane"), square("spare", "square"))))

    assert [str(warning).rsplit("/", 1)[-1] for warning in site.warnings] == [
        'gate.geojson:5: features[1].properties.id: no rule uses the zone "spare" of camera "gate"'
    ]


def test_an_outline_may_be_left_open_and_may_repeat_a_corner(tmp_path: Path) -> None:
    doubled = ((0.1, 0.1), (0.9, 0.1), (0.9, 0.1), (0.9, 0.9), (0.1, 0.9))
    site = load(write_site(tmp_path, gate=fences(ring(*doubled), PATH)))

    assert site.cameras[0].geofence.zones[0].points == SQUARE


def test_a_mask_needs_no_category_and_is_no_zone(tmp_path: Path) -> None:
    sky = ring((0, 0), (1, 0), (1, 0.2), id="sky", mask=True).replace('"category": "fire_lane", ', "")
    geofence = load(write_site(tmp_path, gate=fences(sky, square("lane", "fire_lane"), PATH))).cameras[0].geofence

    assert ([zone.id for zone in geofence.zones], [mask.id for mask in geofence.masks]) == (["lane", "path"], ["sky"])


CALIBRATED = (
    '"frame": "geographic", "calibration": {"points": [{"image": [0, 1], "ground": [118.0, 36.0]},'
    ' {"image": [1, 1], "ground": [118.001, 36.0]}, {"image": [1, 0], "ground": [118.001, 36.001]},'
    ' {"image": [0, 0], "ground": [118.0, 36.001]}]}'
)
GROUND = ((118.0002, 36.0002), (118.0008, 36.0002), (118.0008, 36.0012), (118.0002, 36.0012))


def test_a_geographic_fence_is_taken_to_the_picture_and_cut_at_its_edge(tmp_path: Path) -> None:
    site = load(write_site(tmp_path, gate=fences(ring(*GROUND), PATH_ON_GROUND, head=CALIBRATED)))
    zone = site.cameras[0].geofence.zones[0]

    assert sorted((round(x, 6), round(y, 6)) for x, y in zone.points) == [
        (0.2, 0.0),
        (0.2, 0.8),
        (0.8, 0.0),
        (0.8, 0.8),
    ]
    assert zone.location == pytest.approx((118.0005, 36.0006), abs=1e-6)


PATH_ON_GROUND = ring(*GROUND, id="path", category="sidewalk")
ALONG = ((118.0002, 36.0002), (118.0008, 36.0002), (118.0008, 36.0012))


def test_a_geographic_line_is_taken_to_the_picture_and_cut_at_its_edge(tmp_path: Path) -> None:
    fence = ring(*ALONG, kind="LineString", id="fence", direction=0)
    site = load(write_site(tmp_path, gate=fences(fence, ring(*GROUND), PATH_ON_GROUND, head=CALIBRATED)))
    line = site.cameras[0].geofence.zones[0]

    assert line.is_line
    assert [(round(x, 6), round(y, 6)) for x, y in line.points] == [(0.2, 0.8), (0.8, 0.8), (0.8, 0.0)]


def test_a_geographic_line_that_the_camera_does_not_see_is_told(tmp_path: Path) -> None:
    far = ring(*((x + 1, y) for x, y in ALONG), kind="LineString", id="fence")

    assert faults(write_site(tmp_path, gate=fences(ring(*GROUND), PATH_ON_GROUND, far, head=CALIBRATED))) == [
        (
            'gate.geojson:6: features[2].geometry.coordinates: zone "fence": outside the picture'
            " (got nothing that the camera sees, allowed: ground that it sees)"
        )
    ]


# The camera of `CALIBRATED` looks north from above; this one has turned to the east: north is on its left.
TO_THE_EAST = (
    '"frame": "geographic", "calibration": {"points": [{"image": [0, 1], "ground": [118.0, 36.001]},'
    ' {"image": [1, 1], "ground": [118.0, 36.0]}, {"image": [1, 0], "ground": [118.001, 36.0]},'
    ' {"image": [0, 0], "ground": [118.001, 36.001]}]}'
)


@pytest.mark.parametrize(
    ("head", "direction", "heading"),
    [
        (CALIBRATED, 0, (0, -1)),
        (CALIBRATED, 90, (1, 0)),
        (CALIBRATED, 180, (0, 1)),
        (TO_THE_EAST, 0, (-1, 0)),
        (TO_THE_EAST, 90, (0, -1)),
        (TO_THE_EAST, 270, (0, 1)),
    ],
)
def test_a_direction_on_the_ground_counts_from_north(
    tmp_path: Path, head: str, direction: float, heading: tuple[float, float]
) -> None:
    gate = fences(ring(*GROUND, direction=direction), PATH_ON_GROUND, head=head)
    zone = load(write_site(tmp_path, gate=gate)).cameras[0].geofence.zones[0]

    assert zone.direction == direction
    assert zone.heading == pytest.approx(heading, abs=1e-6)


def test_a_direction_in_the_picture_counts_from_up(tmp_path: Path) -> None:
    head = CALIBRATED.replace("geographic", "image")
    lane = fences(ring(*SQUARE, direction=90), PATH, head=head)

    assert load(write_site(tmp_path, gate=lane)).cameras[0].geofence.zones[0].heading is None


def test_a_calibration_that_fixes_nothing_is_told(tmp_path: Path) -> None:
    head = CALIBRATED.replace("[0, 0]", "[0, 1]")
    gate = fences(ring(*GROUND), PATH_ON_GROUND, head=head)

    assert faults(write_site(tmp_path, gate=gate)) == [
        (
            "gate.geojson:2: calibration.points: no calibration: the points do not fix a plane:"
            " among any four, no three may lie on one line"
        )
    ]


def test_a_calibration_with_a_point_beyond_the_pole_is_told(tmp_path: Path) -> None:
    head = CALIBRATED.replace("36.001]}]", "98.0]}]")
    gate = fences(ring(*GROUND), PATH_ON_GROUND, head=head)

    assert faults(write_site(tmp_path, gate=gate)) == [
        (
            "gate.geojson:2: calibration.points[3].ground: no place on earth (got [118.0, 98.0],"
            " allowed: longitude from -180 to 180, latitude from -89.9 to 89.9)"
        )
    ]


def test_a_geographic_fence_that_the_camera_does_not_see_is_told(tmp_path: Path) -> None:
    far = tuple((longitude + 1, latitude) for longitude, latitude in GROUND)

    assert faults(write_site(tmp_path, gate=fences(ring(*far), PATH_ON_GROUND, head=CALIBRATED))) == [
        (
            'gate.geojson:4: features[0].geometry.coordinates[0]: zone "lane": outside the picture'
            " (got nothing that the camera sees, allowed: ground that it sees)"
        )
    ]
