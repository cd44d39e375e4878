"""`smart-alert demo`, as a newcomer calls it."""

import fcntl
import json
import re
import shutil
import signal
import subprocess
import sys
import time
from collections.abc import Mapping
from datetime import datetime
from pathlib import Path
from typing import TypedDict

import cv2
import httpx
import numpy as np
import pytest

from pipeline.alerts.message import Alert, parse
from pipeline.cli.main import run
from pipeline.resources import data_folder
from pipeline.rules.episode import State
from tests.cli.shell import PROGRAM, ROOT, environment, files_in, smart_alert, started, wait_until
from tests.replay.pages import Page


class Expected(TypedDict):
    """An event of the sample's truth."""

    algorithm: str
    zone: str
    start_s: float
    tolerance_s: float
    end_s: float
    end_tolerance_s: float


def test_a_folder_that_holds_something_else_is_left_alone(tmp_path: Path, capsys: pytest.CaptureFixture[str]) -> None:
    (tmp_path / "thesis.txt").write_text("years of work")
    before = files_in(tmp_path)
    assert run(["demo", "--out", str(tmp_path)]) == 2
    shown = capsys.readouterr()
    assert (shown.out, shown.err) == (
        "",
        f"--out: {tmp_path} holds something else than a demo; name another folder\n",
    )
    assert files_in(tmp_path) == before


def test_a_file_is_no_folder(tmp_path: Path, capsys: pytest.CaptureFixture[str]) -> None:
    (tmp_path / "file").write_text("mine")
    assert run(["demo", "--out", f"{tmp_path}/file"]) == 2
    assert capsys.readouterr().err == f"--out: {tmp_path}/file is a file (expected a folder, or none yet)\n"
    assert run(["demo", "--out", f"{tmp_path}/file/below"]) == 2
    expected = f"{tmp_path}/file/below: there is a file of this name (expected a folder, or none yet)\n"
    assert capsys.readouterr().err == expected
    assert (tmp_path / "file").read_text() == "mine"


def test_one_folder_holds_one_demo_at_a_time(tmp_path: Path, capsys: pytest.CaptureFixture[str]) -> None:
    with (tmp_path / ".smart-alert-demo").open("wb") as mark:
        fcntl.flock(mark, fcntl.LOCK_SH)
        assert run(["demo", "--out", str(tmp_path)]) == 2
    shown = capsys.readouterr()
    assert (shown.out, shown.err) == ("", f"--out: another demo is running in {tmp_path}; name another folder\n")


def test_without_its_network_it_fails_and_says_which_file_is_missing(tmp_path: Path) -> None:
    shutil.copytree(ROOT / "pipeline", tmp_path / "pipeline", ignore=shutil.ignore_patterns("__pycache__"))
    shutil.copytree(ROOT / "models", tmp_path / "models", ignore=shutil.ignore_patterns("*.onnx"))
    for name in ("configs", "sample_videos"):
        (tmp_path / name).symlink_to(ROOT / name)
    done = subprocess.run(
        [*PROGRAM, "demo", "--out", "demo"],
        cwd=tmp_path,
        capture_output=True,
        text=True,
        check=False,
        env=environment(PYTHONPATH=str(tmp_path)),
        timeout=60,
    )
    assert done.returncode == 1
    assert done.stdout == ""
    (line,) = done.stderr.splitlines()
    assert f"{tmp_path}/models/yolov8n.onnx" in line
    assert not (tmp_path / "demo" / "alerts.jsonl").exists()


@pytest.fixture(scope="module")
def demo(tmp_path_factory: pytest.TempPathFactory) -> tuple[Path, str]:
    """The folder that a demo left, and what it printed."""
    out = tmp_path_factory.mktemp("demo") / "out"
    done = smart_alert("demo", "--out", out, longest_s=600)
    assert (done.returncode, done.stderr) == (0, "")
    return out, done.stdout


def alerts_in(out: Path) -> list[Alert]:
    return [parse(line) for line in (out / "alerts.jsonl").read_text(encoding="utf-8").splitlines()]


def truth() -> tuple[datetime, list[Expected]]:
    """When the sample begins, and what happens in it."""
    content = json.loads((data_folder("sample_videos") / "truth.json").read_text(encoding="utf-8"))
    (clip,) = content.values()
    events: list[Expected] = clip["events"]
    return datetime.fromisoformat(clip["start"]), events


@pytest.mark.long
@pytest.mark.timeout(900)
def test_each_event_of_the_sample_is_raised_once_and_cleared_when_the_scene_clears(demo: tuple[Path, str]) -> None:
    alerts = alerts_in(demo[0])
    began, events = truth()
    assert sorted(event["algorithm"] for event in events) == [
        "construction_waste",
        "fire_lane_blocked",
        "street_vendor",
    ]
    assert [alert.state for alert in alerts].count(State.RAISED) == len(events)
    for event in events:
        mine = [
            alert
            for alert in alerts
            if (alert.algorithm, alert.zone and alert.zone.id) == (event["algorithm"], event["zone"])
        ]
        assert [alert.state for alert in mine if alert.state is not State.UPDATED] == [State.RAISED, State.CLEARED]
        assert [alert.revision for alert in mine] == list(range(len(mine)))
        first, last = mine[0], mine[-1]
        assert len({alert.id for alert in mine}) == 1
        assert last.reason == "left"
        assert last.ended_at is not None
        start_s = (first.started_at - began).total_seconds()
        end_s = (last.ended_at - began).total_seconds()
        assert abs(start_s - event["start_s"]) <= event["tolerance_s"], event["algorithm"]
        assert abs(end_s - event["end_s"]) <= event["end_tolerance_s"], event["algorithm"]


