"""Alerts a second from outbox through Redis to a client and its ledger, and how long one alert takes when all is idle.

    python -m benchmarks.dispatch [--alerts 5000]

The outbox is on disk and forces every step to it, Redis is the embedded one's program with its settings, the ledger is
SQLite. A storm: the run writes as fast as it can in a process of its own, ten alerts a step, while the client reads.
"""

import argparse
import os
import tempfile
from collections.abc import Callable, Iterator, Sequence
from contextlib import contextmanager, nullcontext
from dataclasses import dataclass
from pathlib import Path

import numpy as np

from pipeline.alerts.delivery import Delivery
from pipeline.alerts.outbox import Outbox
from pipeline.alerts.server import Server
from pipeline.alerts.stream import RedisSink
from pipeline.dispatch.client import AlertClient, ClientSettings
from pipeline.dispatch.delivery import Delivery as Delivered
from pipeline.dispatch.ledger import Incoming, Ledger
from pipeline.dispatch.ledger_database import sqlite_database
from pipeline.runtime.clock import sleep, stopwatch, wall_now_ns
from pipeline.runtime.pump import Pump
from tests.alerts.servers import RunningServer
from tests.dispatch.samples import alert, office

WEEK_NS = 7 * 86_400 * 1_000_000_000
STEP = 10
PROBES = 200


@dataclass(frozen=True, slots=True)
class Bench:
    """One server and the folder of everything."""

    folder: Path
    running: RunningServer

    def server(self) -> Server:
        """A connection of its own."""
        return Server(self.running.client, "Redis")

    def delivery(self, outbox: Outbox, stream: str, *, at_once: bool) -> Delivery:
        """From an outbox to a stream."""
        return Delivery(outbox, RedisSink(self.server(), stream, WEEK_NS), wall_now_ns, at_once=at_once)

    def client(self, stream: str) -> AlertClient:
        """A consumer of a stream."""
        return AlertClient(self.server(), ClientSettings("bench", stream=stream, in_flight=256))


@contextmanager
def bench() -> Iterator[Bench]:
    """A server for as long as the block lasts."""
    with tempfile.TemporaryDirectory() as folder, RunningServer(Path(folder) / "redis") as running:
        yield Bench(Path(folder), running)


def storm(made: Bench, name: str, count: int, take: Callable[[Sequence[Delivered]], None]) -> float:
    """Seconds from the first alert that is written to the last that is done with."""
    pid = os.fork()
    elapsed = stopwatch()
    if pid == 0:
        raise_at_once(made, name, count)
        os._exit(0)
    done = 0
    with made.client(name) as client:
        while done < count:
            got = client.receive()
            take(got)
            client.done(*got)
            done += len(got)
    wall_s = elapsed()
    os.waitpid(pid, 0)
    return wall_s


def raise_at_once(made: Bench, name: str, count: int) -> None:
    """Alerts as fast as they can be kept, offered as a live run does it."""
    with Outbox(made.folder / name, wall_now_ns) as outbox:
        delivery = made.delivery(outbox, name, at_once=False)
        with Pump(delivery):
            for start in range(0, count, STEP):
                numbers = range(start, min(start + STEP, count))
                delivery.accept_step([alert(f"{name}-{n}", camera=f"c{n % 40}") for n in numbers], None)


def latencies_ms(made: Bench, name: str, *, pumped: bool) -> list[float]:
    """From raising an alert to the client having it, one at a time with nothing else going on.

    A process of its own raises, for the client waits meanwhile, as in life; the moment travels in the alert.
    """
    pid = os.fork()
    if pid == 0:
        raise_now_and_then(made, name, pumped=pumped)
        os._exit(0)
    found: list[float] = []
    with made.client(name) as client:
        while len(found) < PROBES:
            for one in client.receive():
                found.append((wall_now_ns() - int(one.alert.title.en)) / 1e6)
                client.done(one)
    os.waitpid(pid, 0)
    return found


def raise_now_and_then(made: Bench, name: str, *, pumped: bool) -> None:
    """An alert every 50 ms, more or less, sent by who raises it, or by the thread of a pump as in a live run."""
    draw = np.random.default_rng(3)
    with Outbox(made.folder / name, wall_now_ns) as outbox:
        delivery = made.delivery(outbox, name, at_once=not pumped)
        with Pump(delivery) if pumped else nullcontext():
            sleep(1.0)
            for n in range(PROBES):
                delivery.accept(alert(f"{name}-{n}", text=str(wall_now_ns())))
                sleep(float(draw.uniform(0.02, 0.08)))


def main() -> None:
    """Print the figures."""
    parser = argparse.ArgumentParser(description=__doc__, formatter_class=argparse.RawDescriptionHelpFormatter)
    parser.add_argument("--alerts", type=int, default=5000)
    count = parser.parse_args().alerts
    with bench() as made:
        wall_s = storm(made, "client", count, lambda _: None)
        print(f"outbox, Redis, client: {count / wall_s:.0f} alerts/s")
        ledger = Ledger(sqlite_database(made.folder / "ledger.sqlite"))
        wall_s = storm(made, "ledger", count, lambda got: ledger_take(ledger, got))
        print(f"outbox, Redis, client, ledger: {count / wall_s:.0f} alerts/s")
        for name, pumped in (("recordings", False), ("live", True)):
            p50, p95, p99 = np.percentile(latencies_ms(made, name, pumped=pumped), [50, 95, 99])
            print(f"raise to client, idle, {name}: p50 {p50:.1f} ms, p95 {p95:.1f} ms, p99 {p99:.1f} ms")


def ledger_take(ledger: Ledger, got: Sequence[Delivered]) -> None:
    """Write what came into the ledger."""
    ledger.take([Incoming(one.alert, one.line) for one in got], office())


if __name__ == "__main__":
    main()
