"""Where the evidence of alerts is kept, how long, and what it may show."""

from dataclasses import dataclass
from enum import StrEnum

_DAY_NS = 24 * 3600 * 1_000_000_000
_S_NS = 1_000_000_000


class Blur(StrEnum):
    """What nobody is to be recognised by."""

    FACES = "faces"
    PLATES = "plates"


@dataclass(frozen=True, slots=True)
class Bucket:
    """Part of an S3-compatible store. Who may write there is told by the environment, as S3's own tools have it.

    Attributes:
        name: Of the bucket; it must be there.
        prefix: Before the names of objects; empty, or without a slash at either end.
        endpoint: Such as `https://minio.example:9000`; empty: the environment's, else Amazon's.
    """

    name: str
    prefix: str
    endpoint: str = ""

    def __str__(self) -> str:
        return f"s3://{self.name}/{self.prefix}".rstrip("/")


@dataclass(frozen=True, slots=True)
class EvidenceSettings:
    """How evidence is kept.

    Attributes:
        bucket: None: on disk alone.
        keep_ns: How long it stays; what belongs to an open event stays however old it is.
        max_bytes: How much stays at most; the oldest goes first.
        clip_before_ns: How far a clip begins before its event was raised.
        clip_after_ns: How far it goes on; with both 0 there are no clips.
        clip_memory_bytes: For the packets of all cameras of which clips are cut.
        blur: What is blurred in pictures. Where anything is, there are no clips.
    """

    bucket: Bucket | None = None
    keep_ns: int = 30 * _DAY_NS
    max_bytes: int = 50_000_000_000
    clip_before_ns: int = 10 * _S_NS
    clip_after_ns: int = 20 * _S_NS
    clip_memory_bytes: int = 2_000_000_000
    blur: frozenset[Blur] = frozenset()

    @property
    def has_clips(self) -> bool:
        """Whether clips are cut."""
        return bool(self.clip_before_ns or self.clip_after_ns) and not self.blur
