"""What users did: written down as it is done, and never changed."""

from collections.abc import Callable
from dataclasses import dataclass
from datetime import datetime

from pipeline.console.accounts import User
from pipeline.console.console_file import ConsoleFile


@dataclass(frozen=True, slots=True)
class Deed:
    """One line of the audit log.

    Attributes:
        user: Who, by name; also one that is none, where a login failed.
        action: What, as `page.verb`, such as `alerts.acknowledge`.
        subject: Of what: an id.
        detail: In words; may be empty.
        address: The browser's; empty: on the machine itself.
    """

    id: int
    at: datetime
    user: str
    action: str
    subject: str
    detail: str
    address: str


class Audit:
    """The audit log of one console.

    Args:
        file: Where it is kept.
        now: The time.
    """

    def __init__(self, file: ConsoleFile, now: Callable[[], datetime]) -> None:
        self._file, self._now = file, now

    def write(self, user: User | str, action: str, subject: str, detail: str = "", address: str = "") -> None:
        """Write down what somebody did."""
        name = user if isinstance(user, str) else user.name
        with self._file.writing() as connection:
            connection.execute(
                "INSERT INTO audit (at, user, action, subject, detail, address) VALUES (?, ?, ?, ?, ?, ?)",
                (self._now().isoformat(), name, action, subject, detail, address),
            )

    def read(self, before: int | None = None, user: str = "", most: int = 200) -> tuple[Deed, ...]:
        """The newest lines first.

        Args:
            before: Only those with a lower id.
            user: Only theirs; empty: everybody's.
            most: No more than these.
        """
        with self._file.reading() as connection:
            rows = connection.execute(
                "SELECT id, at, user, action, subject, detail, address FROM audit"
                " WHERE (?1 IS NULL OR id < ?1) AND (?2 = '' OR user = ?2) ORDER BY id DESC LIMIT ?3",
                (before, user, most),
            ).fetchall()
        return tuple(Deed(number, datetime.fromisoformat(at), *rest) for number, at, *rest in rows)
