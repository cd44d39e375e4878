"""What the reasoning says: events that start, change and end. No pixels, no names for people, no transport."""

from dataclasses import dataclass
from enum import StrEnum
from typing import NewType

from pipeline.config.ids import RuleId, ZoneId
from pipeline.observation import CameraId, MediaNs, TrackId

EventId = NewType("EventId", str)


class State(StrEnum):
    """Where in its life an event is."""

    RAISED = "raised"
    UPDATED = "updated"
    CLEARED = "cleared"


class ClearReason(StrEnum):
    """Why an event ended."""

    LEFT = "left"
    GONE_DURING_GAP = "gone_during_gap"
    SOURCE_ENDED = "source_ended"
    SCHEDULE_CLOSED = "schedule_closed"
    RULE_CHANGED = "rule_changed"
    DISMISSED = "dismissed"
    CAMERA_REMOVED = "camera_removed"


class Review(StrEnum):
    """What an operator has said of an event."""

    NONE = "none"
    PENDING = "pending"
    CONFIRMED = "confirmed"
    DISMISSED = "dismissed"


class FaultKind(StrEnum):
    """What is wrong with a camera."""

    NO_SIGNAL = "no_signal"
    FROZEN = "frozen"
    COVERED = "covered"
    """Covered, or black."""
    MOVED = "moved"
    CLOCK_JUMPED = "clock_jumped"
    BLURRED = "blurred"
    LOW_FRAME_RATE = "low_frame_rate"


@dataclass(frozen=True, slots=True)
class RuleOrigin:
    """A rule was broken in one of its zones."""

    rule: RuleId
    zone: ZoneId


@dataclass(frozen=True, slots=True)
class FaultOrigin:
    """Something is wrong with the camera itself.

    Attributes:
        kind: What.
        rule: The site's rule that says how camera faults are told; None: none does.
    """

    kind: FaultKind
    rule: RuleId | None


@dataclass(frozen=True, slots=True)
class StormOrigin:
    """A rule raises far too many events: one stands for them.

    Attributes:
        rule: Which.
        zone: Where the event lay that was one too many.
    """

    rule: RuleId
    zone: ZoneId


@dataclass(frozen=True, slots=True)
class Looks:
    """What the looks say of an object since it came to stay: those that would have shown it, whatever they showed.

    Of what holds of a zone (a crowd, water, a dark lamp, a bin that is gone) they are the looks that told whether it
    holds.

    Attributes:
        of: How many they were; looks at which something stood before it are left out.
        seen: At so many of them it was there: found, or its place looked as before.
        detected: At so many a network found it in the very picture (a static object: it differed from its background).
    """

    of: int
    seen: int
    detected: int


@dataclass(frozen=True, slots=True)
class EventObject:
    """One object of an event, as it was last seen.

    Attributes:
        class_name: The catalogue's vocabulary.
        confidence: In [0, 1].
        box: x1, y1, x2, y2 as shares of the picture, in [0, 1].
        track: The track's id within the camera.
        speed_kmh: How fast it was over calibrated ground; None: of no matter, or not known.
        looks: The evidence over time; None where nobody counts it: of what only keeps company.
    """

    class_name: str
    confidence: float
    box: tuple[float, float, float, float]
    track: TrackId
    speed_kmh: float | None = None
    looks: Looks | None = None


@dataclass(frozen=True, slots=True)
class Open:
    """The event goes on."""


@dataclass(frozen=True, slots=True)
class Ended:
    """The event is over.

    Attributes:
        at: The last entry at which the condition held.
        reason: Why it ended.
    """

    at: MediaNs
    reason: ClearReason


@dataclass(frozen=True, slots=True)
class Episode:
    """One change of one event: what a message will say.

    Attributes:
        id: Hash of site, camera, rule and zone (or fault), `started_at` and an ordinal; fixed when raised.
        revision: 0, 1, 2 ... within the event.
        state: Raised, updated or cleared.
        t: The entry that caused this change.
        origin: What was broken: a rule in a zone, or the camera; or a rule that raises far too much.
        started_at: First entry of the unbroken condition.
        raised_at: The entry that raised it.
        ending: `Open`, or when and why it ended.
        dwell_ns: How long the condition has held.
        visible: Whether the camera sees it now; false where it is gone.
        objects: The objects of the event, as last seen; at least one, none where the camera is at fault.
        severity: `info`, `minor`, `major` or `critical`.
        review: What an operator has said.
        merged_into: The event that speaks for this one: of the same object, or a storm. None: it speaks for itself.
        merged: Of a storm: the last events that it has come to stand for since its message before.
        merged_count: Of a storm: how many it stands for by now.
    """

    id: EventId
    revision: int
    state: State
    t: MediaNs
    camera: CameraId
    origin: RuleOrigin | FaultOrigin | StormOrigin
    started_at: MediaNs
    raised_at: MediaNs
    ending: Open | Ended
    dwell_ns: int
    visible: bool
    objects: tuple[EventObject, ...]
    severity: str
    review: Review
    merged_into: EventId | None = None
    merged: tuple[EventId, ...] = ()
    merged_count: int = 0


@dataclass(frozen=True, slots=True)
class CloseLookRequest:
    """The reasoning asks for a second look at full resolution before it raises.

    Attributes:
        t: The entry at which the dwell was complete.
        tracks: The tracks of the objects to look at.
        region: The objects' surrounding box, as shares of the picture.
        classes: What the subject may be called: a network is to look that knows one of these.
    """

    t: MediaNs
    tracks: tuple[TrackId, ...]
    region: tuple[float, float, float, float]
    classes: frozenset[str] = frozenset()


@dataclass(frozen=True, slots=True)
class Step:
    """What one log entry led to.

    Attributes:
        episodes: Changes of events, in order.
        wanted: Close looks to be taken on the very picture of this entry, and fed back as an `Observation` of the
            same `t` whose only look is `CLOSE`, before the next entry.
    """

    episodes: tuple[Episode, ...]
    wanted: tuple[CloseLookRequest, ...]
