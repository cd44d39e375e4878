"""What was told, held against what must be; and the table that comes of it."""

from dataclasses import replace
from pathlib import Path

import pytest

from benchmarks.worlds.play import Told, judge
from benchmarks.worlds.report import absences, markdown, misses
from benchmarks.worlds.scene import Expected
from benchmarks.worlds.tally import Result, ResultFile, RunId, Watch, results_of, table
from pipeline.rules.episode import ClearReason

EVENT = Expected("lane", 10, 60, start_tolerance_s=5, end_tolerance_s=8)
TOLD = Told("fire_lane_blocked", "lane", 12.0, 72.0, 58.0, ClearReason.LEFT)


def test_an_event_is_found_within_its_tolerances() -> None:
    verdict = judge([EVENT], [TOLD])
    assert verdict.is_right
    assert verdict.found == ((EVENT, TOLD),)


@pytest.mark.parametrize(
    ("told", "counts"),
    [
        ([], (0, 1, 0, 0)),
        ([replace(TOLD, start_s=15.1)], (0, 1, 1, 0)),
        ([replace(TOLD, zone="other")], (0, 1, 1, 0)),
        ([TOLD, replace(TOLD, start_s=13.0)], (1, 0, 1, 0)),
        ([replace(TOLD, end_s=69.0)], (1, 0, 0, 1)),
        ([replace(TOLD, end_s=None, reason=None)], (1, 0, 0, 1)),
    ],
)
def test_what_is_missed_false_or_ends_wrongly_is_counted(told: list[Told], counts: tuple[int, int, int, int]) -> None:
    verdict = judge([EVENT], told)
    assert (len(verdict.found), len(verdict.missed), len(verdict.false), len(verdict.wrong_ends)) == counts


def test_what_is_there_to_the_end_must_not_be_cleared_before() -> None:
    lasting = replace(EVENT, end_s=None)
    assert judge([lasting], [replace(TOLD, reason=ClearReason.SOURCE_ENDED)]).is_right
    assert not judge([lasting], [TOLD]).is_right


def test_each_event_takes_the_nearest_start() -> None:
    near, far = replace(TOLD, start_s=10.5), replace(TOLD, start_s=13.0)
    verdict = judge([EVENT], [far, near])
    assert verdict.found == ((EVENT, near),)
    assert verdict.false == (far,)


def test_a_false_alarm_counts_against_the_algorithm_that_told_it() -> None:
    fault = Told("camera_fault", "moved", 20.0, 30.0)
    results = results_of(Watch(RunId("r"), "pixels", 3600), ["fire_lane_blocked"], judge([EVENT], [TOLD, fault]))
    assert [(one.algorithm, one.found, one.missed, one.false) for one in results] == [
        ("fire_lane_blocked", 1, 0, 0),
        ("camera_fault", 0, 0, 1),
    ]


def test_a_missed_fault_is_one_of_the_cameras() -> None:
    results = results_of(Watch(RunId("r"), "pixels", 3600), ["construction_waste"], judge([Expected("moved", 9)], []))
    assert [(one.algorithm, one.missed) for one in results] == [("construction_waste", 0), ("camera_fault", 1)]


def result(run: str, part: str, algorithm: str, *counts: int, length_s: float = 86400) -> Result:
    found, missed, false = counts
    return Result(RunId(run), part, algorithm, length_s, found, missed, false, 0, (1.0,) * found, (61.0,) * found, 10)


def test_the_table_has_a_line_for_each_algorithm_and_one_for_all_of_a_part() -> None:
    rows = table(
        [result("a", "pixels", "x", 3, 1, 0), result("b", "pixels", "x", 1, 0, 1), result("b", "pixels", "y", 0, 0, 2)]
    )
    assert [(row.algorithm, row.runs, row.found, row.missed, row.false) for row in rows] == [
        ("all", 2, 4, 1, 3),
        ("x", 2, 4, 1, 1),
        ("y", 1, 0, 0, 2),
    ]
    assert (rows[0].recall, rows[0].precision) == (0.8, 4 / 7)
    # Two algorithms watched run b: its day and its looks count once.
    assert (rows[0].hours, rows[0].looks, rows[0].false_per_day) == (48, 20, 1.5)
    assert rows[2].recall is None
    assert markdown(rows).count("\n") == 4


def test_targets_are_for_the_whole_of_a_part() -> None:
    good = [
        result("a", "pixels", "x", 20, 1, 1),
        result("b", "quiet", "x", 0, 0, 0),
        result("c", "footage", "x", 3, 0, 0),
    ]
    assert misses(table(good)) == []
    bad = [
        result("a", "pixels", "x", 9, 1, 0),
        result("b", "quiet", "x", 0, 0, 1),
        result("c", "footage", "x", 3, 0, 1),
    ]
    assert [line.split(":")[0] for line in misses(table(bad))] == ["pixels", "quiet", "footage"]


def test_a_part_that_is_not_there_or_too_short_is_told() -> None:
    rows = table([result("a", "pixels", "x", 20, 1, 1), result("b", "quiet", "x", 0, 0, 0)])
    days = next(row.hours for row in rows if row.part == "quiet") / 24
    assert absences(rows, ("pixels", "quiet"), days) == []
    assert absences(rows, ("pixels", "footage"), days) == ["footage: nothing to run"]
    assert absences(rows, ("quiet",), days + 1) == [
        f"quiet: {days:.2f} of {days + 1:g} camera-days: recordings are missing"
    ]


def test_results_are_kept_and_read_again(tmp_path: Path) -> None:
    file = ResultFile(tmp_path / "results.jsonl")
    file.add([result("a", "pixels", "x", 1, 0, 0), result("a", "pixels", "y", 0, 1, 0)])
    again = ResultFile(tmp_path / "results.jsonl")
    assert again.results == file.results
    assert again.runs == {"a"}
