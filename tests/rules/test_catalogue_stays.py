"""Each algorithm about what stays, is missing, is many or is dark, as the catalogue has it.

One scene that must fire, and look-alikes that must not. The scenes are scripted observations.
"""

from collections.abc import Callable, Iterator, Sequence

import numpy as np
import pytest

from pipeline.geofence.boxes import Box
from pipeline.observation import Entry
from pipeline.rules.episode import State
from tests.rules.scenes import (
    CATALOGUE,
    LANE,
    Thing,
    catalogued,
    moving,
    observation,
    pass_by,
    reasoner,
    run,
    stay,
    times,
    watch,
)

EVERY_S = 2.0
PLACE: Box = (0.4, 0.6, 0.5, 0.75)
LARGE: Box = (0.3, 0.5, 0.7, 0.95)
SIDE: Box = (0.55, 0.6, 0.65, 0.75)
Scene = tuple[Sequence[Thing], float]
"""What is there, and for how many seconds it is watched."""


def thing(class_name: str, start_s: float = 0.0, end_s: float = 1e9, box: Box = PLACE, *, track: int = 1) -> Thing:
    """Something that stays."""
    return stay(box, start_s, end_s, class_name=class_name, track=track, look=1 + track % 15)


def carried(class_name: str, start_s: float, track: int = 30) -> Thing:
    """Something that is carried past at a walk: a bag, an open umbrella."""

    def box(t_s: float) -> Box | None:
        x = 0.15 + 0.05 * (t_s - start_s)
        return (x, 0.6, x + 0.08, 0.7) if 0.15 <= x <= 0.85 else None

    return moving(stay(class_name=class_name, track=track, look=1 + track % 15), box)


def rain() -> list[Thing]:
    """People with umbrellas, one after the other."""
    return [carried("umbrella", 8.0 * n, 30 + n) for n in range(80)]


def row(class_name: str, n: int, start_s: float = 0.0, end_s: float = 1e9) -> list[Thing]:
    """Several side by side."""
    return [
        thing(class_name, start_s, end_s, (0.22 + 0.05 * k, 0.6, 0.26 + 0.05 * k, 0.75), track=40 + k) for k in range(n)
    ]


def stream(length_s: float) -> list[Thing]:
    """People who walk through, one a second."""

    def walker(n: int) -> Thing:
        def box(t_s: float) -> Box | None:
            x = 0.2 + 0.04 * (t_s - n)
            return (x, 0.6, x + 0.03, 0.75) if 0.2 <= x <= 0.8 else None

        return moving(stay(class_name="person", track=100 + n, look=1 + n % 15), box)

    return [walker(n) for n in range(-15, round(length_s))]


LORRY = thing("truck", 700, 2900, (0.35, 0.3, 0.7, 0.8), track=9)
FIRES: dict[str, Scene] = {
    "shop_overflow": ([thing("chair", 20)], 400),
    "nonmotor_parking": ([thing("bicycle", 20)], 400),
    "material_pile": ([thing("static_object", 20, box=SIDE), thing("static_object", 60, track=2)], 800),
    "exposed_garbage": ([thing("garbage", 10)], 200),
    "bin_overflow": ([thing("overflow", 10)], 400),
    "bin_missing": ([thing("garbage_bin", 0, 700)], 2700),
    "illegal_billboard": ([thing("billboard", 10)], 700),
    "drying_clothes": ([thing("hanging_clothes", 10)], 700),
    "water_logging": ([thing("water", 10, box=LARGE)], 400),
    "manhole_damaged": ([thing("manhole_damaged", 10)], 100),
    "crowd_gathering": (row("person", 11, 10), 100),
    "object_removed": ([thing("removed_object", 700)], 800),
    "illegal_umbrella": ([thing("umbrella", 10)], 400),
    "bagged_garbage": ([thing("garbage_bag", 10)], 700),
    "floating_debris": ([thing("debris", 10, box=LARGE)], 700),
    "bare_soil": ([thing("bare_soil", 10, box=LARGE)], 1900),
}
LOOK_ALIKES: dict[str, dict[str, Scene]] = {
    "shop_overflow": {
        "a trolley that passes": ([pass_by(20, 40, class_name="cart")], 400),
        "a chair that is taken in before the dwell is over": ([thing("chair", 20, 300)], 700),
    },
    "nonmotor_parking": {
        "riders who wait at a light": ([one for n in range(5) for one in row("bicycle", 4, 90 * n, 90 * n + 50)], 500),
        "one in a bay beside the zone": ([thing("bicycle", box=(0.02, 0.6, 0.1, 0.75))], 500),
    },
    "material_pile": {
        "things too small even together": (
            [
                thing("static_object", 20, box=(0.4, 0.6, 0.43, 0.64)),
                thing("static_object", 20, box=(0.55, 0.6, 0.58, 0.64), track=2),
            ],
            900,
        ),
        "a parked car and what belongs to it": (
            [thing("static_object", 20), thing("car", 20, box=LARGE, track=2)],
            900,
        ),
        "people who sit": ([thing("static_object", 20), thing("person", 20, track=2)], 900),
    },
    "exposed_garbage": {
        "a bag that is carried past": ([carried("garbage", 10)], 300),
        "leaves that are called rubbish now and then": (
            [stay(PLACE, class_name="garbage", track=1, missed=lambda t_s: t_s % 20 >= 4)],
            600,
        ),
    },
    "bin_overflow": {
        "a bin that is emptied in time": ([thing("overflow", 10, 290)], 600),
        "an open bin": ([thing("garbage_bin", 10)], 600),
    },
    "bin_missing": {
        "hidden by a lorry while it is emptied": (
            [thing("garbage_bin", 0, 700), LORRY, thing("garbage_bin", 2900, track=2)],
            3500,
        ),
        "put back beside its place": (
            [thing("garbage_bin", 0, 700), thing("garbage_bin", 760, box=SIDE, track=2)],
            2800,
        ),
        "back within the dwell": ([thing("garbage_bin", 0, 700), thing("garbage_bin", 2300, track=2)], 3000),
    },
    "illegal_billboard": {
        "a lorry with an advert that drives by": ([pass_by(20, 40, class_name="billboard")], 900),
        "one that is put up for a few minutes": ([thing("billboard", 10, 500)], 900),
    },
    "drying_clothes": {
        "people": (row("person", 3), 800),
        "clothes that are carried past": ([carried("hanging_clothes", 10)], 800),
    },
    "water_logging": {
        "a puddle that covers little": ([thing("water", box=(0.4, 0.6, 0.5, 0.7))], 600),
        "a wet road that glistens now and then": (
            [stay(LARGE, class_name="water", track=1, missed=lambda t_s: t_s % 10 >= 4)],
            900,
        ),
    },
    "manhole_damaged": {
        "a shadow over a cover": ([thing("manhole_damaged", 10, 40), thing("manhole", track=2)], 200),
        "a cover as it should be": ([thing("manhole")], 200),
    },
    "crowd_gathering": {
        "a stream of people who walk through": (stream(200), 200),
        "people who wait for a bus of theirs": (row("person", 11, 10, 65), 200),
        "nine": (row("person", 9), 200),
    },
    "object_removed": {
        "something that stands before it": (
            [stay(PLACE, 700, class_name="removed_object", track=1, hidden=lambda t_s: t_s >= 704)],
            900,
        ),
        "a van parked over it": ([thing("removed_object", 700), thing("van", 700, box=LARGE, track=2)], 900),
        "a thing that went soon after the start": ([thing("removed_object", 100)], 900),
    },
    "illegal_umbrella": {
        "people who carry umbrellas in the rain": (rain(), 700),
        "a parasol in a garden beside": ([thing("umbrella", box=(0.02, 0.3, 0.12, 0.5))], 700),
    },
    "bagged_garbage": {
        "bags carried past": ([carried("garbage_bag", 10), carried("garbage_bag", 60, 31)], 800),
        "bags that are fetched in time": ([thing("garbage_bag", 10, 580)], 1300),
    },
    "floating_debris": {
        "birds": (row("bird", 8), 900),
        "a reflection that flickers": (
            [stay(LARGE, class_name="debris", track=1, missed=lambda t_s: t_s % 6 >= 2)],
            1500,
        ),
    },
    "bare_soil": {
        "a heap under a sheet, a little of it bare": ([thing("bare_soil", box=PLACE)], 2500),
        "soil that is covered in time": ([thing("bare_soil", 10, 1700, LARGE)], 2500),
    },
}


