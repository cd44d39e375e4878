"""The site file as it is written. `load.load_site` turns it into what everything else uses."""

from collections.abc import Mapping
from typing import Annotated, Literal
from zoneinfo import ZoneInfo

from pydantic import AfterValidator, Discriminator, Field, Tag

from pipeline.config.catalogue import EventPer, Severity
from pipeline.config.catalogue_file import AlgorithmEntry
from pipeline.config.console_entry import ConsoleEntry
from pipeline.config.dispatch_settings import DispatchSettings
from pipeline.config.fields import (
    AreaValue,
    DurationNs,
    Flag,
    Identifier,
    Number,
    Part,
    ScheduleText,
    Share,
    Text,
    Whole,
    fault,
)
from pipeline.config.listen import ListenOrOff
from pipeline.config.resolved import Operation, Provider, Transport
from pipeline.config.upkeep_entries import EvidenceEntry, NoiseEntry

DEFAULT_KEEP_NS = 7 * 24 * 3600 * 1_000_000_000
DEFAULT_CONFIDENCE = 0.3
DEFAULT_MODEL = "yolov8n"
DEFAULT_STREAM = "smart-alert:alerts"
DEFAULT_COMMANDS = "smart-alert:commands"
EMBEDDED = "embedded"
DecodeName = Literal[
    "cpu", "vdpau", "cuda", "vaapi", "dxva2", "qsv", "videotoolbox", "d3d11va", "drm", "opencl", "mediacodec", "vulkan",
    "d3d12va", "amf", "ohcodec",
]  # fmt: skip
"""As FFmpeg has them; whether a machine has one shows when a camera is opened."""


_SHORTEST_LOG_NS = 3600 * 1_000_000_000
_SHORTEST_KEEP_NS = 60 * 1_000_000_000
_SHORTEST_EVERY_NS, _LONGEST_EVERY_NS = 1_000_000_000, 3600 * 1_000_000_000


def _long_enough(keep_ns: int) -> int:
    if keep_ns < _SHORTEST_KEEP_NS:
        raise fault("kept too short a time", "1m or longer, such as 7d")
    return keep_ns


def _unhurried(every_ns: int) -> int:
    if not _SHORTEST_EVERY_NS <= every_ns <= _LONGEST_EVERY_NS:
        raise fault("no timetable for a network", "1s to 1h, such as 10s")
    return every_ns


def _printable(name: str) -> str:
    # Beyond control characters also blanks that nobody sees: the name has to be typed elsewhere.
    if not name.isprintable():
        raise fault("holds a control character", "one line of text")
    return name


class SiteHead(Part):
    """What the site is called and where it is."""

    id: Identifier = Field(description="the site's id; it is part of every event's id")
    name: Text | None = Field(None, description="as people call it; the id where it is not given")
    timezone: Text = Field("UTC", description="an IANA time zone such as Asia/Shanghai, for schedules and starts")


class RedisEntry(Part):
    """Where alerts go."""

    url: Text = Field(EMBEDDED, description="embedded, or redis://, rediss:// or redis+sentinel://")
    stream: Annotated[Text, AfterValidator(_printable)] = Field(DEFAULT_STREAM, description="name of the stream")
    commands: Annotated[Text, AfterValidator(_printable)] = Field(
        DEFAULT_COMMANDS, description="name of the stream on which operators' words come back"
    )
    keep: Annotated[DurationNs, AfterValidator(_long_enough)] = Field(
        DEFAULT_KEEP_NS, description="how long a message is kept after it was sent: 1m or longer, such as 7d"
    )


class DetectorEntry(Part):
    """The network."""

    model: Text = Field(DEFAULT_MODEL, description="its name in the registry: smart-alert models list")
    confidence: Share = Field(DEFAULT_CONFIDENCE, description="scores below are not reported, from 0 to 1")
    provider: Provider = Field(Provider.AUTO, description="auto, cpu or cuda")
    threads: Whole = Field(0, ge=0, le=256, description="for one picture; 0: as many as there are cores")


