"""What is drawn on each picture of an annotated video: boxes, fences, timers, banners of events. With supervision.

A picture shows what the last look before it saw, for a few seconds. Events are known from their beginning on, so a
timer runs before its event is raised.
"""

from bisect import bisect_right
from collections.abc import Mapping, Sequence
from dataclasses import dataclass
from importlib.util import find_spec

import numpy as np
from numpy.typing import NDArray

from pipeline.alerts.lettering import FONT
from pipeline.config.resolved import Camera
from pipeline.config.vocabulary import Title
from pipeline.errors import UsageError
from pipeline.observation import MediaNs, Objects, Observation, seconds
from pipeline.replay.events import Event

Picture = NDArray[np.uint8]
_SHOWN_NS = 4_000_000_000
_FENCE, _PLAIN, _WAITS, _RAISED = (34, 211, 238), (148, 163, 184), (245, 158, 11), (220, 38, 38)
_TONES = (_PLAIN, _WAITS, _RAISED)
_BANNERS = 4


@dataclass(frozen=True, slots=True)
class Caption:
    """A text on the picture.

    Attributes:
        box: It stands on it, px.
        text: In both languages.
        tone: Red, green, blue.
    """

    box: tuple[float, float, float, float]
    text: str
    tone: tuple[int, int, int]


class Annotator:
    """Draws on the pictures of one camera."""

    def __init__(
        self,
        camera: Camera,
        looks: Sequence[Observation],
        events: Sequence[Event],
        titles: Mapping[str, Title],
    ) -> None:
        """Everything that is known beforehand.

        Args:
            camera: Its fences are drawn.
            looks: In order; those that hold objects.
            events: Of this camera.
            titles: Names of classes and algorithms.

        Raises:
            UsageError: supervision is not installed.
        """
        if find_spec("supervision") is None:
            raise UsageError("annotate: supervision is not installed (expected: pip install 'smart-alert[video]')")
        self._camera, self._looks, self._events, self._titles = camera, looks, events, titles
        self._times = [look.t for look in looks]

    def drawn(self, picture: Picture, t: MediaNs) -> Picture:
        """A new picture with all that is known at its time.

        Args:
            picture: Shape (h, w, 3), BGR; not changed.
            t: When it was taken.
        """
        scene = _with_fences(picture.copy(), self._camera)
        objects = self._objects(t, scene.shape[1], scene.shape[0])
        # What matters is drawn over what does not.
        scene = _with_captions(scene, sorted(objects, key=lambda one: _TONES.index(one.tone)), may_move=True)
        return _with_captions(scene, self._banners(t, scene.shape[1]), may_move=False)

    def _objects(self, t: MediaNs, width: int, height: int) -> list[Caption]:
        place = bisect_right(self._times, t) - 1
        if place < 0 or t - self._times[place] > _SHOWN_NS:
            return []
        objects = self._looks[place].objects
        return [self._caption(objects, n, t, (width, height)) for n in range(len(objects))]

    def _caption(self, objects: Objects, n: int, t: MediaNs, size: tuple[int, int]) -> Caption:
        x1, y1, x2, y2 = (objects.xyxy[n] * np.array([*size, *size])).tolist()
        name = str(objects.class_name[n])
        text, tone = f"{_both(self._titles, name)} {100 * float(objects.score[n]):.0f}%", _PLAIN
        for event in self._at(t):
            if int(objects.track[n]) in {one.track for one in event.objects}:
                text += f" {_timer(t - event.started_at)}"
                tone = _RAISED if t >= event.raised_at else _WAITS
        return Caption((x1, y1, x2, y2), text, tone)

    def _banners(self, t: MediaNs, width: int) -> list[Caption]:
        raised = [event for event in self._at(t) if t >= event.raised_at][:_BANNERS]
        step = max(28, width // 32)
        return [
            Caption(
                (8.0, 8.0 + step * (n + 1), 9.0, 9.0 + step * (n + 1)),
                self._said(event, t),
                _RAISED,
            )
            for n, event in enumerate(raised)
        ]

    def _said(self, event: Event, t: MediaNs) -> str:
        name, zone = _both(self._titles, event.algorithm), self._zone_name(event.zone)
        return f"{name} · {zone} · {_timer(t - event.started_at)}"

    def _zone_name(self, zone: str) -> str:
        return next((one.name for one in self._camera.geofence.zones if one.id == zone and one.name), zone)

    def _at(self, t: MediaNs) -> list[Event]:
        return [event for event in self._events if event.started_at <= t <= _end(event)]


def _end(event: Event) -> int:
    return event.ended_at if event.ended_at is not None else 1 << 62


def _both(titles: Mapping[str, Title], name: str) -> str:
    title = titles.get(name)
    return name if title is None else f"{title.zh} {title.en}"


def _timer(passed_ns: int) -> str:
    minutes, rest_s = divmod(int(seconds(passed_ns)), 60)
    return f"{minutes}:{rest_s:02}"


def _with_fences(scene: Picture, camera: Camera) -> Picture:
    import supervision as sv  # noqa: PLC0415  # of an extra

    height, width = scene.shape[:2]
    for zone in camera.geofence.zones:
        corners = np.array([(x * (width - 1), y * (height - 1)) for x, y in zone.points], np.int64)
        colour = sv.Color(*_FENCE)
        if zone.is_line:
            for begin, end in zip(corners[:-1].tolist(), corners[1:].tolist(), strict=True):
                scene = sv.draw_line(scene, sv.Point(*begin), sv.Point(*end), colour, thickness=max(2, width // 640))
        else:
            scene = sv.draw_filled_polygon(scene, corners, colour, opacity=0.12)
            scene = sv.draw_polygon(scene, corners, colour, thickness=max(2, width // 640))
    return scene


def _with_captions(scene: Picture, captions: Sequence[Caption], *, may_move: bool) -> Picture:
    """The captions with their boxes, each over those before it.

    Args:
        scene: Is drawn on.
        captions: In order.
        may_move: So that none hides another or leaves the picture.
    """
    import supervision as sv  # noqa: PLC0415  # of an extra

    if not captions:
        return scene
    width = scene.shape[1]
    palette = sv.ColorPalette([sv.Color(*tone) for tone in _TONES])
    found = sv.Detections(
        xyxy=np.array([one.box for one in captions], np.float64),
        class_id=np.array([_TONES.index(one.tone) for one in captions]),
    )
    scene = sv.BoxAnnotator(palette, thickness=max(2, width // 640)).annotate(scene, found)
    labels = sv.RichLabelAnnotator(
        palette,
        text_color=sv.Color.WHITE,
        font_path=str(FONT),
        font_size=max(13, width // 70),
        text_padding=4,
        smart_position=may_move,
    )
    labelled: Picture = np.asarray(labels.annotate(scene, found, [one.text for one in captions]), np.uint8)
    return labelled
