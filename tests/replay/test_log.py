"""The observation log on disk."""

from collections.abc import Sequence
from dataclasses import replace
from pathlib import Path

import numpy as np
import pyarrow as pa
import pyarrow.parquet as pq
import pytest
from hypothesis import HealthCheck, given, settings
from hypothesis import strategies as st

from pipeline.errors import StateError, UsageError
from pipeline.observation import (
    CameraId,
    End,
    EndCause,
    Entry,
    Health,
    Look,
    LookKind,
    MediaNs,
    Objects,
    Observation,
    Tick,
)
from pipeline.replay.log import LogWriter, camera_of, is_log, read_log
from pipeline.replay.rows import EARLIER_SCHEMA, row_of
from tests.replay.entries import as_told, logs, observations

CAMERA = CameraId("east-gate")
_IN_ONE_FOLDER = settings(
    deadline=None, max_examples=60, suppress_health_check=[HealthCheck.function_scoped_fixture, HealthCheck.too_slow]
)


def write(path: Path, entries: Sequence[Entry]) -> Path:
    with LogWriter(path, CAMERA) as log:
        for entry in entries:
            log.append(entry)
    return path


def ticks(n: int) -> list[Entry]:
    return [Tick(MediaNs(number)) for number in range(n)]


@_IN_ONE_FOLDER
@given(logs())
def test_what_is_read_back_equals_what_was_written(tmp_path: Path, entries: list[Entry]) -> None:
    path = write(tmp_path / "log.parquet", entries)
    assert [as_told(entry) for entry in read_log(path)] == [as_told(entry) for entry in entries]


@_IN_ONE_FOLDER
@given(observations())
def test_no_objects_are_not_the_same_as_no_look(tmp_path: Path, seen: Observation) -> None:
    nothing_seen = Observation(seen.t, seen.frame_size, seen.looks, Objects.none(4), seen.brightness, seen.health)
    did_not_look = Observation(seen.t, seen.frame_size, (), Objects.none(4), seen.brightness, seen.health)
    found = list(read_log(write(tmp_path / "log.parquet", [nothing_seen, did_not_look])))
    assert [len(entry.looks) for entry in found if isinstance(entry, Observation)] == [len(seen.looks), 0]
    assert [entry.objects.appearance.shape for entry in found if isinstance(entry, Observation)] == [(0, 4), (0, 4)]


def test_a_long_log_keeps_every_entry_over_its_groups(tmp_path: Path) -> None:
    path = write(tmp_path / "log.parquet", ticks(5000))
    assert pq.ParquetFile(path).num_row_groups == 3
    assert list(read_log(path)) == ticks(5000)


def test_an_empty_log_is_a_log(tmp_path: Path) -> None:
    path = write(tmp_path / "log.parquet", [])
    assert is_log(path)
    assert camera_of(path) == CAMERA
    assert list(read_log(path)) == []


def test_the_same_entries_give_the_same_bytes(tmp_path: Path) -> None:
    first, second = (write(tmp_path / name, ticks(700)) for name in ("a.parquet", "b.parquet"))
    assert first.read_bytes() == second.read_bytes()


@pytest.mark.parametrize("broken_at", [0, 3, 700])
def test_a_run_that_breaks_off_leaves_the_log_before_as_it_was(tmp_path: Path, broken_at: int) -> None:
    path = write(tmp_path / "log.parquet", ticks(5))
    before = path.read_bytes()

    def break_off() -> None:
        with LogWriter(path, CAMERA) as log:
            for entry in ticks(broken_at):
                log.append(entry)
            raise KeyboardInterrupt

    with pytest.raises(KeyboardInterrupt):
        break_off()
    assert path.read_bytes() == before
    assert list(tmp_path.iterdir()) == [path]


def test_a_log_is_not_at_its_place_before_it_is_complete(tmp_path: Path) -> None:
    path = tmp_path / "log.parquet"
    with LogWriter(path, CAMERA) as log:
        for entry in ticks(1000):
            log.append(entry)
        assert not path.exists()
    assert list(tmp_path.iterdir()) == [path]


def test_a_part_that_a_killed_run_left_is_in_nobodys_way(tmp_path: Path) -> None:
    (tmp_path / "log.parquet.partial").write_bytes(b"PAR1 and then the power failed")
    path = write(tmp_path / "log.parquet", ticks(3))
    assert list(tmp_path.iterdir()) == [path]
    assert list(read_log(path)) == ticks(3)


