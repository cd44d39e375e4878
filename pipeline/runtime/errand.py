"""One thing that is done in a thread of its own while others go on, and is asked after later."""

import threading
from collections.abc import Callable
from concurrent.futures import Future
from typing import Generic, TypeVar

_Result = TypeVar("_Result")


class Errand(Generic[_Result]):
    """Begins at once. It holds up nothing, not even the end of the process."""

    def __init__(self, work: Callable[[], _Result]) -> None:
        """Send somebody off.

        Args:
            work: What is to be done.
        """
        self._future: Future[_Result] = Future()
        threading.Thread(target=self._run, args=(work,), name="errand", daemon=True).start()

    def is_done(self, longest_s: float) -> bool:
        """Whether it has ended; waited for at most so long."""
        try:
            self._future.exception(longest_s)
        except TimeoutError:
            return False
        return True

    def result(self) -> _Result:
        """What came of it; raises what the work raised. Waits for the end."""
        return self._future.result()

    def _run(self, work: Callable[[], _Result]) -> None:
        try:
            self._future.set_result(work())
        # Whoever asks is told.
        except BaseException as error:  # noqa: BLE001
            self._future.set_exception(error)
