"""Every kind of stream that a camera may send, each with an alert at its end; and many cameras of which some flap."""

import shutil
import time
from collections.abc import Sequence
from functools import partial
from pathlib import Path

import pytest

from pipeline.observation import Observation
from tests.live.footage import GREEN, write_footage
from tests.live.live_run import LiveRun, SiteFile
from tests.rtsp.server import Pattern, Recording, RtspServer

pytestmark = pytest.mark.long


def test_whatever_a_camera_sends_its_event_is_told(tmp_path: Path, clips: Path) -> None:
    kinds = {
        "plain": Recording(clips / "comes.mp4"),
        "b-frames": Recording(footage(tmp_path / "b.mp4", b_frames=3)),
        "h265": Recording(footage(tmp_path / "h265.mp4", codec="libx265", b_frames=2), "h265"),
        "gop-10-s": Recording(footage(tmp_path / "gop.mp4", gop=100)),
    }
    resized = Pattern(width=320, height=240, gop=10, fps=10, resize_after_s=5, later_width=480, later_height=320)
    with RtspServer({**kinds, "resized": resized}) as server:
        cameras = {name: f"source: '{server.url(name)}'" for name in (*kinds, "resized")}
        cameras["udp"] = f"source: '{server.url('plain')}', transport: udp"
        main, sub = server.url("plain"), server.url("b-frames")
        # The network fails on its pictures: nobody else's business.
        cameras["bad"] = "source: green.mp4, loop: true"
        write_footage(tmp_path / "green.mp4", 10, lambda t_s: t_s >= 1, colour=GREEN)
        cameras["both"] = f"streams: {{main: '{main}', sub: '{sub}'}}"
        site = SiteFile(tmp_path, cameras)
        site.write()
        with LiveRun(site) as run:
            for name in (*kinds, "udp", "both"):
                raised = run.wait_for_alert("raised", name)
                assert raised.evidence is not None
                assert raised.objects[0].box == pytest.approx((0.4, 0.5, 0.6, 0.7), abs=0.03)
            run.wait(lambda: (480, 320) in sizes(site, "resized"))
            failed = run.wait_for_event("camera.turn_failed")
            assert failed["camera"] == "bad"
            assert "GatherElements" in str(failed["error"])
            n_failed = run.metric("camera_failed_looks_total", camera="bad")
            run.wait(lambda: run.metric("camera_failed_looks_total", camera="bad") > n_failed)
            for name in cameras.keys() - {"bad"}:
                assert run.metric("camera_reconnects_total", camera=name) == 0
                assert run.metric("camera_failed_looks_total", camera=name) == 0
                assert run.metric("camera_detector_refused_total", camera=name) == 0
                assert run.metric("camera_pictures_damaged_total", camera=name) == 0
            assert run.get("/healthz")[0] == 200
            assert run.stop() < 5
            assert run.process.returncode == 0
        assert sizes(site, "resized") == [(320, 240), (480, 320)]
        assert len(run.alerts_of(state="raised")) == len(kinds) + 2
        assert len(run.events("camera.turn_failed")) == 1
        assert "Traceback" not in "\n".join(run.stderr)


def have_reconnected(run: LiveRun, cameras: Sequence[str], times: int) -> bool:
    return all(run.metric("camera_reconnects_total", camera=name) == times for name in cameras)


def footage(path: Path, *, codec: str = "libx264", gop: int = 20, b_frames: int = 0) -> Path:
    return write_footage(path, 25, lambda t_s: t_s >= 3, codec=codec, gop=gop, b_frames=b_frames)


def sizes(site: SiteFile, camera: str) -> list[tuple[int, int]]:
    """Of its pictures, in order, each once in a row."""
    found: list[tuple[int, int]] = []
    for entry in site.log_of(camera):
        if isinstance(entry, Observation) and found[-1:] != [entry.frame_size]:
            found.append(entry.frame_size)
    return found


def test_three_cameras_that_flap_leave_seven_alone_and_cost_no_threads_nor_handles(tmp_path: Path, clips: Path) -> None:
    shutil.copy(clips / "car.mp4", tmp_path / "seen.mp4")
    recording = Recording(tmp_path / "seen.mp4")
    steady, flapping = [f"steady-{number}" for number in range(7)], [f"flapping-{number}" for number in range(3)]
    with RtspServer(dict.fromkeys(steady, recording)) as good, RtspServer(dict.fromkeys(flapping, recording)) as bad:
        cameras = {
            name: f"source: '{server.url(name)}'"
            for server, names in ((good, steady), (bad, flapping))
            for name in names
        }
        site = SiteFile(tmp_path, cameras, dwell="4s")
        site.write()
        with LiveRun(site) as run:
            for name in cameras:
                run.wait_for_alert("raised", name)
            threads, handles = run.n_threads, run.n_handles
            before = {name: run.metric("camera_looks_total", camera=name, kind="health") for name in steady}
            for round_ in range(3):
                bad.kill()
                run.wait(lambda: all(run.metric("camera_connected", camera=name) == 0 for name in flapping))
                bad.start()
                run.wait(partial(have_reconnected, run, flapping, round_ + 1), 40)
            for name in steady:
                looked = run.metric("camera_looks_total", camera=name, kind="health") - before[name]
                assert looked > 6
                assert run.metric("camera_looks_achieved_ratio", camera=name) > 0.8
                assert run.metric("camera_reconnects_total", camera=name) == 0
            time.sleep(1)
            assert run.n_threads <= threads + 1
            assert run.n_handles <= handles + 2
            assert len(run.alerts_of(state="raised")) == 10
            assert not run.alerts_of(state="cleared")
            assert run.stop() < 5
            assert run.process.returncode == 0
