import json
import re
from pathlib import Path

import av
import numpy as np
import pytest

from pipeline.cli.main import run
from pipeline.config.catalogue_file import load_catalogue
from tests.config.site_files import SITE, write_site
from tests.runtime.two_networks import write_card


def write_video(path: Path) -> None:
    with av.open(str(path), "w") as container:
        stream = container.add_stream("mpeg4", rate=5)
        stream.width, stream.height, stream.pix_fmt = 64, 48, "yuv420p"
        for level in range(5):
            picture = np.full((48, 64, 3), level * 40, np.uint8)
            container.mux(stream.encode(av.VideoFrame.from_ndarray(picture, format="bgr24")))
        container.mux(stream.encode())


@pytest.fixture
def site(tmp_path: Path, monkeypatch: pytest.MonkeyPatch) -> Path:
    monkeypatch.setenv("PASSWORD", "geheim")
    path = write_site(tmp_path)
    write_video(tmp_path / "gate.mp4")
    return path


def test_it_says_what_each_rule_will_do(site: Path, capsys: pytest.CaptureFixture[str]) -> None:
    assert run(["check", str(site)]) == 0

    told = capsys.readouterr()
    for part in (
        "Site demo (示范), times in Asia/Shanghai.",
        "mpeg4 64x48, 1.0 s, from 2026-01-05 08:00:00+08:00; zones lane (fire_lane), path (sidewalk).",
        "yard: rtsp://***@10.0.0.8/1, live; zones kerb (sidewalk).",
        "Raised when a vehicle stands in the lane, for 1m, at any time; one event per zone.",
        "On gate: lane (fire_lane).",
        "On yard: kerb (sidewalk).",
    ):
        assert part in told.out
    assert "geheim" not in told.out + told.err


def test_json_is_for_programs(site: Path, capsys: pytest.CaptureFixture[str]) -> None:
    assert run(["check", str(site), "--json"]) == 0

    told = json.loads(capsys.readouterr().out)
    assert told["ok"] is True
    assert [rule["zones"] for rule in told["does"]["rules"]] == [
        {"gate": ["lane"]},
        {"gate": ["path"], "yard": ["kerb"]},
    ]
    assert "geheim" not in json.dumps(told)


def test_mistakes_are_lines_on_stderr_and_exit_2(site: Path, capsys: pytest.CaptureFixture[str]) -> None:
    site.write_text(SITE.replace("dwell: 60s", "dwel: 60s").replace("id: yard", "id: gate"), encoding="utf-8")

    assert run(["check", str(site)]) == 2

    told = capsys.readouterr()
    assert told.out == ""
    assert told.err.splitlines() == [
        f'{site}:9: cameras[1].id: id given twice (got "gate", allowed: once a site)',
        f'{site}:16: rules[0].dwel: unknown key (got "dwel", did you mean "dwell"?)',
    ]
    assert run(["check", str(site), "--json"]) == 2
    faults = json.loads(capsys.readouterr().out)["faults"]
    assert [(fault["line"], fault["key"]) for fault in faults] == [(9, "cameras[1].id"), (16, "rules[0].dwel")]


def told_by(capsys: pytest.CaptureFixture[str], *arguments: str | Path) -> tuple[int, list[str]]:
    """The exit code and the lines on stderr."""
    code = run([str(argument) for argument in arguments])
    return code, capsys.readouterr().err.splitlines()


