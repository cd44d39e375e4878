"""What every page of the console needs, opened once."""

from collections.abc import Callable, Iterator, Mapping
from contextlib import contextmanager
from dataclasses import dataclass
from datetime import datetime
from typing import Annotated

from fastapi import Depends, Request

from pipeline.config.resolved import Site
from pipeline.console.accounts import Accounts
from pipeline.console.audit import Audit
from pipeline.console.console_file import FILE_NAME, ConsoleFile
from pipeline.console.keeper import Surrounding
from pipeline.console.live import Live
from pipeline.console.moments import moment
from pipeline.console.routing_now import RoutingNow
from pipeline.console.sessions import Sessions
from pipeline.console.site_now import SiteNow
from pipeline.dispatch.delivery import log_warning
from pipeline.dispatch.ledger_database import Database
from pipeline.dispatch.site_ledger import site_database
from pipeline.runtime.trying import Trials


@dataclass(frozen=True, slots=True)
class Console:
    """One console, open.

    Attributes:
        sites: Tells the site as it is now.
        environ: Values of the variables in the site file.
        database: The ledger.
        routing: Tells the routing table as it is now.
        accounts: Who may use it.
        sessions: Who is signed in.
        audit: What they did.
        trials: Changes of the site that are tried on its logs.
        live: What goes on behind the pages; it runs while the console is served.
        now_ns: The time, ns since 1970-01-01 UTC.
    """

    sites: SiteNow
    environ: Mapping[str, str]
    database: Database
    routing: RoutingNow
    accounts: Accounts
    sessions: Sessions
    audit: Audit
    trials: Trials
    live: Live
    now_ns: Callable[[], int]

    @property
    def site(self) -> Site:
        """The site as its files say now."""
        return self.sites.now()

    @property
    def now(self) -> datetime:
        """The time, with zone UTC."""
        return moment(self.now_ns())


@contextmanager
def open_console(
    site: Site, environ: Mapping[str, str], now_ns: Callable[[], int], read_again: Callable[[], Site]
) -> Iterator[Console]:
    """The console of a site, for as long as the block lasts.

    Args:
        site: As it is now.
        environ: Values of the variables in its file.
        now_ns: The time, ns since 1970-01-01 UTC.
        read_again: Reads the site anew, once its files have changed.

    Raises:
        StateError: The ledger or the console's own file cannot be opened.
        ConfigError: The routing table is wrong.
        UsageError: The ledger's address is wrong.
    """
    routing = RoutingNow(site, environ, log_warning)
    file = ConsoleFile(site.state / FILE_NAME)
    sessions = Sessions(file, now_ns, site.console.idle_ns)
    accounts, audit = Accounts(file, lambda: moment(now_ns())), Audit(file, lambda: moment(now_ns()))
    with site_database(site) as database, Trials() as trials:
        live = Live(Surrounding(site, database, routing, now_ns, log_warning), environ)
        sites = SiteNow(site, read_again)
        yield Console(sites, environ, database, routing, accounts, sessions, audit, trials, live, now_ns)


def console_of(request: Request) -> Console:
    """The console that a request is made to."""
    console = request.app.state.console
    if not isinstance(console, Console):
        raise TypeError(f"app.state.console: got {type(console).__name__}, expected a Console")
    return console


ConsoleOf = Annotated[Console, Depends(console_of)]
