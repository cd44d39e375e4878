"""Who keeps the ledger: one at a time, a dispatcher before a console."""

import signal
import subprocess
from pathlib import Path

import pytest

from pipeline.dispatch.keeping import Keeping, only_dispatcher
from pipeline.dispatch.ledger_database import Database, postgres_database
from pipeline.errors import StateError
from pipeline.runtime.clock import sleep
from tests.cli.shell import started, wait_until


def test_one_of_two_consoles_keeps_it_and_the_other_when_it_has_gone(tmp_path: Path, database: Database) -> None:
    with Keeping(tmp_path, database, gives_way=True) as one, Keeping(tmp_path, database, gives_way=True) as other:
        assert [one.keeps(), other.keeps(), one.keeps()] == [True, False, True]
        one.release()
        assert [other.keeps(), one.keeps()] == [True, False]


def test_a_console_gives_way_to_a_dispatcher_and_takes_it_back(tmp_path: Path, database: Database) -> None:
    with Keeping(tmp_path, database, gives_way=True) as console:
        assert console.keeps()
        with (
            only_dispatcher(tmp_path, sleep),
            Keeping(tmp_path, database, gives_way=False) as dispatcher,
        ):
            # Until the console's turn is over.
            assert not dispatcher.keeps()
            assert not console.keeps()
            assert dispatcher.keeps()
            assert not console.keeps()
        assert console.keeps()


def test_a_second_dispatcher_is_refused(tmp_path: Path) -> None:
    with only_dispatcher(tmp_path, sleep), pytest.raises(StateError, match="in use by another run"):
        only_dispatcher(tmp_path, sleep)


def test_on_two_machines_the_server_decides(tmp_path: Path, postgresql: Database, postgres: str) -> None:
    there = postgres_database(postgres, "postgresql")
    try:
        with (
            Keeping(tmp_path / "a", postgresql, gives_way=True) as console,
            Keeping(tmp_path / "b", there, gives_way=True) as other,
            Keeping(tmp_path / "c", there, gives_way=False) as dispatcher,
        ):
            assert [console.keeps(), other.keeps()] == [True, False]
            assert not dispatcher.keeps()
            assert [console.keeps(), dispatcher.keeps(), other.keeps()] == [False, True, False]
            dispatcher.release()
            assert console.keeps()
    finally:
        there.close()


def test_a_lock_goes_with_its_connection_and_is_taken_anew(tmp_path: Path, postgresql: Database) -> None:
    with Keeping(tmp_path, postgresql, gives_way=True) as console:
        assert console.keeps()
        with postgresql.writing() as connection:
            mine = "SELECT pg_terminate_backend(pid) FROM pg_stat_activity WHERE pid <> pg_backend_pid()"
            connection.exec_driver_sql(mine + " AND datname = current_database()")
        wait_until(console.keeps)


@pytest.mark.long
def test_a_dispatcher_that_starts_beside_a_console_has_the_ledger_soon(tmp_path: Path) -> None:
    from tests.cli.test_dispatch_commands import write_table  # noqa: PLC0415
    from tests.console.processes import console_process  # noqa: PLC0415
    from tests.console.test_alerts_page import own_site  # noqa: PLC0415

    site = own_site(tmp_path)
    site.path.write_text(site.path.read_text("utf-8") + "dispatch: {routing: routing.yaml}\n", "utf-8")
    write_table(tmp_path, "json://127.0.0.1:9/x")
    with console_process(site):
        wait_until(lambda: _is_held(site.state / "ledger.lock"))
        dispatcher = started("dispatch", site.path)
        try:
            lines = _until(dispatcher, "dispatcher.started")
            dispatcher.send_signal(signal.SIGTERM)
            _, rest = dispatcher.communicate(timeout=60)
        finally:
            dispatcher.kill()
        assert dispatcher.returncode == 0, lines + rest
        assert "dispatcher.stopped" in rest


def _is_held(path: Path) -> bool:
    return path.exists() and subprocess.run(["flock", "-n", str(path), "true"], check=False).returncode != 0


def _until(process: "subprocess.Popen[str]", text: str) -> str:
    lines = ""
    for line in process.stderr or ():
        lines += line
        if text in line:
            return lines
    raise AssertionError(lines)
