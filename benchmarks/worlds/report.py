"""The table of the accuracy benchmark as Markdown, and its targets."""

from collections.abc import Sequence

from benchmarks.worlds.tally import Row
from pipeline.replay.intervals import Interval

_HEAD = (
    "| part | algorithm | runs | events | recall (95 %) | precision (95 %) | false | false per camera-day (95 %) "
    "| start off, median / most | raised after, median / most | ends wrong | hours | looks | core-minutes |\n"
    "|---|---|---|---|---|---|---|---|---|---|---|---|---|---|"
)
LEAST_SHARE = 0.95
"""Of recall and precision, on the scenes."""
MOST_FALSE_A_DAY = 1.0
"""On quiet footage."""
_SCENES = ("pixels", "scripted")


def markdown(rows: Sequence[Row]) -> str:
    """The table."""
    return "\n".join((_HEAD, *(_line(row) for row in rows)))


def misses(rows: Sequence[Row]) -> list[str]:
    """The targets that were missed, a line each."""
    found: list[str] = []
    for row in rows:
        if row.algorithm != "all":
            continue
        if row.part in _SCENES:
            found += [
                f"{row.part}: {name} {value:.3f}, target {LEAST_SHARE}"
                for name, value in (("recall", row.recall), ("precision", row.precision))
                if value is not None and value < LEAST_SHARE
            ]
        if row.part == "footage" and (row.missed or row.false or row.wrong_ends):
            found.append(f"footage: {row.missed} missed, {row.false} false, {row.wrong_ends} wrong ends, target 0")
        if row.part.startswith("quiet") and row.false_per_day >= MOST_FALSE_A_DAY:
            found.append(f"{row.part}: {row.false_per_day:.2f} false a camera-day, target under {MOST_FALSE_A_DAY:g}")
    return found


def absences(rows: Sequence[Row], parts: Sequence[str], days: float) -> list[str]:
    """What was asked for and is not there to be judged, a line each."""
    hours_by_part = {row.part: row.hours for row in rows if row.algorithm == "all"}
    found = [f"{part}: nothing to run" for part in parts if part not in hours_by_part]
    quiet_days = hours_by_part.get("quiet", days * 24) / 24
    if "quiet" in parts and quiet_days < days:
        found.append(f"quiet: {quiet_days:.2f} of {days:g} camera-days: recordings are missing")
    return found


def _line(row: Row) -> str:
    cells = (
        row.part,
        row.algorithm,
        row.runs,
        row.found + row.missed,
        _share(row.recall, row.recall_interval, f"{row.found}/{row.found + row.missed}"),
        _share(row.precision, row.precision_interval, f"{row.found}/{row.found + row.false}"),
        row.false,
        f"{row.false_per_day:.2f} ({row.false_interval.low:.2f} to {row.false_interval.high:.2f})",
        _seconds(row.start_error_s),
        _seconds(row.raise_delay_s),
        row.wrong_ends,
        f"{row.hours:.1f}",
        row.looks,
        f"{row.cpu_s / 60:.1f}" if row.cpu_s else "-",
    )
    return f"| {' | '.join(str(cell) for cell in cells)} |"


def _seconds(both: tuple[float, float] | None) -> str:
    return "-" if both is None else "{:.1f} / {:.1f} s".format(*both)


def _share(value: float | None, interval: Interval, counts: str) -> str:
    if value is None:
        return "-"
    return f"{value:.3f} ({interval.low:.2f} to {interval.high:.2f}; {counts})"
