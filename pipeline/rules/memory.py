"""All that the reasoning remembers, as plain values: what a snapshot holds and a resume brings back."""

from dataclasses import dataclass, field

from pipeline.config.catalogue import Severity
from pipeline.config.ids import RuleId, ZoneId
from pipeline.geofence.boxes import Box
from pipeline.observation import CameraId, EndCause, GapCause, MediaNs, TrackId
from pipeline.rules.episode import ClearReason, EventId, EventObject, Review
from pipeline.rules.fault_memory import FaultMemory
from pipeline.rules.noise_memory import NoiseMemory
from pipeline.rules.subject_memory import Appearance, Fixture, Likeness, Sighted, Subject

END_REASONS = {
    EndCause.SOURCE_ENDED: ClearReason.SOURCE_ENDED,
    EndCause.CAMERA_REMOVED: ClearReason.CAMERA_REMOVED,
}


@dataclass(slots=True)
class Event:
    """An open event.

    Attributes:
        id: Fixed when it was raised.
        zone: Where.
        revision: Of the last message.
        started_at: First entry of the unbroken condition.
        raised_at: The entry that raised it.
        held_at: Last entry at which the condition held.
        members: Numbers of the subjects that keep it open.
        objects: As last seen, at least one.
        what: How the first of them looked, for what is said of its place later.
        severity: As last told.
        review: What an operator has said.
        visible: Whether the camera sees it.
        told_visible: The same, as last told.
        told_count: Number of members, as last told.
        told_at: When the last update was told; None: none was.
        reminded_at: When it was raised or last reminded of.
        acknowledged: Somebody looks after it: no reminders.
        over_gap: The picture was lost since it last held.
    """

    id: EventId
    zone: ZoneId
    revision: int
    started_at: MediaNs
    raised_at: MediaNs
    held_at: MediaNs
    members: tuple[int, ...]
    objects: tuple[EventObject, ...]
    what: Likeness
    severity: Severity
    review: Review
    visible: bool
    told_visible: bool
    told_count: int
    told_at: MediaNs | None
    reminded_at: MediaNs
    acknowledged: bool = False
    over_gap: bool = False


@dataclass(slots=True)
class Silence:
    """A place that an operator has called false: silent until it looks different.

    Attributes:
        zone: The rule's zone.
        subject: Number of the subject that was dismissed.
        what: How it looked.
        empty_from: Since when looks have found nothing there; None: something is there, or nobody looked.
        lights: How it has looked since, in other lights.
        ended_at: When something else was seen there: it silences nothing any more, and is remembered for the case that
            the place is called false again.
        track: Under which it was last seen; None: not known.
    """

    zone: ZoneId
    subject: int
    what: Likeness
    empty_from: MediaNs | None = None
    lights: list[Appearance] = field(default_factory=list)
    ended_at: MediaNs | None = None
    track: TrackId | None = None


@dataclass(slots=True)
class Closed:
    """An event that is over, and that an operator may still call false.

    Attributes:
        id: Its id.
        zone: Where it was.
        at: When it was cleared.
        what: How its objects looked.
    """

    id: EventId
    zone: ZoneId
    at: MediaNs
    what: Likeness


@dataclass(slots=True)
class CoolDown:
    """An event has ended: nothing is raised there for a while.

    Attributes:
        zone: The rule's zone.
        until: First moment at which it may be raised again.
        what: None: whatever it is; else only what looks like this, in its place.
    """

    zone: ZoneId
    until: MediaNs
    what: Likeness | None


@dataclass(slots=True)
class Question:
    """A close look that was asked for.

    Attributes:
        t: At which entry.
        subject: Number of the subject.
        region: Shares of the picture.
    """

    t: MediaNs
    subject: int
    region: Box


@dataclass(slots=True)
class Issued:
    """How many events of a zone began at one entry.

    Attributes:
        zone: The rule's zone.
        started_at: The entry.
        count: Events raised with it.
    """

    zone: ZoneId
    started_at: MediaNs
    count: int


@dataclass(slots=True)
class Lit:
    """How bright a zone is while its lamp is lit.

    Attributes:
        zone: The rule's zone.
        luma: Mean of its cells, in [0, 255]; follows slowly.
        since: First look of the unbroken time over which it was learned.
        at: Last look that told about it.
        is_known: It was lit for long enough.
    """

    zone: ZoneId
    luma: float
    since: MediaNs
    at: MediaNs
    is_known: bool = False


@dataclass(slots=True)
class RuleMemory:
    """What one rule remembers of one camera.

    Attributes:
        view: The preset in which its zones are; empty: the camera has one view.
        fingerprint: Of what makes the rule what it is.
        next_number: Of the next subject.
        sighted: The tracks that may be subjects, at the looks before.
        lit: Of the zones that have been seen lit at night.
        watched_from: First look that held the picture against its background; None: none did.
        closed: The last events that are over.
    """

    rule: RuleId
    view: str
    fingerprint: str
    next_number: int = 1
    subjects: list[Subject] = field(default_factory=list)
    events: list[Event] = field(default_factory=list)
    fixtures: list[Fixture] = field(default_factory=list)
    sighted: list[Sighted] = field(default_factory=list)
    silences: list[Silence] = field(default_factory=list)
    cool_downs: list[CoolDown] = field(default_factory=list)
    issued: list[Issued] = field(default_factory=list)
    questions: list[Question] = field(default_factory=list)
    muted_until: MediaNs | None = None
    lit: list[Lit] = field(default_factory=list)
    watched_from: MediaNs | None = None
    closed: list[Closed] = field(default_factory=list)


@dataclass(slots=True)
class CameraMemory:
    """What the reasoning remembers of one camera.

    Attributes:
        version: Of this layout.
        blind: Why the camera sees nothing; None: it sees.
        ended: Nothing more will come.
        rules: One a rule and view, by the rules' ids.
        view: The preset that the last picture showed.
        faults: What is wrong with the camera itself.
        noise: Which events belong together.
        orphans: Of rules that have gone or changed, until their events are cleared at the next entry.
    """

    version: int
    site: str
    camera: CameraId
    rules: list[RuleMemory]
    blind: GapCause | None = None
    ended: bool = False
    orphans: list[RuleMemory] = field(default_factory=list)
    view: str = ""
    faults: FaultMemory = field(default_factory=FaultMemory)
    noise: NoiseMemory = field(default_factory=NoiseMemory)
