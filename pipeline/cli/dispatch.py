"""`smart-alert dispatch`: from the stream to the people responsible, and into the ledger."""

import os
import socket
from collections.abc import Callable
from pathlib import Path

import click

from pipeline.alerts.site_delivery import site_server
from pipeline.config.load import load_site
from pipeline.config.resolved import Site
from pipeline.dispatch.client import AlertClient, ClientSettings
from pipeline.dispatch.dispatcher import Dispatcher, Surroundings
from pipeline.dispatch.keeping import Keeping, only_dispatcher
from pipeline.dispatch.ledger_database import LedgerAwayError
from pipeline.dispatch.report import offer_waiting
from pipeline.dispatch.site_ledger import site_database, site_routing
from pipeline.errors import ConfigError
from pipeline.runtime.clock import sleep, wall_now_ns
from pipeline.runtime.events_log import EventsLog, LogFormat, LogLevel, stderr_log
from pipeline.runtime.signals import Signals
from pipeline.runtime.wake import Wake

_PAUSE_S = 5.0
_HAND_OVER_S = 0.2
_MOST_TRIES = 20
"""More than the client's: a dispatcher that is killed again and again is rarely killed by what it reads."""


@click.command(name="dispatch")
@click.argument("site_file", metavar="SITE.yaml", type=click.Path(path_type=Path))
@click.option("--consumer", metavar="NAME", help="Its name in the consumer group. Default: this machine's.")
@click.option(
    "--log-format", type=click.Choice([one.value for one in LogFormat]), default=LogFormat.TEXT.value, help="On stderr."
)
def command(site_file: Path, *, consumer: str | None, log_format: str) -> None:
    """Keep the ledger and tell the people responsible, until Ctrl-C or SIGTERM.

    Alerts come from the site's stream; who is told of what stands in its routing table (`dispatch.routing`). SIGHUP:
    the table is read again. One dispatcher serves a ledger; a console that has kept it meanwhile hands it over.
    """
    site = load_site(site_file, os.environ)
    routing = site_routing(site, os.environ)
    log = stderr_log(LogFormat(log_format), LogLevel.INFO, wall_now_ns)
    with only_dispatcher(site.state, sleep), Signals() as signals, site_server(site, sleep) as server:
        settings = ClientSettings(
            site.dispatch.group,
            consumer or socket.gethostname(),
            site.redis.stream,
            site.redis.commands,
            most_tries=_MOST_TRIES,
        )
        told = _Teller(log)
        _wait_for_ledger(site, signals, told)
        with (
            site_database(site) as database,
            AlertClient(server, settings, told=told) as client,
            Keeping(site.state, database, gives_way=False) as keeping,
        ):
            around = Surroundings(
                client,
                database,
                site.id,
                site.timezone,
                told,
                offer_reports=lambda: offer_waiting(site, server, wall_now_ns),
            )
            dispatcher = Dispatcher(around, routing)
            log.info("dispatcher.started", stream=site.redis.stream, group=settings.group, ledger=database.shown)

            def is_over(longest_s: float) -> bool:
                return _is_over(signals.wait(longest_s), dispatcher, site, told)

            dispatcher.run(lambda: is_over(0) or _is_over_first(keeping, is_over, told))
            dispatcher.finish()
    log.info("dispatcher.stopped")


class _Teller:
    """Tells a line as an event of the log."""

    def __init__(self, log: EventsLog) -> None:
        self._log = log

    def __call__(self, text: str) -> None:
        """Tell it."""
        self._log.warning("dispatcher.told", message=text)


def _is_over(word: Wake, dispatcher: Dispatcher, site: Site, told: _Teller) -> bool:
    """Whether it is told to stop; a table that is to be read again is read here, between two turns."""
    if word is Wake.RELOAD:
        try:
            dispatcher.routing = site_routing(site, os.environ)
            told("the routing table was read again")
        except ConfigError as error:
            told(f"the routing table is refused, the old one goes on: {error}")
    return word is Wake.STOP


def _is_over_first(keeping: Keeping, is_over: Callable[[float], bool], told: _Teller) -> bool:
    """Wait until the ledger is ours to keep; whether it is told to stop before."""
    is_told = False
    while not keeping.keeps():
        if not is_told:
            told("another process keeps the ledger: waiting until it hands it over")
            is_told = True
        if is_over(_HAND_OVER_S):
            return True
    return False


def _wait_for_ledger(site: Site, signals: Signals, told: _Teller) -> None:
    """A database that starts later than the dispatcher is waited for."""
    while True:
        try:
            with site_database(site):
                return
        except LedgerAwayError as error:
            told(f"{error}; tried again until it answers")
            if signals.wait(_PAUSE_S) is Wake.STOP:
                raise
