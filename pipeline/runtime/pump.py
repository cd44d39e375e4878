"""Keeps offering what waits in the outbox while the cameras are watched: a server that returns is told at once."""

import threading
from types import TracebackType
from typing import Self

from pipeline.alerts.delivery import Delivery
from pipeline.errors import SmartAlertError

_EVERY_S = 0.5


class Pump:
    """Offers twice a second from a thread of its own, for as long as the `with` block lasts.

    A server that refuses for good ends it: the failure is raised as the block ends, and nothing is lost, for what was
    not sent is in the outbox.
    """

    def __init__(self, delivery: Delivery) -> None:
        self._delivery = delivery
        self._stopping = threading.Event()
        self._failure: SmartAlertError | None = None
        self._thread = threading.Thread(target=self._run, name="delivery", daemon=True)

    def _run(self) -> None:
        while not self._stopping.wait(_EVERY_S):
            try:
                self._delivery.offer()
            except SmartAlertError as error:
                self._failure = error
                return

    def __enter__(self) -> Self:
        self._thread.start()
        return self

    def __exit__(
        self, kind: type[BaseException] | None, error: BaseException | None, trace: TracebackType | None
    ) -> None:
        self._stopping.set()
        self._thread.join()
        if self._failure is not None and kind is None:
            raise self._failure
