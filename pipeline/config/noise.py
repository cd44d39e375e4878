"""How much of what one cause sets off is told as one."""

from dataclasses import dataclass

from pipeline.config.ids import ZoneId
from pipeline.observation import CameraId

Ground = frozenset[tuple[CameraId, ZoneId]]
"""Zones of several cameras that are one and the same ground."""


@dataclass(frozen=True, slots=True)
class NoiseSettings:
    """What is told as one.

    Attributes:
        storm_above: More events than so many of one rule on one camera within `storm_within_ns` are a storm; 0: never.
        storm_within_ns: See above.
        storm_cameras: Where more cameras than so many come to the same fault within it, that is a storm; 0: never.
        merge: Events about one object are told as one: of several rules, or of cameras that see the same ground.
        same_ground: Zones that the site declares to be the same ground.
    """

    storm_above: int = 20
    storm_within_ns: int = 60_000_000_000
    merge: bool = True
    same_ground: tuple[Ground, ...] = ()
    storm_cameras: int = 5


UNMERGED = NoiseSettings(storm_above=0, merge=False, storm_cameras=0)
"""Every event is told for itself."""
