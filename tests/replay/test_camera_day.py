"""What a log tells of a camera's last day: spells of blindness, hours, whatever pieces it lies in."""

from pathlib import Path

import numpy as np
import pytest
from hypothesis import given, settings
from hypothesis import strategies as st

from pipeline.observation import (
    NS_PER_S,
    CameraId,
    Entry,
    Gap,
    GapCause,
    Health,
    MediaNs,
    Objects,
    Observation,
    Tick,
    nanoseconds,
    seconds,
)
from pipeline.replay.camera_day import Spell, camera_day
from pipeline.replay.live_log import LiveLog
from pipeline.replay.log import LogWriter
from pipeline.replay.pieces import HOUR_NS

BEGIN = MediaNs(1_767_571_200 * NS_PER_S)
"""On the hour."""


def at(t_s: float) -> MediaNs:
    return MediaNs(BEGIN + nanoseconds(t_s))


def look(t_s: float, rate: float = 25.0) -> Observation:
    health = Health(100.0, 40.0, 9.0, 0.0, rate)
    return Observation(at(t_s), (640, 360), (), Objects.none(), np.zeros((18, 32), np.uint8), health)


def gap(t_s: float, since_s: float, cause: GapCause = GapCause.NO_SIGNAL, *, is_open: bool = True) -> Gap:
    return Gap(at(t_s), at(since_s), is_open=is_open, cause=cause)


def logged(folder: Path, *entries: Entry) -> Path:
    log = LiveLog(folder, CameraId("gate"), 400 * 3600 * NS_PER_S)
    for entry in entries:
        log.append(entry)
    log.close(pack=False)
    return folder / "gate"


def test_a_log_that_is_not_there_tells_nothing(tmp_path: Path) -> None:
    assert camera_day(tmp_path / "gate") is None


def test_a_spell_lasts_from_its_first_blind_moment_to_its_end_over_the_hour(tmp_path: Path) -> None:
    log = logged(
        tmp_path, look(0), look(3500), gap(3560, 3550), gap(3590, 3550), gap(3620, 3550),
        gap(3650, 3550, is_open=False), look(3650), look(3660), gap(3700, 3690, GapCause.COVERED),
    )  # fmt: skip
    day = camera_day(log)
    assert day is not None
    assert day.until == at(3700)
    assert day.spells == (
        Spell(GapCause.NO_SIGNAL, at(3550), at(3650), is_over=True),
        Spell(GapCause.COVERED, at(3690), at(3700), is_over=False),
    )
    assert len(day.hours) == 24
    first, second = day.hours[-2:]
    assert (first.start, first.looks, first.blind_s) == (at(0), 2, 50.0)
    assert (second.start, second.looks, second.blind_s) == (at(3600), 2, 60.0)
    assert all(hour.looks == 0 and hour.blind_s == 0 for hour in day.hours[:-2])


def test_a_cause_that_takes_the_place_of_another_ends_it(tmp_path: Path) -> None:
    day = camera_day(logged(tmp_path, look(0), gap(10, 5), gap(20, 5, GapCause.FROZEN), gap(30, 5, is_open=False)))
    assert day is not None
    assert [(spell.cause, spell.is_over) for spell in day.spells[:2]] == [
        (GapCause.NO_SIGNAL, True),
        (GapCause.FROZEN, True),
    ]


def test_rates_are_averages_of_the_looks_that_know_one(tmp_path: Path) -> None:
    day = camera_day(logged(tmp_path, look(0, 0.0), look(1, 10.0), look(2, 20.0), Tick(at(4))))
    assert day is not None
    assert (day.hours[-1].looks, day.hours[-1].pictures_per_s) == (3, 15.0)


def test_what_is_older_than_a_day_is_left_out_and_packed_pieces_count(tmp_path: Path) -> None:
    log = LiveLog(tmp_path, CameraId("gate"), 400 * 3600 * NS_PER_S)
    for hour in range(30):
        log.append(look(hour * 3600 + 1))
    log.close(pack=True)
    day = camera_day(tmp_path / "gate")
    assert day is not None
    assert [hour.looks for hour in day.hours] == [1] * 24
    assert day.hours[0].start == at(6 * 3600)


def test_the_log_of_a_recording_is_a_file_beside_the_folder(tmp_path: Path) -> None:
    with LogWriter(tmp_path / "gate.parquet", CameraId("gate")) as log:
        log.append(look(0))
        log.append(look(2))
    day = camera_day(tmp_path / "gate")
    assert day is not None
    assert day.hours[-1].looks == 2


@settings(deadline=None, max_examples=30)
@given(lengths_s=st.lists(st.tuples(st.integers(1, 4000), st.integers(1, 4000)), min_size=1, max_size=6))
def test_the_blind_hours_add_up_to_the_spells(
    tmp_path_factory: pytest.TempPathFactory, lengths_s: list[tuple[int, int]]
) -> None:
    entries: list[Entry] = []
    t_s, blind_s = 0, 0
    for sees_s, is_blind_s in lengths_s:
        entries += [look(t_s), gap(t_s + sees_s, t_s + sees_s)]
        t_s, blind_s = t_s + sees_s + is_blind_s, blind_s + is_blind_s
        entries.append(gap(t_s, t_s - is_blind_s, is_open=False))
    entries.append(look(t_s))
    day = camera_day(logged(tmp_path_factory.mktemp("log"), *entries))
    assert day is not None
    assert sum(hour.blind_s for hour in day.hours) == blind_s
    assert sum(seconds(spell.until - spell.since) for spell in day.spells) == blind_s
    assert day.hours[-1].start == MediaNs(day.until // HOUR_NS * HOUR_NS)
