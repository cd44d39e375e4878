"""The sections `evidence` and `noise` of a site file, as they are written."""

from typing import Annotated

from pydantic import AfterValidator, BeforeValidator, Field, WithJsonSchema

from pipeline.config import byte_size
from pipeline.config.evidence import Blur, EvidenceSettings
from pipeline.config.fields import DurationNs, Flag, Part, Text, Whole, fault, text_by

_LONGEST_CLIP_NS = 120 * 1_000_000_000
_SHORTEST_KEEP_NS = 3600 * 1_000_000_000
ByteSize = Annotated[
    int,
    BeforeValidator(text_by(byte_size.parse_size, "no size", byte_size.ALLOWED)),
    WithJsonSchema({"type": "string", "pattern": byte_size.PATTERN}),
]


def _short_enough(clip_ns: int) -> int:
    if clip_ns > _LONGEST_CLIP_NS:
        raise fault("too long a clip", "0s to 120s")
    return clip_ns


def _long_enough(keep_ns: int) -> int:
    if keep_ns < _SHORTEST_KEEP_NS:
        raise fault("kept too short a time", "1h or longer, such as 30d")
    return keep_ns


ClipNs = Annotated[DurationNs, AfterValidator(_short_enough)]
_DEFAULT = EvidenceSettings()


class EvidenceEntry(Part):
    """How evidence is kept."""

    store: Text | None = Field(None, description="a folder, or s3://bucket/prefix; evidence/ in the state folder")
    endpoint: Text | None = Field(None, description="address of an S3-compatible store other than Amazon's")
    keep: Annotated[DurationNs, AfterValidator(_long_enough)] = Field(
        _DEFAULT.keep_ns, description="how long it stays: 1h or longer, such as 30d"
    )
    max_size: ByteSize = Field(_DEFAULT.max_bytes, description="how much of it stays, such as 50GB")
    clip_before: ClipNs = Field(_DEFAULT.clip_before_ns, description="what a clip shows before its event was raised")
    clip_after: ClipNs = Field(_DEFAULT.clip_after_ns, description="what it shows afterwards")
    clip_memory: ByteSize = Field(_DEFAULT.clip_memory_bytes, description="memory for the clips of all cameras")
    blur: list[Blur] = Field(default=[], description="faces, plates: not to be recognised; there are no clips then")


class StormEntry(Part):
    """When events of one rule on one camera, or one fault of many cameras, are told as one."""

    more_than: Whole = Field(20, ge=0, le=10_000, description="so many are told one by one; 0: all of them")
    within: DurationNs = Field(60_000_000_000, description="in such a time")
    cameras: Whole = Field(5, ge=0, le=10_000, description="so many with one fault are told one by one; 0: all of them")


class NoiseEntry(Part):
    """What is told as one."""

    storm: StormEntry = Field(StormEntry(), description="when too much is told as one")
    merge: Flag = Field(default=True, description="whether events about one object are told as one: true or false")
    same_ground: list[Annotated[list[Text], Field(min_length=2)]] = Field(
        default=[], description="zones that are the same ground, each a list of camera/zone"
    )