def test_mistakes_of_the_file_and_of_what_it_names_are_told_at_once_in_the_order_of_lines(
    site: Path, capsys: pytest.CaptureFixture[str]
) -> None:
    text = SITE.replace("model: yolov8n, confidence: 0.3", "model: yolov8m, confidence: 3")
    text = f'{text.replace("dwell: 60s", "dwell: 5")}redis: {{url: "redis://10.0.0.8:port", keep: 7}}\n'
    site.write_text(text, encoding="utf-8")
    (site.parent / "gate.mp4").write_bytes(b"")
    (site.parent / "yard.geojson").write_text("{}", encoding="utf-8")

    code, lines = told_by(capsys, "check", site)

    assert code == 2
    schemes = "redis://[user:password@]host[:port][/db], rediss://... or"
    schemes += " redis+sentinel://[user:password@]host[:port][,host[:port]...]/service[/db]"
    assert [line.removeprefix(f"{site.parent}/").split(" (")[0] for line in lines] == [
        "site.yaml:2: detector.confidence: not allowed",
        "site.yaml:2: detector.model: unknown network",
        f"site.yaml:6: cameras[0].source: cannot be opened: {site.parent}/gate.mp4: the file is empty",
        "site.yaml:16: rules[0].dwell: no duration",
        "site.yaml:20: redis.keep: no duration",
        f"site.yaml:20: redis.url: got redis://10.0.0.8:port, allowed are {schemes}",
        "yard.geojson:1: features: missing",
        "yard.geojson:1: frame: missing",
        "yard.geojson:1: type: missing",
    ]


def test_a_default_in_place_of_a_wrong_name_is_not_tried(site: Path, capsys: pytest.CaptureFixture[str]) -> None:
    text = SITE.replace("model: yolov8n", "model: [mine]").replace("dwell: 60s", "classes: [bare_soil]")
    site.write_text(text, encoding="utf-8")

    code, lines = told_by(capsys, "check", site)

    assert (code, len(lines)) == (2, 1)
    assert lines[0].startswith(f"{site}:2: detector.model: wrong type")


@pytest.mark.parametrize("command", [("check",), ("replay", "--camera", "gate"), ("run", "--once")])
@pytest.mark.parametrize(
    ("name", "fault"),
    [
        ("yolov8m", '{site}:3: detector.model: unknown network (got "yolov8m", did you mean "yolov8n"?)'),
        ("gone.yaml", '{site}:3: detector.model: no such card (got "gone.yaml", looked for {folder}/gone.yaml)'),
    ],
)
def test_a_network_that_is_not_there_is_a_mistake_in_the_file_for_every_command(
    site: Path, capsys: pytest.CaptureFixture[str], command: tuple[str, ...], name: str, fault: str
) -> None:
    recorded = SITE.replace('streams: {main: "rtsp://viewer:${PASSWORD}@10.0.0.8/1"}', "source: gate.mp4")
    text = recorded.replace("detector: {model: yolov8n, ", f"detector: {{\n  model: {name}, ")
    site.write_text(text, encoding="utf-8")

    code, lines = told_by(capsys, command[0], site, *command[1:])

    assert (code, lines[-1:]) == (2, [fault.format(site=site, folder=site.parent)])


def test_each_mistake_of_a_networks_card_is_a_line_of_its_own(site: Path, capsys: pytest.CaptureFixture[str]) -> None:
    site.write_text(SITE.replace("model: yolov8n", "model: mine.yaml"), encoding="utf-8")
    (site.parent / "mine.yaml").write_text("about: mine\nfile: 7\nlicense: MIT\n", encoding="utf-8")

    code, lines = told_by(capsys, "check", site)

    assert code == 2
    card = site.parent / "mine.yaml"
    assert {line.split(" (")[0] for line in lines} >= {
        f"{card}:2: file: wrong type",
        f"{card}:3: license: unknown key",
        f"{card}:1: licence: missing",
    }


def test_a_site_without_rules_says_that_nothing_will_be_raised(site: Path, capsys: pytest.CaptureFixture[str]) -> None:
    for without in (SITE[: SITE.index("rules:")], SITE[: SITE.index("rules:")] + "rules: []\n"):
        site.write_text(without, encoding="utf-8")

        code, lines = told_by(capsys, "check", site)

        assert code == 0
        [line] = [line for line in lines if ": rules: " in line]
        assert line.endswith(": rules: no rule: nothing will be raised")


