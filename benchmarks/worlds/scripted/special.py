"""What only a network of its own can see: rubbish, bins, clothes."""

from benchmarks.worlds.scene import Scene, fires, lane
from benchmarks.worlds.script import Ghosts, Script, parks, passes, stands

_STREET = lane("commercial_street")
_POINT = lane("waste_point")
_IN_THE_LANE = (0.32, 0.4, 0.68, 0.9)


def _glimpses(class_name: str, per_minute: float = 4, longest_s: float = 1.5, score: float = 0.5) -> Ghosts:
    """It is seen for a moment where it is not."""
    return Ghosts(class_name, _IN_THE_LANE, per_minute, (0.05, longest_s), score)


RUBBISH = (
    Scene(
        "exposed_garbage",
        "rubbish beside the bin",
        Script(600, (stands("garbage", 0.5, 0.7, 60, 500).lit(0.55, 0.15),)),
        (fires(60, 500),),
        _STREET,
    ),
    Scene(
        "exposed_garbage",
        "a heap that walkers hide",
        Script(
            600,
            (
                stands("garbage", 0.5, 0.7, 60, 500, size=0.5),
                *(passes("person", 20 * n, 20 * n + 15, 0.8, look=n) for n in range(1, 25)),
            ),
        ),
        (fires(60, 500),),
        _STREET,
    ),
    Scene(
        "exposed_garbage",
        "leaves in the wind",
        Script(1200, (), ghosts=(Ghosts("garbage", _IN_THE_LANE, 6, (0.1, 8.0), 0.5, 0.02),)),
        (),
        _STREET,
    ),
    Scene(
        "exposed_garbage",
        "a bag that is carried past",
        Script(
            600,
            tuple(
                passes(kind, 20 + 50 * n, 44 + 50 * n, y, look=n)
                for n in range(11)
                for kind, y in (("garbage", 0.7), ("person", 0.69))
            ),
        ),
        (),
        _STREET,
    ),
    Scene(
        "exposed_garbage",
        "rubbish that is fetched in time",
        Script(400, (stands("garbage", 0.5, 0.7, 60, 165),)),
        (),
        _STREET,
    ),
    Scene(
        "bin_overflow",
        "a bin that overflows",
        Script(900, (stands("overflow", 0.5, 0.7, 60, 800).lit(0.55, 0.15),)),
        (fires(60, 800),),
        _POINT,
    ),
    Scene(
        "bin_overflow",
        "a bin that overflows and is hidden at times",
        Script(
            900,
            (
                stands("overflow", 0.5, 0.7, 60, 800),
                *(passes("bus", 90 * n, 90 * n + 5, 0.9, look=n) for n in range(1, 10)),
            ),
        ),
        (fires(60, 800),),
        _POINT,
    ),
    Scene(
        "bin_overflow",
        "an open empty bin",
        Script(1500, (stands("garbage_bin", 0.5, 0.7, 0, 1500),), ghosts=(_glimpses("overflow", 2, 4.0),)),
        (),
        _POINT,
    ),
    Scene(
        "bin_overflow",
        "a bin that is emptied in time",
        Script(600, (stands("overflow", 0.5, 0.7, 60, 320),)),
        (),
        _POINT,
    ),
    Scene(
        "bagged_garbage",
        "bags in the street",
        Script(1200, tuple(stands("garbage_bag", 0.45 + 0.06 * n, 0.7, 60, 1000, look=n + 1) for n in range(3))),
        (fires(60, 1000),),
        _STREET,
    ),
    Scene(
        "bagged_garbage",
        "bags that no network knows",
        Script(1200, (stands("static_object", 0.5, 0.7, 60, 1000),)),
        (fires(60, 1000),),
        _STREET,
    ),
    Scene(
        "bagged_garbage",
        "bags that are carried past",
        Script(
            900,
            tuple(
                passes(kind, 20 + 50 * n, 44 + 50 * n, y, look=n)
                for n in range(16)
                for kind, y in (("garbage_bag", 0.7), ("person", 0.69))
            ),
        ),
        (),
        _STREET,
    ),
    Scene(
        "bagged_garbage",
        "bags in the hours of collection",
        Script(1500, (stands("garbage_bag", 0.5, 0.7, 60, 1400),)),
        (),
        _STREET,
        {"schedule": "21:00-05:00"},
    ),
    Scene(
        "bagged_garbage",
        "bags that are fetched in time",
        Script(1000, (stands("garbage_bag", 0.5, 0.7, 60, 620),)),
        (),
        _STREET,
    ),
)

BINS = (
    Scene(
        "bin_missing",
        "a bin is gone",
        Script(4300, (stands("garbage_bin", 0.5, 0.7, 0, 900), stands("garbage_bin", 0.5, 0.7, 3900, 4300))),
        (fires(900, 3900, within_s=10),),
        lane("waste_point", (0.44, 0.55, 0.56, 0.72)),
    ),
    Scene(
        "bin_missing",
        "a bin that was found now and then is gone",
        Script(
            3600,
            (
                stands("garbage_bin", 0.5, 0.7, 0, 1000).lit(0.45, 0.25),
                *(passes("bus", 300 * n, 300 * n + 5, 0.9, look=n) for n in range(1, 11)),
            ),
        ),
        (fires(1000, within_s=25),),
        lane("waste_point", (0.44, 0.55, 0.56, 0.72)),
    ),
    Scene(
        "bin_missing",
        "a lorry hides it while it is emptied",
        Script(4000, (stands("garbage_bin", 0.5, 0.7, 0, 4000), parks("truck", 0.5, 0.9, 600, 2700, look=2))),
        (),
        lane("waste_point", (0.44, 0.55, 0.56, 0.72)),
    ),
    Scene(
        "bin_missing",
        "it is away to be washed",
        Script(4000, (stands("garbage_bin", 0.5, 0.7, 0, 900), stands("garbage_bin", 0.5, 0.7, 2500, 4000))),
        (),
        lane("waste_point", (0.44, 0.55, 0.56, 0.72)),
    ),
    Scene(
        "bin_missing",
        "it is missed every other time",
        Script(4000, (stands("garbage_bin", 0.5, 0.7, 0, 4000).lit(0.4, 0.5),)),
        (),
        lane("waste_point", (0.44, 0.55, 0.56, 0.72)),
    ),
)

CLOTHES = (
    Scene(
        "drying_clothes",
        "clothes on a line",
        Script(1200, (stands("hanging_clothes", 0.5, 0.6, 60, 1000).lit(0.5, 0.15),)),
        (fires(60, 1000),),
        _STREET,
    ),
    Scene(
        "drying_clothes",
        "clothes behind walkers",
        Script(
            1200,
            (
                stands("hanging_clothes", 0.5, 0.6, 60, 1000),
                *(passes("person", 12 * n, 12 * n + 15, 0.7, look=n) for n in range(95)),
            ),
        ),
        (fires(60, 1000),),
        _STREET,
    ),
    Scene(
        "drying_clothes",
        "people",
        Script(
            1500,
            tuple(stands("person", 0.36 + 0.04 * n, 0.7, 20, 1480, look=n) for n in range(7)),
            ghosts=(_glimpses("hanging_clothes"),),
        ),
        (),
        _STREET,
    ),
    Scene(
        "drying_clothes",
        "a quilt for five minutes",
        Script(900, (stands("hanging_clothes", 0.5, 0.6, 60, 360),)),
        (),
        _STREET,
    ),
)

SCENES = (*RUBBISH, *BINS, *CLOTHES)
