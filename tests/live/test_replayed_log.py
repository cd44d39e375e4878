"""The log of a live run over RTSP, replayed, gives the alerts of the run."""

import signal
from datetime import datetime, timedelta
from pathlib import Path
from zoneinfo import ZoneInfo

import pytest

from pipeline.alerts.message import Alert, parse
from pipeline.cli.main import run
from pipeline.observation import Gap
from pipeline.runtime.clock import wall_now_ns
from tests.live.live_run import LiveRun, SiteFile, story
from tests.rtsp.server import Recording, RtspServer

pytestmark = pytest.mark.long


def test_over_an_outage_in_which_its_schedule_closes_and_a_sighup(tmp_path: Path, clips: Path) -> None:
    now = datetime.fromtimestamp(wall_now_ns() / 1e9, ZoneInfo("Asia/Shanghai"))
    closes = (now + timedelta(seconds=80)).replace(second=0, microsecond=0)
    opens = now - timedelta(hours=1)
    dwell = f"2s, schedule: '{opens:%H:%M}-{closes:%H:%M}'"
    with RtspServer({"gate": Recording(clips / "car.mp4"), "yard": Recording(clips / "street.mp4")}) as server:
        site = SiteFile(tmp_path, {"cam": f"source: '{server.url('gate')}'"}, dwell=dwell)
        site.write()
        with LiveRun(site) as live:
            live.wait_for_alert("raised", "cam")
            server.kill()
            live.wait(lambda: live.metric("camera_blind", cause="no_signal") == 1)
            site.cameras["yard"] = f"source: '{server.url('yard')}'"
            site.write()
            live.signal(signal.SIGHUP)
            live.wait(lambda: live.metric("cameras") == 2)
            live.wait(lambda: wall_now_ns() / 1e9 > closes.timestamp() + 3, longest_s=120)
            server.start()
            live.wait_for_alert("cleared", "cam", longest_s=90)
            live.wait(lambda: live.metric("camera_blind", camera="cam") == 0, longest_s=60)
            looks = live.metric("camera_looks_total", camera="cam", kind="health")
            live.wait(lambda: live.metric("camera_looks_total", camera="cam", kind="health") >= looks + 15)
            live.stop()
        assert story(live.alerts_of("cam")) == [("raised", None), ("cleared", "schedule_closed")]
        assert any(isinstance(entry, Gap) for entry in site.log_of("cam"))
    out = tmp_path / "again"
    log = site.state / "log" / "cam"
    assert run(["replay", str(site.path), "--camera", "cam", "--source", str(log), "--out", str(out)]) == 0
    replayed = [parse(line) for line in (out / "alerts.jsonl").read_bytes().splitlines()]
    told = [alert for alert in live.alerts if alert.camera is not None and alert.camera.id == "cam"]
    assert [without_evidence(alert) for alert in replayed] == [without_evidence(alert) for alert in told]
    assert {alert.source for alert in replayed} == {"rule", "health"}


def without_evidence(alert: Alert) -> str:
    return alert.model_copy(update={"evidence": None}).to_json()
