"""A site as everything else uses it: checked, with defaults filled in, paths absolute and times in nanoseconds."""

from collections.abc import Mapping
from dataclasses import dataclass, field
from pathlib import Path
from zoneinfo import ZoneInfo

from pipeline.config.area import Area, GroundArea, PictureShare
from pipeline.config.camera_source import CPU_DECODE, LiveSource, RecordedSource, Transport
from pipeline.config.catalogue import Algorithm, EventPer, Severity
from pipeline.config.console_settings import ConsoleSettings
from pipeline.config.dispatch_settings import DispatchSettings
from pipeline.config.evidence import Blur, Bucket, EvidenceSettings
from pipeline.config.ground import GroundMap
from pipeline.config.ids import RuleId, ZoneId
from pipeline.config.network_settings import DetectorSettings, Provider, SpecialistSettings
from pipeline.config.noise import UNMERGED, NoiseSettings
from pipeline.config.place import NOWHERE, Place
from pipeline.config.schedule import Schedule
from pipeline.config.secrets import SecretUrl
from pipeline.errors import Fault
from pipeline.observation import CameraId

# With the types of its fields, so that who uses a site needs this module alone.
__all__ = [
    "CPU_DECODE",
    "NOWHERE",
    "UNMERGED",
    "Area",
    "Blur",
    "Bucket",
    "Camera",
    "ConsoleSettings",
    "DetectorSettings",
    "DispatchSettings",
    "EventPer",
    "EvidenceSettings",
    "Geofence",
    "GroundArea",
    "LiveSource",
    "NoiseSettings",
    "Operation",
    "PictureShare",
    "Place",
    "Provider",
    "RecordedSource",
    "RedisSettings",
    "Rule",
    "Severity",
    "Site",
    "SpecialistSettings",
    "Transport",
    "View",
    "Zone",
]


@dataclass(frozen=True, slots=True)
class Zone:
    """One fence of one camera.

    Attributes:
        id: Unique within the camera.
        name: As people call it.
        category: One of the catalogue's 16.
        grid: The grid cell; empty where the file names none.
        responsible: Who is told; empty where the file names nobody.
        points: Corners as shares of the picture's width and height, in [0, 1], origin top left. An area is not closed
            (the first corner is not repeated), at least 3; a line has at least 2.
        is_line: A line to be crossed rather than an area.
        mask: Nobody looks here; no rule uses it.
        direction: Degrees clockwise in [0, 360), from up in the picture, or from north (see `heading`); None where the
            file gives none.
        heading: The same as a step in shares of the picture, of a fence that is drawn on the ground, whose directions
            count from north; None: `direction` counts from up.
        location: Longitude and latitude of its middle, degrees; None where the camera is not calibrated to them.
        view: The preset of a PTZ camera in which it holds; empty: the camera has one view.
        schedule: When its rules may raise in it, on top of their own; None: always.
        min_area: What an object must cover to count in it, on top of its rules'; None: nothing.
        max_area: What an object may cover at most; None: anything.
    """

    id: ZoneId
    name: str
    category: str
    grid: str
    responsible: str
    points: tuple[tuple[float, float], ...]
    is_line: bool = False
    mask: bool = False
    direction: float | None = None
    heading: tuple[float, float] | None = None
    location: tuple[float, float] | None = None
    view: str = ""
    schedule: Schedule | None = None
    min_area: Area | None = None
    max_area: Area | None = None


@dataclass(frozen=True, slots=True)
class View:
    """One preset of a PTZ camera.

    Attributes:
        id: Unique within the camera, never empty.
        picture: What the camera shows there: the fences of this view hold while the picture matches it.
        file: The view's fences.
    """

    id: str
    picture: Path
    file: Path


@dataclass(frozen=True, slots=True)
class Geofence:
    """The fences of one camera.

    Attributes:
        file: Where they are written; None where the camera has none.
        zones: In the file's order, masks left out.
        masks: Areas to look away from.
        ground: Picture to ground and back; None where the file holds no calibration, and where there are views.
        views: The presets of a PTZ camera, whose zones are all in `zones`; empty: it has one view, learned from the
            picture.
    """

    file: Path | None
    zones: tuple[Zone, ...]
    masks: tuple[Zone, ...] = ()
    ground: GroundMap | None = None
    views: tuple[View, ...] = ()


@dataclass(frozen=True, slots=True)
class Camera:
    """One camera, or one recording in its place."""

    id: CameraId
    name: str
    source: RecordedSource | LiveSource
    geofence: Geofence
    place: Place = field(default=NOWHERE, repr=False, compare=False)


