"""Which of a rule's zones an object stands in: by its ground point or by the share of its footprint.

Entering takes more than staying, so an object on the edge does not flip, and of several zones the one that holds most
of it has it.
"""

from collections.abc import Iterable, Sequence

import numpy as np

from pipeline.config.ground import GroundMap
from pipeline.config.ids import ZoneId
from pipeline.config.resolved import Zone
from pipeline.config.schedule import Schedule
from pipeline.geofence.boxes import Box, as_boxes
from pipeline.geofence.geometry import ZoneShape, ground_share, holdings, holds_ground_point
from pipeline.geofence.lines import distance, ground_point
from pipeline.observation import MediaNs
from pipeline.rules.size import own_limit
from pipeline.rules.stance import Stay

ENTER_SHARE = 0.5
"""What enters a zone has so much of its footprint in it, or its ground point."""
_LEAVE_SHARE = 0.3
_KEEP_BONUS = 0.15
"""How much more of it another zone must hold to take it over."""
_REMEMBERED = 1024
_WORTH_ARRAYS = 8
"""From so many questions on they are asked at once."""


class ZoneField:
    """One zone, asked about many boxes; remembers the answers of late, since what stands still has the same box.

    Attributes:
        zone: An area.
        shape: The same, to be asked about many boxes at once.
        extent: The box around it.
    """

    def __init__(self, zone: Zone, ground: GroundMap | None = None) -> None:
        self.zone = zone
        self._size = own_limit(zone.min_area, zone.max_area, ground)
        self.shape = ZoneShape(zone)
        xs, ys = [x for x, _ in zone.points], [y for _, y in zone.points]
        self.extent: Box = (min(xs), min(ys), max(xs), max(ys))
        self._holding_by_box: dict[Box, tuple[float, bool]] = {}

    def holding(self, box: Box) -> tuple[float, bool]:
        """Share of the footprint inside, in [0, 1], and whether the ground point is."""
        x1, y1, x2, y2 = self.extent
        if box[2] < x1 or box[0] > x2 or box[3] < y1 or box[1] > y2:
            return (0.0, False)
        known = self._holding_by_box.get(box)
        if known is None:
            xyxy = np.array([box], np.float64)
            known = (float(ground_share(self.shape, xyxy)[0]), bool(holds_ground_point(self.shape, xyxy)[0]))
            self.remember(box, known)
        return known

    def remember(self, box: Box, holding: tuple[float, bool]) -> None:
        """Take an answer in that was found elsewhere."""
        if len(self._holding_by_box) >= _REMEMBERED:
            self._holding_by_box.clear()
        self._holding_by_box[box] = holding

    def takes(self, box: Box, stay: Stay, *, is_known: bool) -> bool:
        """Whether an object of this size may count in the zone, as far as the zone itself is asked."""
        return self._size is None or self._size.allows(box, stay, is_known=is_known)


class ZoneFields:
    """The areas of one view of a camera; remembers which boxes they have been asked about of late.

    What moves has another box at every look: all of a picture are asked about at once, or asking is most of the work.
    """

    def __init__(self, fields: Sequence[ZoneField]) -> None:
        self._fields = tuple(fields)
        self._extents = as_boxes([field.extent for field in self._fields])
        self._asked: set[Box] = set()

    def ask(self, boxes: Iterable[Box]) -> None:
        """Ask every zone about every box, once."""
        new = [box for box in dict.fromkeys(boxes) if box not in self._asked]
        if len(new) * len(self._fields) < _WORTH_ARRAYS:
            return
        if len(self._asked) >= _REMEMBERED:
            self._asked.clear()
        self._asked.update(new)
        shapes = [field.shape for field in self._fields]
        near, shares, feet = holdings(shapes, self._extents, as_boxes(new))
        for row, column in np.argwhere(near).tolist():
            self._fields[column].remember(new[row], (float(shares[row, column]), bool(feet[row, column])))


class Hours:
    """When the zones of one rule may raise: within the rule's schedule and their own."""

    def __init__(self, schedule: Schedule, zones: Iterable[Zone]) -> None:
        self._schedule = schedule
        self._own_by_zone = {zone.id: zone.schedule for zone in zones if zone.schedule is not None}

    def is_open(self, zone: ZoneId, t: MediaNs) -> bool:
        """Whether an event of the zone may be raised, or go on, at `t`."""
        own = self._own_by_zone.get(zone)
        return self._schedule.is_open(t) and (own is None or own.is_open(t))


class Grounds:
    """The zones of one rule in one view of one camera."""

    def __init__(self, fields: tuple[ZoneField, ...], view: str = "") -> None:
        self.fields, self.view = fields, view
        self.zones = tuple(field.zone for field in fields)

    def zone_of(self, box: Box, stay: Stay, now_in: ZoneId | None) -> ZoneId | None:
        """The zone that an object belongs to.

        Args:
            box: Of the object.
            stay: How it stays.
            now_in: The zone that has it so far; None: none.

        Returns:
            None where no zone holds enough of it.
        """
        best: tuple[float, ZoneId] | None = None
        left, top, right, bottom = box
        for field in self.fields:
            x1, y1, x2, y2 = field.extent
            if right < x1 or left > x2 or bottom < y1 or top > y2:
                continue
            share, has_foot = field.holding(box)
            mine = field.zone.id == now_in
            if not has_foot and share < (_LEAVE_SHARE if mine else ENTER_SHARE):
                continue
            if not field.takes(box, stay, is_known=mine):
                continue
            weight = share + (_KEEP_BONUS if mine else 0.0)
            if best is None or weight > best[0]:
                best = (weight, field.zone.id)
        return None if best is None else best[1]


class FootGrounds(Grounds):
    """The zones of a rule for which only the ground point counts: who stands beside a fence has not entered."""

    def zone_of(self, box: Box, stay: Stay, now_in: ZoneId | None) -> ZoneId | None:
        """See `Grounds.zone_of`."""
        best: tuple[float, ZoneId] | None = None
        for field in self.fields:
            share, has_foot = field.holding(box)
            mine = field.zone.id == now_in
            weight = share + (_KEEP_BONUS if mine else 0.0)
            is_in = has_foot and field.takes(box, stay, is_known=mine)
            if is_in and (best is None or weight > best[0]):
                best = (weight, field.zone.id)
        return None if best is None else best[1]


class LineGrounds(Grounds):
    """The lines of a rule. A line holds nothing: whatever is in the picture may come to cross it."""

    def __init__(self, lines: tuple[Zone, ...], view: str = "") -> None:
        super().__init__((), view)
        self.zones = lines

    def zone_of(self, box: Box, stay: Stay, now_in: ZoneId | None) -> ZoneId | None:
        """The line that an object is counted to: the one it has crossed, else the nearest."""
        del stay
        if now_in is not None:
            return now_in
        foot = ground_point(box)
        return min(self.zones, key=lambda line: distance(line.points, foot)).id
