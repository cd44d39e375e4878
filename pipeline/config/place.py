"""Where something is written in a file of the user's, for a fault that shows only when it is tried."""

from collections.abc import Mapping
from dataclasses import dataclass, field

from pipeline.errors import Fault


@dataclass(frozen=True, slots=True)
class Place:
    """Where a thing is written, for a fault that shows only when it is tried.

    Attributes:
        file: As the user named it.
        line: 1-based; 0: nowhere, it is a default.
        key: Dotted path.
        line_by_key: Of the keys below that are written.
    """

    file: str
    line: int
    key: str
    line_by_key: Mapping[str, int] = field(default_factory=dict, repr=False, compare=False)

    def fault(self, key: str, text: str) -> Fault:
        """A mistake at `key` below, such as `source` or `streams.main`."""
        line = self.line_by_key.get(key.partition(".")[0], self.line)
        return Fault(self.file, line, f"{self.key}.{key}".strip("."), text)


NOWHERE = Place("", 0, "")
