"""What the outside has to say to a process, as signals."""

import signal
import threading
from collections import deque
from types import FrameType, TracebackType
from typing import Self

from pipeline.runtime.early_words import early_words
from pipeline.runtime.wake import Wake


class Signals:
    """Rings when the process is told to stop (SIGTERM, SIGINT) or to read its site file again (SIGHUP).

    From the start of a `with` block to its end, in the main thread. Remembers what it was told.
    """

    def __init__(self) -> None:
        self._told: deque[Wake] = deque()
        self._rung = threading.Event()
        self._wake_by_signal = {
            signal.SIGTERM: Wake.STOP,
            signal.SIGINT: Wake.STOP,
            signal.SIGHUP: Wake.RELOAD,
        }

    def __enter__(self) -> Self:
        early = early_words()
        self._before = {number: signal.signal(number, self._hear) for number in self._wake_by_signal}
        if early is not None and early.heard:
            self.ring(Wake.RELOAD)
        return self

    def __exit__(
        self, kind: type[BaseException] | None, error: BaseException | None, trace: TracebackType | None
    ) -> None:
        for number, handler in self._before.items():
            signal.signal(number, handler)

    def wait(self, longest_s: float) -> Wake:
        """Wait for a word from outside, at most so long."""
        if not self._told:
            self._rung.wait(longest_s)
        self._rung.clear()
        return self._told.popleft() if self._told else Wake.NOTHING

    def ring(self, word: Wake) -> None:
        """Say a word as if it came from outside; from any thread."""
        self._told.append(word)
        self._rung.set()

    def _hear(self, number: int, _frame: FrameType | None) -> None:
        self.ring(self._wake_by_signal[signal.Signals(number)])
