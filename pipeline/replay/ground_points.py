"""Where objects touched the ground in the last stretch of a camera's log, thinned to what can be shown."""

from dataclasses import dataclass, replace
from pathlib import Path

import numpy as np
from numpy.typing import NDArray

from pipeline.observation import NS_PER_S, MediaNs
from pipeline.replay.log import log_files
from pipeline.replay.log_blocks import read_blocks
from pipeline.replay.log_columns import LogBlock
from pipeline.replay.pieces import last_moment

MOST_POINTS = 4000
_FIRST_STEP = 0.004
"""A point within so much of the picture of the one before adds nothing but time."""
_LONGEST_PAUSE_NS = 10 * NS_PER_S
"""Unseen for longer: it is not known to have stayed."""


@dataclass(frozen=True, slots=True)
class GroundPoint:
    """Where an object stood, for how long.

    Attributes:
        t: When it was first seen there.
        last: When it was last seen there.
        x: Share of the picture's width.
        y: Of its height.
    """

    t: MediaNs
    last: MediaNs
    track: int
    class_name: str
    x: float
    y: float


@dataclass(frozen=True, slots=True)
class GroundPoints:
    """The points of a stretch, in order of time.

    Attributes:
        since: Its beginning.
        until: The log's last entry.
    """

    since: MediaNs
    until: MediaNs
    points: tuple[GroundPoint, ...]


@dataclass(frozen=True, slots=True, eq=False)
class _Seen:
    """All that was seen, by track and then by time; columns of one length."""

    t: NDArray[np.int64]
    track: NDArray[np.int64]
    x: NDArray[np.float64]
    y: NDArray[np.float64]
    class_name: NDArray[np.str_]


def ground_points(log: Path, span_ns: int, view: str, most: int = MOST_POINTS) -> GroundPoints | None:
    """The ground points of the last stretch of a log.

    Args:
        log: Of one camera.
        span_ns: How long the stretch is, back from the log's last entry.
        view: The preset of a PTZ camera whose pictures count; empty: it has one view.
        most: Where there would be more, points that lie near one another are taken for one.

    Returns:
        None: the log holds no entry.

    Raises:
        UsageError: It cannot be read.
    """
    until = last_moment(log_files(log))
    if until is None:
        return None
    since = MediaNs(until - span_ns)
    seen = _seen([_columns(block, view) for block in read_blocks(log, since)])
    step = _FIRST_STEP
    points = _thinned(seen, step)
    while len(points) > most:
        step *= 2
        points = _thinned(seen, step) if step < 1 else points[:: len(points) // most + 1]
    return GroundPoints(since, until, tuple(sorted(points, key=lambda one: (one.t, one.track))))


def _columns(block: LogBlock, view: str) -> _Seen:
    objects = block.objects
    of_view = np.array([name == view for name in block.view_names or [""]], np.bool_)[block.view]
    rows = block.is_observation & ~block.looks.are_close() & of_view
    keep = np.repeat(rows, np.diff(objects.begin))
    xyxy = objects.xyxy[keep].astype(np.float64)
    return _Seen(
        np.repeat(block.t, np.diff(objects.begin))[keep],
        objects.track[keep],
        (xyxy[:, 0] + xyxy[:, 2]) / 2,
        xyxy[:, 3],
        np.array(objects.class_names or [""], np.str_)[objects.class_code[keep]],
    )


def _seen(parts: list[_Seen]) -> _Seen:
    if not parts:
        none = np.zeros(0)
        return _Seen(none.astype(np.int64), none.astype(np.int64), none, none, none.astype(np.str_))
    t, track = (np.concatenate([getattr(one, name) for one in parts]) for name in ("t", "track"))
    order = np.lexsort((t, track))
    x, y, names = (np.concatenate([getattr(one, name) for one in parts])[order] for name in ("x", "y", "class_name"))
    return _Seen(t[order], track[order], x, y, names)


def _thinned(seen: _Seen, step: float) -> list[GroundPoint]:
    points: list[GroundPoint] = []
    rows = zip(*(column.tolist() for column in (seen.t, seen.track, seen.x, seen.y, seen.class_name)), strict=True)
    for t, track, x, y, name in rows:
        before = points[-1] if points else None
        if before is None or not _is_there(before, t, track, (x, y), step):
            points.append(GroundPoint(MediaNs(t), MediaNs(t), track, name, x, y))
        else:
            points[-1] = replace(before, last=MediaNs(t))
    return points


def _is_there(point: GroundPoint, t: int, track: int, place: tuple[float, float], step: float) -> bool:
    """Whether an object that is seen stays about where it was."""
    near = abs(place[0] - point.x) < step and abs(place[1] - point.y) < step
    return near and track == point.track and t - point.last <= _LONGEST_PAUSE_NS
