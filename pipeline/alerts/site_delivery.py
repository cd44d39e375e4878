"""What a site file says of Redis, put together: its server and the delivery to its stream."""

from collections.abc import Callable, Iterator, Sequence
from contextlib import contextmanager

from pipeline.alerts.delivery import Delivery
from pipeline.alerts.embedded import EmbeddedRedis
from pipeline.alerts.outbox import Outbox, Outgoing
from pipeline.alerts.server import Server
from pipeline.alerts.server_url import connector
from pipeline.alerts.stream import RedisSink
from pipeline.config.resolved import Site


@contextmanager
def site_server(site: Site, sleep: Callable[[float], None]) -> Iterator[Server]:
    """The site's Redis. The embedded one starts when it is first used, and stops with the block if it is ours.

    Args:
        site: Whose.
        sleep: Waits that many seconds; for the start of the embedded server.

    Raises:
        StreamError: The address cannot be understood.
    """
    if site.redis.url is not None:
        server = Server(connector(site.redis.url.reveal(), str(site.redis.url)), str(site.redis.url))
        try:
            yield server
        finally:
            server.close()
        return
    with EmbeddedRedis(site.state, sleep) as embedded:
        server = Server(embedded.client, "embedded Redis")
        try:
            yield server
        finally:
            server.close()


@contextmanager
def site_delivery(
    site: Site,
    now_ns: Callable[[], int],
    sleep: Callable[[float], None],
    *,
    at_once: bool = True,
    sent: Callable[[Sequence[Outgoing]], None] | None = None,
    ready: Callable[[Sequence[Outgoing]], Sequence[Outgoing]] = lambda batch: batch,
) -> Iterator[Delivery]:
    """The outbox under the site's state folder and its way to the stream. What waited is offered as the block begins.

    Args:
        site: Whose.
        now_ns: The wall clock, ns since 1970.
        sleep: Waits that many seconds.
        at_once: See `Delivery`.
        sent: Told of messages that the server has taken.
        ready: Of those that wait, the first ones that may be sent now.

    Raises:
        StateError: The outbox is in use, damaged, or cannot be written.
        StreamError: The server refuses: the user, the password, the key.
    """
    with Outbox(site.state, now_ns) as outbox, site_server(site, sleep) as server:
        sink = RedisSink(server, site.redis.stream, site.redis.keep_ns)
        delivery = Delivery(outbox, sink, now_ns, at_once=at_once, sent=sent, ready=ready)
        # A wrong password is told before the first picture is decoded, not with the first alert.
        delivery.offer()
        yield delivery