def cases() -> Iterator[tuple[str, str]]:
    """Every look-alike."""
    return ((key, name) for key, scenes in LOOK_ALIKES.items() for name in scenes)


def raised(key: str, scene: Scene) -> list[str]:
    """The algorithms of the events that a scene leads to; close looks see what is there."""
    things, length_s = scene
    account = run(reasoner(catalogued(key)), watch(things, times(length_s, EVERY_S)))
    return [str(one.origin.rule) for one in account.of(State.RAISED)]


@pytest.mark.parametrize("key", sorted(FIRES))
def test_its_scene_fires_once(key: str) -> None:
    assert raised(key, FIRES[key]) == [key]


@pytest.mark.parametrize(("key", "name"), list(cases()))
def test_its_look_alikes_do_not(key: str, name: str) -> None:
    assert raised(key, LOOK_ALIKES[key][name]) == []


def test_every_one_of_them_has_a_scene_and_two_look_alikes() -> None:
    assert FIRES.keys() == LOOK_ALIKES.keys()
    assert all(len(scenes) >= 2 for scenes in LOOK_ALIKES.values())
    assert FIRES.keys() < CATALOGUE.algorithms.keys()


def lamp(level: Callable[[float], float], around: Callable[[float], float], length_s: float) -> list[Entry]:
    """A log of brightness: the lane's cells and the rest."""
    log: list[Entry] = []
    for t_s in times(length_s, 4.0):
        grid = np.full((18, 32), round(around(t_s)), np.uint8)
        rows = slice(round(LANE[0][1] * 18), 18)
        grid[rows, 7:26] = round(level(t_s))
        log.append(observation(t_s, brightness=around(t_s), grid=grid))
    return log


def night(_: float) -> float:
    return 30.0


@pytest.mark.parametrize(
    ("level", "around", "expected"),
    [
        pytest.param(lambda t_s: 160 if t_s < 600 else 30, night, ["street_lamp_out"], id="out"),
        pytest.param(lambda t_s: 160 if t_s < 600 else 130, lambda t_s: 30 if t_s < 600 else 130, [], id="daylight"),
        pytest.param(lambda _: 160, lambda t_s: 75 if t_s % 900 < 300 else 120, [], id="clouds"),
        pytest.param(lambda t_s: 30 if 600 <= t_s < 2300 else 160, night, [], id="a short power cut"),
    ],
)
def test_a_street_lamp_that_is_out_fires_and_daylight_and_clouds_do_not(
    level: Callable[[float], float], around: Callable[[float], float], expected: list[str]
) -> None:
    account = run(reasoner(catalogued("street_lamp_out")), lamp(level, around, 3000))
    assert [one.origin.rule for one in account.of(State.RAISED)] == expected
