"""A site whose fences are edited: one camera, its recording, and the log of a car that stood in its lane."""

import json
from collections.abc import Iterator, Sequence
from contextlib import contextmanager
from dataclasses import replace
from pathlib import Path

from pipeline.config.load import load_site
from pipeline.config.resolved import Site
from pipeline.media.file_source import FileSource
from pipeline.observation import CameraId
from pipeline.replay.log import LogWriter
from tests.console.rooms import Room, room
from tests.runtime.standing_car import START, Run, write_site, write_video

ELSEWHERE = [[0.02, 0.02], [0.2, 0.02], [0.2, 0.2], [0.02, 0.2], [0.02, 0.02]]
"""Where nothing ever stood."""
LANE = [[0.2, 0.4], [0.8, 0.4], [0.8, 0.9], [0.2, 0.9], [0.2, 0.4]]
"""Where the car stood."""


def written_site(folder: Path, *, has_log: bool = True, corners: Sequence[Sequence[float]] = LANE) -> Site:
    """The site in a folder; the car stands from 2 to 9 s of 18."""
    write_video(folder / "gate.mp4", 18.0, lambda t_s: 2.0 <= t_s < 9.0)
    path = write_site(folder)
    site = load_site(path, {})
    if has_log:
        run = Run()
        with FileSource.open(folder / "gate.mp4", START) as source:
            run.over(site, source)
        log = site.state / "log" / "cam-0.parquet"
        log.parent.mkdir(parents=True)
        with LogWriter(log, CameraId("cam-0")) as writer:
            for entry in run.entries:
                writer.append(entry)
    # The log is of a run that looked at the lane, whatever is drawn now.
    (folder / "gate.geojson").write_text(fence_text(corners), encoding="utf-8")
    return load_site(path, {})


def fence_text(corners: Sequence[Sequence[float]], **more: object) -> str:
    """A fence file of one lane; `more` are further properties."""
    properties = {"id": "lane", "name": "北侧消防通道", "category": "fire_lane", "grid": "LZ-01", **more}
    feature = {
        "type": "Feature",
        "properties": properties,
        "geometry": {"type": "Polygon", "coordinates": [[list(corner) for corner in corners]]},
    }
    return json.dumps({"type": "FeatureCollection", "frame": "image", "features": [feature]}, ensure_ascii=False)


@contextmanager
def fence_room(folder: Path, *, has_log: bool = True, corners: Sequence[Sequence[float]] = LANE) -> Iterator[Room]:
    """Its console, answering; see `written_site`."""
    site = written_site(folder, has_log=has_log, corners=corners)
    with room(replace(site, console=replace(site.console, listen=("127.0.0.1", 0))), {}) as here:
        yield here
