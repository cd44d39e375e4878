"""A scene as a script: who is where when, and how the eyes fail. `performance.py` makes a camera's log of it.

Times are seconds from the start of the scene, boxes shares of the picture. Who stands nearer (whose lower edge is
lower) hides who stands behind.
"""

from dataclasses import dataclass, replace

from pipeline.geofence.boxes import Box
from pipeline.observation import CommandKind, GapCause

Knots = tuple[tuple[float, Box], ...]
Levels = tuple[tuple[float, float], ...]
"""Times and values, the times increasing; a value holds until the next."""
Spell = tuple[float, float]
"""From, until (left out)."""
LANE: Box = (0.3, 0.3, 0.7, 0.95)
"""Where most scenes play."""
SIZE_BY_CLASS = {
    "person": (0.035, 0.17),
    "car": (0.13, 0.15),
    "van": (0.15, 0.2),
    "bus": (0.36, 0.34),
    "truck": (0.24, 0.28),
    "muck_truck": (0.24, 0.28),
    "bicycle": (0.06, 0.09),
    "motorcycle": (0.06, 0.1),
    "tricycle": (0.08, 0.12),
    "dog": (0.04, 0.05),
    "cat": (0.025, 0.03),
    "umbrella": (0.09, 0.16),
    "dining_table": (0.08, 0.08),
    "chair": (0.035, 0.07),
    "cart": (0.07, 0.1),
    "box": (0.05, 0.06),
    "static_object": (0.08, 0.07),
    "garbage": (0.07, 0.06),
    "garbage_bag": (0.05, 0.06),
    "garbage_bin": (0.05, 0.1),
    "overflow": (0.06, 0.12),
    "billboard": (0.2, 0.1),
    "hanging_clothes": (0.16, 0.1),
    "manhole": (0.05, 0.04),
    "manhole_damaged": (0.05, 0.04),
    "smoke": (0.12, 0.16),
    "fire": (0.06, 0.08),
    "bird": (0.02, 0.02),
    "debris": (0.1, 0.06),
    "water": (0.2, 0.12),
    "bare_soil": (0.3, 0.2),
}
SPECIAL = frozenset(
    {
        *("garbage", "garbage_bag", "garbage_bin", "overflow", "billboard", "hanging_clothes", "muck_truck"),
        *("manhole", "manhole_damaged", "smoke", "fire", "debris", "water", "bare_soil"),
    }
)
"""What only a further network knows, which looks on a timetable of its own."""


@dataclass(frozen=True, slots=True)
class Actor:
    """Something in the scene.

    Attributes:
        class_name: What the eyes call it.
        way: Where it is at which moments, straight between; it is there from the first to the last (left out).
        look: Seed of its appearance: two actors of one seed look alike.
        score: What the network gives it, about.
        miss_share: Share of the network's looks that miss it, in [0, 1].
        missed: Spells in which the network does not find it.
        breaks_s: When it gets another track id.
    """

    class_name: str
    way: Knots
    look: int
    score: float = 0.72
    miss_share: float = 0.08
    missed: tuple[Spell, ...] = ()
    breaks_s: tuple[float, ...] = ()

    def at(self, t_s: float) -> Box | None:
        """Where it is; None: not there."""
        if not self.way[0][0] <= t_s < self.way[-1][0]:
            return None
        index = max(n for n, (knot_s, _) in enumerate(self.way) if knot_s <= t_s)
        (from_s, begin), (to_s, end) = self.way[index], self.way[index + 1]
        done = (t_s - from_s) / (to_s - from_s)
        x1, y1, x2, y2 = (a + (b - a) * done for a, b in zip(begin, end, strict=True))
        return x1, y1, x2, y2

    def is_still(self, from_s: float, to_s: float) -> bool:
        """Whether it is where it was."""
        return self.at(from_s) == self.at(to_s)

    def lit(self, score: float, miss_share: float) -> "Actor":
        """The same, worse to see."""
        return replace(self, score=score, miss_share=miss_share)

    def unseen(self, *spells: Spell) -> "Actor":
        """The same, not found in these spells."""
        return replace(self, missed=(*self.missed, *spells))

    def renumbered(self, *breaks_s: float) -> "Actor":
        """The same, with another track id from each of these moments on."""
        return replace(self, breaks_s=(*self.breaks_s, *breaks_s))


@dataclass(frozen=True, slots=True)
class Swap:
    """Two actors, by their place in the script, exchange their track ids."""

    t_s: float
    first: int
    second: int


