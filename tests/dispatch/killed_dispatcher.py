"""A dispatcher that is killed again and again while alerts pass and Redis is restarted: a program of its own.

Run as a program, for what is killed must have no threads:
`python -m tests.dispatch.killed_dispatcher FOLDER URL KILLS SEED`. Alerts go through the real outbox and a real Redis
to the real dispatcher, which keeps a real ledger and tells URL. Every second child is killed at a random moment, the
others before a random line of the modules that matter. At the end one is left alone until nothing waits any more. What
is in the ledger then, others look at.
"""

import os
import signal
import sys
from collections.abc import Iterator
from pathlib import Path

import numpy as np
from sqlalchemy import func, select

from pipeline.alerts.delivery import Delivery
from pipeline.alerts.message import Alert
from pipeline.alerts.outbox import Outbox
from pipeline.alerts.server import Server
from pipeline.alerts.stream import RedisSink
from pipeline.dispatch.client import AlertClient, ClientSettings
from pipeline.dispatch.dispatcher import Dispatcher, Surroundings
from pipeline.dispatch.ledger_database import Database, sqlite_database
from pipeline.dispatch.ledger_tables import MESSAGE, NOTICE
from pipeline.rules.episode import State
from pipeline.runtime.clock import sleep, stopwatch, wall_now_ns
from tests.alerts.servers import RunningServer
from tests.dispatch.samples import SHANGHAI, alert, gone, routing
from tests.killed_lines import Lines

STREAM = "smart-alert:alerts"
EVENTS, CAMERAS = 200, 5
LONGEST_S = 30.0
"""What the last one may take for what the killed ones have left."""
MODULES = ("dispatcher.py", "ledger.py", "client.py", "group.py", "left_over.py", "notifier.py", "ledger_database.py")
WEEK_NS = 7 * 86_400 * 1_000_000_000


def story() -> Iterator[Alert]:
    """500 messages: 200 events on 5 cameras, raised and cleared, every second one updated in between."""
    for start in range(0, EVENTS, 10):
        batch = [(f"event-{n:03d}", f"camera-{n % CAMERAS}", n) for n in range(start, start + 10)]
        for event, camera, _ in batch:
            yield alert(event, camera=camera)
        for event, camera, n in batch:
            if n % 2:
                yield alert(event, 1, State.UPDATED, camera=camera)
        for event, camera, n in batch:
            yield alert(event, 1 + n % 2, State.CLEARED, camera=camera, reason=gone().reason)


def dispatch(folder: Path, server: RunningServer, url: str, *, to_the_end: bool) -> None:
    database = sqlite_database(folder / "ledger.sqlite")
    settings = ClientSettings("desk", "one", most_tries=100, in_flight=16)
    client = AlertClient(Server(server.client, "redis"), settings, told=lambda _: None)
    around = Surroundings(client, database, "linzi", SHANGHAI, lambda _: None)
    dispatcher = Dispatcher(around, routing(channel=url))
    elapsed = stopwatch()
    dispatcher.run(lambda: to_the_end and (is_done(database) or elapsed() > LONGEST_S))
    if not is_done(database):
        sys.exit("alerts or notices are missing")


def is_done(database: Database) -> bool:
    with database.reading() as connection:
        taken = connection.execute(select(func.count()).select_from(MESSAGE)).scalar_one()
        waiting = select(func.count()).select_from(NOTICE).where(NOTICE.c.sent_at.is_(None))
        return taken >= len(list(story())) and connection.execute(waiting).scalar_one() == 0


def child(folder: Path, server: RunningServer, url: str, lines: int | None) -> int:
    pid = os.fork()
    if pid == 0:
        if lines is not None:
            sys.settrace(Lines(lines, MODULES).enter)
        dispatch(folder, server, url, to_the_end=False)
        os._exit(3)
    return pid


def main(folder: Path, url: str, kills: int, seed: int) -> None:
    draw = np.random.default_rng(seed)
    alerts = list(story())
    with RunningServer(folder / "redis") as server, Outbox(folder / "state", wall_now_ns) as outbox:
        delivery = Delivery(
            outbox, RedisSink(Server(server.client, "redis"), STREAM, WEEK_NS), wall_now_ns, at_once=False
        )
        for n in range(kills):
            for one in alerts[n * len(alerts) // kills : (n + 1) * len(alerts) // kills]:
                outbox.append(one)
            if is_restarted := n % 20 == 10:
                server.kill()
            delivery.offer(after_pause=False)
            pid = child(folder, server, url, int(draw.integers(1, 4000)) if n % 2 else None)
            sleep(float(draw.uniform(0.01, 0.15)))
            if is_restarted:
                server.start()
                sleep(0.05)
            os.kill(pid, signal.SIGKILL)
            if os.waitstatus_to_exitcode(os.waitpid(pid, 0)[1]) != -signal.SIGKILL:
                sys.exit("a dispatcher ended by itself")
        delivery.offer(after_pause=False)
        if outbox.waiting_count():
            sys.exit("the outbox still holds messages")
        dispatch(folder, server, url, to_the_end=True)


if __name__ == "__main__":
    main(Path(sys.argv[1]), sys.argv[2], int(sys.argv[3]), int(sys.argv[4]))
