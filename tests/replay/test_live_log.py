"""The log of a live camera: it survives kills and full disks, goes after a while, and reads as one log."""

import shutil
import signal
import subprocess
import sys
from collections.abc import Sequence
from pathlib import Path

import pyarrow.parquet as pq
import pytest
from hypothesis import HealthCheck, given, settings
from hypothesis import strategies as st

from pipeline.errors import UsageError
from pipeline.observation import NS_PER_S, CameraId, Entry, Gap, GapCause, MediaNs, Tick
from pipeline.replay.live_log import LiveLog
from pipeline.replay.log import LogWriter, camera_of, is_log, read_log, torn_ends
from tests.alerts.tiny_disk import run_on_tiny_disk
from tests.cli.shell import ROOT, site_with_log, smart_alert
from tests.replay.entries import as_told, logs
from tests.replay.live_runs import CAMERA, DAY_NS, START, tick

_QUICK = settings(
    deadline=None, max_examples=20, suppress_health_check=[HealthCheck.function_scoped_fixture, HealthCheck.too_slow]
)
HOUR_S = 3600


def live_log(folder: Path, keep_ns: int = DAY_NS) -> LiveLog:
    return LiveLog(folder, CAMERA, keep_ns)


def ticks(start_s: float, end_s: float, every_s: float = 2.0) -> list[Entry]:
    return [tick(start_s + n * every_s) for n in range(round((end_s - start_s) / every_s))]


def log_all(log: LiveLog, entries: Sequence[Entry]) -> list[Entry]:
    for entry in entries:
        log.append(entry)
    return list(entries)


def names(folder: Path) -> list[str]:
    return sorted(
        path.name for path in (folder / CAMERA).rglob("*") if path.is_file() and path.parent.name != "earlier"
    )


def piece(folder: Path, name: str) -> Path:
    """Where a piece lies: in the folder of its day."""
    return folder / CAMERA / f"{name[:4]}-{name[4:6]}-{name[6:8]}" / name


def whole(folder: Path) -> list[Entry]:
    return list(read_log(folder / CAMERA))


@_QUICK
@given(st.lists(st.tuples(logs(), st.sampled_from(["closed", "unpacked", "killed"])), max_size=4))
def test_all_runs_over_a_camera_read_as_one_log(
    tmp_path_factory: pytest.TempPathFactory, runs: list[tuple[list[Entry], str]]
) -> None:
    folder = tmp_path_factory.mktemp("log")
    entries = sorted((entry for one, _ in runs for entry in one), key=lambda entry: entry.t)
    expected: list[object] = []
    for (one, end), first in zip(runs, _firsts(runs), strict=True):
        log = live_log(folder, 2**63)
        expected += [as_told(entry) for entry in log_all(log, entries[first : first + len(one)])]
        log.flush()
        if end != "killed":
            log.close(pack=end == "closed")
        assert (log.unlogged, log.fault) == (0, "")
    if expected:
        assert [as_told(entry) for entry in whole(folder)] == expected


def _firsts(runs: Sequence[tuple[list[Entry], str]]) -> list[int]:
    return [sum(len(one) for one, _ in runs[:n]) for n in range(len(runs))]


def test_a_closed_log_is_a_parquet_file_an_hour_named_by_its_first_entry(tmp_path: Path) -> None:
    log = live_log(tmp_path)
    entries = log_all(log, ticks(0.25, 2.5 * HOUR_S))
    log.close()
    assert names(tmp_path) == [
        "20260105T000000_250000000Z.parquet",
        "20260105T010000_250000000Z.parquet",
        "20260105T020000_250000000Z.parquet",
    ]
    assert whole(tmp_path) == entries
    assert list(read_log(piece(tmp_path, names(tmp_path)[1]))) == ticks(0.25, 2.5 * HOUR_S)[1800:3600]
    assert camera_of(tmp_path / CAMERA) == CAMERA


