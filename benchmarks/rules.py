"""CPU microseconds that the reasoning takes for one observation, by what stands in the picture and how many rules look.

    python -m benchmarks.rules [--observations 2000]

The observations are made beforehand, two a second, and not counted. Nothing moves; every close look finds what it asks
about, so that events are raised and stay open, as they do in a street.
"""

import argparse
import resource
from collections.abc import Sequence
from dataclasses import dataclass

from benchmarks.measured import pin_to_one_core
from pipeline.config.catalogue import Condition
from pipeline.config.resolved import Rule
from pipeline.observation import Observation
from tests.rules.scenes import (
    ASIDE,
    HEAP,
    KEEPER,
    PARKED,
    STALL,
    Thing,
    reasoner,
    rule,
    run,
    shifted,
    stay,
    times,
    watch,
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


@dataclass(frozen=True, slots=True)
class Case:
    """One line of the table.

    Attributes:
        name: What it says.
        things: What stands in the picture.
        rules: What looks at it.
    """

    name: str
    things: Sequence[Thing]
    rules: Sequence[Rule]


CASES = (
    Case("empty picture, 1 rule", (), [rule()]),
    Case("3 cars, 1 rule", CARS, [rule()]),
    Case("3 cars, 4 rules", CARS, [rule(rule_id=f"lane-{n}", dwell_s=10 + n) for n in range(4)]),
    Case("6 objects, 3 rules, one of each kind", (*CARS, *OTHERS), [rule(kind) for kind in Condition]),
)


def main() -> None:
    """Measure every case, print the table."""
    parser = argparse.ArgumentParser(description=__doc__, formatter_class=argparse.RawDescriptionHelpFormatter)
    parser.add_argument("--observations", type=int, default=2000, help="how many are measured in each case")
    count: int = parser.parse_args().observations
    pin_to_one_core()
    print(f"{'':40}{'CPU us each':>12}{'events':>8}")
    for case in CASES:
        cost_us, n_events = measured(case, count)
        print(f"{case.name:40}{cost_us:12.0f}{n_events:8}")


def measured(case: Case, count: int) -> tuple[float, int]:
    """CPU microseconds for each observation, and how many events were raised before."""
    reasoning = reasoner(*case.rules)
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
