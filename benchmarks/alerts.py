"""How many alerts go from the reasoning's hand to a consumer's, and how long one takes when nothing else is going on.

    python -m benchmarks.alerts [--count 5000]

Throughput: steps of one message each are appended to the outbox (SQLite, forced to disk), offered to a real Redis that
writes its append-only file always, and received and acknowledged by the dispatch client. Latency: one alert every 50 ms
through a live run's own pump, from before it is kept until the client has it.
"""

import argparse
import json
import sys
import tempfile
import threading
from collections.abc import Iterator
from contextlib import contextmanager
from pathlib import Path

import numpy as np

from pipeline.alerts.delivery import Delivery
from pipeline.alerts.message import Alert
from pipeline.alerts.outbox import Outbox
from pipeline.alerts.server import Server
from pipeline.alerts.stream import RedisSink
from pipeline.dispatch.client import AlertClient, ClientSettings
from pipeline.runtime.clock import sleep, stopwatch, wall_now_ns
from pipeline.runtime.pump import Pump
from tests.alerts.samples import raised, site_in, told
from tests.alerts.servers import RunningServer

STREAM = "smart-alert:alerts"
_WEEK_NS = 7 * 86_400 * 1_000_000_000


def main() -> None:
    """Measure, and print the figures as JSON."""
    parser = argparse.ArgumentParser(description=__doc__.splitlines()[0] if __doc__ else None)
    parser.add_argument("--count", type=int, default=5000, help="alerts for the throughput")
    parser.add_argument("--idle", type=int, default=200, help="alerts for the latency")
    call = parser.parse_args()
    with tempfile.TemporaryDirectory() as folder:
        found = measured(Path(folder), call.count, call.idle)
    print(json.dumps(found, indent=2))
    sys.exit(0 if found["alerts_per_s"] >= 1000 and found["latency_p95_ms"] < 100 else 1)


def measured(folder: Path, count: int, idle: int) -> dict[str, float]:
    """The figures.

    Args:
        folder: For the outbox and the server's file.
        count: Alerts for the throughput.
        idle: Alerts for the latency.
    """
    sample = told(raised(), site_in(folder / "site"))
    with RunningServer(folder / "redis") as server:
        with delivery_to(server, folder / "many") as delivery:
            many = throughput(server, delivery, sample, count)
        with delivery_to(server, folder / "few") as delivery:
            few = latencies_ms(server, delivery, sample, idle)
    return {
        **many,
        "latency_p50_ms": round(float(np.percentile(few, 50)), 2),
        "latency_p95_ms": round(float(np.percentile(few, 95)), 2),
        "latency_max_ms": round(float(np.max(few)), 2),
    }


@contextmanager
def delivery_to(server: RunningServer, folder: Path) -> Iterator[Delivery]:
    """From an outbox of its own to the server, as a live run has it."""
    sink = RedisSink(Server(server.client, "redis"), STREAM, _WEEK_NS)
    with Outbox(folder, wall_now_ns) as outbox:
        yield Delivery(outbox, sink, wall_now_ns, at_once=False)


def client_of(server: RunningServer, group: str) -> AlertClient:
    """A consumer of a group of its own."""
    settings = ClientSettings(stream=STREAM, group=group, consumer="bench")
    return AlertClient(Server(server.client, "redis"), settings)


def throughput(server: RunningServer, delivery: Delivery, sample: Alert, count: int) -> dict[str, float]:
    """Alerts a second from the first that is kept to the last that is acknowledged, all stages at once."""
    received: list[str] = []
    client = client_of(server, "many")
    client.receive(0.01)

    def consume() -> None:
        while len(received) < count:
            handed = client.receive(1.0)
            received.extend(one.alert.id for one in handed)
            client.done(*handed)

    consumer = threading.Thread(target=consume)
    elapsed = stopwatch()
    with Pump(delivery, lambda _: None):
        consumer.start()
        for n in range(count):
            delivery.accept_step((sample.model_copy(update={"id": f"e{n}"}),), None)
        kept_s = elapsed()
        consumer.join()
    total_s = elapsed()
    client.close()
    if received != [f"e{n}" for n in range(count)]:
        raise RuntimeError(f"got {len(received)} alerts, in another order or other ones (expected {count})")
    return {"alerts": count, "alerts_per_s": round(count / total_s, 1), "kept_per_s": round(count / kept_s, 1)}


def latencies_ms(server: RunningServer, delivery: Delivery, sample: Alert, count: int) -> list[float]:
    """From before an alert is kept to when the client has it, while nothing else is going on."""
    found: list[float] = []
    client = client_of(server, "few")
    for left in iter(lambda: client.receive(0.05), ()):
        client.done(*left)
    arrived = threading.Event()

    def consume() -> None:
        while len(found) < count:
            handed = client.receive(1.0)
            if handed:
                found.append(since() * 1000)
                client.done(*handed)
                arrived.set()

    since = stopwatch()
    consumer = threading.Thread(target=consume)
    with Pump(delivery, lambda _: None):
        consumer.start()
        for n in range(count):
            sleep(0.05)
            arrived.clear()
            since = stopwatch()
            delivery.accept_step((sample.model_copy(update={"id": f"i{n}"}),), None)
            arrived.wait(10)
        consumer.join()
    client.close()
    return found


if __name__ == "__main__":
    main()
