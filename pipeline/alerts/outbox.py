"""The durable local outbox: no alert is lost between the moment it is raised and the moment a server has it."""

import fcntl
import os
import secrets
import sqlite3
import threading
from collections.abc import Callable, Iterator, Sequence
from contextlib import contextmanager
from dataclasses import dataclass
from io import BufferedRandom
from pathlib import Path
from types import TracebackType
from typing import Self

from pipeline.alerts.durable_file import cannot_write
from pipeline.alerts.entry_id import EntryId
from pipeline.alerts.message import Alert
from pipeline.errors import StateError

FILE_NAME = "outbox.sqlite"
KEEP_SENT_NS = 24 * 3600 * 1_000_000_000
"""How long after it was sent a message can be offered again to a server that has lost it."""
_APPLICATION_ID = 0x534D414C
_VERSION = 1
_SCHEMA = (
    """
    CREATE TABLE message (
        seq INTEGER PRIMARY KEY AUTOINCREMENT,
        event TEXT NOT NULL,
        revision INTEGER NOT NULL,
        state TEXT NOT NULL,
        algorithm TEXT NOT NULL,
        severity TEXT NOT NULL,
        line TEXT NOT NULL,
        entry_ms INTEGER,
        entry_number INTEGER,
        sent_ns INTEGER,
        UNIQUE (event, revision)
    )
    """,
    "CREATE INDEX waiting ON message (seq) WHERE sent_ns IS NULL",
    "CREATE INDEX sent ON message (sent_ns) WHERE sent_ns IS NOT NULL",
    "CREATE TABLE identity (name TEXT NOT NULL)",
    f"PRAGMA application_id = {_APPLICATION_ID}",
    f"PRAGMA user_version = {_VERSION}",
)


@dataclass(frozen=True, slots=True)
class Outgoing:
    """One message on its way.

    Attributes:
        seq: Its place in the outbox: 1, 2, 3 ..., never used twice.
        event: The event's id.
        state: For filtering, beside the message in the stream.
        algorithm: Likewise.
        severity: Likewise.
        line: The message itself, one line of JSON.
    """

    seq: int
    event: str
    state: str
    algorithm: str
    severity: str
    line: str


@dataclass(frozen=True, slots=True)
class Position:
    """How far a server has come with one outbox.

    Attributes:
        seq: The last message that the server has of this outbox; 0: none.
        last_entry: The last id its stream has given out; `NO_ENTRY` where there is no stream.
    """

    seq: int
    last_entry: EntryId