@dataclass(frozen=True, slots=True)
class Ghosts:
    """Things that the eyes see and that are not there.

    Attributes:
        class_name: What they are taken for.
        region: Where.
        per_minute: How many begin, on average.
        lasts_s: How long each is seen, from and to.
        score: At most.
        drift: How far one moves in a second, shares of the width.
    """

    class_name: str
    region: Box
    per_minute: float
    lasts_s: tuple[float, float]
    score: float = 0.45
    drift: float = 0.0


@dataclass(frozen=True, slots=True)
class Lamp:
    """A place that has a brightness of its own."""

    box: Box
    levels: Levels


@dataclass(frozen=True, slots=True)
class Outage:
    """The camera is blind."""

    from_s: float
    to_s: float
    cause: GapCause


@dataclass(frozen=True, slots=True)
class Word:
    """An operator says something of the whole camera."""

    t_s: float
    kind: CommandKind
    until_s: float


@dataclass(frozen=True, slots=True)
class Script:
    """All that happens before one camera.

    Attributes:
        length_s: Until when.
        actors: Who and what is there.
        swaps: Track ids that are exchanged.
        ghosts: What is seen wrongly.
        ambient: Brightness of the scene, in [0, 255].
        lamps: Places with a brightness of their own.
        sharpness: As the picture tells it.
        frame_rate: Pictures a second.
        outages: When the camera is blind.
        words: Of operators.
        jitter: Standard deviation of a box's edges, of its own width or height.
        special_every_s: Between two looks of the further network.
    """

    length_s: float
    actors: tuple[Actor, ...] = ()
    swaps: tuple[Swap, ...] = ()
    ghosts: tuple[Ghosts, ...] = ()
    ambient: Levels = ((0.0, 120.0),)
    lamps: tuple[Lamp, ...] = ()
    sharpness: Levels = ((0.0, 8.0),)
    frame_rate: Levels = ((0.0, 25.0),)
    outages: tuple[Outage, ...] = ()
    words: tuple[Word, ...] = ()
    jitter: float = 0.015
    special_every_s: float = 4.0


def level_at(levels: Levels, t_s: float) -> float:
    """The value that holds at a moment."""
    return next((value for from_s, value in reversed(levels) if from_s <= t_s), levels[0][1])


def place(class_name: str, x: float, y: float, size: float = 1.0) -> Box:
    """The box of a thing of a class whose foot is at x, y; it may reach over the border.

    Args:
        class_name: One of `SIZE_BY_CLASS`.
        x: Middle of its lower edge.
        y: Its lower edge.
        size: Against the usual one.
    """
    width, height = SIZE_BY_CLASS[class_name]
    half, height = width * size / 2, height * size
    return x - half, y - height, x + half, y


def stands(
    class_name: str, x: float, y: float, from_s: float, to_s: float, *, look: int = 1, size: float = 1.0
) -> Actor:
    """Something that stands or lies in one place; it is there from one moment to the next."""
    box = place(class_name, x, y, size)
    return Actor(class_name, ((from_s, box), (to_s, box)), look)


def moves(class_name: str, *stations: tuple[float, float, float], look: int = 1, size: float = 1.0) -> Actor:
    """Something that goes from station to station, each a moment and a foot: t_s, x, y. Two alike: it waits there."""
    return Actor(class_name, tuple((t_s, place(class_name, x, y, size)) for t_s, x, y in stations), look)


def parks(class_name: str, x: float, y: float, from_s: float, to_s: float, *, look: int = 1) -> Actor:
    """A vehicle that drives in from the left, stands from one moment to the other and drives on to the right."""
    return moves(class_name, (from_s - 4, -0.1, y), (from_s, x, y), (to_s, x, y), (to_s + 4, 1.1, y), look=look)


def passes(class_name: str, from_s: float, to_s: float, y: float, *, look: int = 9) -> Actor:
    """Something that crosses the picture from left to right."""
    return moves(class_name, (from_s, -0.1, y), (to_s, 1.1, y), look=look)


def paces(
    class_name: str, from_s: float, to_s: float, ends: tuple[float, float], y: float, *, stride_s: float, look: int = 1
) -> Actor:
    """Something that goes to and fro between two x, a stride each way."""
    count = max(1, round((to_s - from_s) / stride_s))
    stations = [(from_s + n * (to_s - from_s) / count, ends[n % 2], y) for n in range(count + 1)]
    return moves(class_name, *stations, look=look)
