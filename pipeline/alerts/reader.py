"""Reading the stream: what dispatchers and `smart-alert alerts` have of it."""

from collections.abc import Iterator
from contextlib import AbstractContextManager
from dataclasses import dataclass

from pipeline.alerts.entry_id import NO_ENTRY, EntryId
from pipeline.alerts.server import Server, text

_PAGE = 500
_Row = tuple[str | bytes | None, dict[str | bytes, str | bytes] | None]
"""An entry as redis-py's types have it; with our clients all of it is text."""


@dataclass(frozen=True, slots=True)
class Received:
    """One entry of the stream.

    Attributes:
        entry: Its id, which tells when it was sent.
        line: The message; empty where the entry holds none (somebody else wrote it).
    """

    entry: EntryId
    line: str


class AlertReader:
    """Reads without a consumer group: nothing is acknowledged, and nobody misses anything for it."""

    def __init__(self, server: Server, stream: str) -> None:
        self._server = server
        self._stream = stream

    def since(self, first: EntryId) -> Iterator[Received]:
        """The entries from `first` on that are there now, in order, a page at a time.

        Raises:
            ServerAwayError: The server cannot be reached.
            StreamError: It refuses.
        """
        while page := self._page(first):
            yield from page
            first = page[-1].entry.next()

    def last(self, count: int) -> tuple[Received, ...]:
        """The last `count` entries, oldest first.

        Raises:
            ServerAwayError: The server cannot be reached.
            StreamError: It refuses.
        """
        with self._explained():
            rows = self._server.client().xrevrange(self._stream, count=count)
        return tuple(_received(row) for row in reversed(rows or []))

    def wait(self, after: EntryId, longest_ms: int) -> tuple[Received, ...]:
        """The entries after `after`; where there is none yet, waits for one.

        Args:
            after: The last that is known.
            longest_ms: How long to wait; below the connection's time-out of 5 s.

        Raises:
            ServerAwayError: The server cannot be reached.
            StreamError: It refuses.
        """
        with self._explained():
            something = self._server.client().xread({self._stream: str(after)}, count=1, block=longest_ms)
        return self._page(after.next()) if something else ()

    def end(self) -> EntryId:
        """The id of the last entry; `NO_ENTRY` where there is none."""
        last = self.last(1)
        return last[0].entry if last else NO_ENTRY

    def _page(self, first: EntryId) -> tuple[Received, ...]:
        with self._explained():
            rows = self._server.client().xrange(self._stream, min=str(first), count=_PAGE)
        return tuple(_received(row) for row in rows or [])

    def _explained(self) -> AbstractContextManager[None]:
        return self._server.explained(f"stream {self._stream}")


def _received(row: _Row) -> Received:
    entry, fields = row
    return Received(EntryId.parse(text(entry)), text((fields or {}).get("alert")))
