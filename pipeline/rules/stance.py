"""How a thing stays: what counts as standing still, and what counts as the same place, by the kind of thing.

Everything is measured against the thing's own size, so it holds near the camera and far from it.
"""

import math
from collections.abc import Callable
from dataclasses import dataclass, replace
from enum import StrEnum

from pipeline.geofence.boxes import Box, containment, covered, iou

_STILL_TOLERANCE = 0.2
"""How far an edge may move, of the box's own width or height: detectors jitter by a tenth, a car that moves does not
stop at a fifth."""
_PIXEL_FLOOR = 0.004
"""The same for tiny boxes, as a share of the picture: two to three pixels of what a network is given."""
_BORDER = 0.004
"""An edge this near the picture's border is the border's, not the object's."""
_STILL_MIN_IOU = 0.35
_ABOUT_HEIGHTS = 1.0
"""How far a person who stays may wander from where they began, in own heights."""
_ABOUT_PLACE_HEIGHTS = 0.5
_PLACE_IOU = 0.4
_PLACE_CONTAINMENT = 0.8
_LYING_OVERLAP = 0.2
_NEAR_SIZES = 0.5
"""How far from where it was a moment ago something that goes about may be, in own sizes."""
MOST_REACH_SIZES = 1.5
"""How far it may have come while it was not seen, at most."""
_DRIFT_SIZES = 0.5
"""How far from its place a flame or smoke may show next, in sizes of its place."""


class Stay(StrEnum):
    """How a thing stays."""

    STILL = "still"
    """A vehicle, a thing with a class: it keeps its place to a fifth of its size."""
    ABOUT = "about"
    """A person: they step to and fro."""
    LYING = "lying"
    """A static object: it may fall over or grow."""
    ROAMING = "roaming"
    """What stays in a zone, standing or going about: its time is its own, not its place's."""
    PASSING = "passing"
    """What is followed wherever it goes, for the lines that it may cross."""
    DRIFTING = "drifting"
    """Flame, smoke: it flickers, drifts and grows about its place."""
    KEPT = "kept"
    """No object that is followed: a state of a zone, or of a place in it. Its condition says how long it lasts."""


@dataclass(frozen=True, slots=True)
class Stance:
    """What staying means for one kind of thing.

    Attributes:
        holds: Whether a box (second) still stays where the anchor (first) is; third: width over height of the picture.
        place: How much a box (second) is in the place of another (first), in (0, 1]; 0: elsewhere.
        follows: The anchor moves along with the box.
        steady_iou: Above this overlap with where it was a moment ago a thing is the same, however it looks.
        zone_by_anchor: Its zone is its anchor's, so a box that is cut off by something in front changes nothing.
        twin_iou: Above this overlap two detections of one picture are one thing.
        wanders: It may shift its place little by little without leaving.
        reach: What is further off than this many longer sides of either box is elsewhere for sure.
        roams: It has no place of its own, and may leave its zone and come back within the grace.
        mean_over_s: Its score is the mean over so much of its stay, s: of many looks one is always better than the
            thing deserves. 0: the best look counts, for what goes about is seen well for a moment only.
    """

    holds: Callable[[Box, Box, float], bool]
    place: Callable[[Box, Box, float], float]
    follows: bool
    steady_iou: float
    zone_by_anchor: bool
    twin_iou: float
    wanders: bool
    reach: float = 0.0
    roams: bool = False
    mean_over_s: float = 0.0


def stands_still(anchor: Box, box: Box, aspect: float) -> bool:
    """Whether the object has not moved off its anchor.

    Along an axis it has moved only if both edges have: something in front of it, or its coming out from behind
    something, moves one edge and leaves the other.
    """
    del aspect
    if anchor == box:
        return True
    horizontal = _moved(anchor[0], anchor[2], box[0], box[2])
    vertical = _moved(anchor[1], anchor[3], box[1], box[3])
    return not horizontal and not vertical and _overlaps_enough(anchor, box)


def stays_about(anchor: Box, box: Box, aspect: float) -> bool:
    """Whether a person's foot is within one own height of where it was."""
    return foot_distance(anchor, box, aspect) <= _ABOUT_HEIGHTS * max(anchor[3] - anchor[1], box[3] - box[1])


def lies_there(anchor: Box, box: Box, aspect: float) -> bool:
    """Whether a thing that may fall over, grow or be partly taken away is still in its place."""
    del aspect
    return containment(anchor, box) >= _LYING_OVERLAP


