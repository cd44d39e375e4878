"""How a camera was on its last day, as its log knows it: when it was blind and why, how often it was looked at."""

from collections.abc import Iterator
from dataclasses import dataclass, replace
from pathlib import Path

import pyarrow as pa
import pyarrow.compute as pc
import pyarrow.parquet as pq

from pipeline.errors import UsageError
from pipeline.observation import NS_PER_S, GapCause, MediaNs
from pipeline.replay.log import PARQUET_SUFFIX, segments
from pipeline.replay.log_schema import camera_in
from pipeline.replay.pieces import HOUR_NS, piece_name
from pipeline.replay.segment import SUFFIX, read_segment

_HOURS = 24
_RATE = 4
"""Where among the numbers of a picture's health."""
_COLUMNS = ("t", "kind", "cause", "since_or_until", "is_open", "health")


@dataclass(frozen=True, slots=True)
class Spell:
    """A time in which a camera saw nothing.

    Attributes:
        cause: Why.
        since: The first moment that was not seen.
        until: The last entry that told of it.
        is_over: Whether the camera was then seen to see again.
    """

    cause: GapCause
    since: MediaNs
    until: MediaNs
    is_over: bool


@dataclass(frozen=True, slots=True)
class Hour:
    """One hour.

    Attributes:
        start: When it begins.
        looks: Pictures looked at.
        pictures_per_s: That the camera sent, on average; 0: nobody counted.
        blind_s: For how long it saw nothing.
    """

    start: MediaNs
    looks: int
    pictures_per_s: float
    blind_s: float


@dataclass(frozen=True, slots=True)
class CameraDay:
    """The last day of a log.

    Attributes:
        until: Its last entry.
        spells: In order.
        hours: The last 24, in order; hours of which the log knows nothing are among them.
    """

    until: MediaNs
    spells: tuple[Spell, ...]
    hours: tuple[Hour, ...]


def camera_day(log: Path) -> CameraDay | None:
    """The last day that a camera's log knows of; None: it knows nothing.

    Args:
        log: The folder of a live camera's pieces; where it is not there, the file of a recording beside it counts.

    Raises:
        UsageError: A piece cannot be read.
    """
    files = _files(log)
    last = _last(files)
    if last is None:
        return None
    first_hour = last // HOUR_NS - _HOURS + 1
    name = piece_name(MediaNs(first_hour * HOUR_NS))
    tables = [table for file in files if file.stem >= name or not log.is_dir() for table in _tables(file)]
    table = pa.concat_tables(tables).filter(pc.greater_equal(pc.field("t"), first_hour * HOUR_NS))
    spells = tuple(_spells(table))
    counted = _counted(table)
    return CameraDay(
        until=MediaNs(pc.max(table.column("t")).as_py()),
        spells=spells,
        hours=tuple(_hour(hour, counted, spells) for hour in range(first_hour, first_hour + _HOURS)),
    )


def _files(log: Path) -> list[Path]:
    if log.is_dir():
        return segments(log)
    recorded = log.with_name(log.name + PARQUET_SUFFIX)
    return [recorded] if recorded.is_file() else []


def _last(files: list[Path]) -> MediaNs | None:
    for file in reversed(files):
        for table in reversed(list(_tables(file))):
            if len(table):
                return MediaNs(table.column("t")[-1].as_py())
    return None


def _tables(file: Path) -> Iterator[pa.Table]:
    try:
        # The run that writes the log may have made a Parquet file of it meanwhile.
        there = file if file.exists() else file.with_suffix(PARQUET_SUFFIX)
        if there.suffix == SUFFIX:
            batches = read_segment(there).batches
            if batches:
                yield pa.Table.from_batches(batches).select(_COLUMNS)
            return
        camera_in(pq.read_schema(there))
        yield pq.read_table(there, columns=list(_COLUMNS), use_threads=False, partitioning=None)
    except (OSError, pa.ArrowException, KeyError, TypeError, ValueError) as error:
        text = " ".join(str(error).split())
        raise UsageError(f"{file}: cannot be read as an observation log: {text}") from error


def _spells(table: pa.Table) -> Iterator[Spell]:
    gaps = table.filter(pc.equal(pc.field("kind"), "Gap")).select(["t", "cause", "since_or_until", "is_open"])
    spell: Spell | None = None
    for row in gaps.to_pylist():
        cause, t, is_over = GapCause(row["cause"]), MediaNs(row["t"]), not row["is_open"]
        if spell is not None and spell.cause is cause and not spell.is_over:
            spell = replace(spell, until=t, is_over=is_over)
            continue
        if spell is not None:
            # One cause took the place of another.
            yield replace(spell, is_over=True)
        spell = Spell(cause, MediaNs(row["since_or_until"]), t, is_over)
    if spell is not None:
        yield spell


def _counted(table: pa.Table) -> dict[int, tuple[int, float]]:
    """By the hour's number: pictures looked at, and how many a second the camera sent."""
    seen = table.filter(pc.equal(pc.field("kind"), "Observation"))
    # Logs of the first version hold no rate.
    rates = [health[_RATE] if len(health) > _RATE else 0.0 for health in seen.column("health").to_pylist()]
    hours = pc.divide(seen.column("t"), HOUR_NS)
    told = pa.array([rate or None for rate in rates], pa.float64())
    grouped = pa.table({"hour": hours, "rate": told}).group_by("hour").aggregate([([], "count_all"), ("rate", "mean")])
    return {row["hour"]: (row["count_all"], row["rate_mean"] or 0.0) for row in grouped.to_pylist()}


def _hour(number: int, counted: dict[int, tuple[int, float]], spells: tuple[Spell, ...]) -> Hour:
    start, end = number * HOUR_NS, (number + 1) * HOUR_NS
    blind_ns = sum(max(0, min(spell.until, end) - max(spell.since, start)) for spell in spells)
    looks, rate = counted.get(number, (0, 0.0))
    return Hour(MediaNs(start), looks, round(rate, 1), min(blind_ns, HOUR_NS) / NS_PER_S)