def test_an_hour_becomes_parquet_within_ten_minutes_of_its_end(tmp_path: Path) -> None:
    log = live_log(tmp_path)
    log_all(log, ticks(0, HOUR_S + 620))
    assert [name.split(".")[1] for name in names(tmp_path)] == ["parquet", "arrow"]


def test_cameras_do_not_all_pack_at_one_moment(tmp_path: Path) -> None:
    cameras = [CameraId(f"cam-{n}") for n in range(12)]
    for camera in cameras:
        log_all(LiveLog(tmp_path, camera, DAY_NS), [*ticks(0, 20), *ticks(HOUR_S, HOUR_S + 300)])
    packed = sum(len(list((tmp_path / camera).rglob("*.parquet"))) for camera in cameras)
    assert 1 <= packed <= 11


def test_what_is_held_is_never_older_than_ten_seconds(tmp_path: Path) -> None:
    log = live_log(tmp_path)
    for n in range(200):
        log.append(tick(n * 0.7))
        held_s = n * 0.7 - (len(whole(tmp_path)) * 0.7 if is_log(tmp_path / CAMERA) else 0)
        assert held_s < 10


def test_a_busy_scene_is_not_held_back_for_ten_seconds(tmp_path: Path) -> None:
    log = live_log(tmp_path)
    log_all(log, ticks(0, 5, 0.01))
    assert len(whole(tmp_path)) >= 448


@pytest.mark.parametrize("every_s", [1, 7])
def test_kill_9_costs_ten_seconds_and_the_next_run_goes_on_behind_it(tmp_path: Path, every_s: int) -> None:
    reached_s, earlier = -every_s, list[Entry]()
    script = "from tests.replay.live_runs import *\nuntil_killed(Path(sys.argv[1]), *map(int, sys.argv[2:]))"
    for _ in range(3):
        command = [sys.executable, "-c", script, str(tmp_path), str(reached_s + every_s), str(every_s)]
        with subprocess.Popen(command, cwd=ROOT, stdout=subprocess.PIPE) as process:
            assert process.stdout is not None
            lines = [process.stdout.readline() for _ in range(700)]
            process.send_signal(signal.SIGKILL)
            lines += process.stdout.readlines()
        found = whole(tmp_path)
        before_s, reached_s = reached_s, int(lines[-1])
        assert found[-1].t >= START + (reached_s - 10 - every_s) * NS_PER_S
        new = [entry for entry in found if entry.t > START + before_s * NS_PER_S]
        assert new == ticks(before_s + every_s, before_s + every_s * (len(new) + 1), every_s)
        assert found[: len(earlier)] == earlier
        earlier, reached_s = found, (found[-1].t - START) // NS_PER_S


def grown(folder: Path) -> Path:
    """A log of four batches that was not closed; its file."""
    log_all(live_log(folder), ticks(0, 48))
    (path,) = (folder / CAMERA).glob("*/*")
    return path


def test_a_torn_end_is_cut_off_wherever_it_is_torn(tmp_path: Path) -> None:
    path = grown(tmp_path)
    content = path.read_bytes()
    entries = whole(tmp_path)
    assert len(entries) == 24
    seen = set()
    for end in range(len(content) - 1, 4, -37):
        path.write_bytes(content[:end])
        try:
            found = whole(tmp_path)
        except UsageError:
            # The beginning itself is torn: the first batch was never whole.
            assert end < 4000
            continue
        assert found == entries[: len(found)]
        seen.add(len(found))
    assert seen == {0, 6, 12, 18}


