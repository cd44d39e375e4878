"""Brings what users say to the pipeline at once, and watches whether it can be reached at all."""

from collections.abc import Iterator
from contextlib import ExitStack, contextmanager

from pipeline.alerts.server import Server
from pipeline.alerts.site_delivery import site_server
from pipeline.console.keeper import Surrounding
from pipeline.console.moments import moment
from pipeline.dispatch.client import AlertClient, ClientSettings
from pipeline.dispatch.ledger_words import Desk
from pipeline.dispatch.word_sender import send_words
from pipeline.errors import StateError, StreamError
from pipeline.runtime.worker import Worker

_PAUSE_S = 1.0


class WordsOut:
    """Works in a thread of its own while the `with` block lasts: what is said need not wait for anything else.

    Attributes:
        fault: Why words do not reach the pipeline now, one line; empty: they do.
    """

    def __init__(self, around: Surrounding) -> None:
        self.fault = ""
        self._around = around
        self._desk = Desk(around.database, around.site.id)
        self._worker = Worker("words", self._turn, _PAUSE_S, around.told)

    @contextmanager
    def running(self) -> Iterator[None]:
        """For as long as the block lasts."""
        site = self._around.site
        with ExitStack() as stack:
            self._server: Server = stack.enter_context(site_server(site, self._worker.sleep))
            settings = ClientSettings(site.dispatch.group, commands=site.redis.commands)
            self._client = stack.enter_context(AlertClient(self._server, settings, sleep=self._worker.sleep))
            stack.enter_context(self._worker)
            yield

    def ring(self) -> None:
        """Something was said."""
        self._worker.ring()

    def _turn(self) -> None:
        try:
            if not send_words(self._desk, self._client, lambda: moment(self._around.now_ns())):
                self._server.check()
        except (StreamError, StateError) as error:
            if not self.fault:
                self._around.told(f"{error}; what is said waits in the ledger")
            self.fault = str(error)
        else:
            self.fault = ""
