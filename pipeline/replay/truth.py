"""What people say of events: the labels file, and which events are meant by which label. Pure, but for the file.

camera,rule,zone,start,end,verdict,event,note
east-gate,fire-lane,lane-1,2026-01-05T08:00:05.300+08:00,2026-01-05T08:04:10.000+08:00,true,9f2c...,
east-gate,fire_lane_blocked,,2026-01-05T09:30:00.000+08:00,,missed,,a van behind the tree

A further column `scope` may say `partial`: then the file does not claim to hold all that happened.
"""

import csv
import io
from collections.abc import Iterable, Mapping, Sequence
from dataclasses import dataclass
from datetime import UTC, datetime, timedelta, tzinfo
from enum import StrEnum
from pathlib import Path

from pipeline.alerts.durable_file import write_durably
from pipeline.config.document import read_text
from pipeline.config.faults import did_you_mean
from pipeline.config.sources import parse_moment
from pipeline.errors import ConfigError, Fault
from pipeline.observation import CameraId, MediaNs

COLUMNS = ("camera", "rule", "zone", "start", "end", "verdict", "event", "note")
_SCOPE, _PARTIAL = "scope", "partial"
_NEEDED = frozenset({"camera", "rule", "start", "verdict"})
_ALGORITHM = "algorithm"
"""Another name of the column `rule`."""
_EPOCH = datetime(1970, 1, 1, tzinfo=UTC)


class Verdict(StrEnum):
    """What a person says of a stretch of time."""

    TRUE = "true"
    """It happened, and was told."""
    FALSE = "false"
    """It was told, and did not happen."""
    MISSED = "missed"
    """It happened, and was not told."""


@dataclass(frozen=True, slots=True)
class Label:
    """One judgement.

    Attributes:
        camera: Where.
        rule: A rule's id or an algorithm's key.
        zone: The fence (of a fault its kind); empty: any.
        start: When it began.
        end: When it was over; not before `start`, and `start` itself where nobody knows.
        verdict: What is said.
        event: The id of the event that was judged; empty: nobody judged an event.
        note: For people.
        is_partial: It comes from where not everything was judged: what no label speaks of is not judged either.
    """

    camera: CameraId
    rule: str
    zone: str
    start: MediaNs
    end: MediaNs
    verdict: Verdict
    event: str = ""
    note: str = ""
    is_partial: bool = False

    @property
    def happened(self) -> bool:
        """Whether there was something to be told."""
        return self.verdict is not Verdict.FALSE


def read_labels(path: Path, timezone: tzinfo) -> tuple[Label, ...]:
    """The labels of a file, in its order.

    Args:
        path: CSV with a heading; the order of the columns is free, `zone`, `end`, `event` and `note` may be left out,
            `rule` may be called `algorithm`, and `scope` may be added.
        timezone: Of times that have no offset.

    Raises:
        ConfigError: With every mistake, at its line.
    """
    reader = csv.reader(io.StringIO(read_text(path, str(path)), newline=""), strict=True)
    faults: list[Fault] = []
    labels: list[Label] = []
    try:
        columns = _columns(next(reader, []), path)
        line = reader.line_num + 1
        for cells in reader:
            if any(cell.strip() for cell in cells):
                found = _label(cells, columns, timezone)
                if isinstance(found, Label):
                    labels.append(found)
                else:
                    faults.extend(Fault(str(path), line, key, text) for key, text in found)
            line = reader.line_num + 1
    except csv.Error as error:
        raise ConfigError([Fault(str(path), reader.line_num, "", f"not CSV: {error}")]) from error
    if faults:
        raise ConfigError(faults)
    return tuple(labels)


def write_labels(path: Path, labels: Iterable[Label], timezone: tzinfo) -> None:
    """Write a labels file, in the order of cameras and times: the same labels give the same bytes.

    Args:
        path: An older file there stays until the new one is complete.
        labels: In any order; times are written to the millisecond.
        timezone: In which times are written, with their offset.

    Raises:
        StateError: It cannot be written.
    """
    write_durably(path, labels_text(labels, timezone).encode())


