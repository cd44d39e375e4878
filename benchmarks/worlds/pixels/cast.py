"""What the composed scenes share: fences of the street, drives, walkers and weather."""

import json
from dataclasses import replace
from functools import cache

from benchmarks.worlds.props import PassingBus, Vehicle, Walker
from benchmarks.worlds.scene import Fence, Points
from benchmarks.worlds.weather import Headlights, Leaves, Night, Rain, Shadow, Shake
from pipeline.resources import data_folder
from sample_videos import stage
from sample_videos.stage import HEIGHT, WIDTH
from sample_videos.timeline import Stop

Knot = tuple[float, float, float]
LAMP_PX = (430.0, 30.0)
DWELL = "20s"
RAIN, LEAVES, SHAKE = Rain(0, 1e6), Leaves(), Shake()
NIGHT = Night()
WANDERING = Shadow(((0, 250, 480), (40, 620, 420), (80, 480, 330), (120, 700, 260)), (110, 50))
"""It crosses the lawn and the fire lane, lies still nowhere for long, and leaves over the kerb."""
LIGHTS = Headlights(tuple((5 + 17 * n, 12 + 17 * n) for n in range(8)), ((60.0, 225.0), (740.0, 445.0)))


_WHOLE_LANE = (
    *((0, 205), (150, 225), (300, 255), (440, 300), (600, 360), (768, 430)),
    *((768, 525), (600, 440), (440, 360), (300, 305), (150, 262), (0, 240)),
)


@cache
def outlines() -> dict[str, Points]:
    """The sample's fences by id."""
    file = data_folder("sample_videos") / "street.geojson"
    features = json.loads(file.read_text(encoding="utf-8"))["features"]
    return {
        one["properties"]["id"]: tuple((x, y) for x, y in one["geometry"]["coordinates"][0][:-1]) for one in features
    }


def near_lane(category: str = "fire_lane") -> tuple[Fence, ...]:
    """The lane before the camera."""
    return (Fence("lane", outlines()["fire-lane"], category),)


def whole_lane(direction: float) -> tuple[Fence, ...]:
    """The same lane from one border of the picture to the other."""
    (lane,) = plot(*_WHOLE_LANE, category="carriageway")
    return (replace(lane, direction=direction),)


def kerb(category: str = "carriageway") -> tuple[Fence, ...]:
    """The far side of the road, where the heap lies and the van stops."""
    return (Fence("lane", outlines()["kerb"], category),)


def verge(category: str = "green_space") -> tuple[Fence, ...]:
    """Left, where the stall stands."""
    return (Fence("lane", outlines()["verge"], category),)


def plot(*pixels: tuple[float, float], category: str = "square") -> tuple[Fence, ...]:
    """An area by its corners, px."""
    return (Fence("lane", tuple((x / WIDTH, y / HEIGHT) for x, y in pixels), category),)


ROAD = ((90, 240), (330, 230), (600, 290), (600, 345), (380, 320), (90, 290))
"""The junction in the middle of the picture, px: people cross it and stand about."""


def drive(name: str, enters: float, stands: float, leaves: float, gone: float) -> Vehicle:
    """A car on the near lane, the van on the far one: it comes, stands and goes."""
    path, where = (stage.FAR_LANE, stage.DUMP_STOP) if name == "van" else (stage.NEAR_LANE, stage.LANE_STOP)
    return Vehicle(name, Stop(path, where, enters, stands, leaves, gone))


def stall(enters: float, stands: float, leaves: float, gone: float) -> Vehicle:
    """The cart with its parasol, pushed up and pulled away again."""
    return Vehicle("cart", Stop(stage.VERGE, stage.STALL_STOP, enters, stands, leaves, gone, returns=True), "cart")


def walk(from_s: float, to_s: float, begin: tuple[float, float], end: tuple[float, float], seed: int) -> Walker:
    """Somebody who walks straight through."""
    return Walker(((from_s, *begin), (to_s, *end)), seed)


def stay(from_s: float, to_s: float, at: tuple[float, float], seed: int) -> Walker:
    """Somebody who comes from the left within ten seconds, stands and leaves to the right."""
    return Walker(((from_s - 10, -20, at[1] - 10), (from_s, *at), (to_s, *at), (to_s + 10, 800, at[1] + 60)), seed)


def pacing(from_s: float, to_s: float, ends: tuple[tuple[float, float], tuple[float, float]], seed: int) -> Walker:
    """Somebody who walks to and fro, six seconds each way."""
    count = max(2, round((to_s - from_s) / 6))
    return Walker(tuple((from_s + n * (to_s - from_s) / count, *ends[n % 2]) for n in range(count + 1)), seed)


def buses(*starts_s: float) -> tuple[PassingBus, ...]:
    """Each takes four seconds close before the camera."""
    return tuple(PassingBus(start_s, start_s + 4, 560) for start_s in starts_s)
