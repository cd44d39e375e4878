"""Things without a class that lie about; and what only looks like them."""

from benchmarks.worlds.scene import Scene, fires, lane
from benchmarks.worlds.script import Actor, Ghosts, Outage, Script, parks, passes, place, stands
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
        {"params": {"area": 0.009}},
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

SCENES = WASTE
