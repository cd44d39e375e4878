"""Who may use the console: names, roles and hashed passwords."""

import re
import sqlite3
import threading
from collections.abc import Callable
from dataclasses import dataclass
from datetime import datetime
from enum import StrEnum

from argon2 import PasswordHasher
from argon2.exceptions import InvalidHashError, VerificationError

from pipeline.console.console_file import ConsoleFile
from pipeline.errors import UsageError

LEAST_LETTERS, MOST_LETTERS = 10, 256
NAME = r"^[A-Za-z0-9_.\-\u4e00-\u9fff]{1,64}$"
NAME_ALLOWED = "1 to 64 letters A to Z, Chinese ones, digits and - _ ."


class NoAccountError(UsageError):
    """There is no account of that name."""


class AccountConflictError(UsageError):
    """The name is taken, or it is the last administrator's."""


class Role(StrEnum):
    """What a user may do; each may do what those before may."""

    OPERATOR = "operator"
    ENGINEER = "engineer"
    ADMIN = "admin"

    @property
    def rank(self) -> int:
        """Higher may do more."""
        return list(Role).index(self)


@dataclass(frozen=True, slots=True)
class User:
    """Someone who is signed in."""

    name: str
    role: Role

    def may(self, role: Role) -> bool:
        """Whether this user may do what needs that role."""
        return self.role.rank >= role.rank


@dataclass(frozen=True, slots=True)
class Account:
    """One account, without its password."""

    name: str
    role: Role
    made_at: datetime
    changed_at: datetime


class Accounts:
    """The accounts of one console. One password is looked at at a time: each look takes much memory.

    Args:
        file: Where they are kept.
        now: The time, for what is noted with them.
        hasher: Makes and checks the hashes.
    """

    def __init__(self, file: ConsoleFile, now: Callable[[], datetime], hasher: PasswordHasher | None = None) -> None:
        self._file, self._now = file, now
        self._hasher = hasher or PasswordHasher()
        self._one_at_a_time = threading.Lock()
        self._nobodys = self._hasher.hash("nobody's password")

    def all(self) -> tuple[Account, ...]:
        """Every account, by name."""
        with self._file.reading() as connection:
            rows = connection.execute("SELECT name, role, made_at, changed_at FROM account ORDER BY name").fetchall()
        return tuple(
            Account(name, Role(role), datetime.fromisoformat(made_at), datetime.fromisoformat(changed_at))
            for name, role, made_at, changed_at in rows
        )

    def add(self, name: str, role: Role, password: str) -> None:
        """Make an account.

        Raises:
            AccountConflictError: The name is taken.
            UsageError: The name is none, or the password too short or long.
        """
        if not re.fullmatch(NAME, name):
            raise UsageError(f"account: no name (got {name!r}, allowed: {NAME_ALLOWED})")
        hashed, now = self._hashed(password), self._now().isoformat()
        try:
            with self._file.writing() as connection:
                connection.execute("INSERT INTO account VALUES (?, ?, ?, ?, ?)", (name, role, hashed, now, now))
        except sqlite3.IntegrityError:
            raise AccountConflictError(f"account {name}: there is one already") from None

    def remove(self, name: str) -> None:
        """Take an account away, and its sessions.

        Raises:
            NoAccountError: There is none of that name.
            AccountConflictError: It is the last administrator's.
        """
        with self._file.writing() as connection:
            _refuse_last_admin(connection, name)
            connection.execute("DELETE FROM account WHERE name = ?", (name,))

    def give_role(self, name: str, role: Role) -> None:
        """Let somebody do more, or less.

        Raises:
            NoAccountError: There is none of that name.
            AccountConflictError: It is the last administrator's.
        """
        with self._file.writing() as connection:
            if role is not Role.ADMIN:
                _refuse_last_admin(connection, name)
            now = self._now().isoformat()
            count = connection.execute("UPDATE account SET role = ?, changed_at = ? WHERE name = ?", (role, now, name))
            _refuse_none(name, count.rowcount)

    def give_password(self, name: str, password: str) -> None:
        """Set a new password; the account's sessions end.

        Raises:
            NoAccountError: There is none of that name.
            UsageError: The password is too short or long.
        """
        hashed, now = self._hashed(password), self._now().isoformat()
        with self._file.writing() as connection:
            count = connection.execute(
                "UPDATE account SET password = ?, changed_at = ? WHERE name = ?", (hashed, now, name)
            )
            _refuse_none(name, count.rowcount)
            connection.execute("DELETE FROM session WHERE name = ?", (name,))

    def checked(self, name: str, password: str) -> User | None:
        """Who that is; None where the name or the password is wrong. Takes as long either way."""
        with self._file.reading() as connection:
            row = connection.execute("SELECT role, password FROM account WHERE name = ?", (name,)).fetchone()
        role, hashed = row or (None, self._nobodys)
        with self._one_at_a_time:
            try:
                self._hasher.verify(hashed, password[: MOST_LETTERS + 1])
            except (VerificationError, InvalidHashError):
                return None
        return User(name, Role(role)) if role is not None else None

    def _hashed(self, password: str) -> str:
        if not LEAST_LETTERS <= len(password) <= MOST_LETTERS:
            lack = "too short" if len(password) < LEAST_LETTERS else "too long"
            allowed = f"allowed: {LEAST_LETTERS} to {MOST_LETTERS}"
            raise UsageError(f"password: {lack} (got {len(password)} letters, {allowed})")
        with self._one_at_a_time:
            return self._hasher.hash(password)


def _refuse_none(name: str, count: int) -> None:
    if count == 0:
        raise NoAccountError(f"account {name}: there is none")


def _refuse_last_admin(connection: sqlite3.Connection, name: str) -> None:
    row = connection.execute("SELECT role FROM account WHERE name = ?", (name,)).fetchone()
    _refuse_none(name, 0 if row is None else 1)
    (others,) = connection.execute(
        "SELECT count(*) FROM account WHERE role = ? AND name <> ?", (Role.ADMIN, name)
    ).fetchone()
    if row == (Role.ADMIN,) and others == 0:
        raise AccountConflictError(f"account {name}: the last administrator's (allowed: make another one first)")
