"""The figures of a report for spreadsheets: events, days and hours, cameras; as CSV files and as one workbook."""

import csv
import io
import re
from collections.abc import Iterable, Sequence
from pathlib import Path

from openpyxl import Workbook
from openpyxl.styles import Font
from openpyxl.utils import get_column_letter

from pipeline.alerts.durable_file import write_durably
from pipeline.alerts.lettering import printable
from pipeline.observation import seconds
from pipeline.replay.analysis import Analysis, Seen

Cell = str | int | float
_FORMULA = re.compile(r"^[=+\-@\t\r]")
_EVENTS = (
    *("编号 id", "摄像机 camera", "区域 zone", "规则 rule", "类别 algorithm", "等级 severity"),
    *("开始 started", "告警 raised", "结束 ended", "原因 reason", "持续秒 lasted_s"),
)
_COUNTS = ("日期 day", "事件 events")
_HOURS = ("小时 hour", "事件 events")
_CAMERAS = ("摄像机 camera", "名称 name", "事件 events", "分析帧 looks", "在线率 uptime", "中断次数 outages")


def write_tables(out: Path, analysis: Analysis) -> list[Path]:
    """Write `events.csv`, `days.csv`, `hours.csv`, `cameras.csv` and `report.xlsx`.

    Raises:
        StateError: They cannot be written.
    """
    tables = {
        "events": (_EVENTS, [_event_row(analysis, one) for one in analysis.events]),
        "days": (_COUNTS, list(analysis.counts_by_day().items())),
        "hours": (_HOURS, list(enumerate(analysis.counts_by_hour()))),
        "cameras": (_CAMERAS, _camera_rows(analysis)),
    }
    book = Workbook()
    book.remove(book.worksheets[0])
    written: list[Path] = []
    for name, (headings, rows) in tables.items():
        written.append(out / f"{name}.csv")
        write_durably(written[-1], _csv(headings, rows))
        _add_sheet(book, name, headings, rows)
    target = io.BytesIO()
    book.save(target)
    written.append(out / "report.xlsx")
    write_durably(written[-1], target.getvalue())
    return written


def _event_row(analysis: Analysis, one: Seen) -> tuple[Cell, ...]:
    event = one.event
    end = event.ended_at
    return (
        *(event.id, event.camera, event.zone, event.rule, event.algorithm, event.severity),
        analysis.local(event.started_at).isoformat(timespec="milliseconds"),
        analysis.local(event.raised_at).isoformat(timespec="milliseconds"),
        "" if end is None else analysis.local(end).isoformat(timespec="milliseconds"),
        event.reason,
        "" if end is None else round(seconds(end - event.started_at), 3),
    )


def _camera_rows(analysis: Analysis) -> list[tuple[Cell, ...]]:
    rows: list[tuple[Cell, ...]] = []
    for camera in analysis.cameras:
        found = analysis.footprints.get(camera.id)
        of_log: tuple[Cell, ...] = ("", "", "")
        if found is not None:
            of_log = (found.looks, round(found.uptime, 5), len(found.blind))
        rows.append((camera.id, camera.name, len(analysis.of(camera.id)), *of_log))
    return rows


def _csv(headings: Sequence[str], rows: Iterable[Sequence[Cell]]) -> bytes:
    text = io.StringIO(newline="")
    writer = csv.writer(text)
    writer.writerow(headings)
    for row in rows:
        writer.writerow([_harmless(cell) for cell in row])
    # With the mark by which spreadsheets know UTF-8.
    return text.getvalue().encode("utf-8-sig")


def _harmless(cell: Cell) -> Cell:
    """A spreadsheet that opens a CSV file runs what looks like a formula: an apostrophe makes it text."""
    if not isinstance(cell, str):
        return cell
    text = printable(cell)
    return f"'{text}" if _FORMULA.match(text) else text


def _add_sheet(book: Workbook, title: str, headings: Sequence[str], rows: Iterable[Sequence[Cell]]) -> None:
    sheet = book.create_sheet(title)
    sheet.freeze_panes = "A2"
    for i, heading in enumerate(headings, 1):
        sheet.column_dimensions[get_column_letter(i)].width = 26
        sheet.cell(1, i, heading).font = Font(bold=True)
    for n, row in enumerate(rows, 2):
        for i, value in enumerate(row, 1):
            cell = sheet.cell(n, i, printable(value) if isinstance(value, str) else value)
            if isinstance(value, str):
                # A text that begins with "=" is no formula: it may come from anybody.
                cell.data_type = "s"
