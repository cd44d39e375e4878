"""The pieces of a log that is a folder: their names, which are the times they begin, and their end."""

import re
import shutil
from collections.abc import Iterator, Sequence
from contextlib import suppress
from datetime import UTC, datetime
from fnmatch import fnmatch
from itertools import count, takewhile
from pathlib import Path

import pyarrow as pa
import pyarrow.compute as pc
import pyarrow.parquet as pq

from pipeline.alerts.message import utc
from pipeline.errors import StateError, UsageError
from pipeline.observation import NS_PER_S, MediaNs
from pipeline.replay.log import DAYS, PARQUET_SUFFIX, LogWriter, camera_of, read_batches, segments
from pipeline.replay.segment import SUFFIX, read_segment

EARLIER = "earlier"
HOUR_NS = 3600 * NS_PER_S
"""A piece holds entries of one hour of UTC."""
_NAME = re.compile(r"(\d{8}T\d{6})_(\d{9})Z")


def piece_name(first: MediaNs) -> str:
    """The name, without a suffix, of a piece whose first entry is of this time: names sort as times do."""
    return f"{utc(first):%Y%m%dT%H%M%S}_{first % NS_PER_S:09d}Z"


def free_place(folder: Path, first: MediaNs) -> Path:
    """Where a new piece is to lie, without a suffix: with a number where an earlier run began at that moment."""
    day = folder / f"{utc(first):%Y-%m-%d}"
    name = piece_name(first)
    return next(day / free for free in _numbered(name) if not any(day.glob(f"{free}.*")))


def files_from(files: Sequence[Path], t: MediaNs) -> list[Path]:
    """The files that may hold entries of `t` or later: those from the last one on that begins at `t` or before.

    Args:
        files: Of one log, in order; the names of those that are no pieces say nothing, so they are among them.
        t: The first moment that is asked for.
    """
    begins = [_begin(file) for file in files]
    passed = [n for n, begin in enumerate(begins) if begin is not None and begin <= t]
    return list(files[passed[-1] :] if passed else files)


def last_moment(files: Sequence[Path]) -> MediaNs | None:
    """The time of the last entry in the files of one log, in order; None where none holds one that can be read."""
    for file in reversed(files):
        last = _last(file)
        if last is not None:
            return MediaNs(last)
    return None


def remove_until(folder: Path, t: MediaNs) -> None:
    """Remove the pieces, whole or damaged, whose hour has ended by then.

    Raises:
        OSError: One cannot be removed.
    """
    for path in [*folder.glob("*.*"), *folder.glob(f"{DAYS}/*.*"), *(folder / EARLIER).glob("*.*")]:
        begin = _begin(path)
        if begin is not None and (begin // HOUR_NS + 1) * HOUR_NS <= t:
            path.unlink(missing_ok=True)
            _remove_empty(path.parent)


def set_aside_from(folder: Path, t: MediaNs) -> None:
    """Move the pieces that do not end before a run's first entry out of its way.

    A recording that stands in for a camera starts again with every run, and a machine's clock can be set back: no
    order holds both runs' entries. What lay in `earlier/` before is removed.

    Raises:
        OSError: One cannot be moved.
    """
    _move(folder, _late(folder, t))


def cut_after(folder: Path, t: MediaNs) -> int:
    """Take out what a run that was killed had logged after its checkpoint: the run that goes on never saw it.

    The piece in which that moment lies is made anew without the later entries; those that begin later are moved to
    `earlier/`, from which what lay there before is removed.

    Args:
        folder: Of the log.
        t: Of the checkpoint, which knows the entries of this very time.

    Returns:
        Length of what the kill had cut off from a piece that was made anew.

    Raises:
        StateError: A piece cannot be made anew: it is moved to `earlier/` whole.
        OSError: One cannot be moved or removed.
    """
    late, fault, torn_bytes = _late(folder, t), "", 0
    for path in list(late):
        begin = _begin(path)
        if begin is not None and begin <= t:
            try:
                torn_bytes += _cut(path, t)
            except (StateError, UsageError) as error:
                fault = f"{path}: is moved to {EARLIER}/ whole, it cannot be cut: {error}"
            else:
                late.remove(path)
    _move(folder, late)
    if fault:
        raise StateError(fault)
    return torn_bytes


def drop_what_was_packed(path: Path) -> bool:
    """Remove a growing piece, and a Parquet file of it that was broken off, where there is a complete one.

    A run was killed between the two: the Parquet file is what counts, and may hold less, see `cut_after`.

    Returns:
        Whether there is a complete one.

    Raises:
        OSError: It cannot be removed.
    """
    packed = path.with_suffix(PARQUET_SUFFIX)
    if not packed.exists():
        return False
    for file in (path, *path.parent.glob(f"{packed.name}.*")):
        file.unlink(missing_ok=True)
    return True


def _late(folder: Path, t: MediaNs) -> list[Path]:
    """The pieces that do not end by then, the last one first."""
    return list(takewhile(lambda path: _reaches(path, t), reversed(segments(folder))))


def _move(folder: Path, late: Sequence[Path]) -> None:
    if not late:
        return
    earlier = folder / EARLIER
    shutil.rmtree(earlier, ignore_errors=True)
    earlier.mkdir()
    for path in late:
        # A run that was killed as it made a Parquet file leaves two files of one piece.
        for file in path.parent.glob(f"{path.stem}.*"):
            file.rename(earlier / file.name)
        _remove_empty(path.parent)


def _cut(path: Path, t: MediaNs) -> int:
    torn_bytes = read_segment(path).torn_bytes if path.suffix == SUFFIX else 0
    with LogWriter(path.with_suffix(PARQUET_SUFFIX), camera_of(path)) as log:
        for batch in read_batches(path):
            kept = batch.filter(pc.less_equal(batch.column("t"), t))
            if kept.num_rows:
                log.append_batch(kept)
    drop_what_was_packed(path.with_suffix(SUFFIX))
    return torn_bytes


def _remove_empty(folder: Path) -> None:
    """Remove the folder of a day that holds nothing any more."""
    if fnmatch(folder.name, DAYS):
        with suppress(OSError):
            folder.rmdir()


def _numbered(name: str) -> Iterator[str]:
    yield name
    yield from (f"{name}-{n:03d}" for n in count(1))


def _reaches(path: Path, t: MediaNs) -> bool:
    begin = _begin(path)
    if begin is not None and begin > t:
        return True
    last = _last(path)
    return last is not None and last > t


def _begin(path: Path) -> int | None:
    """When a piece begins, by its name."""
    name = _NAME.match(path.name)
    if name is None:
        return None
    second = datetime.strptime(name[1], "%Y%m%dT%H%M%S").replace(tzinfo=UTC)
    return round(second.timestamp()) * NS_PER_S + int(name[2])


def _last(path: Path) -> int | None:
    """The time of a piece's last entry; None where it has none, or cannot be read."""
    try:
        if path.suffix == SUFFIX:
            batches = read_segment(path).batches
            return batches[-1].column("t")[-1].as_py() if batches else None
        with pq.ParquetFile(path) as file:
            groups = file.num_row_groups
            return file.read_row_group(groups - 1, columns=["t"])["t"][-1].as_py() if groups else None
    except (OSError, ValueError, KeyError, pa.ArrowException):
        return None
