"""How cameras are reached and decoded, recordings with a small stream, and a table of a whole district."""

import time
from pathlib import Path

import pytest

from pipeline.config.resolved import LiveSource, RecordedSource, Transport
from tests.config.site_files import ENVIRON, SITE, faults, load, write_site

MAIN = 'main: "rtsp://viewer:${PASSWORD}@10.0.0.8/1"'
BOTH = f'{MAIN}, sub: "rtsp://viewer:${{PASSWORD}}@10.0.0.8/2"'


def test_a_live_camera_is_read_over_tcp_and_decoded_on_the_processor_unless_it_says_otherwise(tmp_path: Path) -> None:
    plain = load(write_site(tmp_path)).cameras[1].source
    site = SITE.replace("    streams: {" + MAIN, "    transport: udp\n    decode: vaapi\n    streams: {" + BOTH)
    other = load(write_site(tmp_path, site)).cameras[1].source

    assert isinstance(plain, LiveSource)
    assert (plain.sub, plain.transport, plain.decode) == (None, Transport.TCP, "cpu")
    assert isinstance(other, LiveSource)
    assert other.sub is not None
    assert other.sub.reveal() == "rtsp://viewer:geheim@10.0.0.8/2"
    assert (other.transport, other.decode) == (Transport.UDP, "vaapi")


def test_a_transport_that_changes_nothing_is_a_warning(tmp_path: Path) -> None:
    site = SITE.replace("    streams: {" + MAIN, '    transport: udp\n    streams: {main: "rtmp://10.0.0.8/live"')
    [warning] = load(write_site(tmp_path, site)).warnings

    assert str(warning).rsplit("/", 1)[-1] == (
        "site.yaml:10: cameras[1].transport: only RTSP has a choice of transport: udp changes nothing here"
    )


def test_a_recording_may_bring_its_small_stream(tmp_path: Path) -> None:
    site = SITE.replace("source: gate.mp4", "streams: {main: gate.mp4, sub: small.mp4}\n    loop: true")
    source = load(write_site(tmp_path, site, small__mp4="not a video")).cameras[0].source

    assert isinstance(source, RecordedSource)
    assert (source.path, source.sub, source.loop) == (tmp_path / "gate.mp4", tmp_path / "small.mp4", True)
    assert source.start is not None


def test_a_name_too_long_for_a_file_is_a_fault_like_any_other(tmp_path: Path) -> None:
    long = "x" * 400
    [told] = faults(write_site(tmp_path, SITE.replace("source: gate.mp4", f"source: {long}")))

    assert told.startswith("site.yaml:6: cameras[0].source: no such file: File name too long (got ")


@pytest.mark.parametrize(
    ("text", "listen"),
    [
        ("off", None),
        ("10.0.0.7:80", ("10.0.0.7", 80)),
        ('"[::1]:9464"', ("::1", 9464)),
        ("metrics.local:9464", ("metrics.local", 9464)),
    ],
)
def test_the_site_says_where_to_listen(tmp_path: Path, text: str, listen: tuple[str, int] | None) -> None:
    site = load(write_site(tmp_path, f"operation: {{listen: {text}, keep_log: 2d}}\n{SITE}"))

    assert (site.operation.listen, site.operation.keep_log_ns) == (listen, 2 * 86_400 * 10**9)
    assert site.operation.place.fault("listen", "x").line == 1


def test_without_a_word_it_listens_on_this_machine_alone_and_keeps_logs_a_fortnight(tmp_path: Path) -> None:
    operation = load(write_site(tmp_path)).operation

    assert (operation.listen, operation.keep_log_ns) == (("127.0.0.1", 9464), 14 * 86_400 * 10**9)


OWN = (
    "algorithms: {own:fault: {title: {zh: 异常, en: Fault}, fires_when: x, condition: camera_fault,"
    " needs: [health], dwell: 9s, severity: info}}\n"
)


def test_a_rule_about_cameras_has_no_zones_and_holds_for_every_camera(tmp_path: Path) -> None:
    site = SITE.replace("algorithm: fire_lane_blocked\n    zones: [lane]", "algorithm: own:fault")
    rule = load(write_site(tmp_path, site + OWN)).rules[0]

    assert rule.zones_by_camera == {"gate": (), "yard": ()}
    some = load(write_site(tmp_path, site.replace("dwell: 60s", "cameras: [yard]") + OWN)).rules[0]
    assert some.zones_by_camera == {"yard": ()}


