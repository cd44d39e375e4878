"""Which zones of which cameras a rule means."""

from collections.abc import Mapping, Sequence
from dataclasses import dataclass

from pipeline.config.catalogue import Algorithm
from pipeline.config.document import Document, Steps, shown_value
from pipeline.config.faults import FaultLog, did_you_mean
from pipeline.config.fences import Fences
from pipeline.config.ids import ZoneId
from pipeline.config.site import RuleEntry, ZonesByCategory
from pipeline.config.vocabulary import Title
from pipeline.observation import CameraId

_MOST_HINTS = 100


@dataclass(frozen=True, slots=True)
class KnownCameras:
    """The cameras of a site as far as they could be read.

    Attributes:
        fences_by_camera: In the site's order; every camera with an id, those with a fault among them.
        is_whole: Whether the ids are all known: no camera may be called unknown where they are not.
    """

    fences_by_camera: Mapping[CameraId, Fences]
    is_whole: bool


@dataclass(frozen=True, slots=True)
class ZoneChoice:
    """One rule's choice being read.

    Attributes:
        document: The site file.
        steps: Where the rule is written.
        entry: The rule.
        known: The cameras and their fences.
        categories: The catalogue's.
        log: Takes every mistake.
        algorithm: The rule's; None: it names none that is known.
    """

    document: Document
    steps: Steps
    entry: RuleEntry
    known: KnownCameras
    categories: Mapping[str, Title]
    log: FaultLog
    algorithm: Algorithm | None

    @property
    def wants_lines(self) -> bool:
        """Whether the rule looks at lines; else at areas."""
        return self.algorithm is not None and self.algorithm.is_of_lines

    def zones_by_camera(self) -> dict[CameraId, tuple[ZoneId, ...]]:
        """The zones the rule means, in the site's order; what it cannot mean is in the log."""
        found = self._chosen()
        if self.algorithm is not None and self.algorithm.needs_direction:
            self._refuse_undirected(found)
        return found

    def _chosen(self) -> dict[CameraId, tuple[ZoneId, ...]]:
        cameras = self.cameras()
        if self.entry.zones is None:
            return {}  # told by whoever knows whether the rule's algorithm looks at zones
        if isinstance(self.entry.zones, ZonesByCategory):
            return self._by_category(self.entry.zones.category, cameras)
        return self._by_id(self.entry.zones, cameras)

    def cameras(self) -> list[CameraId]:
        """The cameras the rule means, in the site's order or its own; what it cannot mean is in the log."""
        if not isinstance(self.entry.cameras, list):
            return list(self.known.fences_by_camera)
        chosen: list[CameraId] = []
        for i, name in enumerate(self.entry.cameras):
            steps = (*self.steps, "cameras", i)
            if name in chosen:
                self.log.add(self.document, steps, f"camera given twice (got {shown_value(name)}, allowed: once)")
            elif name in self.known.fences_by_camera:
                chosen.append(CameraId(name))
            elif self.known.is_whole:
                # Each hint takes as long as there are cameras: a district's list in the wrong file would take minutes.
                is_first = len(self.log.faults) < _MOST_HINTS
                hint = did_you_mean(name, self.known.fences_by_camera) if is_first else "allowed: a camera of this site"
                self.log.add(self.document, steps, f"unknown camera (got {shown_value(name)}, {hint})")
        return chosen

    def _refuse_undirected(self, zones_by_camera: Mapping[CameraId, tuple[ZoneId, ...]]) -> None:
        """A lane without a direction has no wrong way."""
        for camera, chosen in zones_by_camera.items():
            for zone in self.known.fences_by_camera[camera].geofence.zones:
                if zone.id in chosen and zone.direction is None:
                    text = f'the zone "{zone.id}" of camera "{camera}" has none (allowed: zones with a direction)'
                    self.log.add(self.document, (*self.steps, "zones"), f"a direction is needed: {text}")

    def _by_category(self, category: str, cameras: Sequence[CameraId]) -> dict[CameraId, tuple[ZoneId, ...]]:
        steps = (*self.steps, "zones", "category")
        if category not in self.categories:
            hint = did_you_mean(category, self.categories)
            self.log.add(self.document, steps, f"unknown category (got {shown_value(category)}, {hint})")
            return {}
        found: dict[CameraId, tuple[ZoneId, ...]] = {}
        for camera in cameras:
            fences = self.known.fences_by_camera[camera]
            zones = tuple(
                zone.id
                for zone in fences.geofence.zones
                if zone.category == category and zone.is_line == self.wants_lines
            )
            if zones:
                found[camera] = zones
            elif isinstance(self.entry.cameras, list) and not fences.may_hide(category):
                shape = self._other_shape(fences, category)
                lack = f"only {shape} of the category {category}" if shape else f"no zone of the category {category}"
                self.log.remark(self.document, steps, f'camera "{camera}" has {lack}: the rule does nothing there')
        if not found and not self._may_hide(cameras, category):
            self._refuse_category(steps, category, cameras)
        return found

    def _refuse_category(self, steps: Steps, category: str, cameras: Sequence[CameraId]) -> None:
        all_fences = [self.known.fences_by_camera[camera] for camera in cameras]
        shape = next(filter(None, (self._other_shape(fences, category) for fences in all_fences)), "")
        if shape:
            wanted, kind = ("lines", "LineString") if self.wants_lines else ("areas", "Polygon")
            text = f"a rule looks at {wanted}, and this category has only {shape} on its cameras"
            self.log.add(self.document, steps, f"{text} (got {shown_value(category)}, allowed: one with a {kind})")
            return
        drawn = {
            zone.category for fences in all_fences for zone in fences.geofence.zones if zone.is_line == self.wants_lines
        }
        allowed = ", ".join(sorted(drawn)) or "none: no zone is drawn"
        text = f"no zone of this category on the rule's cameras (got {shown_value(category)}, allowed: {allowed})"
        self.log.add(self.document, steps, text)

    def _may_hide(self, cameras: Sequence[CameraId], category: str) -> bool:
        """Whether a zone of the category may be among what could not be read."""
        unread = any(self.known.fences_by_camera[camera].may_hide(category) for camera in cameras)
        return unread or not self.known.is_whole or not cameras

    def _by_id(self, names: Sequence[str], cameras: Sequence[CameraId]) -> dict[CameraId, tuple[ZoneId, ...]]:
        found: dict[CameraId, list[ZoneId]] = {}
        for i, name in enumerate(names):
            for camera, zone in self._named((*self.steps, "zones", i), name, cameras):
                if zone in found.setdefault(camera, []):
                    text = f"zone given twice (got {shown_value(name)}, allowed: once)"
                    self.log.add(self.document, (*self.steps, "zones", i), text)
                else:
                    found[camera].append(zone)
        return {camera: tuple(found[camera]) for camera in cameras if found.get(camera)}

    def _named(self, steps: Steps, name: str, cameras: Sequence[CameraId]) -> list[tuple[CameraId, ZoneId]]:
        """The one zone that is meant, as a list of none or one."""
        camera_name, slash, zone_name = name.rpartition("/")
        among = [camera for camera in cameras if not slash or camera == camera_name]
        if slash and not among:
            self._unknown_camera(steps, name, camera_name, cameras)
            return []
        having = [camera for camera in among if zone_name in self.known.fences_by_camera[camera].written_by_id]
        if len(having) > 1:
            written = " or ".join(f'"{camera}/{zone_name}"' for camera in having[:3])
            text = f"more than one camera has this zone (got {shown_value(name)}, allowed: {written})"
            self.log.add(self.document, steps, text)
        elif not having:
            self._unknown_zone(steps, name, zone_name, among)
        elif self._fits(steps, name, having[0], zone_name):
            return [(having[0], ZoneId(zone_name))]
        return []

    def _unknown_camera(self, steps: Steps, name: str, camera_name: str, cameras: Sequence[CameraId]) -> None:
        if camera_name in self.known.fences_by_camera:
            text = (
                f"a zone of a camera that the rule leaves out (got {shown_value(name)}, allowed: a camera of cameras)"
            )
            self.log.add(self.document, steps, text)
        elif self.known.is_whole:
            hint = did_you_mean(camera_name, cameras)
            self.log.add(self.document, steps, f"unknown camera (got {shown_value(name)}, {hint})")

    def _unknown_zone(self, steps: Steps, name: str, zone_name: str, among: Sequence[CameraId]) -> None:
        all_fences = [self.known.fences_by_camera[camera] for camera in among]
        if not among or not self.known.is_whole or not all(fences.is_whole for fences in all_fences):
            return
        hint = did_you_mean(zone_name, {zone for fences in all_fences for zone in fences.written_by_id})
        self.log.add(self.document, steps, f"unknown zone (got {shown_value(name)}, {hint})")

    def _fits(self, steps: Steps, name: str, camera: CameraId, zone_name: str) -> bool:
        geofence = self.known.fences_by_camera[camera].geofence
        if any(mask.id == zone_name for mask in geofence.masks):
            self.log.add(self.document, steps, f"a mask (got {shown_value(name)}, allowed: a zone without mask: true)")
            return False
        zone = next((zone for zone in geofence.zones if zone.id == zone_name), None)
        if zone is not None and zone.is_line != self.wants_lines:
            got, allowed = ("an area", "a LineString") if self.wants_lines else ("a line", "a Polygon")
            self.log.add(self.document, steps, f"{got} (got {shown_value(name)}, allowed: {allowed})")
            return False
        # A zone with a fault of its own is not there; its fault is told already.
        return zone is not None

    def _other_shape(self, fences: Fences, category: str) -> str:
        """What the category has where it has no zone that fits, as a message names it; empty where it has nothing."""
        if any(zone.category == category for zone in fences.geofence.zones):
            return "an area" if self.wants_lines else "a line"
        return "a mask" if any(mask.category == category for mask in fences.geofence.masks) else ""
