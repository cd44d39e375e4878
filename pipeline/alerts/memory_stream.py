"""A stream in memory, for those who try out a delivery without a server."""

from collections.abc import Sequence

from pipeline.alerts.entry_id import NO_ENTRY, EntryId
from pipeline.alerts.outbox import Outgoing, Position
from pipeline.alerts.server import ServerAwayError
from pipeline.alerts.trim import Trimmed


class MemorySink:
    """Behaves as `RedisSink` does on a server.

    Attributes:
        entries: What the stream holds.
        is_away: Set it to make the server unreachable.
    """

    def __init__(self) -> None:
        self.entries: list[tuple[EntryId, Outgoing]] = []
        self.is_away = False
        self._seq_by_outbox: dict[str, int] = {}

    def position(self, outbox: str) -> Position:
        """See `Sink`."""
        self._reach()
        last = self.entries[-1][0] if self.entries else NO_ENTRY
        return Position(self._seq_by_outbox.get(outbox, 0), last)

    def send(self, outbox: str, messages: Sequence[Outgoing], after: int) -> tuple[EntryId, ...]:
        """See `Sink`."""
        if self.position(outbox).seq != after:
            raise ServerAwayError("memory: has gone back since it was asked what it has")
        first = self.entries[-1][0].ms + 1 if self.entries else 1
        added = [(EntryId(first + i, 0), item) for i, item in enumerate(messages)]
        self.entries += added
        self._seq_by_outbox[outbox] = messages[-1].seq
        return tuple(entry for entry, _ in added)

    def trim(self) -> Trimmed:
        """See `Sink`; what is in memory is kept."""
        self._reach()
        return Trimmed(0, "")

    def lose_after(self, count: int) -> None:
        """Go back to the first `count` entries, as a server does whose disk lost the rest."""
        del self.entries[count:]
        self._seq_by_outbox = {
            name: max((item.seq for _, item in self.entries), default=0) for name in self._seq_by_outbox
        }

    def _reach(self) -> None:
        if self.is_away:
            raise ServerAwayError("memory: cannot be reached: it was set away")
