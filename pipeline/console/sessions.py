"""Who is signed in: one session a browser, its secret known to that browser alone."""

import hashlib
import hmac
import secrets
from collections.abc import Callable
from dataclasses import dataclass

from pipeline.console.accounts import Role, User
from pipeline.console.console_file import ConsoleFile

_LONGEST_NS = 7 * 24 * 3600 * 1_000_000_000
_NOTED_EVERY_NS = 60 * 1_000_000_000
"""A sign of life is written down no more often than this."""


@dataclass(frozen=True, slots=True)
class Session:
    """One browser that is signed in.

    Attributes:
        token: Its secret, as in the cookie.
        user: Who.
    """

    token: str
    user: User

    @property
    def csrf(self) -> str:
        """What the page says with everything that changes something; other sites cannot know it."""
        return hashlib.sha256(f"csrf {self.token}".encode()).hexdigest()

    def says(self, csrf: str) -> bool:
        """Whether that is it."""
        return hmac.compare_digest(self.csrf.encode(), csrf.encode())


class Sessions:
    """The sessions of one console; of each only a hash of its secret is kept.

    Args:
        file: Where they are kept: they outlast a restart.
        now_ns: The time, ns since 1970.
        idle_ns: A session without a sign of life for so long is over; any is after a week.
    """

    def __init__(self, file: ConsoleFile, now_ns: Callable[[], int], idle_ns: int) -> None:
        self._file, self._now_ns, self._idle_ns = file, now_ns, idle_ns

    def begin(self, user: User) -> Session:
        """Sign somebody in."""
        token, now_ns = secrets.token_urlsafe(32), self._now_ns()
        with self._file.writing() as connection:
            connection.execute("DELETE FROM session WHERE seen_ns < ? OR begun_ns < ?", self._over(now_ns))
            connection.execute("INSERT INTO session VALUES (?, ?, ?, ?)", (_hashed(token), user.name, now_ns, now_ns))
        return Session(token, user)

    def of(self, token: str) -> Session | None:
        """The session of that secret; None where there is none, or it is over. Counts as a sign of life."""
        now_ns = self._now_ns()
        with self._file.reading() as connection:
            row = connection.execute(
                "SELECT name, role, seen_ns FROM session JOIN account USING (name)"
                " WHERE token = ? AND seen_ns >= ? AND begun_ns >= ?",
                (_hashed(token), *self._over(now_ns)),
            ).fetchone()
        if row is None:
            return None
        name, role, seen_ns = row
        if now_ns - seen_ns > _NOTED_EVERY_NS:
            with self._file.writing() as connection:
                connection.execute("UPDATE session SET seen_ns = ? WHERE token = ?", (now_ns, _hashed(token)))
        return Session(token, User(name, Role(role)))

    def end(self, session: Session) -> None:
        """Sign that browser out."""
        with self._file.writing() as connection:
            connection.execute("DELETE FROM session WHERE token = ?", (_hashed(session.token),))

    def _over(self, now_ns: int) -> tuple[int, int]:
        return now_ns - self._idle_ns, now_ns - _LONGEST_NS


def _hashed(token: str) -> str:
    return hashlib.sha256(token.encode()).hexdigest()
