"""Earlier versions of a file that people change: who changed it, when and why, and what it held. Bounded in number."""

import fcntl
import hashlib
import json
import stat
from collections.abc import Iterator
from contextlib import contextmanager
from dataclasses import asdict, dataclass
from datetime import UTC, datetime
from pathlib import Path

from pipeline.alerts.durable_file import cannot_write, write_durably
from pipeline.errors import StateError, UsageError

MOST_KEPT = 100
_META = ".json"
_CONTENT = ".kept"


@dataclass(frozen=True, slots=True)
class Version:
    """One version of the file.

    Attributes:
        number: Counts up from 1.
        at: When it was written, or found, ISO 8601 UTC.
        by: Who wrote it; empty: it was found so, changed by other means.
        why: In words; may be empty.
        sha256: Of its content, hexadecimal.
    """

    number: int
    at: str
    by: str
    why: str
    sha256: str


class ConflictError(UsageError):
    """Somebody else has changed the file since it was read.

    Attributes:
        since: The versions that were written since then, the newest first; none where it was changed by other means.
    """

    def __init__(self, text: str, since: tuple[Version, ...]) -> None:
        self.since = since
        super().__init__(text)


@dataclass(frozen=True, slots=True)
class Writing:
    """Who changes a file, when and why."""

    by: str
    why: str
    now: datetime


def fingerprint(content: bytes) -> str:
    """By what a content is known, hexadecimal."""
    return hashlib.sha256(content).hexdigest()


def _since(known: tuple[Version, ...], sha256: str) -> tuple[Version, ...]:
    numbers = [one.number for one in known if one.sha256 == sha256]
    return tuple(one for one in known if numbers and one.number > numbers[0])


class Versions:
    """The file and its earlier versions, in a folder of their own. Several processes may write, one at a time."""

    def __init__(self, file: Path, folder: Path) -> None:
        """Nothing is read yet.

        Args:
            file: The file; a link is followed.
            folder: Of its versions alone; made with the first of them.
        """
        self.file = file.resolve()
        self._folder = folder

    def read(self) -> bytes:
        """What the file holds now.

        Raises:
            StateError: It cannot be read.
        """
        try:
            return self.file.read_bytes()
        except OSError as error:
            raise StateError(f"{self.file}: cannot be read: {error.strerror or error}") from error

    def listed(self) -> tuple[Version, ...]:
        """The versions that are kept, the newest first."""
        found = []
        for path in self._folder.glob(f"*{_META}"):
            try:
                found.append(Version(**json.loads(path.read_bytes())))
            except (OSError, ValueError, TypeError):
                # It was removed meanwhile, or is none of ours.
                continue
        return tuple(sorted(found, key=lambda one: -one.number))

    def content(self, number: int) -> bytes:
        """What a version held.

        Raises:
            UsageError: It is not kept, or not any more.
        """
        try:
            return self._place(number, _CONTENT).read_bytes()
        except OSError as error:
            raise UsageError(f"{self.file.name}: version {number} is not kept (the last {MOST_KEPT} are)") from error

    def replace(self, content: bytes, expected: str, writing: Writing) -> Version:
        """Give the file another content, whole or not at all, if it still holds what it held when it was read.

        What it held is kept first, if it was changed by other means.

        Args:
            content: The new one, already held to be right.
            expected: Fingerprint of what it is made from.
            writing: Who and why.

        Raises:
            ConflictError: The file holds something else by now.
            StateError: It, or its versions, cannot be written.
        """
        with self._alone():
            before = self.read()
            known = self.listed()
            if fingerprint(before) != expected:
                text = f"{self.file.name}: was changed meanwhile; look at it again before you save"
                raise ConflictError(text, _since(known, expected))
            if not known or known[0].sha256 != expected:
                known = (self._keep(before, known, Writing("", "", writing.now)), *known)
            write_durably(self.file, content, stat.S_IMODE(self.file.stat().st_mode))
            kept = self._keep(content, known, writing)
            self._forget(known)
        return kept

    def _keep(self, content: bytes, known: tuple[Version, ...], writing: Writing) -> Version:
        number = known[0].number + 1 if known else 1
        at = writing.now.astimezone(UTC).isoformat(timespec="milliseconds").replace("+00:00", "Z")
        version = Version(number, at, writing.by, writing.why, fingerprint(content))
        write_durably(self._place(number, _CONTENT), content, 0o600)
        write_durably(self._place(number, _META), json.dumps(asdict(version), ensure_ascii=False).encode(), 0o600)
        return version

    def _forget(self, known: tuple[Version, ...]) -> None:
        for old in known[MOST_KEPT - 1 :]:
            for suffix in (_META, _CONTENT):
                self._place(old.number, suffix).unlink(missing_ok=True)

    def _place(self, number: int, suffix: str) -> Path:
        return self._folder / f"{number:06d}{suffix}"

    @contextmanager
    def _alone(self) -> Iterator[None]:
        lock = self._folder / "lock"
        try:
            self._folder.mkdir(parents=True, exist_ok=True)
            with lock.open("wb") as held:
                fcntl.flock(held, fcntl.LOCK_EX)
                yield
        except OSError as error:
            raise cannot_write(lock, error) from error
