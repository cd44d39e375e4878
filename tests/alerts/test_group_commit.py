"""Cameras that wait at the same time share a transaction, and none is told that its step is kept before it is."""

import sqlite3
import subprocess
import sys
import threading
from collections.abc import Iterator
from pathlib import Path

import pytest

from pipeline.alerts.group_commit import GroupCommit
from tests.alerts.servers import wait_until

ROOT = Path(__file__).parents[2]


class Shared:
    """A table, and how often something was written to it."""

    def __init__(self, path: Path) -> None:
        self.db = sqlite3.connect(path, isolation_level=None, check_same_thread=False)
        self.db.execute("CREATE TABLE step (number INTEGER PRIMARY KEY)")
        self.commits = 0
        self.db.set_trace_callback(self._traced)
        self.lock = threading.Lock()
        self.group = GroupCommit(self.db, self.lock)
        self.faults: dict[int, BaseException] = {}

    def _traced(self, statement: str) -> None:
        self.commits += statement == "COMMIT"

    def write(self, number: int) -> None:
        try:
            self.group.write(lambda db: db.execute("INSERT INTO step VALUES (?)", (number,)).rowcount)
        except sqlite3.Error as fault:
            self.faults[number] = fault

    def write_together(self, numbers: list[int]) -> None:
        """All of them wait before the first is written."""
        threads = [threading.Thread(target=self.write, args=(number,)) for number in numbers]
        with self.lock:
            for thread in threads:
                thread.start()
            wait_until(lambda: self.group.waiting == len(numbers))
        for thread in threads:
            thread.join()

    @property
    def numbers(self) -> list[int]:
        return [number for (number,) in self.db.execute("SELECT number FROM step ORDER BY number")]


@pytest.fixture
def shared(tmp_path: Path) -> Iterator[Shared]:
    made = Shared(tmp_path / "steps.sqlite")
    yield made
    made.db.close()


def test_steps_that_wait_together_are_one_transaction(shared: Shared) -> None:
    shared.write_together(list(range(20)))
    assert (shared.commits, shared.numbers, shared.faults) == (1, list(range(20)), {})


def test_each_of_those_that_come_one_after_the_other_is_a_transaction(shared: Shared) -> None:
    for number in range(5):
        shared.write(number)
        assert shared.numbers == list(range(number + 1))
    assert shared.commits == 5


def test_a_step_that_cannot_be_written_costs_the_others_nothing(shared: Shared) -> None:
    shared.write(7)
    shared.write_together([*range(10), 11])
    assert shared.numbers == [*range(10), 11]
    assert [(number, type(fault)) for number, fault in shared.faults.items()] == [(7, sqlite3.IntegrityError)]


@pytest.mark.long
def test_cameras_that_are_killed_as_they_write_together_lose_no_step_that_was_kept(tmp_path: Path) -> None:
    command = [sys.executable, "-m", "tests.alerts.killed_cameras", str(tmp_path), "40", "4"]
    done = subprocess.run(command, cwd=ROOT, capture_output=True, text=True, check=False)
    assert done.returncode == 0, done.stderr
    assert min(int(number) for number in done.stdout.split()) > 40
