"""The first ledger. What a migration has done is never changed: its tables are written out here."""

import sqlalchemy as sa
from alembic import op

revision = "0001"
down_revision = None

_EVENT_TEXTS = (
    *(
        "alert_state",
        "clear_reason",
        "site",
        "source",
        "camera",
        "camera_name",
        "zone",
        "zone_name",
        "grid",
        "category",
    ),
    *("zone_contact", "rule", "algorithm", "severity", "title_zh", "title_en", "review", "standing", "responsible"),
    *("report_text", "reported_by"),
)
_EVENT_MOMENTS = (
    *("started_at", "raised_at", "ended_at", "received_at", "opened_at", "deadline_at", "reminded_at", "escalated_at"),
    *("acknowledged_at", "disposed_at", "verified_at", "closed_at"),
)


def upgrade() -> None:
    """From nothing."""
    op.create_table(
        "event",
        sa.Column("id", sa.String(200), primary_key=True),
        sa.Column("revision", sa.Integer, nullable=False),
        *map(_text, _EVENT_TEXTS),
        sa.Column("longitude", sa.Float),
        sa.Column("latitude", sa.Float),
        *map(_moment, _EVENT_MOMENTS),
        sa.Column("level", sa.Integer, nullable=False),
        sa.Column("was_late", sa.Boolean, nullable=False),
    )
    for name, column in (("standing", "standing"), ("grid", "grid"), ("raised", "raised_at")):
        op.create_index(f"event_by_{name}", "event", [column])
    _create(
        "message",
        _event(),
        sa.Column("revision", sa.Integer, nullable=False),
        *map(_text, ("camera", "line")),
        _moment("received_at"),
        sa.UniqueConstraint("event", "revision", name="message_once"),
    )
    _create("step", _event(), _moment("at"), *map(_text, ("what", "by", "note", "standing")))
    op.create_index("step_by_event", "step", ["event"])
    _create(
        "attachment",
        _event(),
        *map(_text, ("kind", "uri", "sha256", "by")),
        _moment("at"),
        sa.UniqueConstraint("event", "kind", "uri", name="attachment_once"),
    )
    _create_notices_and_commands()


def _create_notices_and_commands() -> None:
    _create(
        "notice",
        _event(),
        *map(_text, ("kind", "contact", "title", "body", "fault")),
        sa.Column("channel", sa.Integer, nullable=False),
        sa.Column("tries", sa.Integer, nullable=False),
        *map(_moment, ("at", "tried_at", "sent_at", "dropped_at")),
    )
    op.create_index("notice_by_event", "notice", ["event"])
    op.create_index("notice_waiting", "notice", ["sent_at", "dropped_at"])
    _create(
        "command",
        sa.Column("id", sa.String(200), nullable=False, unique=True),
        _text("line"),
        *map(_moment, ("at", "sent_at")),
    )


def _create(table: str, *columns: "sa.Column[str] | sa.Column[int] | sa.Column[object] | sa.UniqueConstraint") -> None:
    """A table whose rows are counted up and never numbered twice."""
    number = sa.BigInteger().with_variant(sa.Integer, "sqlite")
    op.create_table(
        table, sa.Column("seq", number, primary_key=True, autoincrement=True), *columns, sqlite_autoincrement=True
    )


def _text(name: str) -> "sa.Column[str]":
    return sa.Column(name, sa.Text, nullable=False)


def _moment(name: str) -> "sa.Column[object]":
    return sa.Column(name, sa.DateTime(timezone=True))


def _event() -> "sa.Column[str]":
    return sa.Column("event", sa.String(200), nullable=False)