def test_a_folder_that_cannot_be_written_is_one_line(tmp_path: Path) -> None:
    (tmp_path / "file").touch()
    with pytest.raises(StateError) as failure:
        LogWriter(tmp_path / "file" / "log.parquet", CAMERA)
    assert str(failure.value) == (
        f"{tmp_path}/file/log.parquet: cannot be written: Not a directory (expected a writable folder with room)"
    )


@pytest.mark.parametrize("n_entries", [3, 2000])
def test_a_full_disk_is_one_line_and_leaves_nothing_half_written(tmp_path: Path, n_entries: int) -> None:
    path = tmp_path / "log.parquet"
    # A device that is full from the first byte stands in the place of the part.
    (tmp_path / "log.parquet.partial").symlink_to("/dev/full")
    with pytest.raises(StateError, match=r"log\.parquet: cannot be written: No space left on device"):
        write(path, ticks(n_entries))
    assert list(tmp_path.iterdir()) == []


@_IN_ONE_FOLDER
@given(st.data())
def test_a_damaged_log_is_refused_in_one_line_or_read_as_it_was(tmp_path: Path, data: st.DataObject) -> None:
    entries = [*ticks(40), End(MediaNs(50), EndCause.SOURCE_ENDED)]
    whole = write(tmp_path / "whole.parquet", entries).read_bytes()
    damaged = bytearray(whole[: data.draw(st.integers(0, len(whole)), label="length")])
    if damaged:
        for _ in range(data.draw(st.integers(0, 3), label="flips")):
            damaged[data.draw(st.integers(0, len(damaged) - 1), label="where")] ^= data.draw(st.integers(1, 255))
    path = tmp_path / "damaged.parquet"
    path.write_bytes(damaged)
    found: list[Entry] | str
    try:
        found = list(read_log(path))
    except UsageError as error:
        found = str(error)
    if isinstance(found, str):
        assert found.startswith(f"{path}: cannot be read as an observation log: ")
        assert len(found.splitlines()) == 1
    else:
        assert found == entries


def test_a_bit_that_has_flipped_on_the_disk_is_noticed(tmp_path: Path) -> None:
    entries: list[Entry] = [Tick(MediaNs(10**9 * number)) for number in range(40)]
    path = write(tmp_path / "log.parquet", entries)
    whole = path.read_bytes()
    # The times are among the first bytes: without checksums a fourth of these places change one and nothing else.
    for place in range(100, 400, 3):
        damaged = bytearray(whole)
        damaged[place] ^= 0x41
        path.write_bytes(damaged)
        try:
            assert list(read_log(path)) == entries, place
        except UsageError:
            continue


def refusal(path: Path) -> str:
    with pytest.raises(UsageError) as failure:
        list(read_log(path))
    assert failure.value.exit_code == 2
    return str(failure.value).removeprefix(f"{path}: cannot be read as an observation log: ")


def test_somebody_elses_parquet_file_is_no_log(tmp_path: Path) -> None:
    path = tmp_path / "sales.parquet"
    pq.write_table(pa.table({"kind": ["Tick"], "t": [1]}), path)
    assert is_log(path)
    assert refusal(path) == "got version none, expected one of 1, 2, 3"


def test_a_log_of_another_version_is_refused(tmp_path: Path) -> None:
    path = tmp_path / "old.parquet"
    table = pq.read_table(write(tmp_path / "log.parquet", ticks(3)))
    pq.write_table(table.replace_schema_metadata({b"smart-alert.log": b"0"}), path)
    assert refusal(path) == "got version 0, expected one of 1, 2, 3"


HEALTH = Health(100.0, 30.0, 9.0, 0.5, frame_rate=25.0, view="gate")
GARBAGE_LOOK = Look(LookKind.OBJECTS, (0.0, 0.5, 1.0, 1.0), "city", 640, frozenset({"garbage", "manhole"}))


def looked(*looks: Look) -> Observation:
    return Observation(MediaNs(5), (64, 48), looks, Objects.none(), np.zeros((18, 32), np.uint8), HEALTH)


