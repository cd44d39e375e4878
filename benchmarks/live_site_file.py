"""Writes the site of the capacity benchmark: recordings as cameras, a fire lane and waste watched on each."""

import json
from collections.abc import Sequence
from datetime import datetime
from pathlib import Path

from benchmarks.scenes import Clip, fences

START = "2026-01-05T08:00:00+08:00"
START_S = datetime.fromisoformat(START).timestamp()
DWELL_S = 30.0
"""Of both rules. A look is then due every 1.9 s where something goes on."""
_FENCES = "fences.geojson"
_RULES = (("fire-lane", "fire_lane_blocked", "lane"), ("waste", "construction_waste", "kerb"))


def camera_id(number: int) -> str:
    """Of the number-th camera."""
    return f"cam-{number:03}"


def write_site(folder: Path, clips: Sequence[Clip], *, with_sub: bool, port: int) -> Path:
    """Write the site file and its fences.

    Args:
        folder: For both; the site's state will lie there, too.
        clips: What the cameras show, one each.
        with_sub: They have a sub-stream.
        port: For the metrics.
    """
    folder.mkdir(parents=True, exist_ok=True)
    (folder / _FENCES).write_text(fence_file(), encoding="utf-8")
    entries = []
    for number, clip in enumerate(clips):
        source = {"streams": {"main": str(clip.main), "sub": str(clip.sub)}} if with_sub else {"source": str(clip.main)}
        entries.append({"id": camera_id(number), **source, "loop": True, "start": START, "geofence": _FENCES})
    rules = [
        {
            "id": rule,
            "algorithm": algorithm,
            "zones": [f"{camera_id(number)}/{zone}" for number in range(len(clips))],
            "dwell": f"{DWELL_S:g}s",
        }
        for rule, algorithm, zone in _RULES
    ]
    site = {
        "site": {"id": "bench", "timezone": "Asia/Shanghai"},
        "operation": {"listen": f"127.0.0.1:{port}"},
        "detector": {"model": "yolov8n", "confidence": 0.3},
        "cameras": entries,
        "rules": rules,
    }
    path = folder / "site.yaml"
    path.write_text(json.dumps(site, indent=1), encoding="utf-8")  # JSON is YAML
    return path


def fence_file() -> str:
    """The fire lane, and where waste is looked for, as a fence file."""
    lane, kerb = fences()
    features = [
        {
            "type": "Feature",
            "properties": {"id": id_, "name": id_, "category": category, "grid": "1", "responsible": "bench"},
            "geometry": {"type": "Polygon", "coordinates": [[*outline, outline[0]]]},
        }
        for id_, category, outline in (("lane", "fire_lane", lane), ("kerb", "carriageway", kerb))
    ]
    return json.dumps({"type": "FeatureCollection", "frame": "image", "features": features})
