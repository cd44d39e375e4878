"""Pipeline, Redis and dispatcher are killed at random moments, and every alert is in the ledger exactly once, in order.

The dispatcher is `smart-alert dispatch`; what is killed, and what else happens to it, is in `killed_site.py`.
"""

import json
import subprocess
import sys
import tempfile
from collections import defaultdict
from collections.abc import Iterator
from pathlib import Path

import pytest
from pydantic import BaseModel

from tests.alerts.tiny_disk import run_on_tiny_disk
from tests.chaos.scene import CAMERAS, MESSAGES, RAISED

ROOT = Path(__file__).parents[2]
PROGRAM = "tests.chaos.killed_site"
DISK_KILOBYTES = 64 * 1024


class Found(BaseModel):
    """What the program found when all was over."""

    ledger: list[str]
    steps: dict[str, int]
    kills: dict[str, int]
    troubles: int


class Message(BaseModel):
    """Of a message, whose it is and which."""

    id: str
    revision: int
    camera: dict[str, str]


@pytest.fixture(scope="module")
def memory() -> Iterator[Path]:
    """A folder, in memory if there is such a file system: a kill takes nothing from it, and a slow disk costs hours."""
    shared = Path("/dev/shm")
    with tempfile.TemporaryDirectory(dir=shared if shared.is_dir() else None, prefix="chaos-") as folder:
        yield Path(folder)


def program(*arguments: str) -> str:
    done = subprocess.run([sys.executable, "-m", PROGRAM, *arguments], cwd=ROOT, capture_output=True, check=False)
    assert done.returncode == 0, done.stderr.decode()
    return done.stdout.decode()


@pytest.fixture(scope="module")
def whole(memory: Path) -> list[str]:
    """The messages of a run that nobody touched."""
    found: list[str] = json.loads(program(str(memory / "whole"), "whole", "0", "0"))
    assert (len(found), RAISED > 500) == (MESSAGES, True)
    return found


def by_camera(lines: list[str]) -> dict[str, list[str]]:
    told = defaultdict(list)
    for line in lines:
        told[Message.model_validate_json(line).camera["id"]].append(line)
    return told


def without_evidence(line: str) -> str:
    parts: dict[str, object] = json.loads(line)
    del parts["evidence"]
    return json.dumps(parts)


def difference(told: list[str], expected: list[str]) -> list[str]:
    """How they differ, a line for each finding: the lists themselves are too long to be read."""
    if told == expected:
        return []
    lines = [f"{len(told)} messages for {len(expected)}"]
    lines += [f"missing: {named(line)}" for line in expected if line not in told]
    lines += [f"other than expected: {named(line)}: {line}" for line in told if line not in expected]
    first = next((n for n, pair in enumerate(zip(told, expected, strict=False)) if pair[0] != pair[1]), len(told))
    lines.append(f"they part at {first}: {[named(line) for line in told[first : first + 5]]}")
    return [*lines, f"for {[named(line) for line in expected[first : first + 5]]}"]


def named(line: str) -> str:
    one = Message.model_validate_json(line)
    return f"{one.id[:8]} revision {one.revision}"


def judge(found: Found, whole: list[str], kills: int) -> None:
    """Exactly once, in order per camera, none invented; and the kills were kills."""
    told, expected = by_camera(found.ledger), by_camera(whole)
    assert set(told) == set(CAMERAS)
    for camera in CAMERAS:
        assert difference(told[camera], expected[camera]) == []
    assert found.steps == {"raised x 1": RAISED, "cleared x 1": RAISED}
    assert sum(found.kills.values()) >= 0.75 * kills, found.kills
    assert min(found.kills.values()) >= 0.1 * kills, found.kills


@pytest.mark.long
@pytest.mark.timeout(600)
@pytest.mark.parametrize(("trouble", "kills"), [("none", 200), ("memory", 80), ("older", 80)])
def test_whatever_is_killed_when_every_alert_is_in_the_ledger_exactly_once_and_in_order(
    memory: Path, whole: list[str], trouble: str, kills: int
) -> None:
    found = Found.model_validate_json(program(str(memory / trouble), trouble, str(kills), "11"))
    judge(found, whole, kills)
    assert (found.troubles > 2) == (trouble != "none")


@pytest.mark.long
@pytest.mark.timeout(600)
def test_a_disk_that_is_full_for_a_while_costs_pictures_and_no_alert(tmp_path: Path, whole: list[str]) -> None:
    script = f"import sys, pathlib; from {PROGRAM} import main; main(pathlib.Path(sys.argv[1]) / 'd', 'disk', 80, 11)"
    found = Found.model_validate_json("".join(run_on_tiny_disk(tmp_path / "disk", DISK_KILOBYTES, script)))
    assert found.troubles > 2
    whole = [without_evidence(line) for line in whole]
    found.ledger = [without_evidence(line) for line in found.ledger]
    judge(found, whole, 80)
