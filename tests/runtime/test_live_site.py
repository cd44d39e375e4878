"""A site's cameras, their state over restarts and changes: real threads, recordings, a network that knows one car."""

import io
import sqlite3
from collections.abc import Callable, Iterator, Sequence
from contextlib import contextmanager
from dataclasses import replace
from pathlib import Path

import pytest

from pipeline.alerts.checkpoint import Checkpoint
from pipeline.alerts.evidence import EvidenceFolder
from pipeline.alerts.evidence_keeper import NoEvidence
from pipeline.alerts.message import Alert
from pipeline.alerts.outbox import FILE_NAME, Outbox
from pipeline.config.load import load_site
from pipeline.config.resolved import LiveSource, Provider, Site, View
from pipeline.config.secrets import SecretUrl
from pipeline.errors import ModelError, SourceError, UsageError
from pipeline.observation import CameraId, MediaNs
from pipeline.perception.detections import Detections, Picture, ScriptedDetector
from pipeline.runtime.clip_maker import ClipMaker
from pipeline.runtime.clock import steady_clock, wall_now_ns
from pipeline.runtime.events_log import EventsLog, LogFormat, LogLevel
from pipeline.runtime.evidence_desk import EvidenceDesk
from pipeline.runtime.live_site import Crew, LiveSite
from pipeline.runtime.metrics import Metrics
from pipeline.runtime.sent_alerts import SentAlerts
from pipeline.runtime.shared import Shared
from pipeline.runtime.shared_detector import SharedDetector
from pipeline.runtime.turns import Turns
from tests.cli.shell import wait_until
from tests.runtime.standing_car import VOCABULARY, car_finder, write_site, write_video

CAM_0, CAM_1 = CameraId("cam-0"), CameraId("cam-1")


class Kept:
    """Keeps what it is given, in the outbox as a run does."""

    def __init__(self, outbox: Outbox) -> None:
        self.alerts: list[Alert] = []
        self._outbox = outbox

    def accept_step(self, alerts: Sequence[Alert], checkpoint: Checkpoint | None) -> None:
        self._outbox.append_step(alerts, checkpoint)
        self.alerts += [alert for alert in alerts if alert.source == "rule"]

    def story(self, camera: CameraId = CAM_0) -> list[tuple[str, str | None]]:
        return [
            (alert.state.value, alert.reason)
            for alert in self.alerts
            if alert.camera is not None and alert.camera.id == camera and alert.state.value != "updated"
        ]


class Running:
    """A live site and what came of it."""

    def __init__(self, live: LiveSite, shared: Shared, kept: Kept, told: io.StringIO) -> None:
        self.live, self.shared, self.kept, self._told = live, shared, kept, told

    @property
    def told(self) -> str:
        return self._told.getvalue()

    def until(self, *story: str, camera: CameraId = CAM_0) -> None:
        wait_until(lambda: [state for state, _ in self.kept.story(camera)] == list(story), 20)


@contextmanager
def running(
    site: Site,
    network: ScriptedDetector | None = None,
    *,
    is_killed: bool = False,
    with_evidence: bool = False,
    clock: Callable[[], int] | None = None,
) -> Iterator[Running]:
    """The site, live; killed: what the end of a run writes is taken back. Without a clock time passes quickly."""
    clock, metrics, told = clock or quick_clock(), Metrics(), io.StringIO()
    events = EventsLog.open(told, LogFormat.TEXT, LogLevel.INFO, clock)
    with (
        Outbox(site.state, wall_now_ns) as outbox,
        SharedDetector(network or car_finder(), Provider.CPU, 1, clock, metrics) as detector,
        EvidenceDesk((), clock, metrics=metrics, events=events) as desk,
    ):
        sent = SentAlerts(metrics, clock)
        keeper = EvidenceFolder(site.state, site.timezone, VOCABULARY.titles)
        clips = ClipMaker(site.evidence, keeper, desk, len(site.cameras))
        shared = Shared(detector, VOCABULARY, outbox, Turns[str](clock), clock, metrics, events, sent, clips)
        kept = Kept(outbox)
        live = LiveSite(site, shared, Crew(2, keeper if with_evidence else NoEvidence(), (kept,)))
        one = Running(live, shared, kept, told)
        with live:
            yield one
            n_alerts = len(kept.alerts)
            if is_killed:
                copy_of(site.state / FILE_NAME)
    if is_killed:
        del kept.alerts[n_alerts:]
        (site.state / "copy").rename(site.state / FILE_NAME)


def quick_clock() -> Callable[[], int]:
    """Three seconds pass in one."""
    steady = steady_clock()
    begun_ns = steady()
    return lambda: begun_ns + 3 * (steady() - begun_ns)


