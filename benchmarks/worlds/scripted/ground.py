"""What only a network of its own can see on and above the ground: manholes, fire, water, soil."""

from benchmarks.worlds.scene import Scene, fires, lane
from benchmarks.worlds.script import Ghosts, Script, moves, paces, parks, passes, stands

_NIGHT = "2026-01-05T22:30:00+08:00"
_STREET = lane("commercial_street")
_WATER = lane("waterfront")
_SOIL = lane("construction_site")
_IN_THE_LANE = (0.32, 0.4, 0.68, 0.9)


def _glimpses(class_name: str, per_minute: float = 4, longest_s: float = 1.5, score: float = 0.5) -> Ghosts:
    """It is seen for a moment where it is not."""
    return Ghosts(class_name, _IN_THE_LANE, per_minute, (0.05, longest_s), score)


COVERS = (
    Scene(
        "manhole_damaged",
        "a broken cover",
        Script(300, (stands("manhole_damaged", 0.5, 0.7, 60, 260).lit(0.55, 0.15),)),
        (fires(60, 260),),
        _STREET,
    ),
    Scene(
        "manhole_damaged",
        "a missing cover that cars pass over",
        Script(
            400,
            (
                stands("manhole_damaged", 0.5, 0.7, 30, 360),
                *(passes("car", 40 + 25 * n, 45 + 25 * n, 0.74, look=n) for n in range(12)),
            ),
        ),
        (fires(30, 360),),
        _STREET,
    ),
    Scene(
        "manhole_damaged",
        "a shadow on a whole cover",
        Script(
            1200,
            (stands("manhole", 0.5, 0.7, 0, 1200),),
            ghosts=(Ghosts("manhole_damaged", (0.47, 0.65, 0.53, 0.72), 2, (0.1, 12.0), 0.5),),
        ),
        (),
        _STREET,
    ),
    Scene(
        "manhole_damaged",
        "whole covers",
        Script(
            900,
            tuple(stands("manhole", 0.4 + 0.1 * n, 0.7, 0, 900, look=n + 1) for n in range(3)),
            ghosts=(_glimpses("manhole_damaged"),),
        ),
        (),
        _STREET,
    ),
)

_EVERY_S = 1.0
"""Who wants to be told of a fire within three seconds lets its network look every second."""

FIRES = (
    Scene(
        "smoke_fire",
        "a flame that flickers",
        Script(200, (stands("fire", 0.5, 0.7, 60, 160).lit(0.55, 0.15),), special_every_s=_EVERY_S),
        (fires(60, 160, within_s=4),),
        _STREET,
    ),
    Scene(
        "smoke_fire",
        "smoke that grows and drifts",
        Script(300, (moves("smoke", (60, 0.45, 0.7), (200, 0.6, 0.65)).lit(0.5, 0.12),), special_every_s=_EVERY_S),
        (fires(60, 200, within_s=4),),
        _STREET,
    ),
    Scene(
        "smoke_fire",
        "headlights and tail lights",
        Script(
            1200,
            tuple(passes("car", 10 + 12 * n, 16 + 12 * n, 0.7, look=n) for n in range(95)),
            ghosts=(_glimpses("fire", 6, 1.0),),
            ambient=((0, 40.0),),
            special_every_s=_EVERY_S,
        ),
        (),
        _STREET,
        start=_NIGHT,
    ),
    Scene(
        "smoke_fire",
        "steam from a pot",
        Script(900, (), ghosts=(_glimpses("smoke", 4, 2.0),), special_every_s=_EVERY_S),
        (),
        _STREET,
    ),
    Scene(
        "smoke_fire",
        "a red car",
        Script(
            600,
            (parks("car", 0.5, 0.7, 30, 500),),
            ghosts=(Ghosts("fire", (0.44, 0.55, 0.56, 0.7), 3, (0.1, 1.5), 0.5),),
            special_every_s=_EVERY_S,
        ),
        (),
        _STREET,
    ),
)

