"""Locks of a PostgreSQL server, held by a connection of their own: they are gone with it, however it ends."""

from contextlib import suppress

from sqlalchemy import Connection, Engine, text
from sqlalchemy.exc import DBAPIError, SQLAlchemyError

_HELD = text(
    "SELECT 1 FROM pg_locks WHERE locktype = 'advisory' AND granted AND objsubid = 1"
    " AND database = (SELECT oid FROM pg_database WHERE datname = current_database())"
    " AND classid = 0 AND objid = CAST(:key AS oid)"
)


class ServerLocks:
    """Remembers the connection, and which locks it holds. Used from one thread. A server that is away holds none."""

    def __init__(self, engine: Engine) -> None:
        self._engine = engine
        self._connection: Connection | None = None
        self._held: set[int] = set()

    def take(self, key: int) -> bool:
        """Whether the lock is ours: as before, or from now on.

        Args:
            key: Below 2**31.
        """
        connection = self._alive()
        if connection is None:
            return False
        if key in self._held:
            return True
        if not connection.scalar(text("SELECT pg_try_advisory_lock(:key)"), {"key": key}):
            return False
        self._held.add(key)
        return True

    def is_taken(self, key: int) -> bool:
        """Whether anybody has it."""
        connection = self._alive()
        return connection is not None and connection.scalar(_HELD, {"key": key}) is not None

    def release(self) -> None:
        """Let all of them go."""
        connection, self._connection = self._connection, None
        self._held.clear()
        if connection is not None:
            # Said, for a server notices only after a while that a connection is gone.
            with suppress(SQLAlchemyError):
                connection.execute(text("SELECT pg_advisory_unlock_all()"))
            # Given back to the pool it would keep its locks.
            connection.invalidate()
            connection.close()

    def _alive(self) -> Connection | None:
        try:
            if self._connection is None:
                self._connection = self._engine.connect().execution_options(isolation_level="AUTOCOMMIT")
            self._connection.execute(text("SELECT 1"))
        except DBAPIError:
            self.release()
        return self._connection
