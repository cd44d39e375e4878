"""The Redis stream on which operators' words come back."""

from dataclasses import dataclass
from typing import Protocol

from pipeline.alerts.command_message import FIELD
from pipeline.alerts.entry_id import NO_ENTRY, EntryId
from pipeline.alerts.server import Server, text
from pipeline.alerts.trim import trim

_MOST_AT_ONCE = 100


@dataclass(frozen=True, slots=True)
class HeardLine:
    """One entry of the stream, as it came.

    Attributes:
        entry: Its id.
        line: What its field `command` holds; empty where it has none.
    """

    entry: EntryId
    line: str


class CommandSource(Protocol):
    """Where commands come from."""

    def after(self, position: EntryId, longest_ms: int) -> tuple[HeardLine, ...]:
        """The next entries after a position, waiting for the first of them.

        Raises:
            ServerAwayError: The server cannot be reached now.
            StreamError: It refuses.
        """
        ...


class CommandStream:
    """The stream on a Redis server. It is read without a consumer group: the pipeline notes itself how far it is."""

    def __init__(self, server: Server, stream: str, keep_ns: int) -> None:
        """Nothing is connected yet.

        Args:
            server: Where the stream is; used by nobody else.
            stream: Its key.
            keep_ns: How long a command stays after it was sent.
        """
        self._server, self._stream, self._keep_ns = server, stream, keep_ns

    def after(self, position: EntryId, longest_ms: int) -> tuple[HeardLine, ...]:
        """See `CommandSource`. A stream that has gone back behind the position is read from its beginning.

        Args:
            position: The last entry that was dealt with.
            longest_ms: How long to wait; below the connection's time-out of 5 s.
        """
        with self._server.explained(f"stream {self._stream}"):
            client = self._server.client()
            start = NO_ENTRY if self._has_gone_back(position) else position
            if not client.xread({self._stream: str(start)}, count=1, block=longest_ms):
                return ()
            rows = client.xrange(self._stream, min=str(start.next()), count=_MOST_AT_ONCE)
        # Where words come, old ones go: nobody else sees to it.
        self.trim()
        return tuple(
            HeardLine(EntryId.parse(text(entry)), text((fields or {}).get(FIELD))) for entry, fields in rows or []
        )

    def trim(self) -> None:
        """Remove what is old.

        Raises:
            ServerAwayError: The server cannot be reached now.
            StreamError: It refuses.
        """
        with self._server.explained(f"stream {self._stream}"):
            trim(self._server.client(), self._stream, self._keep_ns)

    def _has_gone_back(self, position: EntryId) -> bool:
        """Whether the server is another one, or has lost its last seconds: ids tell what was dealt with already."""
        if position == NO_ENTRY:
            return False
        client = self._server.client()
        if not client.exists(self._stream):
            return True
        return EntryId.parse(text(client.xinfo_stream(self._stream)["last-generated-id"])) < position
