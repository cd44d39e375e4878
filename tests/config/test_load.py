from pathlib import Path

import pytest

from pipeline.config.area import GroundArea, PictureShare
from pipeline.config.catalogue import EventPer, Severity
from pipeline.config.resolved import LiveSource, RecordedSource
from pipeline.observation import STATIC_OBJECT, CameraId, MediaNs
from tests.config.site_files import ENVIRON, SITE, faults, fences, load, square, write_site

S = 1_000_000_000
TABLED = f"cameras_from: more.csv\n{SITE}".replace("[lane]", "[gate/lane]")


def test_a_rule_takes_its_own_word_then_the_defaults_then_the_catalogue(tmp_path: Path) -> None:
    site = SITE.replace("{grace: 5s}", "{grace: 7s, clear_after: 4s, severity: info, dwell: 20s}")
    fire, waste = load(write_site(tmp_path, site.replace("dwell: 60s", "dwell: 90s\n    clear_after: 6s"))).rules

    assert (fire.dwell_ns, fire.grace_ns, fire.clear_after_ns, fire.cooldown_ns) == (90 * S, 7 * S, 6 * S, 0)
    assert (waste.dwell_ns, waste.grace_ns, waste.clear_after_ns, waste.severity) == (
        20 * S,
        7 * S,
        4 * S,
        Severity.INFO,
    )
    assert (fire.confidence, fire.event_per, fire.remind_every_ns, fire.enabled) == (0.3, EventPer.ZONE, 0, True)


def test_static_objects_count_where_the_catalogue_or_the_rule_says_so(tmp_path: Path) -> None:
    fire, waste = load(write_site(tmp_path)).rules

    assert STATIC_OBJECT not in fire.classes
    assert waste.classes == {STATIC_OBJECT}
    assert (fire.min_area, waste.min_static_area) == (PictureShare(0.0), PictureShare(0.001))
    asked = SITE.replace("dwell: 60s", "include_static: true\n    min_area: 0.02")
    fire = load(write_site(tmp_path, asked)).rules[0]
    assert fire.classes >= {STATIC_OBJECT, "car"}
    assert fire.min_static_area == fire.min_area == PictureShare(0.02)


def test_a_group_always_has_its_person(tmp_path: Path) -> None:
    site = SITE.replace("algorithm: fire_lane_blocked", "algorithm: street_vendor\n    classes: [雨伞]")

    assert load(write_site(tmp_path, site)).rules[0].classes == {"person", "umbrella", STATIC_OBJECT}


def test_a_start_without_an_offset_is_in_the_sites_time_zone(tmp_path: Path) -> None:
    plain = load(write_site(tmp_path)).cameras[0].source
    offset = load(write_site(tmp_path, SITE.replace("08:00:00", "00:00:00Z"))).cameras[0].source

    assert isinstance(plain, RecordedSource)
    assert plain == offset
    assert plain.start == 1_767_571_200 * S


def test_passwords_come_from_the_environment(tmp_path: Path) -> None:
    source = load(write_site(tmp_path)).cameras[1].source

    assert isinstance(source, LiveSource)
    assert source.main.reveal() == "rtsp://viewer:geheim@10.0.0.8/1"


def test_a_whole_address_may_come_from_the_environment(tmp_path: Path) -> None:
    site = SITE.replace("source: gate.mp4", "source: ${GATE}").replace('    start: "2026-01-05T08:00:00"\n', "")
    source = load(write_site(tmp_path, site), {**ENVIRON, "GATE": "rtsp://u:geheim@h/1"}).cameras[0].source

    assert (str(source), isinstance(source, LiveSource)) == ("${GATE}", True)


def test_paths_are_relative_to_the_site_file(tmp_path: Path, monkeypatch: pytest.MonkeyPatch) -> None:
    write_site(tmp_path)
    monkeypatch.chdir(tmp_path)
    site = load(Path("site.yaml"))

    assert (site.path, site.state) == (tmp_path / "site.yaml", tmp_path / "state")
    assert not site.state.exists()


def test_zones_of_a_category_are_found_on_every_camera(tmp_path: Path) -> None:
    assert load(write_site(tmp_path)).rules[1].zones_by_camera == {"gate": ("path",), "yard": ("kerb",)}


def test_a_table_brings_more_cameras(tmp_path: Path) -> None:
    table = (
        "id,name,source,streams.main,start,loop,geofence\n"
        "a,甲,gate.mp4,,1970-01-01T08:00:01,true,gate.geojson\n"
        "b,,,rtsp://h/${PASSWORD},,,\n\n"
    )
    site = load(write_site(tmp_path, TABLED.replace("gate/lane", "a/lane"), more__csv=table))

    assert [camera.id for camera in site.cameras] == ["gate", "yard", "a", "b"]
    assert site.cameras[2].source == RecordedSource(tmp_path / "gate.mp4", MediaNs(S), loop=True)
    assert site.rules[1].zones_by_camera[CameraId("a")] == ("path",)


