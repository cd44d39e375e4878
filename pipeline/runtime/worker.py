"""One piece of work that is done again and again, in a thread of its own."""

import threading
from collections.abc import Callable
from types import TracebackType
from typing import Self

_LONGEST_END_S = 10.0


class Worker:
    """Does a turn at once, then after every pause or when it is rung, until the `with` block ends.

    What may go wrong in a turn is the turn's own matter.
    """

    def __init__(self, name: str, turn: Callable[[], None], pause_s: float, told: Callable[[str], None]) -> None:
        """Nothing is done yet.

        Args:
            name: Of the thread.
            turn: Does some of the work.
            pause_s: Between two turns, unless it is rung.
            told: Takes one line about a mistake of the program in a turn; the next turn comes all the same.
        """
        self._turn, self._pause_s, self._told = turn, pause_s, told
        self._stopping, self._rung = threading.Event(), threading.Event()
        self._thread = threading.Thread(target=self._run, name=name, daemon=True)

    @property
    def is_stopping(self) -> bool:
        """Whether the turn that is going on is the last."""
        return self._stopping.is_set()

    def ring(self) -> None:
        """There is something to do: the next turn comes at once."""
        self._rung.set()

    def sleep(self, longest_s: float) -> None:
        """Wait within a turn, at most until the work is to end."""
        self._stopping.wait(longest_s)

    def __enter__(self) -> Self:
        self._thread.start()
        return self

    def __exit__(
        self, kind: type[BaseException] | None, error: BaseException | None, trace: TracebackType | None
    ) -> None:
        self._stopping.set()
        self._rung.set()
        self._thread.join(_LONGEST_END_S)

    def _run(self) -> None:
        while not self._stopping.is_set():
            self._rung.clear()
            try:
                self._turn()
            # A mistake of the program in one turn must not end all that follow.
            except Exception as error:  # noqa: BLE001
                self._told(f"{self._thread.name}: mistake in the program: {type(error).__name__}: {error}")
                self._stopping.wait(1.0)
            self._rung.wait(self._pause_s)
