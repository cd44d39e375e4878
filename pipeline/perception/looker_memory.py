"""What the eyes of one camera write down, as plain values and references to arrays on a shelf.

A change to anything here is a new `MEMORY_VERSION`: an older snapshot is then refused, and the camera begins afresh.
Times are seconds since `LookerMemory.origin`.
"""

from dataclasses import dataclass
from enum import StrEnum

from pydantic import TypeAdapter, ValidationError

from pipeline.errors import StateError
from pipeline.geofence.boxes import Box
from pipeline.observation import MediaNs, Sight
from pipeline.perception.shelf import ArrayRef, OpenShelf, Shelf

MEMORY_VERSION = 3


class Verdict(StrEnum):
    """What a look at the place of a static object showed."""

    ITSELF = "itself"
    BACKGROUND = "background"
    NEITHER = "neither"
    COVERED = "covered"


@dataclass(frozen=True, slots=True)
class TrackMemory:
    """A `Track`."""

    id: int
    box: Box
    seen_s: float
    clear_s: float
    judged_s: float
    told_s: float
    evidence: float
    anchor: Box
    anchored_s: float
    reference: ArrayRef
    looks_like: ArrayRef
    velocity: tuple[float, float]
    sight: Sight
    is_missed: bool
    score_by_class: dict[str, float]


@dataclass(frozen=True, slots=True)
class BackgroundMemory:
    """A `Background`; what hides a pixel for the moment is kept for those pixels alone that show something else."""

    epoch_s: float
    t_s: float
    mean: ArrayRef
    known: ArrayRef
    noise: ArrayRef
    new_value: ArrayRef
    kept_since: ArrayRef
    candidate: ArrayRef
    candidate_since: ArrayRef


@dataclass(frozen=True, slots=True)
class PieceMemory:
    """A `Piece`; its mask is cut out like the rest."""

    picture_size: tuple[int, int]
    left: int
    top: int
    mask: ArrayRef
    beneath: ArrayRef
    own_look: ArrayRef
    ring: ArrayRef


@dataclass(frozen=True, slots=True)
class StaticObjectMemory:
    """A `StaticObject`."""

    track: int
    box: Box
    score: float
    sight: Sight
    piece: PieceMemory
    verdict: Verdict
    seen: float
    flips: int
    odd_since_s: float
    looks_like: ArrayRef
    class_name: str


@dataclass(frozen=True, slots=True)
class StaticMemory:
    """`StaticObjects`; `background` has at most one element."""

    t_s: float
    restless_until_s: float
    background: tuple[BackgroundMemory, ...]
    objects: tuple[StaticObjectMemory, ...]
    removed: tuple[StaticObjectMemory, ...]
    distrusted: tuple[tuple[float, ArrayRef], ...]


@dataclass(frozen=True, slots=True)
class VigilMemory:
    """A `VigilState`."""

    seen: ArrayRef
    looked_s: float
    whole_s: float
    check_s: float
    wait_s: float


@dataclass(frozen=True, slots=True)
class EyeMemory:
    """A `NetworkEye`; `vigil` has at most one element."""

    tracks: tuple[TrackMemory, ...]
    vigil: tuple[VigilMemory, ...]


@dataclass(frozen=True, slots=True)
class SpecialistMemory:
    """A `SpecialistEye`; `looked_s` has at most one element."""

    name: str
    eye: EyeMemory
    looked_s: tuple[float, ...]


@dataclass(frozen=True, slots=True)
class LookerMemory:
    """A `Looker`."""

    origin: MediaNs
    last_id: int
    eye: EyeMemory
    specialists: tuple[SpecialistMemory, ...]
    static: StaticMemory
    recent: tuple[tuple[float, Box], ...]


_MEMORY = TypeAdapter(LookerMemory)


def written(memory: LookerMemory, shelf: Shelf) -> bytes:
    """The block of a memory and the shelf with its arrays."""
    return shelf.close(_MEMORY.dump_json(memory), MEMORY_VERSION)


def read(block: bytes) -> tuple[LookerMemory, OpenShelf]:
    """What `written` wrote.

    Raises:
        StateError: The block is damaged or of another version.
    """
    shelf = OpenShelf(block, MEMORY_VERSION)
    try:
        return _MEMORY.validate_json(shelf.text), shelf
    except ValidationError as error:
        raise StateError(f"snapshot: damaged: {error.error_count()} faults in its text") from error
