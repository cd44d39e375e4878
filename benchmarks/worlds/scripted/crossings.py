"""Who goes where they must not go: closed areas, lines, lanes of one direction, dogs."""

from benchmarks.worlds.scene import Fence, Scene, fires, lane
from benchmarks.worlds.script import Ghosts, Script, Word, moves, paces, passes, stands
from pipeline.observation import CommandKind

_NIGHT = "2026-01-05T23:00:00+08:00"
_CLOSED = {"schedule": "22:00-06:00"}
_LINE = (Fence("lane", ((0.5, 0.2), (0.5, 0.98)), "community_gate", is_line=True, direction=90.0),)
_EASTWARD = lane("carriageway", direction=90.0)
_OVER_THE_FENCE = (Fence("lane", ((0.3, 0.3), (0.7, 0.3), (0.7, 0.62), (0.3, 0.62)), "construction_site"),)

INTRUSION = (
    Scene(
        "intrusion",
        "somebody climbs in at night",
        Script(200, (moves("person", (60, 0.2, 0.7), (68, 0.5, 0.7), (76, 0.5, 0.6), (90, 0.9, 0.6)).lit(0.5, 0.2),)),
        (fires(62.7, 83, within_s=3),),
        lane("construction_site"),
        _CLOSED,
        _NIGHT,
    ),
    Scene(
        "intrusion",
        "a car drives in at night",
        Script(200, (moves("car", (80, -0.1, 0.8), (84, 0.5, 0.8), (120, 0.5, 0.8), (124, 1.1, 0.8)),)),
        (fires(82.6, 121.3, within_s=3),),
        lane("construction_site"),
        _CLOSED,
        _NIGHT,
    ),
    Scene(
        "intrusion",
        "a cat",
        Script(
            300,
            (paces("cat", 40, 200, (0.35, 0.65), 0.7, stride_s=9),),
            ghosts=(Ghosts("dog", (0.35, 0.6, 0.65, 0.72), 2, (0.1, 2.0), 0.5),),
        ),
        (),
        lane("construction_site"),
        _CLOSED,
        _NIGHT,
    ),
    Scene(
        "intrusion",
        "somebody walks along the fence",
        Script(
            200,
            (
                moves("person", (40, 0.1, 0.68), (60, 0.9, 0.68)),
                paces("person", 70, 160, (0.35, 0.6), 0.68, stride_s=10, look=2),
            ),
        ),
        (),
        _OVER_THE_FENCE,
        _CLOSED,
        _NIGHT,
    ),
    Scene(
        "intrusion",
        "workers in open hours",
        Script(
            300, tuple(paces("person", 20, 280, (0.35, 0.65), 0.6 + 0.1 * n, stride_s=14, look=n + 1) for n in range(3))
        ),
        (),
        lane("construction_site"),
        _CLOSED,
    ),
    Scene(
        "intrusion",
        "a guard's round that was announced",
        Script(
            300, (moves("person", (60, 0.2, 0.7), (90, 0.8, 0.7)),), words=(Word(10, CommandKind.MAINTENANCE, 200),)
        ),
        (),
        lane("construction_site"),
        _CLOSED,
        _NIGHT,
    ),
)

