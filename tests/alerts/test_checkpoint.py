"""What a step says and the reasoning after it: together on disk, or neither."""

import re
import sqlite3
import subprocess
import sys
from collections.abc import Iterator
from contextlib import closing
from pathlib import Path

import pytest
from hypothesis import HealthCheck, given, settings
from hypothesis import strategies as st

from pipeline.alerts.checkpoint import Checkpoint
from pipeline.alerts.message import Alert
from pipeline.alerts.outbox import FILE_NAME, Outbox
from pipeline.errors import StateError
from pipeline.observation import CameraId, MediaNs
from tests.alerts.samples import raised, site_in, told
from tests.alerts.servers import Clock
from tests.alerts.tiny_disk import run_on_tiny_disk

GATE = CameraId("gate")


@pytest.fixture(scope="module")
def sample(tmp_path_factory: pytest.TempPathFactory) -> Alert:
    site = site_in(tmp_path_factory.mktemp("site"))
    return told(raised(), site)


@pytest.fixture
def outbox(tmp_path: Path) -> Iterator[Outbox]:
    with Outbox(tmp_path / "state", Clock()) as opened:
        yield opened


def checkpoint(t: int, reasoning: bytes = b"what it remembers", camera: str = "gate") -> Checkpoint:
    return Checkpoint(CameraId(camera), MediaNs(t), reasoning)


def kept(outbox: Outbox) -> list[tuple[str, int]]:
    return [(item.event, item.seq) for item in outbox.waiting(1000)]


def test_a_step_is_kept_with_the_reasoning_after_it(tmp_path: Path, sample: Alert) -> None:
    other = sample.model_copy(update={"id": "e2"})
    with Outbox(tmp_path, Clock()) as outbox:
        assert outbox.checkpoint(GATE) is None
        assert outbox.append_step([sample, other], checkpoint(5)) == 2
    with Outbox(tmp_path, Clock()) as outbox:
        assert kept(outbox) == [("e1", 1), ("e2", 2)]
        assert outbox.checkpoint(GATE) == checkpoint(5)


def test_a_step_that_is_repeated_leaves_the_message_and_takes_the_reasoning(outbox: Outbox, sample: Alert) -> None:
    outbox.append_step([sample], checkpoint(5))
    changed = sample.model_copy(update={"severity": "info"})
    assert outbox.append_step([changed], checkpoint(4, b"again")) == 0
    assert [item.severity for item in outbox.waiting(9)] == ["critical"]
    assert outbox.checkpoint(GATE) == checkpoint(4, b"again")


def test_a_step_that_fails_half_way_leaves_nothing_and_is_in_nobodys_way(outbox: Outbox, sample: Alert) -> None:
    with pytest.raises(OverflowError):
        outbox.append_step([sample], checkpoint(2**70))
    assert kept(outbox) == []
    outbox.append_step([sample], checkpoint(1))
    assert kept(outbox) == [("e1", 1)]


def test_a_source_that_is_not_resumed_leaves_no_checkpoint(outbox: Outbox, sample: Alert) -> None:
    outbox.append_step([sample], None)
    assert outbox.checkpoint(GATE) is None


def test_many_cameras_are_saved_at_once(outbox: Outbox) -> None:
    found = [checkpoint(n, b"%d" % n, f"cam-{n}") for n in range(120)]
    outbox.save(found)
    assert [outbox.checkpoint(one.camera) for one in found] == found


def test_what_was_forgotten_is_not_resumed(outbox: Outbox) -> None:
    outbox.save([checkpoint(1), checkpoint(1, camera="other")])
    outbox.forget_checkpoint(GATE)
    assert outbox.checkpoint(GATE) is None
    assert outbox.checkpoint(CameraId("other")) is not None


