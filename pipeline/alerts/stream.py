"""The Redis stream that dispatchers read."""

import re
from collections.abc import Callable, Iterator, Sequence
from contextlib import contextmanager
from typing import Protocol

from redis import Redis, exceptions

from pipeline.alerts.entry_id import NO_ENTRY, EntryId
from pipeline.alerts.outbox import Outgoing, Position
from pipeline.config.secrets import redact
from pipeline.errors import StreamError

_PASSING = (
    exceptions.ReadOnlyError,
    exceptions.OutOfMemoryError,
    exceptions.ClusterDownError,
    exceptions.TryAgainError,
)
_PASSING_WORDS = ("MISCONF", "NOREPLICAS", "MASTERDOWN", "BUSY ")
"""Replies of a server that fails over, or is full or busy: they pass, or an operator ends them. It has no class in
redis-py for some of them."""
_IN_PIPELINE = re.compile(r"^Command # \d+ \(.*\) of pipeline caused error: ", re.DOTALL)
"""What redis-py puts before the server's own words; it quotes the command, and with it the alert."""


class ServerAwayError(StreamError):
    """The server cannot be reached now; later it may."""


class Sink(Protocol):
    """Where an outbox sends."""

    def position(self, outbox: str) -> Position:
        """How far the server has come with the outbox of that name.

        Raises:
            ServerAwayError: It cannot be reached now.
            StreamError: It refuses.
        """

    def send(self, outbox: str, messages: Sequence[Outgoing]) -> tuple[EntryId, ...]:
        """Add the messages to the stream, in order, all or none; the ids of their entries.

        Raises:
            ServerAwayError: It cannot be reached now; whether it has them is not known.
            StreamError: It refuses.
        """


class RedisSink:
    """The stream on a Redis server.

    In the transaction that adds messages it notes, under `{<stream>}:sent`, how far the outbox has come. So a server
    that has gone back (its disk lost the last second, a replica took over) or is another one tells by itself what
    it lacks, whoever else writes to the stream and whatever consumers delete from it.
    """

    def __init__(self, connect: Callable[[], Redis], stream: str, shown: str) -> None:
        """Nothing is connected yet.

        Args:
            connect: Gives a client, without retries and with time-outs; called again after a failure.
            stream: The stream's key.
            shown: The server's address for messages, without password.
        """
        self._connect = connect
        self._stream = stream
        self._shown = shown
        self._clients: list[Redis] = []

    def position(self, outbox: str) -> Position:
        """See `Sink`."""
        with self.explained():
            client = self.client()
            noted = client.hget(marker_key(self._stream), outbox)
            return Position(_whole_number(noted), self._last_entry(client))

    def send(self, outbox: str, messages: Sequence[Outgoing]) -> tuple[EntryId, ...]:
        """See `Sink`."""
        with self.explained():
            steps = self.client().pipeline(transaction=True)
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
            steps.hset(marker_key(self._stream), outbox, str(messages[-1].seq))
            replies = steps.execute()
        return tuple(EntryId.parse(_text(reply)) for reply in replies[:-1])

    def client(self) -> Redis:
        """The connected client."""
        if not self._clients:
            self._clients.append(self._connect())
        return self._clients[0]

    def close(self) -> None:
        """Disconnect; the next call connects again."""
        while self._clients:
            self._clients.pop().close()

    @contextmanager
    def explained(self) -> Iterator[None]:
        """Redis' errors as ours: one line, no password; after one that may pass, the client is connected anew."""
        try:
            yield
        except (exceptions.AuthenticationError, exceptions.AuthorizationError) as error:
            self.close()
            raise StreamError(f"{self._shown}: refuses the user or the password: {first_line(error)}") from error
        except exceptions.ResponseError as error:
            if isinstance(error, _PASSING) or first_line(error).startswith(_PASSING_WORDS):
                self.close()
                raise ServerAwayError(f"{self._shown}: not ready: {first_line(error)}") from error
            raise StreamError(
                f"{self._shown}: stream {self._stream}: refused: {first_line(error)}"
                " (expected Redis 6.2 or newer and a key that holds a stream)"
            ) from error
        except (exceptions.ConnectionError, exceptions.TimeoutError, OSError) as error:
            self.close()
            raise ServerAwayError(f"{self._shown}: cannot be reached: {first_line(error)}") from error
        except exceptions.RedisError as error:
            self.close()
            raise StreamError(f"{self._shown}: {first_line(error)}") from error

    def _last_entry(self, client: Redis) -> EntryId:
        if not client.exists(self._stream):
            return NO_ENTRY
        return EntryId.parse(_text(client.xinfo_stream(self._stream)["last-generated-id"]))


def marker_key(stream: str) -> str:
    """The hash beside the stream: by outbox, the last message of it that is in the stream.

    The braces keep both on one node of a cluster: a transaction needs that.
    """
    return f"{stream}:sent" if "{" in stream else f"{{{stream}}}:sent"


def first_line(error: Exception) -> str:
    """What the error says, one line, without credentials."""
    lines = redact(_IN_PIPELINE.sub("", str(error))).splitlines()
    return lines[0] if lines else type(error).__name__


def _whole_number(value: object) -> int:
    text = _text(value) if value is not None else "0"
    return int(text) if text.isdecimal() else 0


def _text(value: object) -> str:
    return value.decode() if isinstance(value, bytes) else str(value)
