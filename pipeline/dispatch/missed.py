"""What happened and was not told, as people report it: the labels that no event has."""

from dataclasses import dataclass
from datetime import datetime

from sqlalchemy import Connection, delete, insert, select

from pipeline.dispatch.ledger_tables import MISSED


@dataclass(frozen=True, slots=True)
class Missed:
    """One of them.

    Attributes:
        camera: Its id.
        rule: The rule, by id, that should have told it.
        zone: The fence, by id; empty: any.
        started_at: When it began.
        ended_at: When it was over; `started_at` itself where nobody knows.
        note: For people.
        by: Who says so.
        at: When it was said.
        seq: Its number in the ledger; 0: it has none yet.
    """

    camera: str
    rule: str
    zone: str
    started_at: datetime
    ended_at: datetime
    note: str
    by: str
    at: datetime
    seq: int = 0


def note_missed(connection: Connection, missed: Missed) -> int:
    """Keep it; its number."""
    columns = {column.name for column in MISSED.columns} - {"seq"}
    values = {name: getattr(missed, name) for name in columns}
    return int(connection.execute(insert(MISSED).values(**values).returning(MISSED.c.seq)).scalar_one())


def missed_listed(connection: Connection, rule: str | None = None, most: int | None = None) -> tuple[Missed, ...]:
    """What is kept, what was said last before the others.

    Args:
        connection: Of the ledger's database.
        rule: Only of this one; None: of all.
        most: So many at most; None: all.
    """
    rows = select(MISSED).order_by(MISSED.c.seq.desc())
    if rule is not None:
        rows = rows.where(MISSED.c.rule == rule)
    if most is not None:
        rows = rows.limit(most)
    return tuple(Missed(**row._mapping) for row in connection.execute(rows))  # noqa: SLF001  # SQLAlchemy's own name


def take_back_missed(connection: Connection, seq: int) -> bool:
    """Forget what was said by mistake; whether there was something of this number."""
    return connection.execute(delete(MISSED).where(MISSED.c.seq == seq)).rowcount > 0
