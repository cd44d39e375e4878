"""A site on disk, and episodes of it, for the tests of the alerts."""

from pathlib import Path

import numpy as np
from numpy.typing import NDArray

from pipeline.alerts.message import Alert, Evidence, build
from pipeline.alerts.topic import topic_of
from pipeline.config.ids import RuleId, ZoneId
from pipeline.config.load import load_site
from pipeline.config.resolved import Camera, Rule, Site
from pipeline.observation import CameraId, MediaNs, TrackId, nanoseconds
from pipeline.rules.episode import (
    ClearReason,
    Ended,
    Episode,
    EventId,
    EventObject,
    Looks,
    Open,
    Review,
    RuleOrigin,
    State,
)

SITE = """\
site: {{id: linzi, name: 临淄示范站, timezone: Asia/Shanghai}}
state: ./state
redis: {{url: "{url}", stream: "smart-alert:alerts", keep: 7d}}
detector: {{model: yolov8n, confidence: 0.3}}
cameras:
  - {{id: gate, name: 闻韶社区东门, source: gate.mp4, start: "2026-01-05T08:00:00+08:00", geofence: gate.geojson}}
rules:
  - {{id: fire-lane, algorithm: fire_lane_blocked, zones: [lane], dwell: 60s}}
"""
FENCE = """\
{"type": "FeatureCollection", "frame": "image", "features": [{"type": "Feature",
 "properties": {"id": "lane", "name": "北侧消防通道", "category": "fire_lane", "grid": "LZ-01", "responsible": "desk"},
 "geometry": {"type": "Polygon", "coordinates": [[[0.2, 0.4], [0.8, 0.4], [0.8, 0.9], [0.2, 0.9], [0.2, 0.4]]]}}]}
"""
START = MediaNs(1_767_571_200_000_000_000)
"""2026-01-05 08:00 in Shanghai, midnight UTC."""


def write_site(folder: Path, url: str = "embedded") -> Path:
    folder.mkdir(parents=True, exist_ok=True)
    (folder / "gate.mp4").write_bytes(b"")
    (folder / "gate.geojson").write_text(FENCE, encoding="utf-8")
    path = folder / "site.yaml"
    path.write_text(SITE.format(url=url), encoding="utf-8")
    return path


def site_in(folder: Path, url: str = "embedded") -> Site:
    return load_site(write_site(folder, url), {})


def raised(event: str = "e1", at_s: float = 60.0) -> Episode:
    """A car that has stood in the lane for a minute."""
    t = MediaNs(START + nanoseconds(at_s))
    return Episode(
        id=EventId(event),
        revision=0,
        state=State.RAISED,
        t=t,
        camera=CameraId("gate"),
        origin=RuleOrigin(RuleId("fire-lane"), ZoneId("lane")),
        started_at=MediaNs(t - nanoseconds(60)),
        raised_at=t,
        ending=Open(),
        dwell_ns=nanoseconds(60),
        visible=True,
        objects=(
            EventObject("car", 0.87654321, (0.30000001192092896, 0.5, 0.6, 0.8), TrackId(7), looks=Looks(121, 120, 9)),
        ),
        severity="critical",
        review=Review.NONE,
    )


def cleared(event: str = "e1", at_s: float = 90.0, revision: int = 1) -> Episode:
    """The same car has left."""
    before = raised(event)
    return Episode(
        id=before.id,
        revision=revision,
        state=State.CLEARED,
        t=MediaNs(START + nanoseconds(at_s)),
        camera=before.camera,
        origin=before.origin,
        started_at=before.started_at,
        raised_at=before.raised_at,
        ending=Ended(MediaNs(START + nanoseconds(at_s - 3)), ClearReason.LEFT),
        dwell_ns=nanoseconds(at_s - 3),
        visible=False,
        objects=before.objects,
        severity=before.severity,
        review=before.review,
    )


def told(
    episode: Episode,
    site: Site,
    *,
    camera: Camera | None = None,
    rule: Rule | None = None,
    evidence: Evidence | None = None,
) -> Alert:
    """The message of an episode: of the site's own camera and rule unless others are given."""
    camera, rule = camera or site.cameras[0], rule or site.rules[0]
    return build(episode, site, camera, topic_of(episode, camera, {rule.id: rule}), evidence)


def picture(width: int = 640, height: int = 360, shade: int = 90) -> NDArray[np.uint8]:
    """A grey street."""
    return np.full((height, width, 3), shade, np.uint8)
