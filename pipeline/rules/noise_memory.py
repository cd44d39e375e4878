"""What is remembered to tell one cause once: open alerts, those raised of late, and storms."""

from dataclasses import dataclass, field

from pipeline.config.ids import RuleId, ZoneId
from pipeline.observation import MediaNs
from pipeline.rules.episode import EventId, EventObject


@dataclass(slots=True)
class OpenAlert:
    """An event that was raised and not cleared.

    Attributes:
        rule: Whose it is.
        severity: As last told.
        objects: As last told.
        lead: The event that speaks for this one; None: it speaks for itself.
    """

    id: EventId
    rule: RuleId
    severity: str
    objects: tuple[EventObject, ...]
    lead: EventId | None


@dataclass(slots=True)
class Raise:
    """When a rule raised an event."""

    rule: RuleId
    t: MediaNs


@dataclass(slots=True)
class Storm:
    """Too many events of one rule: one event stands for them.

    Attributes:
        id: Its own.
        rule: Whose events it stands for.
        zone: Where the one lay that began it.
        revision: Of its last message.
        started_at: The first raise that counted towards it.
        raised_at: The raise that was one too many.
        held_at: The last raise.
        told_at: When it last said something.
        untold: Events it has come to stand for since.
        count: All that it stands for.
        severity: Of the one that began it.
        objects: Likewise.
    """

    id: EventId
    rule: RuleId
    zone: ZoneId
    revision: int
    started_at: MediaNs
    raised_at: MediaNs
    held_at: MediaNs
    told_at: MediaNs
    untold: list[EventId]
    count: int
    severity: str
    objects: tuple[EventObject, ...]


@dataclass(slots=True)
class NoiseMemory:
    """Of one camera."""

    open: list[OpenAlert] = field(default_factory=list)
    raises: list[Raise] = field(default_factory=list)
    storms: list[Storm] = field(default_factory=list)
