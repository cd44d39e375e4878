"""What logs hold, day by day, and a stretch of one as a file for other programs."""

import csv
import json
from collections.abc import Iterator, Mapping, Sequence
from dataclasses import dataclass, replace
from datetime import UTC, date, datetime, timedelta
from fnmatch import fnmatch
from pathlib import Path

import pyarrow as pa
import pyarrow.compute as pc

from pipeline.alerts.durable_file import write_durably
from pipeline.alerts.message import utc
from pipeline.errors import UsageError
from pipeline.observation import NS_PER_S, CameraId, MediaNs
from pipeline.replay.log import DAYS, LogWriter, camera_of, is_log, log_files, read_batches
from pipeline.replay.pieces import EARLIER

FORMATS = (".parquet", ".csv", ".jsonl")
_DAY_NS = 86_400 * NS_PER_S
_COLUMNS = (
    "time", "t", "kind", "cause", "target", "since_or_until", "is_open", "looks", "object", "class_name", "score",
    "track", "sight", "x1", "y1", "x2", "y2",
)  # fmt: skip


@dataclass(frozen=True, slots=True)
class Day:
    """One day (UTC) of one camera's log.

    Attributes:
        camera: Whose.
        day: Which.
        first: Time of its first entry.
        last: Time of its last entry.
        entries: How many.
        looks: Pictures looked at, closer looks included.
        objects: Objects in them, together.
        gaps: Those that ended.
        blind_ns: How long the camera saw nothing.
        commands: Operators' words.
        size: Of the files that begin on that day, bytes.
    """

    camera: CameraId
    day: date
    first: MediaNs
    last: MediaNs
    entries: int = 0
    looks: int = 0
    objects: int = 0
    gaps: int = 0
    blind_ns: int = 0
    commands: int = 0
    size: int = 0


def logs_in(folder: Path) -> Mapping[CameraId, Path]:
    """The logs in a folder, by camera: of a run's state (`log/`), or of replays.

    Where a camera has a folder, as live ones have, and a file beside it, the folder counts.

    Raises:
        UsageError: There is none, or one is of another version or damaged.
    """
    found = logs_below(folder)
    if not found:
        raise UsageError(f"{folder}: holds no log (expected the folder of a camera's log, or one that holds such)")
    return found


def logs_below(folder: Path) -> Mapping[CameraId, Path]:
    """The same, where there need not be any.

    Raises:
        UsageError: One is of another version or damaged.
    """
    if folder.is_file():
        return {camera_of(folder): folder} if is_log(folder) else {}
    if not folder.is_dir():
        return {}
    files = {camera_of(file): file for file in (log_files(folder) if is_log(folder) else ())}
    if len(files) == 1:
        # A camera's own folder, its days below it; or a file beside the folders of other cameras.
        files = dict.fromkeys(files, folder)
    below = [path for path in sorted(folder.iterdir()) if path.is_dir() and not (files and _is_part(path))]
    return files | {camera_of(path): path for path in below if is_log(path)}


def _is_part(folder: Path) -> bool:
    """Whether it is no camera's folder, but that of a day in one, or of what was set aside there."""
    return fnmatch(folder.name, DAYS) or folder.name == EARLIER


def days_of(path: Path) -> tuple[Day, ...]:
    """The days that a camera's log holds, in order.

    Raises:
        UsageError: It is no log, or damaged.
    """
    camera = camera_of(path)
    days: dict[int, Day] = {}
    seen_until = MediaNs(-(2**62))
    for batch in read_batches(path):
        for number, part in _by_day(batch):
            before = days.get(number) or _fresh(camera, number, part)
            days[number], seen_until = _with(before, part, seen_until)
    for file in log_files(path):
        for batch in read_batches(file):
            if batch.num_rows:
                number = batch.column("t")[0].as_py() // _DAY_NS
                days[number] = replace(days[number], size=days[number].size + file.stat().st_size)
                break
    return tuple(days[number] for number in sorted(days))


