"""What people are told of an event, in Chinese and English. Pure."""

from dataclasses import dataclass
from datetime import datetime, tzinfo
from enum import StrEnum

from pipeline.alerts.lettering import printable
from pipeline.alerts.message import local
from pipeline.dispatch.record import Record

SEVERITIES = {
    "info": "提示 info",
    "minor": "一般 minor",
    "major": "较重 major",
    "critical": "严重 critical",
}
REPEATED = "（可能重复 possibly repeated）"


class NoticeKind(StrEnum):
    """Why somebody is told."""

    RAISED = "raised"
    GRAVER = "graver"
    ASSIGNED = "assigned"
    REMINDER = "reminder"
    ESCALATED = "escalated"
    CLEARED = "cleared"


_HEADINGS = {
    NoticeKind.RAISED: "新事件 new",
    NoticeKind.GRAVER: "升级为 now",
    NoticeKind.ASSIGNED: "转派 assigned",
    NoticeKind.REMINDER: "催办 reminder",
    NoticeKind.ESCALATED: "逾期上报 late",
    NoticeKind.CLEARED: "现场已恢复 cleared",
}
WHILE_WORKED_ON = frozenset({NoticeKind.REMINDER, NoticeKind.ESCALATED})
"""No use any more once nobody has to do anything."""


@dataclass(frozen=True, slots=True)
class Notice:
    """One message to one channel of one contact.

    Attributes:
        event: The event's id.
        kind: Why.
        contact: Whom.
        channel: Which of the contact's addresses: 0, 1 ...
        title: One line.
        body: Some lines.
        at: When it was decided.
    """

    event: str
    kind: str
    contact: str
    channel: int
    title: str
    body: str
    at: datetime


def title_of(record: Record, kind: NoticeKind) -> str:
    """One line that says why, how grave, what and where."""
    severity = SEVERITIES.get(record.severity, record.severity)
    return printable(f"【{_HEADINGS[kind]}】{severity} {record.title_zh} {record.title_en} · {record.place}")


def body_of(record: Record, kind: NoticeKind, responsible: str, timezone: tzinfo) -> str:
    """The facts, a line each.

    Args:
        record: The event.
        kind: Why somebody is told.
        responsible: The responsible contact's name.
        timezone: Of the times.
    """
    lines = [
        f"编号 ID: {record.id}",
        f"地点 Place: {record.place}",
        f"网格 Grid: {record.grid}" if record.grid else "",
        f"坐标 Location: {record.longitude}, {record.latitude}" if record.longitude is not None else "",
        f"发现 Raised: {local(record.raised_at, timezone)}",
        f"结束 Ended: {local(record.ended_at, timezone)} ({record.clear_reason})" if record.ended_at else "",
        f"上报 Reported by: {record.reported_by}" if record.reported_by else "",
        f"说明 Text: {record.report_text}" if record.report_text else "",
        f"责任 Responsible: {responsible}" if responsible else "",
        f"期限 Deadline: {local(record.deadline_at, timezone)}" if record.deadline_at else "",
    ]
    if kind is NoticeKind.CLEARED and record.has_left:
        lines.append("摄像机已看到现场恢复，可据此核查 The camera saw it gone: that can be its verification.")
    return "\n".join(printable(line) for line in lines if line)
