"""Repair of Redis' append-only file, for damage that the server does not get over by itself."""

import shutil
import subprocess
from pathlib import Path

FILE_NAME = "appendonly.aof"
_DAMAGED_NAME = "appendonly.aof.damaged"


def repair(folder: Path, server_program: Path) -> bool:
    """Cut the append-only file off where it stops making sense; the damaged one is kept beside it.

    A power failure can leave zeros at its end, which the server takes for damage and not for a cut. What is lost by
    the repair the outbox offers again.

    Args:
        folder: Where the file is; no server may be working on it.
        server_program: `redis-server`, which is also the repair program if it is called by that name.

    Returns:
        Whether there was something to repair, and it was.

    Raises:
        OSError: The folder cannot be written.
    """
    damaged = folder / FILE_NAME
    if not damaged.is_file():
        return False
    if _check(damaged, server_program, fix=False):
        return False
    shutil.copy2(damaged, folder / _DAMAGED_NAME)
    return _check(damaged, server_program, fix=True)


def _check(file: Path, server_program: Path, *, fix: bool) -> bool:
    # The name it is called by makes the server a checker.
    command = [str(server_program.with_name("redis-check-aof")), *(["--fix"] if fix else []), str(file)]
    done = subprocess.run(  # noqa: S603 (our own program)
        command,
        executable=server_program,
        input=b"y\n",
        capture_output=True,
        check=False,
    )
    return done.returncode == 0