class SpecialistEntry(Part):
    """A further network, on its own timetable."""

    model: Text = Field(description="its name in the registry: smart-alert models list")
    confidence: Share | None = Field(
        None, description="scores below are not reported, from 0 to 1; else as its card says"
    )
    every: Annotated[DurationNs, AfterValidator(_unhurried)] = Field(
        description="between two looks while something changes: 1s to 1h, such as 10s"
    )


def _long_enough_log(keep_ns: int) -> int:
    if keep_ns < _SHORTEST_LOG_NS:
        raise fault("kept too short a time", "1h or longer, such as 14d")
    return keep_ns


class OperationEntry(Part):
    """How a live run is kept."""

    listen: ListenOrOff = Field(
        Operation().listen, description="where metrics and health checks are asked for: host:port, or off"
    )
    keep_log: Annotated[DurationNs, AfterValidator(_long_enough_log)] = Field(
        Operation().keep_log_ns, description="how long the observation logs are kept: 1h or longer, such as 14d"
    )


class StreamsEntry(Part):
    """The streams of one camera: two addresses, or two files that stand in for them."""

    main: Text = Field(description="address of the full picture, or a file")
    sub: Text | None = Field(None, description="address of the small picture, or a file of the same recording")


class DispatchEntry(Part):
    """How alerts reach people."""

    routing: Text | None = Field(None, description="the routing table, a YAML file")
    ledger: Text | None = Field(None, description="postgresql://...; without it a file in the state folder")
    group: Annotated[Text, AfterValidator(_printable)] = Field(
        DispatchSettings().group, description="the dispatcher's consumer group in the stream"
    )


class ViewEntry(Part):
    """One preset of a PTZ camera."""

    id: Identifier = Field(description="unique within the camera: letters, digits and - _ . between them")
    picture: Text = Field(description="an image file: what the camera shows at this preset")
    geofence: Text = Field(description="the fence file that holds while the camera shows that")


class CameraEntry(Part):
    """One camera, or one recording in its place."""

    id: Identifier = Field(description="unique within the site: letters, digits and - _ . between them")
    name: Text | None = Field(None, description="as people call it; the id where it is not given")
    source: Text | None = Field(None, description="one stream, live or a file")
    streams: StreamsEntry | None = Field(None, description="the streams of one camera, in place of source")
    transport: Transport | None = Field(None, description="how RTSP's packets travel: tcp or udp")
    decode: DecodeName | None = Field(None, description="cpu, or the hardware decoder: cuda, vaapi, qsv ...")
    start: Text | None = Field(None, description="when a file was recorded, ISO 8601")
    loop: Flag = Field(False, description="begin a file again at its end: true or false")
    geofence: Text | None = Field(None, description="the camera's fence file")
    views: list[ViewEntry] | None = Field(
        None,
        min_length=1,
        description="presets of a PTZ camera, each with its picture and fences, in place of geofence",
    )


class RuleDefaults(Part):
    """What a rule may set, and `defaults` for all of them."""

    dwell: DurationNs | None = Field(None, description="how long the condition must hold, such as 60s")
    grace: DurationNs | None = Field(None, description="how long the same object may be unseen")
    clear_after: DurationNs | None = Field(None, description="how long it must be over before the end is told")
    cooldown: DurationNs | None = Field(None, description="silence in the zone after an event")
    remind_every: DurationNs | None = Field(None, description="between reminders while it is open; 0s: never")
    schedule: ScheduleText | None = Field(None, description='always, or such as "Mon-Fri 07:00-09:00"')
    severity: Severity | None = Field(None, description="info, minor, major or critical")
    confidence: Share | None = Field(None, description="what an object's score must reach, from 0 to 1")
    event_per: EventPer | None = Field(None, description="what has an event of its own: zone or object")
    min_area: AreaValue | None = Field(None, description='share of the picture, or "0.5m2" on calibrated ground')
    max_area: AreaValue | None = Field(None, description='share of the picture, or "0.5m2" on calibrated ground')
    confirm: Flag | None = Field(None, description="an operator must confirm before dispatch: true or false")
    enabled: Flag | None = Field(None, description="whether the rule runs: true or false")