def test_it_says_when_a_recording_is_played_again(site: Path, capsys: pytest.CaptureFixture[str]) -> None:
    site.write_text(SITE.replace("source: gate.mp4", "source: gate.mp4\n    loop: true"), encoding="utf-8")

    assert run(["check", str(site)]) == 0

    assert (
        "+08:00, from the start again at its end (replay and --once play it once); zones lane"
        in capsys.readouterr().out
    )


def test_a_rule_that_waits_for_what_the_network_cannot_tell_is_a_fault(
    site: Path, capsys: pytest.CaptureFixture[str]
) -> None:
    site.write_text(SITE.replace("dwell: 60s", "classes: [bare_soil]"), encoding="utf-8")

    assert run(["check", str(site)]) == 2

    assert capsys.readouterr().err.splitlines() == [
        f"{site}:16: rules[0].classes: the network yolov8n knows none of these: bare_soil"
    ]


def with_specialist(site: Path, classes: str, specialist: str = "{model: city.yaml, every: 10s}") -> None:
    """The first rule looks for these classes; there is a specialist, which knows garbage and cars."""
    write_card(site.parent, "city", ("garbage", "car"), changes={"thresholds": "{garbage: 0.45}"})
    text = SITE.replace("dwell: 60s", f"classes: [{classes}]").replace(
        "cameras:", f"specialists: [{specialist}]\ncameras:"
    )
    site.write_text(text, encoding="utf-8")


def test_it_says_what_a_specialist_adds_and_which_network_serves_which_rule(
    site: Path, capsys: pytest.CaptureFixture[str]
) -> None:
    with_specialist(site, "garbage, car")
    assert run(["check", str(site)]) == 0
    told = capsys.readouterr()
    for line in (
        "The network city looks on gate, every 10s while something changes.",
        "  It adds, with the score that counts: garbage from 0.45.",
        "    Seen by yolov8n (car); city (garbage).",
    ):
        assert line in told.out.splitlines()
    assert "scored 0.3 or higher (garbage 0.45)" in told.out
    assert run(["check", str(site), "--json"]) == 0
    does = json.loads(capsys.readouterr().out)["does"]
    assert does["specialists"] == [{"model": "city", "every_s": 10.0, "confidence_by_class": {"garbage": 0.45}}]
    assert does["rules"][0]["networks"] == {"yolov8n": ["car"], "city": ["garbage"]}


def test_a_specialist_that_no_rule_needs_is_a_warning(site: Path, capsys: pytest.CaptureFixture[str]) -> None:
    with_specialist(site, "car")
    assert run(["check", str(site)]) == 0
    told = capsys.readouterr()
    assert "specialists[0].model: city: no rule needs a class that it alone knows: it will not look" in told.err
    assert "The network city does not look: no rule that runs needs a class that it alone knows." in told.out


def test_a_specialist_that_is_missing_or_damaged_is_a_fault_at_its_line(
    site: Path, capsys: pytest.CaptureFixture[str]
) -> None:
    with_specialist(site, "car", "{model: cities.yaml, every: 10s}")
    assert run(["check", str(site)]) == 2
    assert re.match(rf"{site}:\d+: specialists\[0\]\.model: no such card", capsys.readouterr().err)
    with_specialist(site, "car")
    (site.parent / "city.onnx").write_bytes(b"another network")
    assert run(["check", str(site)]) == 2
    assert re.match(rf"{site}:\d+: specialists\[0\]\.model: city: .*damaged", capsys.readouterr().err)


def test_the_schema_is_for_editors(capsys: pytest.CaptureFixture[str]) -> None:
    assert run(["check", "--schema"]) == 0

    schema = json.loads(capsys.readouterr().out)
    assert schema["required"] == ["site"]
    assert schema["properties"]["rules"]["items"] == {"$ref": "#/$defs/RuleEntry"}
    assert schema["$defs"]["RuleEntry"]["additionalProperties"] is False
    assert schema["$defs"]["CameraEntry"]["properties"]["loop"]["type"] == "boolean"