@given(st.lists(st.tuples(st.booleans(), st.integers(0, 6)), max_size=12))
@settings(deadline=None, max_examples=60, suppress_health_check=[HealthCheck.function_scoped_fixture])
def test_reasoning_of_before_a_step_never_comes_after_it(outbox: Outbox, writes: list[tuple[bool, int]]) -> None:
    """Checkpoints are gathered while cameras go on: an old one may be saved after a step has been kept."""
    outbox.forget_checkpoint(GATE)
    expected: Checkpoint | None = None
    for n, (is_step, t) in enumerate(writes):
        made = checkpoint(t, b"%d" % n)
        if is_step:
            outbox.append_step([], made)
        else:
            outbox.save([made])
        if is_step or expected is None or t > expected.t:
            expected = made
    assert outbox.checkpoint(GATE) == expected


VERSION_1 = """
    CREATE TABLE message (seq INTEGER PRIMARY KEY AUTOINCREMENT, event TEXT NOT NULL, revision INTEGER NOT NULL,
        state TEXT NOT NULL, algorithm TEXT NOT NULL, severity TEXT NOT NULL, line TEXT NOT NULL, entry_ms INTEGER,
        entry_number INTEGER, sent_ns INTEGER, UNIQUE (event, revision));
    CREATE INDEX waiting ON message (seq) WHERE sent_ns IS NULL;
    CREATE INDEX sent ON message (sent_ns) WHERE sent_ns IS NOT NULL;
    CREATE TABLE identity (name TEXT NOT NULL);
    INSERT INTO identity VALUES ('0123456789abcdef');
    INSERT INTO message VALUES (7, 'e7', 0, 'raised', 'fire_lane_blocked', 'critical', '{}', NULL, NULL, NULL);
    PRAGMA application_id = 1397571916;
    PRAGMA user_version = 1;
"""


def test_an_outbox_of_version_1_goes_on_with_its_messages_and_its_name(tmp_path: Path, sample: Alert) -> None:
    with closing(sqlite3.connect(tmp_path / FILE_NAME)) as file:
        file.executescript(VERSION_1)
    for _ in range(2):
        with Outbox(tmp_path, Clock()) as outbox:
            assert outbox.name == "0123456789abcdef"
            assert kept(outbox)[0] == ("e7", 7)
            outbox.append_step([sample], checkpoint(1))
            assert kept(outbox) == [("e7", 7), ("e1", 8)]
            assert outbox.checkpoint(GATE) == checkpoint(1)


def test_an_outbox_of_a_later_version_is_left_alone(tmp_path: Path) -> None:
    Outbox(tmp_path, Clock()).close()
    with closing(sqlite3.connect(tmp_path / FILE_NAME)) as file:
        file.execute("PRAGMA user_version = 99")
    with pytest.raises(StateError, match="got version 99"):
        Outbox(tmp_path, Clock())


SCRIPT = """
import sys
from pathlib import Path
from tests.alerts.room import fill_and_free
fill_and_free(Path(sys.argv[1]), sys.argv[2], sys.argv[3])
"""


def check_full_then_room(lines: list[str]) -> None:
    """What is there after a full disk and when there is room again; see `room.py`."""
    faults, messages, last = (line.split("|") for line in lines)
    assert all(re.search("cannot be written: (database or disk is full|disk I/O error)", fault) for fault in faults)
    assert len(faults) == 4
    numbers = [int(event.removeprefix("e")) for event in messages]
    assert numbers == list(range(len(numbers)))
    assert last == [str(numbers[-1]), "whole"]


def test_a_step_that_a_full_disk_refuses_leaves_nothing_and_the_next_is_kept(tmp_path: Path, sample: Alert) -> None:
    check_full_then_room(run_on_tiny_disk(tmp_path / "disk", 2000, SCRIPT, "disk", sample.to_json()))


def test_a_file_that_may_grow_no_more_is_as_good_as_a_full_disk(tmp_path: Path, sample: Alert) -> None:
    command = [sys.executable, "-c", SCRIPT, str(tmp_path), "limit", sample.to_json()]
    done = subprocess.run(command, capture_output=True, text=True, check=False)
    assert done.returncode == 0, done.stderr
    check_full_then_room(done.stdout.splitlines())


def test_a_checkpoint_as_large_as_they_come_is_kept_whole(outbox: Outbox) -> None:
    large = checkpoint(1, b"remembered" * 100_000)
    outbox.save([large])
    assert outbox.checkpoint(GATE) == large
