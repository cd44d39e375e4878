"""Vehicles that stand where they must not, and those that only seem to."""

from benchmarks.worlds.scene import Fence, Scene, area, fires, lane
from benchmarks.worlds.script import Ghosts, Script, Swap, Word, moves, parks, passes, place, stands
from pipeline.observation import CommandKind

_NIGHT = "2026-01-05T22:30:00+08:00"
_BAY = (0.72, 0.3, 0.95, 0.95)
_BUSES = (
    passes("bus", 60, 64, 0.9, look=20),
    passes("bus", 121, 125, 0.92, look=21),
    passes("bus", 200, 204, 0.9, look=22),
)

FIRE_LANE = (
    Scene(
        "fire_lane_blocked",
        "a car parks and buses pass before it",
        Script(420, (parks("car", 0.5, 0.7, 30, 300).renumbered(64.5, 125.5), *_BUSES)),
        (fires(30, 300),),
        lane(),
    ),
    Scene(
        "fire_lane_blocked",
        "a van in the dusk that is found now and then",
        Script(
            600,
            (parks("van", 0.45, 0.8, 50, 420).lit(0.42, 0.35).renumbered(140, 220),),
            ambient=((0, 110.0), (120, 80.0), (180, 55.0), (240, 40.0)),
        ),
        (fires(50, 420),),
        lane(),
    ),
    Scene(
        "fire_lane_blocked",
        "a heap where things without a class count",
        Script(400, (stands("static_object", 0.5, 0.75, 40, 330, size=1.6),)),
        (fires(40, 330),),
        lane(),
        {"include_static": True, "min_area": 0.003},
    ),
    Scene(
        "fire_lane_blocked",
        "somebody gets out within forty seconds",
        Script(240, (parks("car", 0.5, 0.7, 40, 80), stands("person", 0.58, 0.72, 50, 75, look=4))),
        (),
        lane(),
    ),
    Scene(
        "fire_lane_blocked",
        "a delivery of ten seconds",
        Script(200, (parks("van", 0.5, 0.7, 60, 70), stands("person", 0.6, 0.72, 61, 69, look=4))),
        (),
        lane(),
    ),
    Scene(
        "fire_lane_blocked",
        "a car takes the place of another",
        Script(
            300,
            (parks("car", 0.5, 0.7, 30, 76, look=1), parks("car", 0.5, 0.7, 82, 130, look=2)),
            swaps=(Swap(81, 0, 1),),
        ),
        (),
        lane(),
    ),
    Scene(
        "fire_lane_blocked",
        "a car in the bay beside the lane",
        Script(400, (parks("van", 0.78, 0.75, 20, 380),)),
        (),
        (*lane(box=(0.3, 0.3, 0.68, 0.95)), Fence("bay", area(_BAY), "parking_area", is_mask=True)),
    ),
    Scene(
        "fire_lane_blocked",
        "a queue that creeps through",
        Script(
            400,
            tuple(
                moves(
                    "car",
                    *(
                        (10 + 18 * n + 20 * k + (12 if half else 0), 0.1 + 0.12 * k, 0.7)
                        for k in range(7)
                        for half in (0, 1)
                    ),
                    look=30 + n,
                )
                for n in range(6)
            ),
        ),
        (),
        lane(),
    ),
    Scene("fire_lane_blocked", "buses pass", Script(260, _BUSES), (), lane()),
    Scene(
        "fire_lane_blocked",
        "a fire engine at work that was announced",
        Script(900, (parks("truck", 0.5, 0.8, 60, 800),), words=(Word(10, CommandKind.MAINTENANCE, 890),)),
        (),
        lane(),
    ),
    Scene(
        "fire_lane_blocked",
        "headlights in the rain",
        Script(600, (), ghosts=(Ghosts("car", (0.3, 0.4, 0.7, 0.9), 8, (0.1, 6.0), 0.5, 0.01),), ambient=((0, 35.0),)),
        (),
        lane(),
        start=_NIGHT,
    ),
)

PARKING = (
    Scene(
        "illegal_parking",
        "two cars park one behind the other",
        Script(
            900,
            (
                parks("car", 0.42, 0.6, 40, 600, look=1),
                parks("car", 0.6, 0.6, 100, 700, look=2),
                passes("bus", 150, 154, 0.95, look=20),
                passes("truck", 333, 337, 0.95, look=21),
            ),
        ),
        (fires(40, 600, within_s=16), fires(100, 700, within_s=16)),
        lane("sidewalk"),
    ),
    Scene(
        "illegal_parking",
        "a van behind passing traffic",
        Script(
            700,
            (
                parks("van", 0.5, 0.6, 60, 500).renumbered(101.5, 262, 401),
                *(passes("truck", 80 + 20 * n, 84 + 20 * n, 0.75, look=40 + n) for n in range(20)),
            ),
        ),
        (fires(60, 500, within_s=16),),
        lane("sidewalk"),
    ),
    Scene(
        "illegal_parking",
        "a queue at a junction",
        Script(
            600,
            tuple(
                moves(
                    "car",
                    *(
                        (70 * k + (55 if half else 0) + 1, 0.2 + 0.16 * (k + n), 0.7)
                        for k in range(8)
                        for half in (0, 1)
                    ),
                    look=50 + n,
                )
                for n in range(-3, 3)
            ),
        ),
        (),
        lane("carriageway"),
    ),
    Scene(
        "illegal_parking",
        "a car in the bay beside the zone",
        Script(900, (parks("car", 0.8, 0.7, 20, 880), stands("car", 0.8, 0.45, 0, 900, look=7))),
        (),
        lane("sidewalk", (0.3, 0.3, 0.7, 0.95)),
    ),
    Scene(
        "illegal_parking",
        "a stop of two and a half minutes",
        Script(500, (parks("car", 0.5, 0.7, 100, 250),)),
        (),
        lane("sidewalk"),
    ),
)

MUCK_TRUCKS = (
    Scene(
        "muck_truck",
        "a lorry drives through",
        Script(120, (passes("truck", 40, 52, 0.8),)),
        (fires(44, 50),),
        lane(),
    ),
    Scene(
        "muck_truck",
        "a muck truck waits at night",
        Script(300, (parks("muck_truck", 0.5, 0.8, 60, 180).lit(0.55, 0.2),), ambient=((0, 40.0),)),
        (fires(59, 182),),
        lane(),
        {"schedule": "22:00-06:00"},
        _NIGHT,
    ),
    Scene("muck_truck", "buses pass", Script(300, (*_BUSES, parks("bus", 0.5, 0.8, 230, 260, look=5))), (), lane()),
    Scene(
        "muck_truck",
        "a van that is called a lorry for a moment",
        Script(
            200,
            (parks("van", 0.5, 0.75, 40, 160),),
            ghosts=(Ghosts("truck", (*place("van", 0.5, 0.75)[:2], 0.58, 0.76), 3, (0.05, 0.4), 0.5),),
        ),
        (),
        lane(),
    ),
    Scene(
        "muck_truck",
        "a lorry by day where only the night is closed",
        Script(200, (passes("truck", 40, 60, 0.8),)),
        (),
        lane(),
        {"schedule": "22:00-06:00"},
    ),
)

SCENES = (*FIRE_LANE, *PARKING, *MUCK_TRUCKS)