@pytest.mark.parametrize("tail", [bytes(5), bytes(3000), b"\xff" * 64, b"PAR1" * 100])
def test_whatever_follows_the_last_batch_is_left_out_and_told(tmp_path: Path, tail: bytes) -> None:
    path = grown(tmp_path)
    path.write_bytes(path.read_bytes() + tail)
    assert whole(tmp_path) == ticks(0, 48)
    assert torn_ends(tmp_path / CAMERA) == [
        f"{path}: its last {len(tail)} bytes were not written whole and are left out"
    ]
    log = live_log(tmp_path)
    log_all(log, ticks(60, 62))
    log.close()
    assert log.torn_bytes == len(tail)
    assert whole(tmp_path) == [*ticks(0, 48), *ticks(60, 62)]
    assert [name.split(".")[1] for name in names(tmp_path)] == ["parquet", "parquet"]


def test_a_batch_of_zeros_is_no_batch(tmp_path: Path) -> None:
    """A power failure can leave a file at its length, with zeros for what was not written."""
    path = grown(tmp_path)
    content = path.read_bytes()
    found = []
    for zeros in range(64, 900, 64):
        path.write_bytes(content[:-zeros] + bytes(zeros))
        found.append(whole(tmp_path))
    assert all(entries in (ticks(0, 36), ticks(0, 48)) for entries in found)
    assert ticks(0, 36) in found


def test_a_segment_that_is_damaged_from_its_start_is_set_aside_and_told(tmp_path: Path) -> None:
    path = grown(tmp_path)
    path.write_bytes(b"\xff\xff\xff\xff" + b"nothing of ours" * 50)
    log = live_log(tmp_path)
    log_all(log, ticks(60, 80))
    log.close()
    assert "is damaged and left out of the log" in log.fault
    assert "\n" not in log.fault
    assert names(tmp_path) == ["20260105T000000_000000000Z.arrow.damaged", "20260105T000100_000000000Z.parquet"]
    assert whole(tmp_path) == ticks(60, 80)


def test_a_run_that_was_killed_while_it_packed_leaves_one_piece(tmp_path: Path) -> None:
    path = grown(tmp_path)
    content = path.read_bytes()
    live_log(tmp_path).close()
    assert names(tmp_path) == ["20260105T000000_000000000Z.parquet"]
    path.write_bytes(content)
    path.with_suffix(".parquet.partial").write_bytes(b"PAR1")
    assert whole(tmp_path) == ticks(0, 48)
    live_log(tmp_path).close()
    assert names(tmp_path) == ["20260105T000000_000000000Z.parquet"]
    assert whole(tmp_path) == ticks(0, 48)


def test_what_is_older_than_it_is_to_be_kept_goes_hour_by_hour(tmp_path: Path) -> None:
    log = live_log(tmp_path, keep_ns=2 * HOUR_S * NS_PER_S)
    log_all(log, ticks(0, 6 * HOUR_S + 60, 20))
    log.close()
    assert names(tmp_path) == [f"20260105T0{hour}0000_000000000Z.parquet" for hour in (4, 5, 6)]
    log = live_log(tmp_path, keep_ns=2 * HOUR_S * NS_PER_S)
    log_all(log, ticks(8.5 * HOUR_S, 8.6 * HOUR_S))
    log.close()
    assert names(tmp_path) == [
        "20260105T060000_000000000Z.parquet",
        "20260105T083000_000000000Z.parquet",
    ]


def test_other_files_in_the_folder_stay(tmp_path: Path) -> None:
    (tmp_path / CAMERA).mkdir()
    (tmp_path / CAMERA / "notes.txt").write_text("mine")
    log = live_log(tmp_path, keep_ns=0)
    log_all(log, ticks(0, 5 * HOUR_S, 30))
    log.close()
    assert names(tmp_path) == ["20260105T040000_000000000Z.parquet", "notes.txt"]


def test_two_runs_in_one_hour_are_two_pieces(tmp_path: Path) -> None:
    for start_s in (0, 100):
        log = live_log(tmp_path)
        log_all(log, ticks(start_s, start_s + 60))
        log.close()
    assert len(names(tmp_path)) == 2
    assert whole(tmp_path) == [*ticks(0, 60), *ticks(100, 160)]


