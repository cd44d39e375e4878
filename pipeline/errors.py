"""The errors a user may see: each is one line (or one line a fault) for the person who can act on it.

SmartAlertError
|- UsageError          the call or a file is wrong (exit 2)
|  `- ConfigError      a site file, its fences or what they name: carries every fault
|- SourceError         a video or a camera cannot be opened or read
|- ModelError          a network or its card is missing or does not fit
|- StateError          the state folder (outbox, evidence, log) cannot be written or read
|- StoreError          the store for evidence cannot be reached, or refuses
`- StreamError         Redis cannot be reached, or refuses
"""

from collections.abc import Sequence
from dataclasses import dataclass


class SmartAlertError(Exception):
    """Something failed that the user can act on. Exit code 1 unless a subclass says otherwise."""

    exit_code = 1


class UsageError(SmartAlertError):
    """The call or a file is wrong."""

    exit_code = 2


@dataclass(frozen=True, slots=True, order=True)
class Fault:
    """One mistake in a file.

    Attributes:
        file: As the user named it.
        line: 1-based; 0 where the fault belongs to the whole file.
        key: Dotted path of the key (`rules[0].dwell`); empty for the whole file.
        text: The fault, with what was got and what is allowed.
    """

    file: str
    line: int
    key: str
    text: str

    def __str__(self) -> str:
        place = f"{self.file}:{self.line}" if self.line else self.file
        return f"{place}: {self.key}: {self.text}" if self.key else f"{place}: {self.text}"


class ConfigError(UsageError):
    """A site file, a fence file or the catalogue is wrong; all its faults at once."""

    def __init__(self, faults: Sequence[Fault]) -> None:
        self.faults = tuple(faults)
        super().__init__("\n".join(str(fault) for fault in self.faults))


class SourceError(SmartAlertError):
    """A video or a camera cannot be opened or read."""


class ModelError(SmartAlertError):
    """A network or its card is missing, damaged, or does not fit the other."""


class StateError(SmartAlertError):
    """The state folder cannot be written or read back."""


class StoreError(SmartAlertError):
    """The store for evidence cannot be reached, or refuses."""


class StreamError(SmartAlertError):
    """Redis cannot be reached, or refuses."""
