"""Composed scenes of people, and of what goes where it must not."""

from benchmarks.worlds.composition import Composition
from benchmarks.worlds.pixels.cast import (
    DWELL,
    LEAVES,
    RAIN,
    ROAD,
    WANDERING,
    drive,
    pacing,
    plot,
    stall,
    stay,
    verge,
    walk,
    whole_lane,
)
from benchmarks.worlds.props import Walker
from benchmarks.worlds.scene import Fence, Scene, fires
from sample_videos.stage import HEIGHT, WIDTH

_DWELL = {"dwell": DWELL}
_CLOSED = {"schedule": "22:00-06:00"}
_JUNCTION = plot(*ROAD)
_VENDOR = Walker(((8, -20, 290), (14, 150, 305), (70, 150, 305), (78, -20, 290)), 3)
_STALL = stall(8, 14, 70, 77)
_LINE = (
    Fence(
        "lane",
        ((300 / WIDTH, 220 / HEIGHT), (300 / WIDTH, 380 / HEIGHT)),
        "community_gate",
        is_line=True,
        direction=90.0,
    ),
)
_LAWN = plot((20, 360), (420, 400), (420, 560), (20, 560), category="green_space")

VENDORS = (
    Scene(
        "street_vendor",
        "a vendor and a cart",
        Composition(100, (_STALL, _VENDOR)),
        (fires(14, 70, within_s=6),),
        verge(),
        _DWELL,
    ),
    Scene(
        "street_vendor",
        "a vendor with customers in the rain",
        Composition(100, (_STALL, _VENDOR, stay(32, 44, (235, 325), 5), stay(48, 60, (250, 330), 6)), (RAIN,)),
        (fires(14, 70, within_s=6),),
        verge(),
        _DWELL,
    ),
    Scene(
        "street_vendor",
        "a chat",
        Composition(90, (stay(14, 70, (150, 310), 1), stay(15, 72, (180, 312), 2))),
        (),
        verge(),
        _DWELL,
    ),
    Scene(
        "street_vendor",
        "people queue",
        Composition(
            110,
            tuple(stay(14 + 9 * n, 40 + 9 * n, (90 + 40 * (n % 5), 305 + 4 * (n % 5)), n + 1) for n in range(7)),
        ),
        (),
        verge("bus_stop"),
        _DWELL,
    ),
    Scene(
        "street_vendor",
        "a vendor outside the hours of the rule",
        Composition(90, (_STALL, _VENDOR)),
        (),
        verge(),
        {"dwell": DWELL, "schedule": "07:00-18:00"},
        "2026-01-05T19:00:00+08:00",
    ),
    Scene(
        "illegal_umbrella",
        "a parasol stands",
        Composition(100, (_STALL,)),
        (fires(14, 70, within_s=6),),
        verge("sidewalk"),
        _DWELL,
    ),
    Scene(
        "illegal_umbrella",
        "people in the rain",
        Composition(90, (stay(14, 70, (150, 310), 1), walk(20, 45, (-20, 300), (380, 320), 2)), (RAIN,)),
        (),
        verge("sidewalk"),
        _DWELL,
    ),
    Scene(
        "illegal_umbrella",
        "a parasol for ten seconds",
        Composition(60, (stall(6, 12, 22, 29),)),
        (),
        verge("sidewalk"),
        _DWELL,
    ),
)

LOITERERS = (
    Scene(
        "loitering",
        "somebody paces",
        Composition(90, (pacing(10, 60, ((180, 265), (420, 300)), 1),)),
        (fires(10, 60, within_s=4),),
        _JUNCTION,
        _DWELL,
    ),
    Scene(
        "loitering",
        "somebody stands while others pass",
        Composition(
            90,
            (
                stay(12, 60, (330, 290), 1),
                walk(20, 40, (60, 270), (760, 400), 2),
                walk(30, 52, (700, 380), (60, 262), 3),
            ),
        ),
        (fires(11, 62, within_s=6),),
        _JUNCTION,
        _DWELL,
    ),
    Scene(
        "loitering",
        "people pass one after the other",
        Composition(120, tuple(walk(4 + 9 * n, 20 + 9 * n, (60, 262), (720, 370), n) for n in range(11))),
        (),
        _JUNCTION,
        _DWELL,
    ),
    Scene(
        "loitering",
        "somebody waits for nine seconds",
        Composition(60, (Walker(((6, 330, 420), (10, 330, 290), (19, 330, 290), (23, 330, 420)), 1),)),
        (),
        _JUNCTION,
        _DWELL,
    ),
)

