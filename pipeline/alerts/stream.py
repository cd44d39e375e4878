"""The Redis stream that dispatchers read."""

from collections.abc import Sequence
from typing import Protocol

from redis import Redis

from pipeline.alerts.entry_id import NO_ENTRY, EntryId
from pipeline.alerts.outbox import Outgoing, Position
from pipeline.alerts.server import Server, ServerAwayError, text
from pipeline.alerts.trim import Trimmed, trim


class Sink(Protocol):
    """Where an outbox sends."""

    def position(self, outbox: str) -> Position:
        """How far the server has come with the outbox of that name.

        Raises:
            ServerAwayError: It cannot be reached now.
            StreamError: It refuses.
        """

    def send(self, outbox: str, messages: Sequence[Outgoing], after: int) -> tuple[EntryId, ...]:
        """Add the messages to the stream, in order, all or none; the ids of their entries.

        Args:
            outbox: Its name.
            messages: At least one.
            after: `Position.seq` as the server last told it, or the last message that was sent since.

        Raises:
            ServerAwayError: It cannot be reached now; whether it has them is not known. Or it has gone back since:
                what it has lost is to be sent before these.
            StreamError: It refuses.
        """

    def trim(self) -> Trimmed:
        """Remove what is old and no consumer group still needs.

        Raises:
            ServerAwayError: It cannot be reached now.
            StreamError: It refuses.
        """


class RedisSink:
    """The stream on a Redis server.

    In the transaction that adds messages it notes, under `{<stream>}:sent`, how far the outbox has come. So a server
    that has gone back (its disk lost the last second, a replica took over) or is another one tells by itself what
    it lacks, whoever else writes to the stream and whatever consumers delete from it. The transaction holds only where
    that note is as it was last told: a server that goes back just before it would else be told that it has all.
    """

    def __init__(self, server: Server, stream: str, keep_ns: int) -> None:
        """Nothing is connected yet.

        Args:
            server: Where the stream is.
            stream: Its key.
            keep_ns: How long an entry stays after it was sent.
        """
        self._server = server
        self._stream = stream
        self._keep_ns = keep_ns

    def position(self, outbox: str) -> Position:
        """See `Sink`."""
        with self._server.explained(f"stream {self._stream}"):
            client = self._server.client()
            noted = client.hget(marker_key(self._stream), outbox)
            return Position(_whole_number(noted), self._last_entry(client))

    def send(self, outbox: str, messages: Sequence[Outgoing], after: int) -> tuple[EntryId, ...]:
        """See `Sink`."""
        marker = marker_key(self._stream)
        with (
            self._server.explained(f"stream {self._stream}"),
            self._server.client().pipeline(transaction=True) as steps,
        ):
            steps.watch(marker)  # type: ignore[no-untyped-call]  # redis-py leaves it without types
            if _whole_number(steps.hget(marker, outbox)) != after:
                raise ServerAwayError(f"{self._server.shown}: has gone back since it was asked what it has")
            steps.multi()
            for item in messages:
                steps.xadd(
                    self._stream,
                    {
                        "alert": item.line,
                        "id": item.event,
                        "state": item.state,
                        "algorithm": item.algorithm,
                        "severity": item.severity,
                    },
                )
            steps.hset(marker, outbox, str(messages[-1].seq))
            replies = steps.execute()
        return tuple(EntryId.parse(text(reply)) for reply in replies[:-1])

    def trim(self) -> Trimmed:
        """See `Sink`."""
        with self._server.explained(f"stream {self._stream}"):
            return trim(self._server.client(), self._stream, self._keep_ns)

    def _last_entry(self, client: Redis) -> EntryId:
        if not client.exists(self._stream):
            return NO_ENTRY
        return EntryId.parse(text(client.xinfo_stream(self._stream)["last-generated-id"]))


def marker_key(stream: str) -> str:
    """The hash beside the stream: by outbox, the last message of it that is in the stream.

    The braces keep both on one node of a cluster: a transaction needs that.
    """
    return f"{stream}:sent" if "{" in stream else f"{{{stream}}}:sent"


def _whole_number(value: object) -> int:
    written = text(value)
    return int(written) if written.isdecimal() else 0
