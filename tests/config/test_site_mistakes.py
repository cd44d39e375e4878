import json
from pathlib import Path

import pytest

from tests.config.site_files import ENVIRON, SITE, faults, fences, load, square, write_site


def read_table() -> list[tuple[str, str, list[str]]]:
    """What is replaced, what by, and what is then told."""
    text = Path(__file__).with_name("site_mistakes.txt").read_text(encoding="utf-8")
    blocks = [block.splitlines() for block in text.split("\n\n")[1:] if block.strip()]
    return [(_marked(block, "-"), _marked(block, "+"), _marked(block, "=").splitlines()) for block in blocks]


def _marked(lines: list[str], mark: str) -> str:
    return "\n".join(line[2:] for line in lines if line[:1] == mark)


MISTAKES = read_table()


@pytest.mark.parametrize(("old", "new", "expected"), MISTAKES)
def test_each_mistake_is_told_in_its_own_words_at_its_line(
    tmp_path: Path, old: str, new: str, expected: list[str]
) -> None:
    assert old in SITE

    assert sorted(faults(write_site(tmp_path, SITE.replace(old, new, 1)))) == expected


def test_all_mistakes_of_a_site_and_its_fences_are_told_at_once(tmp_path: Path) -> None:
    site = SITE.replace("dwell: 60s", "dwell: 60x").replace("zones: [lane]", "zones: [lan]")
    site = site.replace("timezone: Asia/Shanghai", "timezone: Mars").replace("id: yard", "idd: yard")
    gate = fences(square("lane", "fire_lan"), square("lane", "sidewalk"))
    yard = fences(square("kerb", "sidewalk", low=-0.1))

    told = [line.split(" (")[0] for line in faults(write_site(tmp_path, site, gate, yard))]

    assert told == [
        "site.yaml:1: site.timezone: unknown time zone",
        "site.yaml:9: cameras[1].id: missing",
        "site.yaml:9: cameras[1].idd: unknown key",
        "site.yaml:16: rules[0].dwell: no duration",
        "gate.geojson:4: features[0].properties.category: unknown category",
        "gate.geojson:5: features[1].properties.id: id given twice",
    ]


def test_a_fault_in_one_camera_does_not_make_others_seem_unknown(tmp_path: Path) -> None:
    site = SITE.replace("source: gate.mp4", "sauce: gate.mp4").replace("zones: [lane]", "zones: [gate/lane]")

    assert [line.split(" (")[0] for line in faults(write_site(tmp_path, site))] == [
        "site.yaml:6: cameras[0].sauce: unknown key"
    ]


NOT_A_MAPPING = "allowed: a mapping: A site: its cameras and what is looked for on them)"


@pytest.mark.parametrize(
    ("site", "expected"),
    [
        ("", f"site.yaml:1: wrong type (got nothing, {NOT_A_MAPPING}"),
        ("- a\n- b\n", f"site.yaml:1: wrong type (got a list of 2, {NOT_A_MAPPING}"),
        (
            "site: {id: a}\ncameras: []\n",
            "site.yaml:2: cameras: too few (got an empty list, allowed: at least one camera)",
        ),
        ("site: {id: a}\n", "site.yaml:1: cameras: missing (allowed: at least one camera, here or in cameras_from)"),
        (
            "site: {id: a}\ncameras:\nrules: []\n",
            (
                "site.yaml:2: cameras: wrong type (got nothing, allowed: a list: the cameras; at least one, here or in"
                " cameras_from)"
            ),
        ),
    ],
)
def test_a_file_without_what_makes_a_site_is_refused(tmp_path: Path, site: str, expected: str) -> None:
    assert faults(write_site(tmp_path, site)) == [expected]


def test_a_missing_site_file_is_named(tmp_path: Path) -> None:
    assert faults(tmp_path / "gone.yaml") == ["gone.yaml: no such file"]