@dataclass(frozen=True, slots=True)
class Rule:
    """One rule with every default filled in.

    Attributes:
        id: Unique within the site.
        algorithm: What the catalogue says of it; `algorithm.condition` names the code.
        zones_by_camera: The zones in which it looks, at least one camera with at least one zone. Where the algorithm
            judges the camera itself (`algorithm.is_of_camera`) every camera it is for has an empty tuple.
        classes: Every class that may take part, groups written out. `static_object` is among them exactly where static
            objects count; `person` always is for a group.
        dwell_ns: How long the condition must hold.
        dwell_by_class_ns: The same for objects of some classes.
        grace_ns: How long the same object may be unseen.
        clear_after_ns: How long it must be over before the end is told.
        cooldown_ns: Silence in the zone after a raised event has ended.
        remind_every_ns: Between reminders while it is open; 0: never.
        schedule: When it may raise.
        severity: Of its events.
        event_per: One event a zone, or one an object.
        confidence: What an object's score must reach, in [0, 1]; see `least_score` and `Subject.sure_score`.
        min_area: What an object with a class must cover.
        min_static_area: What a `static_object` must cover: `min_area` where the site gives one.
        max_area: What an object may cover at most.
        include_static: Whether static objects count beside the classes.
        confirm: An operator must confirm before dispatch.
        enabled: Off rules are checked and then not run.
        params: The algorithm's own numbers, all of them present.
        codes: A city's own classification codes, by the name of their scheme.
        gives_confidence: The site file gives `confidence`, here or in `defaults`; else what a network says of a class
            comes before it.
        confidence_by_class: What the networks say of the rule's classes; empty where the site file gives `confidence`.
    """

    id: RuleId
    algorithm: Algorithm
    zones_by_camera: Mapping[CameraId, tuple[ZoneId, ...]]
    classes: frozenset[str]
    dwell_ns: int
    grace_ns: int
    clear_after_ns: int
    cooldown_ns: int
    remind_every_ns: int
    schedule: Schedule
    severity: Severity
    event_per: EventPer
    confidence: float
    min_area: Area
    min_static_area: Area
    max_area: Area
    include_static: bool
    confirm: bool
    enabled: bool
    params: Mapping[str, float] = field(default_factory=dict)
    codes: Mapping[str, str | int] = field(default_factory=dict)
    dwell_by_class_ns: Mapping[str, int] = field(default_factory=dict)
    place: Place = field(default=NOWHERE, repr=False, compare=False)
    gives_confidence: bool = True
    confidence_by_class: Mapping[str, float] = field(default_factory=dict)

    def least_score(self, class_name: str) -> float:
        """What the score of an object of this class must reach, in [0, 1]."""
        return self.confidence_by_class.get(class_name, self.confidence)

    def dwell_of(self, class_name: str) -> int:
        """How long the condition must hold for an object of this class, ns."""
        return self.dwell_by_class_ns.get(class_name, self.dwell_ns)

    @property
    def shortest_dwell_ns(self) -> int:
        """The least that any class must dwell."""
        return min((self.dwell_ns, *self.dwell_by_class_ns.values()))


@dataclass(frozen=True, slots=True)
class RedisSettings:
    """Where alerts go.

    Attributes:
        url: None: the embedded server, its files under the state folder.
        stream: Name of the stream.
        keep_ns: How long a message is kept after it was sent.
        commands: Name of the stream on which operators' words come back.
    """

    url: SecretUrl | None
    stream: str
    keep_ns: int
    commands: str = "smart-alert:commands"
    place: Place = field(default=NOWHERE, repr=False, compare=False)


@dataclass(frozen=True, slots=True)
class Operation:
    """How a live run is kept.

    Attributes:
        listen: Host and port of metrics and health checks; None: nothing listens.
        keep_log_ns: How long the observation logs are kept.
    """

    listen: tuple[str, int] | None = ("127.0.0.1", 9464)
    keep_log_ns: int = 14 * 24 * 3600 * 1_000_000_000
    place: Place = field(default=NOWHERE, repr=False, compare=False)


@dataclass(frozen=True, slots=True)
class Site:
    """Everything a run needs to know.

    Attributes:
        path: The site file, absolute.
        state: The folder for outbox, evidence, log and checkpoints, absolute; it need not exist yet.
        warnings: What is odd but no mistake.
        evidence_folder: The folder for evidence that the site file names; None: `evidence` in the state folder.
    """

    id: str
    name: str
    timezone: ZoneInfo
    path: Path
    state: Path
    redis: RedisSettings
    detector: DetectorSettings
    cameras: tuple[Camera, ...]
    rules: tuple[Rule, ...]
    warnings: tuple[Fault, ...]
    operation: Operation = Operation()
    specialists: tuple[SpecialistSettings, ...] = ()
    dispatch: DispatchSettings = field(default_factory=DispatchSettings)
    console: ConsoleSettings = field(default_factory=ConsoleSettings)
    evidence: EvidenceSettings = field(default_factory=EvidenceSettings)
    evidence_folder: Path | None = None
    noise: NoiseSettings = field(default_factory=NoiseSettings)
