"""The database of the ledger: SQLite in the site's state folder, or PostgreSQL by address. One writer at a time."""

from collections.abc import Iterator
from contextlib import contextmanager
from pathlib import Path
from sqlite3 import Connection as SqliteConnection

from alembic import command
from alembic.config import Config
from alembic.util import CommandError
from sqlalchemy import Connection, Engine, create_engine, event, make_url, text
from sqlalchemy.exc import (
    ArgumentError,
    DataError,
    DBAPIError,
    IntegrityError,
    NoSuchModuleError,
    SQLAlchemyError,
)
from sqlalchemy.exc import TimeoutError as PoolTimeoutError

from pipeline.config.secrets import redact
from pipeline.dispatch.ledger_locks import ServerLocks
from pipeline.errors import StateError, UsageError

_MIGRATIONS = Path(__file__).with_name("migrations")
_LOCK = 0x534D414C
"""Of PostgreSQL's advisory locks, the one that a writer of a ledger holds."""
_LONGEST_WAIT_MS = 10_000
ALLOWED = "postgresql://user:password@host[:port]/database, or nothing for a file in the state folder"


class LedgerAwayError(StateError):
    """The database cannot be reached or written now; later it may."""


class LedgerRefusedError(StateError):
    """The database does not take these values, now or later."""


class Database:
    """Gives transactions. May be used by several processes at the same time.

    Attributes:
        shown: For messages, without password.
    """

    def __init__(self, engine: Engine, shown: str) -> None:
        self._engine = engine
        self.shown = shown

    @contextmanager
    def writing(self) -> Iterator[Connection]:
        """A transaction: all that is written in the block, or nothing of it. No other writer is at work meanwhile.

        Raises:
            LedgerAwayError: It cannot be reached or written now; whether a failed commit was kept is not known.
            LedgerRefusedError: A value is refused.
        """
        with self._explained(), self._engine.begin() as connection:
            if connection.dialect.name == "postgresql":
                connection.execute(text("SELECT pg_advisory_xact_lock(:key)"), {"key": _LOCK})
            yield connection

    @contextmanager
    def reading(self) -> Iterator[Connection]:
        """A transaction that only reads, and sees one state throughout.

        Raises:
            LedgerAwayError: It cannot be reached now.
        """
        with self._explained(), self._engine.connect() as connection:
            is_postgres = connection.dialect.name == "postgresql"
            if is_postgres:
                connection.execution_options(isolation_level="REPEATABLE READ")
            else:
                connection.execution_options(reads_only=True)
            with connection.begin():
                yield connection

    def locks(self) -> ServerLocks | None:
        """Locks that all who use the ledger see, wherever they run; None: it is a file, and so may be its locks."""
        return ServerLocks(self._engine) if self._engine.dialect.name == "postgresql" else None

    def close(self) -> None:
        """Let go of all connections."""
        self._engine.dispose()

    @contextmanager
    def _explained(self) -> Iterator[None]:
        try:
            yield
        except (DataError, IntegrityError) as error:
            raise LedgerRefusedError(f"{self.shown}: refused: {_first_line(error)}") from error
        except (DBAPIError, PoolTimeoutError) as error:
            # Gone, read-only after a fail-over, damaged, without rights: nothing that a message could be blamed for.
            raise LedgerAwayError(f"{self.shown}: cannot be used now: {_first_line(error)}") from error
        except SQLAlchemyError as error:
            raise LedgerRefusedError(f"{self.shown}: refused: {_first_line(error)}") from error


def sqlite_database(path: Path) -> Database:
    """A ledger in a file, made or brought to this version.

    Raises:
        StateError: It cannot be opened, or is of a later version.
    """
    try:
        path.parent.mkdir(parents=True, exist_ok=True)
    except OSError as error:
        raise StateError(f"{path.parent}: cannot be made: {error.strerror or error}") from error
    engine = create_engine(f"sqlite:///{path}", connect_args={"timeout": _LONGEST_WAIT_MS / 1000})
    event.listen(engine, "connect", _prepare)
    event.listen(engine, "begin", _begin)
    return _migrated(Database(engine, str(path)))


def postgres_database(address: str, shown: str) -> Database:
    """A ledger in PostgreSQL, its tables made or brought to this version.

    Args:
        address: With user and password.
        shown: The same for messages.

    Raises:
        UsageError: The address cannot be understood, or the driver is not installed.
        StateError: The server cannot be reached, or the ledger is of a later version.
    """
    try:
        url = make_url(address)
        if url.get_backend_name() != "postgresql":
            raise UsageError(f"ledger: got {url.get_backend_name()}://..., allowed is {ALLOWED}")
        engine = create_engine(
            url.set(drivername="postgresql+psycopg"), pool_pre_ping=True, connect_args={"connect_timeout": 5}
        )
    # Their texts may quote the password.
    except (ArgumentError, NoSuchModuleError, ValueError):
        raise UsageError(f"ledger: got {shown}, allowed is {ALLOWED}") from None
    except ImportError as error:
        raise UsageError(
            "ledger: PostgreSQL needs its driver (expected `pip install 'smart-alert[postgres]'`)"
        ) from error
    return _migrated(Database(engine, shown))


def _migrated(database: Database) -> Database:
    config = Config()
    config.set_main_option("script_location", str(_MIGRATIONS).replace("%", "%%"))
    try:
        with database.writing() as connection:
            config.attributes["connection"] = connection
            command.upgrade(config, "head")
    except CommandError as error:
        raise StateError(f"{database.shown}: of a later version than this program ({error})") from error
    return database


def _prepare(connection: SqliteConnection, _record: object) -> None:
    # The driver would begin transactions at moments of its own choice.
    connection.isolation_level = None
    for setting in ("journal_mode = WAL", "synchronous = FULL"):
        connection.execute(f"PRAGMA {setting}")


def _begin(connection: Connection) -> None:
    # A writer takes its turn as it begins: one that has read first could not be let in later.
    reads_only = connection.get_execution_options().get("reads_only", False)
    connection.exec_driver_sql("BEGIN" if reads_only else "BEGIN IMMEDIATE")


def _first_line(error: SQLAlchemyError) -> str:
    cause = error.orig if isinstance(error, DBAPIError) and error.orig is not None else error
    lines = redact(str(cause)).strip().splitlines()
    return lines[0] if lines else type(cause).__name__
