import base64
import csv
import json
import os
import shutil
import signal
import subprocess
from dataclasses import replace
from pathlib import Path

import numpy as np
import pytest
from PIL import Image

from pipeline.cli.main import run
from pipeline.config.load import load_site
from pipeline.config.vocabulary import load_vocabulary
from pipeline.observation import CameraId, MediaNs
from pipeline.replay.events import events_of_log
from pipeline.replay.log import LogWriter, read_log
from pipeline.replay.truth import Label, Verdict, write_labels
from tests.cli.shell import PROGRAM, environment, smart_alert, wait_until
from tests.rules.scenes import PARKED, at, observation, stay, times
from tests.runtime.standing_car import write_site

CAMERA = CameraId("cam-0")


def _site(tmp_path: Path) -> Path:
    """A site whose log holds a sure car of 40 s, a doubtful one of 40 s, and a sure one of 10 s."""
    path = write_site(tmp_path)
    folder = tmp_path / "state" / "log" / CAMERA
    folder.mkdir(parents=True)
    things = [
        stay(PARKED, 10, 50, track=1, look=1),
        stay(PARKED, 100, 140, track=2, look=2, score=0.45),
        stay(PARKED, 200, 210, track=3, look=3),
    ]
    with LogWriter(folder / "20260105T000000_000000000Z.parquet", CAMERA) as log:
        for t_s in times(300, 1):
            log.append(observation(t_s, things))
    return path


def _label(start_s: float, verdict: Verdict) -> Label:
    return Label(CAMERA, "fire-lane", "", MediaNs(at(start_s)), MediaNs(at(start_s + 40)), verdict)


@pytest.mark.long
def test_settings_are_scored_against_labels_and_the_best_can_be_pasted(tmp_path: Path) -> None:
    site = _site(tmp_path)
    write_labels(
        tmp_path / "labels.csv",
        [_label(10, Verdict.TRUE), _label(100, Verdict.MISSED), _label(200, Verdict.FALSE)],
        load_site(site, {}).timezone,
    )
    call = ("tune", site, "--rule", "fire-lane", "--labels", tmp_path / "labels.csv", "--out", tmp_path / "out")
    done = smart_alert(*call, "--sweep", "dwell=5s,20s", "--sweep", "confidence=0.1,0.4,0.6", "--json")
    assert done.returncode == 0, done.stderr
    told = [json.loads(line) for line in done.stdout.splitlines()]
    by_setting = {(one["dwell"], one["confidence"]): one for one in told}
    assert [by_setting["5s", "0.4"][key] for key in ("events", "hits", "false_alarms", "recall")] == [3, 2, 1, 1.0]
    assert [by_setting["20s", "0.4"][key] for key in ("events", "hits", "false_alarms", "recall")] == [2, 2, 0, 1.0]
    assert [by_setting["20s", "0.6"][key] for key in ("events", "hits", "false_alarms", "recall")] == [1, 1, 0, 0.5]
    assert "nothing of bus below 0.3" in by_setting["5s", "0.1"]["refused"]
    assert by_setting["20s", "0.4"]["on_front"]
    assert not by_setting["20s", "0.6"]["on_front"]
    assert (tmp_path / "out" / "front.png").read_bytes()[:4] == b"\x89PNG"
    assert "dwell: 20s\n  confidence: 0.4" in (tmp_path / "out" / "front.yaml").read_text(encoding="utf-8")
    with (tmp_path / "out" / "settings.csv").open(encoding="utf-8") as file:
        assert len(list(csv.DictReader(file))) == 6


@pytest.mark.long
def test_without_labels_there_is_a_contact_sheet_of_each_setting(tmp_path: Path) -> None:
    site = _site(tmp_path)
    done = smart_alert("tune", site, "--rule", "fire-lane", "--sweep", "dwell=5s,20s", "--out", tmp_path / "out")
    assert done.returncode == 0, done.stderr
    assert done.stdout == "  dwell 5s: 3 events\n  dwell 20s: 2 events\n"
    assert {path.name for path in (tmp_path / "out").iterdir()} == {"settings.csv", "events-001.jpg", "events-002.jpg"}


@pytest.mark.long
def test_zones_are_tried_each_on_the_cameras_that_have_them(tmp_path: Path) -> None:
    site = _site(tmp_path)
    fence = json.loads((tmp_path / "gate.geojson").read_text(encoding="utf-8"))
    (lane,) = fence["features"]
    corner = [[0.0, 0.0], [0.1, 0.0], [0.1, 0.1], [0.0, 0.1], [0.0, 0.0]]
    away = {**lane, "properties": {**lane["properties"], "id": "away"}, "geometry": {"type": "Polygon"}}
    away["geometry"]["coordinates"] = [corner]
    (tmp_path / "gate.geojson").write_text(json.dumps({**fence, "features": [lane, away]}), encoding="utf-8")
    call = ("tune", site, "--rule", "fire-lane", "--out", tmp_path / "out", "--sweep", "dwell=5s,20s")
    done = smart_alert(*call, "--sweep", "zones=lane,away,[away,lane]")
    assert done.returncode == 0, done.stderr
    assert [line.strip() for line in done.stdout.splitlines()] == [
        "dwell 5s, zones lane: 3 events",
        "dwell 5s, zones away: 0 events",
        "dwell 5s, zones [away,lane]: 3 events",
        "dwell 20s, zones lane: 2 events",
        "dwell 20s, zones away: 0 events",
        "dwell 20s, zones [away,lane]: 2 events",
    ]


