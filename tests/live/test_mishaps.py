"""What goes wrong around a live run: Redis dies, the disk is full."""

import os
import shutil
import signal
import subprocess
from pathlib import Path

import pytest

from tests.alerts.servers import RunningServer
from tests.live.live_run import LiveRun, SiteFile, free_port, story

pytestmark = pytest.mark.long


def test_alerts_wait_for_a_redis_that_was_killed_and_come_once(tmp_path: Path, clips: Path) -> None:
    shutil.copy(clips / "comes.mp4", tmp_path)
    port = free_port()
    with RunningServer(tmp_path / "r", None, "--port", str(port)) as redis:
        site = SiteFile(tmp_path, {"cam": "source: comes.mp4, start: '2026-01-05T08:00:00'"}, dwell="1s")
        site.redis = f"redis://127.0.0.1:{port}/0"
        site.write()
        with LiveRun(site, "--duration", "13s") as run:
            run.wait_for_event("run.started")
            redis.kill()
            run.wait_for_event("redis.away")
            raised = run.wait_for_alert("raised")
            redis.start()
            run.wait(lambda: run.metric("messages_sent_total") == 1, 40)
            assert run.metric("send_failures_total") >= 1
            assert run.end(40) == 0
        with redis.client() as client:
            rows = client.xrange("smart-alert:alerts") or []
        told = [(fields["id"], fields["state"]) for _, fields in rows if fields is not None]
        assert told == [(raised.id, "raised"), (raised.id, "cleared")]


def test_a_full_disk_costs_the_log_and_delays_alerts_and_nothing_else(tmp_path: Path, clips: Path) -> None:
    """A small file system for the state; the room on it is taken by a file of ours, and given back later."""
    within = ["unshare", "--map-root-user", "--mount"]
    if shutil.which("unshare") is None or subprocess.run([*within, "true"], check=False).returncode:
        pytest.skip("this machine mounts nothing for users")
    shutil.copy(clips / "comes.mp4", tmp_path)
    site = SiteFile(tmp_path, {"cam": "source: comes.mp4, start: '2026-01-05T08:00:00', loop: true"}, dwell="2s")
    site.redis = "redis://127.0.0.1:1/0"
    site.write()
    site.state.mkdir()
    mounting = f'mount -t tmpfs -o size=8m none "{site.state}" && exec "$@"'
    with LiveRun(site, before=[*within, "sh", "-ec", mounting, "sh"]) as run:
        state = Path(f"/proc/{run.process.pid}/root{site.state}")
        run.wait((state / "outbox.sqlite").exists)
        run.wait(lambda: run.metric("camera_looks_total", kind="health") >= 1)
        filled = fill(state / "filler")
        assert filled > 0
        told = run.wait_for_event("camera.cannot_write")
        assert "No space left" in str(told["error"]) or "full" in str(told["error"])
        run.wait(lambda: run.metric("camera_log_entries_lost_total") > 0)
        assert run.alerts_of() == []
        looks = run.metric("camera_looks_total", kind="health")
        run.wait(lambda: run.metric("camera_looks_total", kind="health") > looks + 2)
        (state / "filler").unlink()
        raised = run.wait_for_alert("raised")
        assert raised.evidence is not None
        snapshot = Path(raised.evidence.snapshot.removeprefix("file://"))
        assert Path(f"/proc/{run.process.pid}/root{snapshot}").stat().st_size > 0
        assert run.get("/healthz")[0] == 200
        assert run.events("camera.turn_failed") == []
        assert run.stop() < 5
        assert run.process.returncode == 0
    assert [one for one, _ in story(run.alerts_of())][:1] == ["raised"]


def fill(path: Path) -> int:
    """Takes all the room there is; how much that was."""
    size = 0
    with path.open("wb", buffering=0) as file:
        for length in (65536, 4096, 1):
            try:
                while True:
                    size += file.write(bytes(length))
            except OSError:
                continue
    return size


def test_the_embedded_redis_may_be_killed_under_the_run(tmp_path: Path, clips: Path) -> None:
    shutil.copy(clips / "comes.mp4", tmp_path)
    site = SiteFile(tmp_path, {"cam": "source: comes.mp4, start: '2026-01-05T08:00:00'"})
    site.write()
    with LiveRun(site) as run:
        run.wait_for_event("run.started")
        for server in children(run.process.pid):
            os.kill(server, signal.SIGKILL)
        run.wait_for_alert("raised")
        run.wait(lambda: run.metric("messages_sent_total") == 1)
        assert run.stop() < 5


def children(pid: int) -> list[int]:
    """Process ids of its Redis server: the children's children."""
    found: list[int] = []
    for task in Path(f"/proc/{pid}/task").iterdir():
        for child in map(int, (task / "children").read_text(encoding="ascii").split()):
            found += [child, *children(child)]
    return [one for one in found if "redis-server" in Path(f"/proc/{one}/comm").read_text(encoding="ascii")]
