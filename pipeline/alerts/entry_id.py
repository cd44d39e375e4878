"""Ids of stream entries: the server's time in milliseconds and a number within the millisecond."""

import re
from dataclasses import dataclass
from typing import Self

_WRITTEN = re.compile(r"([0-9]{1,20})-([0-9]{1,20})")


@dataclass(frozen=True, slots=True, order=True)
class EntryId:
    """When an entry was added, by the server's clock; ordered as the entries are.

    Attributes:
        ms: Milliseconds since 1970.
        number: Within the millisecond.
    """

    ms: int
    number: int

    def __str__(self) -> str:
        return f"{self.ms}-{self.number}"

    @classmethod
    def parse(cls, text: str) -> Self:
        """An id as the server writes it, `1767571212000-0`.

        Raises:
            ValueError: It is none.
        """
        match = _WRITTEN.fullmatch(text)
        if match is None:
            raise ValueError(f"stream entry id: got {text!r}, expected <milliseconds>-<number>")
        return cls(int(match[1]), int(match[2]))

    def next(self) -> "EntryId":
        """The smallest id after this one."""
        return EntryId(self.ms, self.number + 1)


NO_ENTRY = EntryId(0, 0)
"""Before every entry: what a stream that never held one says of its last."""
