"""Keeps the ledger while no dispatcher runs: then a console alone is enough to see alerts and to answer them.

It does the dispatcher's whole turn. So with a routing table people are told as well: who has started neither dispatcher
nor sending would wait for a message that never comes. Without one the control room is responsible for everything.
"""

import socket
from collections.abc import Callable, Iterator
from contextlib import ExitStack, contextmanager
from dataclasses import dataclass

from pipeline.alerts.server import Server
from pipeline.alerts.site_delivery import site_server
from pipeline.config.resolved import Site
from pipeline.console.routing_now import RoutingNow
from pipeline.dispatch.client import AlertClient, ClientSettings
from pipeline.dispatch.dispatcher import Dispatcher, Surroundings
from pipeline.dispatch.keeping import Keeping
from pipeline.dispatch.ledger_database import Database
from pipeline.dispatch.report import offer_waiting
from pipeline.errors import StateError, StreamError
from pipeline.runtime.worker import Worker

_LONGEST_TURN_S, _PAUSE_S, _AFTER_REFUSAL_S = 0.25, 0.5, 3.0
_MOST_TRIES = 20


@dataclass(frozen=True, slots=True)
class Surrounding:
    """What the console's own threads work with.

    Attributes:
        site: Whose ledger.
        database: The ledger's.
        routing: Tells the routing table as it is now.
        now_ns: The wall clock, ns since 1970.
        told: Takes one line about what somebody may have to act on.
    """

    site: Site
    database: Database
    routing: RoutingNow
    now_ns: Callable[[], int]
    told: Callable[[str], None]


class Keeper:
    """Works in a thread of its own while the `with` block lasts.

    Attributes:
        fault: Why alerts do not come now, one line; empty: they do.
    """

    def __init__(self, around: Surrounding, changed: Callable[[], None]) -> None:
        """Nothing is taken yet.

        Args:
            around: What it works with.
            changed: Called after the ledger was written.
        """
        self.fault = ""
        self._around, self._changed = around, changed
        self._last_told = ""
        self._worker = Worker("ledger", self._turn, _PAUSE_S, around.told)

    @contextmanager
    def running(self) -> Iterator[None]:
        """For as long as the block lasts."""
        site, database = self._around.site, self._around.database
        with ExitStack() as stack:
            self._keeping = stack.enter_context(Keeping(site.state, database, gives_way=True))
            server = stack.enter_context(site_server(site, self._worker.sleep))
            settings = ClientSettings(
                site.dispatch.group,
                f"console.{socket.gethostname()}",
                site.redis.stream,
                site.redis.commands,
                most_tries=_MOST_TRIES,
            )
            client = AlertClient(
                server, settings, told=self._tell, sleep=self._worker.sleep, now_ns=self._around.now_ns
            )
            self._client = stack.enter_context(client)
            self._dispatcher = Dispatcher(self._surroundings(server), self._around.routing.now())
            stack.callback(self._dispatcher.finish)
            stack.enter_context(self._worker)
            yield

    def _surroundings(self, server: Server) -> Surroundings:
        site = self._around.site
        return Surroundings(
            self._client,
            self._around.database,
            site.id,
            site.timezone,
            self._tell,
            offer_reports=lambda: offer_waiting(site, server, self._around.now_ns),
            now_ns=self._around.now_ns,
            sleep=self._worker.sleep,
        )

    def _turn(self) -> None:
        try:
            while not self._worker.is_stopping and self._keeping.keeps():
                self._dispatcher.routing = self._around.routing.now()
                if self._dispatcher.turn(_LONGEST_TURN_S):
                    self._changed()
                is_away = self._client.is_away or self._dispatcher.is_away
                self.fault = self._last_told if is_away else ""
        except (StreamError, StateError) as error:
            self._keeping.release()
            self.fault = str(error)
            self._worker.sleep(_AFTER_REFUSAL_S)
        else:
            # Somebody else keeps it.
            self.fault = ""

    def _tell(self, text: str) -> None:
        self._last_told = text
        if not self._worker.is_stopping:
            # Else its own Redis may have gone before it.
            self._around.told(text)
