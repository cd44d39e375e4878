"""What a dispatcher is built on: every alert of a stream handed to one consumer of a group, and words sent back.

Promises. An alert is handed out until it is acknowledged: at least once, and by one client object only once for each
(`id`, `revision`) that it remembers. One consumer gets the alerts in the stream's order, which is each camera's; one
that fails is tried again before the next. What cannot be handled goes to the dead letters with the reason. At most
`in_flight` alerts are handed out and not acknowledged: what a slow consumer does not take stays in Redis. A server that
is away is tried again for ever.
"""

import os
from collections import OrderedDict
from collections.abc import Callable, Iterator
from contextlib import contextmanager
from dataclasses import replace
from pathlib import Path
from types import TracebackType
from typing import Self

from pipeline.alerts.command_message import FIELD, CommandMessage
from pipeline.alerts.entry_id import EntryId
from pipeline.alerts.message import SCHEMA, Alert, parse
from pipeline.alerts.server import Server, ServerAwayError
from pipeline.alerts.server_url import connector
from pipeline.alerts.site_delivery import site_server
from pipeline.config.load import load_site
from pipeline.config.secrets import redact
from pipeline.dispatch.delivery import ClientSettings, Delivery, log_warning
from pipeline.dispatch.group import ConsumerGroup, GroupEntry
from pipeline.dispatch.left_over import LeftOver
from pipeline.errors import UsageError
from pipeline.runtime import clock

__all__ = ["AlertClient", "ClientSettings", "Delivery", "site_client"]

_FIRST_PAUSE_S, _LONGEST_PAUSE_S = 0.2, 30.0
_LONGEST_BLOCK_MS = 2000
"""Below the connection's time-out of 5 s."""


