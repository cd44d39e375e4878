"""One log entry as one row of a table, and back. What is read back equals what was written."""

from functools import lru_cache
from typing import NotRequired, TypedDict

import numpy as np
import pyarrow as pa

from pipeline.observation import (
    GRID_HEIGHT,
    GRID_WIDTH,
    Command,
    CommandKind,
    End,
    EndCause,
    Entry,
    Gap,
    GapCause,
    Health,
    Look,
    LookKind,
    MediaNs,
    Objects,
    Observation,
    Tick,
)


class LookRow(TypedDict):
    """One look. `classes` are joined by commas: one text, which a Parquet file holds once a group of rows."""

    kind: str
    region: list[float]
    model: str
    input_px: int
    classes: NotRequired[str]


class ObjectRow(TypedDict):
    """One object."""

    xyxy: list[float]
    class_name: str
    score: float
    track: int
    sight: int
    appearance: list[float]


class Row(TypedDict):
    """One entry. What its kind does not have is zero or empty.

    `health` holds the numbers of `Health` in their order; `target` is that of a command, or the view of an observation.
    """

    kind: str
    t: int
    frame_width: int
    frame_height: int
    looks: list[LookRow]
    objects: list[ObjectRow]
    appearance_length: int
    brightness: bytes
    health: list[float]
    since_or_until: int
    is_open: bool
    cause: str
    target: str


_LOOK_FIELDS = [
    ("kind", pa.string()),
    ("region", pa.list_(pa.float64(), 4)),
    ("model", pa.string()),
    ("input_px", pa.int32()),
]
_OBJECT = pa.struct(
    [
        ("xyxy", pa.list_(pa.float32(), 4)),
        ("class_name", pa.string()),
        ("score", pa.float32()),
        ("track", pa.int64()),
        ("sight", pa.uint8()),
        ("appearance", pa.list_(pa.float32())),
    ]
)


def _schema(look: pa.DataType) -> pa.Schema:
    return pa.schema(
        [
            ("kind", pa.string()),
            ("t", pa.int64()),
            ("frame_width", pa.int32()),
            ("frame_height", pa.int32()),
            ("looks", pa.list_(look)),
            ("objects", pa.list_(_OBJECT)),
            ("appearance_length", pa.int32()),
            ("brightness", pa.binary()),
            ("health", pa.list_(pa.float64())),
            ("since_or_until", pa.int64()),
            ("is_open", pa.bool_()),
            ("cause", pa.string()),
            ("target", pa.string()),
        ]
    )


SCHEMA = _schema(pa.struct([*_LOOK_FIELDS, ("classes", pa.string())]))
EARLIER_SCHEMA = _schema(pa.struct(_LOOK_FIELDS))
"""As version 2 of a log had it: its looks tell of all that is reported."""


def row_of(entry: Entry) -> Row:
    """The row of an entry."""
    row = Row(
        kind=type(entry).__name__,
        t=entry.t,
        frame_width=0,
        frame_height=0,
        looks=[],
        objects=[],
        appearance_length=0,
        brightness=b"",
        health=[],
        since_or_until=0,
        is_open=False,
        cause="",
        target="",
    )
    if isinstance(entry, Observation):
        _fill(row, entry)
    elif isinstance(entry, Gap):
        row["since_or_until"], row["is_open"], row["cause"] = entry.blind_from, entry.is_open, entry.cause.value
    elif isinstance(entry, Command):
        row["since_or_until"], row["cause"], row["target"] = entry.until, entry.kind.value, entry.target
    elif isinstance(entry, End):
        row["cause"] = entry.cause.value
    return row


def _fill(row: Row, seen: Observation) -> None:
    row["frame_width"], row["frame_height"] = seen.frame_size
    row["looks"] = [
        LookRow(
            kind=look.kind.value,
            region=list(look.region),
            model=look.model,
            input_px=look.input_px,
            classes=_joined(look.classes),
        )
        for look in seen.looks
    ]
    objects = seen.objects
    row["objects"] = [
        ObjectRow(
            xyxy=objects.xyxy[n].tolist(),
            class_name=str(objects.class_name[n]),
            score=float(objects.score[n]),
            track=int(objects.track[n]),
            sight=int(objects.sight[n]),
            appearance=objects.appearance[n].tolist(),
        )
        for n in range(len(objects))
    ]
    row["appearance_length"] = objects.appearance.shape[1]
    row["brightness"] = seen.brightness.tobytes()
    health = seen.health
    row["health"] = [health.brightness, health.contrast, health.sharpness, health.change, health.frame_rate]
    row["target"] = health.view


def entry_of(row: Row) -> Entry:
    """The entry of a row.

    Raises:
        ValueError: The row is of no known kind, or its values fit none.
    """
    t, kind = MediaNs(row["t"]), row["kind"]
    if kind == "Observation":
        return _observation(row)
    if kind == "Tick":
        return Tick(t)
    if kind == "Gap":
        return Gap(t, MediaNs(row["since_or_until"]), row["is_open"], GapCause(row["cause"]))
    if kind == "Command":
        return Command(t, CommandKind(row["cause"]), row["target"], MediaNs(row["since_or_until"]))
    if kind == "End":
        return End(t, EndCause(row["cause"]))
    raise ValueError(f"entry of kind {kind!r}: expected Observation, Tick, Gap, Command or End")


def _observation(row: Row) -> Observation:
    objects, length = row["objects"], row["appearance_length"]
    brightness = np.frombuffer(row["brightness"], np.uint8).reshape(GRID_HEIGHT, GRID_WIDTH)
    return Observation(
        t=MediaNs(row["t"]),
        frame_size=(row["frame_width"], row["frame_height"]),
        looks=tuple(_look(look) for look in row["looks"]),
        objects=Objects(
            xyxy=np.array([one["xyxy"] for one in objects], np.float32).reshape(-1, 4),
            class_name=np.array([one["class_name"] for one in objects], np.str_),
            score=np.array([one["score"] for one in objects], np.float32),
            track=np.array([one["track"] for one in objects], np.int64),
            sight=np.array([one["sight"] for one in objects], np.uint8),
            appearance=np.array([one["appearance"] for one in objects], np.float32).reshape(len(objects), length),
        ),
        brightness=brightness,
        health=_health(row),
    )


def _health(row: Row) -> Health:
    """Version 1 of a log has no frame rate and no view."""
    brightness, contrast, sharpness, change, *more = row["health"]
    return Health(brightness, contrast, sharpness, change, frame_rate=sum(more), view=row["target"])


def _look(row: LookRow) -> Look:
    x1, y1, x2, y2 = row["region"]
    classes = _classes(row.get("classes", ""))
    return Look(LookKind(row["kind"]), (x1, y1, x2, y2), row["model"], row["input_px"], classes)


@lru_cache(maxsize=64)
def _joined(classes: frozenset[str]) -> str:
    return ",".join(sorted(classes))


@lru_cache(maxsize=64)
def _classes(joined: str) -> frozenset[str]:
    return frozenset(joined.split(",")) if joined else frozenset()
