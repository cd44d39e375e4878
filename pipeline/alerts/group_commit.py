"""Writes of several threads that wait at the same time share one transaction, and one wait for the disk.

A disk that takes six milliseconds to force a write takes as long for twenty. Whoever comes first writes what all have
brought; the others find theirs written. Nobody returns before what he brought is durable, so what is kept when is as if
each had written alone.
"""

import sqlite3
from collections.abc import Callable
from threading import Condition, Lock

from pipeline.alerts.outbox_file import transaction

_GATHER_S = 0.001
"""How long those that shared the last transaction are waited for: after it they come back one after the other, and the
first of them would go alone. Who is alone waits for nobody."""

Work = Callable[[sqlite3.Connection], int]


class _Part:
    """What one thread brings."""

    def __init__(self, work: Work) -> None:
        self.work = work
        self.is_over = False
        self.count = 0
        self.fault: BaseException | None = None


class GroupCommit:
    """Remembers what waits to be written, and how many shared the last transaction. Any thread may call it."""

    def __init__(self, db: sqlite3.Connection, lock: Lock) -> None:
        """Nothing waits.

        Args:
            db: Written only by who holds the lock.
            lock: Of the connection.
        """
        self._db, self._lock = db, lock
        self._waiting: list[_Part] = []
        self._is_writing = False
        self._last_size = 1
        mine = Lock()
        self._arrived, self._written = Condition(mine), Condition(mine)

    @property
    def waiting(self) -> int:
        """How many wait and are not being written."""
        return len(self._waiting)

    def write(self, work: Work) -> int:
        """Do the work in a transaction that others may share; it is durable when this returns.

        Args:
            work: Writes; done once more, in a transaction of its own, where the shared one failed.

        Returns:
            What the work did.

        Raises:
            sqlite3.Error: It could not be written; nothing of this work was.
        """
        part = _Part(work)
        with self._written:
            self._waiting.append(part)
            self._arrived.notify()
            # Whose part another has written does not wait for those who write now.
            self._written.wait_for(lambda: part.is_over or not self._is_writing)
            is_first = not part.is_over
            self._is_writing = self._is_writing or is_first
        if is_first:
            self._write_waiting()
        if part.fault is not None:
            raise part.fault
        return part.count

    def _write_waiting(self) -> None:
        try:
            # Together with the wait for the connection: whoever comes until then comes along.
            with self._lock:
                self._write_all(self._gathered())
        finally:
            with self._written:
                self._is_writing = False
                self._written.notify_all()

    def _gathered(self) -> list[_Part]:
        with self._arrived:
            if self._last_size > 1:
                self._arrived.wait_for(lambda: len(self._waiting) >= self._last_size, _GATHER_S)
            parts, self._waiting = self._waiting, []
        self._last_size = len(parts)
        return parts

    def _write_all(self, parts: list[_Part]) -> None:
        try:
            try:
                self._write(parts)
            except Exception as fault:  # noqa: BLE001  # each is told what became of its own
                if len(parts) == 1:
                    parts[0].fault = fault
                else:
                    self._write_each(parts)
        except BaseException as fault:
            for part in parts:
                if not part.is_over:
                    part.fault = part.fault or fault
            raise
        finally:
            for part in parts:
                part.is_over = True

    def _write_each(self, parts: list[_Part]) -> None:
        """One of them cannot be written, or there is no room for all: the others are not to suffer for it."""
        for part in parts:
            try:
                self._write([part])
            except Exception as fault:  # noqa: BLE001  # see above
                part.fault = fault

    def _write(self, parts: list[_Part]) -> None:
        with transaction(self._db):
            counts = [part.work(self._db) for part in parts]
        for part, count in zip(parts, counts, strict=True):
            part.count, part.is_over = count, True
