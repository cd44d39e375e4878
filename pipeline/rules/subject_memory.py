"""What the reasoning remembers of the objects: where each stays, how it looks, what speaks for and against it."""

from dataclasses import dataclass, field
from typing import Annotated

import numpy as np
from numpy.typing import NDArray
from pydantic import PlainSerializer, PlainValidator

from pipeline.config.ids import ZoneId
from pipeline.geofence.boxes import Box
from pipeline.observation import MediaNs, Sight, TrackId, seconds
from pipeline.rules.episode import EventObject
from pipeline.rules.stance import STANCES, Stay

LONG_AGO = MediaNs(0)
_MOMENT_S = 1e-9


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
        is_clear: Every look has seen it wholly off its place, which no wrong box explains.
    """

    since: MediaNs
    looks: int
    standing: Standing
    zone: ZoneId | None
    is_clear: bool = True


@dataclass(slots=True)
class Step:
    """Where a subject was at one moment."""

    t: MediaNs
    box: Box


@dataclass(slots=True)
class Passage:
    """How a subject stands to one line.

    Attributes:
        zone: The line.
        net: How often its ground point has crossed it in its direction, less how often against it, since it was last
            clear of it.
        counted: Which way it has crossed, 1 or -1, while it has not been well away from the line since: it may only
            sway. 0: it has not crossed, or has been away.
    """

    zone: ZoneId
    net: int = 0
    counted: int = 0


@dataclass(slots=True)
class Course:
    """How a subject moves.

    Attributes:
        box: Where it was when its movement was last judged.
        at: When that was.
        begin: Where what is judged began.
        lengths: How far it has come since, in own lengths.
        passages: One a line.
    """

    box: Box
    at: MediaNs
    begin: Box
    lengths: float = 0.0
    passages: list[Passage] = field(default_factory=list)


@dataclass(slots=True)
class Note:
    """What a condition remembers of a subject beside its stay.

    Attributes:
        since: First entry at which the whole condition held; None: it does not.
        held_at: Last entry at which it did.
        last_at: Last entry that told about it.
        credit_ns: Media time for it less media time against it, within bounds.
        company: What else takes part, as last seen.
        course: How it moves; None: that is of no matter, or not known yet.
        speed_kmh: How fast it was when the condition last held; None: not known.
    """

    since: MediaNs | None = None
    held_at: MediaNs = LONG_AGO
    last_at: MediaNs = LONG_AGO
    credit_ns: int = 0
    company: tuple[EventObject, ...] = ()
    course: Course | None = None
    speed_kmh: float | None = None


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
class Tally:
    """Looks at a subject since it came to stay; see `Looks`."""

    of: int = 0
    seen: int = 0
    detected: int = 0

    def add(self, sight: Sight) -> None:
        """A look showed it."""
        self.of += 1
        self.seen += 1
        self.detected += sight is Sight.DETECTED

    def miss(self) -> None:
        """A look should have shown it and did not."""
        self.of += 1


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
        mean_score: Over the time of this stay, the last of it where it is long; of what goes about, the first one. See
            `Stance.mean_over_s`.
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
        tally: The looks at it since its stay began.
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
    tally: Tally = field(default_factory=Tally)
    mean_score: float = 0.0

    @property
    def sure_score(self) -> float:
        """What a rule's confidence is held against: the mean of what keeps its place, the best of what goes about."""
        return self.mean_score if STANCES[self.stay].mean_over_s > 0 else self.best_score

    def weigh(self, score: float, t: MediaNs) -> None:
        """A look at this moment scored it so; before `seen_at` is brought up to date."""
        most_s = STANCES[self.stay].mean_over_s
        if most_s == 0:
            return
        passed_s = seconds(t - self.seen_at)
        known_s = min(seconds(t - self.standing.since), most_s)
        self.mean_score += passed_s / max(known_s, passed_s, _MOMENT_S) * (score - self.mean_score)


@dataclass(slots=True)
class Likeness:
    """How something looked at a place.

    Attributes:
        stay: How it stayed.
        box: Its place.
        appearance: Empty: unknown.
        class_name: The vocabulary's; empty: unknown.
    """

    stay: Stay
    box: Box
    appearance: Appearance
    class_name: str = ""


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


def likeness_of(subject: Subject) -> Likeness:
    """How the subject looks at its place now."""
    return Likeness(subject.stay, subject.box, subject.appearance, subject.class_name)