class Outbox:
    """Messages in the order in which they were raised: those to be sent, and for a day those that were.

    One process at a time holds an outbox; its methods may be called from any thread.

    Attributes:
        name: Its identity, made once: a server remembers by it what it has had from here.
    """

    def __init__(self, folder: Path, now_ns: Callable[[], int]) -> None:
        """Open the outbox in a folder, or start one there.

        Args:
            folder: Made where it is missing.
            now_ns: The wall clock, ns since 1970: how long ago a message was sent.

        Raises:
            StateError: It is in use, damaged, of another version, or cannot be written.
        """
        self._path = folder / FILE_NAME
        self._now_ns = now_ns
        self._lock = threading.Lock()
        self._hold = _held(self._path.with_suffix(".lock"))
        try:
            with self._explained():
                self._db = sqlite3.connect(self._path, isolation_level=None, check_same_thread=False)
                self.name = self._prepared()
        except StateError:
            self._hold.close()
            raise

    def append(self, alert: Alert) -> bool:
        """Keep a message; it is on disk when this returns.

        Returns:
            Whether it is new: a message of this event and revision that is here already is left as it is.

        Raises:
            StateError: It cannot be written.
        """
        row = (alert.id, alert.revision, alert.state.value, alert.algorithm, alert.severity, alert.to_json())
        with self._lock, self._explained():
            done = self._db.execute(
                "INSERT INTO message (event, revision, state, algorithm, severity, line) VALUES (?, ?, ?, ?, ?, ?)"
                " ON CONFLICT (event, revision) DO NOTHING",
                row,
            )
            return done.rowcount == 1

    def waiting(self, limit: int) -> tuple[Outgoing, ...]:
        """The first messages that are still to be sent, at most `limit`, in order."""
        with self._lock, self._explained():
            rows = self._db.execute(
                "SELECT seq, event, state, algorithm, severity, line FROM message"
                " WHERE sent_ns IS NULL ORDER BY seq LIMIT ?",
                (limit,),
            ).fetchall()
        return tuple(Outgoing(*row) for row in rows)

    def waiting_count(self) -> int:
        """How many messages are still to be sent."""
        with self._lock, self._explained():
            (count,) = self._db.execute("SELECT count(*) FROM message WHERE sent_ns IS NULL").fetchone()
        return int(count)

    def mark_sent(self, messages: Sequence[Outgoing], entries: Sequence[EntryId]) -> None:
        """Note the entries that a server has made of messages."""
        now_ns = self._now_ns()
        rows = [(entry.ms, entry.number, now_ns, item.seq) for item, entry in zip(messages, entries, strict=True)]
        with self._lock, self._explained(), self._transaction():
            self._db.executemany("UPDATE message SET entry_ms = ?, entry_number = ?, sent_ns = ? WHERE seq = ?", rows)

    def take_back(self, position: Position) -> int:
        """What was sent and the server does not have is to be sent again: it is another one, or has gone back.

        Returns:
            How many messages that concerns.
        """
        last = position.last_entry
        with self._lock, self._explained():
            done = self._db.execute(
                "UPDATE message SET entry_ms = NULL, entry_number = NULL, sent_ns = NULL"
                " WHERE sent_ns IS NOT NULL AND (seq > ? OR (entry_ms, entry_number) > (?, ?))",
                (position.seq, last.ms, last.number),
            )
            return done.rowcount

    def forget(self) -> None:
        """Remove what was sent more than a day ago. What was not sent stays, however old."""
        with self._lock, self._explained():
            self._db.execute("DELETE FROM message WHERE sent_ns < ?", (self._now_ns() - KEEP_SENT_NS,))

    def close(self) -> None:
        """Let go of the file."""
        with self._lock:
            self._db.close()
            self._hold.close()

    def __enter__(self) -> Self:
        return self

    def __exit__(
        self, kind: type[BaseException] | None, error: BaseException | None, trace: TracebackType | None
    ) -> None:
        self.close()

    def _prepared(self) -> str:
        """Check the file, or fill a new one; the outbox's name."""
        # A reply to `append` means that the message survives a power failure: WAL alone would not sync each commit.
        for setting in ("journal_mode = WAL", "synchronous = FULL", "busy_timeout = 5000"):
            self._db.execute(f"PRAGMA {setting}")
        (version,) = self._db.execute("PRAGMA user_version").fetchone()
        (application,) = self._db.execute("PRAGMA application_id").fetchone()
        if (application, version) == (0, 0) and not self._db.execute("SELECT 1 FROM sqlite_master").fetchone():
            self._fill()
        elif (application, version) != (_APPLICATION_ID, _VERSION):
            raise StateError(
                f"{self._path}: got version {version} of another program's file, expected an outbox of"
                f" version {_VERSION}: move it away to start a new one"
            )
        (verdict,) = self._db.execute("PRAGMA quick_check(1)").fetchone()
        if verdict != "ok":
            raise sqlite3.DatabaseError(verdict)
        (name,) = self._db.execute("SELECT name FROM identity").fetchone()
        return str(name)

    def _fill(self) -> None:
        with self._transaction():
            for statement in _SCHEMA:
                self._db.execute(statement)
            self._db.execute("INSERT INTO identity VALUES (?)", (secrets.token_hex(8),))

    @contextmanager
    def _transaction(self) -> Iterator[None]:
        self._db.execute("BEGIN IMMEDIATE")
        try:
            yield
        except BaseException:
            self._db.execute("ROLLBACK")
            raise
        self._db.execute("COMMIT")

    @contextmanager
    def _explained(self) -> Iterator[None]:
        """SQLite's errors as one line that says what to do."""
        try:
            yield
        except sqlite3.OperationalError as error:
            raise StateError(f"{self._path}: cannot be written: {error} (expected a folder with room)") from error
        except (sqlite3.DatabaseError, TypeError) as error:
            raise StateError(
                f"{self._path}: the outbox is damaged ({error}): move it away to start a new one;"
                " what it had not sent is lost, the evidence is not"
            ) from error


def _held(path: Path) -> BufferedRandom:
    """The lock file, locked: SQLite would let two processes send the same messages."""
    try:
        path.parent.mkdir(parents=True, exist_ok=True)
        file = path.open("a+b")
    except OSError as error:
        raise cannot_write(path, error) from error
    try:
        fcntl.flock(file, fcntl.LOCK_EX | fcntl.LOCK_NB)
    except BlockingIOError as error:
        file.seek(0)
        owner = file.read().decode(errors="replace").strip() or "unknown"
        file.close()
        raise StateError(
            f"{path.parent}: in use by another run (process {owner}); a state folder serves one"
        ) from error
    file.truncate(0)
    file.write(f"{os.getpid()}\n".encode())
    file.flush()
    return file
