"""The alert, version 1: what other people's programs read. Its fields are a contract (see the design's table)."""

import json
import re
from collections.abc import Mapping
from datetime import UTC, datetime, timedelta, tzinfo
from typing import Annotated, Literal

from pydantic import AfterValidator, AwareDatetime, BaseModel, ConfigDict, Field, PlainSerializer, ValidationError

from pipeline.alerts.topic import FaultTopic, Topic
from pipeline.config.ground import GroundMap
from pipeline.config.resolved import Camera, Site, Zone
from pipeline.errors import UsageError
from pipeline.geofence.lines import ground_point
from pipeline.observation import MediaNs, seconds
from pipeline.rules.episode import Ended, Episode, EventObject, State

SCHEMA: Literal["smart-alert/1"] = "smart-alert/1"
_EPOCH = datetime(1970, 1, 1, tzinfo=UTC)
_NS_PER_MS = 1_000_000
_NOT_IN_A_LINE = re.compile("[\x7f-\x9f\u2028\u2029\ud800-\udfff]")
"""What JSON leaves as it is and yet ends a line for some readers (NEL, LS, PS), or cannot be written as UTF-8."""


def utc(t: MediaNs) -> datetime:
    """A moment of media time, cut to milliseconds."""
    return _EPOCH + timedelta(milliseconds=t // _NS_PER_MS)


def local(moment: datetime, timezone: tzinfo) -> str:
    """A moment as people of that time zone write it, to the second."""
    return moment.astimezone(timezone).strftime("%Y-%m-%d %H:%M:%S")


def _iso(moment: datetime) -> str:
    return moment.isoformat(timespec="milliseconds").replace("+00:00", "Z")


Moment = Annotated[AwareDatetime, AfterValidator(lambda moment: moment.astimezone(UTC)), PlainSerializer(_iso)]


class _Part(BaseModel):
    """Immutable; what it does not know it ignores, for fields may be added within version 1."""

    model_config = ConfigDict(frozen=True, extra="ignore", populate_by_name=True, serialize_by_alias=True)


class Titles(_Part):
    """A name for people, in both languages."""

    zh: str
    en: str


class Named(_Part):
    """A site or a camera."""

    id: str
    name: str


class AlertZone(_Part):
    """The fence that was broken.

    Attributes:
        location: Longitude and latitude, degrees; None where the camera is not calibrated.
    """

    id: str
    name: str
    category: str
    grid: str
    responsible: str
    location: tuple[float, float] | None = None


class SeenInLooks(_Part):
    """The looks that would have shown an object since it came to stay, those that did, and those that found it anew."""

    of: int = Field(ge=0)
    seen: int = Field(ge=0)
    detected: int = Field(ge=0)


class AlertObject(_Part):
    """One object of the event as it was last seen.

    Attributes:
        box: x1, y1, x2, y2 as shares of the picture.
        location: Longitude and latitude of where it touches the ground, degrees; left out where the camera is not
            calibrated to them.
        speed_kmh: How fast it was, where the algorithm is about movement; left out where the camera is not calibrated.
        looks: The evidence over time; left out of what only keeps company.
    """

    class_name: str = Field(alias="class")
    confidence: float = Field(ge=0, le=1)
    box: tuple[float, float, float, float]
    track: int
    location: tuple[float, float] | None = Field(default=None, exclude_if=lambda value: value is None)
    speed_kmh: float | None = Field(default=None, exclude_if=lambda value: value is None)
    looks: SeenInLooks | None = Field(default=None, exclude_if=lambda value: value is None)


class Evidence(_Part):
    """Where the pictures are, and the SHA-256 of each file.

    Attributes:
        snapshot: URI of the picture with fence, boxes and legend; absolute, or relative to the file that holds the
            message.
        frame: URI of the same moment with nothing drawn on it.
        clip: URI of the clip; None until an update brings it.
        clip_lost: Why no update will bring it: `interrupted` (the run was killed before it was whole) or `not_written`;
            left out where it is there, or may still come.
        clip_started_at: Media time of its first picture.
        clip_ended_at: Of its last.
        best: URI of the picture in which the object is seen best, if there is a better one than `snapshot`.
    """

    snapshot: str
    snapshot_sha256: str
    frame: str
    frame_sha256: str
    clip: str | None = None
    clip_sha256: str | None = None
    clip_started_at: Moment | None = None
    clip_ended_at: Moment | None = None
    best: str | None = None
    best_sha256: str | None = None
    clip_lost: str | None = Field(default=None, exclude_if=lambda value: value is None)


class Report(_Part):
    """What an officer wrote of what the officer saw.

    Attributes:
        text: For people.
        by: Who reports it.
    """

    text: str
    by: str


class Alert(_Part):
    """One message: an event was raised, has changed, or is over.

    `merged_into` names the event that speaks for this one (the same object under another rule or on another camera, or
    a storm): whoever tells people leaves such messages out, and everybody else loses nothing. A storm's messages name
    the last events that it has come to stand for (`merged`), and count all of them (`merged_count`).

    Words that may grow within version 1 (`reason`, `source`, `review`) are plain text here: a reader that is older
    than the writer must not lose a `cleared` over a reason it has not heard of.
    """

    schema_version: Literal["smart-alert/1"] = Field(default=SCHEMA, alias="schema")
    id: str = Field(min_length=1)
    revision: int = Field(ge=0)
    state: State
    reason: str | None = None
    source: str
    algorithm: str
    rule: str | None
    severity: str
    title: Titles
    site: Named
    camera: Named | None
    zone: AlertZone | None
    started_at: Moment
    raised_at: Moment
    ended_at: Moment | None = None
    dwell_s: float
    visible: bool
    objects: tuple[AlertObject, ...]
    evidence: Evidence | None = None
    review: str
    codes: Mapping[str, str | int] | None = None
    fault: str | None = None
    report: Report | None = None
    merged_into: str | None = None
    merged: tuple[str, ...] = ()
    merged_count: int = 0

    def to_json(self) -> str:
        """The message as one canonical line without its line feed: equal alerts give equal bytes."""
        return as_line(self)


def as_line(message: BaseModel) -> str:
    """A message as one canonical line of JSON without its line feed: equal messages give equal bytes."""
    line = json.dumps(message.model_dump(mode="json"), ensure_ascii=False, separators=(",", ":"), allow_nan=False)
    return _NOT_IN_A_LINE.sub(lambda match: f"\\u{ord(match[0]):04x}", line)


def parse(line: str | bytes) -> Alert:
    """A message as a consumer reads it; fields it does not know are ignored.

    Raises:
        UsageError: It is no alert of version 1; the message names the first field that does not fit.
    """
    try:
        return Alert.model_validate_json(line)
    except ValidationError as error:
        first = error.errors(include_url=False, include_input=False)[0]
        place = ".".join(str(step) for step in first["loc"]) or "the line"
        raise UsageError(f"alert: {place}: {first['msg']} (expected a message of {SCHEMA})") from error


def build(episode: Episode, site: Site, camera: Camera, topic: Topic, evidence: Evidence | None) -> Alert:
    """The message that tells one change of one event.

    Args:
        episode: The change.
        site: Where.
        camera: The one of the episode.
        topic: What the episode is about.
        evidence: None only where there is no picture: a log is replayed, or the disk was full.
    """
    ended = episode.ending if isinstance(episode.ending, Ended) else None
    rule = topic.rule
    return Alert(
        id=episode.id,
        revision=episode.revision,
        state=episode.state,
        reason=ended.reason.value if ended else None,
        source=topic.source,
        algorithm=topic.algorithm,
        rule=None if rule is None else rule.id,
        severity=str(episode.severity),
        title=Titles(zh=topic.title.zh, en=topic.title.en),
        site=Named(id=site.id, name=site.name),
        camera=Named(id=camera.id, name=camera.name),
        zone=None if isinstance(topic, FaultTopic) else _zone(topic.zone),
        started_at=utc(episode.started_at),
        raised_at=utc(episode.raised_at),
        ended_at=utc(ended.at) if ended else None,
        dwell_s=round(seconds(episode.dwell_ns), 3),
        visible=episode.visible,
        objects=tuple(alert_object(item, camera.geofence.ground) for item in episode.objects),
        evidence=evidence,
        review=episode.review.value,
        codes=None if rule is None else dict(sorted(rule.codes.items())) or None,
        fault=topic.kind.value if isinstance(topic, FaultTopic) else None,
        merged_into=episode.merged_into,
        merged=episode.merged,
        merged_count=episode.merged_count,
    )


def _zone(zone: Zone) -> AlertZone:
    location = None if zone.location is None else (round(zone.location[0], 7), round(zone.location[1], 7))
    return AlertZone(
        id=zone.id,
        name=zone.name,
        category=zone.category,
        grid=zone.grid,
        responsible=zone.responsible,
        location=location,
    )


def alert_object(item: EventObject, ground: GroundMap | None) -> AlertObject:
    """An object as messages tell it."""
    x1, y1, x2, y2 = (round(float(share), 4) + 0.0 for share in item.box)
    # A box is float32: without the rounding, one and the same edge would read 0.30000001192092896.
    return AlertObject(
        class_name=item.class_name,
        confidence=round(float(item.confidence), 3),
        box=(x1, y1, x2, y2),
        track=item.track,
        location=None if ground is None else ground.location(ground_point(item.box)),
        speed_kmh=None if item.speed_kmh is None else round(item.speed_kmh, 1),
        looks=None
        if item.looks is None
        else SeenInLooks(of=item.looks.of, seen=item.looks.seen, detected=item.looks.detected),
    )
