import json
from pathlib import Path

import av
import numpy as np
import pytest

from pipeline.cli.main import run
from tests.config.site_files import SITE, write_site


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


def test_a_recording_that_does_not_open_and_an_unknown_network_are_faults_of_their_lines(
    site: Path, capsys: pytest.CaptureFixture[str]
) -> None:
    site.write_text(SITE.replace("model: yolov8n", "model: yolov8m"), encoding="utf-8")
    (site.parent / "gate.mp4").write_bytes(b"no video")

    assert run(["check", str(site)]) == 2

    lines = capsys.readouterr().err.splitlines()
    assert len(lines) == 2
    assert lines[0].startswith(f"{site}:5: cameras[0].source: cannot be opened: ")
    assert lines[1].startswith(f"{site}:2: detector.model: model 'yolov8m'")


def test_a_rule_that_waits_for_what_the_network_cannot_tell_is_a_fault(
    site: Path, capsys: pytest.CaptureFixture[str]
) -> None:
    site.write_text(SITE.replace("dwell: 60s", "classes: [garbage]"), encoding="utf-8")

    assert run(["check", str(site)]) == 2

    assert capsys.readouterr().err.splitlines() == [
        f"{site}:13: rules[0].classes: the network yolov8n knows none of these: garbage"
    ]


def test_the_schema_is_for_editors(capsys: pytest.CaptureFixture[str]) -> None:
    assert run(["check", "--schema"]) == 0

    schema = json.loads(capsys.readouterr().out)
    assert schema["required"] == ["site"]
    assert schema["properties"]["rules"]["items"] == {"$ref": "#/$defs/RuleEntry"}
    assert schema["$defs"]["RuleEntry"]["additionalProperties"] is False
    assert schema["$defs"]["CameraEntry"]["properties"]["loop"]["type"] == "boolean"


def test_without_a_site_it_says_what_is_missing(capsys: pytest.CaptureFixture[str]) -> None:
    assert run(["check"]) == 2
    assert capsys.readouterr().err == "smart-alert: Missing argument 'SITE.yaml' (or --schema).\n"


def test_the_example_site_is_right(monkeypatch: pytest.MonkeyPatch, capsys: pytest.CaptureFixture[str]) -> None:
    monkeypatch.setenv("CAM_PASSWORD", "geheim")

    assert run(["check", str(Path(__file__).parents[2] / "configs" / "example-site.yaml")]) == 0
    assert "geheim" not in capsys.readouterr().out
