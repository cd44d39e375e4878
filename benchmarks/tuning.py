"""A week of 16 cameras under 30 settings of one rule: how long `smart-alert tune` takes.

    python -m benchmarks.tuning [--cameras 16] [--days 7] [--out bench-out/tuning]

The logs are simulated, at the looks of a real run: every four seconds where nothing goes on, every two in four busy
hours, with cars parked beside the fire lane the whole day, people, traffic through the lane, and cars that stop in it
(ten in a busy hour, one in two of the others). Each camera has a day of its own, repeated.
"""

import argparse
import json
import multiprocessing
import resource
import subprocess
import sys
from collections.abc import Iterator
from concurrent.futures import ProcessPoolExecutor
from dataclasses import dataclass
from pathlib import Path
from zoneinfo import ZoneInfo

import numpy as np
import pyarrow as pa
import pyarrow.parquet as pq
from numpy.typing import NDArray

from pipeline.observation import (
    NS_PER_S,
    WHOLE_PICTURE,
    CameraId,
    Health,
    Look,
    LookKind,
    MediaNs,
    Objects,
    Observation,
    Sight,
)
from pipeline.replay.log import LogWriter
from pipeline.replay.truth import Label, Verdict, write_labels
from pipeline.runtime.clock import stopwatch

DAY_S = 86_400
BEGIN_S = 1_767_571_200
"""2026-01-05, midnight UTC."""
BUSY_HOURS = (7, 8, 16, 17)
_VISITS_BUSY, _VISITS_QUIET = 10.0, 0.5
"""Cars that stop in the lane, an hour."""
_MATTERS_S = 60.0
_CLASSES = frozenset({"person", "bicycle", "car", "motorcycle", "bus", "truck"})
_LOOKS = (
    Look(LookKind.OBJECTS, WHOLE_PICTURE, "yolov8n", 640, _CLASSES),
    Look(LookKind.STATIC, WHOLE_PICTURE, "background", 640),
    Look(LookKind.HEALTH, WHOLE_PICTURE, "luma", 640),
)
_IDLE = (Look(LookKind.PLACES, WHOLE_PICTURE, "places", 640), *_LOOKS[1:])
_APPEARANCE = 60
_LANE = [[0.3, 0.98], [0.46, 0.42], [0.58, 0.42], [0.74, 0.98], [0.3, 0.98]]
_PARKED = ((0.02, 0.5, 0.2, 0.72), (0.82, 0.55, 0.98, 0.75))
_STANDS = (0.42, 0.55, 0.62, 0.8)
_GRID = np.full((18, 32), 120, np.uint8)
PROCESSES = 2
SWEEPS = ("dwell=30s,45s,60s,90s,120s,180s", "confidence=0.3:0.7:0.1")


@dataclass(frozen=True, slots=True)
class Visit:
    """A car that stops in the lane.

    Attributes:
        start_s: Of the day.
        length_s: How long it stays.
        score: What the network gives it.
        look: Its appearance.
    """

    start_s: float
    length_s: float
    score: float
    look: NDArray[np.float32]


def visits(rng: np.random.Generator) -> list[Visit]:
    """Those of a day, one after the other."""
    found: list[Visit] = []
    for hour in range(24):
        rate = _VISITS_BUSY if hour in BUSY_HOURS else _VISITS_QUIET
        for start_s in np.sort(hour * 3600 + 3600 * rng.random(rng.poisson(rate))):
            length_s = float(np.clip(rng.lognormal(np.log(60), 0.9), 8, 1500))
            if not found or start_s > found[-1].start_s + found[-1].length_s + 15:
                found.append(Visit(float(start_s), length_s, float(rng.uniform(0.3, 0.9)), _look(rng)))
    return found


