"""The site file is changed under a live run, and SIGHUP says so."""

import signal
from pathlib import Path

import pytest

from tests.live.live_run import LiveRun, SiteFile, story
from tests.rtsp.server import Recording, RtspServer

pytestmark = pytest.mark.long


def test_what_changed_is_taken_over_and_what_did_not_goes_on_untouched(tmp_path: Path, clips: Path) -> None:
    car = Recording(clips / "car.mp4")
    with RtspServer({"gate": car, "yard": car, "lane": car}) as server:
        sources = {name: f"source: '{server.url(name)}'" for name in ("gate", "yard", "lane")}
        site = SiteFile(tmp_path, {"gate": sources["gate"], "yard": sources["yard"]})
        site.write()
        with LiveRun(site) as run:
            raised = {camera: run.wait_for_alert("raised", camera) for camera in ("gate", "yard")}

            # A camera goes, another comes.
            site.cameras = {"gate": sources["gate"], "lane": sources["lane"]}
            site.write()
            run.signal(signal.SIGHUP)
            assert run.wait_for_alert("cleared", "yard").id == raised["yard"].id
            run.wait_for_alert("raised", "lane")
            assert story(run.alerts_of("yard")) == [("raised", None), ("cleared", "camera_removed")]
            run.wait(lambda: run.metric("cameras") == 2)
            assert run.metric("camera_connected", camera="yard") == 0

            # A file that is wrong.
            good = site.path.read_text(encoding="utf-8")
            site.path.write_text(good.replace("fire_lane_blocked", "fire_lane_blokced"), encoding="utf-8")
            run.signal(signal.SIGHUP)
            refusal = run.wait_for_event("site.refused")
            assert "fire_lane_blocked" in str(refusal["fault"])
            run.wait(lambda: run.metric("site_reloads_total", result="refused") == 1)
            looks = run.metric("camera_looks_total", camera="gate", kind="health")
            run.wait(lambda: run.metric("camera_looks_total", camera="gate", kind="health") > looks)

            # A change that needs a new start.
            site.path.write_text(good.replace("confidence: 0.3", "confidence: 0.5"), encoding="utf-8")
            run.signal(signal.SIGHUP)
            run.wait(lambda: run.metric("site_reloads_total", result="refused") == 2)

            # The rule is another one.
            site.dwell = "3s"
            site.write()
            run.signal(signal.SIGHUP)
            cleared = run.wait_for_alert("cleared", "gate")
            assert (cleared.id, cleared.reason) == (raised["gate"].id, "rule_changed")
            run.wait(lambda: len(run.alerts_of("gate", "raised")) == 2)

            # There is no rule any more.
            site.dwell = ""
            site.write()
            run.signal(signal.SIGHUP)
            run.wait(lambda: len(run.alerts_of("gate", "cleared")) == 2)
            run.wait(lambda: run.metric("site_reloads_total", result="taken_over") == 3)

            # The camera that did not change has been on one connection all the time.
            assert [one["connection"] for one in run.events("stream.connected", camera="gate")] == [1]
            assert run.metric("camera_reconnects_total", camera="gate") == 0
            assert run.events("camera.turn_failed") == []
            assert run.get("/healthz")[0] == 200
            assert run.stop() < 5
        again, last = run.alerts_of("gate", "raised")[1], run.alerts_of("gate", "cleared")[1]
        assert again.id != raised["gate"].id
        assert (last.id, last.reason) == (again.id, "rule_changed")
        assert site.gaps_of("gate") == []