@pytest.mark.parametrize(
    ("changed", "told"),
    [
        (("--rule", "fire-lan"), 'did you mean "fire-lane"'),
        (("--sweep", "dwel=5s"), 'did you mean "dwell"'),
        (("--log", "/nowhere"), "holds no log"),
        (("--evidence", "/nowhere"), "--evidence: /nowhere: no such folder"),
        (("--tolerance", "soon"), "--tolerance"),
    ],
)
def test_a_wrong_call_is_told_in_one_line(tmp_path: Path, changed: tuple[str, str], told: str) -> None:
    done = smart_alert("tune", _site(tmp_path), "--rule", "fire-lane", "--out", tmp_path / "out", *changed)
    assert done.returncode == 2
    assert told in done.stderr.splitlines()[-1]
    assert "Traceback" not in done.stderr


COMPLETE = "events without a label were counted as false alarms: the labels claim to hold all that happened"
PARTIAL = "events without a label were not judged: the labels do not claim to hold all that happened"


def _tuned(site: Path, *arguments: str) -> int:
    out = str(site.parent / "out")
    return run(["tune", str(site), "--rule", "fire-lane", "--sweep", "dwell=5s,20s", "--out", out, *arguments])


def test_labels_of_a_review_that_was_broken_off_do_not_make_false_alarms_of_what_nobody_judged(
    tmp_path: Path, capsys: pytest.CaptureFixture[str]
) -> None:
    site, file = _site(tmp_path), tmp_path / "labels.csv"
    for is_partial, how, false_alarms in ((True, PARTIAL, 0), (False, COMPLETE, 2)):
        label = replace(_label(10, Verdict.TRUE), is_partial=is_partial)
        write_labels(file, [label], load_site(site, {}).timezone)
        assert _tuned(site, "--labels", str(file), "--json") == 0
        shown = capsys.readouterr()
        assert shown.err.splitlines()[0] == how
        assert json.loads(shown.out.splitlines()[0])["false_alarms"] == false_alarms


def test_where_nothing_happened_there_is_no_front_and_the_events_are_shown_instead(
    tmp_path: Path, capsys: pytest.CaptureFixture[str]
) -> None:
    site, file = _site(tmp_path), tmp_path / "labels.csv"
    write_labels(file, [_label(10, Verdict.FALSE)], load_site(site, {}).timezone)
    assert _tuned(site, "--labels", str(file)) == 0
    how, why, *_ = capsys.readouterr().err.splitlines()
    assert (how, why) == (PARTIAL, "there is no recall, and so no front: the labels hold nothing that happened")
    names = {path.name for path in (tmp_path / "out").iterdir()}
    assert names == {"settings.csv", "events-001.jpg", "events-002.jpg"}


def _blue(path: Path) -> int:
    """How many pixels are of the colour of the snapshots below."""
    with Image.open(path) as picture:
        pixels = np.asarray(picture.convert("RGB"), np.int64)
    return int(((pixels[..., 2] > 200) & (pixels[..., 0] < 60) & (pixels[..., 1] < 60)).sum())


def test_the_evidence_that_a_site_has_kept_is_shown_by_tuning_and_by_an_analysis(tmp_path: Path) -> None:
    path = _site(tmp_path)
    site = load_site(path, {})
    events = events_of_log(site, site.cameras[0], read_log(tmp_path / "state" / "log" / CAMERA), load_vocabulary())
    assert len(events) == 3
    folder = tmp_path / "state" / "evidence" / events[0].id
    folder.mkdir(parents=True)
    for kind in ("snapshot", "frame"):
        Image.new("RGB", (256, 144), (0, 0, 255)).save(folder / f"{kind}-0123456789abcdef.jpg")
    assert _tuned(path) == 0
    # The event begins at the same moment under either setting.
    assert [_blue(tmp_path / "out" / f"events-00{n}.jpg") > 30_000 for n in (1, 2)] == [True, True]
    assert run(["analyse", str(path), "--out", str(tmp_path / "report")]) == 0
    page = (tmp_path / "report" / "index.html").read_bytes()
    assert base64.b64encode((folder / "snapshot-0123456789abcdef.jpg").read_bytes()) in page
    # What has gone by its age is drawn.
    shutil.rmtree(tmp_path / "state" / "evidence")
    assert _tuned(path) == 0
    assert _blue(tmp_path / "out" / "events-001.jpg") == 0


