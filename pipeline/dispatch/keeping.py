"""Who keeps the ledger: one process at a time. A dispatcher goes before a console, which keeps it while none runs.

Two files in the state folder decide, which the kernel frees with their holders: `dispatch.lock` is held by a dispatcher
as long as it runs, `ledger.lock` by whoever keeps the ledger. A ledger in PostgreSQL may be kept from several machines:
there two locks of the server say the same besides.
"""

import fcntl
from collections.abc import Callable
from contextlib import suppress
from io import BufferedRandom
from pathlib import Path
from types import TracebackType
from typing import Self

from pipeline.alerts.file_lock import taken
from pipeline.alerts.outbox_file import held
from pipeline.dispatch.ledger_database import Database
from pipeline.errors import StateError

DISPATCHER_LOCK, KEEPER_LOCK = "dispatch.lock", "ledger.lock"
_DISPATCHER_KEY, _KEEPER_KEY = 0x534D4144, 0x534D414B
_TRIES, _PAUSE_S = 10, 0.05


class Keeping:
    """The right to keep the ledger, as one process has it. Used from one thread.

    Remembers the locks that it holds; they are let go as the `with` block ends.
    """

    def __init__(self, state: Path, database: Database, *, gives_way: bool) -> None:
        """Nothing is taken yet.

        Args:
            state: The site's state folder.
            database: The ledger's.
            gives_way: To a dispatcher; False: it is the dispatcher.
        """
        self._state, self._gives_way = state, gives_way
        self._locks = database.locks()
        self._file: BufferedRandom | None = None

    def keeps(self) -> bool:
        """Whether the ledger is ours to keep now: asked before every turn. It is taken where it is free.

        Raises:
            StateError: The state folder cannot be written.
        """
        if self._gives_way and self._is_dispatched():
            self.release()
            return False
        if self._file is None:
            self._file = taken(self._state / KEEPER_LOCK)
        if self._file is None:
            return False
        if self._locks is None:
            return True
        is_first = self._gives_way or self._locks.take(_DISPATCHER_KEY)
        return is_first and self._locks.take(_KEEPER_KEY)

    def release(self) -> None:
        """Let it go."""
        if self._locks is not None:
            self._locks.release()
        if self._file is not None:
            self._file.close()
            self._file = None

    def __enter__(self) -> Self:
        return self

    def __exit__(
        self, kind: type[BaseException] | None, error: BaseException | None, trace: TracebackType | None
    ) -> None:
        self.release()

    def _is_dispatched(self) -> bool:
        """Whether a dispatcher runs: on this machine, or on another one."""
        path = self._state / DISPATCHER_LOCK
        with suppress(FileNotFoundError), path.open("rb") as file:
            try:
                fcntl.flock(file, fcntl.LOCK_SH | fcntl.LOCK_NB)
            except BlockingIOError:
                return True
        return self._locks is not None and self._locks.is_taken(_DISPATCHER_KEY)


def only_dispatcher(state: Path, sleep: Callable[[float], None]) -> BufferedRandom:
    """The lock of the one dispatcher of a state folder, locked.

    Raises:
        StateError: Another dispatcher holds it, or it cannot be made.
    """
    for _ in range(_TRIES - 1):
        # A console looks at it now and then, and holds it for that moment.
        with suppress(StateError):
            return held(state / DISPATCHER_LOCK)
        sleep(_PAUSE_S)
    return held(state / DISPATCHER_LOCK)
