"""A site whose rules are tried and changed: its file with comments, and a log of what its cameras saw."""

from collections.abc import Sequence
from datetime import UTC, datetime
from pathlib import Path

from pipeline.config.resolved import Site
from pipeline.observation import CameraId
from pipeline.replay.log import LogWriter
from tests.config.site_files import fences, square
from tests.console.rooms import site_in
from tests.rules.scenes import Thing, shifted, stay, times, watch

EPOCH = datetime(2026, 1, 5, tzinfo=UTC)
WRITTEN = """\
# The district's own site.
site: {id: demo, name: 示范, timezone: Asia/Shanghai}
defaults: {grace: 5s}      # a bus passes
cameras:
  - id: gate
    name: East gate
    source: gate.mp4
    start: "2026-01-05T08:00:00"
    geofence: gate.geojson
  - id: yard
    source: gate.mp4
    geofence: gate.geojson
rules:
  # Agreed with the fire brigade.
  - id: fire-lane
    algorithm: fire_lane_blocked
    zones: [gate/lane]
    dwell: 60s             # not below 30s

  - {id: waste, algorithm: construction_waste, zones: {category: fire_lane}, schedule: "22:00-06:00"}  # nights
  - id: crowd
    algorithm: crowd_gathering
    zones: {category: fire_lane}
    enabled: false
    params: {count: 12}
"""
FENCES = fences(square("lane", "fire_lane", 0.05, 0.95))
LENGTHS_S = (90, 45, 20)
"""How long a car stands in the lane, one after the other, two minutes apart."""


def cars() -> list[Thing]:
    """One car after the other, each in a place of its own."""
    starts = [10 + 240 * n for n in range(len(LENGTHS_S))]
    return [
        stay(shifted((0.2, 0.5, 0.35, 0.7), 0.2 * n), start_s=start, end_s=start + length, track=n + 1, look=n)
        for n, (start, length) in enumerate(zip(starts, LENGTHS_S, strict=True))
    ]


def write_log(site: Site, things: Sequence[Thing], until_s: float = 900, camera: str = "gate") -> None:
    """What a camera of the site saw, every second."""
    folder = site.state / "log" / camera
    folder.mkdir(parents=True, exist_ok=True)
    with LogWriter(folder / "log.parquet", CameraId(camera)) as log:
        for entry in watch(things, times(until_s, every_s=1)):
            log.append(entry)


def tried_site(folder: Path, written: str = WRITTEN) -> Site:
    """The site, its files in a folder, and the log of its gate."""
    (folder / "gate.geojson").write_text(FENCES, encoding="utf-8")
    (folder / "gate.mp4").write_text("not a video", encoding="utf-8")
    site = site_in(folder, written)
    write_log(site, cars())
    return site
