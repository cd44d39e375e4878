"""Fence files into zones: every mistake of a file at once, in its own words, at its line."""

from collections.abc import Mapping
from dataclasses import dataclass, replace
from datetime import tzinfo
from pathlib import Path

import numpy as np
from pydantic import ValidationError

from pipeline.config.document import Document, Steps, Value
from pipeline.config.faults import FaultLog, did_you_mean, faults_of
from pipeline.config.fence_file import CalibrationEntry, FenceFile, Frame, LineGeometry, ZoneFeature, size_fault
from pipeline.config.ground import GroundMap, GroundUnit, Matrix, fit_ground, residuals_m
from pipeline.config.ids import ZoneId
from pipeline.config.json_lines import read_json
from pipeline.config.outline import OutlineError, area_outline, line_outline
from pipeline.config.resolved import Geofence, Zone
from pipeline.config.schedule import parse_schedule
from pipeline.config.vocabulary import Title
from pipeline.errors import ConfigError

_LARGE_MISS_M = 1.0
_EARTH = {
    GroundUnit.DEGREES: ((180.0, 89.9), "longitude from -180 to 180, latitude from -89.9 to 89.9"),
    # Some national grids put the number of their zone before the millions of metres.
    GroundUnit.METRES: ((1e8, 1e8), "at most 100,000,000 m from the origin"),
}
"""What the coordinates of ground points may be, either way from 0."""
ANY = "*"
"""In place of a category that is missing or misspelt: it may be meant to be any."""


@dataclass(frozen=True, slots=True)
class Fences:
    """The fences of a camera as far as they could be read.

    Attributes:
        geofence: The zones without a fault.
        written_by_id: Where each feature is written by its id, those of zones with a fault among them.
        hidden: Categories of the zones with a fault; `ANY` where one of them has none that is known.
        is_whole: Whether the ids are all known: nothing may be called unknown where they are not.
    """

    geofence: Geofence
    written_by_id: Mapping[str, tuple[Document, Steps]]
    hidden: frozenset[str]
    is_whole: bool

    def may_hide(self, category: str) -> bool:
        """Whether a zone of the category may be among what could not be read."""
        return not self.is_whole or not self.hidden.isdisjoint({category, ANY})


UNREAD = Fences(Geofence(None, ()), {}, frozenset(), is_whole=False)
"""Of a camera whose fences, or whose entry, are too wrong to be read."""
NO_FENCES = Fences(Geofence(None, ()), {}, frozenset(), is_whole=True)


def read_fences(path: Path, shown: str, categories: Mapping[str, Title], timezone: tzinfo, log: FaultLog) -> Fences:
    """The fences in a file, its mistakes in the log.

    Args:
        path: The file.
        shown: Its name in messages.
        categories: The catalogue's.
        timezone: Of the zones' schedules.
        log: Takes every mistake.
    """
    try:
        document = read_json(path, shown)
    except ConfigError as error:
        log.extend(error.faults)
        return Fences(Geofence(path, ()), {}, frozenset(), is_whole=False)
    return fences_in_document(document, path, categories, timezone, log)


def fences_in_document(
    document: Document, path: Path, categories: Mapping[str, Title], timezone: tzinfo, log: FaultLog
) -> Fences:
    """The same of a fence file that is not written as it stands in the document; see `read_fences`."""
    try:
        FenceFile.model_validate(document.value)
    except ValidationError as error:
        log.extend(faults_of(error, FenceFile, document, ()))
    return _Reading(document, path, categories, timezone, log).fences()


