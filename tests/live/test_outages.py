"""Cameras that go away and come back, with a real RTSP server."""

import shutil
from itertools import pairwise
from pathlib import Path

import pytest

from pipeline.observation import Entry, Gap, GapCause, Observation, Tick, seconds
from tests.live.live_run import LiveRun, SiteFile, story
from tests.rtsp.server import Recording, RtspServer

pytestmark = pytest.mark.long


def test_an_event_outlives_a_short_outage_and_ends_when_the_thing_is_gone_after_another(
    tmp_path: Path, clips: Path
) -> None:
    shutil.copy(clips / "car.mp4", tmp_path / "seen.mp4")
    with RtspServer({"gate": Recording(tmp_path / "seen.mp4")}) as server:
        site = SiteFile(tmp_path, {"cam": f"source: '{server.url('gate')}'"})
        site.write()
        with LiveRun(site) as run:
            raised = run.wait_for_alert("raised")
            server.kill()
            run.wait_for_event("stream.lost", kind="unreachable")
            run.wait(lambda: run.metric("camera_blind", cause="no_signal") == 1)
            server.start()
            run.wait(lambda: run.metric("camera_reconnects_total", camera="cam") == 1)
            run.wait(lambda: run.metric("camera_blind") == 0)
            looks = run.metric("camera_looks_total", kind="health")
            run.wait(lambda: run.metric("camera_looks_total", kind="health") >= looks + 5)
            assert story(run.alerts_of()) == [("raised", None)]
            server.kill()
            run.wait(lambda: run.metric("camera_blind", cause="no_signal") == 1)
            shutil.copy(clips / "street.mp4", tmp_path / "seen.mp4")
            server.start()
            cleared = run.wait_for_alert("cleared", longest_s=60)
            assert run.stop() < 5
            assert run.process.returncode == 0
        assert story(run.alerts_of()) == [("raised", None), ("cleared", "gone_during_gap")]
        assert cleared.id == raised.id
        gaps = site.gaps_of("cam")
        assert [gap.cause for gap in gaps] == [GapCause.NO_SIGNAL] * 2
        assert cleared.ended_at is not None
        assert gaps[1].blind_from / 1e9 == pytest.approx(cleared.ended_at.timestamp(), abs=3)
        assert_is_a_log(site.log_of("cam"))


def assert_is_a_log(entries: list[Entry]) -> None:
    """Time never goes back, never stands still for long, and nothing was seen in a gap."""
    assert any(isinstance(entry, Observation) for entry in entries)
    for before, after in pairwise(entries):
        assert 0 <= seconds(after.t - before.t) <= 2.01, (before, after)
    is_open = False
    for entry in entries:
        if isinstance(entry, Gap):
            is_open = entry.is_open
        assert isinstance(entry, Gap | Tick) or not is_open
