"""Puts together what looks at a camera: the site's networks, loaded once, and one `Looker` for each view of it."""

from collections.abc import Callable, Iterable, Mapping, Sequence

from pipeline.config.resolved import Camera, Rule, Site
from pipeline.config.vocabulary import Vocabulary
from pipeline.errors import ModelError
from pipeline.geofence.boxes import Box
from pipeline.media.still_picture import read_picture
from pipeline.perception.camera_watch import CameraWatch
from pipeline.perception.detections import ObjectDetector
from pipeline.perception.detector import Detector
from pipeline.perception.looker import Looker, LookerSettings, unheard
from pipeline.perception.track_ids import TrackIds
from pipeline.perception.veil import Veil
from pipeline.runtime.networks import ALONE, Beside, card_of

_ATTENTION_MARGIN = 0.05
"""A thing stands in a zone with its foot: what announces it may be seen beside the zone."""
_LINE_MARGIN = 0.12
"""A line has no area: what comes to cross it must be seen on both sides of it."""


def load_detector(site: Site, vocabulary: Vocabulary, *, threads: int = 0) -> Detector:
    """The site's first network.

    Args:
        site: Whose.
        vocabulary: Names of the classes.
        threads: For one picture, where the site leaves it open; 0: as many as there are cores.

    Raises:
        ModelError: It is missing, or does not fit its card.
        ConfigError: See `card_of`.
    """
    settings = site.detector
    card = card_of(settings.model, settings.place, site.path.parent, vocabulary)
    return Detector.load(card, settings.provider, settings.threads or threads)


class CameraEyes:
    """One camera's lookers, one a view, each made when it is first needed."""

    def __init__(self, make: Callable[[], Looker]) -> None:
        self._make = make
        self._looker_by_view: dict[str, Looker] = {}

    def of(self, view: str) -> Looker:
        """The looker of a view; empty: of a camera that has one."""
        if view not in self._looker_by_view:
            self._looker_by_view[view] = self._make()
        return self._looker_by_view[view]

    def snapshot(self) -> Mapping[str, bytes]:
        """What each of them must remember over a crash, by view."""
        return {view: looker.snapshot() for view, looker in self._looker_by_view.items()}

    def resume(self, memory_by_view: Mapping[str, bytes]) -> None:
        """Go on where a snapshot left off.

        Raises:
            StateError: One is damaged or of another version: its view begins afresh.
        """
        for view, memory in memory_by_view.items():
            self.of(view).resume(memory)


def camera_eyes(
    site: Site,
    vocabulary: Vocabulary,
    detector: ObjectDetector,
    beside: Beside = ALONE,
    on_failure: Callable[[str, ModelError], None] = unheard,
) -> CameraEyes:
    """Fresh eyes for one camera of the site.

    Args:
        site: Whose.
        vocabulary: Names of the classes.
        detector: The first network.
        beside: The others.
        on_failure: Told of every picture on which one of the others fails.
    """
    settings = LookerSettings(confidence=site.detector.confidence, confidence_by_class=beside.confidence_by_class)
    ids, specialists = TrackIds(), beside.specialists
    return CameraEyes(
        lambda: Looker(detector, vocabulary, settings, ids, specialists=specialists, on_failure=on_failure)
    )


def camera_watch(camera: Camera, snapshot: bytes = b"") -> CameraWatch:
    """A watch for one camera: fresh, or going on where a snapshot left off.

    Raises:
        SourceError: The picture of a view cannot be read.
        StateError: The snapshot is damaged or of another version.
    """
    views = {view.id: read_picture(view.picture) for view in camera.geofence.views}
    return CameraWatch.resume(views, snapshot=snapshot) if snapshot else CameraWatch(views)


def attention_of(rules: Iterable[Rule], camera: Camera) -> Mapping[str, Sequence[Box]]:
    """Where rules look at a camera, by view: the boxes of their zones with a margin, shares of the picture."""
    zone_ids = {zone for rule in rules if rule.enabled for zone in rule.zones_by_camera.get(camera.id, ())}
    boxes_by_view: dict[str, list[Box]] = {}
    for zone in camera.geofence.zones:
        if zone.id in zone_ids:
            boxes_by_view.setdefault(zone.view, []).append(
                _around(zone.points, _LINE_MARGIN if zone.is_line else _ATTENTION_MARGIN)
            )
    return boxes_by_view


def wanted_of(rules: Sequence[Rule], camera: Camera, beside: Beside) -> Mapping[str, Mapping[str, Sequence[Box]]]:
    """Where rules look that need a specialist, by view and by the network's name; see `attention_of`.

    A specialist that no rule of the camera needs is absent: it does not run there.
    """
    wanted: dict[str, dict[str, Sequence[Box]]] = {}
    for specialist in beside.specialists:
        mine = [rule for rule in rules if rule.classes & specialist.detector.classes]
        for view, boxes in attention_of(mine, camera).items():
            wanted.setdefault(view, {})[specialist.detector.name] = boxes
    return wanted


def _around(points: Sequence[tuple[float, float]], margin: float) -> Box:
    xs, ys = [x for x, _ in points], [y for _, y in points]
    return (
        max(0.0, min(xs) - margin),
        max(0.0, min(ys) - margin),
        min(1.0, max(xs) + margin),
        min(1.0, max(ys) + margin),
    )


def camera_veil(site: Site, vocabulary: Vocabulary) -> Veil | None:
    """What veils the pictures that a site keeps; None: nothing does."""
    return Veil(site.evidence.blur, vocabulary) if site.evidence.blur else None
