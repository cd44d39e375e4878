"""The ledger in lines: for people, and for programs."""

import dataclasses
import json
from collections.abc import Iterator, Sequence
from datetime import datetime

from rich.cells import cell_len

from pipeline.alerts.lettering import printable
from pipeline.alerts.message import local
from pipeline.dispatch.export import STANDINGS, Names
from pipeline.dispatch.ledger_queries import CellFigures, File
from pipeline.dispatch.notice import SEVERITIES
from pipeline.dispatch.record import Record, is_late
from pipeline.dispatch.standing import Standing

_ID_LETTERS = 12
_HEADING = ("id", "raised", "severity", "standing", "grid", "deadline", "responsible", "what / where")
_WIDTHS = (12, 19, 13, 19, 8, 19, 24, 0)
_STAT_HEADING = (
    *("grid", "total", "held", "working", "late", "was late", "done", "dismissed", "manual", "to acknowledge"),
    "to dispose",
)
_STAT_WIDTHS = (12, 6, 6, 8, 6, 9, 6, 10, 7, 15, 0)


def record_lines(records: Sequence[Record], names: Names, now: datetime) -> Iterator[str]:
    """A table of events."""
    if not records:
        return
    yield _line(_HEADING, _WIDTHS)
    for record in records:
        limit = local(record.deadline_at, names.timezone) if record.deadline_at else ""
        yield _line(
            (
                record.id[:_ID_LETTERS],
                local(record.raised_at, names.timezone),
                SEVERITIES.get(record.severity, record.severity),
                STANDINGS[Standing(record.standing)],
                record.grid,
                f"{limit} !" if is_late(record, now) else limit,
                names.contacts.get(record.responsible, record.responsible),
                f"{record.title_zh} {record.title_en} · {record.place}",
            ),
            _WIDTHS,
        )


def whole(file: File, names: Names) -> Iterator[str]:
    """All of one event."""
    record = file.record
    yield f"{record.id}  {record.title_zh} {record.title_en}"
    limit = f"，期限 deadline {local(record.deadline_at, names.timezone)}" if record.deadline_at else ""
    yield f"状态 standing: {STANDINGS[Standing(record.standing)]}{limit}"
    responsible = names.contacts.get(record.responsible, record.responsible)
    yield f"责任 responsible: {responsible or '-'}；等级 severity: {SEVERITIES.get(record.severity, record.severity)}"
    yield f"地点 place: {printable(record.place)}；网格 grid: {record.grid or '-'}"
    if record.report_text or record.reported_by:
        yield f"上报 reported: {printable(record.report_text)} ({printable(record.reported_by)})"
    yield "经过 history:"
    for step in file.steps:
        note = f": {printable(step.note)}" if step.note else ""
        yield f"  {local(step.at, names.timezone)}  {step.what} ({printable(step.by)}){note}"
    yield "附件 files:"
    for one in file.attachments:
        yield f"  {one.kind}  {one.uri}  sha256 {one.sha256[:16]}...  ({printable(one.by)})"
    yield "通知 notices:"
    for notice, fate in file.notices:
        name = names.contacts.get(notice.contact, notice.contact)
        yield f"  {local(notice.at, names.timezone)}  {notice.kind} -> {name}: {fate}"


def stat_lines(rows: Sequence[CellFigures]) -> Iterator[str]:
    """A table of cells."""
    if not rows:
        return
    yield _line(_STAT_HEADING, _STAT_WIDTHS)
    for row in rows:
        counts = (row.total, row.held, row.working, row.late, row.was_late, row.over, row.dismissed, row.manual)
        times = (_minutes(row.acknowledge_s), _minutes(row.dispose_s))
        yield _line((row.grid or "-", *map(str, counts), *times), _STAT_WIDTHS)


def as_json(value: Record | File | CellFigures) -> str:
    """One line of JSON; moments in ISO 8601."""
    return json.dumps(dataclasses.asdict(value), ensure_ascii=False, default=_written)


def _written(value: object) -> str:
    if isinstance(value, datetime):
        return value.isoformat()
    raise TypeError(f"got {type(value).__name__}, expected a moment")


def _minutes(length_s: float | None) -> str:
    return "-" if length_s is None else f"{length_s / 60:.1f} min"


def _line(cells: Sequence[str], widths: Sequence[int]) -> str:
    """Cells of a table, padded to its columns; Chinese takes two columns a character."""
    clean = [printable(cell) for cell in cells]
    padded = [cell + " " * max(0, width - cell_len(cell)) for cell, width in zip(clean, widths, strict=True)]
    return "  ".join(padded).rstrip()
