"""SIGHUP while the program is still being loaded: heard at once, acted on when there is something to act on.

This module imports nothing of ours: a handler has to be there before anything that takes time.
"""

import signal
from types import FrameType, TracebackType
from typing import Self

HEARING = frozenset({"run", "dispatch"})
"""Commands that read something again on SIGHUP; any other is ended by it, as ever."""


class EarlyWords:
    """Hears SIGHUP from the start of a `with` block, in the main thread. Remembers how often it was heard.

    It stands in the table of signals as the handler itself: who takes its place there finds it, and what it was told.
    """

    def __init__(self) -> None:
        self.heard = 0

    def __call__(self, number: int, _frame: FrameType | None) -> None:
        """Take note."""
        del number
        self.heard += 1

    def __enter__(self) -> Self:
        self._before = signal.signal(signal.SIGHUP, self)
        return self

    def __exit__(
        self, kind: type[BaseException] | None, error: BaseException | None, trace: TracebackType | None
    ) -> None:
        signal.signal(signal.SIGHUP, self._before)

    def hand_back(self) -> None:
        """There is nothing to be read again after all: SIGHUP is what it was, also one that was heard meanwhile."""
        signal.signal(signal.SIGHUP, self._before)
        if self.heard:
            signal.raise_signal(signal.SIGHUP)


def early_words() -> EarlyWords | None:
    """Who hears SIGHUP now, where it is one of these."""
    handler = signal.getsignal(signal.SIGHUP)
    return handler if isinstance(handler, EarlyWords) else None
