"""What a scene is: what happens, which rule looks at it, and what must be told. Anything else that is told is false."""

from collections.abc import Mapping, Sequence
from dataclasses import dataclass, field
from zlib import crc32

from benchmarks.worlds.composition import Composition
from benchmarks.worlds.script import LANE, Script
from pipeline.geofence.boxes import Box
from pipeline.observation import CameraId

Points = tuple[tuple[float, float], ...]
Setting = str | float | bool | Sequence[str] | Mapping[str, float]


@dataclass(frozen=True, slots=True)
class Fence:
    """A zone as a fence file has it.

    Attributes:
        id: Of the zone.
        points: Corners of an area, or points of a line; shares of the picture.
        category: One of the catalogue's 16.
        is_line: A line to be crossed.
        is_mask: Nobody looks here.
        direction: Degrees clockwise from up; None: it has none.
    """

    id: str
    points: Points
    category: str = "carriageway"
    is_line: bool = False
    is_mask: bool = False
    direction: float | None = None


@dataclass(frozen=True, slots=True)
class Expected:
    """What must be told.

    Attributes:
        zone: In which zone; for a camera's fault its kind.
        start_s: When it begins, seconds of the scene.
        end_s: When it ends; None: it lasts to the end of the scene.
        start_tolerance_s: How far the told start may be off.
        end_tolerance_s: The same of the end.
    """

    zone: str
    start_s: float
    end_s: float | None = None
    start_tolerance_s: float = 8.0
    end_tolerance_s: float = 10.0


@dataclass(frozen=True, slots=True)
class Scene:
    """One scene.

    Attributes:
        algorithm: Key of the catalogue.
        name: What it shows; unique within the algorithm.
        act: What happens: a script for the rules alone, or pixels for everything.
        expected: What must be told; nothing: it is a look-alike.
        fences: Of its camera; the rule looks at all but the masks.
        settings: Of the rule, as a site file has them; what is left out is the catalogue's.
        start: When it begins.
    """

    algorithm: str
    name: str
    act: Script | Composition
    expected: tuple[Expected, ...] = ()
    fences: tuple[Fence, ...] = ()
    settings: Mapping[str, Setting] = field(default_factory=dict)
    start: str = "2026-01-05T10:00:00+08:00"

    @property
    def kind(self) -> str:
        """`pixels` or `scripted`: the two are counted apart."""
        return "scripted" if isinstance(self.act, Script) else "pixels"

    @property
    def id(self) -> str:
        """Unique among all scenes."""
        return f"{self.kind}.{self.algorithm}.{self.name.replace(' ', '-')}"

    @property
    def camera(self) -> CameraId:
        """Id of its camera and of its rule: a name is too long for one."""
        return CameraId(f"scene-{crc32(self.id.encode()):08x}")


def area(box: Box) -> Points:
    """The corners of a box."""
    x1, y1, x2, y2 = box
    return (x1, y1), (x2, y1), (x2, y2), (x1, y2)


def lane(category: str = "fire_lane", box: Box = LANE, direction: float | None = None) -> tuple[Fence, ...]:
    """The one zone of most scenes."""
    return (Fence("lane", area(box), category, direction=direction),)


def fires(start_s: float, end_s: float | None = None, *, zone: str = "lane", within_s: float = 8.0) -> Expected:
    """An event in the lane."""
    return Expected(zone, start_s, end_s, start_tolerance_s=within_s)
