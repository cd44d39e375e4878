"""The file in which the console keeps accounts, sessions and the audit log: SQLite in the site's state folder."""

import sqlite3
from collections.abc import Iterator
from contextlib import contextmanager
from pathlib import Path

from pipeline.errors import StateError

FILE_NAME = "console.sqlite"
_VERSION = 1
_LONGEST_WAIT_S = 10.0
_TABLES = """
CREATE TABLE account (
    name TEXT PRIMARY KEY, role TEXT NOT NULL, password TEXT NOT NULL, made_at TEXT NOT NULL, changed_at TEXT NOT NULL
) STRICT;
CREATE TABLE session (
    token TEXT PRIMARY KEY, name TEXT NOT NULL REFERENCES account(name) ON DELETE CASCADE,
    begun_ns INTEGER NOT NULL, seen_ns INTEGER NOT NULL
) STRICT;
CREATE INDEX session_of_account ON session(name);
CREATE TABLE audit (
    id INTEGER PRIMARY KEY AUTOINCREMENT, at TEXT NOT NULL, user TEXT NOT NULL, action TEXT NOT NULL,
    subject TEXT NOT NULL, detail TEXT NOT NULL, address TEXT NOT NULL
) STRICT;
"""


class ConsoleFile:
    """Gives transactions; may be used by several threads and processes at the same time.

    Args:
        path: Made, with its folder, where it is missing; for its owner's eyes alone.

    Raises:
        StateError: It cannot be made or read, or is of a later version.
    """

    def __init__(self, path: Path) -> None:
        self.path = path
        try:
            path.parent.mkdir(parents=True, exist_ok=True)
            path.touch(mode=0o600)
        except OSError as error:
            raise StateError(f"{path}: cannot be written: {error.strerror}") from error
        with self.writing() as connection:
            (version,) = connection.execute("PRAGMA user_version").fetchone()
            if version > _VERSION:
                raise StateError(f"{path}: of a later version than this program ({version}, expected {_VERSION})")
            if version < _VERSION:
                for statement in _TABLES.split(";"):
                    connection.execute(statement)
                connection.execute(f"PRAGMA user_version = {_VERSION}")

    @contextmanager
    def writing(self) -> Iterator[sqlite3.Connection]:
        """A transaction: all that is written in the block, or nothing of it.

        Raises:
            StateError: It cannot be written.
        """
        with self._open() as connection:
            connection.execute("BEGIN IMMEDIATE")
            with connection:
                yield connection

    @contextmanager
    def reading(self) -> Iterator[sqlite3.Connection]:
        """A transaction that only reads.

        Raises:
            StateError: It cannot be read.
        """
        with self._open() as connection:
            yield connection

    @contextmanager
    def _open(self) -> Iterator[sqlite3.Connection]:
        try:
            connection = sqlite3.connect(self.path, timeout=_LONGEST_WAIT_S, isolation_level=None)
            try:
                for setting in ("journal_mode = WAL", "synchronous = FULL", "foreign_keys = ON"):
                    connection.execute(f"PRAGMA {setting}")
                yield connection
            finally:
                connection.close()
        except sqlite3.IntegrityError:
            raise
        except sqlite3.Error as error:
            raise StateError(f"{self.path}: cannot be used now: {error}") from error