class AlertClient:
    """One consumer of one group. Used from one thread.

    Remembers: what is handed out, what is done (the newest `remembered`), what it owes a server that was away.
    """

    def __init__(
        self,
        server: Server,
        settings: ClientSettings,
        *,
        told: Callable[[str], None] = log_warning,
        sleep: Callable[[float], None] = clock.sleep,
        now_ns: Callable[[], int] = clock.wall_now_ns,
    ) -> None:
        """Nothing is connected yet.

        Args:
            server: Where the streams are.
            settings: How it reads.
            told: Takes one line about what somebody may have to act on: a server that is away, a dead letter.
            sleep: Waits that many seconds.
            now_ns: A clock, ns.
        """
        self._server = server
        self._settings = settings
        self._group = ConsumerGroup(server, settings.stream, settings.group, settings.consumer)
        self._told, self._sleep, self._now_ns = told, sleep, now_ns
        self._out: dict[EntryId, Delivery] = {}
        self._done: OrderedDict[tuple[str, int], None] = OrderedDict()
        self._owed_acks: list[EntryId] = []
        self._owed_letters: list[tuple[GroupEntry, str]] = []
        self._left_over = LeftOver(self._group, settings, now_ns)
        self._pause_s = 0.0

    @classmethod
    def connect(cls, url: str, settings: ClientSettings) -> Self:
        """A client of a server of its own: `redis://`, `rediss://` or `redis+sentinel://`.

        Raises:
            StreamError: The address cannot be understood.
        """
        return cls(Server(connector(url, redact(url)), redact(url)), settings)

    @property
    def is_away(self) -> bool:
        """Whether the server could not be reached when it was last asked."""
        return bool(self._pause_s)

    def run(self, handle: Callable[[Alert], None], until: Callable[[], bool] = lambda: False) -> None:
        """Hand every alert to `handle`, one after the other, for ever.

        What it returns from is acknowledged. Where it raises it is called again with the same alert after a pause, and
        after `most_tries` the alert is a dead letter, with the error as the reason.

        Args:
            handle: Does something with one alert. It may get one twice after a crash: by (`id`, `revision`).
            until: Asked every two seconds at least; True ends it.

        Raises:
            StreamError: The server refuses: the user, the password, the key.
        """
        while not until():
            for delivery in self.receive():
                self._handle(handle, delivery)

    def receive(self, longest_s: float = 2.0) -> tuple[Delivery, ...]:
        """The next alerts, in order; waits for the first at most so long. None also while `in_flight` are out.

        What this consumer left when it last ended comes first, one at a time: the one that ended it must not count
        against those behind it.

        Raises:
            StreamError: The server refuses: the user, the password, the key.
        """
        room = self._settings.in_flight - len(self._out)
        if room <= 0:
            self._sleep(min(longest_s, 0.05))
            return ()
        try:
            self._settle()
            items = self._left() or self._group.new(room, min(round(longest_s * 1000), _LONGEST_BLOCK_MS) or 1)
        except ServerAwayError as error:
            self._left_over.look_again()
            self._wait(error, longest_s)
            return ()
        if self._pause_s:
            self._told("the server is there again")
            self._pause_s = 0.0
        return tuple(delivery for item in items if (delivery := self._made(item)) is not None)

    def done(self, *deliveries: Delivery) -> None:
        """Acknowledge. With a server that is away it is owed, and settled before anything else is received.

        Raises:
            StreamError: The server refuses.
        """
        for delivery in deliveries:
            self._remember(delivery.key)
            if self._out.pop(delivery.item.entry, None) is not None:
                self._owed_acks.append(delivery.item.entry)
        self._settle_if_there()

    def failed(self, delivery: Delivery, reason: str) -> Delivery | None:
        """It could not be handled.

        Returns:
            The same once more, its tries counted; None where it is a dead letter now.

        Raises:
            StreamError: The server refuses.
        """
        if delivery.item.tries >= self._settings.most_tries:
            self._out.pop(delivery.item.entry, None)
            self._bury(delivery.item, reason)
            return None
        try:
            item = self._group.again(delivery.item.entry)
        except ServerAwayError:
            item = GroupEntry(delivery.item.entry, delivery.item.fields, delivery.item.tries + 1)
        if item is None:
            self._out.pop(delivery.item.entry, None)
            return None
        again = Delivery(delivery.alert, delivery.line, item)
        self._out[item.entry] = again
        return again

    def send(self, command: CommandMessage) -> None:
        """Send a person's word to the pipeline. A word that was sent twice counts once, by its `id`.

        Raises:
            ServerAwayError: Whether it was sent is not known: send the same again.
            StreamError: The server refuses.
        """
        self._group.send(self._settings.commands, FIELD, command.to_json())

    def close(self) -> None:
        """Disconnect. What is handed out stays pending, and is handed out again."""
        self._settle_if_there()
        self._server.close()

    def __enter__(self) -> Self:
        return self

    def __exit__(
        self, kind: type[BaseException] | None, error: BaseException | None, trace: TracebackType | None
    ) -> None:
        self.close()

    def _handle(self, handle: Callable[[Alert], None], delivery: Delivery) -> None:
        again: Delivery | None = delivery
        while again is not None:
            try:
                handle(again.alert)
            except Exception as error:  # noqa: BLE001  # whatever it is: the alert must not be lost, nor those behind it
                tried = again.item.tries
                again = self.failed(again, f"{type(error).__name__}: {error}")
                if again is not None:
                    self._sleep(min(_FIRST_PAUSE_S * 2 ** (tried - 1), _LONGEST_PAUSE_S))
            else:
                self.done(again)
                return

    def _left(self) -> tuple[GroupEntry, ...]:
        """The next of what was left unacknowledged, one at a time."""
        while (item := self._left_over.next(self._out)) is not None:
            if not item.fields:
                self._told(f"entry {item.entry}: was deleted from the stream before it was handled")
            elif item.tries > self._settings.most_tries:
                reason = f"handed out {item.tries - 1} times and never acknowledged: its consumer ended each time"
                self._bury(item, reason)
            else:
                return (item,)
        return ()

    def _made(self, item: GroupEntry) -> Delivery | None:
        line = item.fields.get("alert", "")
        try:
            delivery = Delivery(_parsed(line), line, item)
        except UsageError as error:
            self._bury(item, str(error))
            return None
        if delivery.key in self._done or any(out.key == delivery.key for out in self._out.values()):
            self._owed_acks.append(item.entry)
            self._settle_if_there()
            return None
        self._out[item.entry] = delivery
        return delivery

    def _remember(self, key: tuple[str, int]) -> None:
        self._done[key] = None
        self._done.move_to_end(key)
        while len(self._done) > self._settings.remembered:
            self._done.popitem(last=False)

    def _bury(self, item: GroupEntry, reason: str) -> None:
        self._told(f"entry {item.entry}: to the dead letters ({self._group.dead}): {reason}")
        self._owed_letters.append((item, reason))
        self._settle_if_there()

    def _settle_if_there(self) -> None:
        try:
            self._settle()
        except ServerAwayError as error:
            self._tell_away(error)

    def _settle(self) -> None:
        """Tell the server what it is owed."""
        self._group.acknowledge(self._owed_acks)
        self._owed_acks.clear()
        while self._owed_letters:
            self._group.bury(*self._owed_letters[0])
            self._owed_letters.pop(0)

    def _wait(self, error: ServerAwayError, longest_s: float) -> None:
        self._tell_away(error)
        self._sleep(min(self._pause_s, longest_s))
        self._pause_s = min(2 * self._pause_s, _LONGEST_PAUSE_S)

    def _tell_away(self, error: ServerAwayError) -> None:
        if not self._pause_s:
            self._told(f"{error}; tried again until it answers")
            self._pause_s = _FIRST_PAUSE_S


def _parsed(line: str) -> Alert:
    """Raises: UsageError: It is no alert of version 1, or does not say that it is."""
    alert = parse(line)
    if "schema_version" not in alert.model_fields_set:
        raise UsageError(f"alert: schema: missing (expected a message of {SCHEMA})")
    return alert


@contextmanager
def site_client(site_file: Path, settings: ClientSettings) -> Iterator[AlertClient]:
    """A client of a site's own Redis, the embedded one too; stream and commands are the site's.

    Raises:
        ConfigError: The site file is wrong.
        StreamError: The address cannot be understood.
    """
    site = load_site(site_file, os.environ)
    own = replace(settings, stream=site.redis.stream, commands=site.redis.commands)
    with site_server(site, clock.sleep) as server, AlertClient(server, own) as client:
        yield client