_GATHER = tuple(stay(13 + n, 60, (150 + 45 * n, 262 + 7 * n), n + 1) for n in range(8))

CROWDS = (
    Scene(
        "crowd_gathering",
        "eight people where six are too many",
        Composition(90, _GATHER),
        (fires(19, 60, within_s=8),),
        _JUNCTION,
        {"dwell": DWELL, "params": {"count": 6.0}},
    ),
    Scene(
        "crowd_gathering",
        "four people",
        Composition(90, _GATHER[::2]),
        (),
        _JUNCTION,
        {"dwell": DWELL, "params": {"count": 6.0}},
    ),
    Scene(
        "crowd_gathering",
        "a stream of walkers",
        Composition(
            110,
            tuple(
                walk(2 + 3.2 * n, 24 + 3.2 * n, (40, 258 + 6 * (n % 4)), (740, 372 + 5 * (n % 3)), n) for n in range(26)
            ),
        ),
        (),
        _JUNCTION,
        {"dwell": DWELL, "params": {"count": 6.0}},
    ),
)

CROSSINGS = (
    Scene(
        "intrusion",
        "somebody walks onto the lawn",
        Composition(60, (Walker(((10, -20, 300), (16, 120, 420), (22, 300, 470), (40, 320, 470), (46, 500, 320)), 1),)),
        (fires(14, 43, within_s=4),),
        _LAWN,
    ),
    Scene(
        "intrusion",
        "somebody walks past the lawn",
        Composition(70, (walk(8, 28, (-20, 300), (760, 395), 1), walk(30, 52, (760, 380), (-20, 285), 2))),
        (),
        _LAWN,
    ),
    Scene(
        "intrusion",
        "somebody on the lawn in open hours",
        Composition(60, (walk(10, 30, (40, 420), (400, 480), 1),)),
        (),
        _LAWN,
        _CLOSED,
    ),
    Scene("intrusion", "leaves and a shadow", Composition(120, (), (LEAVES, WANDERING)), (), _LAWN),
    Scene(
        "line_crossing",
        "somebody crosses",
        Composition(40, (walk(8, 26, (100, 270), (500, 310), 1),)),
        (fires(17, 18, within_s=3),),
        _LINE,
    ),
    Scene(
        "line_crossing",
        "somebody crosses the other way",
        Composition(40, (walk(8, 26, (500, 310), (100, 270), 1),)),
        (),
        _LINE,
    ),
    Scene(
        "line_crossing",
        "somebody stands beside it",
        Composition(50, (Walker(((5, 100, 270), (12, 270, 290), (40, 270, 290), (47, 100, 270)), 1),)),
        (),
        _LINE,
    ),
    Scene(
        "wrong_way",
        "a car against the lane's direction",
        Composition(40, (drive("suv", 8, 20, 20.1, 30),)),
        (fires(10, 28, within_s=4),),
        whole_lane(300.0),
    ),
    Scene(
        "wrong_way",
        "a car in the lane's direction",
        Composition(40, (drive("suv", 8, 20, 20.1, 30),)),
        (),
        whole_lane(120.0),
    ),
    Scene(
        "wrong_way",
        "a car that stands",
        Composition(60, (drive("suv", 4, 8, 50, 53),)),
        (),
        whole_lane(120.0),
    ),
)

SCENES = (*VENDORS, *LOITERERS, *CROWDS, *CROSSINGS)
