"""What came of scenes and recordings, counted by algorithm, with intervals."""

import json
import statistics
from collections.abc import Iterable, Sequence
from dataclasses import asdict, dataclass
from pathlib import Path
from typing import NewType

from pydantic import TypeAdapter

from benchmarks.worlds.play import CAMERA_FAULT, Told, Verdict
from benchmarks.worlds.scene import Expected
from pipeline.replay.intervals import Interval, rate_interval, share_interval
from pipeline.rules.episode import FaultKind

RunId = NewType("RunId", str)
_FAULTS = frozenset(kind.value for kind in FaultKind)
_S_PER_H, _S_PER_DAY = 3600.0, 86400.0


@dataclass(frozen=True, slots=True)
class Result:
    """What one algorithm said of one scene or recording.

    Attributes:
        run: Which run it was part of.
        part: `pixels`, `scripted`, `footage` or `quiet`.
        algorithm: Key of the catalogue.
        length_s: How long it watched.
        found: Events that were told as they were.
        missed: Events that were not.
        false: What was told and is not so.
        wrong_ends: Found ones whose end is wrong.
        start_errors_s: Of each found one: told start less true start.
        raise_delays_s: Of each found one: how long after its true start it was raised.
        looks: Pictures that were looked at.
        cpu_s: What the run took, of all algorithms together; 0: not measured.
        notes: What went wrong, a line each.
    """

    run: RunId
    part: str
    algorithm: str
    length_s: float
    found: int
    missed: int
    false: int
    wrong_ends: int
    start_errors_s: tuple[float, ...] = ()
    raise_delays_s: tuple[float, ...] = ()
    looks: int = 0
    cpu_s: float = 0.0
    notes: tuple[str, ...] = ()


_RESULT = TypeAdapter(Result)


@dataclass(frozen=True, slots=True)
class Watch:
    """One run over one scene or recording.

    Attributes:
        run: Its name.
        part: See `Result`.
        length_s: How long was watched.
        looks: Pictures that were looked at.
        cpu_s: What it took; 0: not measured.
    """

    run: RunId
    part: str
    length_s: float
    looks: int = 0
    cpu_s: float = 0.0


@dataclass(frozen=True, slots=True)
class Row:
    """One line of the table.

    Attributes:
        part: Where from.
        algorithm: Key of the catalogue, or `all`.
        runs: Scenes or recordings.
        found, missed, false, wrong_ends: Sums.
        recall, precision: Their shares; None: nothing to divide by.
        recall_interval, precision_interval: Wilson's.
        start_error_s: Median and largest size of the errors of the start; None: none.
        raise_delay_s: Median and largest time from an event's true start to its raise, dwell included; None: none.
        hours: Watched.
        false_per_day: Per camera-day.
        false_interval: Exact, per camera-day.
        looks: Pictures that were looked at.
        cpu_s: What they took, seconds of a core; 0: not measured.
    """

    part: str
    algorithm: str
    runs: int
    found: int
    missed: int
    false: int
    wrong_ends: int
    recall: float | None
    recall_interval: Interval
    precision: float | None
    precision_interval: Interval
    start_error_s: tuple[float, float] | None
    raise_delay_s: tuple[float, float] | None
    hours: float
    false_per_day: float
    false_interval: Interval
    looks: int
    cpu_s: float


def results_of(watch: Watch, algorithms: Iterable[str], verdict: Verdict) -> list[Result]:
    """A verdict, taken apart by algorithm.

    Args:
        watch: The run that it is of.
        algorithms: That watched; what else told something is added. The first is that of what was missed.
        verdict: What came of it.
    """
    watching = list(dict.fromkeys(algorithms))
    spoke = [one.algorithm for _, one in verdict.found] + [one.algorithm for one in verdict.false]
    missed_by_key: dict[str, list[Expected]] = {}
    for event in verdict.missed:
        missed_by_key.setdefault(CAMERA_FAULT if event.zone in _FAULTS else watching[0], []).append(event)
    return [
        _result(watch, key, verdict, missed_by_key.get(key, []))
        for key in dict.fromkeys((*watching, *spoke, *missed_by_key))
    ]


