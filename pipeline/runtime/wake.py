"""What the outside has to say to a process that runs until it is told to stop."""

from enum import StrEnum
from typing import Protocol


class Wake(StrEnum):
    """Why it is woken."""

    STOP = "stop"
    RELOAD = "reload"
    NOTHING = "nothing"
    """It only looks round."""


class Bell(Protocol):
    """Wakes whoever waits."""

    def wait(self, longest_s: float) -> Wake:
        """Wait for a word from outside, at most so long."""
        ...

    def ring(self, word: Wake) -> None:
        """Say a word; from any thread."""
        ...
