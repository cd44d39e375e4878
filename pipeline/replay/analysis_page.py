"""The report of an analysis: one page that needs nothing beside it, in Chinese or English, light or dark."""

import base64
from collections.abc import Iterable
from dataclasses import dataclass, replace
from datetime import datetime, timedelta
from importlib.resources import files
from pathlib import Path

from jinja2 import Environment, StrictUndefined

from pipeline.alerts.durable_file import write_durably
from pipeline.config.resolved import Camera
from pipeline.observation import CameraId, MediaNs, seconds
from pipeline.replay.analysis import Analysis, Seen
from pipeline.replay.heat import draw_heat

MOST_CARDS = 300
"""A page of more pictures is no use to anybody; the tables have all events."""
_DAY_S = 86_400
_MOST_LABELS = 8


@dataclass(frozen=True, slots=True)
class Bar:
    """A stretch of a timeline, in per cent of its length."""

    left: float
    width: float
    tone: str
    text: str
    event: str = ""


@dataclass(frozen=True, slots=True)
class Lane:
    """One line of the timeline."""

    name: str
    kind: str
    bars: tuple[Bar, ...]


@dataclass(frozen=True, slots=True)
class View:
    """One camera on the page."""

    id: CameraId
    name: str
    events: int
    uptime: str
    outages: int
    looks: int
    heat: str


@dataclass(frozen=True, slots=True)
class Card:
    """One event on the page."""

    id: str
    zh: str
    en: str
    severity: str
    camera: str
    zone: str
    started: str
    raised: str
    ended: str
    reason: str
    lasted: str
    picture: str


@dataclass(frozen=True, slots=True)
class Column:
    """One column of a chart, its height in per cent of the highest."""

    label: str
    count: int
    height: float


class _Scale:
    """Moments as per cent of the time that the page tells of."""

    def __init__(self, analysis: Analysis) -> None:
        self._begin = analysis.begin
        self._length = max(1, analysis.end - analysis.begin)

    def bar(self, begin: MediaNs, end: MediaNs, tone: str, text: str, event: str = "") -> Bar:
        left = 100 * (begin - self._begin) / self._length
        width = 100 * max(0, end - begin) / self._length
        return Bar(round(left, 3), round(max(width, 0.15), 3), tone, text, event)


def write_page(path: Path, analysis: Analysis) -> None:
    """Write the page.

    Raises:
        StateError: It cannot be written.
    """
    source = files("pipeline.replay").joinpath("analysis.html").read_text(encoding="utf-8")
    template = Environment(
        autoescape=True, undefined=StrictUndefined, trim_blocks=True, lstrip_blocks=True
    ).from_string(source)
    page = template.render(
        site=analysis.site.name,
        zone=str(analysis.site.timezone),
        begin=f"{analysis.local(analysis.begin):%Y-%m-%d %H:%M}",
        end=f"{analysis.local(analysis.end):%Y-%m-%d %H:%M}",
        total=len(analysis.events),
        cameras=len(analysis.cameras),
        uptime=_percent([one.uptime for one in analysis.footprints.values()]),
        days=_thinned(_columns((day[5:], count) for day, count in analysis.counts_by_day().items())),
        hours=_columns((f"{hour:02}", count) for hour, count in enumerate(analysis.counts_by_hour())),
        lanes=_lanes(analysis),
        marks=_marks(analysis.local(analysis.begin), seconds(analysis.end - analysis.begin)),
        views=[_view(analysis, camera) for camera in analysis.cameras],
        cards=[_card(analysis, one) for one in analysis.events[:MOST_CARDS]],
    )
    write_durably(path, page.encode())


def _lanes(analysis: Analysis) -> list[Lane]:
    scale = _Scale(analysis)
    lanes: list[Lane] = []
    for camera in analysis.cameras:
        mine = analysis.of(camera.id)
        found = analysis.footprints.get(camera.id)
        blind = (
            ()
            if found is None
            else tuple(
                scale.bar(one.begin, one.end, "blind", f"{one.cause.value} {_span(seconds(one.end - one.begin))}")
                for one in found.blind
            )
        )
        lanes.append(Lane(camera.name or camera.id, "camera", blind))
        for zone in dict.fromkeys(one.event.zone for one in mine):
            bars = tuple(_event_bar(analysis, scale, one) for one in mine if one.event.zone == zone)
            lanes.append(Lane(_zone_name(camera, zone), "zone", bars))
    return lanes


