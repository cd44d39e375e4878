"""The console on what a demo has left: its site as a file of the folder's own, and an account."""

import os
import secrets
import shlex
import sys
from contextlib import suppress
from dataclasses import replace
from pathlib import Path
from socket import socket

import yaml

from pipeline.alerts.durable_file import write_durably
from pipeline.cli.output import say
from pipeline.config.load import load_site
from pipeline.config.resolved import ConsoleSettings
from pipeline.console.accounts import Accounts, NoAccountError, Role
from pipeline.console.context import open_console
from pipeline.console.serve import ConsoleServer, address_of, listening
from pipeline.errors import ConfigError
from pipeline.resources import data_folder
from pipeline.runtime.clock import wall_now_ns
from pipeline.runtime.events_log import LogFormat, LogLevel, stderr_log
from pipeline.runtime.signals import Signals

_SITE = "site.yaml"
_NAME = "demo"
_PASSWORD_BYTES = 9


def write_site(out: Path) -> None:
    """Write the demo's site and fences into its folder: what is changed on the console's pages is changed there.

    Raises:
        StateError: It cannot be written.
    """
    samples = data_folder("sample_videos")
    content = yaml.safe_load((samples / _SITE).read_text(encoding="utf-8"))
    for camera in content["cameras"]:
        camera["source"] = str(samples / camera["source"])
        fences = samples / camera["geofence"]
        write_durably(out / fences.name, fences.read_bytes())
    content |= {"state": "./state", "evidence": {"store": "."}}
    text = yaml.safe_dump(content, allow_unicode=True, sort_keys=False)
    write_durably(out / _SITE, f"# The site of the demo beside it.\n{text}".encode())


def holds_site(out: Path) -> bool:
    """Whether a demo that came to its end is there."""
    return (out / _SITE).is_file()


def how_to_open(out: Path) -> str:
    """What to type."""
    program = "smart-alert"
    if Path(sys.argv[0]).name == "__main__.py":
        # As a module of an interpreter, which `make` uses: the script need not be on the path.
        python = Path(sys.executable)
        here = Path.cwd()
        program = f"{python.relative_to(here) if python.is_relative_to(here) else python} -m pipeline"
    return f"{program} demo --console --out {shlex.quote(str(out))}"


def open_console_on(out: Path) -> None:
    """Serve the console on a demo's folder until it is told to stop; who may use it is printed.

    Raises:
        ConfigError: The folder's site file was changed, and is wrong.
        StateError: The folder cannot be written.
    """
    path = out / _SITE
    site = load_site(path, os.environ)
    log = stderr_log(LogFormat.TEXT, LogLevel.WARNING, wall_now_ns)
    with (
        open_console(site, os.environ, wall_now_ns, lambda: load_site(path, os.environ)) as console,
        _listening(site.console) as listener,
        log.taking_logging(),
        Signals() as signals,
    ):
        password = _new_account(console.accounts)
        say(f"console: {address_of(site.console, listener)}  name: {_NAME}  password: {password}  (stop: Ctrl-C)")
        ConsoleServer(console, lambda: None).run_until_told(listener, signals)


def _listening(settings: ConsoleSettings) -> socket:
    """The usual port, or any where somebody has that."""
    with suppress(ConfigError):
        return listening(settings)
    return listening(replace(settings, listen=(settings.listen[0], 0)))


def _new_account(accounts: Accounts) -> str:
    password = secrets.token_urlsafe(_PASSWORD_BYTES)
    try:
        accounts.give_password(_NAME, password)
    except NoAccountError:
        accounts.add(_NAME, Role.ADMIN, password)
    return password
