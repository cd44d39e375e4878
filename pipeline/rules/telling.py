"""What an event says of itself: its id, and the episode for each change."""

import hashlib
from dataclasses import dataclass

from pipeline.config.ids import RuleId, ZoneId
from pipeline.observation import CameraId, MediaNs
from pipeline.rules.episode import ClearReason, Ended, Episode, EventId, Open, RuleOrigin, State
from pipeline.rules.memory import Event

_ID_LENGTH = 32


def hashed_id(*parts: str) -> EventId:
    """The id of the event that these parts describe; other parts give another one."""
    return EventId(hashlib.sha256("\x1f".join(parts).encode()).hexdigest()[:_ID_LENGTH])


@dataclass(frozen=True, slots=True)
class Teller:
    """Speaks for one rule of one camera."""

    site: str
    camera: CameraId
    rule: RuleId

    def event_id(self, zone: ZoneId, started_at: MediaNs, ordinal: int) -> EventId:
        """The hash by which the event is known; the ordinal tells apart those that start together."""
        return hashed_id(self.site, self.camera, self.rule, zone, str(started_at), str(ordinal))

    def raised(self, event: Event, t: MediaNs) -> Episode:
        """The first message."""
        return self._episode(event, t, State.RAISED, Open())

    def updated(self, event: Event, t: MediaNs) -> Episode:
        """One more message; the event's revision goes up."""
        event.revision += 1
        return self._episode(event, t, State.UPDATED, Open())

    def standing(self, event: Event, t: MediaNs) -> Episode:
        """What a message would say now, without its being one."""
        return self._episode(event, t, State.UPDATED, Open())

    def cleared(self, event: Event, t: MediaNs, reason: ClearReason) -> Episode:
        """The last message."""
        event.revision += 1
        return self._episode(event, t, State.CLEARED, Ended(event.held_at, reason))

    def _episode(self, event: Event, t: MediaNs, state: State, ending: Open | Ended) -> Episode:
        return Episode(
            id=event.id,
            revision=event.revision,
            state=state,
            t=t,
            camera=self.camera,
            origin=RuleOrigin(self.rule, event.zone),
            started_at=event.started_at,
            raised_at=event.raised_at,
            ending=ending,
            dwell_ns=event.held_at - event.started_at,
            visible=event.visible,
            objects=event.objects,
            severity=event.severity,
            review=event.review,
        )
