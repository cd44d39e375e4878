"""People who stay: vendors, crowds, loiterers; and those who wait, chat and walk through."""

from benchmarks.worlds.scene import Fence, Scene, area, fires, lane
from benchmarks.worlds.script import Actor, Ghosts, Script, moves, paces, passes, place, stands

_EVENING = "2026-01-05T19:30:00+08:00"
_PAVEMENT = lane("sidewalk")


def _customers(from_s: float, count: int) -> tuple[Actor, ...]:
    """Every half minute somebody comes, stays for twenty seconds and goes."""
    return tuple(
        moves(
            "person",
            (from_s + 30 * n, -0.05, 0.85),
            (from_s + 30 * n + 6, 0.5, 0.8),
            (from_s + 30 * n + 24, 0.5, 0.8),
            (from_s + 30 * n + 30, 1.05, 0.85),
            look=100 + n,
        )
        for n in range(count)
    )


def _queue(count: int, from_s: float, every_s: float, stays_s: float) -> tuple[Actor, ...]:
    """People come one after the other, wait and leave."""
    return tuple(
        moves(
            "person",
            (from_s + every_s * n, -0.05, 0.8),
            (from_s + every_s * n + 5, 0.36 + 0.045 * (n % 7), 0.75),
            (from_s + every_s * n + stays_s, 0.36 + 0.045 * (n % 7), 0.75),
            (from_s + every_s * n + stays_s + 6, 1.05, 0.8),
            look=200 + n,
        )
        for n in range(count)
    )


VENDORS = (
    Scene(
        "street_vendor",
        "a parasol and a table with customers",
        Script(
            600,
            (
                stands("person", 0.42, 0.7, 60, 480, look=1),
                stands("umbrella", 0.5, 0.66, 64, 478, look=2, size=1.6),
                stands("dining_table", 0.5, 0.72, 64, 478, look=3),
                *_customers(90, 12),
            ),
        ),
        (fires(62, 480, within_s=8),),
        _PAVEMENT,
    ),
    Scene(
        "street_vendor",
        "goods on a cloth",
        Script(
            600,
            (
                stands("person", 0.42, 0.7, 60, 480, look=1).lit(0.5, 0.25),
                stands("static_object", 0.5, 0.74, 70, 478, size=1.3),
                passes("bus", 150, 154, 0.95, look=20),
            ),
        ),
        (fires(70, 480, within_s=10),),
        _PAVEMENT,
    ),
    Scene(
        "street_vendor",
        "a tricycle and a vendor whom buses hide",
        Script(
            600,
            (
                stands("person", 0.42, 0.7, 60, 480, look=1).renumbered(134.5, 254.5),
                moves("tricycle", (50, -0.1, 0.71), (60, 0.5, 0.71), (480, 0.5, 0.71), (490, 1.1, 0.71), look=2),
                *(passes("bus", 130 + 60 * n, 134 + 60 * n, 0.95, look=30 + n) for n in range(5)),
            ),
        ),
        (fires(60, 480, within_s=8),),
        _PAVEMENT,
    ),
    Scene(
        "street_vendor",
        "somebody sells from a van with crates beside it",
        Script(
            600,
            (
                moves("van", (40, -0.2, 0.68), (60, 0.6, 0.68), (480, 0.6, 0.68), (500, 1.3, 0.68), look=2),
                stands("person", 0.44, 0.72, 64, 478, look=1).lit(0.5, 0.25),
                stands("static_object", 0.5, 0.75, 70, 476, size=1.2),
            ),
        ),
        (fires(70, 478, within_s=10),),
        _PAVEMENT,
    ),
    Scene(
        "street_vendor",
        "a driver waits beside a van",
        Script(
            600,
            (
                moves("van", (40, -0.2, 0.68), (60, 0.6, 0.68), (480, 0.6, 0.68), (500, 1.3, 0.68), look=2),
                stands("person", 0.44, 0.72, 64, 478, look=1),
            ),
        ),
        (),
        _PAVEMENT,
    ),
    Scene(
        "street_vendor",
        "people queue for a bus",
        Script(900, (*_queue(24, 20, 30, 240), stands("box", 0.66, 0.76, 300, 420, look=9, size=0.6))),
        (),
        lane("bus_stop"),
    ),
    Scene(
        "street_vendor",
        "a chat beside a parked bicycle",
        Script(
            600,
            (
                stands("person", 0.42, 0.7, 60, 500, look=1),
                stands("person", 0.47, 0.71, 70, 480, look=2),
                stands("bicycle", 0.54, 0.71, 0, 600, look=3),
            ),
        ),
        (),
        _PAVEMENT,
    ),
    Scene(
        "street_vendor",
        "a vendor outside the hours of the rule",
        Script(600, (stands("person", 0.42, 0.7, 60, 480, look=1), stands("cart", 0.5, 0.72, 60, 480, look=2))),
        (),
        _PAVEMENT,
        {"schedule": "07:00-18:00"},
        _EVENING,
    ),
    Scene(
        "street_vendor",
        "people rest on a bench that belongs there",
        Script(
            1500,
            (
                Actor(
                    "bench", ((0.0, place("dining_table", 0.5, 0.72)), (1500.0, place("dining_table", 0.5, 0.72))), 9
                ),
                *(stands("person", 0.47, 0.73, 300 + 190 * n, 460 + 190 * n, look=n + 1) for n in range(6)),
            ),
        ),
        (),
        _PAVEMENT,
    ),
    Scene(
        "street_vendor",
        "a shopper at an allowed shop front",
        Script(
            600, (stands("person", 0.78, 0.72, 60, 400, look=1), stands("dining_table", 0.85, 0.72, 0, 600, look=2))
        ),
        (),
        (*_PAVEMENT, Fence("front", area((0.72, 0.3, 0.98, 0.98)), is_mask=True)),
    ),
)

