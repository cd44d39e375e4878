"""Composed scenes of vehicles and things that stand and lie."""

from benchmarks.worlds.composition import Composition
from benchmarks.worlds.pixels.cast import (
    DWELL,
    LEAVES,
    LIGHTS,
    NIGHT,
    RAIN,
    SHAKE,
    WANDERING,
    buses,
    drive,
    kerb,
    near_lane,
    pacing,
    plot,
    stay,
    walk,
)
from benchmarks.worlds.props import Picture, Thing, painted_board
from benchmarks.worlds.scene import Scene, Setting, fires
from benchmarks.worlds.weather import Knocked, Light

_DWELL = {"dwell": DWELL}
_GONE: dict[str, Setting] = {"dwell": DWELL, "params": {"belongs_s": 60.0}}
_CLOUDS = Light(((0, 1.0), (12, 0.72), (24, 1.05), (33, 0.7), (50, 1.1), (70, 0.8), (200, 1.0)))
_PARKED = drive("suv", 6, 10, 60, 63)
_PLACE = plot((560, 210), (738, 210), (738, 284), (560, 284), category="carriageway")
_FAR = plot((470, 290), (768, 290), (768, 404), (620, 396), category="carriageway")

FIRE_LANE = (
    Scene(
        "fire_lane_blocked",
        "a car parks",
        Composition(80, (_PARKED,)),
        (fires(10, 60, within_s=3),),
        near_lane(),
        _DWELL,
    ),
    Scene(
        "fire_lane_blocked",
        "buses pass before the parked car",
        Composition(80, (_PARKED, *buses(20, 33, 47))),
        (fires(10, 60, within_s=3),),
        near_lane(),
        _DWELL,
    ),
    Scene(
        "fire_lane_blocked",
        "a car under clouds on a mast that sways",
        Composition(80, (_PARKED,), (_CLOUDS, SHAKE), noise=4),
        (fires(10, 60, within_s=3),),
        near_lane(),
        _DWELL,
    ),
    Scene(
        "fire_lane_blocked",
        "a car in the rain",
        Composition(80, (_PARKED,), (RAIN,)),
        (fires(10, 60, within_s=3),),
        near_lane(),
        _DWELL,
    ),
    Scene(
        "fire_lane_blocked",
        "a stop of eight seconds",
        Composition(60, (drive("hatchback", 8, 13, 21, 25),)),
        (),
        near_lane(),
        _DWELL,
    ),
    Scene(
        "fire_lane_blocked",
        "a car takes the place of another",
        Composition(70, (drive("suv", 4, 8, 24, 27), drive("hatchback", 26, 30, 46, 49))),
        (),
        near_lane(),
        _DWELL,
    ),
    Scene("fire_lane_blocked", "buses pass", Composition(60, buses(5, 15, 25, 40)), (), near_lane(), _DWELL),
    Scene(
        "fire_lane_blocked",
        "a shadow wanders over it",
        Composition(120, (), (WANDERING,)),
        (),
        near_lane(),
        {"dwell": DWELL, "include_static": True},
    ),
    Scene(
        "fire_lane_blocked",
        "headlights at night",
        Composition(120, (), (NIGHT, LIGHTS), noise=4),
        (),
        near_lane(),
        {"dwell": DWELL, "include_static": True},
        "2026-01-05T22:00:00+08:00",
    ),
    Scene(
        "fire_lane_blocked",
        "rain",
        Composition(90, (), (RAIN,)),
        (),
        near_lane(),
        {"dwell": DWELL, "include_static": True},
    ),
    Scene(
        "fire_lane_blocked",
        "leaves",
        Composition(90, (), (LEAVES,)),
        (),
        near_lane(),
        {"dwell": DWELL, "include_static": True},
    ),
    Scene(
        "fire_lane_blocked",
        "a car beside the zone that hides it",
        Composition(80, (_PARKED,)),
        (),
        kerb("fire_lane"),
        _DWELL,
    ),
)

PARKING = (
    Scene(
        "illegal_parking",
        "a van stops at the kerb",
        Composition(80, (drive("van", 6, 10, 60, 66),)),
        (fires(10, 60, within_s=3),),
        _FAR,
        _DWELL,
    ),
    Scene(
        "illegal_parking",
        "a van behind people and buses",
        Composition(
            90,
            (
                drive("van", 6, 10, 65, 71),
                walk(14, 30, (300, 330), (760, 400), 1),
                walk(20, 38, (760, 380), (320, 320), 2),
                *buses(26, 44),
            ),
        ),
        (fires(10, 65, within_s=3),),
        _FAR,
        _DWELL,
    ),
    Scene(
        "illegal_parking",
        "a van that stops for twelve seconds",
        Composition(60, (drive("van", 6, 10, 22, 28),)),
        (),
        _FAR,
        _DWELL,
    ),
    Scene("illegal_parking", "a car on the lane before it", Composition(80, (_PARKED,)), (), kerb(), _DWELL),
    Scene(
        "illegal_parking",
        "a van by night that only passes",
        Composition(60, (drive("van", 10, 16, 16.1, 22),), (NIGHT, LIGHTS), noise=4),
        (),
        _FAR,
        _DWELL,
    ),
)

MUCK_TRUCKS = (
    Scene("muck_truck", "a car stands there", Composition(60, (drive("suv", 6, 10, 40, 43),)), (), near_lane()),
    Scene(
        "muck_truck",
        "people walk through",
        Composition(60, (walk(5, 25, (420, 330), (760, 460), 1), walk(20, 45, (760, 480), (400, 330), 2))),
        (),
        near_lane(),
    ),
)

