"""Cameras that cannot be had: why is told apart, nobody's password is told, and nobody waits for them."""

import socket
from collections.abc import Iterator
from contextlib import contextmanager
from pathlib import Path

import pytest

from tests.live.live_run import LiveRun, SiteFile, free_port
from tests.rtsp.server import Recording, RtspServer

pytestmark = pytest.mark.long

PASSWORD, WRONG = "hunter2-of-the-yard", "swordfish-77"


@contextmanager
def silent_port() -> Iterator[int]:
    """Somebody who takes every call and never says a word."""
    with socket.socket() as listener:
        listener.bind(("127.0.0.1", 0))
        listener.listen(50)
        yield int(listener.getsockname()[1])


def test_each_fault_is_told_apart_without_a_secret_and_none_holds_up_the_others(tmp_path: Path, clips: Path) -> None:
    recording = Recording(clips / "car.mp4")
    with RtspServer({"gate": recording}, user="viewer", password=PASSWORD) as server, silent_port() as silent:
        of_server, login = f"127.0.0.1:{server.port}", "viewer:${CAM_PASSWORD}"
        site = SiteFile(
            tmp_path,
            {
                "good": f"source: 'rtsp://{login}@{of_server}/gate'",
                "refused": f"source: 'rtsp://viewer:{WRONG}@{of_server}/gate'",
                "lost-path": f"source: 'rtsp://{login}@{of_server}/nowhere'",
                "away": f"source: 'rtsp://{login}@127.0.0.1:{free_port()}/gate'",
                "silent": f"source: 'rtsp://{login}@127.0.0.1:{silent}/gate'",
            },
        )
        site.write()
        with LiveRun(site, variables={"CAM_PASSWORD": PASSWORD}) as run:
            run.wait(lambda: run.get("/healthz")[0] == 200)
            assert run.get("/readyz")[0] == 503
            run.wait_for_alert("raised", "good")
            kinds = {"refused": "refused_password", "lost-path": "no_such_path", "away": "unreachable"}
            for camera, kind in kinds.items():
                told = run.wait_for_event("stream.lost", camera=camera)
                assert told["kind"] == kind
                assert (float(told["retry_s"]) > 15) is (camera != "away")
                assert run.metric("camera_connection_failures_total", camera=camera, kind=kind) >= 1
                assert run.metric("camera_connected", camera=camera) == 0
            timed_out = run.wait_for_event("stream.lost", camera="silent")
            assert timed_out["kind"] == "timed_out"
            assert run.get("/readyz")[0] == 200
            # What a person must mend was tried once in all this time.
            assert run.metric("camera_connection_failures_total", camera="refused") == 1
            assert run.metric("camera_connection_failures_total", camera="lost-path") == 1
            assert run.metric("camera_connection_failures_total", camera="away") >= 2
            assert run.metric("camera_connected", camera="good") == 1
            found = [(place, secret) for place, text in run.texts() for secret in (PASSWORD, WRONG) if secret in text]
            assert found == []
            assert run.stop() < 5
            assert run.process.returncode == 0


def test_a_stop_waits_neither_for_a_camera_that_hangs_nor_for_a_redis_that_is_away(tmp_path: Path) -> None:
    with silent_port() as silent:
        site = SiteFile(
            tmp_path,
            {f"cam-{number}": f"source: 'rtsp://127.0.0.1:{silent}/{number}'" for number in range(4)},
            redis=f"redis://127.0.0.1:{silent}/0",
        )
        site.write()
        with LiveRun(site) as run:
            run.wait_for_event("run.started")
            run.wait(lambda: run.get("/healthz")[0] == 200)
            assert run.stop() < 5
            assert run.process.returncode == 0
            assert run.events("run.stopped") != []
