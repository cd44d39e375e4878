"""CPU microseconds that the reasoning takes for one observation, by what stands in the picture and how many rules look.

    python -m benchmarks.rules [--observations 2000]

The observations are made beforehand, two a second, and not counted. Nothing moves but in the last case; every close
look finds what it asks about, so that events are raised and stay open, as they do in a street.

The last case is the core's target: 20 objects, of which nine move at every look (4 cars, 5 people) and eleven stay (8
cars, 3 things without a class), every one with its appearance, under 20 zones of five and six corners that tile the
picture, and 4 rules over all of them: fire lane blocked, illegal parking, street vendor, construction waste.
"""

import argparse
import resource
from collections.abc import Sequence
from dataclasses import dataclass

from benchmarks.measured import pin_to_one_core
from pipeline.config.catalogue import Condition, EventPer
from pipeline.config.resolved import Rule, Zone
from pipeline.geofence.boxes import Box
from pipeline.observation import Observation
from tests.rules.scenes import (
    ASIDE,
    HEAP,
    KEEPER,
    PARKED,
    STALL,
    Thing,
    moving,
    reasoner,
    rule,
    run,
    shifted,
    stay,
    times,
    watch,
    zone,
)

EVERY_S = 0.5
WARM_UP = 200
"""Observations before the measurement: every dwell is over by then."""
CARS = (
    stay(PARKED, track=1, look=1),
    stay(ASIDE, track=2, look=2),
    stay(shifted(PARKED, 0.0, 0.25), track=3, look=3),
)
OTHERS = (
    stay(KEEPER, class_name="person", track=4, look=4),
    stay(STALL, class_name="chair", track=5, look=5),
    stay(shifted(HEAP, -0.15, 0.25), class_name="static_object", track=6, look=6),
)


def _tile(column: int, row: int) -> Zone:
    """One of 5 x 4 areas, with a corner on each of two edges pulled in: none of them is a rectangle."""
    x, y, width, height = column / 5, row / 4, 0.19, 0.24
    corners = (
        *((x, y), (x + width / 2, y + 0.02), (x + width, y), (x + width, y + height)),
        *(((x + width / 2, y + height - 0.02), (x, y + height)) if row % 2 else ((x, y + height),)),
    )
    return zone(f"tile-{column}-{row}", corners)


def _to_and_fro(thing: Thing, box: Box, reach: float, period_s: float) -> Thing:
    return moving(thing, lambda t_s: shifted(box, reach * abs(t_s / period_s % 2 - 1)))


TILES = tuple(_tile(column, row) for row in range(4) for column in range(5))
STANDING = tuple(
    stay(shifted((0.03, 0.3, 0.12, 0.42), 0.25 * (n % 4), 0.35 * (n // 4)), track=10 + n, look=1 + n) for n in range(8)
)
DRIVING = tuple(
    _to_and_fro(stay(track=30 + n, look=9 + n % 4), (0.02, 0.1 + 0.2 * n, 0.14, 0.2 + 0.2 * n), 0.8, 20.137 + 3.011 * n)
    for n in range(4)
)
WALKING = tuple(
    _to_and_fro(
        stay(class_name="person", track=50 + n, look=5 + n),
        (0.1 + 0.1 * n, 0.3, 0.14 + 0.1 * n, 0.5),
        0.4,
        25.173 + 5.019 * n,
    )
    for n in range(5)
)
LYING = tuple(
    stay(shifted(HEAP, 0.12 * n - 0.2, 0.25), class_name="static_object", track=70 + n, look=12 + n) for n in range(3)
)
_ALL = tuple(one.id for one in TILES)
FOUR_RULES = (
    rule(rule_id="fire-lane", dwell_s=60, zones=_ALL),
    rule(rule_id="parking", dwell_s=60, zones=_ALL, event_per=EventPer.OBJECT),
    rule(Condition.GROUP, rule_id="vendor", dwell_s=60, zones=_ALL),
    rule(Condition.STATIC_OBJECT, rule_id="waste", dwell_s=60, zones=_ALL),
)


@dataclass(frozen=True, slots=True)
class Case:
    """One line of the table.

    Attributes:
        name: What it says.
        things: What stands in the picture.
        rules: What looks at it.
        zones: Where; none: in one lane.
    """

    name: str
    things: Sequence[Thing]
    rules: Sequence[Rule]
    zones: Sequence[Zone] = ()


CASES = (
    Case("empty picture, 1 rule", (), [rule()]),
    Case("3 cars, 1 rule", CARS, [rule()]),
    Case("3 cars, 4 rules", CARS, [rule(rule_id=f"lane-{n}", dwell_s=10 + n) for n in range(4)]),
    Case(
        "6 objects, 3 rules, one of each kind",
        (*CARS, *OTHERS),
        [rule(kind) for kind in (Condition.STATIONARY, Condition.GROUP, Condition.STATIC_OBJECT)],
    ),
    Case("20 objects, 20 zones, 1 rule", (*STANDING, *DRIVING, *WALKING, *LYING), FOUR_RULES[:1], TILES),
    Case("20 objects, 20 zones, 4 rules", (*STANDING, *DRIVING, *WALKING, *LYING), FOUR_RULES, TILES),
)


def main() -> None:
    """Measure every case, print the table."""
    parser = argparse.ArgumentParser(description=__doc__, formatter_class=argparse.RawDescriptionHelpFormatter)
    parser.add_argument("--observations", type=int, default=2000, help="how many are measured in each case")
    count: int = parser.parse_args().observations
    pin_to_one_core()
    print(f"{'':40}{'CPU us each':>12}{'a second':>10}{'events':>8}")
    for case in CASES:
        cost_us, n_events = measured(case, count)
        print(f"{case.name:40}{cost_us:12.0f}{1e6 / cost_us:10.0f}{n_events:8}")


def measured(case: Case, count: int) -> tuple[float, int]:
    """CPU microseconds for each observation, and how many events were raised before."""
    reasoning = reasoner(*case.rules, zones=case.zones)
    start_s = WARM_UP * EVERY_S
    before = run(reasoning, watch(case.things, times(start_s - EVERY_S, EVERY_S)), case.things)
    entries = [
        entry
        for entry in watch(case.things, times(start_s + (count - 1) * EVERY_S, EVERY_S, start_s))
        if isinstance(entry, Observation)
    ]
    started_s = cpu_s()
    for entry in entries:
        reasoning.feed(entry)
    return (cpu_s() - started_s) / len(entries) * 1e6, len({episode.id for episode in before.episodes})


def cpu_s() -> float:
    """Seconds of user and system time that this process has taken."""
    usage = resource.getrusage(resource.RUSAGE_SELF)
    return usage.ru_utime + usage.ru_stime


if __name__ == "__main__":
    main()