def day(rng: np.random.Generator, stops: list[Visit]) -> Iterator[Observation]:
    """What the camera saw of one day."""
    t_s, track = 0.0, 100
    parked = [(box, "car", 0.8, n, Sight.VERIFIED, _look(rng)) for n, box in enumerate(_PARKED, 1)]
    queue = list(stops)
    while t_s < DAY_S:
        is_busy = int(t_s // 3600) in BUSY_HOURS
        while queue and t_s >= queue[0].start_s + queue[0].length_s:
            queue.pop(0)
        rows = list(parked)
        if is_busy:
            for _ in range(int(rng.integers(0, 3))):
                track += 1
                x, y = rng.uniform(0.0, 0.85), rng.uniform(0.35, 0.7)
                rows.append(((x, y, x + 0.12, y + 0.15), "car", 0.7, track, Sight.DETECTED, _look(rng)))
            for _ in range(int(rng.integers(0, 4))):
                track += 1
                x, y = rng.uniform(0.0, 0.95), rng.uniform(0.3, 0.7)
                rows.append(((x, y, x + 0.03, y + 0.15), "person", 0.6, track, Sight.DETECTED, _look(rng)))
        here = bool(queue) and t_s >= queue[0].start_s
        if here and rng.random() > 0.1:
            one = queue[0]
            score = float(np.clip(one.score + rng.normal(0, 0.04), 0.3, 0.95))
            box = tuple(float(side + rng.normal(0, 0.002)) for side in _STANDS)
            rows.append(
                ((box[0], box[1], box[2], box[3]), "car", score, 10_000 + int(one.start_s), Sight.DETECTED, one.look)
            )
        yield _seen(t_s, rows, active=is_busy or here)
        t_s += 2.0 if is_busy or here else 4.0


_Row = tuple[tuple[float, float, float, float], str, float, int, Sight, NDArray[np.float32]]


def _seen(t_s: float, rows: list[_Row], *, active: bool) -> Observation:
    return Observation(
        t=MediaNs(round((BEGIN_S + t_s) * NS_PER_S)),
        frame_size=(1920, 1080),
        looks=_LOOKS if active or int(t_s) % 60 < 4 else _IDLE,
        objects=Objects(
            np.array([row[0] for row in rows], np.float32),
            np.array([row[1] for row in rows]),
            np.array([row[2] for row in rows], np.float32),
            np.array([row[3] for row in rows], np.int64),
            np.array([row[4] for row in rows], np.uint8),
            np.stack([row[5] for row in rows]),
        ),
        brightness=_GRID,
        health=Health(120.0, 40.0, 8.0, 0.01),
    )


def _look(rng: np.random.Generator) -> NDArray[np.float32]:
    vector = rng.random(_APPEARANCE).astype(np.float32)
    return vector / np.float32(np.linalg.norm(vector))


def write_week(out: Path, cameras: int, days: int) -> Path:
    """The site, its logs (a file a day; what is there from an earlier call stays) and the labels; the site file."""
    out.mkdir(parents=True, exist_ok=True)
    # Forked children would inherit threads' locks.
    with ProcessPoolExecutor(PROCESSES, multiprocessing.get_context("spawn")) as pool:
        written = pool.map(_write_camera, [out] * cameras, range(cameras), [days] * cameras)
        labels = [label for one in written for label in one]
    write_labels(out / "labels.csv", labels, _utc())
    return _site(out, cameras)


def _write_camera(out: Path, number: int, days: int) -> list[Label]:
    """One camera's log; what is worth an alert in it."""
    camera = CameraId(f"cam-{number:02}")
    rng = np.random.default_rng(number)
    stops = visits(rng)
    folder = out / "state" / "log" / camera
    folder.mkdir(parents=True, exist_ok=True)
    first = folder / "20260105T000000_000000000Z.parquet"
    if not first.exists():
        with LogWriter(first, camera) as log:
            for seen in day(rng, stops):
                log.append(seen)
    for later in range(1, days):
        _shift(first, folder / f"202601{5 + later:02}T000000_000000000Z.parquet", later)
    return [_label(camera, one, later) for later in range(days) for one in stops if one.length_s >= _MATTERS_S]


def _utc() -> ZoneInfo:
    return ZoneInfo("UTC")


def _label(camera: CameraId, one: Visit, later: int) -> Label:
    start = round((BEGIN_S + later * DAY_S + one.start_s) * NS_PER_S)
    end = start + round(one.length_s * NS_PER_S)
    return Label(camera, "fire-lane", "", MediaNs(start), MediaNs(end), Verdict.MISSED)


def _shift(source: Path, target: Path, days: int) -> None:
    """The same day, some days later."""
    if target.exists():
        return
    partial = target.with_suffix(".partial")
    with (
        pq.ParquetFile(source) as file,
        pq.ParquetWriter(
            partial, file.schema_arrow, compression="zstd", write_page_checksum=True, write_statistics=["t"]
        ) as writer,
    ):
        for group in range(file.num_row_groups):
            table = file.read_row_group(group)
            t = pa.array(np.asarray(table["t"]) + days * DAY_S * NS_PER_S)
            writer.write_table(table.set_column(1, table.schema.field("t"), t))
    partial.rename(target)


def _site(out: Path, cameras: int) -> Path:
    properties = {"id": "lane", "name": "Lane", "category": "fire_lane", "grid": "G-1", "responsible": "gatehouse"}
    feature = {
        "type": "Feature",
        "properties": properties,
        "geometry": {"type": "Polygon", "coordinates": [_LANE]},
    }
    fence = {"type": "FeatureCollection", "frame": "image", "features": [feature]}
    (out / "fence.geojson").write_text(json.dumps(fence))
    site = {
        "site": {"id": "week", "name": "A week", "timezone": "UTC"},
        "state": "./state",
        "detector": {"model": "yolov8n", "confidence": 0.3},
        "cameras": [
            {"id": f"cam-{n:02}", "source": "rtsp://10.0.0.1/stream", "geofence": "fence.geojson"}
            for n in range(cameras)
        ],
        "rules": [
            {"id": "fire-lane", "algorithm": "fire_lane_blocked", "zones": {"category": "fire_lane"}, "dwell": "60s"}
        ],
    }
    path = out / "site.yaml"
    # JSON is YAML.
    path.write_text(json.dumps(site, indent=1))
    return path


def main() -> None:
    """Write the week where it is not there, tune it, print how long that took."""
    parser = argparse.ArgumentParser(description=__doc__, formatter_class=argparse.RawDescriptionHelpFormatter)
    parser.add_argument("--cameras", type=int, default=16)
    parser.add_argument("--days", type=int, default=7)
    parser.add_argument("--out", type=Path, default=Path("bench-out/tuning"))
    options = parser.parse_args()
    out: Path = options.out / f"{options.cameras}-cameras-{options.days}-days"
    elapsed = stopwatch()
    site = write_week(out, options.cameras, options.days)
    print(f"the logs were there after {elapsed():.0f} s", file=sys.stderr)
    before = _core_s()
    call = [sys.executable, "-m", "pipeline", "tune", str(site), "--rule", "fire-lane"]
    call += ["--labels", str(out / "labels.csv"), "--out", str(out / "tuned"), "--processes", str(PROCESSES)]
    for sweep in SWEEPS:
        call += ["--sweep", sweep]
    elapsed = stopwatch()
    subprocess.run(call, check=True)
    wall_s = elapsed()
    size_mb = sum(path.stat().st_size for path in (out / "state" / "log").rglob("*.parquet")) / 1e6
    count = options.cameras * options.days
    print(
        f"{count} camera-days of {size_mb / count:.1f} MB, 30 settings, two processes: {wall_s:.0f} s of wall-clock, "
        f"{_core_s() - before:.0f} core-seconds"
    )


def _core_s() -> float:
    """What all processes that were started here and have ended took of cores, s."""
    used = resource.getrusage(resource.RUSAGE_CHILDREN)
    return used.ru_utime + used.ru_stime


if __name__ == "__main__":
    main()
