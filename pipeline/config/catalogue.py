"""The catalogue: what each algorithm looks for and how long, as data. `catalogue_file` reads it."""

from collections.abc import Mapping
from dataclasses import dataclass, field
from enum import StrEnum
from types import MappingProxyType

from pipeline.config.ids import AlgorithmKey
from pipeline.config.vocabulary import Title


class Condition(StrEnum):
    """The code behind an algorithm."""

    STATIONARY = "stationary"
    """An object of the classes stands still in the zone."""
    GROUP = "group"
    """A person stays with one of the classes."""
    STATIC_OBJECT = "static_object"
    """A thing that was not there lies still."""
    PILE = "pile"
    """Things that were not there lie still, all of a zone counted together by area."""
    COVERAGE = "coverage"
    """The classes cover a share of the zone."""
    CROWD = "crowd"
    """So many of the classes stay in the zone at once."""
    ABSENCE = "absence"
    """An object of the classes that belongs into the zone, or a part of the picture, is gone."""
    DARKNESS = "darkness"
    """A place that was lit stays dark at night."""
    CAMERA_FAULT = "camera_fault"
    """Something is wrong with the camera itself."""
    APPEARANCE = "appearance"
    """An object of the classes is in the zone, standing or moving."""
    DRIFTING = "drifting"
    """Flame or smoke shows about one place."""
    INTRUSION = "intrusion"
    """A person or a vehicle enters the zone with its ground point."""
    LOITERING = "loitering"
    """The same person stays in the zone."""
    LINE_CROSSING = "line_crossing"
    """An object crosses a line."""
    WRONG_WAY = "wrong_way"
    """An object moves against the direction of a lane."""
    UNACCOMPANIED = "unaccompanied"
    """An object of the classes is in the zone with no person near it."""


NUMBERS_BY_CONDITION: Mapping[Condition, tuple[frozenset[str], frozenset[str]]] = MappingProxyType(
    {
        Condition.STATIONARY: (frozenset(), frozenset({"count"})),
        Condition.GROUP: (frozenset(), frozenset()),
        Condition.STATIC_OBJECT: (frozenset(), frozenset()),
        Condition.PILE: (frozenset({"area"}), frozenset()),
        Condition.COVERAGE: (frozenset({"share"}), frozenset()),
        Condition.CROWD: (frozenset({"count"}), frozenset({"density"})),
        Condition.ABSENCE: (frozenset({"belongs_s"}), frozenset()),
        Condition.DARKNESS: (frozenset({"night", "dark"}), frozenset()),
        Condition.APPEARANCE: (frozenset(), frozenset({"confirm_s", "seen_share"})),
        Condition.DRIFTING: (frozenset(), frozenset({"seen_share"})),
        Condition.INTRUSION: (frozenset(), frozenset()),
        Condition.LOITERING: (frozenset(), frozenset()),
        Condition.LINE_CROSSING: (frozenset(), frozenset()),
        Condition.WRONG_WAY: (frozenset(), frozenset({"lengths", "min_speed_kmh"})),
        Condition.UNACCOMPANIED: (frozenset(), frozenset({"near_heights", "near_m"})),
        Condition.CAMERA_FAULT: (frozenset(), frozenset()),
    }
)
"""Which params an algorithm on a condition must have, and which it may: any other would do nothing."""


class Severity(StrEnum):
    """How bad it is."""

    INFO = "info"
    MINOR = "minor"
    MAJOR = "major"
    CRITICAL = "critical"


class EventPer(StrEnum):
    """What has an event of its own."""

    ZONE = "zone"
    OBJECT = "object"


class StaticUse(StrEnum):
    """What an algorithm makes of things without a class (`static_object`)."""

    REQUIRED = "required"
    """It looks for nothing else."""
    ON = "on"
    """They count unless a rule says `include_static: false`."""
    OFF = "off"
    """They count where a rule says `include_static: true`."""
    NEVER = "never"
    """They never count."""


@dataclass(frozen=True, slots=True)
class Bound:
    """What a site may set, both ends included. Durations are in nanoseconds."""

    low: float
    high: float


@dataclass(frozen=True, slots=True)
class Param:
    """A number of the algorithm's own.

    Attributes:
        default: Where a rule names none.
        bound: What a rule may set.
        text: What it means, in English.
    """

    default: float
    bound: Bound
    text: str


@dataclass(frozen=True, slots=True)
class General:
    """What holds for every algorithm unless a site says otherwise.

    Attributes:
        grace_ns: How long the same object may be unseen.
        clear_after_ns: How long it must be over before the end is told.
        cooldown_ns: Silence in the zone after an event.
        remind_every_ns: Between reminders; 0: never.
        min_static_share: What a thing without a class must cover, as a share of the picture.
        bound_by_key: What a site may set where the algorithm says nothing of its own.
    """

    grace_ns: int
    clear_after_ns: int
    cooldown_ns: int
    remind_every_ns: int
    min_static_share: float
    bound_by_key: Mapping[str, Bound]


@dataclass(frozen=True, slots=True)
class Algorithm:
    """One entry of the catalogue.

    Attributes:
        key: A contract: alerts and site files use it.
        title: For people.
        fires_when: One sentence, as `check` prints it, without the dwell.
        condition: The code that decides; None: this version has none for it.
        needs: What must see it: `coco`, `static`, `luma`, `health`, or classes that a network has to bring.
        classes: What it looks for, groups written out; without `static_object`.
        required: Classes that take part whatever a rule's `classes` say.
        static: What it makes of things without a class.
        dwell_ns: Default.
        severity: Default.
        event_per: Default.
        general: Defaults that hold for every algorithm.
        bound_by_key: What a site may set, by the rule's key (`dwell`, `grace` ...); durations in nanoseconds.
        params: Its own numbers.
        number: In the catalogue; None: it is a site's own.
        max_share: What an object may cover at most unless a rule says otherwise, as a share of the picture.
    """

    key: AlgorithmKey
    title: Title
    fires_when: str
    condition: Condition | None
    needs: tuple[str, ...]
    classes: frozenset[str]
    required: frozenset[str]
    static: StaticUse
    dwell_ns: int
    severity: Severity
    event_per: EventPer
    general: General = field(repr=False)
    bound_by_key: Mapping[str, Bound] = field(repr=False)
    params: Mapping[str, Param] = field(default_factory=dict)
    number: int | None = None
    max_share: float = 1.0

    @property
    def is_of_camera(self) -> bool:
        """Whether it judges the camera itself: its rules have no zones."""
        return self.condition is Condition.CAMERA_FAULT

    @property
    def is_of_lines(self) -> bool:
        """Whether its zones are lines; else they are areas."""
        return self.condition is Condition.LINE_CROSSING

    @property
    def needs_direction(self) -> bool:
        """Whether each of its zones must have a direction."""
        return self.condition is Condition.WRONG_WAY


@dataclass(frozen=True, slots=True)
class Catalogue:
    """The algorithms and the categories of key areas.

    Attributes:
        algorithms: By key.
        categories: Names of the 16 categories, by key.
        general: What holds for every algorithm.
    """

    algorithms: Mapping[AlgorithmKey, Algorithm]
    categories: Mapping[str, Title]
    general: General