def _result(watch: Watch, algorithm: str, verdict: Verdict, missed: Sequence[Expected]) -> Result:
    found = [pair for pair in verdict.found if pair[1].algorithm == algorithm]
    false = [one for one in verdict.false if one.algorithm == algorithm]
    wrong = [pair for pair in verdict.wrong_ends if pair[1].algorithm == algorithm]
    notes = [f"missed: {one}" for one in missed] + [f"false: {one}" for one in false]
    notes += [f"wrong end: {event}, told {one}" for event, one in wrong]
    return Result(
        run=watch.run,
        part=watch.part,
        algorithm=algorithm,
        length_s=watch.length_s,
        found=len(found),
        missed=len(missed),
        false=len(false),
        wrong_ends=len(wrong),
        start_errors_s=tuple(round(_start_error_s(*pair), 2) for pair in found),
        raise_delays_s=tuple(round(one.raised_s - event.start_s, 2) for event, one in found),
        looks=watch.looks,
        cpu_s=round(watch.cpu_s, 1),
        notes=tuple(notes),
    )


def table(results: Sequence[Result]) -> list[Row]:
    """A line for each part and algorithm, and one for all of each part."""
    rows: list[Row] = []
    for part in dict.fromkeys(one.part for one in results):
        mine = [one for one in results if one.part == part]
        rows.append(_row(part, "all", mine))
        rows += [
            _row(part, key, [one for one in mine if one.algorithm == key])
            for key in sorted({one.algorithm for one in mine})
        ]
    return rows


def _row(part: str, algorithm: str, results: Sequence[Result]) -> Row:
    found, missed, false = (sum(getattr(one, key) for one in results) for key in ("found", "missed", "false"))
    # Several algorithms watch one recording: its time and its looks count once.
    watched = {one.run: (one.length_s, one.looks, one.cpu_s) for one in results}
    length_s, looks, cpu_s = (sum(one[k] for one in watched.values()) for k in range(3))
    errors_s = [abs(error_s) for one in results for error_s in one.start_errors_s]
    delays_s = [delay_s for one in results for delay_s in one.raise_delays_s]
    days = length_s / _S_PER_DAY
    return Row(
        part=part,
        algorithm=algorithm,
        runs=len(watched),
        found=found,
        missed=missed,
        false=false,
        wrong_ends=sum(one.wrong_ends for one in results),
        recall=found / (found + missed) if found + missed else None,
        recall_interval=share_interval(found, found + missed),
        precision=found / (found + false) if found + false else None,
        precision_interval=share_interval(found, found + false),
        start_error_s=(statistics.median(errors_s), max(errors_s)) if errors_s else None,
        raise_delay_s=(statistics.median(delays_s), max(delays_s)) if delays_s else None,
        hours=length_s / _S_PER_H,
        false_per_day=false / days if days else 0.0,
        false_interval=rate_interval(false, days),
        looks=int(looks),
        cpu_s=cpu_s,
    )


def _start_error_s(event: Expected, told: Told) -> float:
    return told.start_s - event.start_s


class ResultFile:
    """Results, a line each, so that a run that was broken off goes on. Remembers which runs are in it."""

    def __init__(self, path: Path) -> None:
        """Reads what is there."""
        self._path = path
        lines = path.read_text(encoding="utf-8").splitlines() if path.is_file() else []
        self.results = [_RESULT.validate_json(line) for line in lines]

    @property
    def runs(self) -> set[RunId]:
        """Those that are in it."""
        return {one.run for one in self.results}

    def add(self, results: Sequence[Result]) -> None:
        """Write the results of one run, all or none of them."""
        text = "".join(json.dumps(asdict(one), ensure_ascii=False) + "\n" for one in results)
        with self._path.open("a", encoding="utf-8") as file:
            file.write(text)
        self.results += results
