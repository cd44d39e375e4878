"""The commands of one camera: those that wait for its turn, and those that were obeyed and are not on disk as such."""

from collections import deque

from pipeline.alerts.command_box import VERDICTS
from pipeline.alerts.command_message import CommandMessage
from pipeline.alerts.outbox import Outbox
from pipeline.observation import CameraId, MediaNs
from pipeline.runtime.events_log import EventsLog
from pipeline.runtime.examiner import Examiner
from pipeline.runtime.metrics import Metrics
from pipeline.runtime.orphans import last_alert


class Orders:
    """Remembers the commands of a camera until their effect is durable. `hear` may be called from any thread.

    Attributes:
        obeyed: Ids of those that have taken effect; the checkpoint that follows says so.
    """

    def __init__(self, outbox: Outbox, camera: CameraId, metrics: Metrics, events: EventsLog) -> None:
        """Begin with what an earlier run did not come to.

        Args:
            outbox: Holds the commands, and the events that they are about.
            camera: Whose commands these are.
            metrics: Counts those that take effect, and what is said of events.
            events: Told of each, with the camera's id bound.

        Raises:
            StateError: The outbox cannot be read.
        """
        self.obeyed: tuple[str, ...] = ()
        self._outbox = outbox
        self._waiting = deque(outbox.commands.unheard(camera))
        self._known = {command.id for command in self._waiting}
        self._metrics, self._camera, self._events = metrics, metrics.camera(camera), events

    def hear(self, command: CommandMessage) -> None:
        """Put a command behind the others; one that waits already, or was obeyed, is left out."""
        if command.id not in self._known:
            self._known.add(command.id)
            self._waiting.append(command)

    def obey(self, examiner: Examiner, offset_ns: int) -> None:
        """Let all that wait take effect, if the camera's time has begun. Only in the camera's turn.

        Args:
            examiner: Of the camera.
            offset_ns: Media time minus the machine's clock: commands name their ends by the clock on the wall.
        """
        while self._waiting and examiner.last is not None:
            command = self._waiting[0]
            # Before it is entered: what the reasoning says to it is kept together with this.
            self.obeyed = (*self.obeyed, self._waiting.popleft().id)
            until = MediaNs(0) if command.until is None else MediaNs(_wall_ns(command) + offset_ns)
            t = examiner.obey(command.kind, command.event or command.rule or "", until)
            self._metrics.command("obeyed")
            self._count_verdict(command)
            self._events.info(
                "command.obeyed", command=command.id, kind=command.kind.value, event_id=command.event,
                rule=command.rule, by=command.by, reason=command.reason, t=t,
            )  # fmt: skip

    def _count_verdict(self, command: CommandMessage) -> None:
        verdict = VERDICTS.get(command.kind)
        alert = last_alert(self._outbox, command.event) if verdict is not None and command.event is not None else None
        if verdict is not None and alert is not None:
            self._camera.feedback(alert.rule or alert.algorithm, verdict)

    def kept(self) -> None:
        """What was obeyed is on disk as such."""
        self.obeyed = ()


def _wall_ns(command: CommandMessage) -> int:
    return 0 if command.until is None else round(command.until.timestamp() * 1000) * 1_000_000
