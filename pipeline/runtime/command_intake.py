"""Operators' words on their way to the cameras: read from the stream, judged, kept on disk, handed on."""

import threading
from collections.abc import Callable
from dataclasses import dataclass
from types import TracebackType
from typing import Self

from pipeline.alerts.command_box import CommandBox
from pipeline.alerts.command_message import CommandMessage, parse_command
from pipeline.alerts.command_stream import CommandSource
from pipeline.alerts.entry_id import EntryId
from pipeline.alerts.outbox import Outbox
from pipeline.alerts.server import ServerAwayError
from pipeline.config.resolved import Site
from pipeline.errors import SmartAlertError, UsageError
from pipeline.runtime.events_log import EventsLog
from pipeline.runtime.metrics import Metrics
from pipeline.runtime.orphans import last_alert

_WAIT_MS = 1000
_FIRST_PAUSE_S = 0.5
_LONGEST_PAUSE_S = 30.0
_LONGEST_END_S = 1.5
"""A server that answers does so within the wait above; one that does not is waited for by the delivery, too."""


@dataclass(frozen=True, slots=True)
class Addressee:
    """Whom the commands are for.

    Attributes:
        site: The site's id: other sites may share the stream.
        fault_of: Why the site cannot obey a command, one line; empty: it can.
        hand_on: Gives a command to its camera.
    """

    site: str
    fault_of: Callable[[CommandMessage], str]
    hand_on: Callable[[CommandMessage], None]


class CommandIntake:
    """Reads from a thread of its own for as long as the `with` block lasts. A wrong command is told and counted.

    Remembers how far it has read; so does the disk.
    """

    def __init__(
        self, stream: str, source: CommandSource, box: CommandBox, to: Addressee, *, metrics: Metrics, events: EventsLog
    ) -> None:
        """Nothing is read yet.

        Args:
            stream: The name of the stream.
            source: Reads it.
            box: Keeps what was read.
            to: Whom it is for.
            metrics: Counts.
            events: Told of what cannot be obeyed.
        """
        self._stream, self._source, self._box, self._to = stream, source, box, to
        self._metrics, self._events = metrics, events
        self._stopping = threading.Event()
        self._pause_s = 0.0
        self._position: EntryId | None = None
        self._thread = threading.Thread(target=self._run, name="commands", daemon=True)

    def __enter__(self) -> Self:
        self._thread.start()
        return self

    def __exit__(
        self, kind: type[BaseException] | None, error: BaseException | None, trace: TracebackType | None
    ) -> None:
        self._stopping.set()
        # A server that has stopped answering may hold the thread for longer; what it reads then is read again.
        self._thread.join(_LONGEST_END_S)

    def _run(self) -> None:
        while not self._stopping.wait(self._pause_s):
            try:
                self._read()
            except ServerAwayError as error:
                self._rest(error)
            except SmartAlertError as error:
                self._events.error("commands.cannot_read", fault=str(error))
                self._pause_s = _LONGEST_PAUSE_S
            # A fault of the program over one command must not make the pipeline deaf: told, and tried again.
            except Exception as error:  # noqa: BLE001
                self._events.error("commands.failed", error=error)
                self._pause_s = _LONGEST_PAUSE_S
            else:
                self._pause_s = 0.0

    def _read(self) -> None:
        if self._position is None:
            self._position = self._box.position(self._stream)
        heard = self._source.after(self._position, _WAIT_MS)
        if not heard or self._stopping.is_set():
            return
        wanted = [command for one in heard if (command := self._judged(one.line)) is not None]
        for command in self._box.keep(self._stream, heard[-1].entry, wanted):
            self._metrics.command("taken")
            self._to.hand_on(command)
        self._position = heard[-1].entry

    def _judged(self, line: str) -> CommandMessage | None:
        """The command, if it is one that this site can obey."""
        try:
            command = parse_command(line)
        except UsageError as error:
            self._refuse("", str(error))
            return None
        if command.site != self._to.site:
            self._metrics.command("another_site")
            return None
        if fault := self._to.fault_of(command):
            self._refuse(command.id, fault)
            return None
        return command

    def _refuse(self, command_id: str, fault: str) -> None:
        self._metrics.command("refused")
        self._events.warning("command.refused", command=command_id, fault=fault)

    def _rest(self, error: ServerAwayError) -> None:
        self._pause_s = min(max(2 * self._pause_s, _FIRST_PAUSE_S), _LONGEST_PAUSE_S)
        self._events.warning("commands.away", fault=str(error))


def fault_of(command: CommandMessage, site: Site, outbox: Outbox) -> str:
    """Why a site cannot obey a command, one line; empty: it can.

    Raises:
        StateError: The outbox cannot be read.
    """
    if command.camera not in {camera.id for camera in site.cameras}:
        return f"camera: the site has none of this id (got {command.camera})"
    if command.rule is not None and command.rule not in {rule.id for rule in site.rules}:
        return f"rule: the site has none of this id (got {command.rule})"
    if command.event is None:
        return ""
    alert = last_alert(outbox, command.event)
    if alert is None or alert.camera is None or alert.camera.id != command.camera:
        return f"event: camera {command.camera} has none of this id, or it was over days ago (got {command.event})"
    return ""