_HEAP = Thing(14, 75)
_BOARD = Picture("static_object", painted_board(), ((14, 640, 282), (75, 640, 282)), 70, border=0.02)

WASTE = (
    Scene(
        "construction_waste",
        "a van leaves a heap",
        Composition(100, (drive("van", 6, 9, 16, 22), _HEAP)),
        (fires(16, 75, within_s=8),),
        kerb(),
        {"dwell": DWELL, "min_area": 0.003},
    ),
    Scene(
        "construction_waste",
        "a heap in the rain with walkers",
        Composition(
            100, (_HEAP, walk(25, 45, (300, 320), (760, 400), 1), walk(40, 62, (760, 380), (320, 330), 2)), (RAIN,)
        ),
        (fires(14, 75, within_s=8),),
        kerb(),
        {"dwell": DWELL, "min_area": 0.003},
    ),
    Scene("construction_waste", "a shadow wanders over it", Composition(140, (), (WANDERING,)), (), kerb(), _DWELL),
    Scene(
        "construction_waste",
        "headlights at night",
        Composition(120, (), (NIGHT, LIGHTS), noise=4),
        (),
        kerb(),
        _DWELL,
        "2026-01-05T22:00:00+08:00",
    ),
    Scene("construction_waste", "rain on a mast that sways", Composition(120, (), (RAIN, SHAKE)), (), kerb(), _DWELL),
    Scene("construction_waste", "leaves", Composition(120, (), (LEAVES,)), (), kerb(), _DWELL),
    Scene("construction_waste", "clouds", Composition(120, (), (_CLOUDS,)), (), kerb(), _DWELL),
    Scene("construction_waste", "a parked van", Composition(90, (drive("van", 6, 10, 75, 81),)), (), kerb(), _DWELL),
    Scene(
        "construction_waste",
        "people stand for long",
        Composition(100, (stay(14, 80, (600, 270), 1), stay(16, 82, (640, 272), 2))),
        (),
        kerb(),
        _DWELL,
    ),
    Scene(
        "construction_waste",
        "a camera that is knocked",
        Composition(200, (), (Knocked(60, 140),)),
        (fires(60, 140, zone="moved"),),
        kerb(),
        _DWELL,
    ),
    Scene(
        "material_pile",
        "a heap",
        Composition(100, (_HEAP,)),
        (fires(14, 75, within_s=8),),
        kerb(),
        {"dwell": DWELL, "min_area": 0.003},
    ),
    Scene("material_pile", "a shadow wanders over it", Composition(140, (), (WANDERING,)), (), kerb(), _DWELL),
    Scene("material_pile", "leaves on a mast that sways", Composition(120, (), (LEAVES, SHAKE)), (), kerb(), _DWELL),
    Scene(
        "bagged_garbage",
        "a heap that no network knows",
        Composition(100, (_HEAP,)),
        (fires(14, 75, within_s=8),),
        kerb(),
        {"dwell": DWELL, "min_area": 0.003},
    ),
    Scene("bagged_garbage", "leaves", Composition(120, (), (LEAVES,)), (), kerb(), _DWELL),
    Scene("bagged_garbage", "a shadow wanders over it", Composition(140, (), (WANDERING,)), (), kerb(), _DWELL),
    Scene(
        "shop_overflow",
        "a heap of crates",
        Composition(100, (_HEAP,)),
        (fires(14, 75, within_s=8),),
        kerb("commercial_street"),
        {"dwell": DWELL, "min_area": 0.003},
    ),
    Scene(
        "shop_overflow",
        "people stand for long",
        Composition(100, (stay(14, 80, (600, 270), 1),)),
        (),
        kerb("commercial_street"),
        _DWELL,
    ),
    Scene(
        "shop_overflow",
        "a thing of the shop that lies there from the start",
        Composition(120, (Thing(0, 200),)),
        (),
        kerb("commercial_street"),
        {"dwell": DWELL, "min_area": 0.003},
    ),
    Scene("shop_overflow", "clouds", Composition(120, (), (_CLOUDS,)), (), kerb("commercial_street"), _DWELL),
    Scene(
        "illegal_billboard",
        "a board that is put up",
        Composition(100, (_BOARD,)),
        (fires(14, 75, within_s=8),),
        kerb(),
        {"dwell": DWELL, "min_area": 0.003},
    ),
    Scene("illegal_billboard", "clouds", Composition(120, (), (_CLOUDS,)), (), kerb(), _DWELL),
    Scene("illegal_billboard", "a shadow wanders over it", Composition(140, (), (WANDERING,)), (), kerb(), _DWELL),
    Scene(
        "object_removed",
        "a heap that belongs there is gone",
        Composition(180, (Thing(0, 100),)),
        (fires(100, within_s=10),),
        _PLACE,
        _GONE,
    ),
    Scene(
        "object_removed",
        "a van stands before it",
        Composition(160, (Thing(0, 1e6), drive("van", 70, 74, 130, 136))),
        (),
        _PLACE,
        _GONE,
    ),
    Scene("object_removed", "rain and clouds", Composition(160, (Thing(0, 1e6),), (_CLOUDS, RAIN)), (), _PLACE, _GONE),
    Scene(
        "object_removed",
        "people stand before it",
        Composition(160, (Thing(0, 1e6), stay(75, 130, (600, 285), 1), pacing(70, 140, ((560, 285), (660, 290)), 2))),
        (),
        _PLACE,
        _GONE,
    ),
)

SCENES = (*FIRE_LANE, *PARKING, *MUCK_TRUCKS, *WASTE)
