"""How many alerts go from the reasoning's hand to a consumer's, and how long one takes when nothing else is going on.

    python -m benchmarks.alerts [--count 5000] [--cameras 32] [--forced-per-s 170]

Throughput: cameras, each a thread, append a step of one message and the reasoning after it to the outbox (SQLite), and
go on when it is forced to disk; a live run's own pump offers them to a real Redis that writes its append-only file
always; a process of its own receives and acknowledges them by the dispatch client. Latency: one alert every 50 ms, from
before it is kept until that process has it. `--forced-per-s` makes the disk slow for all of them together.
"""

import argparse
import json
import os
import sys
import tempfile
import threading
from collections.abc import Callable, Iterator
from contextlib import contextmanager
from pathlib import Path

import numpy as np

from benchmarks.slow_disk import run_on_slow_disk
from pipeline.alerts.checkpoint import Checkpoint
from pipeline.alerts.delivery import Delivery
from pipeline.alerts.message import Alert
from pipeline.alerts.outbox import Outbox
from pipeline.alerts.server import Server
from pipeline.alerts.stream import RedisSink
from pipeline.dispatch.client import AlertClient, ClientSettings
from pipeline.observation import CameraId, MediaNs
from pipeline.runtime.clock import sleep, stopwatch, wall_now_ns
from pipeline.runtime.pump import Pump
from tests.alerts.samples import raised, site_in, told
from tests.alerts.servers import RunningServer

_WEEK_NS = 7 * 86_400 * 1_000_000_000
_REASONING = bytes(20_000)
"""About as large as what is kept of the reasoning of a camera with a few rules and a dozen objects."""


def main() -> None:
    """Measure, and print the figures as JSON."""
    parser = argparse.ArgumentParser(description=__doc__.splitlines()[0] if __doc__ else None)
    parser.add_argument("--count", type=int, default=5000, help="alerts for the throughput")
    parser.add_argument("--idle", type=int, default=200, help="alerts for the latency")
    parser.add_argument("--cameras", type=int, default=32, help="that raise at the same time")
    parser.add_argument(
        "--forced-per-s", type=float, default=0.0, help="writes that the disk forces a second; 0: its own"
    )
    call = parser.parse_args()
    with tempfile.TemporaryDirectory() as folder:
        if call.forced_per_s:
            run_on_slow_disk(Path(folder), call.forced_per_s)
        found = measured(Path(folder), call.count, call.idle, call.cameras)
    print(json.dumps(found, indent=2))
    sys.exit(0 if found["alerts_per_s"] >= 1000 and found["latency_p95_ms"] < 100 else 1)


def measured(folder: Path, count: int, idle: int, cameras: int) -> dict[str, float]:
    """The figures.

    Args:
        folder: For the outbox and the server's file.
        count: Alerts for the throughput.
        idle: Alerts for the latency.
        cameras: That raise at the same time.
    """
    sample = told(raised(), site_in(folder / "site"))
    forced_per_s = forced(folder / "forced")
    with RunningServer(folder / "redis") as server:
        many = throughput(server, folder / "many", sample, count - count % cameras, cameras)
        few = latencies_ms(server, folder / "few", sample, idle)
    return {
        "cameras": cameras,
        "forced_per_s": forced_per_s,
        **many,
        "latency_p50_ms": round(float(np.percentile(few, 50)), 2),
        "latency_p95_ms": round(float(np.percentile(few, 95)), 2),
        "latency_max_ms": round(float(np.max(few)), 2),
    }


def forced(path: Path) -> float:
    """How many writes of a page the disk forces a second, while nobody else does."""
    elapsed, n = stopwatch(), 0
    with path.open("wb", buffering=0) as file:
        while elapsed() < 1.0:
            file.write(bytes(4096))
            os.fdatasync(file.fileno())
            n += 1
    return round(n / elapsed(), 1)


@contextmanager
def delivery_to(server: RunningServer, folder: Path, stream: str) -> Iterator[Delivery]:
    """From an outbox of its own to the server, as a live run has it."""
    sink = RedisSink(Server(server.client, "redis"), stream, _WEEK_NS)
    with Outbox(folder, wall_now_ns) as outbox:
        yield Delivery(outbox, sink, wall_now_ns, at_once=False)


def receive(server: RunningServer, stream: str, count: int, got: Callable[[Alert], None]) -> None:
    """Receive and acknowledge so many."""
    with AlertClient(Server(server.client, "redis"), ClientSettings("bench", stream=stream, in_flight=256)) as client:
        while count:
            handed = client.receive(1.0)
            for one in handed:
                got(one.alert)
            client.done(*handed)
            count -= len(handed)


def are_received_in_order(server: RunningServer, count: int, cameras: int) -> bool:
    """Receive all, and tell whether each camera's came one after the other."""
    numbers: dict[int, list[int]] = {camera: [] for camera in range(cameras)}

    def note(alert: Alert) -> None:
        camera, number = (int(part) for part in alert.id.split("-"))
        numbers[camera].append(number)

    receive(server, "many", count, note)
    return all(found == list(range(count // cameras)) for found in numbers.values())


def throughput(server: RunningServer, folder: Path, sample: Alert, count: int, cameras: int) -> dict[str, float]:
    """Alerts a second from the first that is kept to the last that is acknowledged, all stages at once."""
    pid = os.fork()
    if pid == 0:
        os._exit(0 if are_received_in_order(server, count, cameras) else 1)
    with delivery_to(server, folder, "many") as delivery, Pump(delivery, lambda _: None):

        def raise_all(camera: int) -> None:
            for n in range(count // cameras):
                checkpoint = Checkpoint(CameraId(f"{camera}"), MediaNs(n), _REASONING)
                delivery.accept_step((sample.model_copy(update={"id": f"{camera}-{n}"}),), checkpoint)

        threads = [threading.Thread(target=raise_all, args=(camera,)) for camera in range(cameras)]
        elapsed = stopwatch()
        for thread in threads:
            thread.start()
        for thread in threads:
            thread.join()
        kept_s = elapsed()
        if os.waitpid(pid, 0)[1]:
            raise RuntimeError("the alerts of a camera came in another order, or other ones came")
        total_s = elapsed()
    return {"alerts": count, "alerts_per_s": round(count / total_s, 1), "kept_per_s": round(count / kept_s, 1)}


def latencies_ms(server: RunningServer, folder: Path, sample: Alert, count: int) -> list[float]:
    """From before an alert is kept to when the client has it, while nothing else is going on; it says when itself."""
    pid = os.fork()
    if pid == 0:
        with delivery_to(server, folder, "few") as delivery, Pump(delivery, lambda _: None):
            sleep(1.0)
            for n in range(count):
                sleep(0.05)
                delivery.accept_step((sample.model_copy(update={"id": f"{n}", "rule": str(wall_now_ns())}),), None)
        os._exit(0)
    found: list[float] = []
    receive(server, "few", count, lambda alert: found.append((wall_now_ns() - int(alert.rule or "0")) / 1e6))
    os.waitpid(pid, 0)
    return found


if __name__ == "__main__":
    main()
