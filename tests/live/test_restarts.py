"""A run that is killed, and the next one, with a real RTSP server."""

import shutil
from pathlib import Path

import pytest

from tests.live.live_run import LiveRun, SiteFile, story
from tests.live.test_outages import assert_is_a_log
from tests.rtsp.server import Recording, RtspServer

pytestmark = pytest.mark.long


def test_a_dwell_and_an_event_outlive_kill_9(tmp_path: Path, clips: Path) -> None:
    """Killed in the middle of the dwell, again after the raise, and once more while the thing goes away."""
    shutil.copy(clips / "car.mp4", tmp_path / "seen.mp4")
    with RtspServer({"gate": Recording(tmp_path / "seen.mp4")}) as server:
        site = SiteFile(tmp_path, {"cam": f"source: '{server.url('gate')}'"}, dwell="11s")
        site.write()
        with LiveRun(site) as first:
            # A checkpoint is at most some five seconds behind.
            first.wait(lambda: first.metric("camera_looks_total", kind="health") >= 10, 30)
            assert first.alerts == []
            first.kill()
        with LiveRun(site) as second:
            second.wait_for_event("camera.resumed", camera="cam")
            raised = second.wait_for_alert("raised")
            second.kill()
        shutil.copy(clips / "street.mp4", tmp_path / "seen.mp4")
        with LiveRun(site) as third:
            cleared = third.wait_for_alert("cleared")
            assert third.stop() < 5
    assert first.alerts_of() == []
    assert story(second.alerts_of()) == [("raised", None)]
    assert story(third.alerts_of()) == [("cleared", "gone_during_gap")]
    assert (cleared.id, cleared.started_at) == (raised.id, raised.started_at)
    # It began under the first run and was not begun anew.
    assert raised.started_at.timestamp() * 1e9 < site.gaps_of("cam")[0].blind_from
    assert raised.dwell_s >= 11
    assert_is_a_log(site.log_of("cam"))
    # Of the second one's end the log may have lost what was not written yet.
    assert len(site.gaps_of("cam")) in (1, 2)


def test_what_goes_from_the_site_file_between_two_runs_is_cleared(tmp_path: Path, clips: Path) -> None:
    with RtspServer({"gate": Recording(clips / "car.mp4"), "yard": Recording(clips / "car.mp4")}) as server:
        both = {"gate": f"source: '{server.url('gate')}'", "yard": f"source: '{server.url('yard')}'"}
        site = SiteFile(tmp_path, both)
        site.write()
        with LiveRun(site) as first:
            raised = {camera: first.wait_for_alert("raised", camera) for camera in both}
            first.kill()
        site.cameras = {"gate": both["gate"]}
        site.dwell = ""
        site.write()
        with LiveRun(site) as second:
            of_rule = second.wait_for_alert("cleared", "gate")
            of_camera = second.wait_for_alert("cleared", "yard")
            second.wait(lambda: second.metric("camera_looks_total", camera="gate", kind="health") > 2)
            assert second.events("camera.turn_failed") == []
            assert second.stop() < 5
    assert story(second.alerts_of("gate")) == [("cleared", "rule_changed")]
    assert story(second.alerts_of("yard")) == [("cleared", "camera_removed")]
    for camera, cleared in (("gate", of_rule), ("yard", of_camera)):
        assert (cleared.id, cleared.zone, cleared.rule) == (raised[camera].id, raised[camera].zone, "fire-lane")
        assert cleared.revision == raised[camera].revision + 1
