"""A file that one process at a time holds."""

import fcntl
from io import BufferedRandom
from pathlib import Path

from pipeline.alerts.durable_file import cannot_write


def opened(path: Path) -> BufferedRandom:
    """A lock's file, open and not locked; made, with its folder, where it is missing.

    Raises:
        StateError: It cannot be made.
    """
    try:
        path.parent.mkdir(parents=True, exist_ok=True)
        return path.open("a+b")
    except OSError as error:
        raise cannot_write(path, error) from error


def is_locked(file: BufferedRandom) -> bool:
    """Take the lock of an open file, for as long as the file stays open; False: another process has it."""
    try:
        fcntl.flock(file, fcntl.LOCK_EX | fcntl.LOCK_NB)
    except BlockingIOError:
        return False
    return True


def taken(path: Path) -> BufferedRandom | None:
    """The lock's file, locked; None where another process holds it.

    Raises:
        StateError: It cannot be made.
    """
    file = opened(path)
    if is_locked(file):
        return file
    file.close()
    return None
