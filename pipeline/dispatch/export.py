"""The ledger as a file for people: CSV, or an XLSX workbook with events, history and photographs."""

import csv
import re
from collections.abc import Iterable, Iterator, Sequence
from dataclasses import dataclass
from datetime import tzinfo
from pathlib import Path

from openpyxl import Workbook
from openpyxl.styles import Font
from openpyxl.utils import get_column_letter

from pipeline.alerts.lettering import printable
from pipeline.alerts.message import local
from pipeline.dispatch.change import Attachment, Step
from pipeline.dispatch.notice import SEVERITIES
from pipeline.dispatch.record import Record
from pipeline.dispatch.standing import Standing
from pipeline.errors import StateError

STANDINGS = {
    Standing.HELD: "待确认 held",
    Standing.OPEN: "待签收 open",
    Standing.ACKNOWLEDGED: "处置中 acknowledged",
    Standing.DISPOSED: "待核查 disposed",
    Standing.VERIFIED: "已核查 verified",
    Standing.CLOSED: "已结案 closed",
    Standing.DISMISSED: "误报 dismissed",
}
_FORMULA = re.compile(r"^[=+\-@\t\r]")
_EVENT_HEADINGS = (
    *("编号 ID", "状态 Standing", "等级 Severity", "类别 Kind", "Kind", "来源 Source", "网格 Grid", "地点 Place"),
    *("经度 Longitude", "纬度 Latitude", "责任人 Responsible", "发现时间 Raised", "结束时间 Ended", "结束原因 Reason"),
    *("派发时间 Opened", "期限 Deadline", "签收时间 Acknowledged", "处置时间 Disposed", "核查时间 Verified"),
    *("结案时间 Closed", "曾逾期 Was late", "上报级数 Escalations", "说明 Text", "上报人 Reported by"),
)
_STEP_HEADINGS = ("编号 ID", "时间 Time", "事项 What", "经办 By", "说明 Note", "状态 Standing")
_FILE_HEADINGS = ("编号 ID", "种类 Kind", "文件 File", "SHA-256", "提交 By", "时间 Time")
_WIDTHS = {"编号 ID": 34, "文件 File": 60, "SHA-256": 66, "说明 Note": 40, "说明 Text": 40, "地点 Place": 30}
Row = tuple[str, ...]


@dataclass(frozen=True, slots=True)
class Names:
    """What ids are called.

    Attributes:
        contacts: Contacts' names, by id.
        timezone: Of the times.
    """

    contacts: dict[str, str]
    timezone: tzinfo


def write_csv(path: Path, records: Iterable[Record], names: Names) -> int:
    """One line an event; UTF-8 with the mark by which spreadsheets know it. Returns how many events.

    Raises:
        StateError: The file cannot be written.
    """
    count = 0
    try:
        with path.open("w", encoding="utf-8-sig", newline="") as file:
            writer = csv.writer(file)
            writer.writerow(_EVENT_HEADINGS)
            for record in records:
                writer.writerow(harmless(cell) for cell in _event_row(record, names))
                count += 1
    except OSError as error:
        raise StateError(f"{path}: cannot be written: {error.strerror or error}") from error
    return count


def write_xlsx(
    path: Path, records: Sequence[Record], steps: Iterable[Step], files: Iterable[Attachment], names: Names
) -> int:
    """A workbook with a sheet each of events, their history and their files. Returns how many events.

    Raises:
        StateError: The file cannot be written.
    """
    book = Workbook()
    book.remove(book.worksheets[0])
    _sheet(book, "事件 Events", _EVENT_HEADINGS, (_event_row(record, names) for record in records))
    _sheet(book, "经过 History", _STEP_HEADINGS, (_step_row(step, names) for step in steps))
    _sheet(book, "附件 Files", _FILE_HEADINGS, (_file_row(file, names) for file in files))
    try:
        book.save(path)
    except OSError as error:
        raise StateError(f"{path}: cannot be written: {error.strerror or error}") from error
    return len(records)


def _sheet(book: Workbook, title: str, headings: Row, rows: Iterator[Row]) -> None:
    sheet = book.create_sheet(title)
    sheet.freeze_panes = "A2"
    for i, heading in enumerate(headings, 1):
        sheet.column_dimensions[get_column_letter(i)].width = _WIDTHS.get(heading, 20)
        sheet.cell(1, i, heading).font = Font(bold=True)
    for n, row in enumerate(rows, 2):
        for i, value in enumerate(row, 1):
            cell = sheet.cell(n, i, printable(value)[:32_000])
            # A text that begins with "=" is no formula: it may come from anybody.
            cell.data_type = "s"


def harmless(value: str) -> str:
    """A spreadsheet that opens a CSV file runs what looks like a formula: an apostrophe makes it text."""
    text = printable(value)
    is_number = re.fullmatch(r"-?[0-9.]+", text)
    return f"'{text}" if _FORMULA.match(text) and not is_number else text


def _event_row(record: Record, names: Names) -> Row:
    at = [
        local(moment, names.timezone) if moment else ""
        for moment in (record.raised_at, record.ended_at, record.opened_at, record.deadline_at, record.acknowledged_at)
    ]
    later = [
        local(moment, names.timezone) if moment else ""
        for moment in (record.disposed_at, record.verified_at, record.closed_at)
    ]
    place = [f"{share}" if share is not None else "" for share in (record.longitude, record.latitude)]
    return (
        *(record.id, STANDINGS[Standing(record.standing)], SEVERITIES.get(record.severity, record.severity)),
        *(record.title_zh, record.title_en, record.source, record.grid, record.place, *place),
        *(names.contacts.get(record.responsible, record.responsible), at[0], at[1], record.clear_reason),
        *(*at[2:], *later, "是 yes" if record.was_late else "", str(record.level)),
        *(record.report_text, record.reported_by),
    )


def _step_row(step: Step, names: Names) -> Row:
    standing = STANDINGS[Standing(step.standing)] if step.standing else ""
    return (step.event, local(step.at, names.timezone), step.what, step.by, step.note, standing)


def _file_row(file: Attachment, names: Names) -> Row:
    return (file.event, file.kind, file.uri, file.sha256, file.by, local(file.at, names.timezone))