def earlier(entry: Entry, version: bytes) -> pa.Table:
    """What an earlier version of the program wrote of an entry: the looks do not tell their classes."""
    row = row_of(entry)
    for look in row["looks"]:
        look.pop("classes", None)
    metadata = {b"smart-alert.log": version, b"smart-alert.camera": CAMERA.encode()}
    return pa.Table.from_pylist([row], schema=EARLIER_SCHEMA.with_metadata(metadata))


def test_looks_of_a_log_of_the_second_version_tell_of_all_that_is_reported(tmp_path: Path) -> None:
    old = tmp_path / "old.parquet"
    pq.write_table(earlier(looked(GARBAGE_LOOK), b"2"), old)
    [then] = read_log(old)
    assert isinstance(then, Observation)
    assert then.looks == (replace(GARBAGE_LOOK, classes=frozenset()),)
    assert then.health == HEALTH
    [now] = read_log(write(tmp_path / "log.parquet", [looked(GARBAGE_LOOK)]))
    assert isinstance(now, Observation)
    assert now.looks == (GARBAGE_LOOK,)


def test_what_an_earlier_version_began_goes_on_in_a_log_of_this_one(tmp_path: Path) -> None:
    path = tmp_path / "log.parquet"
    with LogWriter(path, CAMERA) as log:
        log.append_batch(earlier(looked(GARBAGE_LOOK), b"2").to_batches()[0])
        log.append(looked(GARBAGE_LOOK))
    looks = [entry.looks for entry in read_log(path) if isinstance(entry, Observation)]
    assert looks == [(replace(GARBAGE_LOOK, classes=frozenset()),), (GARBAGE_LOOK,)]


def test_the_classes_of_looks_hardly_lengthen_a_log(tmp_path: Path) -> None:
    classes = frozenset(f"class_of_the_network_{n}" for n in range(80))
    sizes = [
        write(tmp_path / "log.parquet", [looked(replace(GARBAGE_LOOK, classes=one))] * 1024).stat().st_size
        for one in (frozenset(), classes)
    ]
    assert sizes[1] - sizes[0] < 1000


def test_a_log_of_the_first_version_has_no_frame_rate_and_no_view(tmp_path: Path) -> None:
    path, old = tmp_path / "log.parquet", tmp_path / "old.parquet"
    health = HEALTH
    seen = looked()
    table = earlier(seen, b"1")
    first = table.set_column(8, table.schema.field("health"), pa.array([[100.0, 30.0, 9.0, 0.5]]))
    first = first.set_column(12, table.schema.field("target"), pa.array([""]))
    pq.write_table(first, old)

    [now], [then] = read_log(write(path, [seen])), read_log(old)
    assert isinstance(now, Observation)
    assert isinstance(then, Observation)
    assert now.health == health
    assert then.health == replace(health, frame_rate=0.0, view="")


def test_a_log_with_other_columns_is_refused(tmp_path: Path) -> None:
    path = tmp_path / "less.parquet"
    table = pq.read_table(write(tmp_path / "log.parquet", ticks(3)))
    pq.write_table(table.select(["kind", "t"]), path)
    assert refusal(path) == "got columns kind, t, expected those of a log"


def test_an_entry_of_an_unknown_kind_is_refused(tmp_path: Path) -> None:
    path = tmp_path / "new.parquet"
    table = pq.read_table(write(tmp_path / "log.parquet", ticks(3)))
    column = pa.array(["Tick", "Rumour", "Tick"])
    pq.write_table(table.set_column(0, table.schema.field("kind"), column), path)
    assert refusal(path) == "entry of kind 'Rumour': expected Observation, Tick, Gap, Command or End"


def test_a_log_whose_time_goes_back_is_refused(tmp_path: Path) -> None:
    path = write(tmp_path / "log.parquet", [Tick(MediaNs(5)), Tick(MediaNs(5)), Tick(MediaNs(4))])
    assert refusal(path) == "an entry of 4 ns follows one of 5 ns: expected rising times"


def test_a_log_that_is_not_there_is_refused(tmp_path: Path) -> None:
    assert "No such file" in refusal(tmp_path / "nothing.parquet")


def test_a_video_is_no_log(tmp_path: Path) -> None:
    (tmp_path / "gate.mp4").write_bytes(b"\0\0\0\x20ftypisom")
    assert not is_log(tmp_path / "gate.mp4")
    assert not is_log(tmp_path / "nothing.mp4")
    assert not is_log(tmp_path)
