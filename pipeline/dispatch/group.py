"""A consumer group on the stream of alerts, as Redis has it: what was read, what is pending, what nobody could handle.

Redis counts how often an entry was handed out. `take_over` and `pending` leave that count alone, `again` raises it: so
an entry that waited behind a bad one is not taken for a bad one itself.
"""

from collections.abc import Iterable, Mapping, Sequence
from contextlib import AbstractContextManager
from dataclasses import dataclass

from redis import exceptions
from redis.typing import EncodableT, FieldT

from pipeline.alerts.entry_id import EntryId
from pipeline.alerts.server import Server, first_line, text

MOST_DEAD = 100_000
"""Dead letters that are kept, more or less: the oldest go first."""
_PAGE = 100
_Row = tuple[str | bytes | None, dict[str | bytes, str | bytes] | None]


@dataclass(frozen=True, slots=True)
class GroupEntry:
    """One entry as the group has it.

    Attributes:
        entry: Its id.
        fields: What it holds; empty where it was deleted from the stream.
        tries: How often it was handed out, this time included.
    """

    entry: EntryId
    fields: Mapping[str, str]
    tries: int


@dataclass(frozen=True, slots=True)
class TakenOver:
    """What was made mine.

    Attributes:
        count: How many entries; they are among `pending` now.
        deleted: Entries that were deleted from the stream while they were pending; nobody can have them any more. Redis
            6.2 tells of them only when they are handed out.
    """

    count: int
    deleted: tuple[EntryId, ...]


class ConsumerGroup:
    """One consumer of a group. Each method may raise ServerAwayError or StreamError; see `Server.explained`.

    Attributes:
        dead: Key of the stream of dead letters.
    """

    def __init__(self, server: Server, stream: str, group: str, consumer: str) -> None:
        """Nothing is connected yet.

        Args:
            server: Where the stream is.
            stream: Its key.
            group: Made at the stream's beginning where it is missing: a new group misses nothing that is still there.
            consumer: Unique within the group among the processes that run at the same time.
        """
        self.dead = dead_letters(stream)
        self._server = server
        self._stream = stream
        self._group = group
        self._consumer = consumer

    def new(self, count: int, block_ms: int) -> tuple[GroupEntry, ...]:
        """Entries that nobody of the group has had, in order; waits for the first at most so long.

        A group that is not there (a new one, a server that lost it) is made, and none is returned this time.
        """
        with self._explained():
            try:
                reply = self._server.client().xreadgroup(
                    self._group, self._consumer, {self._stream: ">"}, count=count, block=block_ms
                )
            except exceptions.ResponseError as error:
                if not first_line(error).startswith("NOGROUP"):
                    raise
                self._create()
                return ()
        return tuple(_entry(row, 1) for row in _rows(reply))

    def pending(self, count: int) -> tuple[EntryId, ...]:
        """The first entries that this consumer was handed and has not acknowledged, in order."""
        with self._explained():
            if not self._is_there():
                return ()
            rows = self._server.client().xpending_range(
                self._stream, self._group, min="-", max="+", count=count, consumername=self._consumer
            )
        return tuple(EntryId.parse(text(row["message_id"])) for row in rows)

    def take_over(self, idle_ms: int) -> TakenOver:
        """Make entries mine that another consumer was handed so long ago and has not acknowledged."""
        with self._explained():
            if not self._is_there():
                return TakenOver(0, ())
            client = self._server.client()
            # redis-py would leave out the third part of the reply: entries that were deleted, and are given up with it.
            client.set_response_callback("XAUTOCLAIM", _as_it_came)
            reply = client.xautoclaim(
                self._stream, self._group, self._consumer, idle_ms, start_id="0-0", count=_PAGE, justid=True
            )
        deleted = reply[2] if len(reply) > 2 else []
        return TakenOver(len(reply[1]), tuple(EntryId.parse(text(entry)) for entry in deleted))

    def again(self, entry: EntryId) -> GroupEntry | None:
        """A pending entry once more, its count raised; None where it is pending no longer, or was deleted.

        One that was deleted is acknowledged: nobody can have it any more.
        """
        with self._explained():
            client = self._server.client()
            rows = client.xclaim(self._stream, self._group, self._consumer, 0, [str(entry)])
            row = next((one for one in rows if not isinstance(one, str | bytes) and one[0] is not None), None)
            if row is None:
                client.xack(self._stream, self._group, str(entry))
                return None
            counted = client.xpending_range(self._stream, self._group, min=str(entry), max=str(entry), count=1)
        tries = int(counted[0]["times_delivered"]) if counted else 1
        return _entry(row, tries)

    def acknowledge(self, entries: Iterable[EntryId]) -> None:
        """Done with these: they are handed out no more."""
        ids = [str(entry) for entry in entries]
        if ids:
            with self._explained():
                self._server.client().xack(self._stream, self._group, *ids)

    def bury(self, item: GroupEntry, reason: str) -> None:
        """Put an entry with the dead letters, with the reason, and acknowledge it: both or neither."""
        letter: dict[FieldT, EncodableT] = {
            "reason": reason[:2000],
            "entry": str(item.entry),
            "group": self._group,
            "consumer": self._consumer,
            "tries": item.tries,
        }
        letter.update((key, value) for key, value in item.fields.items() if key not in letter)
        with self._explained():
            steps = self._server.client().pipeline(transaction=True)
            steps.xadd(self.dead, letter, maxlen=MOST_DEAD, approximate=True)
            steps.xack(self._stream, self._group, str(item.entry))
            steps.execute()

    def send(self, stream: str, field: str, line: str) -> EntryId:
        """Add a message to another stream of the same server; the id of its entry."""
        with self._server.explained(f"stream {stream}"):
            return EntryId.parse(text(self._server.client().xadd(stream, {field: line})))

    def _is_there(self) -> bool:
        """Whether the group exists; it is made where it does not."""
        client = self._server.client()
        if client.exists(self._stream) and any(
            text(one["name"]) == self._group for one in client.xinfo_groups(self._stream)
        ):
            return True
        self._create()
        return False

    def _create(self) -> None:
        try:
            self._server.client().xgroup_create(self._stream, self._group, id="0", mkstream=True)
        except exceptions.ResponseError as error:
            # Another process of the group was quicker.
            if not first_line(error).startswith("BUSYGROUP"):
                raise

    def _explained(self) -> AbstractContextManager[None]:
        return self._server.explained(f"stream {self._stream}, group {self._group}")


def dead_letters(stream: str) -> str:
    """The key of the stream of dead letters, on the same node of a cluster: a transaction needs that."""
    return f"{stream}:dead" if "{" in stream else f"{{{stream}}}:dead"


def _as_it_came(reply: list[object], **_options: object) -> list[object]:
    return reply


def _rows(reply: object) -> Sequence[_Row]:
    """The entries of the one stream that was asked for: redis-py has a list of streams, or a mapping of them."""
    streams = (
        reply.values() if isinstance(reply, dict) else [pair[1] for pair in reply] if isinstance(reply, list) else []
    )
    rows: list[_Row] = []
    for stream in streams:
        # By RESP3 a mapping's entries can lie one list deeper.
        inner = stream[0] if stream and isinstance(stream[0], list) else stream
        rows.extend(inner)
    return rows


def _entry(row: _Row, tries: int) -> GroupEntry:
    entry, fields = row
    return GroupEntry(
        EntryId.parse(text(entry)), {text(key): text(value) for key, value in (fields or {}).items()}, tries
    )
