"""A small site in a folder, as text that tests then spoil."""

import json
from collections.abc import Mapping
from pathlib import Path

from pipeline.config.load import load_site
from pipeline.config.resolved import Site
from pipeline.errors import ConfigError

SITE = """\
site: {id: demo, name: 示范, timezone: Asia/Shanghai}
detector: {model: yolov8n, confidence: 0.3}
defaults: {grace: 5s}
cameras:
  - id: gate
    source: gate.mp4
    start: "2026-01-05T08:00:00"
    geofence: gate.geojson
  - id: yard
    streams: {main: "rtsp://viewer:${PASSWORD}@10.0.0.8/1"}
    geofence: yard.geojson
rules:
  - id: fire-lane
    algorithm: fire_lane_blocked
    zones: [lane]
    dwell: 60s
  - id: waste
    algorithm: construction_waste
    zones: {category: sidewalk}
"""
ENVIRON = {"PASSWORD": "geheim"}


def square(zone_id: str, category: str, low: float = 0.1, high: float = 0.9) -> str:
    corners = [[low, low], [high, low], [high, high], [low, high], [low, low]]
    properties = {"id": zone_id, "category": category}
    feature = {"type": "Feature", "properties": properties, "geometry": {"type": "Polygon", "coordinates": [corners]}}
    return json.dumps(feature)


def fences(*features: str, head: str = '"frame": "image"') -> str:
    """A fence file: line 2 has the head, line 4 the first feature, line 5 the second ..."""
    listed = ",\n".join(features)
    return f'{{"type": "FeatureCollection",\n{head},\n"features": [\n{listed}\n]}}\n'


GATE = fences(square("lane", "fire_lane"), square("path", "sidewalk"))
YARD = fences(square("kerb", "sidewalk"))


def write_site(folder: Path, site: str = SITE, gate: str = GATE, yard: str = YARD, **others: str) -> Path:
    """The site file; `others` are further files, `__` in a name stands for the dot."""
    texts = {"site.yaml": site, "gate.geojson": gate, "yard.geojson": yard, "gate.mp4": "not a video"}
    for name, text in (texts | {name.replace("__", "."): text for name, text in others.items()}).items():
        (folder / name).write_text(text, encoding="utf-8")
    return folder / "site.yaml"


def load(path: Path, environ: Mapping[str, str] = ENVIRON) -> Site:
    return load_site(path, environ)


def faults(path: Path, environ: Mapping[str, str] = ENVIRON) -> list[str]:
    """Every fault as the user reads it, without the folder; none where the site is right."""
    try:
        load_site(path, environ)
    except ConfigError as error:
        return str(error).replace(f"{path.parent}/", "").splitlines()
    return []