def test_the_schema_refuses_what_check_refuses(capsys: pytest.CaptureFixture[str]) -> None:
    assert run(["check", "--schema"]) == 0

    schema = json.loads(capsys.readouterr().out)
    assert schema["anyOf"] == [
        {"required": ["cameras"], "properties": {"cameras": {"minItems": 1}}},
        {"required": ["cameras_from"], "properties": {"cameras_from": {"type": "string"}}},
    ]
    assert schema["properties"]["algorithms"]["propertyNames"] == {"type": "string", "pattern": ":"}
    keys, own = schema["$defs"]["RuleEntry"]["properties"]["algorithm"]["anyOf"]
    able = [key for key, algorithm in load_catalogue().algorithms.items() if algorithm.condition is not None]
    assert keys == {"enum": able}
    assert {"street_vendor", "line_crossing", "camera_fault"} <= set(able)
    assert own == {"type": "string", "pattern": ":"}
    categories = schema["$defs"]["ZonesByCategory"]["properties"]["category"]["enum"]
    assert (len(categories), categories[:2]) == (16, ["fire_lane", "sidewalk"])


def test_without_a_site_it_says_what_is_missing(capsys: pytest.CaptureFixture[str]) -> None:
    assert run(["check"]) == 2
    assert capsys.readouterr().err == "smart-alert: Missing argument 'SITE.yaml' (or --schema).\n"


def test_the_example_site_is_right(monkeypatch: pytest.MonkeyPatch, capsys: pytest.CaptureFixture[str]) -> None:
    monkeypatch.setenv("CAM_PASSWORD", "geheim")

    assert run(["check", str(Path(__file__).parents[2] / "configs" / "example-site.yaml")]) == 0
    assert "geheim" not in capsys.readouterr().out


def test_a_decoder_that_ffmpeg_was_not_built_with_is_a_fault(site: Path, capsys: pytest.CaptureFixture[str]) -> None:
    site.write_text(SITE.replace("    streams: {", "    decode: d3d12va\n    streams: {"), encoding="utf-8")

    assert run(["check", str(site)]) == 2
    assert capsys.readouterr().err == (
        f"{site}:10: cameras[1].decode: this machine's FFmpeg has no such decoder"
        " (got d3d12va, allowed: cpu, or one that it was built with)\n"
    )


def test_the_small_stream_of_a_recording_is_opened_too(site: Path, capsys: pytest.CaptureFixture[str]) -> None:
    streams = "streams: {main: gate.mp4, sub: gate.geojson}"
    site.write_text(SITE.replace("source: gate.mp4", streams), encoding="utf-8")

    assert run(["check", str(site)]) == 2
    assert f"{site}:6: cameras[0].streams.sub: cannot be opened: " in capsys.readouterr().err


def test_it_says_how_cameras_are_reached_and_where_metrics_are(site: Path, capsys: pytest.CaptureFixture[str]) -> None:
    text = SITE.replace("    streams: {", "    transport: udp\n    streams: {")
    site.write_text(f"operation: {{listen: '[::1]:9000', keep_log: 2d}}\n{text}", encoding="utf-8")

    assert run(["check", str(site)]) == 0
    told = capsys.readouterr().out
    assert "yard: rtsp://***@10.0.0.8/1, live, over UDP; zones kerb (sidewalk)." in told
    assert "; observation logs for 2d." in told
    assert "Metrics and health checks of a run are at [::1]:9000: /metrics, /healthz, /readyz." in told


def test_a_rule_about_cameras_is_told_as_one(site: Path, capsys: pytest.CaptureFixture[str]) -> None:
    rule = "  - {id: fault, algorithm: camera_fault, cameras: [yard]}\n"
    site.write_text(SITE + rule, encoding="utf-8")

    assert run(["check", str(site)]) == 0
    told = capsys.readouterr().out
    about = told[told.index("  fault: Camera fault") :]
    assert "On yard: the camera itself." in about
    assert "one event per fault of a camera." in about
    assert "It looks for" not in about
