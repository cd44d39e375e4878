"""Every recording of a site at once, into a real Redis."""

import json
import socket
import subprocess
import sys
from collections.abc import Callable, Mapping, Sequence
from pathlib import Path

import pytest

from pipeline.alerts.checkpoint import Checkpoint
from pipeline.alerts.evidence import EvidenceFolder, absolute_uri
from pipeline.alerts.message import Alert, parse
from pipeline.alerts.publisher import Destination
from pipeline.alerts.site_delivery import site_delivery, site_server
from pipeline.config.load import load_site
from pipeline.config.resolved import Site
from pipeline.errors import SmartAlertError, UsageError
from pipeline.observation import CameraId, MediaNs
from pipeline.replay.log import camera_of, read_log
from pipeline.runtime.clock import sleep, wall_now_ns
from pipeline.runtime.intake import Summary
from pipeline.runtime.recordings import Tools, run_recordings
from tests.alerts.servers import RunningServer, debian_server
from tests.cli.shell import ROOT, environment
from tests.runtime.standing_car import START, VOCABULARY, car_finder, site_in, write_site, write_video


def clip(folder: Path, name: str, stands_s: float = 2.0, leaves_s: float = 9.0, length_s: float = 18.0) -> str:
    folder.mkdir(parents=True, exist_ok=True)
    write_video(folder / name, length_s, lambda t_s: stands_s <= t_s < leaves_s)
    return name


def tools(site: Site, *destinations: Destination) -> Tools:
    keeper = EvidenceFolder(site.state, site.timezone, VOCABULARY.titles, absolute_uri)
    return Tools(car_finder(), VOCABULARY, keeper, destinations, site.state / "log")


class Watched:
    """Passes on how far the cameras are."""

    def __init__(self, looked: Callable[[CameraId, MediaNs], None] = lambda _camera, _t: None) -> None:
        self._looked = looked

    def opened(self, camera: CameraId, duration_s: float) -> None:
        assert camera
        assert duration_s > 0

    def looked(self, camera: CameraId, t: MediaNs) -> None:
        self._looked(camera, t)


class Kept:
    """Keeps the states of what it is told."""

    def __init__(self, states: list[str]) -> None:
        self._states = states

    def accept_step(self, alerts: Sequence[Alert], checkpoint: Checkpoint | None) -> None:
        del checkpoint
        self._states.extend(alert.state.value for alert in alerts)


def run_into_redis(site: Site) -> Mapping[CameraId, Summary]:
    with site_delivery(site, wall_now_ns, sleep) as delivery:
        return run_recordings(site, tools(site, delivery), Watched())


def entries(site: Site) -> list[dict[str, str]]:
    """The fields of every entry of the site's stream."""
    with site_server(site, sleep) as server:
        rows = server.client().xrange(site.redis.stream) or []
    return [{str(key): str(value) for key, value in (fields or {}).items()} for _, fields in rows]


def check_stream(site: Site) -> None:
    """What came of two cameras before each of which a car stood."""
    found = entries(site)
    assert len(found) == 6
    for fields in found:
        alert = parse(fields["alert"])
        assert (fields["id"], fields["state"]) == (alert.id, alert.state.value)
        assert (fields["algorithm"], fields["severity"]) == ("fire_lane_blocked", "critical")
        assert alert.camera is not None
        assert alert.evidence is not None
        assert Path(alert.evidence.snapshot.removeprefix("file://")).is_file()
    by_camera = {
        camera: [
            (message["state"], message["revision"], message["reason"])
            for message in (json.loads(fields["alert"]) for fields in found)
            if message["camera"]["id"] == camera
        ]
        for camera in ("cam-0", "cam-1")
    }
    # The update brings the clip.
    whole_event = [("raised", 0, None), ("updated", 1, None), ("cleared", 2, "left")]
    assert by_camera == {"cam-0": whole_event, "cam-1": whole_event}


