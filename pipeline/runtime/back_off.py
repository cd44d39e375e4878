"""How long to wait before a camera is tried again: ever longer, never for ever, and not all cameras at once."""

from zlib import crc32

import numpy as np

FIRST_S, LONGEST_S = 1.0, 30.0
"""Between tries at a camera that cannot be reached."""
SLOW_FIRST_S, SLOW_LONGEST_S = 30.0, 300.0
"""Where trying again soon cannot help and may lock the account: a wrong password, a path that is not there."""
_GROWTH = 2.0
_JITTER = 0.3


class BackOff:
    """Remembers how often one stream has failed in a row."""

    def __init__(self, name: str) -> None:
        """No failure yet.

        Args:
            name: Of the stream: two streams wait differently, and the same one alike in every run.
        """
        self._generator = np.random.default_rng(crc32(name.encode()))
        self._failures = 0
        self._was_slow = False

    @property
    def has_failed(self) -> bool:
        """Whether the last try failed."""
        return self._failures > 0

    def failed(self, *, is_slow: bool) -> float:
        """The stream has failed once more.

        Args:
            is_slow: Whether the cause is one that a person has to mend.

        Returns:
            Seconds until the next try: doubled with each failure of the kind, up to a limit, and up to 30 % more or
            less.
        """
        self._failures = self._failures + 1 if is_slow is self._was_slow else 1
        self._was_slow = is_slow
        first_s, longest_s = (SLOW_FIRST_S, SLOW_LONGEST_S) if is_slow else (FIRST_S, LONGEST_S)
        wait_s = min(longest_s, first_s * _GROWTH ** min(self._failures - 1, 16))
        return float(wait_s * self._generator.uniform(1 - _JITTER, 1 + _JITTER))

    def succeeded(self) -> None:
        """Pictures have come for a while: the next failure is the first."""
        self._failures = 0