@pytest.mark.parametrize("is_packed", [True, False])
def test_a_run_that_starts_again_in_the_past_moves_what_overlaps_aside(tmp_path: Path, *, is_packed: bool) -> None:
    for start_s in (0, 2 * HOUR_S, 2 * HOUR_S, 2.5 * HOUR_S):
        log = live_log(tmp_path)
        entries = log_all(log, ticks(start_s, start_s + HOUR_S / 2 + 60))
        log.close(pack=is_packed)
    # The third run replaced the second; the fourth began a minute before the third had ended.
    assert whole(tmp_path) == [*ticks(0, HOUR_S / 2 + 60), *entries]
    assert list(read_log(tmp_path / CAMERA / "earlier")) == ticks(2 * HOUR_S, 2.5 * HOUR_S + 60)


def resumed(t_s: float) -> Gap:
    """What a run that was killed goes on with: its checkpoint is of this time."""
    t = tick(t_s).t
    return Gap(t, t, is_open=True, cause=GapCause.NOT_WATCHED)


@pytest.mark.parametrize("tail", [None, b"", b"torn"], ids=["parquet", "arrow", "torn"])
def test_a_run_that_was_killed_goes_on_from_its_checkpoint_and_loses_what_came_after_it(
    tmp_path: Path, tail: bytes | None
) -> None:
    log = live_log(tmp_path)
    before = log_all(log, ticks(0, 3000))
    log.close(pack=tail is None)
    (path,) = (tmp_path / CAMERA).glob("*/*")
    path.write_bytes(path.read_bytes() + (tail or b""))
    log = live_log(tmp_path)
    new = log_all(log, [resumed(2996), *ticks(3010, 3100)])
    log.flush()
    assert (log.fault, log.unlogged, log.torn_bytes) == ("", 0, len(tail or b""))
    assert len(before) == 1500
    # The checkpoint knows the entry of its own time.
    assert whole(tmp_path) == [*before[:-1], *new]
    assert not (tmp_path / CAMERA / "earlier").exists()
    log = live_log(tmp_path)
    again = log_all(log, [resumed(2996), *ticks(3200, 3300)])
    log.close()
    assert whole(tmp_path) == [*before[:-1], new[0], *again]
    assert not list(tmp_path.rglob("*.partial"))


def test_pieces_that_begin_after_the_checkpoint_are_moved_aside_whole(tmp_path: Path) -> None:
    log_all(live_log(tmp_path), ticks(0, HOUR_S + 60))
    log = live_log(tmp_path)
    new = log_all(log, [resumed(HOUR_S - 4), *ticks(HOUR_S + 70, HOUR_S + 100)])
    log.close()
    assert whole(tmp_path) == [*ticks(0, HOUR_S - 2), *new]
    assert list(read_log(tmp_path / CAMERA / "earlier")) == ticks(HOUR_S, HOUR_S + 60)


def test_a_run_that_is_killed_as_it_goes_on_leaves_nothing_of_the_future(tmp_path: Path) -> None:
    path = grown(tmp_path)
    content = path.read_bytes()
    log = live_log(tmp_path)
    new = log_all(log, [resumed(40), *ticks(60, 80)])
    # The shorter piece was complete, and the longer one not removed yet; the disk was full for a moment before.
    path.write_bytes(content)
    path.with_suffix(".parquet.partial").write_bytes(b"PAR1")
    assert whole(tmp_path)[:21] == ticks(0, 42)
    log.close()
    assert whole(tmp_path) == [*ticks(0, 42), *new]
    assert {file.suffix for file in path.parent.iterdir()} == {".parquet"}


