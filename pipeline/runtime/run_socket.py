"""Where a run and the console beside it meet: a Unix socket in the state folder, which nobody else may enter.

It needs no port, and the folder it lies in is its owner's alone: who may read the site's state may ask its run.
"""

import os
import socket
from collections.abc import Iterator
from contextlib import contextmanager
from pathlib import Path

FOLDER = "console"
_NAME = "run.sock"
_OWNERS_ALONE = 0o700


def folder_of(state: Path) -> Path:
    """The folder of the socket, made where it is not there, and closed to others.

    Raises:
        OSError: It cannot be made.
    """
    folder = state / FOLDER
    folder.mkdir(mode=_OWNERS_ALONE, parents=True, exist_ok=True)
    folder.chmod(_OWNERS_ALONE)
    return folder


@contextmanager
def socket_address(folder: Path) -> Iterator[str]:
    """The socket's path, for as long as the block lasts; the path of a deep folder would be too long for the kernel.

    Raises:
        OSError: The folder is not there.
    """
    handle = os.open(folder, os.O_PATH | os.O_DIRECTORY)
    try:
        yield f"/proc/self/fd/{handle}/{_NAME}"
    finally:
        os.close(handle)


def connected(state: Path, timeout_s: float) -> socket.socket:
    """A connection to the run whose state this is.

    Raises:
        OSError: No run is up.
    """
    line = socket.socket(socket.AF_UNIX, socket.SOCK_STREAM)
    line.settimeout(timeout_s)
    try:
        with socket_address(state / FOLDER) as address:
            line.connect(address)
    except OSError:
        line.close()
        raise
    return line
