"""Recordings in the cameras' place, at the pace at which they were recorded."""

import shutil
from itertools import pairwise
from pathlib import Path

import pytest

from pipeline.observation import Observation, seconds
from pipeline.runtime.clock import stopwatch
from tests.live.footage import write_footage
from tests.live.live_run import LiveRun, SiteFile, story

pytestmark = pytest.mark.long

START = "start: '2026-01-05T08:00:00+08:00'"
START_NS = 1_767_571_200_000_000_000


def test_recordings_run_at_their_pace_to_their_end(tmp_path: Path) -> None:
    write_footage(tmp_path / "comes.mp4", 5, lambda t_s: t_s >= 1, gop=10)
    write_footage(tmp_path / "small.mp4", 5, lambda t_s: t_s >= 1, gop=10)
    site = SiteFile(
        tmp_path,
        {
            "one": f"source: comes.mp4, {START}",
            "two": f"streams: {{main: comes.mp4, sub: small.mp4}}, {START}",
        },
    )
    site.write()
    elapsed_s = stopwatch()
    with LiveRun(site, "--pace", "realtime", "--once") as run:
        assert run.end(40) == 0
        assert elapsed_s() > 4.5
    for camera in ("one", "two"):
        assert story(run.alerts_of(camera)) == [("raised", None), ("cleared", "source_ended")]
        started = run.alerts_of(camera, "raised")[0].started_at.timestamp() - START_NS / 1e9
        assert started == pytest.approx(1.0, abs=0.6)
    entries = site.log_of("one")
    assert [entry.t for entry in entries] == sorted(entry.t for entry in entries)
    assert 0 <= entries[0].t - START_NS < 2e9


def test_a_recording_loops_until_its_time_is_over_and_goes_on_after_a_crash(tmp_path: Path) -> None:
    write_footage(tmp_path / "comes.mp4", 4, lambda t_s: t_s >= 1)
    site = SiteFile(tmp_path, {"cam": f"source: comes.mp4, loop: true, {START}"}, dwell="8s")
    site.write()
    with LiveRun(site) as killed:
        killed.wait(lambda: killed.metric("camera_looks_total", kind="health") >= 16, 40)
        killed.kill()
    with LiveRun(site, "--duration", "7s") as run:
        assert run.end(40) == 0
    assert run.events("camera.resumed")
    times = [seconds(entry.t - START_NS) for entry in site.log_of("cam") if isinstance(entry, Observation)]
    assert times == sorted(times)
    # No time passed for the recording between the runs, and none is lost over its end.
    assert max(after - before for before, after in pairwise(times)) < 6
    assert times[-1] > 9
    assert site.gaps_of("cam") == []


def test_with_once_a_recording_that_cannot_be_read_is_a_failure_and_keeps_nobody_waiting(tmp_path: Path) -> None:
    write_footage(tmp_path / "street.mp4", 3, lambda _: False)
    site = SiteFile(tmp_path, {"good": f"source: street.mp4, {START}", "bad": f"source: broken.mp4, {START}"})
    (tmp_path / "broken.mp4").write_bytes(b"this is no video")
    site.write()
    with LiveRun(site, "--pace", "realtime", "--once") as run:
        assert run.end(40) == 1
    assert run.stderr[-1].startswith(f"camera bad: {tmp_path}/broken.mp4: ")
    assert run.alerts == []


def test_a_recording_that_is_exchanged_under_the_run_is_read_again(tmp_path: Path, clips: Path) -> None:
    shutil.copy(clips / "street.mp4", tmp_path / "seen.mp4")
    (tmp_path / "seen.mp4").write_bytes((clips / "street.mp4").read_bytes()[:200_000])
    site = SiteFile(tmp_path, {"cam": f"source: seen.mp4, {START}"})
    site.write()
    with LiveRun(site) as run:
        lost = run.wait_for_event("stream.lost", camera="cam")
        assert lost["kind"] == "lost"
        shutil.copy(clips / "car.mp4", tmp_path / "seen.mp4")
        run.wait_for_alert("raised", "cam")
        assert run.stop() < 5
