"""What stands between a camera's own messages and those of others: which event speaks for which."""

from collections.abc import Iterable, Iterator, Mapping
from dataclasses import dataclass
from typing import Protocol

from pydantic import JsonValue

from pipeline.alerts.message import Alert
from pipeline.config.resolved import Camera
from pipeline.observation import CameraId, MediaNs
from pipeline.rules.episode import EventId


@dataclass(frozen=True, slots=True)
class Addition:
    """One more message of an event: its last one with other fields.

    Attributes:
        event: Which.
        changes: Fields of `Alert` by name.
    """

    event: EventId
    changes: Mapping[str, JsonValue | tuple[str, ...]]


class Joining(Protocol):
    """Finds what several cameras say of one cause. Its methods may be called from any thread.

    It lies behind the reasoning, which knows one camera. Which of two cameras is first is a matter of the moment, so
    `merged_into` across cameras is no part of what a replay repeats.
    """

    def joined(self, alert: Alert, camera: Camera) -> Alert:
        """The message, naming the event of another camera that speaks for it, if there is one."""
        ...

    def note(self, alert: Alert) -> None:
        """A message was handed on: of an event that is over nobody is spoken for any more."""

    def due(self, camera: CameraId, t: MediaNs | None) -> tuple[Addition, ...]:
        """What the camera's events have to say beside what the reasoning says.

        Args:
            camera: Whose events.
            t: The camera's own time; None: it has none yet.
        """
        ...

    def told(self, alert: Alert, camera: Camera) -> None:
        """What was due is said: this message says it."""


class Joinings:
    """Several of them, each for the messages of one source."""

    def __init__(self, by_source: Mapping[str, Joining]) -> None:
        """See `Alert.source` for the keys."""
        self._by_source = dict(by_source)

    def joined(self, alert: Alert, camera: Camera) -> Alert:
        """See `Joining`."""
        return alert if (mine := self._by_source.get(alert.source)) is None else mine.joined(alert, camera)

    def note(self, alert: Alert) -> None:
        """See `Joining`."""
        if (mine := self._by_source.get(alert.source)) is not None:
            mine.note(alert)

    def due(self, camera: CameraId, t: MediaNs | None) -> tuple[Addition, ...]:
        """See `Joining`."""
        return tuple(one for mine in self._by_source.values() for one in mine.due(camera, t))

    def told(self, alert: Alert, camera: Camera) -> None:
        """See `Joining`."""
        if (mine := self._by_source.get(alert.source)) is not None:
            mine.told(alert, camera)


def of_source(alerts: Iterable[Alert], source: str) -> Iterator[Alert]:
    """Those of one source."""
    return (alert for alert in alerts if alert.source == source)