def export(path: Path, out: Path, since: MediaNs, until: MediaNs) -> int:
    """Write a stretch of a camera's log as a file.

    Args:
        path: The log.
        out: `.parquet`: a log again. `.jsonl`: an entry a line. `.csv`: an object a line, and a line for each entry
            without any.
        since: The first moment that is in it.
        until: The first moment that is not.

    Returns:
        How many entries it holds.

    Raises:
        UsageError: The log cannot be read, or the file's name ends in none of these.
        StateError: The file cannot be written.
    """
    if out.suffix not in FORMATS:
        raise UsageError(f"{out}: got a name that ends in {out.suffix or 'nothing'!r}, expected {', '.join(FORMATS)}")
    parts = (_between(batch, since, until) for batch in read_batches(path))
    if out.suffix == ".parquet":
        count = 0
        with LogWriter(out, camera_of(path)) as log:
            for part in parts:
                log.append_batch(part)
                count += part.num_rows
        return count
    rows = [row for part in parts for row in part.to_pylist()]
    lines = _json_lines(rows) if out.suffix == ".jsonl" else _csv_lines(rows)
    write_durably(out, "".join(lines).encode())
    return len(rows)


def _between(batch: pa.RecordBatch, since: MediaNs, until: MediaNs) -> pa.RecordBatch:
    t = batch.column("t")
    return batch.filter(pc.and_(pc.greater_equal(t, since), pc.less(t, until)))


def _by_day(batch: pa.RecordBatch) -> Iterator[tuple[int, pa.RecordBatch]]:
    if not batch.num_rows:
        return
    t = batch.column("t")
    for number in range(t[0].as_py() // _DAY_NS, t[-1].as_py() // _DAY_NS + 1):
        part = _between(batch, MediaNs(number * _DAY_NS), MediaNs((number + 1) * _DAY_NS))
        if part.num_rows:
            yield number, part


def _fresh(camera: CameraId, number: int, part: pa.RecordBatch) -> Day:
    first = MediaNs(part.column("t")[0].as_py())
    return Day(camera, (datetime(1970, 1, 1, tzinfo=UTC) + timedelta(days=number)).date(), first, first)


def _with(day: Day, part: pa.RecordBatch, seen_until: MediaNs) -> tuple[Day, MediaNs]:
    """A day with more entries of it, and until when it is known what was blind."""
    kind = part.column("kind")
    gaps = part.filter(pc.equal(kind, "Gap")).select(["t", "since_or_until", "is_open"]).to_pylist()
    midnight = day.first // _DAY_NS * _DAY_NS
    blind_ns = 0
    for gap in gaps:
        blind_ns += max(0, gap["t"] - max(gap["since_or_until"], seen_until, midnight))
        seen_until = max(seen_until, gap["t"])
    counted = {row["values"]: row["counts"] for row in pc.value_counts(kind).to_pylist()}
    more = replace(
        day,
        last=MediaNs(part.column("t")[-1].as_py()),
        entries=day.entries + part.num_rows,
        looks=day.looks + counted.get("Observation", 0),
        objects=day.objects + int(pc.sum(pc.list_value_length(part.column("objects"))).as_py() or 0),
        gaps=day.gaps + sum(not gap["is_open"] for gap in gaps),
        blind_ns=day.blind_ns + blind_ns,
        commands=day.commands + counted.get("Command", 0),
    )
    return more, seen_until


def _time(t: int) -> str:
    return utc(MediaNs(t)).isoformat(timespec="milliseconds").replace("+00:00", "Z")


def _json_lines(rows: Sequence[dict[str, object]]) -> Iterator[str]:
    for row in rows:
        t = row["t"]
        plain = {"time": _time(t) if isinstance(t, int) else ""} | row
        grid = plain["brightness"]
        plain["brightness"] = list(grid) if isinstance(grid, bytes) else []
        yield json.dumps(plain, ensure_ascii=False, separators=(",", ":")) + "\n"


class _Line:
    """What a CSV writer writes into: the last line."""

    def __init__(self) -> None:
        self.text = ""

    def write(self, text: str) -> None:
        """Take a line."""
        self.text = text


def _csv_lines(rows: Sequence[dict[str, object]]) -> Iterator[str]:
    line = _Line()
    writer = csv.writer(line, lineterminator="\n")
    writer.writerow(_COLUMNS)
    yield line.text
    for row in rows:
        t, looks, objects = row["t"], row["looks"], row["objects"]
        kinds = " ".join(str(look["kind"]) for look in looks) if isinstance(looks, list) else ""
        head = [_time(t) if isinstance(t, int) else "", *(row[name] for name in _COLUMNS[1:7]), kinds]
        found = objects if isinstance(objects, list) and objects else [None]
        for number, one in enumerate(found):
            tail = [] if one is None else [number, *(one[name] for name in _COLUMNS[9:13]), *one["xyxy"]]
            writer.writerow(head + (tail or [""] * 9))
            yield line.text
