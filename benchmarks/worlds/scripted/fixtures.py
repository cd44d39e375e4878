"""What stands outside shops, hangs on walls or belongs to the street; and what only looks like it."""

from benchmarks.worlds.scene import Fence, Scene, area, fires, lane
from benchmarks.worlds.script import Ghosts, Script, moves, parks, passes, stands

_NIGHT = "2026-01-05T22:30:00+08:00"


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
                stands("billboard", 0.5, 0.5, 60, 1300).lit(0.55, 0.15),
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

_PLACE = lane("carriageway", (0.45, 0.62, 0.55, 0.71))
_SHADES = Ghosts("removed_object", (0.44, 0.6, 0.56, 0.72), 1, (2.0, 30.0))

REMOVED = (
    Scene(
        "object_removed",
        "a barrier is taken away",
        # What is gone is seen as a change against the background, from then on.
        Script(
            1400,
            (stands("person", 0.45, 0.7, 790, 800, look=1), stands("removed_object", 0.5, 0.7, 800, 1200, look=2)),
        ),
        (fires(800, 1200),),
        _PLACE,
    ),
    Scene(
        "object_removed",
        "a sign is taken away by night",
        Script(
            1400,
            (
                stands("removed_object", 0.5, 0.7, 900, 1300, look=2),
                *(passes("car", 100 * n, 100 * n + 5, 0.8, look=n) for n in range(1, 14)),
            ),
            ambient=((0, 40.0),),
            jitter=0.03,
        ),
        (fires(900, 1300),),
        _PLACE,
        start=_NIGHT,
    ),
    Scene(
        "object_removed",
        "a car stands in front of it",
        Script(1400, (parks("car", 0.5, 0.75, 700, 1300), stands("removed_object", 0.5, 0.72, 730, 1300, look=2))),
        (),
        _PLACE,
    ),
    Scene(
        "object_removed",
        "people stand in front of it",
        Script(1300, tuple(stands("person", 0.47 + 0.03 * n, 0.74, 700, 1200, look=n + 1) for n in range(3))),
        (),
        _PLACE,
    ),
    Scene("object_removed", "light that comes and goes", Script(2400, (), ghosts=(_SHADES,)), (), _PLACE),
    Scene(
        "object_removed",
        "a thing that had come only just before",
        Script(
            1400, (stands("static_object", 0.5, 0.7, 60, 200), stands("removed_object", 0.5, 0.7, 200, 500, look=2))
        ),
        (),
        _PLACE,
    ),
)

SCENES = (*SHOPS, *BILLBOARDS, *REMOVED)