@dataclass(frozen=True, slots=True)
class _Reading:
    """One fence file being read."""

    document: Document
    path: Path
    categories: Mapping[str, Title]
    timezone: tzinfo
    log: FaultLog

    def fences(self) -> Fences:
        ground = self._ground()
        steps_by_id: dict[str, Steps] = {}
        hidden: set[str] = set()
        zones: list[Zone] = []
        features = self.document.at(("features",))
        is_whole = isinstance(features, list) and bool(features)
        for i in range(len(features) if isinstance(features, list) else 0):
            steps: Steps = ("features", i, "properties")
            is_whole = self._note_id(steps, steps_by_id) and is_whole
            category = self._category(steps)
            zone = self._zone(("features", i), ground)
            if zone is not None:
                zones.append(zone)
            if zone is None or (category == ANY and not zone.mask):
                hidden.add(category)
        geofence = Geofence(self.path, tuple(z for z in zones if not z.mask), tuple(z for z in zones if z.mask), ground)
        written_by_id = {zone_id: (self.document, at) for zone_id, at in steps_by_id.items()}
        return Fences(geofence, written_by_id, frozenset(hidden), is_whole)

    def _note_id(self, steps: Steps, steps_by_id: dict[str, Steps]) -> bool:
        """Remember the id of a feature, whatever else is wrong with it. Returns whether it has one."""
        zone_id = self.document.at((*steps, "id"))
        if not isinstance(zone_id, str):
            return False
        if zone_id in steps_by_id:
            first = self.document.line((*steps_by_id[zone_id], "properties", "id"))
            text = f'id given twice (got "{zone_id[:80]}", the first time in line {first})'
            self.log.add(self.document, (*steps, "id"), text)
        steps_by_id.setdefault(zone_id, steps[:-1])
        return True

    def _category(self, steps: Steps) -> str:
        """The category of a feature, whatever else is wrong with it; `ANY` and a fault where it is none."""
        properties = self.document.at(steps)
        if not isinstance(properties, dict):
            return ANY
        category = properties.get("category")
        if isinstance(category, str):
            if category in self.categories:
                return category
            text = f'unknown category (got "{category[:80]}", {did_you_mean(category, self.categories)})'
            self.log.add(self.document, (*steps, "category"), text)
        elif category is None and properties.get("mask") is not True:
            text = f"missing (allowed: {', '.join(self.categories)})"
            self.log.add(self.document, (*steps, "category"), text)
        return ANY

    def _ground(self) -> GroundMap | None:
        value = self.document.at(("calibration",))
        try:
            entry = CalibrationEntry.model_validate(value)
        except ValidationError:
            return None
        picture = np.array([pair.image for pair in entry.points], dtype=np.float64)
        ground = np.array([pair.ground for pair in entry.points], dtype=np.float64)
        steps: Steps = ("calibration", "points")
        bounds, allowed = _EARTH[entry.unit]
        beyond = np.any(np.abs(ground) > bounds, axis=1)
        if beyond.any():
            i = int(np.argmax(beyond))
            text = f"no place on earth (got {entry.points[i].ground}, allowed: {allowed})"
            self.log.add(self.document, (*steps, i, "ground"), text)
            return None
        try:
            ground_map = fit_ground(picture, ground, entry.unit)
        except (ValueError, np.linalg.LinAlgError) as error:
            self.log.add(self.document, steps, f"no calibration: {error}")
            return None
        self._warn_of_misses(ground_map, picture, ground)
        return ground_map

    def _warn_of_misses(self, ground_map: GroundMap, picture: Matrix, ground: Matrix) -> None:
        misses_m = residuals_m(ground_map, picture, ground)
        worst = int(np.argmax(misses_m))
        if misses_m[worst] > _LARGE_MISS_M:
            text = f"this pair misses its place by {misses_m[worst]:.1f} m: a point may be wrong"
            self.log.remark(self.document, ("calibration", "points", worst), text)

    def _zone(self, steps: Steps, ground: GroundMap | None) -> Zone | None:
        try:
            feature = ZoneFeature.model_validate(self.document.at(steps))
        except ValidationError:
            return None
        outline = self._outline(feature, steps, ground)
        if outline is None or (feature.properties.category is None and not feature.properties.mask):
            return None
        fault = size_fault(feature, is_calibrated=ground is not None)
        if fault is not None:
            self.log.add(self.document, (*steps, "properties", fault[0]), fault[1])
            return None
        zone = _zone(feature, outline, ground, self.timezone)
        if zone.direction is not None and self.document.at(("frame",)) == Frame.GEOGRAPHIC and ground is not None:
            return replace(zone, heading=ground.heading(outline.mean(axis=0), zone.direction))
        return zone

    def _outline(self, feature: ZoneFeature, steps: Steps, ground: GroundMap | None) -> Matrix | None:
        where = (*steps, "geometry", "coordinates")
        frame = self.document.at(("frame",))
        if frame == Frame.GEOGRAPHIC and not self._places(ground):
            return None
        if frame not in {Frame.IMAGE.value, Frame.GEOGRAPHIC.value}:
            return None
        on_ground = ground if frame == Frame.GEOGRAPHIC else None
        try:
            if isinstance(feature.geometry, LineGeometry):
                return line_outline(feature.geometry.coordinates, on_ground)
            return area_outline(feature.geometry.coordinates, on_ground)
        except OutlineError as error:
            self.log.add(self.document, (*where, *error.steps), f'zone "{feature.properties.id}": {error}')
            return None

    def _places(self, ground: GroundMap | None) -> bool:
        """Whether longitude and latitude can be taken to the picture; where not, a fault says so once."""
        if ground is not None and ground.unit is GroundUnit.DEGREES:
            return True
        calibration: Value = self.document.at(("calibration",))
        if calibration is None or ground is not None:
            text = 'needs a calibration in degrees (got none, allowed: "calibration" with four or more pairs of points)'
            self.log.add(self.document, ("frame",), f"a geographic frame {text}")
        return False


def _zone(feature: ZoneFeature, outline: Matrix, ground: GroundMap | None, timezone: tzinfo) -> Zone:
    properties = feature.properties
    schedule = properties.schedule
    return Zone(
        id=ZoneId(properties.id),
        name=properties.name or properties.id,
        category=properties.category or "",
        grid=properties.grid or "",
        responsible=properties.responsible or "",
        points=tuple((float(x), float(y)) for x, y in outline),
        is_line=isinstance(feature.geometry, LineGeometry),
        mask=properties.mask,
        direction=properties.direction,
        location=None if ground is None else ground.location(outline.mean(axis=0)),
        schedule=None if schedule is None else parse_schedule(schedule, timezone),
        min_area=properties.min_area,
        max_area=properties.max_area,
    )
