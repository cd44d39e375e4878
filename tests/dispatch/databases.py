"""Ledgers for the tests: in a file, and in a PostgreSQL server of our own."""

import os
import shutil
import subprocess
import tempfile
import time
from collections.abc import Iterator
from contextlib import contextmanager
from pathlib import Path

import pytest

_USER = "postgres"
"""PostgreSQL refuses to be run by root: then it is run by the user that its package made."""


def postgres_programs() -> Path:
    """The folder of PostgreSQL's server. Without it a test is skipped, but fails in CI, which installs it."""
    found = shutil.which("postgres")
    installed = sorted(Path("/usr/lib/postgresql").glob("*/bin/postgres"))
    program = Path(found).resolve() if found else installed[-1] if installed else None
    if program is None and os.environ.get("CI") == "true":
        pytest.fail("postgresql is not installed, and CI has to have it")
    if program is None:
        pytest.skip("postgresql is not installed")
    return program.parent


@contextmanager
def postgres_server() -> Iterator[str]:
    """A server on a socket of its own; the address of its empty database `ledger`."""
    programs = postgres_programs()
    user = _USER if os.geteuid() == 0 else None
    # A short path: a socket's may have 107 letters. pytest's own folders are closed to other users.
    folder = Path(tempfile.mkdtemp(prefix="ledger-"))
    try:
        if user:
            shutil.chown(folder, user)
        initdb = [str(programs / "initdb"), "-D", "data", "-U", "ledger", "-A", "trust", "-N"]
        subprocess.run(initdb, user=user, cwd=folder, check=True, capture_output=True)
        server = subprocess.Popen(
            [str(programs / "postgres"), "-D", "data", "-k", str(folder), "-c", "listen_addresses=", "-c", "fsync=off"],
            user=user,
            cwd=folder,
            stdout=subprocess.DEVNULL,
            stderr=subprocess.DEVNULL,
        )
        try:
            _wait(programs, folder)
            createdb = [str(programs / "createdb"), "-h", str(folder), "-U", "ledger", "ledger"]
            subprocess.run(createdb, user=user, cwd=folder, check=True, capture_output=True)
            yield f"postgresql://ledger@/ledger?host={folder}"
        finally:
            server.terminate()
            server.wait(20)
    finally:
        shutil.rmtree(folder)


def _wait(programs: Path, folder: Path) -> None:
    for _ in range(500):
        asked = [str(programs / "pg_isready"), "-h", str(folder), "-q"]
        if subprocess.run(asked, check=False).returncode == 0:
            return
        time.sleep(0.02)
    raise AssertionError("PostgreSQL does not start")
