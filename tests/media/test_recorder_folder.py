"""What recorders leave in folders is one line of time."""

from datetime import UTC, timedelta, timezone
from functools import partial
from itertools import pairwise
from pathlib import Path

import pytest

from pipeline.errors import SourceError, UsageError
from pipeline.media.recorder_folder import RecorderFolder, recordings_in
from pipeline.media.recording_names import name_pattern, start_in
from pipeline.observation import NS_PER_S, MediaNs
from tests.runtime.standing_car import START, write_video

SHANGHAI = timezone(timedelta(hours=8))


@pytest.mark.parametrize(
    "name",
    [
        "20260105_080000",
        "2026-01-05T08-00-00",
        "2026-01-05 08.00.00",
        "ch01_20260105080000",
        "ch12_20260105080000_20260105090000",
        "gate 2026.01.05-08:00:00[M]",
        "2026-01-05/001/08.00.00-09.00.00[M][0@0][0]",
        "2026-01-05/08.00.00-09.00.00",
        "2026-01-05/001/dav/08/08.00.00-09.00.00[R][0@0][0]",
        "2026-01-05/123456/08.00.00-09.00.00",
        "20260105/080000/gate",
        "20260105/gate_080000",
        "2026-01-05T00-00-00Z",
        "1767571200",
        "gate-1767571200000-3600",
        "camera 99999999/20260105_080000.123",
    ],
)
def test_the_start_is_read_from_the_name(name: str) -> None:
    assert start_in(name, SHANGHAI) == START


def test_of_two_times_under_a_days_folder_the_first_is_the_start() -> None:
    started = start_in("2026-01-05/23.00.00-23.59.59[R][0@0][0]", SHANGHAI)
    assert started == START + 15 * 3600 * NS_PER_S


@pytest.mark.parametrize("name", ["gate", "20261305_080000", "20260105", "20260105_250000", "12345678901234567", ""])
def test_a_name_without_a_time_tells_none(name: str) -> None:
    assert start_in(name, UTC) is None


def test_another_way_to_write_the_time_is_named() -> None:
    pattern = name_pattern("cam1-%d.%m.%Y-%Hh%M")
    assert start_in("x/cam1-05.01.2026-08h00 (2)", SHANGHAI, pattern) == START
    assert start_in("20260105_080000", SHANGHAI, pattern) is None
    assert start_in("t1767571200", UTC, name_pattern("t%s")) == START


@pytest.mark.parametrize("text", ["", "cam", "%Y%m%d", "%Y%m%d%H%M%q", "%Y%Y%m%d%H%M", "%s%Y"])
def test_a_pattern_that_tells_no_time_is_refused(text: str) -> None:
    with pytest.raises(UsageError, match="--name-pattern: got"):
        name_pattern(text)


def place(folder: Path, start_s: float, length_s: float) -> None:
    at_s = START // NS_PER_S + start_s
    write_video(folder / f"{at_s:.0f}.mp4", length_s, lambda _: False)


def read(folder: Path, *, keyframes_only: bool = False) -> tuple[list[float], list[str]]:
    """Times of all pictures, seconds from the start; and what was told."""
    told: list[str] = []
    found = recordings_in(folder, partial(start_in, timezone=UTC), told.append)
    times: list[float] = []
    with RecorderFolder(found, told.append) as source:
        assert source.info.start == START
        while (frame := source.next_frame(MediaNs(0), keyframes_only=keyframes_only)) is not None:
            times.append((frame.t - START) / NS_PER_S)
    return times, told


def test_files_follow_one_another_with_holes_between_and_overlaps_cut(tmp_path: Path) -> None:
    for start_s, length_s in ((0, 4), (3, 4), (20, 2)):
        place(tmp_path, start_s, length_s)
    times, told = read(tmp_path)
    assert told == []
    assert all(later > earlier for earlier, later in pairwise(times))
    steps = [later - earlier for earlier, later in pairwise(times)]
    assert [round(step) for step in steps if step > 1] == [13]
    assert times[0] == 0
    assert times[-1] > 21
    assert len([t for t in times if t < 7]) == pytest.approx(7 / steps[0], abs=2)


def test_a_file_whose_time_is_covered_is_told(tmp_path: Path) -> None:
    for start_s, length_s in ((0, 8), (2, 3), (4, 6), (5, 2)):
        place(tmp_path, start_s, length_s)
    times, told = read(tmp_path)
    assert times[-1] > 9
    assert told == [
        f"{tmp_path}/{START // NS_PER_S + at_s}.mp4: other recordings cover its time; it is left out" for at_s in (2, 5)
    ]


def test_keyframes_alone_go_over_the_ends_of_files_too(tmp_path: Path) -> None:
    for start_s in (0, 5):
        place(tmp_path, start_s, 4)
    times, _ = read(tmp_path, keyframes_only=True)
    assert min(times) == 0
    assert max(times) >= 5


def test_what_cannot_be_read_is_told_and_is_a_gap(tmp_path: Path) -> None:
    place(tmp_path, 0, 2)
    place(tmp_path, 20, 2)
    (tmp_path / "1767571210.mp4").write_bytes(b"no video")
    (tmp_path / "gate.mp4").write_bytes(b"")
    (tmp_path / "notes.txt").write_text("mine")
    times, told = read(tmp_path)
    assert times[-1] > 20
    assert not [t for t in times if 3 < t < 20]
    assert told[0].endswith("gate.mp4: its name tells no time; it is left out (see --name-pattern)")
    assert "1767571210.mp4" in told[1]
    assert told[1].endswith("; it is a gap")


def test_a_folder_of_nothing_that_can_be_read_is_refused(tmp_path: Path) -> None:
    with pytest.raises(UsageError, match="holds no recording"):
        read(tmp_path)
    (tmp_path / "gate.mp4").write_bytes(b"")
    with pytest.raises(UsageError, match="no name tells a time"):
        read(tmp_path)
    (tmp_path / "1767571200.mp4").write_bytes(b"")
    with pytest.raises(SourceError, match="none of 1 recordings can be read"):
        read(tmp_path)