def test_a_log_that_is_a_file_is_found_by_tuning_and_by_an_analysis(
    tmp_path: Path, capsys: pytest.CaptureFixture[str]
) -> None:
    site, folder = _site(tmp_path), tmp_path / "state" / "log"
    next((folder / CAMERA).iterdir()).rename(folder / "cam-0.parquet")
    (folder / CAMERA).rmdir()
    with LogWriter(folder / "gone.parquet", CameraId("gone")) as log:
        log.append(observation(0))
    assert _tuned(site) == 0
    assert capsys.readouterr().out == "  dwell 5s: 3 events\n  dwell 20s: 2 events\n"
    assert run(["analyse", str(site), "--out", str(tmp_path / "report")]) == 0
    assert capsys.readouterr().out.startswith("3 events on 1 cameras")


_HEAD = "camera,rule,start,verdict\n"


@pytest.mark.parametrize(
    ("labels", "told"),
    [
        ("", "no column camera, rule, start, verdict"),
        (_HEAD, "(it has none at all)"),
        (_HEAD + "cam-0,fire-lanes,2026-01-05T08:00:10,true\n", "(it has fire-lanes)"),
        (_HEAD + "cam-9,fire-lane,2026-01-05T08:00:10,true\n", "holds labels of cam-9 alone (there are logs of cam-0)"),
    ],
)
def test_labels_that_say_nothing_of_the_logs_are_refused(tmp_path: Path, labels: str, told: str) -> None:
    (tmp_path / "labels.csv").write_text(labels, encoding="utf-8")
    call = ("tune", _site(tmp_path), "--rule", "fire-lane", "--out", tmp_path / "out")
    done = smart_alert(*call, "--labels", tmp_path / "labels.csv")
    assert done.returncode == 2
    assert told in done.stderr.splitlines()[-1]


def test_labels_of_other_cameras_are_told_and_left_out_and_nothing_else_is_on_stderr(tmp_path: Path) -> None:
    site = _site(tmp_path)
    other = Label(CameraId("cam-9"), "fire-lane", "", MediaNs(at(10)), MediaNs(at(50)), Verdict.TRUE)
    write_labels(tmp_path / "labels.csv", [_label(10, Verdict.TRUE), other], load_site(site, {}).timezone)
    call = ("tune", site, "--rule", "fire-lane", "--out", tmp_path / "out", "--labels", tmp_path / "labels.csv")
    done = smart_alert(*call)
    assert done.returncode == 0
    warning, how, *files = done.stderr.splitlines()
    assert how == COMPLETE
    assert warning == "warning: 1 labels are left out: there is no log of cam-9"
    assert files == [str(tmp_path / "out" / name) for name in ("settings.csv", "front.png", "front.yaml")]


@pytest.mark.long
def test_an_interrupt_ends_it_in_a_line_and_leaves_no_process(tmp_path: Path) -> None:
    site = write_site(tmp_path, ["a.mp4", "b.mp4", "c.mp4"])
    for camera in ("cam-0", "cam-1", "cam-2"):
        folder = tmp_path / "state" / "log" / camera
        folder.mkdir(parents=True)
        with LogWriter(folder / "20260105T000000_000000000Z.parquet", CameraId(camera)) as log:
            for t_s in times(4000, 1):
                log.append(observation(t_s, [stay(PARKED, 10, 3990)]))
    call = [*PROGRAM, "tune", str(site), "--rule", "fire-lane", "--out", str(tmp_path / "out"), "--processes", "2"]
    call += ["--sweep", "grace=1s:9s:1s", "--sweep", "clear_after=1s:9s:1s"]
    with subprocess.Popen(
        call, stdout=subprocess.PIPE, stderr=subprocess.PIPE, text=True, env=environment(), start_new_session=True
    ) as process:
        wait_until(lambda: len(_children(process.pid)) >= 1)
        children = _children(process.pid)
        os.killpg(process.pid, signal.SIGINT)
        out, told = process.communicate(timeout=60)
    assert process.returncode != 0
    assert out == ""
    assert told.split("\n") == ["", "smart-alert: interrupted", ""]
    wait_until(lambda: not any(Path(f"/proc/{child}").exists() for child in children))


def _children(pid: int) -> list[int]:
    """Its processes: a tracker of shared memory and those that work."""
    try:
        return [int(one) for one in Path(f"/proc/{pid}/task/{pid}/children").read_text(encoding="utf-8").split()]
    except OSError:
        return []


@pytest.mark.long
def test_an_analysis_of_the_logs_finds_the_events_of_the_rules(tmp_path: Path) -> None:
    done = smart_alert("analyse", _site(tmp_path), "--out", tmp_path / "report")
    assert done.returncode == 0, done.stderr
    assert done.stdout.startswith("3 events on 1 cameras")
    names = {path.name for path in (tmp_path / "report").iterdir()}
    assert names == {"index.html", "events.csv", "days.csv", "hours.csv", "cameras.csv", "report.xlsx"}


def test_an_analysis_of_nothing_is_refused(tmp_path: Path) -> None:
    done = smart_alert("analyse", write_site(tmp_path), "--out", tmp_path / "report")
    assert (done.returncode, done.stdout) == (2, "")
    assert "neither a log nor an event" in done.stderr
