"""One log entry as one row of a table. `columns.py` reads it back."""

from functools import lru_cache
from typing import NotRequired, TypedDict

import pyarrow as pa

from pipeline.observation import (
    Command,
    End,
    Entry,
    Gap,
    Observation,
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


@lru_cache(maxsize=64)
def _joined(classes: frozenset[str]) -> str:
    return ",".join(sorted(classes))