def test_a_rule_about_cameras_that_names_zones_or_an_unknown_camera_is_refused(tmp_path: Path) -> None:
    site = SITE.replace("fire_lane_blocked", "own:fault").replace("dwell: 60s", "cameras: [gate, yrad]") + OWN

    assert faults(write_site(tmp_path, site)) == [
        "site.yaml:15: rules[0].zones: own:fault looks at the whole camera (got a list of 1, allowed: none)",
        'site.yaml:16: rules[0].cameras[1]: unknown camera (got "yrad", did you mean "yard"?)',
    ]


HEAD = "id,name,streams.main,streams.sub,transport,decode,geofence"
DISTRICT = """\
site: {id: district, timezone: Asia/Shanghai}
cameras_from: more.csv
rules:
  - {id: fire-lane, algorithm: fire_lane_blocked, zones: {category: fire_lane}}
"""


def district(n_cameras: int) -> list[str]:
    """The lines of a table, the names of the columns first."""
    url = "rtsp://viewer:${{PASSWORD}}@10.0.{}.{}/{}"
    streams = [(url.format(i // 250, i % 250, 1), url.format(i // 250, i % 250, 2)) for i in range(n_cameras)]
    return [
        HEAD,
        *(f"cam-{i},路口{i},{main},{sub},tcp,cuda,gate.geojson" for i, (main, sub) in enumerate(streams)),
    ]


def test_a_district_of_800_cameras_is_read_in_moments(tmp_path: Path) -> None:
    path = write_site(tmp_path, DISTRICT, more__csv="\n".join(district(800)))
    start_s = time.process_time()
    site = load(path)

    assert time.process_time() - start_s < 5
    assert len(site.cameras) == 800
    last = site.cameras[-1]
    assert (last.name, str(last.source)) == (
        "路口799",
        "rtsp://***@10.0.3.49/1 (sub-stream rtsp://***@10.0.3.49/2)",
    )
    assert last.place.line == 801
    assert len(site.rules[0].zones_by_camera) == 800


def test_every_mistake_in_a_table_of_800_is_told_at_its_line_at_once(tmp_path: Path) -> None:
    lines = district(800)
    lines[3] = lines[3].replace(",tcp,", ",tpc,")
    lines[99] = lines[99].replace("PASSWORD", "PASSWROD", 1)
    lines[400] += ",one too many"
    lines[401] = lines[401].replace("cam-400", "cam-4")
    lines[402] = lines[402].replace("路口401", "路\x07口")
    lines[500] = lines[500].replace("gate.geojson", "gone.geojson")
    lines[800] = lines[800].replace("cuda", "cudo")
    path = write_site(tmp_path, DISTRICT, more__csv="\n".join(lines))

    assert faults(path) == [
        'more.csv:4: [2].transport: no such choice (got "tpc", did you mean "tcp"?)',
        "more.csv:100: [98].streams.main: ${PASSWROD} is not set (allowed: set it in the environment)",
        "more.csv:401: [399]: too many cells (got 8, allowed: 7, one a column)",
        'more.csv:402: [400].id: id given twice (got "cam-4", allowed: once a site)',
        "more.csv:403: [401].name: holds a control character (allowed: text)",
        'more.csv:501: [499].geofence: no such file (got "gone.geojson", looked for gone.geojson)',
        'more.csv:801: [799].decode: no such choice (got "cudo", did you mean "cuda"?)',
    ]


def test_1600_unknown_cameras_of_a_rule_are_told_in_moments(tmp_path: Path) -> None:
    chosen = ", ".join(f"kam-{i}" for i in range(1600))
    path = write_site(
        tmp_path, DISTRICT.replace("}}", f"}}, cameras: [{chosen}]}}"), more__csv="\n".join(district(1600))
    )
    start_s = time.process_time()
    told = faults(path)

    assert time.process_time() - start_s < 10
    assert len(told) == 1600
    assert told[0] == 'site.yaml:4: rules[0].cameras[0]: unknown camera (got "kam-0", did you mean "cam-0"?)'


def test_no_password_is_in_any_message_about_a_table(tmp_path: Path) -> None:
    lines = [line.replace("${PASSWORD}", "gehe?im@x") + ",more" for line in district(5)[1:]]
    told = "\n".join(faults(write_site(tmp_path, DISTRICT, more__csv="\n".join([HEAD, *lines]))))

    assert told
    assert "gehe" not in told
    assert ENVIRON["PASSWORD"] not in told