GROUND = (
    Scene(
        "water_logging",
        "water over a third of the lane",
        Script(1000, (stands("water", 0.5, 0.8, 60, 900, size=2).lit(0.55, 0.2),)),
        (fires(60, 900),),
        _STREET,
    ),
    Scene(
        "water_logging",
        "two pools that only together are enough",
        Script(
            1000,
            (
                stands("water", 0.42, 0.6, 60, 900, look=1, size=0.8),
                stands("water", 0.58, 0.9, 120, 900, look=2, size=0.8),
            ),
        ),
        (fires(120, 900, within_s=8),),
        _STREET,
    ),
    Scene(
        "water_logging",
        "a wet road",
        Script(1500, (), ghosts=(Ghosts("water", _IN_THE_LANE, 4, (0.5, 20.0), 0.5),)),
        (),
        _STREET,
    ),
    Scene("water_logging", "a puddle", Script(1000, (stands("water", 0.5, 0.8, 30, 970, size=0.5),)), (), _STREET),
    Scene(
        "water_logging",
        "a shower of four minutes",
        Script(700, (stands("water", 0.5, 0.8, 60, 300, size=2),)),
        (),
        _STREET,
    ),
    Scene(
        "floating_debris",
        "debris over a tenth of the water",
        Script(1200, (stands("debris", 0.5, 0.8, 60, 1000, size=2).lit(0.5, 0.12),)),
        (fires(60, 1000),),
        _WATER,
    ),
    Scene(
        "floating_debris",
        "debris that drifts",
        Script(1200, (moves("debris", (60, 0.4, 0.7), (1000, 0.6, 0.75), size=2),)),
        (fires(60, 1000),),
        _WATER,
    ),
    Scene(
        "floating_debris",
        "ripples and reflections",
        Script(2400, (), ghosts=(Ghosts("debris", _IN_THE_LANE, 6, (0.2, 15.0), 0.5),)),
        (),
        _WATER,
    ),
    Scene(
        "floating_debris",
        "birds",
        Script(
            1500,
            tuple(
                paces("bird", 20, 1480, (0.34 + 0.03 * n, 0.6), 0.6 + 0.03 * n, stride_s=30, look=n) for n in range(8)
            ),
            ghosts=(_glimpses("debris"),),
        ),
        (),
        _WATER,
    ),
    Scene(
        "floating_debris",
        "a little debris",
        Script(1500, (stands("debris", 0.5, 0.8, 30, 1470, size=0.7),)),
        (),
        _WATER,
    ),
    Scene(
        "bare_soil",
        "soil without a cover",
        Script(3000, (stands("bare_soil", 0.5, 0.8, 60, 2700, size=1.2).lit(0.5, 0.12),)),
        (fires(60, 2700),),
        _SOIL,
    ),
    Scene(
        "bare_soil",
        "soil between machines at work",
        Script(
            3000,
            (
                stands("bare_soil", 0.5, 0.8, 60, 2700, size=1.3),
                *(passes("truck", 100 + 90 * n, 110 + 90 * n, 0.9, look=n) for n in range(28)),
            ),
        ),
        (fires(60, 2700),),
        _SOIL,
    ),
    Scene(
        "bare_soil",
        "a covered heap",
        Script(3000, (), ghosts=(Ghosts("bare_soil", _IN_THE_LANE, 1, (1.0, 60.0), 0.5),)),
        (),
        _SOIL,
    ),
    Scene("bare_soil", "a patch", Script(3000, (stands("bare_soil", 0.5, 0.8, 30, 2970, size=0.5),)), (), _SOIL),
    Scene(
        "bare_soil",
        "soil that is covered in time",
        Script(2600, (stands("bare_soil", 0.5, 0.8, 60, 1700, size=1.3),)),
        (),
        _SOIL,
    ),
)

SCENES = (*COVERS, *FIRES, *GROUND)
