"""Keeps offering what waits in the outbox while the cameras are watched: a server that returns is told at once."""

import threading
from collections.abc import Callable
from contextlib import nullcontext, suppress
from types import TracebackType
from typing import Self

from pipeline.alerts.delivery import Delivery, Offer, Reached
from pipeline.errors import SmartAlertError

_EVERY_S = 0.5
_SHORTEST_S = 0.02
"""Between two offers: a storm goes in batches."""
_AFTER_REFUSAL_S = 30.0
_LONGEST_END_S = 2.0


class Pump:
    """Offers what is kept at once and twice a second, from a thread of its own, while the `with` block lasts.

    And once as it ends. A run that goes on whatever the server says ends within two seconds as well, whatever the
    server says then.

    Nothing is lost whatever the server says: what was not sent is in the outbox.

    Attributes:
        last: How the last offer went; after the block, the one at its end.
    """

    def __init__(self, delivery: Delivery, report: Callable[[Offer | SmartAlertError], None] | None = None) -> None:
        """Nothing is offered yet.

        Args:
            delivery: From which outbox to which stream.
            report: Of a run that goes on whatever the server says: told how each offer went. Without it a server that
                refuses for good ends the pump.
        """
        self._delivery = delivery
        self._report = report
        self._stopping = threading.Event()
        self._rung = threading.Event()
        self._failure: SmartAlertError | None = None
        self._is_away = False
        self.last = Offer(Reached.PAUSING, 0, 0, "")
        self._thread = threading.Thread(target=self._run, name="delivery", daemon=True)

    def __enter__(self) -> Self:
        self._delivery.when_kept(self._rung.set)
        self._thread.start()
        return self

    def __exit__(
        self, kind: type[BaseException] | None, error: BaseException | None, trace: TracebackType | None
    ) -> None:
        self._stopping.set()
        self._rung.set()
        if self._report is not None:
            # A server that has stopped answering may hold the thread for longer: what it has not had is in the outbox.
            self._thread.join(_LONGEST_END_S)
            return
        self._thread.join()
        if kind is None and self._failure is not None:
            raise self._failure
        # Also where the work failed: what the other cameras told last is not left behind.
        with suppress(SmartAlertError) if kind is not None else nullcontext():
            self.last = self._delivery.offer(after_pause=False)

    def _run(self) -> None:
        while not self._is_over():
            try:
                self.last = self._delivery.offer()
            except SmartAlertError as error:
                if self._report is None:
                    self._failure = error
                    return
                self._tell(error)
                self._stopping.wait(_AFTER_REFUSAL_S)
            else:
                self._is_away = self.last.reached is not Reached.ALL_SENT
                self._tell(self.last)
        if self._report is not None and not self._is_away:
            with suppress(SmartAlertError):
                self.last = self._delivery.offer(after_pause=False)

    def _is_over(self) -> bool:
        """Wait until there is something to offer, or it is time to look again; whether it was told to stop."""
        if not self._stopping.wait(_SHORTEST_S):
            self._rung.wait(_EVERY_S - _SHORTEST_S)
        self._rung.clear()
        return self._stopping.is_set()

    def _tell(self, outcome: Offer | SmartAlertError) -> None:
        if self._report is not None and not self._stopping.is_set():
            self._report(outcome)
