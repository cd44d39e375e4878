"""Commands tell when a silence ends; lists and figures of events are read from indexes."""

import json
from datetime import UTC, datetime

import sqlalchemy as sa
from alembic import op

revision = "0002"
down_revision = "0001"

_FIGURES = (
    *("raised_at", "grid", "category", "severity", "rule", "camera", "standing", "review"),
    *("opened_at", "acknowledged_at", "disposed_at", "verified_at", "closed_at"),
)


def upgrade() -> None:
    """From the first ledger."""
    op.add_column("command", sa.Column("silent_until", sa.DateTime(timezone=True)))
    _fill(op.get_bind())
    op.create_index("command_by_silence", "command", ["silent_until"])
    op.create_index("event_by_received", "event", ["received_at", "id"])
    # The figures of a period come from an index alone. PostgreSQL takes no entry above 2.7 kB, and texts come from
    # anybody; it scans whole tables fast.
    if op.get_bind().dialect.name == "sqlite":
        op.create_index("event_figures", "event", list(_FIGURES))


def _fill(connection: sa.Connection) -> None:
    command = sa.table(
        "command", sa.column("seq", sa.BigInteger), sa.column("line", sa.Text), sa.column("silent_until", sa.DateTime)
    )
    rows = connection.execute(sa.select(command.c.seq, command.c.line).where(command.c.line.contains('"until":"')))
    for row in rows.all():
        until = datetime.fromisoformat(json.loads(row.line)["until"]).astimezone(UTC)
        if connection.dialect.name == "sqlite":
            until = until.replace(tzinfo=None)
        connection.execute(sa.update(command).where(command.c.seq == row.seq).values(silent_until=until))
