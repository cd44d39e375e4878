"""What a live run over RTSP told is told again: by a replay of its log to the letter, by one of a recording in kind."""

import shutil
import signal
from collections.abc import Sequence
from datetime import UTC, datetime, timedelta
from pathlib import Path
from zoneinfo import ZoneInfo

import pytest

from pipeline.alerts.command_message import FIELD, CommandMessage
from pipeline.alerts.message import Alert, parse
from pipeline.cli.main import run
from pipeline.observation import Command, CommandKind, Gap
from pipeline.runtime.clock import wall_now_ns
from tests.alerts.servers import RunningServer
from tests.live.footage import write_footage
from tests.live.live_run import LiveRun, SiteFile, free_port, story
from tests.live.recorder import Recorder
from tests.rtsp.server import Recording, RtspServer

pytestmark = pytest.mark.long

COMES_S = 15
"""After the camera was first watched: the run is up by then."""
ALWAYS = "  - {id: always, algorithm: fire_lane_blocked, zones: {category: fire_lane}, dwell: 3s}\n"
LOOK_S = 2.0
"""The longest that lies between two looks here: from keyframe to keyframe."""


def test_over_a_dismissal_an_outage_in_which_a_schedule_closes_and_a_sighup(tmp_path: Path, clips: Path) -> None:
    now = datetime.fromtimestamp(wall_now_ns() / 1e9, ZoneInfo("Asia/Shanghai"))
    closes = (now + timedelta(seconds=130)).replace(second=0, microsecond=0)
    opens = now - timedelta(hours=1)
    seen, port = tmp_path / "seen.mp4", free_port()
    write_footage(seen, 100, lambda t_s: t_s >= COMES_S)
    later = write_footage(tmp_path / "later.mp4", 150, lambda _: True)
    streams = {"gate": Recording(seen, is_shared=True), "yard": Recording(clips / "street.mp4")}
    with (
        RunningServer(tmp_path / "r", None, "--port", str(port)) as redis,
        redis.client() as client,
        RtspServer(streams) as server,
    ):
        gate, yard = (f"source: '{server.url(name)}'" for name in ("gate", "yard"))
        site = SiteFile(tmp_path, {"cam": gate}, dwell=f"2s, schedule: '{opens:%H:%M}-{closes:%H:%M}'")
        site.redis, site.more = f"redis://127.0.0.1:{port}/0", ALWAYS
        site.write()
        with Recorder(str(server.url("gate")), tmp_path / "recorded") as recorder, LiveRun(site) as live:
            live.wait(lambda: {alert.rule for alert in live.alerts_of("cam", "raised")} == {"fire-lane", "always"}, 60)
            client.xadd("smart-alert:commands", {FIELD: dismissal(of_rule(live.alerts, "always")[0].id)})
            assert live.wait_for_alert("cleared", "cam").rule == "always"

            server.kill()
            live.wait(lambda: live.metric("camera_blind", cause="no_signal") == 1)
            site.cameras["yard"] = yard
            site.write()
            live.signal(signal.SIGHUP)
            live.wait(lambda: live.metric("cameras") == 2)
            live.wait(lambda: len(live.alerts_of("cam", "cleared")) == 2, 180)
            # It is told while nothing is seen, as the hours end.
            assert live.metric("camera_blind", camera="cam", cause="no_signal") == 1
            assert wall_now_ns() / 1e9 == pytest.approx(closes.timestamp() + 3, abs=10)

            shutil.copy(later, seen)
            server.start()
            live.wait(lambda: live.metric("camera_blind", camera="cam") == 0, 90)
            live.wait(lambda: ("no_signal", "cleared") in faults_of(of_camera(live.alerts)), 90)
            live.stop()
            assert recorder.n_files >= 2
    assert story(of_rule(live.alerts, "always")) == [("raised", None), ("cleared", "dismissed")]
    assert story(of_rule(live.alerts, "fire-lane")) == [("raised", None), ("cleared", "schedule_closed")]
    entries = site.log_of("cam")
    assert any(isinstance(entry, Gap) for entry in entries)
    assert sum(isinstance(entry, Command) for entry in entries) == 1

    told = of_camera(live.alerts)
    again = replayed(site, site.state / "log" / "cam", tmp_path / "again")
    assert [without_evidence(alert) for alert in again] == [without_evidence(alert) for alert in told]
    assert {alert.source for alert in again} == {"rule", "health"}

    # A recorder hears no words of operators.
    recorded = replayed(site, tmp_path / "recorded", tmp_path / "afresh")
    assert story(of_rule(recorded, "always")) == [("raised", None), ("cleared", "source_ended")]
    assert story(of_rule(recorded, "fire-lane")) == [("raised", None), ("cleared", "schedule_closed")]
    for rule in ("always", "fire-lane"):
        assert started_s(of_rule(recorded, rule)) == pytest.approx(started_s(of_rule(told, rule)), abs=LOOK_S)
    assert ended_s(of_rule(recorded, "fire-lane")) == pytest.approx(ended_s(of_rule(told, "fire-lane")), abs=LOOK_S)
    assert faults_of(recorded) == faults_of(told) == [("no_signal", "raised"), ("no_signal", "cleared")]


def replayed(site: SiteFile, source: Path, out: Path) -> list[Alert]:
    assert run(["replay", str(site.path), "--camera", "cam", "--source", str(source), "--out", str(out)]) == 0
    (file,) = out.rglob("alerts.jsonl")
    return [parse(line) for line in file.read_bytes().splitlines()]


def dismissal(event: str) -> str:
    at = datetime.fromtimestamp(wall_now_ns() / 1e9, UTC)
    word = CommandMessage(id="c1", kind=CommandKind.DISMISS, site="linzi", camera="cam", event=event, by="li", at=at)
    return word.to_json()


def of_rule(alerts: Sequence[Alert], rule: str) -> list[Alert]:
    return [alert for alert in alerts if alert.source == "rule" and alert.rule == rule]


def of_camera(alerts: Sequence[Alert]) -> list[Alert]:
    return [alert for alert in list(alerts) if alert.camera is not None and alert.camera.id == "cam"]


def faults_of(alerts: Sequence[Alert]) -> list[tuple[str | None, str]]:
    return [(alert.fault, alert.state.value) for alert in alerts if alert.source == "health"]


def started_s(alerts: Sequence[Alert]) -> float:
    return alerts[0].started_at.timestamp()


def ended_s(alerts: Sequence[Alert]) -> float:
    ended_at = alerts[-1].ended_at
    assert ended_at is not None
    return ended_at.timestamp()


def without_evidence(alert: Alert) -> str:
    return alert.model_copy(update={"evidence": None}).to_json()