COLUMNS = "id, name, source, streams.main, streams.sub, transport, decode, start, loop, geofence"
LOOP = "allowed: true or false: begin a file again at its end: true or false)"


@pytest.mark.parametrize(
    ("table", "expected"),
    [
        ("id,source\ngate,gate.mp4\n", ['more.csv:2: [0].id: id given twice (got "gate", allowed: once a site)']),
        ("id,sauce\na,gate.mp4\n", ['more.csv:1: unknown column (got "sauce", did you mean "source"?)']),
        ("id,name,name\na,b,b\n", ['more.csv:1: column given twice (got "name", allowed: once)']),
        ("id;source\na;gate.mp4\n", ["more.csv:1: columns are separated by commas (got semicolons)"]),
        ("id\tsource\na\tgate.mp4\n", ["more.csv:1: columns are separated by commas (got tabs)"]),
        ("name\na\n", [f"more.csv:1: no column id (allowed: {COLUMNS})"]),
        ("id,source\na,gate.mp4,3\n", ["more.csv:2: [0]: too many cells (got 3, allowed: 2, one a column)"]),
        ('id,name,source\na,"x\ny",gate.mp4\nc,,gone.mp4\n',
         ['more.csv:4: [1].source: no such file (got "gone.mp4", looked for gone.mp4)']),
        ('id,source\n"a,gate.mp4\n', ["more.csv:2: not CSV: unexpected end of data"]),
        ("id,source,loop\na,gate.mp4,perhaps\n", [f'more.csv:2: [0].loop: wrong type (got "perhaps", {LOOP}']),
    ],
)  # fmt: skip
def test_mistakes_of_a_table_are_told_by_line(tmp_path: Path, table: str, expected: list[str]) -> None:
    assert faults(write_site(tmp_path, TABLED, more__csv=table)) == expected


@pytest.mark.parametrize("cameras", ["", "cameras: []\n"])
def test_a_table_without_a_camera_is_refused_where_it_is_all_there_is(tmp_path: Path, cameras: str) -> None:
    empty = f"site: {{id: a}}\ncameras_from: more.csv\n{cameras}"

    assert faults(write_site(tmp_path, empty, more__csv="id,source\n")) == [
        "more.csv:1: no camera (allowed: at least one, a line each below the names of the columns)"
    ]
    assert not faults(write_site(tmp_path, f"cameras_from: more.csv\n{SITE}", more__csv="id,source\n"))


def test_a_district_may_bring_an_algorithm_of_its_own(tmp_path: Path) -> None:
    own = (
        "algorithms: {linzi:kite: {title: {zh: 风筝, en: Kite}, fires_when: a kite stands, condition: stationary,"
        " classes: [kite], dwell: 9s, severity: info}}\n"
    )
    site = SITE.replace("fire_lane_blocked", "linzi:kite").replace("dwell: 60s", "confirm: true")
    rule = load(write_site(tmp_path, own + site)).rules[0]

    assert (rule.algorithm.key, rule.dwell_ns, rule.confirm) == ("linzi:kite", 9 * S, True)
    assert rule.classes == {"kite"}


def test_square_metres_need_a_calibration_and_take_one(tmp_path: Path) -> None:
    head = (
        '"frame": "image", "calibration": {"unit": "metres", "points": ['
        ' {"image": [0, 1], "ground": [0, 0]}, {"image": [1, 1], "ground": [10, 0]},'
        ' {"image": [1, 0], "ground": [10, 10]}, {"image": [0, 0], "ground": [0, 10]}]}'
    )
    gate = fences(square("lane", "fire_lane"), square("path", "sidewalk"), head=head)
    rule = load(write_site(tmp_path, SITE.replace("dwell: 60s", 'min_area: "0.5 m²"'), gate)).rules[0]

    assert rule.min_area == rule.min_static_area == GroundArea(0.5)


def test_odd_things_are_warnings(tmp_path: Path) -> None:
    site = SITE.replace("    geofence: yard.geojson\n", "").replace(
        "dwell: 60s", "confidence: 0.2\n    cameras: [gate, yard]"
    )
    warnings = load(write_site(tmp_path, site)).warnings

    assert [str(warning).rsplit("/", 1)[-1] for warning in warnings] == [
        "site.yaml:9: cameras[1]: no geofence: no rule but one for camera faults can look at this camera",
        "site.yaml:15: rules[0].confidence: below detector.confidence (0.3), which lets nothing lower through",
    ]


def test_a_key_that_is_no_line_leaves_a_fault_on_one(tmp_path: Path) -> None:
    odd = SITE.replace("defaults:", 'defaults: {"a\\nb": 1}\nmore:', 1)
    told = faults(write_site(tmp_path, odd))
    assert any("defaults.a\\nb" in fault for fault in told)
    assert all("\n" not in fault for fault in told)
