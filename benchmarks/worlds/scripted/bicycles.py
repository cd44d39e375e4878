"""Bicycles and e-bikes where they must not be, and riders who only wait."""

from benchmarks.worlds.scene import Fence, Scene, area, fires, lane
from benchmarks.worlds.script import Ghosts, Script, moves, passes, stands

_BIKES = tuple(stands("bicycle", 0.4 + 0.07 * n, 0.7, 60 + 50 * n, 900, look=60 + n) for n in range(4))

BICYCLES = (
    Scene(
        "nonmotor_parking",
        "an e-bike on the pavement",
        Script(700, (stands("motorcycle", 0.5, 0.7, 60, 600), stands("person", 0.54, 0.7, 40, 66, look=3))),
        (fires(60, 600),),
        lane("sidewalk"),
    ),
    Scene(
        "nonmotor_parking",
        "three bicycles where three are too many",
        Script(1000, _BIKES),
        (fires(160, 900, within_s=15),),
        lane("sidewalk"),
        {"params": {"count": 3.0}},
    ),
    Scene(
        "nonmotor_parking",
        "riders wait at a light",
        Script(
            900,
            tuple(
                moves(
                    kind,
                    (90 * k + 5 * n, -0.1, 0.7),
                    (90 * k + 5 * n + 6, 0.35 + 0.08 * n, 0.7),
                    (90 * k + 70, 0.35 + 0.08 * n, 0.7),
                    (90 * k + 78, 1.1, 0.7),
                    look=10 * k + n + (0 if kind == "person" else 5),
                )
                for k in range(9)
                for n in range(4)
                for kind in ("motorcycle", "person")
            ),
        ),
        (),
        lane("nonmotor_lane"),
    ),
    Scene(
        "nonmotor_parking",
        "two bicycles where three are too many",
        Script(1000, _BIKES[:2]),
        (),
        lane("sidewalk"),
        {"params": {"count": 3.0}},
    ),
    Scene(
        "nonmotor_parking",
        "bicycles in their bays",
        Script(700, tuple(stands("bicycle", 0.74 + 0.05 * n, 0.7, 10, 690, look=n + 1) for n in range(4))),
        (),
        (*lane("sidewalk"), Fence("bays", area((0.7, 0.5, 0.98, 0.8)), is_mask=True)),
    ),
    Scene(
        "ebike_forbidden",
        "an e-bike in the lobby",
        Script(300, (moves("motorcycle", (40, 0.9, 0.9), (44, 0.5, 0.7), (200, 0.5, 0.7), (204, 0.9, 0.9)),)),
        (fires(42, 201),),
        lane("community_gate"),
    ),
    Scene(
        "ebike_forbidden",
        "two of them and each is told",
        Script(
            400,
            (
                stands("motorcycle", 0.4, 0.7, 40, 200, look=1).lit(0.5, 0.25),
                stands("bicycle", 0.58, 0.72, 100, 300, look=2),
                passes("person", 60, 68, 0.9, look=5),
            ),
        ),
        (fires(40, 200), fires(100, 300)),
        lane("community_gate"),
    ),
    Scene(
        "ebike_forbidden",
        "a pram and a wheelchair",
        Script(
            300,
            (
                stands("cart", 0.4, 0.7, 20, 280, look=1),
                stands("chair", 0.55, 0.7, 20, 280, look=2),
                stands("person", 0.44, 0.7, 20, 280, look=3),
            ),
            ghosts=(Ghosts("bicycle", (0.35, 0.6, 0.6, 0.72), 2, (0.1, 1.5), 0.4),),
        ),
        (),
        lane("community_gate"),
    ),
    Scene(
        "ebike_forbidden",
        "one that is pushed through",
        Script(
            200,
            (
                moves("motorcycle", (60, 0.2, 0.7), (75, 0.8, 0.7)),
                moves("person", (60, 0.16, 0.7), (75, 0.76, 0.7), look=4),
            ),
        ),
        (),
        lane("community_gate"),
    ),
    Scene(
        "ebike_forbidden",
        "one outside the door",
        Script(300, (stands("motorcycle", 0.8, 0.9, 10, 290),)),
        (),
        lane("community_gate"),
    ),
)

SCENES = BICYCLES
