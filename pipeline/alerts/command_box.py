"""Operators' words on local disk: each is kept before it takes effect, and takes effect once.

They lie in the file of the outbox. That a command was obeyed is written in the transaction that keeps the reasoning
after it, so whatever is killed when, a restarted run has either both or neither.
"""

import sqlite3
from collections.abc import Callable, Iterable, Sequence
from contextlib import AbstractContextManager
from dataclasses import dataclass

from pipeline.alerts.command_message import CommandMessage, parse_command
from pipeline.alerts.entry_id import NO_ENTRY, EntryId
from pipeline.alerts.message import parse
from pipeline.errors import UsageError
from pipeline.observation import CameraId, CommandKind, MediaNs

KEEP_NS = 30 * 24 * 3600 * 1_000_000_000
"""How long the id of a command that was obeyed is known: one that comes again later would be obeyed again."""
TABLES = (
    """
    CREATE TABLE command (
        id TEXT PRIMARY KEY, camera TEXT NOT NULL, line TEXT NOT NULL, kept_ns INTEGER NOT NULL, effect_t INTEGER
    )
    """,
    "CREATE INDEX unheard ON command (camera) WHERE effect_t IS NULL",
    "CREATE TABLE read_position (stream TEXT PRIMARY KEY, entry_ms INTEGER NOT NULL, entry_number INTEGER NOT NULL)",
    """
    CREATE TABLE feedback (
        event TEXT PRIMARY KEY, verdict TEXT NOT NULL, camera TEXT NOT NULL, rule TEXT NOT NULL,
        algorithm TEXT NOT NULL, zone TEXT NOT NULL, raised_at TEXT NOT NULL, said_by TEXT NOT NULL,
        reason TEXT NOT NULL, said_at TEXT NOT NULL
    )
    """,
)
VERDICTS = {CommandKind.DISMISS: "false_alarm", CommandKind.CONFIRM: "confirmed"}
"""What the commands about an event say of its rule."""
_LAST_LINE = "SELECT line FROM message WHERE event = ? ORDER BY revision DESC LIMIT 1"


@dataclass(frozen=True, slots=True)
class Feedback:
    """What an operator has said of one event: what a rule can be tuned by.

    Attributes:
        verdict: `false_alarm` or `confirmed`.
        rule: The site's rule; empty for a camera fault that no rule names.
        zone: Empty for a camera fault.
        raised_at: Media time, ISO 8601 UTC.
        said_at: Wall time of the command, ISO 8601 UTC.
    """

    event: str
    verdict: str
    camera: str
    rule: str
    algorithm: str
    zone: str
    raised_at: str
    said_by: str
    reason: str
    said_at: str


class CommandBox:
    """Commands in the order in which they were read, and how far the stream was read. Any thread may call it."""

    def __init__(
        self, db: sqlite3.Connection, now_ns: Callable[[], int], writing: Callable[[], AbstractContextManager[None]]
    ) -> None:
        """Shares the file of an outbox.

        Args:
            db: Its connection.
            now_ns: The wall clock, ns since 1970.
            writing: Gives a block in which this thread alone has the connection, in one transaction.
        """
        self._db, self._now_ns, self._writing = db, now_ns, writing

    def position(self, stream: str) -> EntryId:
        """The last entry of a stream of commands that was dealt with; `NO_ENTRY` where none was.

        Raises:
            StateError: The file cannot be read.
        """
        with self._writing():
            row = self._db.execute(
                "SELECT entry_ms, entry_number FROM read_position WHERE stream = ?", (stream,)
            ).fetchone()
        return NO_ENTRY if row is None else EntryId(*row)

    def keep(self, stream: str, position: EntryId, commands: Sequence[CommandMessage]) -> tuple[CommandMessage, ...]:
        """Keep commands, and that the stream was read so far; all on disk when this returns, or nothing.

        Returns:
            Those that are new: a command whose id is known already is left out.

        Raises:
            StateError: They cannot be written.
        """
        with self._writing():
            new = tuple(one for one in commands if self._insert(one))
            self._db.execute(
                "INSERT INTO read_position VALUES (?, ?, ?) ON CONFLICT (stream) DO UPDATE"
                " SET entry_ms = excluded.entry_ms, entry_number = excluded.entry_number",
                (stream, position.ms, position.number),
            )
            self._db.execute(
                "DELETE FROM command WHERE effect_t IS NOT NULL AND kept_ns < ?", (self._now_ns() - KEEP_NS,)
            )
        return new

    def unheard(self, camera: CameraId) -> tuple[CommandMessage, ...]:
        """The camera's commands that have not taken effect, in order.

        Raises:
            StateError: The file cannot be read.
        """
        with self._writing():
            rows = self._db.execute(
                "SELECT line FROM command WHERE camera = ? AND effect_t IS NULL ORDER BY rowid", (camera,)
            ).fetchall()
        return tuple(parse_command(line) for (line,) in rows)

    def feedback(self) -> tuple[Feedback, ...]:
        """Every verdict, in the order of when it was said.

        Raises:
            StateError: The file cannot be read.
        """
        with self._writing():
            rows = self._db.execute("SELECT * FROM feedback ORDER BY said_at, event").fetchall()
        return tuple(Feedback(*row) for row in rows)

    def _insert(self, one: CommandMessage) -> bool:
        row = (one.id, one.camera, one.to_json(), self._now_ns())
        done = self._db.execute(
            "INSERT INTO command (id, camera, line, kept_ns) VALUES (?, ?, ?, ?) ON CONFLICT (id) DO NOTHING", row
        )
        return done.rowcount == 1


def mark_obeyed(db: sqlite3.Connection, ids: Iterable[str], t: MediaNs) -> None:
    """Note in a transaction of the outbox that commands have taken effect, and what they say of events.

    Args:
        db: In a transaction.
        ids: Of the commands.
        t: When they did, in media time of their camera.
    """
    for one in ids:
        row = db.execute("SELECT line FROM command WHERE id = ?", (one,)).fetchone()
        db.execute("UPDATE command SET effect_t = ? WHERE id = ? AND effect_t IS NULL", (t, one))
        if row is not None:
            _note_verdict(db, parse_command(row[0]))


def _note_verdict(db: sqlite3.Connection, command: CommandMessage) -> None:
    verdict = VERDICTS.get(command.kind)
    row = db.execute(_LAST_LINE, (command.event,)).fetchone() if verdict is not None else None
    if row is None:
        return
    try:
        alert = parse(row[0])
    except UsageError:
        return
    db.execute(
        "INSERT OR REPLACE INTO feedback VALUES (?, ?, ?, ?, ?, ?, ?, ?, ?, ?)",
        (
            alert.id,
            verdict,
            command.camera,
            alert.rule or "",
            alert.algorithm,
            "" if alert.zone is None else alert.zone.id,
            alert.raised_at.isoformat(),
            command.by,
            command.reason,
            command.at.isoformat(),
        ),
    )
