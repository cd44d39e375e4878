"""How large an object must be, and may be, to count."""

import math
from dataclasses import dataclass

import numpy as np

from pipeline.config.area import Area, GroundArea, PictureShare
from pipeline.config.ground import GroundMap
from pipeline.geofence.boxes import Box, area
from pipeline.geofence.calibration import box_ground_area_m2
from pipeline.rules.stance import Stay

_KEEP_SHARE = 0.5
"""What is known may shrink to this share of the least size, and outgrow the largest by as much, before it counts no
more: a thing that falls over is the same thing."""


@dataclass(frozen=True, slots=True)
class SizeLimit:
    """The least and the largest size.

    Attributes:
        least: Of an object with a class.
        least_static: Of a static object.
        most: Of either.
        ground: The camera's calibration; None: it has none.
    """

    least: Area
    least_static: Area
    most: Area
    ground: GroundMap | None

    def allows(self, box: Box, stay: Stay, *, is_known: bool) -> bool:
        """Whether an object of this size counts; one that is known already has some leeway."""
        leeway = _KEEP_SHARE if is_known else 1.0
        least = self.least_static if stay is Stay.LYING else self.least
        return self._ratio(box, least) >= leeway and self._ratio(box, self.most) * leeway <= 1

    def _ratio(self, box: Box, limit: Area) -> float:
        """The box's size over the limit; what has no limit is infinitely above it."""
        if isinstance(limit, GroundArea):
            if self.ground is None:
                raise ValueError(f"{limit}: the camera is not calibrated")
            square_metres = float(box_ground_area_m2(self.ground, np.array([box], np.float64))[0])
            return square_metres / limit.square_metres if limit.square_metres > 0 else math.inf
        return area(box) / limit.share if limit.share > 0 else math.inf


def own_limit(least: Area | None, most: Area | None, ground: GroundMap | None) -> SizeLimit | None:
    """What a zone asks of every object, on top of its rules; None: nothing."""
    if least is None and most is None:
        return None
    least = PictureShare(0.0) if least is None else least
    return SizeLimit(least, least, PictureShare(1.0) if most is None else most, ground)
