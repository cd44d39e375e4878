"""Ledgers, each empty, in both kinds of database."""

from collections.abc import Iterator
from pathlib import Path

import pytest
from sqlalchemy import create_engine, text

from pipeline.dispatch.ledger_database import Database, postgres_database, sqlite_database
from tests.dispatch.databases import postgres_server


@pytest.fixture(scope="session")
def postgres() -> Iterator[str]:
    """The address of a database."""
    with postgres_server() as address:
        yield address


@pytest.fixture
def sqlite(tmp_path: Path) -> Iterator[Database]:
    """An empty ledger in a file."""
    made = sqlite_database(tmp_path / "ledger.sqlite")
    yield made
    made.close()


@pytest.fixture
def postgresql(postgres: str) -> Iterator[Database]:
    """An empty ledger in PostgreSQL."""
    empty(postgres)
    made = postgres_database(postgres, "postgresql")
    yield made
    made.close()


@pytest.fixture(params=["sqlite", "postgresql"])
def database(request: pytest.FixtureRequest) -> Database:
    """An empty ledger."""
    made = request.getfixturevalue(request.param)
    assert isinstance(made, Database)
    return made


def empty(address: str) -> None:
    """Remove whatever another test has left."""
    engine = create_engine(address.replace("postgresql:", "postgresql+psycopg:"))
    with engine.begin() as connection:
        connection.execute(text("DROP SCHEMA public CASCADE"))
        connection.execute(text("CREATE SCHEMA public"))
    engine.dispose()
