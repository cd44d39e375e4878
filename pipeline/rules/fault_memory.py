"""What is remembered of a camera's faults, as plain values: part of the reasoning's snapshot."""

from dataclasses import dataclass, field

from pipeline.config.catalogue import Severity
from pipeline.observation import MediaNs
from pipeline.rules.episode import EventId, FaultKind, Review


@dataclass(slots=True)
class FaultEvent:
    """An open event of a camera fault.

    Attributes:
        id: Fixed when it was raised.
        revision: Of the last message.
        started_at: The first moment of the fault.
        raised_at: The entry that raised it.
        severity: As last told.
        review: What an operator has said.
        told_at: When it was last told.
        acknowledged: Somebody looks after it: no reminders.
    """

    id: EventId
    revision: int
    started_at: MediaNs
    raised_at: MediaNs
    severity: Severity
    review: Review
    told_at: MediaNs
    acknowledged: bool = False


@dataclass(slots=True)
class Fault:
    """One kind of fault that is, or lately was, there.

    Attributes:
        since: Its first moment.
        held_at: The last entry that showed it.
        absent_from: The first entry since then that showed that it is over; None: none did.
        unseen: Since it was last shown, the camera showed nothing that could have told.
        issued: Events raised since `since`.
        silenced: An operator has called it false: not told again before it is over.
        event: The open one; None: it is not told, or no longer.
    """

    kind: FaultKind
    since: MediaNs
    held_at: MediaNs
    absent_from: MediaNs | None = None
    unseen: bool = False
    issued: int = 0
    silenced: bool = False
    event: FaultEvent | None = None


@dataclass(slots=True)
class Level:
    """What is usual of a number that is watched.

    Attributes:
        key: Which number, and in what light.
        value: The usual one.
        looked_ns: Time over which it has been learned.
        at: When it was last brought up to date.
    """

    key: str
    value: float
    looked_ns: int
    at: MediaNs


@dataclass(slots=True)
class FaultMemory:
    """What is remembered of a camera's faults.

    Attributes:
        faults: At most one a kind.
        levels: By their keys.
        low: Keys of the numbers that are too low now.
        cool_until: By kind: before then no event of it is raised.
        muted_until: Before then none is raised at all.
    """

    faults: list[Fault] = field(default_factory=list)
    levels: list[Level] = field(default_factory=list)
    low: list[str] = field(default_factory=list)
    cool_until: dict[FaultKind, MediaNs] = field(default_factory=dict)
    muted_until: MediaNs | None = None