class ZonesByCategory(Part):
    """Every zone of one category."""

    category: Text = Field(description="one of the catalogue's 16")


def _zones_tag(value: object) -> str:
    return "category" if isinstance(value, Mapping | ZonesByCategory) else "list"


def _cameras_tag(value: object) -> str:
    return "all" if isinstance(value, str) else "list"


ZonesValue = Annotated[
    Annotated[ZonesByCategory, Tag("category")] | Annotated[list[Text], Field(min_length=1), Tag("list")],
    Discriminator(_zones_tag),
]
CamerasValue = Annotated[
    Annotated[Literal["all"], Tag("all")] | Annotated[list[Text], Field(min_length=1), Tag("list")],
    Discriminator(_cameras_tag),
]


class RuleEntry(RuleDefaults):
    """One rule."""

    id: Identifier = Field(description="unique within the site: letters, digits and - _ . between them")
    algorithm: Text = Field(description="a key of the catalogue")
    zones: ZonesValue | None = Field(
        None,
        description="{category: ...}, or a list of zone ids, camera/zone where two share one",
    )
    cameras: CamerasValue = Field("all", description="all, or a list of camera ids")
    classes: list[Text] | None = Field(None, min_length=1, description="classes or groups, in place of the catalogue's")
    dwell_by_class: dict[Text, DurationNs] = Field(
        default={}, description="how long the condition must hold for objects of some classes or groups"
    )
    include_static: Flag | None = Field(None, description="whether things without a class count: true or false")
    params: dict[Text, Number] = Field(default={}, description="the algorithm's own numbers")
    codes: dict[Text, Whole | Text] = Field(default={}, description="a city's own codes, by the name of their scheme")


class SiteFile(Part):
    """A site: its cameras and what is looked for on them."""

    site: SiteHead = Field(description="id, name and timezone of the site")
    state: Text = Field("./state", description="folder for outbox, evidence, log and the embedded Redis")
    redis: RedisEntry = Field(RedisEntry(), description="where alerts go")
    detector: DetectorEntry = Field(DetectorEntry(), description="the network")
    operation: OperationEntry = Field(OperationEntry(), description="how a live run is kept")
    specialists: list[SpecialistEntry] = Field(
        default=[], description="further networks, for the cameras whose rules need their classes"
    )
    dispatch: DispatchEntry = Field(DispatchEntry(), description="how alerts reach people")
    console: ConsoleEntry = Field(ConsoleEntry(), description="how the console is served")
    evidence: EvidenceEntry = Field(EvidenceEntry(), description="how evidence is kept")
    noise: NoiseEntry = Field(NoiseEntry(), description="what is told as one")
    defaults: RuleDefaults = Field(RuleDefaults(), description="for every rule that does not say otherwise")
    cameras: list[CameraEntry] = Field(default=[], description="the cameras; at least one, here or in cameras_from")
    cameras_from: Text | None = Field(None, description="a CSV file of more cameras, one a line")
    algorithms: dict[Text, AlgorithmEntry] = Field(default={}, description="the site's own, each key with a colon")
    rules: list[RuleEntry] = Field(default=[], description="what is looked for")


def time_zone(name: str) -> ZoneInfo:
    """The time zone of that IANA name.

    Raises:
        ValueError: There is none.
    """
    try:
        return ZoneInfo(name)
    # A name such as "..", "/etc" or "a\0b" is no key; a folder's name ("Asia") is one that cannot be read.
    except (KeyError, OSError, ValueError) as error:
        raise ValueError("no such time zone") from error
