"""Files that are there whole or not at all, also after the power has failed."""

import os
from pathlib import Path

from pipeline.errors import StateError


def write_durably(path: Path, content: bytes, mode: int | None = None) -> None:
    """Write a file beside its final name, force it to disk, then give it the name.

    Whoever reads `path` meets the old content or the new, never a part. Folders that are missing are made.

    Args:
        path: Where it will be.
        content: All of it.
        mode: Who may read and write it, as `os.chmod` has it; None: as for any new file.

    Raises:
        StateError: The folder cannot be written, or the disk is full.
    """
    part = path.with_name(f".{path.name}.{os.getpid()}.part")
    try:
        path.parent.mkdir(parents=True, exist_ok=True)
        try:
            with part.open("wb") as file:
                if mode is not None:
                    os.fchmod(file.fileno(), mode)
                file.write(content)
                file.flush()
                os.fsync(file.fileno())
            part.replace(path)
        except OSError:
            part.unlink(missing_ok=True)
            raise
        sync_folder(path.parent)
    except OSError as error:
        raise cannot_write(path, error) from error


def sync_folder(folder: Path) -> None:
    """Force a folder's list of names to disk: a rename is durable only then.

    Raises:
        OSError: It cannot be opened or synced.
    """
    handle = os.open(folder, os.O_RDONLY)
    try:
        os.fsync(handle)
    finally:
        os.close(handle)


def cannot_write(path: Path, error: OSError) -> StateError:
    """The one line that tells a user why a file of the state could not be written."""
    return StateError(f"{path}: cannot be written: {error.strerror or error} (expected a writable folder with room)")