def test_a_piece_that_cannot_be_cut_is_moved_aside_whole_and_told(tmp_path: Path) -> None:
    log = live_log(tmp_path)
    log_all(log, ticks(0, HOUR_S, 0.5))
    log.close()
    (path,) = (tmp_path / CAMERA).glob("*/*")
    content = path.read_bytes()
    # The end, which tells the last times, is whole; what is before it is not.
    path.write_bytes(content[:100] + bytes(400) + content[500:])
    log = live_log(tmp_path)
    new = log_all(log, [resumed(HOUR_S - 4)])
    assert f"{path}: is moved to earlier/ whole, it cannot be cut: {path}: cannot be read" in log.fault
    log.close()
    assert whole(tmp_path) == new
    assert [file.name for file in (tmp_path / CAMERA / "earlier").iterdir()] == [path.name]


def test_an_entry_of_the_past_is_left_out_and_counted(tmp_path: Path) -> None:
    log = live_log(tmp_path)
    log_all(log, [tick(5), tick(5), tick(4)])
    assert log.unlogged == 1
    assert "follows one of" in log.fault
    log_all(log, ticks(6, 20))
    log.close()
    assert (log.unlogged, log.fault) == (1, "")
    assert whole(tmp_path) == [tick(5), tick(5), *ticks(6, 20)]


def test_a_full_disk_costs_entries_and_nothing_else(tmp_path: Path) -> None:
    script = "from tests.replay.live_runs import *\non_full_disk(Path(sys.argv[1]))"
    fault, unlogged, missing, after, suffixes = run_on_tiny_disk(tmp_path / "disk", 3000, script)
    assert "cannot be written: No space left on device" in fault
    assert int(unlogged) == int(missing)
    assert 900 < int(unlogged) <= 965
    assert (after, suffixes) == ("", "['.parquet']")


def test_a_folder_that_is_deleted_under_the_run_is_made_again(tmp_path: Path) -> None:
    log = live_log(tmp_path)
    log_all(log, ticks(0, 48))
    shutil.rmtree(tmp_path / CAMERA)
    log_all(log, ticks(48, 120))
    log.close()
    assert "was changed by another program" not in log.fault
    assert log.unlogged < 10
    assert whole(tmp_path)[-1] == tick(118)


def test_a_folder_that_cannot_be_written_stops_nobody(tmp_path: Path) -> None:
    (tmp_path / CAMERA).write_text("a file in its place")
    log = live_log(tmp_path)
    log_all(log, ticks(0, 120))
    log.close()
    assert log.unlogged == 60
    assert "cannot be written" in log.fault


def test_a_log_holds_no_file_open(tmp_path: Path) -> None:
    before = len(list(Path("/proc/self/fd").iterdir()))
    found = [LiveLog(tmp_path, CameraId(f"cam-{n}"), DAY_NS) for n in range(30)]
    for log in found:
        log_all(log, ticks(0, 60))
    assert len(list(Path("/proc/self/fd").iterdir())) <= before + 1


def test_a_folder_of_two_cameras_is_no_log_of_one(tmp_path: Path) -> None:
    for camera in ("a", "b"):
        with LogWriter(tmp_path / f"{camera}.parquet", CameraId(camera)) as log:
            log.append(tick(0))
    assert is_log(tmp_path)
    with pytest.raises(UsageError, match="got logs of 2 cameras, expected one: a, b"):
        list(read_log(tmp_path))


def test_a_damaged_piece_is_named(tmp_path: Path) -> None:
    log = live_log(tmp_path)
    log_all(log, ticks(0, 2 * HOUR_S))
    log.close()
    second = piece(tmp_path, names(tmp_path)[1])
    second.write_bytes(b"PAR1" + bytes(100))
    with pytest.raises(UsageError, match=f"^{second}: cannot be read as an observation log"):
        whole(tmp_path)


def test_an_hour_is_kept_in_few_groups_of_rows(tmp_path: Path) -> None:
    log = live_log(tmp_path)
    log_all(log, ticks(0, HOUR_S))
    log.close()
    assert pq.ParquetFile(piece(tmp_path, names(tmp_path)[0])).num_row_groups == 1