def copy_of(outbox: Path) -> None:
    """The outbox as it is at this moment, beside it."""
    db = sqlite3.connect(outbox)
    db.execute("VACUUM INTO ?", (str(outbox.with_name("copy")),))
    db.close()


def site_of(folder: Path, *names: str, loop: bool = True) -> Site:
    """A camera for each recording."""
    path = write_site(folder, names)
    text = path.read_text(encoding="utf-8").replace("dwell: 4s", "dwell: 2s")
    path.write_text(text.replace(", start:", ", loop: true, start:") if loop else text, encoding="utf-8")
    return load_site(path, {})


@pytest.fixture(scope="module")
def recordings(tmp_path_factory: pytest.TempPathFactory) -> Path:
    folder = tmp_path_factory.mktemp("recordings")
    write_video(folder / "car.mp4", 20.0, lambda _: True, gop=10)
    write_video(folder / "short.mp4", 3.5, lambda _: True, gop=10)
    return folder


@pytest.fixture
def folder(tmp_path: Path, recordings: Path) -> Path:
    for path in recordings.iterdir():
        (tmp_path / path.name).write_bytes(path.read_bytes())
    return tmp_path


def test_a_recording_that_has_ended_leaves_no_checkpoint(folder: Path) -> None:
    site = site_of(folder, "short.mp4", loop=False)
    with running(site) as one:
        one.until("raised", "cleared")
        wait_until(lambda: one.live.is_over, 5)
        # Long enough for a checkpoint that was on its way.
        wait_until(lambda: one.shared.outbox.checkpoint(CAM_0) is None, 10)
    assert one.kept.story() == [("raised", None), ("cleared", "source_ended")]
    with Outbox(site.state, wall_now_ns) as outbox:
        assert outbox.checkpoint(CAM_0) is None
        assert outbox.open_events() == ()


def test_a_checkpoint_that_was_on_its_way_as_a_recording_ended_is_not_kept(folder: Path) -> None:
    write_video(folder / "empty.mp4", 2.0, lambda _: False, gop=10)
    site = site_of(folder, "empty.mp4", loop=False)
    with running(site) as one:
        wait_until(lambda: one.live.is_over, 10)
    with Outbox(site.state, wall_now_ns) as outbox:
        assert outbox.checkpoint(CAM_0) is None


def test_a_camera_s_event_goes_on_after_a_kill_and_is_told_once(folder: Path) -> None:
    site = site_of(folder, "car.mp4")
    with running(site, is_killed=True) as first:
        first.until("raised")
    with running(site) as second:
        assert "camera.resumed" in second.told
        wait_until(lambda: second.shared.metrics.camera(CAM_0).numbers().looks["health"] >= 4, 20)
    assert first.kept.story() == [("raised", None)]
    assert second.kept.story() == [("cleared", "source_ended")]
    assert second.kept.alerts[-1].id == first.kept.alerts[0].id


def test_a_checkpoint_that_cannot_be_read_ends_what_was_open_and_begins_afresh(folder: Path) -> None:
    site = site_of(folder, "car.mp4")
    with running(site, is_killed=True) as first:
        first.until("raised")
    with Outbox(site.state, wall_now_ns) as outbox:
        found = outbox.checkpoint(CAM_0)
        assert found is not None
        outbox.forget_checkpoint(CAM_0)
        outbox.save([Checkpoint(CAM_0, found.t, b"{}")])
    with running(site) as second:
        assert "camera.checkpoint_lost" in second.told
        second.until("cleared", "raised")
    assert second.kept.story()[0] == ("cleared", "gone_during_gap")
    ended, again = second.kept.alerts[:2]
    assert (ended.id, ended.revision) == (first.kept.alerts[0].id, 1)
    assert again.id != ended.id


def test_eyes_whose_memory_is_damaged_begin_afresh_and_the_event_goes_on(folder: Path) -> None:
    site = site_of(folder, "car.mp4")
    with running(site, is_killed=True) as first:
        first.until("raised")
    (site.state / "memory").mkdir(exist_ok=True)
    (site.state / "memory" / "cam-0.memory").write_bytes(b"smart-alert memory 1\n broken")
    with running(site) as second:
        assert "camera.memory_lost" in second.told
        wait_until(lambda: second.shared.metrics.camera(CAM_0).numbers().looks["health"] >= 4, 20)
    assert second.kept.story() == [("cleared", "source_ended")]