def drifts_about(anchor: Box, box: Box, aspect: float) -> bool:
    """Whether a flame is where it was, or close by: a light that passes is soon elsewhere."""
    gap_x = max(0.0, box[0] - anchor[2], anchor[0] - box[2]) * aspect
    gap_y = max(0.0, box[1] - anchor[3], anchor[1] - box[3])
    return math.hypot(gap_x, gap_y) <= _DRIFT_SIZES * longer_side(anchor, aspect)


def foot_distance(a: Box, b: Box, aspect: float) -> float:
    """Between the middles of the lower edges, in heights of the picture."""
    return math.hypot((b[0] + b[2] - a[0] - a[2]) / 2 * aspect, b[3] - a[3])


def longer_side(box: Box, aspect: float) -> float:
    """Of a box, in heights of the picture."""
    return max((box[2] - box[0]) * aspect, box[3] - box[1])


def _goes_about(anchor: Box, box: Box, aspect: float) -> bool:
    del anchor, box, aspect
    return True


def _moved(a_low: float, a_high: float, low: float, high: float) -> bool:
    tolerance = max(_STILL_TOLERANCE * (a_high - a_low), _PIXEL_FLOOR)
    low_moved, high_moved = abs(low - a_low) > tolerance, abs(high - a_high) > tolerance
    if min(low, a_low) <= _BORDER and max(high, a_high) < 1 - _BORDER:
        return high_moved
    if max(high, a_high) >= 1 - _BORDER and min(low, a_low) > _BORDER:
        return low_moved
    return low_moved and high_moved


def _overlaps_enough(anchor: Box, box: Box) -> bool:
    tiny = anchor[2] - anchor[0] < 4 * _PIXEL_FLOOR or anchor[3] - anchor[1] < 4 * _PIXEL_FLOOR
    return tiny or iou(anchor, box) >= _STILL_MIN_IOU


def _overlap_place(a: Box, b: Box, aspect: float) -> float:
    del aspect
    overlap = iou(a, b)
    if overlap >= _PLACE_IOU:
        return overlap
    # A part of it, seen past something in front.
    return _PLACE_IOU if overlap >= _PLACE_IOU / 2 and containment(a, b) >= _PLACE_CONTAINMENT else 0.0


def _person_place(a: Box, b: Box, aspect: float) -> float:
    overlap = iou(a, b)
    if overlap >= _PLACE_IOU:
        return overlap
    height = max(a[3] - a[1], b[3] - b[1])
    return _PLACE_IOU / 2 if foot_distance(a, b, aspect) <= _ABOUT_PLACE_HEIGHTS * height else 0.0


def _lying_place(a: Box, b: Box, aspect: float) -> float:
    del aspect
    return max(iou(a, b), covered(a, b) / 2, covered(b, a) / 2) if containment(a, b) >= _LYING_OVERLAP else 0.0


def _near_place(a: Box, b: Box, aspect: float) -> float:
    overlap = iou(a, b)
    if overlap >= _PLACE_IOU:
        return overlap
    size = max(longer_side(a, aspect), longer_side(b, aspect))
    return _PLACE_IOU / 2 if foot_distance(a, b, aspect) <= _NEAR_SIZES * size else 0.0


def _drifting_place(a: Box, b: Box, aspect: float) -> float:
    return max(iou(a, b), _PLACE_IOU / 2) if drifts_about(a, b, aspect) else 0.0


_ROAMING = Stance(
    _goes_about,
    _near_place,
    follows=True,
    steady_iou=0.75,
    zone_by_anchor=False,
    twin_iou=0.8,
    wanders=False,
    reach=MOST_REACH_SIZES,
    roams=True,
)

STANCES = {
    Stay.STILL: Stance(
        stands_still, _overlap_place, False, 0.75, zone_by_anchor=True, twin_iou=0.65, wanders=True, mean_over_s=60.0
    ),
    Stay.ABOUT: Stance(
        stays_about,
        _person_place,
        False,
        0.75,
        zone_by_anchor=False,
        twin_iou=0.8,
        wanders=True,
        reach=_ABOUT_PLACE_HEIGHTS,
    ),
    Stay.LYING: Stance(
        lies_there, _lying_place, follows=True, steady_iou=0.0, zone_by_anchor=False, twin_iou=0.65, wanders=False
    ),
    Stay.ROAMING: _ROAMING,
    Stay.PASSING: replace(_ROAMING, zone_by_anchor=True),
    Stay.DRIFTING: Stance(
        drifts_about,
        _drifting_place,
        follows=False,
        steady_iou=0.0,
        zone_by_anchor=False,
        twin_iou=0.65,
        wanders=True,
        reach=_DRIFT_SIZES,
        mean_over_s=10.0,
    ),
    Stay.KEPT: Stance(stands_still, _overlap_place, False, 0.75, zone_by_anchor=True, twin_iou=0.65, wanders=False),
}
