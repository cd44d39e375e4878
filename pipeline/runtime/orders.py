"""The commands of one camera: those that wait for its turn, and those that were obeyed and are not on disk as such."""

from collections import deque
from collections.abc import Iterable

from pipeline.alerts.command_message import CommandMessage
from pipeline.observation import MediaNs
from pipeline.runtime.events_log import EventsLog
from pipeline.runtime.examiner import Examiner
from pipeline.runtime.metrics import CameraMetrics, Metrics


class Orders:
    """Remembers the commands of a camera until their effect is durable. `hear` may be called from any thread.

    Attributes:
        obeyed: Ids of those that have taken effect; the checkpoint that follows says so.
    """

    def __init__(
        self, waiting: Iterable[CommandMessage], metrics: Metrics, camera: CameraMetrics, events: EventsLog
    ) -> None:
        """Begin with what an earlier run did not come to.

        Args:
            waiting: Commands that have not taken effect, in order.
            metrics: Counts those that do.
            camera: Counts what is said of its events.
            events: Told of each, with the camera's id bound.
        """
        self.obeyed: tuple[str, ...] = ()
        self._waiting = deque(waiting)
        self._known = {command.id for command in self._waiting}
        self._metrics, self._camera, self._events = metrics, camera, events

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
            self._events.info(
                "command.obeyed", command=command.id, kind=command.kind.value, event_id=command.event,
                rule=command.rule, by=command.by, reason=command.reason, t=t,
            )  # fmt: skip

    def kept(self) -> None:
        """What was obeyed is on disk as such."""
        self.obeyed = ()


def _wall_ns(command: CommandMessage) -> int:
    return 0 if command.until is None else round(command.until.timestamp() * 1000) * 1_000_000
