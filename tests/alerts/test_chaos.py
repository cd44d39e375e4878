"""Pipeline, Redis and consumer are killed at random moments, and every alert comes to its end exactly once, in order.

The pipeline is a process that keeps numbered alerts of three cameras in its outbox, a step at a time with the
checkpoint after it, and offers them; the server is a real one with an append-only file; the consumer a process on the
dispatch client, which writes what it has handled into a file of its own before it acknowledges.
"""

import signal
import subprocess
import sys
import time
from pathlib import Path

import numpy as np
import pytest

from pipeline.alerts.outbox import Outbox
from pipeline.runtime.clock import stopwatch
from tests.alerts.samples import raised, site_in, told
from tests.alerts.servers import Clock, RunningServer

ROOT = Path(__file__).parents[2]
CAMERAS, EACH = 3, 167
LONGEST_S = 170.0

PIPELINE = """
import sys
from pathlib import Path
from pipeline.alerts.checkpoint import Checkpoint
from pipeline.alerts.delivery import Delivery
from pipeline.alerts.message import parse
from pipeline.alerts.outbox import Outbox
from pipeline.alerts.server import Server
from pipeline.alerts.server_url import socket_client
from pipeline.alerts.stream import RedisSink
from pipeline.observation import CameraId, MediaNs
from pipeline.runtime.clock import sleep, wall_now_ns
from pipeline.runtime.pump import Pump

folder, socket, cameras, each = Path(sys.argv[1]), sys.argv[2], int(sys.argv[3]), int(sys.argv[4])
sample = parse((folder / "sample.json").read_text(encoding="utf-8"))
with Outbox(folder / "state", wall_now_ns) as outbox:
    sink = RedisSink(Server(lambda: socket_client(socket), "redis"), "smart-alert:alerts", 10**18)
    delivery = Delivery(outbox, sink, wall_now_ns, at_once=False)
    with Pump(delivery, lambda _: None):
        done = {}
        for n in range(cameras):
            found = outbox.checkpoint(CameraId(f"cam-{n}"))
            done[n] = 0 if found is None else int(found.reasoning)
        while any(count < each for count in done.values()):
            for n in range(cameras):
                if done[n] < each:
                    done[n] += 1
                    alert = sample.model_copy(update={"id": f"cam-{n}/{done[n]}"})
                    delivery.accept_step([alert], Checkpoint(CameraId(f"cam-{n}"), MediaNs(done[n]), b"%d" % done[n]))
            sleep(0.2)
        while outbox.waiting_count():
            sleep(0.05)
"""

CONSUMER = """
import os
import sys
from pathlib import Path
from pipeline.alerts.server import Server
from pipeline.alerts.server_url import socket_client
from pipeline.dispatch.client import AlertClient, ClientSettings

ledger, socket = Path(sys.argv[1]), sys.argv[2]
client = AlertClient(
    Server(lambda: socket_client(socket), "redis"), ClientSettings(group="ledger", consumer="one"), told=lambda _: None
)
with ledger.open("ab") as file:
    while True:
        for one in client.receive(1.0):
            file.write(f"{one.alert.id} {one.alert.revision}\\n".encode())
            file.flush()
            os.fsync(file.fileno())
            client.done(one)
"""


class Part:
    """A process that is started again whenever it was killed."""

    def __init__(self, script: str, *arguments: str) -> None:
        self._command = [sys.executable, "-c", script, *arguments]
        self.kills = 0
        self.start()

    def start(self) -> None:
        self.process = subprocess.Popen(self._command, cwd=ROOT, stderr=subprocess.PIPE)

    def kill(self) -> None:
        if self.process.poll() is None:
            self.process.send_signal(signal.SIGKILL)
            self.kills += 1
        self.end()

    def end(self) -> None:
        assert self.process.stderr is not None
        told = self.process.stderr.read()
        self.process.stderr.close()
        assert self.process.wait() in {0, -signal.SIGKILL}, told.decode()


@pytest.mark.long
def test_whatever_is_killed_when_every_alert_is_handled_and_none_is_invented(tmp_path: Path, sample_line: str) -> None:
    draw = np.random.default_rng(11)
    (tmp_path / "sample.json").write_text(sample_line, encoding="utf-8")
    ledger, elapsed, kills = tmp_path / "ledger", stopwatch(), 0
    with RunningServer(tmp_path / "redis") as redis:
        pipeline = Part(PIPELINE, str(tmp_path), str(redis.socket), str(CAMERAS), str(EACH))
        consumer = Part(CONSUMER, str(ledger), str(redis.socket))
        try:
            while elapsed() < LONGEST_S and (pipeline.process.poll() is None or not is_whole(ledger)):
                time.sleep(float(draw.uniform(0.05, 0.5)))
                what = draw.integers(0, 3)
                if elapsed() < LONGEST_S * 0.75:
                    kills += 1
                    _strike(int(what), pipeline, redis, consumer)
                elif pipeline.process.poll() not in {None, 0}:
                    pipeline.start()
        finally:
            pipeline.kill()
            consumer.kill()
    handled = [line.split() for line in ledger.read_text(encoding="utf-8").splitlines()]
    unique = list(dict.fromkeys(event for event, _ in handled))
    for n in range(CAMERAS):
        assert [event for event in unique if event.startswith(f"cam-{n}/")] == [f"cam-{n}/{i + 1}" for i in range(EACH)]
    assert len(unique) == CAMERAS * EACH
    assert kills > 100
    with Outbox(tmp_path / "state", Clock()) as outbox:
        assert outbox.waiting_count() == 0


def _strike(what: int, pipeline: Part, redis: RunningServer, consumer: Part) -> None:
    if what == 0:
        redis.kill()
        redis.start()
    else:
        part = pipeline if what == 1 else consumer
        is_over = part.process.poll() == 0
        if not is_over:
            part.kill()
            part.start()


def is_whole(ledger: Path) -> bool:
    lines = ledger.read_text(encoding="utf-8").splitlines() if ledger.exists() else []
    return len({line.split()[0] for line in lines}) == CAMERAS * EACH


@pytest.fixture
def sample_line(tmp_path: Path) -> str:
    return told(raised(), site_in(tmp_path / "site")).to_json()
