"""Clients for the addresses a site file may name: `redis://`, `rediss://`, `redis+sentinel://`."""

from collections.abc import Callable
from urllib.parse import SplitResult, parse_qs, unquote, urlsplit

from redis import Redis
from redis.backoff import NoBackoff
from redis.retry import Retry
from redis.sentinel import Sentinel

from pipeline.errors import StreamError

_CONNECT_S = 2.0
_REPLY_S = 5.0
"""A server that does not answer holds its caller no longer than these; waiting is the caller's business."""
_SENTINEL_PORT = 26379
_ALLOWED = (
    "redis://[user:password@]host[:port][/db], rediss://... or"
    " redis+sentinel://[user:password@]host[:port][,host[:port]...]/service[/db]"
)


def connector(url: str, shown: str) -> Callable[[], Redis]:
    """How to get a client for an address. Nothing is connected before the client is used.

    For sentinels, user and password are the data nodes'; those of the sentinels themselves are given as
    `?sentinel_username=...&sentinel_password=...`, and `?ssl=true` means TLS to both.

    Args:
        url: The whole address, password included.
        shown: The same for messages.

    Raises:
        StreamError: The address cannot be understood.
    """
    try:
        parts = urlsplit(url)
        if parts.scheme == "redis+sentinel":
            return _sentinel_connector(parts)
        if parts.scheme in {"redis", "rediss", "unix"}:
            # Made once and dropped: an option that redis-py does not understand is told now, not at the first alert.
            _client(url).close()
            return lambda: _client(url)
    # The cause may quote the password: it is left out on purpose.
    except (ValueError, TypeError):
        pass
    raise StreamError(f"redis.url: got {shown}, allowed are {_ALLOWED}")


def socket_client(path: str) -> Redis:
    """A client for a server on this machine's unix socket."""
    return Redis(
        unix_socket_path=path,
        decode_responses=True,
        socket_connect_timeout=_CONNECT_S,
        socket_timeout=_REPLY_S,
        retry=_no_retry(),
    )


def _client(url: str) -> Redis:
    return Redis.from_url(
        url,
        decode_responses=True,
        socket_connect_timeout=_CONNECT_S,
        socket_timeout=_REPLY_S,
        retry=_no_retry(),
    )


def _sentinel_connector(parts: SplitResult) -> Callable[[], Redis]:
    path = [unquote(step) for step in parts.path.strip("/").split("/")]
    hosts = [_host(place) for place in parts.netloc.rpartition("@")[2].split(",")]
    if not path[0] or len(path) > 2:
        raise ValueError("no service")
    db = int(path[1]) if len(path) == 2 else 0
    options = {key: values[-1] for key, values in parse_qs(parts.query, strict_parsing=bool(parts.query)).items()}
    if options.keys() - {"sentinel_username", "sentinel_password", "ssl"}:
        raise ValueError("unknown option")
    # urlsplit's own `password` would trip over the commas between the hosts.
    user, _, password = parts.netloc.rpartition("@")[0].partition(":")
    tls = options.get("ssl", "false") == "true"

    def connect() -> Redis:
        sentinel = Sentinel(  # type: ignore[no-untyped-call]  # redis-py leaves its sentinels without types
            hosts,
            sentinel_kwargs={
                "username": options.get("sentinel_username"),
                "password": options.get("sentinel_password"),
                "ssl": tls,
                "socket_connect_timeout": _CONNECT_S,
                "socket_timeout": _CONNECT_S,
                "retry": _no_retry(),
            },
        )
        master: Redis = sentinel.master_for(  # type: ignore[no-untyped-call]  # likewise
            path[0],
            username=unquote(user) or None,
            password=unquote(password) or None,
            db=db,
            ssl=tls,
            decode_responses=True,
            socket_connect_timeout=_CONNECT_S,
            socket_timeout=_REPLY_S,
            retry=_no_retry(),
        )
        return master

    return connect


def _host(place: str) -> tuple[str, int]:
    parts = urlsplit(f"//{place}")
    if not parts.hostname:
        raise ValueError("no host")
    return parts.hostname, parts.port or _SENTINEL_PORT


def _no_retry() -> Retry:
    """redis-py would retry ten times on its own; the delivery decides when to try again."""
    return Retry(NoBackoff(), 0)
