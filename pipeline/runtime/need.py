"""How often a camera must be looked at: as its most impatient rule needs, and no oftener."""

from collections.abc import Iterable

from pipeline.config.resolved import Rule
from pipeline.observation import CameraId, nanoseconds

LOOKS_A_DWELL = 16
"""A dwell is watched by so many looks: its start is told within a sixteenth of it, and a few may miss."""
SHORTEST_INTERVAL_NS = nanoseconds(0.5)
LONGEST_INTERVAL_NS = nanoseconds(2.0)
"""A place is verified at least so often, and a person who leaves does not come back unseen."""


def look_interval_ns(rules: Iterable[Rule], camera: CameraId) -> int:
    """Time between two looks at a camera, in [0.5 s, 2 s].

    Args:
        rules: Of the site; those that are off or look elsewhere do not count.
        camera: Which camera.
    """
    dwells = [rule.dwell_ns for rule in rules if rule.enabled and rule.zones_by_camera.get(camera)]
    needed = min(dwells, default=LONGEST_INTERVAL_NS * LOOKS_A_DWELL) // LOOKS_A_DWELL
    return min(max(needed, SHORTEST_INTERVAL_NS), LONGEST_INTERVAL_NS)
