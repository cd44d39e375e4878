"""One Redis server as its users see it: connected when needed, connected anew after a failure, its errors ours."""

import re
from collections.abc import Callable, Iterator
from contextlib import contextmanager

from redis import Redis, exceptions

from pipeline.config.secrets import redact
from pipeline.errors import StreamError

_PASSING = (
    exceptions.ReadOnlyError,
    exceptions.OutOfMemoryError,
    exceptions.ClusterDownError,
    exceptions.TryAgainError,
)
_PASSING_WORDS = ("MISCONF", "NOREPLICAS", "MASTERDOWN", "BUSY ", "UNBLOCKED")
"""Replies of a server that fails over, or is full or busy: they pass, or an operator ends them. It has no class in
redis-py for some of them. `UNBLOCKED`: a master became a replica under a client that waited for news."""
_IN_PIPELINE = re.compile(r"^Command # \d+ \(.*\) of pipeline caused error: ", re.DOTALL)
"""What redis-py puts before the server's own words; it quotes the command, and with it the alert."""


class ServerAwayError(StreamError):
    """The server cannot be reached now; later it may."""


class Server:
    """Holds one connection. Used from one thread at a time.

    Attributes:
        shown: The server's address for messages, without password.
    """

    def __init__(self, connect: Callable[[], Redis], shown: str) -> None:
        """Nothing is connected yet.

        Args:
            connect: Gives a client, without retries and with time-outs; called again after a failure.
            shown: See the attribute.
        """
        self.shown = shown
        self._connect = connect
        self._clients: list[Redis] = []

    def client(self) -> Redis:
        """The client, made if there is none."""
        if not self._clients:
            self._clients.append(self._connect())
        return self._clients[0]

    def check(self) -> None:
        """See whether it answers.

        Raises:
            ServerAwayError: It cannot be reached now.
            StreamError: It refuses.
        """
        with self.explained("ping"):
            self.client().ping()

    def close(self) -> None:
        """Disconnect; the next use connects again."""
        while self._clients:
            self._clients.pop().close()

    @contextmanager
    def explained(self, subject: str) -> Iterator[None]:
        """Redis' errors as ours: one line, no password. After one that may pass, the client is made anew.

        Args:
            subject: What is being used, for the message.

        Raises:
            ServerAwayError: The server cannot be reached now, or is not ready.
            StreamError: It refuses.
        """
        try:
            yield
        except (exceptions.AuthenticationError, exceptions.AuthorizationError) as error:
            self.close()
            raise StreamError(f"{self.shown}: refuses the user or the password: {first_line(error)}") from error
        except exceptions.ResponseError as error:
            if isinstance(error, _PASSING) or first_line(error).startswith(_PASSING_WORDS):
                self.close()
                raise ServerAwayError(f"{self.shown}: not ready: {first_line(error)}") from error
            raise StreamError(
                f"{self.shown}: {subject}: refused: {first_line(error)}"
                " (expected Redis 6.2 or newer and a key that holds a stream)"
            ) from error
        # redis-py says so too of a connection that ended in the midst of a transaction.
        except exceptions.WatchError as error:
            self.close()
            raise ServerAwayError(f"{self.shown}: {subject}: changed while it was written to") from error
        except (exceptions.ConnectionError, exceptions.TimeoutError, OSError) as error:
            self.close()
            raise ServerAwayError(f"{self.shown}: cannot be reached: {first_line(error)}") from error
        except exceptions.RedisError as error:
            self.close()
            raise StreamError(f"{self.shown}: {first_line(error)}") from error


def first_line(error: Exception) -> str:
    """What the error says, one line, without credentials."""
    lines = redact(_IN_PIPELINE.sub("", str(error))).splitlines()
    return lines[0] if lines else type(error).__name__


def text(value: object) -> str:
    """A reply as text; empty for none."""
    if value is None:
        return ""
    return value.decode(errors="replace") if isinstance(value, bytes) else str(value)