def test_a_zone_id_that_two_cameras_share_needs_the_camera(tmp_path: Path) -> None:
    yard = fences(square("lane", "sidewalk"))

    assert faults(write_site(tmp_path, yard=yard)) == [
        (
            'site.yaml:15: rules[0].zones[0]: more than one camera has this zone (got "lane", allowed: "gate/lane" or'
            ' "yard/lane")'
        )
    ]
    named = write_site(tmp_path, SITE.replace("zones: [lane]", "zones: [yard/lane]"), yard=yard)
    assert load(named).rules[0].zones_by_camera == {"yard": ("lane",)}
    narrowed = write_site(tmp_path, SITE.replace("zones: [lane]", "zones: [lane]\n    cameras: [gate]"), yard=yard)
    assert load(narrowed).rules[0].zones_by_camera == {"gate": ("lane",)}


def test_no_password_is_in_any_message_or_repr(tmp_path: Path) -> None:
    written = "rtsp://viewer:offen@10.0.0.8/1?token=offen"
    site = load(write_site(tmp_path, SITE.replace("rtsp://viewer:${PASSWORD}@10.0.0.8/1", written)))
    expanded = load(write_site(tmp_path))

    assert "offen" not in repr(site) + str(site.cameras[1].source)
    assert "geheim" not in repr(expanded) + str(expanded.cameras[1].source)
    assert str(expanded.cameras[1].source) == "rtsp://***@10.0.0.8/1"
    spoilt = SITE.replace("rtsp://viewer:${PASSWORD}@10.0.0.8/1", "rstp://viewer:offen${PASSWORD}@10.0.0.8/1")
    for text in (spoilt, spoilt.replace("main:", "mian:"), spoilt.replace("streams: {main: ", "geofence: {a: ")):
        told = "\n".join(faults(write_site(tmp_path, text)))
        assert told
        assert "offen" not in told
        assert "geheim" not in told
    assert faults(write_site(tmp_path), {"PASSWORD": "gehei\nm"}) == [
        "site.yaml:10: cameras[1].streams.main: holds a control character or a line feed (allowed: one line of text)"
    ]
    assert ENVIRON["PASSWORD"] == "geheim"  # noqa: S105  # the one that must not be seen


BY_CATEGORY = SITE.replace("zones: [lane]", "zones: {category: fire_lane}")
FEATURE_BY_SHAPE = {
    "a line": json.dumps(
        {
            "type": "Feature",
            "properties": {"id": "lane", "category": "fire_lane"},
            "geometry": {"type": "LineString", "coordinates": [[0.1, 0.1], [0.9, 0.9]]},
        }
    ),
    "a mask": square("lane", "fire_lane").replace('"category"', '"mask": true, "category"'),
}


@pytest.mark.parametrize("shape", FEATURE_BY_SHAPE)
def test_a_category_that_only_a_line_or_a_mask_has_is_no_category_for_a_rule(tmp_path: Path, shape: str) -> None:
    assert faults(write_site(tmp_path, BY_CATEGORY, fences(FEATURE_BY_SHAPE[shape], square("path", "sidewalk")))) == [
        (
            f"site.yaml:15: rules[0].zones.category: a rule looks at areas, and this category has only {shape} on its"
            ' cameras (got "fire_lane", allowed: one with a Polygon)'
        )
    ]


@pytest.mark.parametrize("shape", FEATURE_BY_SHAPE)
def test_a_named_camera_where_a_category_has_no_area_is_a_warning(tmp_path: Path, shape: str) -> None:
    site = BY_CATEGORY.replace("dwell: 60s", "cameras: [gate, yard]")
    yard = fences(FEATURE_BY_SHAPE[shape], square("kerb", "sidewalk"))
    warnings = load(write_site(tmp_path, site, yard=yard)).warnings

    assert str(warnings[0]).rsplit("/", 1)[-1] == (
        f'site.yaml:15: rules[0].zones.category: camera "yard" has only {shape} of the category fire_lane:'
        " the rule does nothing there"
    )


@pytest.mark.parametrize("category", ['"category": "fire_lan"', '"grid": "7"', '"category": 7'])
def test_a_wrong_category_of_a_fence_is_told_once_and_in_the_fence_file_only(tmp_path: Path, category: str) -> None:
    gate = fences(square("lane", "fire_lane").replace('"category": "fire_lane"', category), square("path", "sidewalk"))

    [told] = faults(write_site(tmp_path, BY_CATEGORY, gate))
    assert told.startswith("gate.geojson:4: features[0].properties.category: ")