def _event_bar(analysis: Analysis, scale: _Scale, one: Seen) -> Bar:
    event = one.event
    text = f"{event.algorithm} {analysis.local(event.started_at):%m-%d %H:%M:%S}"
    end = analysis.end if event.ended_at is None else event.ended_at
    return scale.bar(event.started_at, end, event.severity, text, event.id)


def _zone_name(camera: Camera, zone: str) -> str:
    return next((one.name for one in camera.geofence.zones if one.id == zone and one.name), zone)


def _view(analysis: Analysis, camera: Camera) -> View:
    found, mine = analysis.footprints.get(camera.id), analysis.of(camera.id)
    picture = next((one.snapshot for one in mine if one.snapshot is not None), None)
    frame = None if picture is None else next(iter(sorted(picture.parent.glob("frame-*"))), None)
    heat = "" if found is None else _inlined(draw_heat(found.stayed_s, camera.geofence.zones, frame))
    return View(
        id=camera.id,
        name=camera.name or camera.id,
        events=len(mine),
        uptime="" if found is None else _percent([found.uptime]),
        outages=0 if found is None else len(found.blind),
        looks=0 if found is None else found.looks,
        heat=heat,
    )


def _card(analysis: Analysis, one: Seen) -> Card:
    event = one.event
    title = {str(rule.algorithm.key): rule.algorithm.title for rule in analysis.site.rules}.get(event.algorithm)
    camera = next(camera for camera in analysis.cameras if camera.id == event.camera)
    end = event.ended_at
    return Card(
        id=event.id,
        zh=event.algorithm if title is None else title.zh,
        en=event.algorithm if title is None else title.en,
        severity=event.severity,
        camera=camera.name or camera.id,
        zone=_zone_name(camera, event.zone),
        started=f"{analysis.local(event.started_at):%Y-%m-%d %H:%M:%S}",
        raised=f"{analysis.local(event.raised_at):%H:%M:%S}",
        ended="" if end is None else f"{analysis.local(end):%H:%M:%S}",
        reason=event.reason,
        lasted="" if end is None else _span(seconds(end - event.started_at)),
        picture=_read(one.snapshot),
    )


def _read(path: Path | None) -> str:
    try:
        return "" if path is None else _inlined(path.read_bytes())
    except OSError:
        # It has gone since the messages were read; the page shows a card without a picture.
        return ""


def _inlined(jpeg: bytes) -> str:
    return "data:image/jpeg;base64," + base64.b64encode(jpeg).decode()


def _columns(counts: Iterable[tuple[str, int]]) -> list[Column]:
    known = list(counts)
    most = max((count for _, count in known), default=0) or 1
    return [Column(label, count, round(100 * count / most, 2)) for label, count in known]


def _thinned(columns: list[Column]) -> list[Column]:
    """At most so many labels as have room beside one another."""
    step = -(-len(columns) // _MOST_LABELS)
    return [one if n % step == 0 else replace(one, label="") for n, one in enumerate(columns)]


def _marks(begin: datetime, length_s: float) -> list[tuple[float, str]]:
    """Places and labels at round times: at most ten."""
    steps = (10, 30, 60, 300, 600, 1800, 3600, 7200, 21_600, 43_200, _DAY_S, 2 * _DAY_S, 7 * _DAY_S)
    step_s = next((step for step in steps if length_s / step <= 10), 30 * _DAY_S)
    midnight = begin.replace(hour=0, minute=0, second=0, microsecond=0)
    at_s = -(begin - midnight).total_seconds() % step_s
    shape = "%m-%d" if step_s >= _DAY_S else "%m-%d %H:%M" if length_s > _DAY_S else "%H:%M:%S"
    marks: list[tuple[float, str]] = []
    while at_s <= length_s:
        marks.append((round(100 * at_s / max(length_s, 1), 3), f"{begin + timedelta(seconds=at_s):{shape}}"))
        at_s += step_s
    return marks


def _percent(shares: list[float]) -> str:
    return f"{100 * sum(shares) / len(shares):.2f} %" if shares else "–"


def _span(length_s: float) -> str:
    minutes, rest_s = divmod(round(length_s), 60)
    hours, minutes = divmod(minutes, 60)
    return f"{hours}:{minutes:02}:{rest_s:02}" if hours else f"{minutes}:{rest_s:02}"