LINES = (
    Scene(
        "line_crossing",
        "somebody goes in",
        Script(120, (moves("person", (40, 0.2, 0.7), (56, 0.8, 0.7)),)),
        (fires(48, 49, within_s=3),),
        _LINE,
    ),
    Scene(
        "line_crossing",
        "a quick rider and a walker each count",
        Script(
            160,
            (
                moves("motorcycle", (40, 0.05, 0.8), (44, 0.95, 0.8), look=1),
                moves("person", (80, 0.2, 0.7), (96, 0.8, 0.7), look=2).lit(0.5, 0.2),
            ),
        ),
        (fires(42, 43, within_s=3), fires(88, 89, within_s=3)),
        _LINE,
    ),
    Scene(
        "line_crossing",
        "somebody goes out",
        Script(
            160,
            (moves("person", (40, 0.8, 0.7), (56, 0.2, 0.7)), moves("car", (80, 1.1, 0.8), (86, -0.1, 0.8), look=2)),
        ),
        (),
        _LINE,
    ),
    Scene(
        "line_crossing",
        "somebody sways before the line",
        Script(300, (paces("person", 20, 260, (0.482, 0.503), 0.7, stride_s=3),)),
        (),
        _LINE,
    ),
    Scene(
        "line_crossing",
        "somebody walks along the line",
        Script(
            200,
            (
                moves("person", (40, 0.47, 0.4), (60, 0.47, 0.95)),
                moves("person", (90, 0.53, 0.95), (120, 0.53, 0.4), look=2),
            ),
        ),
        (),
        _LINE,
    ),
    Scene(
        "wrong_way",
        "a car against the traffic",
        Script(120, (moves("car", (40, 1.1, 0.7), (52, -0.1, 0.7)), passes("car", 43, 49, 0.85, look=2))),
        (fires(44, 48, within_s=3),),
        _EASTWARD,
    ),
    Scene(
        "wrong_way",
        "an e-bike that is missed now and then",
        Script(120, (moves("motorcycle", (40, 0.95, 0.7), (60, 0.05, 0.7)).lit(0.5, 0.2),)),
        (fires(45.5, 54.4, within_s=4),),
        _EASTWARD,
    ),
    Scene(
        "wrong_way",
        "traffic in its direction",
        Script(
            200,
            tuple(
                passes("car" if n % 3 else "motorcycle", 10 + 9 * n, 16 + 9 * n, 0.6 + 0.1 * (n % 3), look=n)
                for n in range(20)
            ),
        ),
        (),
        _EASTWARD,
    ),
    Scene(
        "wrong_way",
        "a car backs into its place",
        Script(
            300,
            (
                moves(
                    "car",
                    (40, -0.1, 0.7),
                    (44, 0.56, 0.7),
                    (47, 0.56, 0.7),
                    (52, 0.47, 0.64),
                    (200, 0.47, 0.64),
                    (205, 1.1, 0.7),
                ),
            ),
        ),
        (),
        _EASTWARD,
    ),
    Scene(
        "wrong_way",
        "a standing car whose box trembles",
        Script(300, (stands("car", 0.5, 0.7, 10, 290),), jitter=0.05),
        (),
        _EASTWARD,
    ),
)

_OWNER = paces("person", 40, 200, (0.38, 0.62), 0.7, stride_s=12, look=1)
_BESIDE = paces("dog", 40, 200, (0.41, 0.65), 0.71, stride_s=12, look=2)

DOGS = (
    Scene(
        "dog_unleashed",
        "a dog alone",
        Script(200, (paces("dog", 40, 120, (0.35, 0.65), 0.7, stride_s=8),)),
        (fires(40, 120),),
        lane("green_space"),
    ),
    Scene(
        "dog_unleashed",
        "its owner is far away",
        Script(200, (paces("dog", 40, 120, (0.55, 0.65), 0.7, stride_s=8), stands("person", 0.1, 0.6, 0, 200, look=5))),
        (fires(40, 120),),
        lane("green_space"),
    ),
    Scene("dog_unleashed", "a dog beside its owner", Script(240, (_OWNER, _BESIDE)), (), lane("green_space")),
    Scene(
        "dog_unleashed",
        "its owner is missed for three seconds",
        Script(240, (_OWNER.unseen((70, 73), (120, 122.5)), _BESIDE)),
        (),
        lane("green_space"),
    ),
    Scene(
        "dog_unleashed",
        "a cat that is called a dog for a moment",
        Script(
            240,
            (paces("cat", 40, 200, (0.35, 0.65), 0.7, stride_s=9),),
            ghosts=(Ghosts("dog", (0.35, 0.6, 0.65, 0.72), 3, (0.1, 1.0), 0.5),),
        ),
        (),
        lane("green_space"),
    ),
)

SCENES = (*INTRUSION, *LINES, *DOGS)