def test_the_events_of_every_camera_arrive_in_the_embedded_redis(tmp_path: Path) -> None:
    site = site_in(tmp_path, [clip(tmp_path, "a.mp4"), clip(tmp_path, "b.mkv", stands_s=3.0)])
    summaries = run_into_redis(site)
    assert {camera: summary.raised for camera, summary in summaries.items()} == {"cam-0": 1, "cam-1": 1}
    check_stream(site)
    for camera in site.cameras:
        log = site.state / "log" / f"{camera.id}.parquet"
        assert camera_of(log) == camera.id
        assert next(iter(read_log(log))).t == START


def test_the_events_of_every_camera_arrive_in_a_server(tmp_path: Path) -> None:
    with socket.socket() as free:
        free.bind(("127.0.0.1", 0))
        port = str(free.getsockname()[1])
    with RunningServer(tmp_path / "redis", debian_server(), "--port", port, "--bind", "127.0.0.1"):
        names = [clip(tmp_path, "a.mp4"), clip(tmp_path, "b.mkv", stands_s=3.0)]
        site = site_in(tmp_path, names, redis=f"redis://127.0.0.1:{port}/0")
        run_into_redis(site)
        check_stream(site)


def test_a_second_run_of_the_same_recordings_tells_no_event_twice(tmp_path: Path) -> None:
    site = site_in(tmp_path, [clip(tmp_path, "a.mp4")])
    run_into_redis(site)
    first = entries(site)
    run_into_redis(site)
    assert entries(site) == first


def test_a_camera_that_fails_keeps_the_others_from_nothing_and_every_failure_is_told(tmp_path: Path) -> None:
    site = site_in(tmp_path, ["empty.mp4", clip(tmp_path, "a.mp4"), "void.avi"])
    told: list[str] = []
    with pytest.raises(SmartAlertError) as failure:
        run_recordings(site, tools(site, Kept(told)), Watched())
    assert failure.value.exit_code == 1
    first, second = str(failure.value).splitlines()
    assert first.startswith(f"camera cam-0: {tmp_path / 'empty.mp4'}: ")
    assert second.startswith(f"camera cam-2: {tmp_path / 'void.avi'}: ")
    assert told == ["raised", "updated", "cleared"]
    assert [path.name for path in (site.state / "log").iterdir()] == ["cam-1.parquet"]


def test_a_live_camera_is_refused_before_anything_is_written(tmp_path: Path) -> None:
    path = write_site(tmp_path, ["a.mp4"])
    live = path.read_text(encoding="utf-8").replace("source: a.mp4", "source: 'rtsp://10.0.0.8/1'")
    path.write_text(live.replace("start: '2026-01-05T08:00:00', ", ""), encoding="utf-8")
    site = load_site(path, {})
    with pytest.raises(UsageError, match="camera cam-0: is live"):
        run_recordings(site, tools(site), Watched())
    assert not site.state.exists()


INTERRUPTED = """
import signal, sys, threading
from pathlib import Path
from pipeline.config.load import load_site
from tests.runtime.test_recordings import Watched, run_recordings, tools

site, seen = load_site(Path(sys.argv[1]), {}), []

def interrupt(camera, t):
    seen.append((camera, t))
    if len(seen) == 5:
        signal.pthread_kill(threading.main_thread().ident, signal.SIGINT)

try:
    run_recordings(site, tools(site), Watched(interrupt))
except KeyboardInterrupt:
    print(len(seen), [one.name for one in threading.enumerate() if "ThreadPool" in one.name])
"""


def test_ctrl_c_ends_every_camera_at_its_next_picture(tmp_path: Path) -> None:
    """In a process of its own: a signal is the process's, and what other tests left in this one is not to matter."""
    names = [clip(tmp_path, f"{n}.mp4", length_s=60.0) for n in range(3)]
    site = site_in(tmp_path, names)
    command = [sys.executable, "-c", INTERRUPTED, str(site.path)]
    done = subprocess.run(command, capture_output=True, text=True, check=False, cwd=ROOT, env=environment(), timeout=60)
    count, threads = done.stdout.split(maxsplit=1)
    assert 5 <= int(count) < 60
    assert threads.strip() == "[]"
    assert list((site.state / "log").iterdir()) == []
