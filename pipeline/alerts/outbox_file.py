"""The file of the outbox: its tables, its versions, and that one process at a time holds it."""

import os
import secrets
import sqlite3
from collections.abc import Iterator
from contextlib import contextmanager
from io import BufferedRandom
from pathlib import Path

from pipeline.alerts.command_box import TABLES
from pipeline.alerts.file_lock import is_locked, opened
from pipeline.errors import StateError

_APPLICATION_ID = 0x534D414C
_VERSION = 3
_CHECKPOINTS = "CREATE TABLE checkpoint (camera TEXT PRIMARY KEY, t INTEGER NOT NULL, reasoning BLOB NOT NULL)"
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
    _CHECKPOINTS,
    *TABLES,
    f"PRAGMA application_id = {_APPLICATION_ID}",
    f"PRAGMA user_version = {_VERSION}",
)
_FROM_VERSION = {
    1: (_CHECKPOINTS, *TABLES, f"PRAGMA user_version = {_VERSION}"),
    2: (*TABLES, f"PRAGMA user_version = {_VERSION}"),
}
"""What brings the file of an earlier version to this one."""


def prepared(db: sqlite3.Connection, path: Path) -> str:
    """Check the file, bring it to this version, or fill a new one.

    Returns:
        The outbox's name.

    Raises:
        StateError: It is another program's, or of a later version.
        sqlite3.Error: It is damaged, or cannot be written.
    """
    # A reply to `append_step` means that the message survives a power failure: WAL alone would not sync each commit.
    for setting in ("journal_mode = WAL", "synchronous = FULL", "busy_timeout = 5000"):
        db.execute(f"PRAGMA {setting}")
    (version,) = db.execute("PRAGMA user_version").fetchone()
    (application,) = db.execute("PRAGMA application_id").fetchone()
    if (application, version) == (0, 0) and not db.execute("SELECT 1 FROM sqlite_master").fetchone():
        _fill(db)
    elif application == _APPLICATION_ID and version in _FROM_VERSION:
        with transaction(db):
            _run(db, _FROM_VERSION[version])
    elif (application, version) != (_APPLICATION_ID, _VERSION):
        raise StateError(
            f"{path}: got version {version} of another program's file, expected an outbox of"
            f" version {_VERSION}: move it away to start a new one"
        )
    (verdict,) = db.execute("PRAGMA quick_check(1)").fetchone()
    if verdict != "ok":
        raise sqlite3.DatabaseError(verdict)
    (name,) = db.execute("SELECT name FROM identity").fetchone()
    return str(name)


@contextmanager
def transaction(db: sqlite3.Connection) -> Iterator[None]:
    """All that is written in the block, or nothing of it.

    Raises:
        sqlite3.Error: It could not be written; nothing was, and the next transaction finds the file free.
    """
    db.execute("BEGIN IMMEDIATE")
    try:
        yield
        db.execute("COMMIT")
    except BaseException:
        # On a full disk SQLite may have rolled back by itself, or may have left a failed COMMIT open.
        if db.in_transaction:
            db.execute("ROLLBACK")
        raise


@contextmanager
def unforced(db: sqlite3.Connection) -> Iterator[None]:
    """A transaction that is not forced to disk: it survives the end of the process, but maybe not that of the power.

    Raises:
        sqlite3.Error: It could not be written; nothing was.
    """
    db.execute("PRAGMA synchronous = NORMAL")
    try:
        with transaction(db):
            yield
    finally:
        db.execute("PRAGMA synchronous = FULL")


def held(path: Path) -> BufferedRandom:
    """The lock file, locked: SQLite would let two processes send the same messages.

    Raises:
        StateError: Another process holds it, or it cannot be made.
    """
    file = opened(path)
    if not is_locked(file):
        file.seek(0)
        owner = file.read().decode(errors="replace").strip() or "unknown"
        file.close()
        raise StateError(f"{path.parent}: in use by another run (process {owner}); a state folder serves one")
    file.truncate(0)
    file.write(f"{os.getpid()}\n".encode())
    file.flush()
    return file


def _fill(db: sqlite3.Connection) -> None:
    with transaction(db):
        _run(db, _SCHEMA)
        db.execute("INSERT INTO identity VALUES (?)", (secrets.token_hex(8),))


def _run(db: sqlite3.Connection, statements: tuple[str, ...]) -> None:
    for statement in statements:
        db.execute(statement)
