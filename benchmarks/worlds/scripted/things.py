"""Things without a class that lie, lean or are gone; and what only looks like them."""

from benchmarks.worlds.scene import Fence, Scene, area, fires, lane
from benchmarks.worlds.script import Actor, Ghosts, Outage, Script, moves, parks, passes, place, stands
from pipeline.observation import GapCause

_NIGHT = "2026-01-05T22:30:00+08:00"
_SITE = lane("carriageway")
_SHADOWS = Ghosts("static_object", (0.3, 0.4, 0.7, 0.95), 2, (5.0, 90.0), drift=0.004)
_HEADLIGHTS = Ghosts("static_object", (0.3, 0.4, 0.7, 0.95), 8, (0.2, 4.0))


def _grows(foot: tuple[float, float], from_s: float, to_s: float, sizes: tuple[float, float]) -> Actor:
    """A heap that grows while it lies there."""
    first, last = (place("static_object", *foot, size) for size in sizes)
    middle_s = (from_s + to_s) / 2
    return Actor("static_object", ((from_s, first), (middle_s, last), (to_s, last)), 1)


WASTE = (
    Scene(
        "construction_waste",
        "a lorry leaves a heap",
        Script(
            1000, (parks("truck", 0.5, 0.72, 30, 60), stands("static_object", 0.5, 0.74, 66, 800, size=1.5, look=2))
        ),
        (fires(66, 800),),
        _SITE,
    ),
    Scene(
        "construction_waste",
        "a heap that grows behind traffic",
        Script(
            1000,
            (
                _grows((0.5, 0.7), 60, 900, (1, 2.2)),
                parks("truck", 0.5, 0.95, 250, 290, look=3),
                *(passes("bus", 100 + 70 * n, 105 + 70 * n, 0.92, look=30 + n) for n in range(10)),
            ),
        ),
        (fires(60, 900),),
        _SITE,
    ),
    Scene(
        "construction_waste",
        "a parked car that is seen as a thing as well",
        Script(
            900,
            (
                stands("car", 0.5, 0.72, 30, 880, look=1).lit(0.5, 0.25),
                stands("static_object", 0.5, 0.72, 60, 880, look=2),
            ),
        ),
        (),
        _SITE,
    ),
    Scene(
        "construction_waste",
        "people sit for long",
        Script(
            900,
            (
                stands("person", 0.5, 0.72, 30, 880, look=1),
                stands("person", 0.54, 0.72, 30, 880, look=2),
                Actor("static_object", ((80, (0.485, 0.58, 0.515, 0.72)), (880, (0.485, 0.58, 0.515, 0.72))), 3),
            ),
        ),
        (),
        _SITE,
    ),
    Scene("construction_waste", "shadows that wander", Script(1800, (), ghosts=(_SHADOWS,)), (), _SITE),
    Scene(
        "construction_waste",
        "headlights on a wet road",
        Script(
            1800,
            tuple(passes("car", 20 + 40 * n, 25 + 40 * n, 0.7, look=n) for n in range(40)),
            ghosts=(_HEADLIGHTS,),
            ambient=((0, 40.0),),
        ),
        (),
        _SITE,
        start=_NIGHT,
    ),
    Scene(
        "construction_waste",
        "a camera that is turned away and back",
        Script(
            1200,
            (stands("static_object", 0.5, 0.7, 60, 240), stands("static_object", 0.4, 0.8, 700, 900, look=2)),
            outages=(Outage(240, 420, GapCause.MOVED),),
        ),
        (fires(240, 420, zone="moved"),),
        _SITE,
    ),
    Scene(
        "construction_waste",
        "a heap that is fetched in time",
        Script(700, (stands("static_object", 0.5, 0.7, 60, 320),)),
        (),
        _SITE,
    ),
    Scene(
        "material_pile",
        "one big pile",
        Script(1600, (stands("static_object", 0.5, 0.75, 60, 1300, size=2),)),
        (fires(60, 1300),),
        _SITE,
    ),
    Scene(
        "material_pile",
        "small piles that only count together",
        Script(
            1700,
            tuple(
                stands("static_object", 0.36 + 0.12 * n, 0.6 + 0.1 * n, 60 + 60 * n, 1400, look=n + 1) for n in range(3)
            ),
        ),
        (fires(120, 1400, within_s=65),),
        _SITE,
        {"min_area": 0.009},
    ),
    Scene("material_pile", "shadows that wander", Script(2400, (), ghosts=(_SHADOWS,)), (), _SITE),
    Scene(
        "material_pile",
        "a parked lorry that is seen as a thing as well",
        Script(
            1500,
            (
                stands("truck", 0.5, 0.8, 30, 1480, look=1),
                stands("static_object", 0.5, 0.78, 60, 1480, look=2, size=1.5),
            ),
        ),
        (),
        _SITE,
    ),
    Scene(
        "material_pile",
        "material for nine minutes",
        Script(900, (stands("static_object", 0.5, 0.75, 60, 600, size=2),)),
        (),
        _SITE,
    ),
    Scene(
        "material_pile",
        "headlights on a wet road",
        Script(1800, (), ghosts=(_HEADLIGHTS,), ambient=((0, 40.0),)),
        (),
        _SITE,
        start=_NIGHT,
    ),
)

