"""What is silent now, by what people have said in the ledger: of several words about one thing the last one counts."""

from dataclasses import dataclass
from datetime import datetime

from sqlalchemy import Connection, func, select

from pipeline.alerts.command_message import CommandMessage, parse_command
from pipeline.dispatch.ledger_tables import COMMAND


@dataclass(frozen=True, slots=True)
class Silent:
    """A camera, or one of its rules, that raises nothing now.

    Attributes:
        command: What was said.
        until: When it ends.
        is_sent: Whether the word is in the pipeline's stream; else it waits for the server.
    """

    command: CommandMessage
    until: datetime
    is_sent: bool


def silent_at(connection: Connection, now: datetime) -> tuple[Silent, ...]:
    """What is silent at a moment, what ends first before the others.

    A word about a whole camera goes for each of its rules, so it also ends what was said of one rule before.
    """
    oldest = select(func.min(COMMAND.c.seq)).where(COMMAND.c.silent_until > now).scalar_subquery()
    rows = connection.execute(
        select(COMMAND.c.line, COMMAND.c.silent_until, COMMAND.c.sent_at)
        .where(COMMAND.c.silent_until.is_not(None), COMMAND.c.seq >= oldest)
        .order_by(COMMAND.c.seq)
    )
    found: dict[tuple[str, str], Silent] = {}
    for row in rows:
        command = parse_command(str(row.line))
        until = command.until or row.silent_until
        if command.rule is None:
            found = {key: one for key, one in found.items() if key[0] != command.camera}
        found[command.camera, command.rule or ""] = Silent(command, until, row.sent_at is not None)
    still = [one for one in found.values() if one.until > now]
    return tuple(sorted(still, key=lambda one: (one.until, one.command.camera, one.command.rule or "")))
