"""A whole site that is killed again and again: pipeline, Redis, and `smart-alert dispatch`; a program of its own.

`python -m tests.chaos.killed_site FOLDER TROUBLE KILLS SEED`, for what forks must have no threads. Beside the kills:

    whole     nothing, nor is anything killed: prints the messages of a run that nobody touched, as a JSON array
    none      nothing
    memory    for a while Redis may take no more memory
    disk      for a while the disk has no room (FOLDER lies on a small one)
    older     again and again Redis comes back with an older file

Prints one JSON object: `ledger`, the messages in the ledger, in order; `steps`, how often the history of each event
says `raised` and `cleared`; `kills` of each part; `troubles`, how often trouble was seen to work. The slower the
machine, the longer it takes: how long a part lives is reckoned in starts of a dispatcher.
"""

import json
import os
import signal
import sys
from collections import Counter
from collections.abc import Callable, Mapping
from pathlib import Path

import numpy as np
from sqlalchemy import func, select

from pipeline.cli.dispatch import command
from pipeline.cli.main import run
from pipeline.dispatch.ledger_database import LedgerAwayError, sqlite_database
from pipeline.dispatch.ledger_tables import MESSAGE, STEP
from pipeline.runtime.clock import sleep, stopwatch
from tests.chaos.redis_server import ChaoticRedis
from tests.chaos.scene import MESSAGES, ROUND_S, ROUNDS, run_pipeline, site_in, untouched

LONGEST_S = 420.0
_LONGEST_PAUSE_S = 2.0
_PRELOADED = (command,)
"""What is forked has it already, as it would take longer to read than a dispatcher lives here."""
_PAUSE = (0.1, 0.6)
"""In starts of a dispatcher."""


class Part:
    """A forked process that is started again whenever it has ended."""

    def __init__(self, folder: Path, name: str, work: Callable[[], None]) -> None:
        self._log, self._work, self._pid, self.kills = folder / f"{name}.log", work, 0, 0
        self.is_done = False

    def look_after(self) -> None:
        if self._pid:
            pid, status = os.waitpid(self._pid, os.WNOHANG)
            if not pid:
                return
            self.is_done = status == 0
        self._pid = os.fork()
        if self._pid == 0:
            log = os.open(self._log, os.O_WRONLY | os.O_CREAT | os.O_APPEND)
            os.dup2(log, 1)
            os.dup2(log, 2)
            code = 1
            try:
                self._work()
                code = 0
            finally:
                os._exit(code)

    def kill(self) -> None:
        if self._pid:
            os.kill(self._pid, signal.SIGKILL)
            self.kills += os.waitpid(self._pid, 0)[1] != 0
            self._pid = 0


class Chaos:
    """The site's three parts, and who strikes them."""

    def __init__(self, folder: Path, trouble: str, kills: int, seed: int) -> None:
        self._draw, self._left, self._kills, self._trouble = np.random.default_rng(seed), kills, kills, trouble
        self.redis = ChaoticRedis(folder / "redis")
        self.site = site_in(folder / "site", self.redis.url)
        log = folder / "log"
        log.mkdir()
        self.dispatcher = Part(log, "dispatch", lambda: _dispatch(self.site.path))
        self._start_s = self._first_start_s(log / "dispatch.log")
        # The scene is to last for as long as the kills do.
        pace_s = kills * self._start_s * sum(_PAUSE) / 2 / (2 * ROUNDS * ROUND_S)
        self.pipeline = Part(log, "pipeline", lambda: run_pipeline(self.site, self.redis.url, pace_s))
        self._ballast = folder / "ballast"
        self.troubles = 0

    def run(self, count: int) -> None:
        """Strike until all kills are done, then wait until the ledger holds so many messages."""
        elapsed = stopwatch()
        while self._left or not (self.pipeline.is_done and _taken(self.site.state) >= count):
            if elapsed() > LONGEST_S:
                break
            self._care()
            sleep(float(self._draw.uniform(*_PAUSE)) * self._start_s)
            if self._left:
                self._strike()
                self._left -= 1
        for part in (self.pipeline, self.dispatcher, self.redis):
            part.kill()

    def _first_start_s(self, log: Path) -> float:
        self.redis.look_after()
        elapsed = stopwatch()
        self.dispatcher.look_after()
        while not (log.exists() and b"dispatcher.started" in log.read_bytes()) and elapsed() < _LONGEST_PAUSE_S:
            sleep(0.01)
        return min(elapsed(), _LONGEST_PAUSE_S)

    def _care(self) -> None:
        """As an init system does: whatever has ended is started."""
        self.redis.look_after()
        self.pipeline.look_after()
        self.dispatcher.look_after()

    def _strike(self) -> None:
        done = 1 - self._left / self._kills
        if self._trouble == "older":
            self._age()
        elif self._trouble != "none":
            self._press(is_on=0.25 < done < 0.6)
        (self.redis, self.pipeline, self.dispatcher)[int(self._draw.integers(3))].kill()

    def _age(self) -> None:
        """Every twentieth kill: Redis comes back as it was ten kills ago."""
        if self._left % 20 == 15:
            self.redis.keep_copy()
        elif self._left % 20 == 5:
            self.troubles += self.redis.come_back_older()

    def _press(self, *, is_on: bool) -> None:
        if self._trouble == "memory":
            self.redis.allow_memory(is_allowed=not is_on)
            self.troubles += is_on and self.redis.is_full()
        elif is_on:
            self.troubles += _fill(self._ballast)
        else:
            self._ballast.unlink(missing_ok=True)


def _fill(ballast: Path) -> bool:
    """Take all room that there is; whether it was taken."""
    with ballast.open("ab", buffering=0) as file:
        try:
            while True:
                file.write(bytes(4096))
        except OSError:
            return True


def _dispatch(site_file: Path) -> None:
    if run(["dispatch", str(site_file), "--consumer", "one"]):
        raise SystemExit(1)


def _taken(state: Path) -> int:
    if not (state / "ledger.sqlite").exists():
        return 0
    try:
        database = sqlite_database(state / "ledger.sqlite")
        with database.reading() as connection:
            return int(connection.execute(select(func.count()).select_from(MESSAGE)).scalar_one())
    except LedgerAwayError:
        return 0


def _found(state: Path) -> Mapping[str, object]:
    with sqlite_database(state / "ledger.sqlite").reading() as connection:
        lines = [row.line for row in connection.execute(select(MESSAGE.c.line).order_by(MESSAGE.c.seq))]
        told = Counter((row.event, row.what) for row in connection.execute(select(STEP.c.event, STEP.c.what)))
    steps = Counter(f"{what} x {times}" for (_, what), times in told.items() if what in {"raised", "cleared"})
    return {"ledger": lines, "steps": steps}


def main(folder: Path, trouble: str, kills: int, seed: int) -> None:
    folder.mkdir(parents=True, exist_ok=True)
    if trouble == "whole":
        found: object = [alert.to_json() for alert in untouched(site_in(folder, "embedded"))]
    else:
        chaos = Chaos(folder, trouble, kills, seed)
        chaos.run(MESSAGES)
        counted = {"redis": chaos.redis.kills, "pipeline": chaos.pipeline.kills, "dispatcher": chaos.dispatcher.kills}
        found = {"kills": counted, "troubles": chaos.troubles, **_found(chaos.site.state)}
    sys.stdout.write(json.dumps(found))


if __name__ == "__main__":
    main(Path(sys.argv[1]), sys.argv[2], int(sys.argv[3]), int(sys.argv[4]))
