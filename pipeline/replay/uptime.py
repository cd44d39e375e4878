"""How long each camera was seen, and why it was not, from its log; what a piece of it holds is read once and kept."""

import json
import sqlite3
from collections.abc import Iterable, Iterator, Sequence
from contextlib import closing, contextmanager
from dataclasses import dataclass, field
from itertools import pairwise
from pathlib import Path

import pyarrow as pa
import pyarrow.compute as pc
import pyarrow.parquet as pq

from pipeline.errors import StateError
from pipeline.observation import CameraId, GapCause, MediaNs, nanoseconds
from pipeline.replay.log import log_files
from pipeline.replay.pieces import files_from
from pipeline.replay.segment import FIRST_BYTES, read_segment

_COLUMNS = ["t", "kind", "since_or_until", "is_open", "cause"]
_LONGEST_PAUSE_NS = nanoseconds(60)
"""Between two entries of a log; what is longer was not watched, whatever the log says of it."""
_FOR_EVER = 2**63
_TABLE = """
    CREATE TABLE IF NOT EXISTS piece (
        camera TEXT NOT NULL, name TEXT NOT NULL, size INTEGER NOT NULL, holds TEXT NOT NULL,
        PRIMARY KEY (camera, name)
    ) WITHOUT ROWID
"""
Interval = tuple[int, int]


@dataclass(frozen=True, slots=True)
class Blind:
    """A stretch in which a camera was not seen, media time, and why."""

    since: int
    until: int
    cause: str


@dataclass(frozen=True, slots=True)
class Piece:
    """What one file of a log says of it.

    Attributes:
        first: Of its entries; above `last` where there are none.
        last: Of its entries.
        blind: In order.
    """

    first: int
    last: int
    blind: tuple[Blind, ...]


@dataclass(frozen=True, slots=True)
class Uptime:
    """One camera in a stretch of time.

    Attributes:
        camera: Whose.
        watched_ns: How long the pipeline was there to look, blind or not.
        blind_ns: Of that, how long the camera saw nothing.
        spells: How often that began.
        blind_by_cause_ns: The same, by why.
    """

    camera: CameraId
    watched_ns: int
    blind_ns: int
    spells: int
    blind_by_cause_ns: dict[str, int] = field(default_factory=dict)

    @property
    def share(self) -> float | None:
        """Of the watched time in which the camera was seen; None where nobody watched."""
        return 1 - self.blind_ns / self.watched_ns if self.watched_ns else None


def uptime_of(camera: CameraId, pieces: Iterable[Piece], since: MediaNs, until: MediaNs) -> Uptime:
    """What the pieces of a camera's log say of a stretch of time.

    Args:
        camera: Whose.
        pieces: In order.
        since: The first moment of the stretch.
        until: The first moment after it.
    """
    pieces = [one for one in pieces if one.first <= one.last]
    spells = [blind for piece in pieces for blind in piece.blind]
    logged = _joined(_covered(pieces))
    unwatched = _joined((one.since, one.until) for one in spells if one.cause == GapCause.NOT_WATCHED)
    watched = _clipped(_without(logged, unwatched), since, until)
    by_cause: dict[str, int] = {}
    for cause in sorted({one.cause for one in spells} - {GapCause.NOT_WATCHED.value}):
        of_cause = _joined((one.since, one.until) for one in spells if one.cause == cause)
        length_ns = _length(_common(of_cause, watched))
        if length_ns:
            by_cause[cause] = length_ns
    blind = _common(_joined((one.since, one.until) for one in spells if one.cause != GapCause.NOT_WATCHED), watched)
    return Uptime(camera, _length(watched), _length(blind), len(blind), by_cause)


