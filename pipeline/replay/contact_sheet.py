"""All events of a setting at a glance: their snapshots where an earlier run left them, else where their boxes lay."""

import io
from collections.abc import Mapping, Sequence
from datetime import tzinfo
from pathlib import Path

from PIL import Image, ImageDraw

from pipeline.alerts.lettering import Lettering, fitted
from pipeline.alerts.message import utc
from pipeline.config.ids import ZoneId
from pipeline.config.resolved import Camera
from pipeline.observation import CameraId
from pipeline.replay.events import Event

MOST_EVENTS = 60
_COLUMNS, _WIDTH, _HEIGHT, _BAND = 5, 256, 144, 44
_PAPER, _CARD, _INK, _SOFT = (244, 246, 249), (58, 66, 78), (27, 36, 48), (93, 107, 124)
_FENCE, _BOX = (34, 211, 238), (217, 112, 26)
_SAME_NS = 1_000_000
"""Messages have times cut to milliseconds."""


def draw_contact_sheet(
    events: Sequence[Event],
    cameras: Mapping[CameraId, Camera],
    pictures: Mapping[tuple[CameraId, str, int], Path],
    timezone: tzinfo,
) -> bytes:
    """A JPEG of up to 60 events, spread evenly over all of them.

    Args:
        events: In order.
        cameras: Theirs.
        pictures: Snapshots by camera, zone and beginning; see `key_of`.
        timezone: In which times are shown.
    """
    shown = _spread(events)
    rows = max(1, -(-len(shown) // _COLUMNS))
    sheet = Image.new("RGB", (_COLUMNS * (_WIDTH + 8) + 8, rows * (_HEIGHT + _BAND + 8) + 8), _PAPER)
    draw, small = ImageDraw.Draw(sheet), Lettering.of(14)
    for n, event in enumerate(shown):
        x, y = 8 + n % _COLUMNS * (_WIDTH + 8), 8 + n // _COLUMNS * (_HEIGHT + _BAND + 8)
        path = pictures.get(key_of(event))
        sheet.paste(_drawn(event, cameras[event.camera]) if path is None else _read(path), (x, y))
        moment = utc(event.started_at).astimezone(timezone).strftime("%m-%d %H:%M:%S")
        draw.text(
            (x, y + _HEIGHT + 3), fitted(f"{event.camera} / {event.zone}", small.regular, _WIDTH), _INK, small.regular
        )
        draw.text((x, y + _HEIGHT + 22), moment, _SOFT, small.regular)
    if not shown:
        draw.text((24, 80), "没有事件 no events", _SOFT, Lettering.of(20).regular)
    target = io.BytesIO()
    sheet.save(target, "JPEG", quality=85)
    return target.getvalue()


def key_of(event: Event) -> tuple[CameraId, str, int]:
    """By what an event of a log is found among the messages of an earlier run."""
    return event.camera, event.zone, event.started_at // _SAME_NS


def _spread(events: Sequence[Event]) -> list[Event]:
    if len(events) <= MOST_EVENTS:
        return list(events)
    return [events[n * len(events) // MOST_EVENTS] for n in range(MOST_EVENTS)]


def _read(path: Path) -> Image.Image:
    tile = Image.new("RGB", (_WIDTH, _HEIGHT), _CARD)
    try:
        with Image.open(path) as image:
            image.thumbnail((_WIDTH, _HEIGHT))
            tile.paste(image, ((_WIDTH - image.width) // 2, 0))
    except OSError:
        # It has gone since the messages were read.
        ImageDraw.Draw(tile).line((0, 0, _WIDTH, _HEIGHT), fill=_SOFT)
    return tile


def _drawn(event: Event, camera: Camera) -> Image.Image:
    tile = Image.new("RGB", (_WIDTH, _HEIGHT), _CARD)
    draw = ImageDraw.Draw(tile)
    for zone in camera.geofence.zones:
        if zone.id == ZoneId(event.zone):
            points = [(x * _WIDTH, y * _HEIGHT) for x, y in zone.points]
            draw.line(points if zone.is_line else [*points, points[0]], fill=_FENCE, width=2)
    for one in event.objects:
        x1, y1, x2, y2 = one.box
        draw.rectangle((x1 * _WIDTH, y1 * _HEIGHT, max(x2, x1) * _WIDTH, max(y2, y1) * _HEIGHT), outline=_BOX, width=2)
    return tile