_CROWD = tuple(
    stands("person", 0.34 + 0.05 * (n % 7), 0.6 + 0.12 * (n // 7), 40 + 1.5 * n, 300 + n, look=300 + n)
    for n in range(14)
)
_STREAM = tuple(passes("person", 3 + 1.6 * n, 33 + 1.6 * n, 0.6 + 0.03 * (n % 9), look=400 + n) for n in range(130))

CROWDS = (
    Scene(
        "crowd_gathering",
        "fourteen people gather",
        Script(420, _CROWD),
        (fires(54, 304, within_s=12),),
        lane("square"),
    ),
    Scene(
        "crowd_gathering",
        "fourteen people of whom many are missed",
        Script(420, tuple(one.lit(0.5, 0.2) for one in _CROWD)),
        (fires(54, 304, within_s=25),),
        lane("square"),
    ),
    Scene("crowd_gathering", "a stream of people walking through", Script(240, _STREAM), (), lane("square")),
    Scene("crowd_gathering", "eight people sit for long", Script(700, _CROWD[:8]), (), lane("square")),
    Scene(
        "crowd_gathering",
        "a tour group stops for half a minute",
        Script(
            300,
            tuple(
                stands("person", 0.34 + 0.05 * (n % 7), 0.6 + 0.12 * (n // 7), 60, 95, look=n + 1) for n in range(14)
            ),
        ),
        (),
        lane("square"),
    ),
)

LOITERERS = (
    Scene(
        "loitering",
        "somebody walks to and fro",
        Script(400, (paces("person", 60, 270, (0.36, 0.64), 0.7, stride_s=14),)),
        (fires(60, 270),),
        lane("school_gate"),
    ),
    Scene(
        "loitering",
        "somebody stands and is hidden by a bus",
        Script(400, (stands("person", 0.5, 0.7, 60, 270).renumbered(124.5), passes("bus", 120, 124, 0.95, look=20))),
        (fires(60, 270),),
        lane("school_gate"),
    ),
    Scene(
        "loitering",
        "two loiterers are two events",
        Script(
            500,
            (
                paces("person", 60, 270, (0.36, 0.48), 0.6, stride_s=10, look=1),
                stands("person", 0.6, 0.85, 150, 400, look=2),
            ),
        ),
        (fires(60, 270), fires(150, 400)),
        lane("school_gate"),
    ),
    Scene(
        "loitering",
        "people pass one after the other",
        Script(
            700, tuple(passes("person", 5 + 10 * n, 29 + 10 * n, 0.6 + 0.04 * (n % 6), look=500 + n) for n in range(65))
        ),
        (),
        lane("school_gate"),
    ),
    Scene(
        "loitering",
        "a wait of ninety seconds",
        Script(300, (moves("person", (50, 0.1, 0.7), (58, 0.5, 0.7), (145, 0.5, 0.7), (153, 0.9, 0.7)),)),
        (),
        lane("school_gate"),
    ),
    Scene(
        "loitering",
        "one waits after the other in one place",
        Script(
            600,
            tuple(
                moves(
                    "person",
                    (40 + 90 * n, 0.1, 0.75),
                    (46 + 90 * n, 0.5, 0.7),
                    (126 + 90 * n, 0.5, 0.7),
                    (132 + 90 * n, 0.95, 0.75),
                    look=600 + n,
                )
                for n in range(5)
            ),
        ),
        (),
        lane("school_gate"),
    ),
)


def _waits(class_name: str, n: int, rise: float, size: float = 1.0) -> Actor:
    """The n-th comes, waits for not quite three minutes, and goes."""
    x, y, come_s = 0.4 + 0.03 * n, 0.7 - rise, 20.0 + 60 * n
    stations = ((come_s, -0.05, y + 0.05), (come_s + 8, x, y), (come_s + 170, x, y), (come_s + 178, 1.05, y + 0.05))
    return moves(class_name, *stations, look=700 + 10 * n + (class_name == "person"), size=size)


_HOLDERS = tuple(actor for n in range(8) for actor in (_waits("person", n, 0.0), _waits("umbrella", n, 0.14, size=0.6)))

UMBRELLAS = (
    Scene(
        "illegal_umbrella",
        "a parasol on the pavement",
        Script(900, (stands("umbrella", 0.5, 0.7, 60, 700, size=1.5), *_customers(100, 15))),
        (fires(60, 700),),
        _PAVEMENT,
    ),
    Scene(
        "illegal_umbrella",
        "a tent that is found every other time",
        Script(900, (stands("umbrella", 0.5, 0.7, 60, 700, size=2).lit(0.45, 0.4),)),
        (fires(60, 700, within_s=10),),
        _PAVEMENT,
    ),
    Scene("illegal_umbrella", "people wait with umbrellas in the rain", Script(700, _HOLDERS), (), lane("bus_stop")),
    Scene(
        "illegal_umbrella",
        "people walk through with umbrellas",
        Script(
            500,
            tuple(
                passes(kind, 5 + 7 * n, 20 + 7 * n, y, look=800 + n)
                for n in range(65)
                for kind, y in (("person", 0.75), ("umbrella", 0.61))
            ),
            ghosts=(Ghosts("umbrella", (0.3, 0.4, 0.7, 0.9), 4, (0.1, 2.0), 0.5),),
        ),
        (),
        _PAVEMENT,
    ),
    Scene(
        "illegal_umbrella",
        "a parasol for four minutes",
        Script(500, (stands("umbrella", 0.5, 0.7, 60, 300, size=1.5),)),
        (),
        _PAVEMENT,
    ),
)

SCENES = (*VENDORS, *CROWDS, *LOITERERS, *UMBRELLAS)