class PieceMemory:
    """Keeps what pieces hold, in a file; one that grows is read again when it is asked for."""

    def __init__(self, path: Path) -> None:
        """Nothing is read yet.

        Args:
            path: The file; made where it is missing. It may be removed at any time: all of it is read again then.
        """
        self._path = path

    def pieces(self, camera: CameraId, log: Path, since: MediaNs, may_go_on: "Iterator[bool]") -> list[Piece] | None:
        """What a camera's log says from a moment on; None: not all of it has been read when the time was up.

        Args:
            camera: Whose.
            log: Its file or folder.
            since: Files that end before it are passed over.
            may_go_on: Whether there is time for one more file, asked before each.

        Raises:
            StateError: The memory cannot be read or written.
            UsageError: The folder holds no log.
        """
        files = files_from(log_files(log), since)
        with self._open() as db:
            known = self._known(db, camera)
            found: list[Piece] = []
            for file in files:
                size = _size(file)
                kept = known.get(file.name)
                if kept is not None and kept[0] == size:
                    found.append(kept[1])
                    continue
                if not next(may_go_on, False):
                    return None
                piece = read_piece(file)
                db.execute(
                    "INSERT OR REPLACE INTO piece VALUES (?, ?, ?, ?)", (camera, file.name, size, _packed(piece))
                )
                found.append(piece)
            gone = known.keys() - {file.name for file in log_files(log)}
            db.executemany("DELETE FROM piece WHERE camera = ? AND name = ?", [(camera, name) for name in gone])
        return found

    def _known(self, db: sqlite3.Connection, camera: CameraId) -> dict[str, tuple[int, Piece]]:
        rows = db.execute("SELECT name, size, holds FROM piece WHERE camera = ?", (camera,))
        return {name: (size, _unpacked(holds)) for name, size, holds in rows}

    @contextmanager
    def _open(self) -> Iterator[sqlite3.Connection]:
        try:
            self._path.parent.mkdir(parents=True, exist_ok=True)
            with closing(sqlite3.connect(self._path, timeout=10)) as db, db:
                # What is lost is read again.
                db.execute("PRAGMA synchronous = OFF")
                db.execute(_TABLE)
                yield db
        except (OSError, sqlite3.Error) as error:
            raise StateError(f"{self._path}: cannot be used: {error} (it may be removed)") from error


def read_piece(file: Path) -> Piece:
    """What a file of a log says; nothing where it is damaged or gone."""
    try:
        tables = _tables(file)
        first, last, spells = 1, 0, dict[int, Blind]()
        for table in tables:
            if not len(table):
                continue
            t = table.column("t")
            first = t[0].as_py() if first > last else first
            last = t[-1].as_py()
            gaps = table.filter(pc.equal(table.column("kind"), "Gap"))
            for gap in gaps.select(["t", "since_or_until", "cause"]).to_pylist():
                spells[gap["since_or_until"]] = Blind(gap["since_or_until"], gap["t"], str(gap["cause"]))
    except (OSError, pa.ArrowException, KeyError, TypeError, ValueError):
        return Piece(1, 0, ())
    return Piece(first, last, tuple(spells.values()))


def _tables(file: Path) -> Sequence[pa.Table]:
    with file.open("rb") as opened:
        is_stream = opened.read(4) == FIRST_BYTES
    if is_stream:
        return [pa.Table.from_batches([batch]).select(_COLUMNS) for batch in read_segment(file).batches]
    with pq.ParquetFile(file) as parquet:
        return [parquet.read(columns=_COLUMNS, use_threads=False)]


def _size(file: Path) -> int:
    try:
        return file.stat().st_size
    except OSError:
        return -1


def _packed(piece: Piece) -> str:
    return json.dumps([piece.first, piece.last, [[one.since, one.until, one.cause] for one in piece.blind]])


def _unpacked(text: str) -> Piece:
    first, last, blind = json.loads(text)
    return Piece(first, last, tuple(Blind(*one) for one in blind))


def _covered(pieces: Sequence[Piece]) -> Iterator[Interval]:
    """What the log speaks of: its pieces, what lies between two that follow at once, and what it calls a gap."""
    for piece in pieces:
        yield piece.first, piece.last
        yield from ((one.since, one.until) for one in piece.blind)
    for piece, after in pairwise(pieces):
        if after.first - piece.last <= _LONGEST_PAUSE_NS:
            yield piece.last, after.first


def _joined(intervals: Iterable[Interval]) -> list[Interval]:
    found: list[Interval] = []
    for since, until in sorted(intervals):
        if found and since <= found[-1][1]:
            found[-1] = (found[-1][0], max(found[-1][1], until))
        elif until > since:
            found.append((since, until))
    return found


def _common(a: Sequence[Interval], b: Sequence[Interval]) -> list[Interval]:
    """What lies in both; each is in order and without overlaps."""
    found: list[Interval] = []
    i = j = 0
    while i < len(a) and j < len(b):
        since, until = max(a[i][0], b[j][0]), min(a[i][1], b[j][1])
        if until > since:
            found.append((since, until))
        if a[i][1] <= b[j][1]:
            i += 1
        else:
            j += 1
    return found


def _without(a: Sequence[Interval], b: Sequence[Interval]) -> list[Interval]:
    """What lies in the first alone; each is in order and without overlaps."""
    starts = [-_FOR_EVER, *(until for _, until in b)]
    ends = [*(since for since, _ in b), _FOR_EVER]
    return _common(a, list(zip(starts, ends, strict=True)))


def _clipped(intervals: Sequence[Interval], since: int, until: int) -> list[Interval]:
    return _common(intervals, [(since, until)])


def _length(intervals: Iterable[Interval]) -> int:
    return sum(until - since for since, until in intervals)