def labels_text(labels: Iterable[Label], timezone: tzinfo) -> str:
    """What `write_labels` writes."""
    text = io.StringIO(newline="")
    writer = csv.writer(text, lineterminator="\n")
    ordered = sorted(labels, key=_order)
    has_scope = any(one.is_partial for one in ordered)
    writer.writerow((*COLUMNS, _SCOPE) if has_scope else COLUMNS)
    for one in ordered:
        times = (_written(one.start, timezone), _written(one.end, timezone))
        row = (one.camera, one.rule, one.zone, *times, one.verdict.value, one.event, one.note)
        writer.writerow((*row, _PARTIAL if one.is_partial else "") if has_scope else row)
    return text.getvalue()


def _order(label: Label) -> tuple[str, int, str, str, int, str, str, str, bool]:
    return (
        label.camera, label.start, label.rule, label.zone, label.end, label.verdict.value, label.event, label.note,
        label.is_partial,
    )  # fmt: skip


def _written(t: MediaNs, timezone: tzinfo) -> str:
    moment = _EPOCH + timedelta(milliseconds=t // 1_000_000)
    return moment.astimezone(timezone).isoformat(timespec="milliseconds")


def _columns(heading: Sequence[str], path: Path) -> list[str]:
    names = ["rule" if name.strip() == _ALGORITHM else name.strip() for name in heading]
    faults = [
        f'unknown column (got "{name[:80]}", {did_you_mean(name, {*COLUMNS, _SCOPE} - set(names))})'
        for name in names if name not in COLUMNS and name != _SCOPE
    ]  # fmt: skip
    faults += [f'column given twice (got "{name}")' for name in sorted({one for one in names if names.count(one) > 1})]
    missing = sorted(_NEEDED - set(names))
    if missing:
        faults.append(f"no column {', '.join(missing)} (expected {','.join(COLUMNS)})")
    if faults:
        raise ConfigError([Fault(str(path), 1, "", text) for text in faults])
    return names


def _label(cells: Sequence[str], columns: Sequence[str], timezone: tzinfo) -> Label | list[tuple[str, str]]:
    """The label of a row, or what is wrong with it: column and text."""
    if len(cells) != len(columns):
        return [("", f"got {len(cells)} cells, expected {len(columns)}")]
    row = {name: cell.strip() for name, cell in zip(columns, cells, strict=True)}
    faults = [(name, "is empty") for name in ("camera", "rule", "start") if not row[name]]
    verdicts = [verdict.value for verdict in Verdict]
    if row["verdict"] not in verdicts:
        faults.append(("verdict", f'got "{row["verdict"][:80]}", expected {", ".join(verdicts)}'))
    if row.get(_SCOPE, "") not in ("", _PARTIAL):
        faults.append((_SCOPE, f'got "{row[_SCOPE][:80]}", expected {_PARTIAL} or nothing'))
    start = _moment(row, "start", timezone, faults)
    end = _moment(row, "end", timezone, faults) if row.get("end") else start
    if not faults and end < start:
        faults.append(("end", f"got {row['end']}, expected a time not before {row['start']}"))
    if faults:
        return faults
    return Label(
        camera=CameraId(row["camera"]),
        rule=row["rule"],
        zone=row.get("zone", ""),
        start=start,
        end=end,
        verdict=Verdict(row["verdict"]),
        event=row.get("event", ""),
        note=row.get("note", ""),
        is_partial=row.get(_SCOPE) == _PARTIAL,
    )


def _moment(row: Mapping[str, str], name: str, timezone: tzinfo, faults: list[tuple[str, str]]) -> MediaNs:
    if not row[name]:
        return MediaNs(0)
    try:
        return parse_moment(row[name], timezone)
    except ValueError as error:
        faults.append((name, f'got "{row[name][:80]}", expected {error}'))
        return MediaNs(0)
