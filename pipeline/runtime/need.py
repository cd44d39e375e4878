"""How often a camera must be looked at: as its most impatient rule needs at this moment, and no oftener."""

from collections.abc import Iterable
from dataclasses import dataclass

from pipeline.config.resolved import Rule
from pipeline.observation import CameraId, nanoseconds
from pipeline.rules.condition import Pace
from pipeline.rules.conditions.registry import CONDITIONS

LOOKS_A_DWELL = 16
"""A dwell is watched by so many looks: its start is told within a sixteenth of it, and a few may miss."""
SHORTEST_INTERVAL_NS = nanoseconds(0.5)
LONGEST_INTERVAL_NS = nanoseconds(2.0)
"""A place is verified at least so often, and a person who leaves does not come back unseen."""
MOMENT_NS = nanoseconds(0.2)
"""Between looks for a rule that needs every moment: a person who runs moves by a metre."""
LONGEST_IDLE_NS = nanoseconds(4.0)
"""Where nothing is going on, keyframes that are no further apart than this suffice."""
LONGEST_TOLD_NS = nanoseconds(12.0)
"""As `LONGEST_IDLE_NS`, on a camera whose packets between keyframes tell when something begins to move."""
ON_TIME = 0.9
"""A picture that comes by a tenth of the interval too early is the one that was due."""


@dataclass(frozen=True, slots=True)
class Need:
    """What the rules of a camera need.

    Attributes:
        interval_ns: Between two looks while something is going on.
        every_moment: They also need it while nothing is.
    """

    interval_ns: int
    every_moment: bool = False


@dataclass(frozen=True, slots=True)
class Plan:
    """How a camera is looked at for now.

    Attributes:
        interval_ns: Between two looks.
        keyframes_only: Keyframes come often enough: they cost a fifteenth of all pictures.
    """

    interval_ns: int
    keyframes_only: bool


def need_of(rules: Iterable[Rule], camera: CameraId) -> Need:
    """What the rules need of a camera.

    Args:
        rules: Of the site; those that are off or look elsewhere do not count.
        camera: Which camera.
    """
    mine = [rule for rule in rules if rule.enabled and rule.zones_by_camera.get(camera)]
    if any(_needs_every_moment(rule) for rule in mine):
        return Need(MOMENT_NS, every_moment=True)
    shortest_ns = min((rule.dwell_ns for rule in mine), default=LONGEST_INTERVAL_NS * LOOKS_A_DWELL)
    return Need(min(max(shortest_ns // LOOKS_A_DWELL, SHORTEST_INTERVAL_NS), LONGEST_INTERVAL_NS))


def plan(need: Need, keyframe_interval_ns: int, *, is_idle: bool, packets_tell: bool = False) -> Plan:
    """How to look now.

    Args:
        need: Of the rules.
        keyframe_interval_ns: The longest of the latest distances between keyframes; 0: not known yet.
        is_idle: Nothing is where the rules look, and nothing moves.
        packets_tell: The packets between keyframes are known to tell when that changes, and do not.
    """
    interval_ns = need.interval_ns
    longest_idle_ns = LONGEST_TOLD_NS if packets_tell else LONGEST_IDLE_NS
    if is_idle and not need.every_moment and keyframe_interval_ns <= longest_idle_ns:
        interval_ns = max(interval_ns, keyframe_interval_ns)
    return Plan(interval_ns, keyframes_only=keyframe_interval_ns * ON_TIME <= interval_ns)


def _needs_every_moment(rule: Rule) -> bool:
    condition = rule.algorithm.condition
    # How a camera's faults are told is no condition on objects.
    pace = Pace.DWELL if condition is None or condition not in CONDITIONS else CONDITIONS[condition].pace
    return pace is Pace.EVERY_MOMENT or (pace is Pace.ARRIVAL and rule.dwell_ns < LONGEST_IDLE_NS)
