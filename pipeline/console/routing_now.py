"""The routing table as its file says now: it changes while the console runs."""

import threading
from collections.abc import Callable, Mapping

from pipeline.config.resolved import Site
from pipeline.console.site_now import stamp
from pipeline.dispatch.no_table import no_table
from pipeline.dispatch.routing import Routing
from pipeline.dispatch.site_ledger import site_routing
from pipeline.errors import ConfigError


class RoutingNow:
    """Remembers the table as it was last read, and when its file was changed. May be asked from any thread.

    Attributes:
        is_named: Whether the site names a table; else the control room alone is responsible.
    """

    def __init__(self, site: Site, environ: Mapping[str, str], told: Callable[[str], None]) -> None:
        """Read it.

        Args:
            site: Whose.
            environ: Values of the variables in it.
            told: Takes one line for whoever has to mend it.

        Raises:
            ConfigError: It is wrong: every mistake.
        """
        self._site, self._environ, self._told = site, environ, told
        self._file = site.dispatch.routing
        self.is_named = self._file is not None
        self._stamp = None if self._file is None else stamp(self._file)
        self._table = no_table(site.timezone) if self._file is None else site_routing(site, environ)
        self._one_reads = threading.Lock()

    def now(self) -> Routing:
        """The table; read again where its file has changed. While that is wrong, the one before holds."""
        if self._file is None:
            return self._table
        with self._one_reads:
            found = stamp(self._file)
            if found != self._stamp:
                self._stamp = found
                try:
                    self._table = site_routing(self._site, self._environ)
                except ConfigError as error:
                    first, *more = str(error).splitlines()
                    rest = f" (and {len(more)} more)" if more else ""
                    self._told(f"the routing table is refused, the old one goes on: {first}{rest}")
                else:
                    self._told("the routing table was read again")
            return self._table
