"""The desk for evidence: nobody waits for it, and what it loses it counts."""

import io
from pathlib import Path

import pytest

from pipeline.alerts.evidence_keeper import MadeClip
from pipeline.alerts.retention import Swept
from pipeline.errors import StoreError
from pipeline.media.footage import Take
from pipeline.observation import NS_PER_S
from pipeline.runtime.clock import steady_clock
from pipeline.runtime.events_log import EventsLog, LogFormat, LogLevel
from pipeline.runtime.evidence_desk import MOST_WAITING, Chore, ClipJob, EvidenceDesk
from pipeline.runtime.metrics import Metrics
from tests.alerts.tiny_disk import run_on_tiny_disk
from tests.cli.shell import wait_until
from tests.media.clips import Clip, write_clip
from tests.media.live import Pace, until_end


class Office:
    """A desk, and what it has said."""

    def __init__(self, *chores: Chore) -> None:
        clock = steady_clock()
        self.metrics, self._told = Metrics(), io.StringIO()
        events = EventsLog.open(self._told, LogFormat.TEXT, LogLevel.INFO, clock)
        self.desk = EvidenceDesk(chores, clock, metrics=self.metrics, events=events)
        self.made: list[MadeClip] = []

    @property
    def told(self) -> str:
        return self._told.getvalue()

    @property
    def clips(self) -> dict[str, int]:
        return dict(self.metrics.process_numbers().clips)

    def job(self, take: Take, part: Path) -> ClipJob:
        part.parent.mkdir(parents=True, exist_ok=True)
        return ClipJob(take, part, self.made.append)


@pytest.fixture(scope="module")
def take(tmp_path_factory: pytest.TempPathFactory) -> Take:
    path = write_clip(tmp_path_factory.mktemp("clip") / "a.mp4", Clip(times_ms=range(0, 2000, 100)))
    connection = Pace().play(path, 0)
    coding, arrivals = connection.coding, tuple(until_end(connection))
    connection.close()
    return Take(coding, arrivals, is_cut_short=False)


def test_clips_are_written_one_after_the_other(take: Take, tmp_path: Path) -> None:
    office = Office()
    with office.desk:
        for n in range(3):
            assert office.desk.submit(office.job(take, tmp_path / str(n) / ".clip.part"))
        wait_until(lambda: len(office.made) == 3, 10)
    assert office.clips == {"written": 3}
    assert all(clip.path.name == f"clip-{clip.sha256[:16]}.mp4" for clip in office.made)
    assert [sorted(file.name for file in (tmp_path / str(n)).iterdir()) for n in range(3)] == [
        [clip.path.name] for clip in office.made
    ]


def test_what_is_too_much_is_lost_counted_and_told_and_nobody_waits(take: Take, tmp_path: Path) -> None:
    office = Office()
    taken = [office.desk.submit(office.job(take, tmp_path / str(n) / ".part")) for n in range(MOST_WAITING + 2)]
    assert taken == [True] * MOST_WAITING + [False] * 2
    assert office.clips == {"lost": 2}
    assert "evidence.clip_lost" in office.told


def test_a_clip_that_cannot_be_written_leaves_nothing_and_the_next_one_is(take: Take, tmp_path: Path) -> None:
    office = Office()
    with office.desk:
        lost = office.job(take, tmp_path / "lost" / ".part")
        lost.part.mkdir()
        office.desk.submit(lost)
        office.desk.submit(office.job(take, tmp_path / "next" / ".part"))
        wait_until(lambda: bool(office.made), 10)
    assert office.clips == {"lost": 1, "written": 1}


SCRIPT = """
import sys
from pathlib import Path
from pipeline.runtime.evidence_desk import _refuse_if_nearly_full
from pipeline.errors import StateError
try:
    _refuse_if_nearly_full(Path(sys.argv[1]) / "part")
except StateError as error:
    print(error)
"""


def test_on_a_disk_that_is_nearly_full_no_clip_is_begun(tmp_path: Path) -> None:
    [line] = run_on_tiny_disk(tmp_path / "disk", 4096, SCRIPT)
    assert "no clip is begun on a disk that is nearly full (4 MB are left, expected 512)" in line


def test_chores_come_round_and_what_fails_comes_round_again() -> None:
    done: list[str] = []

    def fail() -> None:
        done.append("fail")
        raise StoreError("evidence: s3://b: away")

    def sweep() -> Swept:
        done.append("sweep")
        return Swept(2, 10, 90)

    office = Office(Chore(NS_PER_S // 20, fail), Chore(3600 * NS_PER_S, sweep))
    with office.desk:
        wait_until(lambda: done.count("fail") >= 3, 10)
    assert done.count("sweep") == 1
    numbers = office.metrics.process_numbers()
    assert (numbers.evidence_bytes, numbers.evidence_removed_events, numbers.evidence_removed_bytes) == (90, 2, 10)
    assert "evidence.chore_failed" in office.told
