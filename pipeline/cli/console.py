"""`smart-alert console`: the pages of a control room, and the accounts of who may use them."""

import os
import sys
from pathlib import Path

import click

from pipeline.cli.output import say
from pipeline.config.load import load_site
from pipeline.console.accounts import Accounts, Role
from pipeline.console.context import Console, open_console
from pipeline.console.serve import ConsoleServer, address_of, listening
from pipeline.errors import UsageError
from pipeline.runtime.clock import wall_now_ns
from pipeline.runtime.events_log import LogFormat, LogLevel, stderr_log
from pipeline.runtime.signals import Signals


@click.command
@click.argument("site_file", metavar="SITE.yaml", type=click.Path(path_type=Path))
@click.option("--add-user", metavar="NAME", help="Make an account; its password is asked for, or read from stdin.")
@click.option("--role", type=click.Choice([one.value for one in Role]), help="Of the account; with --add-user.")
@click.option("--set-password", metavar="NAME", help="Give an account a new password.")
@click.option("--remove-user", metavar="NAME", help="Take an account away.")
@click.option("--list-users", is_flag=True, help="Names and roles, one account a line.")
@click.option(
    "--log-format", type=click.Choice([one.value for one in LogFormat]), default=LogFormat.TEXT.value, help="On stderr."
)
def command(
    site_file: Path,
    *,
    add_user: str | None,
    role: str | None,
    set_password: str | None,
    remove_user: str | None,
    list_users: bool,
    log_format: str,
) -> None:
    """Serve the site's console until Ctrl-C or SIGTERM, or manage the accounts of who may use it.

    Listens on 127.0.0.1:8600 unless the site file says otherwise (`console.listen`).
    """
    if (role is None) != (add_user is None):
        raise UsageError("--role: goes with --add-user NAME (allowed: --add-user NAME --role operator|engineer|admin)")
    if sum([bool(add_user), bool(set_password), bool(remove_user), list_users]) > 1:
        raise UsageError("one of --add-user, --set-password, --remove-user and --list-users at a time")
    site = load_site(site_file, os.environ)
    with open_console(site, os.environ, wall_now_ns, lambda: load_site(site_file, os.environ)) as console:
        if add_user is not None and role is not None:
            console.accounts.add(add_user, Role(role), _password())
            _note(console, "admin.add", add_user, role)
        elif set_password is not None:
            console.accounts.give_password(set_password, _password())
            _note(console, "admin.password", set_password)
        elif remove_user is not None:
            console.accounts.remove(remove_user)
            _note(console, "admin.remove", remove_user)
        elif list_users:
            _list(console.accounts)
        else:
            _serve(console, site_file, LogFormat(log_format))


def _note(console: Console, action: str, name: str, detail: str = "") -> None:
    console.audit.write("command line", action, name, detail)


def _list(accounts: Accounts) -> None:
    for account in accounts.all():
        say(f"{account.name}\t{account.role}")


def _password() -> str:
    if not sys.stdin.isatty():
        return sys.stdin.readline().rstrip("\r\n")
    password = click.prompt("Password", hide_input=True, confirmation_prompt=True, err=True)
    return str(password)


def _serve(console: Console, site_file: Path, form: LogFormat) -> None:
    if not console.accounts.all():
        raise UsageError(
            f"no account yet; make one: smart-alert console {site_file} --add-user NAME --role {Role.ADMIN}"
        )
    log = stderr_log(form, LogLevel.INFO, wall_now_ns)
    with listening(console.site.console) as listener, log.taking_logging(), Signals() as signals:
        address, ledger = address_of(console.site.console, listener), console.database.shown
        server = ConsoleServer(console, lambda: log.info("console.started", address=address, ledger=ledger))
        server.run_until_told(listener, signals)
    log.info("console.stopped")
