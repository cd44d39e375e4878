"""How long it took from a picture to Redis' reply: told for every message as it is sent."""

from collections.abc import Callable, Sequence

from pipeline.alerts.message import parse
from pipeline.alerts.outbox import Outgoing
from pipeline.errors import UsageError
from pipeline.observation import CameraId, seconds
from pipeline.runtime.metrics import Metrics

_MS = 1_000_000


class SentAlerts:
    """Remembers how far each camera's time is from this machine's."""

    def __init__(self, metrics: Metrics, now_ns: Callable[[], int]) -> None:
        """Nothing was sent yet.

        Args:
            metrics: Told of each message.
            now_ns: A steady clock.
        """
        self._metrics, self._now_ns = metrics, now_ns
        self._offset_ns_by_camera: dict[CameraId, int] = {}

    def offset(self, camera: CameraId, offset_ns: int) -> None:
        """The camera's media time minus this machine's clock, ns."""
        self._offset_ns_by_camera[camera] = offset_ns

    def forget(self, camera: CameraId) -> None:
        """The camera was removed: its last messages are no longer measured."""
        self._offset_ns_by_camera.pop(camera, None)

    def told(self, messages: Sequence[Outgoing]) -> None:
        """These messages have been sent."""
        now_ns = self._now_ns()
        self._metrics.sent(now_ns, len(messages))
        for message in messages:
            try:
                alert = parse(message.line)
            except UsageError:
                continue
            camera = CameraId("" if alert.camera is None else alert.camera.id)
            offset_ns = self._offset_ns_by_camera.get(camera)
            if offset_ns is not None and alert.state.value == "raised":
                raised_ns = round(alert.raised_at.timestamp() * 1000) * _MS
                latency_s = seconds(now_ns - (raised_ns - offset_ns))
                self._metrics.camera(camera).alert_sent(alert.state.value, max(0.0, latency_s))
