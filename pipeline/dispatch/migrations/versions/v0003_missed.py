"""What happened and was not told, as people report it."""

import sqlalchemy as sa
from alembic import op

revision = "0003"
down_revision = "0002"


def upgrade() -> None:
    """From the ledger that knows events alone."""
    number = sa.BigInteger().with_variant(sa.Integer, "sqlite")
    texts = (sa.Column(name, sa.Text, nullable=False) for name in ("camera", "rule", "zone", "note", "by"))
    moments = (sa.Column(name, sa.DateTime(timezone=True)) for name in ("started_at", "ended_at", "at"))
    op.create_table(
        "missed",
        sa.Column("seq", number, primary_key=True, autoincrement=True),
        *texts,
        *moments,
        sqlite_autoincrement=True,
    )
    op.create_index("missed_by_rule", "missed", ["rule"])