@pytest.mark.long
@pytest.mark.timeout(900)
def test_the_demo_shows_what_began_and_ended_as_it_arrived_and_where_the_page_is(
    demo: tuple[Path, str],
) -> None:
    out, shown = demo
    heading, *lines, summary, page, console = shown.splitlines()
    # What each clip adds is for the page.
    alerts = [alert for alert in alerts_in(out) if alert.state is not State.UPDATED]
    assert heading.split()[:3] == ["time", "state", "severity"]
    assert len(lines) == len(alerts)
    for line, alert in zip(lines, alerts, strict=True):
        assert f"  {alert.state.value}" in line
        assert alert.title.zh in line
    assert summary.startswith("3 events; ")
    assert summary.endswith(" times real time")
    assert page == f"page: {out}/index.html"
    python = Path(sys.executable)
    here = python.relative_to(Path.cwd()) if python.is_relative_to(Path.cwd()) else python
    assert console == f"console: {here} -m pipeline demo --console --out {out}"


@pytest.mark.long
@pytest.mark.timeout(900)
def test_the_page_holds_everything_it_shows(demo: tuple[Path, str]) -> None:
    out, _ = demo
    page = Page(out / "index.html")
    raised = [alert for alert in alerts_in(out) if alert.state is State.RAISED]
    assert len(page.pictures) == 3
    assert all(picture.startswith("data:image/jpeg;base64,") for picture in page.pictures)
    assert page.links == [f"#{alert.id}" for alert in raised]
    text = (out / "index.html").read_text(encoding="utf-8")
    assert not any(
        reference in text for reference in ("http:", "https:", "file:", "url(", "<script", "<link", "@import")
    )
    for alert in raised:
        assert alert.evidence is not None
        assert (out / alert.evidence.snapshot).read_bytes().startswith(b"\xff\xd8")
        assert (out / alert.evidence.frame).read_bytes().startswith(b"\xff\xd8")


@pytest.mark.long
@pytest.mark.timeout(900)
def test_a_browser_shows_the_page(demo: tuple[Path, str], tmp_path: Path) -> None:
    browser = shutil.which("chromium")
    if browser is None:
        pytest.skip("chromium is not installed")
    picture = tmp_path / "page.png"
    subprocess.run(
        [
            *(browser, "--headless", "--no-sandbox", "--disable-gpu", f"--user-data-dir={tmp_path}/profile"),
            *(
                "--hide-scrollbars",
                "--window-size=1280,1600",
                f"--screenshot={picture}",
                f"file://{demo[0]}/index.html",
            ),
        ],
        check=True,
        capture_output=True,
        timeout=120,
    )
    pixels = cv2.imread(str(picture))
    assert pixels is not None
    # A blank page has one colour, text alone a few dozen; three snapshots have thousands.
    assert len(np.unique(pixels.reshape(-1, 3), axis=0)) > 5000


@pytest.mark.long
@pytest.mark.timeout(900)
def test_the_console_opens_on_what_the_demo_has_made(demo: tuple[Path, str]) -> None:
    out, _ = demo
    before = results_in(out)
    with started("demo", "--console", "--out", out) as process:
        try:
            line = process.stdout.readline() if process.stdout else ""
            found = re.fullmatch(r"console: (http://\S+)  name: demo  password: (\S+)  \(stop: Ctrl-C\)\n", line)
            assert found, line
            with httpx.Client(base_url=found[1], headers={"Origin": found[1].rstrip("/")}, timeout=60) as client:
                session = client.post("api/login", json={"name": "demo", "password": found[2]}).json()
                assert session["user"] == {"name": "demo", "role": "admin"}
                assert session["site"]["name"] == "闻韶社区示范站"
            process.send_signal(signal.SIGINT)
            _, told = process.communicate(timeout=60)
        finally:
            process.kill()
    assert (process.returncode, told) == (0, "")
    assert results_in(out) == before


@pytest.mark.long
@pytest.mark.timeout(900)
def test_a_demo_that_is_broken_off_leaves_the_last_one_whole(demo: tuple[Path, str], tmp_path: Path) -> None:
    out = shutil.copytree(demo[0], tmp_path / "out")
    before = results_in(out)
    with started("demo", "--out", out) as process:
        wait_until((out / "state" / "log" / "east-gate.parquet.partial").exists)
        time.sleep(2.0)
        process.send_signal(signal.SIGINT)
        _, told = process.communicate(timeout=60)
    assert (process.returncode, told.splitlines()) == (130, ["", "smart-alert: interrupted"])
    assert results_in(out) == before


@pytest.mark.long
@pytest.mark.timeout(900)
def test_a_second_demo_takes_the_place_of_the_first(demo: tuple[Path, str]) -> None:
    out, _ = demo
    before = results_in(out)
    assert smart_alert("demo", "--out", out, longest_s=600).returncode == 0
    after = results_in(out)
    # The page tells how long it took.
    assert set(after) == set(before)
    assert {name for name in after if after[name] != before[name]} <= {"index.html"}


def results_in(out: Path) -> Mapping[str, bytes]:
    """What a demo leaves for people: not its state."""
    return {
        name: content
        for name, content in files_in(out).items()
        if not name.startswith("state/") and not name.endswith(".part")
    }
