"""Directions and speeds of what moves."""

from pipeline.config.ground import GroundMap
from pipeline.config.resolved import Zone
from pipeline.geofence.boxes import Box
from pipeline.geofence.calibration import ground_distance_m
from pipeline.geofence.lines import Point, compass, ground_point, stretched
from pipeline.observation import seconds

_KMH_PER_MS = 3.6


def heading_of(zone: Zone, aspect: float) -> Point | None:
    """The zone's direction as a step in heights of the picture; None where it has none."""
    if zone.direction is None:
        return None
    return compass(zone.direction) if zone.heading is None else stretched(zone.heading, aspect)


def speed_kmh(ground: GroundMap | None, start: Box, end: Box, passed_ns: int) -> float | None:
    """Mean speed over the ground from one place to another; None where the camera is not calibrated there."""
    if ground is None or passed_ns <= 0:
        return None
    metres = ground_distance_m(ground, ground_point(start), ground_point(end))
    return None if metres is None else metres / seconds(passed_ns) * _KMH_PER_MS