SHOPS = (
    Scene(
        "shop_overflow",
        "tables and chairs before the shop line",
        Script(
            1100,
            (
                stands("dining_table", 0.5, 0.7, 60, 900, look=1),
                *(stands("chair", 0.44 + 0.06 * n, 0.72, 66, 896, look=2 + n) for n in range(3)),
                *(passes("person", 100 + 15 * n, 118 + 15 * n, 0.9, look=40 + n) for n in range(30)),
            ),
        ),
        (fires(60, 900, within_s=10),),
        lane("commercial_street"),
    ),
    Scene(
        "shop_overflow",
        "crates that no network knows",
        Script(800, (stands("static_object", 0.5, 0.7, 60, 700, size=1.2),)),
        (fires(60, 700),),
        lane("commercial_street"),
    ),
    Scene(
        "shop_overflow",
        "a trolley that passes",
        Script(
            600,
            tuple(
                passes(kind, 10 + 40 * n, 30 + 40 * n, y, look=50 + n)
                for n in range(14)
                for kind, y in (("cart", 0.7), ("person", 0.69))
            ),
        ),
        (),
        lane("commercial_street"),
    ),
    Scene(
        "shop_overflow",
        "a delivery of four minutes",
        Script(
            600,
            (
                stands("box", 0.48, 0.7, 60, 290, look=1),
                stands("box", 0.53, 0.71, 70, 300, look=2),
                stands("person", 0.42, 0.7, 60, 300, look=3),
            ),
        ),
        (),
        lane("commercial_street"),
    ),
    Scene(
        "shop_overflow",
        "goods within the shop line",
        Script(900, (stands("dining_table", 0.8, 0.7, 10, 890), stands("box", 0.87, 0.7, 10, 890, look=2))),
        (),
        lane("commercial_street"),
    ),
)

_WALL = (Fence("lane", area((0.25, 0.2, 0.75, 0.6)), "commercial_street"),)

BILLBOARDS = (
    Scene(
        "illegal_billboard",
        "a banner is hung",
        Script(
            1500,
            (
                stands("billboard", 0.5, 0.5, 60, 1300).lit(0.55, 0.25),
                *(passes("bus", 100 * n, 100 * n + 4, 0.9, look=n) for n in range(1, 13)),
            ),
        ),
        (fires(60, 1300),),
        _WALL,
    ),
    Scene(
        "illegal_billboard",
        "a board that no network knows",
        Script(1200, (stands("static_object", 0.5, 0.5, 60, 1000, size=2),)),
        (fires(60, 1000),),
        _WALL,
    ),
    Scene(
        "illegal_billboard",
        "a lit screen that changes its picture",
        Script(2400, (), ghosts=(Ghosts("static_object", (0.4, 0.3, 0.6, 0.45), 4, (4.0, 30.0)),)),
        (),
        _WALL,
    ),
    Scene(
        "illegal_billboard",
        "a banner for five minutes",
        Script(900, (stands("billboard", 0.5, 0.5, 60, 360),)),
        (),
        _WALL,
    ),
    Scene(
        "illegal_billboard",
        "a lorry with a board on it",
        Script(
            900,
            (
                moves("billboard", (60, -0.1, 0.5), (70, 0.5, 0.5), (200, 0.5, 0.5), (210, 1.1, 0.5)),
                parks("truck", 0.5, 0.6, 70, 200, look=2),
            ),
        ),
        (),
        _WALL,
    ),
)

REMOVED = (
    Scene(
        "object_removed",
        "a barrier is taken away",
        # What is gone is seen as a change against the background, from then on.
        Script(
            700, (stands("person", 0.45, 0.7, 190, 200, look=1), stands("static_object", 0.5, 0.7, 200, 600, look=2))
        ),
        (fires(200, 600),),
        lane("carriageway", (0.45, 0.62, 0.55, 0.71)),
    ),
    Scene(
        "object_removed",
        "a sign is taken away by night",
        Script(600, (stands("static_object", 0.5, 0.7, 120, 500, look=2),), ambient=((0, 40.0),), jitter=0.03),
        (fires(120, 500),),
        lane("carriageway", (0.45, 0.62, 0.55, 0.71)),
        start=_NIGHT,
    ),
    Scene(
        "object_removed",
        "a car stands in front of it",
        Script(700, (parks("car", 0.5, 0.75, 60, 600), stands("static_object", 0.5, 0.72, 90, 600, look=2))),
        (),
        lane("carriageway", (0.45, 0.62, 0.55, 0.71)),
    ),
    Scene(
        "object_removed",
        "people stand in front of it",
        Script(500, tuple(stands("person", 0.47 + 0.03 * n, 0.74, 60, 400, look=n + 1) for n in range(3))),
        (),
        lane("carriageway", (0.45, 0.62, 0.55, 0.71)),
    ),
    Scene(
        "object_removed",
        "shadows that wander",
        Script(900, (), ghosts=(_SHADOWS,)),
        (),
        lane("carriageway", (0.45, 0.62, 0.55, 0.71)),
    ),
)

SCENES = (*WASTE, *SHOPS, *BILLBOARDS, *REMOVED)
