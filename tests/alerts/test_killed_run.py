"""Killed at any instruction and started again: what is told is what would have been told."""

import json
import subprocess
import sys
from collections import defaultdict
from pathlib import Path

import pytest

from pipeline.alerts.message import Alert, parse
from pipeline.rules.episode import State

ROOT = Path(__file__).parents[2]


def passes(folder: Path, how: str, kills: int, seed: int = 1) -> list[list[str]]:
    """The messages of a run that nobody killed, then those of runs that were."""
    command = [sys.executable, "-m", "tests.alerts.killed_runs", str(folder), how, str(seed), str(kills)]
    done = subprocess.run(command, cwd=ROOT, capture_output=True, text=True, check=False)
    assert done.returncode == 0, done.stderr
    found: list[list[str]] = [json.loads(line) for line in done.stdout.splitlines()]
    assert len(found) > 1
    return found


@pytest.mark.parametrize(
    ("how", "kills"),
    [("lines", 60), ("moments", 40), pytest.param("lines", 1500, marks=pytest.mark.long)],
)
def test_a_run_that_is_killed_tells_what_one_that_is_not_tells(tmp_path: Path, how: str, kills: int) -> None:
    whole, *killed = passes(tmp_path, how, kills)
    assert len(whole) > 12
    for messages in killed:
        assert messages == whole


@pytest.mark.parametrize("kills", [40, pytest.param(600, marks=pytest.mark.long)])
def test_what_happens_while_nothing_runs_costs_no_cleared_and_doubles_nothing(tmp_path: Path, kills: int) -> None:
    _, *killed = passes(tmp_path, "live", kills)
    for messages in killed:
        by_event: dict[str, list[Alert]] = defaultdict(list)
        for line in messages:
            alert = parse(line)
            by_event[alert.id].append(alert)
        for alerts in by_event.values():
            assert [alert.revision for alert in alerts] == list(range(len(alerts)))
            states = [alert.state for alert in alerts]
            assert states[0] is State.RAISED
            assert states.count(State.CLEARED) == 1
            assert states[-1] is State.CLEARED
