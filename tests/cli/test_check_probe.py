"""`smart-alert check --probe`, against a server that is not ours."""

import json
from collections.abc import Iterator
from pathlib import Path

import pytest

from pipeline.cli.main import run
from tests.config.site_files import GATE
from tests.media.clips import Clip, write_clip
from tests.rtsp.server import Pattern, RtspServer

PASSWORD = "geh/eim"  # noqa: S105  # a test's own
USER = "viewer"


@pytest.fixture(scope="module")
def server() -> Iterator[RtspServer]:
    streams = {"main": Pattern(width=640, height=360), "sub": Pattern(), "jpeg": Pattern(codec="mjpeg", fps=5)}
    with RtspServer(streams, user=USER, password=PASSWORD) as server:
        yield server


def site(folder: Path, server: RtspServer, *lines: str) -> Path:
    (folder / "gate.geojson").write_text(GATE, encoding="utf-8")
    write_clip(folder / "recorded.mp4", Clip())
    at = f"rtsp://{USER}:${{CAM}}@127.0.0.1:{server.port}"
    listed = "\n".join(f"  - {{{line.replace('AT', at)}, geofence: gate.geojson}}" for line in lines)
    rule = "rules: [{id: fire, algorithm: fire_lane_blocked, zones: {category: fire_lane}}]"
    path = folder / "site.yaml"
    path.write_text(f"site: {{id: a}}\ncameras:\n{listed}\n{rule}\n", encoding="utf-8")
    return path


BOTH = 'id: 东门, streams: {main: "AT/main", sub: "AT/sub"}'
GONE = 'id: gone, source: "AT/gone"'


@pytest.fixture(autouse=True)
def _password(monkeypatch: pytest.MonkeyPatch) -> None:
    monkeypatch.setenv("CAM", "geh%2Feim")


def test_it_tells_what_the_cameras_send_and_what_they_cost(
    tmp_path: Path, server: RtspServer, capsys: pytest.CaptureFixture[str]
) -> None:
    path = site(tmp_path, server, BOTH, 'id: jpeg, source: "AT/jpeg"', "id: file, source: recorded.mp4")

    assert run(["check", str(path), "--probe"]) == 0

    told = capsys.readouterr()
    lines = told.out.splitlines()
    assert lines[0].split() == ["camera", "stream", "video", "fps", "kbit/s", "keyframes", "B-frames", "quiet", "busy"]
    assert lines[1].split()[:4] == ["东门", "main", "h264", "640x360"]
    assert lines[2].split()[:3] == ["sub", "h264", "320x240"]
    assert "东门: main and sub-stream differ in shape (640x360 and 320x240): fences fit one of them only" in lines
    assert any(line.startswith("jpeg: mjpeg: every picture is a keyframe") for line in lines)
    assert "3 of 3 cameras could be read." in lines
    assert "geh" not in told.out + told.err


def test_a_camera_that_cannot_be_read_is_named_with_its_fault_and_ends_in_1(
    tmp_path: Path, server: RtspServer, capsys: pytest.CaptureFixture[str]
) -> None:
    path = site(tmp_path, server, GONE, "id: file, source: recorded.mp4")

    assert run(["check", str(path), "--probe"]) == 1

    told = capsys.readouterr()
    [line] = [line for line in told.out.splitlines() if line.startswith("gone: ")]
    assert line.startswith("gone: main stream: it has no such stream: check the path of the address (rtsp://***@127.0.")
    assert "1 of 2 cameras could be read." in told.out
    assert "geh" not in told.out + told.err


def test_the_same_for_a_program(tmp_path: Path, server: RtspServer, capsys: pytest.CaptureFixture[str]) -> None:
    assert run(["check", str(site(tmp_path, server, BOTH, GONE)), "--probe", "--json"]) == 1

    answer = json.loads(capsys.readouterr().out)
    both, gone = answer["probe"]["cameras"]
    assert answer["ok"] is True
    assert (both["reached"], both["main"]["width"], both["sub"]["b_frames"]) == (True, 640, False)
    assert both["core_ms_per_s"]["quiet"] < both["core_ms_per_s"]["busy"]
    assert (gone["reached"], gone["main"]["fault"], gone["core_ms_per_s"]) == (False, "no_such_path", None)
    assert answer["probe"]["reached"] == 1
    assert 0 < answer["probe"]["cores"]["quiet"] < answer["probe"]["cores"]["busy"]


def test_mistakes_of_the_site_are_told_before_any_camera_is_asked(
    tmp_path: Path, server: RtspServer, capsys: pytest.CaptureFixture[str]
) -> None:
    path = site(tmp_path, server, BOTH.replace("sub:", "sbu:"))

    assert run(["check", str(path), "--probe"]) == 2
    assert capsys.readouterr().out == ""
