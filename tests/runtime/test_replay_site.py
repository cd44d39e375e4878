"""Several cameras replayed at once: the same results whatever the number of processes, also after a kill."""

import json
import os
import signal
from pathlib import Path

import pytest

from pipeline.cli.main import run
from pipeline.observation import NS_PER_S, CameraId, MediaNs, Tick
from pipeline.replay.log import LogWriter, read_log
from tests.cli.shell import files_in, site_with_log, started, wait_until
from tests.runtime.standing_car import START, write_site, write_video

CAMERAS = ("cam-0", "cam-1", "cam-2")


@pytest.fixture(scope="module")
def place(tmp_path_factory: pytest.TempPathFactory) -> Path:
    """A site of three cameras, and a log of each in `log/`."""
    folder = tmp_path_factory.mktemp("place")
    _, log = site_with_log(folder)
    entries = list(read_log(log))
    for camera in CAMERAS:
        (folder / "log" / camera).mkdir(parents=True)
        with LogWriter(folder / "log" / camera / "night.parquet", CameraId(camera)) as writer:
            for entry in entries:
                writer.append(entry)
    write_site(folder, ["gate.mp4", "yard.mp4", "lane.mp4"])
    return folder


def replayed(place: Path, out: Path, *arguments: str) -> int:
    return run(["replay", str(place / "site.yaml"), "--source", str(place / "log"), "--out", str(out), *arguments])


def test_all_cameras_are_replayed_alike_by_one_process_or_two(
    place: Path, tmp_path: Path, capfd: pytest.CaptureFixture[str]
) -> None:
    assert replayed(place, tmp_path / "one", "--jobs", "1", "--json") == 0
    *lines, last = capfd.readouterr().out.splitlines()
    assert [json.loads(line)["camera"]["id"] for line in lines] == [one for one in CAMERAS for _ in range(2)]
    assert json.loads(last)["summary"]["events"] == 3
    assert replayed(place, tmp_path / "two", "--jobs", "2") == 0
    assert files_in(tmp_path / "one") == files_in(tmp_path / "two")
    assert list(files_in(tmp_path / "one")) == [f"{camera}/alerts.jsonl" for camera in CAMERAS]


def test_some_cameras_only_and_one_that_fails_is_told_while_the_others_are_done(
    place: Path, tmp_path: Path, capfd: pytest.CaptureFixture[str]
) -> None:
    assert replayed(place, tmp_path, "--camera", "cam-0", "--camera", "cam-2") == 0
    assert capfd.readouterr().err.startswith("cam-0: 1 events")
    assert list(files_in(tmp_path)) == ["cam-0/alerts.jsonl", "cam-2/alerts.jsonl"]
    broken = place / "log" / "cam-1" / "night.parquet"
    content = broken.read_bytes()
    # The heading is whole, what it is about is not.
    broken.write_bytes(content[:100] + bytes(400) + content[500:])
    capfd.readouterr()
    assert replayed(place, tmp_path / "all") == 1
    [line] = capfd.readouterr().err.splitlines()
    assert line.startswith(f"camera cam-1: {broken}: cannot be read as an observation log")
    assert (tmp_path / "all" / "cam-2" / "alerts.jsonl").exists()
    # What is done is not done again once the fault is mended.
    before = (tmp_path / "all" / "cam-2" / "alerts.jsonl").stat().st_mtime_ns
    broken.write_bytes(content)
    # A call about another camera takes nothing away from what this one has done.
    assert replayed(place, tmp_path / "all", "--camera", "cam-1") == 0
    capfd.readouterr()
    broken.touch()
    assert replayed(place, tmp_path / "all") == 0
    assert capfd.readouterr().err.splitlines()[0] == (
        "goes on where it was broken off: 2 cameras are done, 0 were begun"
    )
    assert (tmp_path / "all" / "cam-2" / "alerts.jsonl").stat().st_mtime_ns == before
    assert not (tmp_path / "all" / ".unfinished").exists()


def test_a_camera_whose_recording_has_changed_meanwhile_begins_anew_and_the_others_do_not(
    place: Path, tmp_path: Path, capfd: pytest.CaptureFixture[str]
) -> None:
    broken = place / "log" / "cam-1" / "night.parquet"
    content = broken.read_bytes()
    broken.write_bytes(content[:100] + bytes(400) + content[500:])
    try:
        assert replayed(place, tmp_path) == 1
    finally:
        broken.write_bytes(content)
    os.utime(place / "log" / "cam-2" / "night.parquet")
    capfd.readouterr()
    assert replayed(place, tmp_path) == 0
    assert capfd.readouterr().err.splitlines()[0] == (
        "goes on where it was broken off: 1 cameras are done, 0 were begun; "
        "2 begin anew: their rules or recordings are others now"
    )


@pytest.mark.long
def test_a_replay_that_is_killed_goes_on_and_gives_the_same_bytes(place: Path, tmp_path: Path) -> None:
    days = tmp_path / "days"
    for camera in CAMERAS[:2]:
        (days / camera).mkdir(parents=True)
        with LogWriter(days / camera / "days.parquet", CameraId(camera)) as writer:
            for second in range(0, 4 * 86_400, 1):
                writer.append(Tick(MediaNs(START + second * NS_PER_S)))
    whole, parts = tmp_path / "whole", tmp_path / "parts"
    call = ("replay", place / "site.yaml", "--source", days, "--jobs", "1")
    assert run([*map(str, call), "--out", str(whole)]) == 0
    with started(*call, "--out", parts) as process:
        wait_until(lambda: len(list(parts.glob(".unfinished/cam-0/*.day"))) >= 2)
        process.send_signal(signal.SIGKILL)
        process.communicate(timeout=60)
    kept = {path: path.stat().st_mtime_ns for path in parts.glob(".unfinished/cam-0/*.day")}
    assert kept
    assert run([*map(str, call), "--out", str(parts)]) == 0
    assert files_in(whole) == files_in(parts)


@pytest.mark.long
def test_a_recorders_folders_are_replayed_as_cameras(place: Path, tmp_path: Path) -> None:
    for camera in ("cam-0", "cam-2"):
        (tmp_path / "nvr" / camera).mkdir(parents=True)
        write_video(tmp_path / "nvr" / camera / "20260105_080000.mp4", 4.0, lambda _: False)
        write_video(tmp_path / "nvr" / camera / "20260105_080020.mp4", 4.0, lambda _: False)
    call = ["replay", str(place / "site.yaml"), "--source", str(tmp_path / "nvr"), "--out", str(tmp_path / "out")]
    assert run(call) == 0
    assert [name for name in files_in(tmp_path / "out") if name.endswith("parquet")] == [
        "cam-0/observations.parquet",
        "cam-2/observations.parquet",
    ]
    entries = list(read_log(tmp_path / "out" / "cam-0" / "observations.parquet"))
    assert entries[0].t == START
    assert {type(entry).__name__ for entry in entries} == {"Observation", "Gap", "Tick", "End"}
