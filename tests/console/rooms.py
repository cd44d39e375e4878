"""A console for the tests: a site in a folder, served by the real server on a free port, with three users."""

import os
import threading
from collections.abc import Iterator, Mapping
from contextlib import contextmanager
from dataclasses import dataclass, replace
from pathlib import Path

import httpx
from argon2 import PasswordHasher
from sqlalchemy import select

from pipeline.alerts.command_message import CommandMessage, parse_command
from pipeline.config.load import load_site
from pipeline.config.resolved import ConsoleSettings, Site
from pipeline.console.accounts import Accounts, Role
from pipeline.console.console_file import FILE_NAME, ConsoleFile
from pipeline.console.context import Console, open_console
from pipeline.console.moments import moment
from pipeline.console.serve import ConsoleServer, listening
from pipeline.dispatch.ledger_tables import COMMAND
from pipeline.runtime.clock import wall_now_ns

ROOT = Path(__file__).resolve().parents[2]
PASSWORD = "correct horse"  # noqa: S105
NAMES = {Role.OPERATOR: "olivia", Role.ENGINEER: "emil", Role.ADMIN: "ada"}
_LONGEST_S = 60.0


def site_in(folder: Path, written: str | None = None) -> Site:
    """The sample's site with its state in a folder, listening on any free port.

    Args:
        folder: For state, ledger and accounts; `site.yaml` there is the site file.
        written: The site file; the sample's where None.
    """
    path = ROOT / "sample_videos" / "site.yaml"
    if written is not None:
        path = folder / "site.yaml"
        path.write_text(written, encoding="utf-8")
    site = load_site(path, os.environ)
    return replace(site, state=folder / "state", console=replace(site.console, listen=("127.0.0.1", 0)))


@dataclass(frozen=True, slots=True)
class Room:
    """A console that answers.

    Attributes:
        console: The open console itself.
        url: Where it answers, with a slash at its end.
    """

    console: Console
    url: str

    @property
    def origin(self) -> str:
        """As a browser names it."""
        return str(httpx.URL(self.url).copy_with(path="/")).rstrip("/")

    @contextmanager
    def stranger(self) -> Iterator[httpx.Client]:
        """Somebody who is not signed in."""
        with httpx.Client(base_url=self.url, headers={"Origin": self.origin}, timeout=_LONGEST_S) as client:
            yield client

    @contextmanager
    def client(self, role: Role) -> Iterator[httpx.Client]:
        """Somebody of that role who is signed in, as the pages would be: with Origin and CSRF."""
        with self.stranger() as client:
            answer = client.post("api/login", json={"name": NAMES[role], "password": PASSWORD})
            assert answer.status_code == 200, answer.text
            client.headers["X-CSRF-Token"] = answer.json()["csrf"]
            yield client


@contextmanager
def room(
    site: Site, environ: Mapping[str, str] = os.environ, settings: ConsoleSettings | None = None
) -> Iterator[Room]:
    """The site's console, answering, with a user of each role (see NAMES and PASSWORD)."""
    site = replace(site, console=settings or site.console)
    make_accounts(site)

    def read_again() -> Site:
        return replace(load_site(site.path, environ), state=site.state, console=site.console)

    with open_console(site, environ, wall_now_ns, read_again) as console, listening(site.console) as listener:
        is_ready = threading.Event()
        server = ConsoleServer(console, is_ready.set)
        thread = threading.Thread(target=server.run, args=(listener,), daemon=True)
        thread.start()
        assert is_ready.wait(_LONGEST_S), "the console does not answer"
        port = listener.getsockname()[1]
        try:
            yield Room(console, f"http://127.0.0.1:{port}/")
        finally:
            server.stop()
            thread.join(_LONGEST_S)
            assert not thread.is_alive(), "the console does not stop"


def words_said(console: Console) -> list[CommandMessage]:
    """Every word to the pipeline that the ledger has, in order, whether it is sent already or not."""
    with console.database.reading() as connection:
        rows = connection.execute(select(COMMAND.c.line).order_by(COMMAND.c.seq)).all()
    return [parse_command(str(row.line)) for row in rows]


def make_accounts(site: Site) -> None:
    """A user of each role, hashed at little cost."""
    cheap = PasswordHasher(time_cost=1, memory_cost=8, parallelism=1)
    accounts = Accounts(ConsoleFile(site.state / FILE_NAME), lambda: moment(wall_now_ns()), cheap)
    there = {account.name for account in accounts.all()}
    for role, name in NAMES.items():
        if name not in there:
            accounts.add(name, role, PASSWORD)