def test_cameras_come_and_go_and_the_others_stay_on_their_connection(folder: Path) -> None:
    both, one_only = site_of(folder, "car.mp4", "car.mp4"), site_of(folder, "car.mp4")
    with running(both) as one:
        one.until("raised", camera=CAM_0)
        one.until("raised", camera=CAM_1)
        one.live.reload(one_only)
        one.until("raised", "cleared", camera=CAM_1)
        assert one.shared.outbox.checkpoint(CAM_1) is None
        one.live.reload(both)
        one.until("raised", "cleared", "raised", camera=CAM_1)
        assert one.kept.story(CAM_1)[1] == ("cleared", "camera_removed")
        assert one.kept.story(CAM_0) == [("raised", None)]
        assert one.shared.metrics.camera(CAM_0).numbers().reconnects == {}
    assert one.told.count("stream.connected camera=cam-0") == 1


def test_adding_a_camera_changes_no_rule_of_the_others(folder: Path) -> None:
    """`zones: {category: ...}` is about all cameras: the rule as a whole is another one then."""
    with running(site_of(folder, "car.mp4")) as one:
        one.until("raised")
        one.live.reload(site_of(folder, "car.mp4", "car.mp4"))
        one.until("raised", camera=CAM_1)
        assert one.kept.story() == [("raised", None)]


def test_another_source_under_the_same_id_is_another_stream_of_the_same_camera(folder: Path) -> None:
    site = site_of(folder, "car.mp4")
    live = replace(site.cameras[0], source=LiveSource(SecretUrl("rtsp://a", "rtsp://127.0.0.1:1/a"), None))
    other = replace(live, source=LiveSource(SecretUrl("rtsp://b", "rtsp://127.0.0.1:1/b"), None))
    with running(replace(site, cameras=(live,))) as one:
        wait_until(lambda: one.shared.metrics.camera(CAM_0).numbers().blind_cause == "no_signal", 10)
        one.live.reload(replace(site, cameras=(other,)))
        wait_until(lambda: "rtsp://b" in "".join(one.live.failures), 10)
        # What was known up to the change is not lost with it.
        assert one.shared.outbox.checkpoint(CAM_0) is not None


def test_a_site_that_cannot_be_taken_over_changes_nothing(folder: Path) -> None:
    site = site_of(folder, "car.mp4", "car.mp4")
    gone = View("north", folder / "nowhere.png", folder / "gate.geojson")
    first, second = site.cameras
    broken = replace(first, geofence=replace(first.geofence, views=(gone,)))
    with running(site) as one:
        one.until("raised")
        one.until("raised", camera=CAM_1)
        with pytest.raises(SourceError, match=r"nowhere\.png"):
            one.live.reload(replace(site, cameras=(broken,)))
        with pytest.raises(UsageError, match=r"site\.yaml: a change of site\.id, state needs a new start"):
            one.live.reload(replace(site, id="other", state=folder / "other", cameras=(second,)))
        assert len(one.live.readiness().state_by_camera) == 2
        assert (one.kept.story(CAM_0), one.kept.story(CAM_1)) == ([("raised", None)], [("raised", None)])


def test_a_network_that_fails_on_one_camera_s_pictures_is_told_and_stops_no_other(folder: Path) -> None:
    calls: list[int] = []

    def answer(picture: Picture) -> Detections:
        calls.append(1)
        if len(calls) % 2:
            raise ModelError("the network failed")
        return car_finder().detect(picture, 640, 0.1)

    with running(site_of(folder, "car.mp4", "car.mp4"), ScriptedDetector(answer)) as one:
        wait_until(lambda: "camera.turn_failed" in one.told, 20)
        wait_until(lambda: one.kept.story(CAM_0) != [] or one.kept.story(CAM_1) != [], 20)
        assert one.live.liveness().reasons == ()


def test_before_it_starts_and_after_its_end_it_says_so(folder: Path) -> None:
    site = site_of(folder, "car.mp4")
    with running(site) as one:
        wait_until(lambda: one.live.readiness().is_ready, 10)
        fresh = LiveSite(site, one.shared, Crew(1, NoEvidence(), ()))
        assert not fresh.readiness().is_ready
        assert fresh.liveness().reasons == ()
    assert one.live.liveness().reasons == ()


def test_events_of_a_camera_that_went_between_two_runs_end_when_it_was_last_known(folder: Path) -> None:
    both, one_only = site_of(folder, "car.mp4", "car.mp4"), site_of(folder, "car.mp4")
    with running(both, is_killed=True) as first:
        first.until("raised", camera=CAM_1)
    with Outbox(both.state, wall_now_ns) as outbox:
        checkpoint = outbox.checkpoint(CAM_1)
    with running(one_only) as second:
        assert second.kept.story(CAM_1) == [("cleared", "camera_removed")]
        assert second.shared.outbox.checkpoint(CAM_1) is None
    ended = second.kept.alerts[0].ended_at
    assert checkpoint is not None
    assert ended is not None
    assert round(ended.timestamp() * 1000) == MediaNs(checkpoint.t) // 1_000_000
