"""The tables of the ledger. Their columns are the fields of `Record`, `Step`, `Attachment` and `Notice`."""

from datetime import UTC, datetime

from sqlalchemy import (
    BigInteger,
    Boolean,
    Column,
    DateTime,
    Dialect,
    Float,
    Index,
    Integer,
    MetaData,
    String,
    Table,
    Text,
    TypeDecorator,
    UniqueConstraint,
)


class UtcDateTime(TypeDecorator[datetime]):
    """A moment: with its zone in PostgreSQL, as UTC in SQLite, which has no zones."""

    impl = DateTime(timezone=True)
    cache_ok = True

    def process_bind_param(self, value: datetime | None, dialect: Dialect) -> datetime | None:
        """As it is kept."""
        if value is None:
            return None
        return value.astimezone(UTC) if dialect.name == "postgresql" else value.astimezone(UTC).replace(tzinfo=None)

    def process_result_value(self, value: datetime | None, dialect: Dialect) -> datetime | None:
        """As everything here has it."""
        del dialect
        if value is None:
            return None
        return value.astimezone(UTC) if value.tzinfo else value.replace(tzinfo=UTC)


METADATA = MetaData()
_NUMBER = BigInteger().with_variant(Integer, "sqlite")
"""SQLite counts up only what it calls INTEGER."""


def _text(name: str) -> Column[str]:
    return Column(name, Text, nullable=False, default="")


def _moment(name: str) -> Column[datetime | None]:
    return Column(name, UtcDateTime)


EVENT = Table(
    "event",
    METADATA,
    Column("id", String(200), primary_key=True),
    Column("revision", Integer, nullable=False),
    *(_text(name) for name in ("alert_state", "clear_reason", "site", "source", "camera", "camera_name", "zone")),
    *(_text(name) for name in ("zone_name", "grid", "category", "zone_contact")),
    Column("longitude", Float),
    Column("latitude", Float),
    *(_text(name) for name in ("rule", "algorithm", "severity", "title_zh", "title_en", "review")),
    *(_moment(name) for name in ("started_at", "raised_at", "ended_at")),
    *(_text(name) for name in ("standing", "responsible")),
    *(_moment(name) for name in ("received_at", "opened_at", "deadline_at", "reminded_at")),
    Column("level", Integer, nullable=False, default=0),
    *(_moment(name) for name in ("escalated_at", "acknowledged_at", "disposed_at", "verified_at", "closed_at")),
    Column("was_late", Boolean, nullable=False, default=False),
    *(_text(name) for name in ("report_text", "reported_by")),
    Index("event_by_standing", "standing"),
    Index("event_by_grid", "grid"),
    Index("event_by_raised", "raised_at"),
    Index("event_by_received", "received_at", "id"),
)
"""One row an event."""
MESSAGE = Table(
    "message",
    METADATA,
    Column("seq", _NUMBER, primary_key=True, autoincrement=True),
    Column("event", String(200), nullable=False),
    Column("revision", Integer, nullable=False),
    _text("camera"),
    _text("line"),
    _moment("received_at"),
    UniqueConstraint("event", "revision", name="message_once"),
    sqlite_autoincrement=True,
)
"""Every message, once, in the order in which they came: within a camera the order in which they were raised."""
STEP = Table(
    "step",
    METADATA,
    Column("seq", _NUMBER, primary_key=True, autoincrement=True),
    Column("event", String(200), nullable=False, default=""),
    _moment("at"),
    *(_text(name) for name in ("what", "by", "note", "standing")),
    Index("step_by_event", "event"),
    sqlite_autoincrement=True,
)
"""The history."""
ATTACHMENT = Table(
    "attachment",
    METADATA,
    Column("seq", _NUMBER, primary_key=True, autoincrement=True),
    Column("event", String(200), nullable=False),
    *(_text(name) for name in ("kind", "uri", "sha256", "by")),
    _moment("at"),
    UniqueConstraint("event", "kind", "uri", name="attachment_once"),
    sqlite_autoincrement=True,
)
"""Photographs, snapshots, clips."""
NOTICE = Table(
    "notice",
    METADATA,
    Column("seq", _NUMBER, primary_key=True, autoincrement=True),
    Column("event", String(200), nullable=False),
    *(_text(name) for name in ("kind", "contact", "title", "body")),
    Column("channel", Integer, nullable=False),
    _moment("at"),
    Column("tries", Integer, nullable=False, default=0),
    _moment("tried_at"),
    _moment("sent_at"),
    _moment("dropped_at"),
    _text("fault"),
    Index("notice_by_event", "event"),
    Index("notice_waiting", "sent_at", "dropped_at"),
    sqlite_autoincrement=True,
)
"""Who is to be told, and was. `tried_at` without `sent_at`: whether it was told is not known."""
COMMAND = Table(
    "command",
    METADATA,
    Column("seq", _NUMBER, primary_key=True, autoincrement=True),
    Column("id", String(200), nullable=False, unique=True),
    _text("line"),
    _moment("at"),
    _moment("sent_at"),
    _moment("silent_until"),
    Index("command_by_silence", "silent_until"),
    sqlite_autoincrement=True,
)
"""Words on their way to the pipeline; `silent_until`: when what is to be silent is so no more."""
MISSED = Table(
    "missed",
    METADATA,
    Column("seq", _NUMBER, primary_key=True, autoincrement=True),
    *(_text(name) for name in ("camera", "rule", "zone", "note", "by")),
    *(_moment(name) for name in ("started_at", "ended_at", "at")),
    Index("missed_by_rule", "rule"),
    sqlite_autoincrement=True,
)
"""What happened and was not told. Its columns are the fields of `missed.Missed`."""
