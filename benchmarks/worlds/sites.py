"""Scenes as a site: a camera, a fence file and a rule for each, read by the loader that reads any site."""

import json
from collections.abc import Sequence
from pathlib import Path

from benchmarks.worlds.networks import DEFAULT, EVERY
from benchmarks.worlds.scene import Fence, Scene
from pipeline.config.load import load_site
from pipeline.config.resolved import Site

CONFIDENCE = 0.3
_STAND_IN = "scene.mp4"
"""A site names a recording; that of a scene is made as it is played."""


def site_of(scenes: Sequence[Scene], folder: Path, specialists: Sequence[str] = ()) -> Site:
    """Write a site for the scenes and read it.

    Args:
        scenes: Those of algorithms that this version has a condition for.
        folder: Made where it is not there.
        specialists: Further networks, by their names in the registry.

    Raises:
        ConfigError: A scene asks for what no site may have.
    """
    folder.mkdir(parents=True, exist_ok=True)
    (folder / _STAND_IN).touch()
    for scene in scenes:
        if scene.fences:
            (folder / f"{scene.camera}.geojson").write_text(json.dumps(fence_file(scene.fences)), encoding="utf-8")
    site = {
        "site": {"id": "scenes", "name": "Scenes", "timezone": "Asia/Shanghai"},
        "detector": {"model": DEFAULT, "confidence": CONFIDENCE},
        "specialists": [{"model": name, "every": EVERY} for name in specialists],
        "cameras": [_camera(scene) for scene in scenes],
        "rules": [_rule(scene) for scene in scenes],
    }
    path = folder / "site.yaml"
    path.write_text(json.dumps(site, ensure_ascii=False, indent=1), encoding="utf-8")  # JSON is YAML
    return load_site(path, {})


def _camera(scene: Scene) -> dict[str, object]:
    camera: dict[str, object] = {"id": scene.camera, "name": scene.name, "source": _STAND_IN, "start": scene.start}
    return camera | ({"geofence": f"{scene.camera}.geojson"} if scene.fences else {})


def _rule(scene: Scene) -> dict[str, object]:
    rule: dict[str, object] = {
        "id": scene.camera,
        "algorithm": scene.algorithm,
        "cameras": [scene.camera],
        **scene.settings,
    }
    zones = [fence.id for fence in scene.fences if not fence.is_mask]
    return rule | ({"zones": zones} if zones else {})


def fence_file(fences: Sequence[Fence]) -> dict[str, object]:
    """The fences as GeoJSON."""
    return {"type": "FeatureCollection", "frame": "image", "features": [_feature(fence) for fence in fences]}


def _feature(fence: Fence) -> dict[str, object]:
    points = [list(point) for point in fence.points]
    properties: dict[str, object] = {"id": fence.id, "category": fence.category}
    if fence.is_mask:
        properties["mask"] = True
    if fence.direction is not None:
        properties["direction"] = fence.direction
    kind, coordinates = ("LineString", points) if fence.is_line else ("Polygon", [[*points, points[0]]])
    return {"type": "Feature", "properties": properties, "geometry": {"type": kind, "coordinates": coordinates}}