def test_replay_takes_a_live_log_whole_or_in_part(tmp_path: Path) -> None:
    site, recorded = site_with_log(tmp_path)
    entries, folder = list(read_log(recorded)), tmp_path / "state" / "log"
    half = len(entries) // 2
    for part, is_packed in ((entries[:half], True), (entries[half:], False)):
        log = LiveLog(folder, CameraId("cam-0"), DAY_NS)
        log_all(log, part)
        log.close(pack=is_packed)
    expected = smart_alert("replay", site, "--source", recorded, "--out", tmp_path / "a")
    done = smart_alert("replay", site, "--source", folder / "cam-0", "--out", tmp_path / "b")
    assert (done.returncode, done.stderr.split(" at ")[0]) == (0, expected.stderr.split(" at ")[0])
    assert (tmp_path / "b" / "alerts.jsonl").read_bytes() == (tmp_path / "a" / "alerts.jsonl").read_bytes()
    (arrow,) = (folder / "cam-0").glob("*/*.arrow")
    arrow.write_bytes(arrow.read_bytes() + b"torn")
    alone = smart_alert("replay", site, "--source", arrow, "--out", tmp_path / "c")
    assert alone.returncode == 0
    assert f"warning: {arrow}: its last 4 bytes were not written whole and are left out\n" in alone.stderr


def test_a_folder_without_a_log_is_said_to_hold_none(tmp_path: Path) -> None:
    site, _ = site_with_log(tmp_path)
    (tmp_path / "empty").mkdir()
    done = smart_alert("replay", site, "--source", tmp_path / "empty")
    assert (done.returncode, done.stderr) == (
        2,
        f"{tmp_path}/empty: holds no log (expected the log folder of one camera)\n",
    )


def test_a_moment_before_1970_has_a_name_that_sorts(tmp_path: Path) -> None:
    log = live_log(tmp_path)
    entries = [Tick(MediaNs(t * NS_PER_S)) for t in (-4000, -3, 5)]
    log_all(log, entries)
    log.close()
    assert whole(tmp_path) == entries


def test_pieces_lie_in_the_folders_of_their_days_and_one_that_is_empty_goes(tmp_path: Path) -> None:
    log = live_log(tmp_path, keep_ns=3 * HOUR_S * NS_PER_S)
    entries = log_all(log, ticks(22.5 * HOUR_S, 25.2 * HOUR_S, 10))
    log.close()
    assert sorted(path.name for path in (tmp_path / CAMERA).iterdir()) == ["2026-01-05", "2026-01-06"]
    assert len(list((tmp_path / CAMERA).glob("2026-01-05/*.parquet"))) == 2
    assert whole(tmp_path) == entries
    log_all(log, ticks(27 * HOUR_S, 28 * HOUR_S, 10))
    log.close()
    assert [path.name for path in (tmp_path / CAMERA).iterdir()] == ["2026-01-06"]


@pytest.mark.parametrize("suffix", [".parquet", ".arrow"])
def test_a_log_of_before_the_days_had_folders_is_read_on_and_goes_in_its_time(tmp_path: Path, suffix: str) -> None:
    log = live_log(tmp_path)
    entries = log_all(log, ticks(0, 60))
    log.close(pack=suffix == ".parquet")
    (path,) = (tmp_path / CAMERA).glob(f"*/*{suffix}")
    path.rename(tmp_path / CAMERA / path.name)
    path.parent.rmdir()
    log = live_log(tmp_path)
    entries += log_all(log, ticks(60, HOUR_S + 700))
    log.close()
    assert whole(tmp_path) == entries
    assert [path.suffix for path in (tmp_path / CAMERA).glob("*.*")] == [".parquet"]
    log_all(live_log(tmp_path), ticks(26 * HOUR_S, 26 * HOUR_S + 20))
    assert list((tmp_path / CAMERA).glob("*.*")) == []
