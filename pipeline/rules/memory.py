"""All that the reasoning remembers, as plain values: what a snapshot holds and a resume brings back."""

from dataclasses import dataclass, field
from typing import Annotated

import numpy as np
from numpy.typing import NDArray
from pydantic import PlainSerializer, PlainValidator

from pipeline.config.catalogue import Severity
from pipeline.config.ids import RuleId, ZoneId
from pipeline.observation import CameraId, GapCause, MediaNs, TrackId
from pipeline.rules.boxes import Box
from pipeline.rules.episode import EventId, EventObject, Review
from pipeline.rules.stance import Stay

LONG_AGO = MediaNs(0)


def _read_appearance(value: list[float]) -> NDArray[np.float32]:
    return np.array(value, np.float32)


def _write_appearance(value: NDArray[np.float32]) -> list[float]:
    return [float(share) for share in value]


Appearance = Annotated[
    NDArray[np.float32], PlainValidator(_read_appearance), PlainSerializer(_write_appearance, return_type=list[float])
]
"""Shape (D,), unit length; empty where none is known. A float32 survives the way through JSON to the bit."""


@dataclass(slots=True)
class Standing:
    """An unbroken stay at one place.

    Attributes:
        anchor: Where, by the box that began it.
        since: First entry of it.
        held_at: Last entry at which it was seen to hold.
    """

    anchor: Box
    since: MediaNs
    held_at: MediaNs


@dataclass(slots=True)
class Departure:
    """The object was seen off its place: either it leaves, or its box was wrong for a moment.

    Attributes:
        since: First entry at which it was off.
        looks: How many since have seen it off.
        standing: The stay at where it is now.
        zone: The zone of that place; None: none of the rule's.
    """

    since: MediaNs
    looks: int
    standing: Standing
    zone: ZoneId | None


@dataclass(slots=True)
class Step:
    """Where a subject was at one moment."""

    t: MediaNs
    box: Box


@dataclass(slots=True)
class Note:
    """What a condition remembers of a subject beside its stay.

    Attributes:
        since: First entry at which the whole condition held; None: it does not.
        held_at: Last entry at which it did.
        last_at: Last entry that told about it.
        credit_ns: Media time for it less media time against it, within bounds.
        company: What else takes part, as last seen.
    """

    since: MediaNs | None = None
    held_at: MediaNs = LONG_AGO
    last_at: MediaNs = LONG_AGO
    credit_ns: int = 0
    company: tuple[EventObject, ...] = ()


@dataclass(slots=True)
class Doubt:
    """What the close look said of a subject.

    Attributes:
        refusals: How often it was refuted since it was last confirmed.
        ask_from: Not asked again before.
        unanswered: It was asked for and none came: the log was recorded under other rules.
    """

    refusals: int = 0
    ask_from: MediaNs = LONG_AGO
    unanswered: bool = False


@dataclass(slots=True)
class Subject:
    """One object at one place, whatever its track is called.

    Attributes:
        number: Unique within the rule.
        stay: How it stays.
        zone: That has it.
        track: Its track of late.
        class_name: What it was called with the best score.
        score: The last one.
        best_score: The best one of this stay.
        box: Where it was last seen.
        appearance: How it looks, averaged over the last looks.
        learned_at: When that was last brought up to date.
        brightness: Of the picture then.
        seen_at: When it was last seen.
        standing: The stay that counts.
        departure: None while it is in its place.
        path: Where it was of late, oldest first, thinned out; of those that may wander (see `Stance.wanders`).
        absent_from: First look that found it missing, since it was last seen; None: none did.
        hidden: Something stands before it.
        behind_gap: It has not been seen since the picture was lost.
        note: The condition's.
        doubt: The close look's.
    """

    number: int
    stay: Stay
    zone: ZoneId
    track: TrackId
    class_name: str
    score: float
    best_score: float
    box: Box
    appearance: Appearance
    learned_at: MediaNs
    brightness: float
    seen_at: MediaNs
    standing: Standing
    departure: Departure | None = None
    path: list[Step] = field(default_factory=list)
    absent_from: MediaNs | None = None
    hidden: bool = False
    behind_gap: bool = False
    note: Note = field(default_factory=Note)
    doubt: Doubt = field(default_factory=Doubt)


@dataclass(slots=True)
class Likeness:
    """How something looked at a place.

    Attributes:
        stay: How it stayed.
        box: Its place.
        appearance: Empty: unknown.
    """

    stay: Stay
    box: Box
    appearance: Appearance


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
    """

    zone: ZoneId
    subject: int
    what: Likeness
    empty_from: MediaNs | None = None


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
class Fixture:
    """A thing that may be a stall, at its place.

    Attributes:
        track: Its track of late.
        class_name: The vocabulary's.
        box: Where it was last seen.
        alone_from: Since when nobody has stayed with it.
        seen_at: When it was last seen.
        absent_from: First look that found it missing since; None: none did.
        is_furniture: It stood here for long before anybody came: it belongs to the street.
    """

    track: TrackId
    class_name: str
    box: Box
    alone_from: MediaNs
    seen_at: MediaNs
    absent_from: MediaNs | None = None
    is_furniture: bool = False


@dataclass(slots=True)
class Sighted:
    """Where a track was a moment ago: what has moved since is only passing.

    Attributes:
        track: Whose.
        t: When.
        box: Where.
        waits_from: Since when it has been held back, for it may be what stood in its place before; None: it is not.
    """

    track: TrackId
    t: MediaNs
    box: Box
    waits_from: MediaNs | None = None


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
class RuleMemory:
    """What one rule remembers of one camera.

    Attributes:
        fingerprint: Of what makes the rule what it is.
        next_number: Of the next subject.
        sighted: The tracks that may be subjects, at the looks before.
    """

    rule: RuleId
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


@dataclass(slots=True)
class CameraMemory:
    """What the reasoning remembers of one camera.

    Attributes:
        version: Of this layout.
        blind: Why the camera sees nothing; None: it sees.
        ended: Nothing more will come.
        rules: One a rule, by the rules' ids.
        orphans: Of rules that have gone or changed, until their events are cleared at the next entry.
    """

    version: int
    site: str
    camera: CameraId
    rules: list[RuleMemory]
    blind: GapCause | None = None
    ended: bool = False
    orphans: list[RuleMemory] = field(default_factory=list)
