"""An hour of video of each of eight cameras through `smart-alert replay`, on two cores, beside the usual loop.

    python -m benchmarks.replay_footage [--minutes 60] [--scene quiet] [--scene busy] [--out bench-out/replay-footage]
    python -m benchmarks.replay_footage --quick          # two minutes a camera

- busy: eight real clips of fixed cameras beside the checkout (`../shared/footage`, 320x240 to 768x432, 14 to 139 s),
  each **looped**: its packets again and again, as the camera coded them, with times that go on. Every loop brings the
  same people and cars, and a jump. Fences and algorithms are those of the clips' own sites.
- quiet: the quiet street of the capacity benchmark (1080p25, 4 Mbit/s with sensor noise, benchmarks/scenes.py), looped
  likewise; all eight cameras read the one file.

All rules have a dwell of 30 s. Everything is decoded and looked at as in any replay, two cameras at a time. The usual
loop (benchmarks/usual_loop.py) gets each clip once, on one core; its time is scaled to the same footage on two cores.
"""

import argparse
import json
import math
import shutil
import sys
from collections.abc import Iterable, Mapping, Sequence
from dataclasses import dataclass
from pathlib import Path

import av
import yaml

from benchmarks.live_site_file import fence_file
from benchmarks.measured import Cost, cost_of
from benchmarks.scenes import clips, fences
from pipeline.resources import data_folder

HERE = Path(__file__).resolve().parent
FOOTAGE = HERE.parent.parent / "shared" / "footage"
CAMERAS = 8
JOBS = 2
DWELL_S = 30
START = "2026-01-05T08:00:00+08:00"
SCENES = ("quiet", "busy")
QUICK_MINUTES = 2.0


@dataclass(frozen=True, slots=True)
class Watched:
    """A camera of the benchmark.

    Attributes:
        name: Its id.
        clip: Once through.
        video: Looped.
        fence: Its fence file.
        zone: Outline of the first zone, for the usual loop, shares.
        rules: Algorithm and zones.
    """

    name: str
    clip: Path
    video: Path
    fence: Path
    zone: Sequence[Sequence[float]]
    rules: Sequence[tuple[str, Sequence[str]]]


@dataclass(frozen=True, slots=True)
class Row:
    """What came of a scene.

    Attributes:
        scene: Which.
        media_s: Footage of all cameras together.
        replay: What the replay took.
        told: Its summary.
    """

    scene: str
    media_s: float
    replay: Cost
    told: Mapping[str, float]


def main() -> None:
    """Make what is not there, run all, print a table."""
    parser = argparse.ArgumentParser(description=__doc__, formatter_class=argparse.RawDescriptionHelpFormatter)
    parser.add_argument("--minutes", type=float, default=60.0, help="of footage a camera")
    parser.add_argument("--quick", action="store_true", help=f"{QUICK_MINUTES:g} minutes a camera")
    parser.add_argument("--scene", action="append", choices=SCENES, help="may be repeated; default: both")
    parser.add_argument("--out", type=Path, default=Path("bench-out/replay-footage"), help="folder for all files")
    options = parser.parse_args()
    minutes: float = QUICK_MINUTES if options.quick else options.minutes
    for scene in options.scene or SCENES:
        folder: Path = options.out / f"{scene}-{minutes:g}"
        folder.mkdir(parents=True, exist_ok=True)
        cameras = quiet(folder, minutes * 60) if scene == "quiet" else busy(folder, minutes * 60)
        row = replayed(scene, cameras, folder)
        print_row(row)
        print_peer(row, {camera.clip: camera for camera in cameras}.values())


def busy(folder: Path, length_s: float) -> list[Watched]:
    """Cameras that show the real clips.

    Raises:
        SystemExit: The footage is not there.
    """
    found = sorted(FOOTAGE.glob("*.mp4"))[:CAMERAS]
    if len(found) < CAMERAS:
        sys.exit(f"{FOOTAGE}: expected {CAMERAS} clips with their sites")
    cameras = []
    for clip in found:
        site = yaml.safe_load(clip.with_suffix(".yaml").read_text(encoding="utf-8"))
        fence = clip.with_suffix(".geojson")
        features = json.loads(fence.read_text(encoding="utf-8"))["features"]
        outline = next(one["geometry"]["coordinates"][0] for one in features if one["geometry"]["type"] == "Polygon")
        rules = [(rule["algorithm"], rule["zones"]) for rule in site["rules"]]
        video = looped(clip, folder / clip.name, length_s)
        cameras.append(Watched(clip.stem, clip, video, fence, outline, rules))
    return cameras


def quiet(folder: Path, length_s: float) -> list[Watched]:
    """Cameras that show a street in which nothing happens."""
    clip = clips("quiet", folder.parent / "clips", lambda text: print(text, file=sys.stderr))[0].main
    video, fence = looped(clip, folder / "quiet.mp4", length_s), folder / "fences.geojson"
    fence.write_text(fence_file(), encoding="utf-8")
    rules = [("fire_lane_blocked", ["lane"]), ("construction_waste", ["kerb"])]
    lane, _ = fences()
    return [Watched(f"quiet-{n}", clip, video, fence, lane, rules) for n in range(CAMERAS)]


def looped(clip: Path, to: Path, length_s: float) -> Path:
    """Write the clip's packets again and again until the time is over, without coding anything anew."""
    if to.exists():
        return to
    partial = to.with_suffix(".partial.mp4")
    with av.open(str(clip)) as container, av.open(str(partial), "w") as output:
        stream = container.streams.video[0]
        copied = output.add_stream_from_template(stream)
        base = stream.time_base or 1
        period = round_units(clip)
        for lap in range(math.ceil(length_s / float(period * base))):
            container.seek(0)
            for packet in container.demux(stream):
                if packet.pts is None or packet.dts is None:
                    continue
                packet.pts, packet.dts = packet.pts + lap * period, packet.dts + lap * period
                packet.stream = copied
                output.mux(packet)
    partial.rename(to)
    return to


def round_units(clip: Path) -> int:
    """How long the clip is, in units of its stream: to the end of its last picture."""
    with av.open(str(clip)) as container:
        stream = container.streams.video[0]
        times = sorted(packet.pts for packet in container.demux(stream) if packet.pts is not None)
    return times[-1] - times[0] + round((times[-1] - times[0]) / (len(times) - 1))


def length_of_s(video: Path) -> float:
    """How long a file is, seconds."""
    with av.open(str(video)) as container:
        base = container.streams.video[0].time_base or 1
        return float(round_units(video) * base)


def replayed(scene: str, cameras: Sequence[Watched], folder: Path) -> Row:
    """Replay them all."""
    site, results = write_site(folder, cameras), folder / "results"
    shutil.rmtree(results, ignore_errors=True)
    program = [sys.executable, "-m", "pipeline", "replay", str(site), "--jobs", str(JOBS), "--json"]
    cost = cost_of([*program, "--out", str(results)])
    told = json.loads(cost.output.splitlines()[-1])["summary"]
    return Row(scene, float(told["media_s"]), cost, told)


def usual_s(camera: Watched) -> float:
    """Core-seconds that the usual loop takes for a second of the clip."""
    network = data_folder("models") / "yolov8n.onnx"
    program = [sys.executable, str(HERE / "usual_loop.py"), str(camera.clip), str(network), json.dumps(camera.zone)]
    return cost_of([*program, str(DWELL_S)]).cpu_s / length_of_s(camera.clip)


def write_site(folder: Path, cameras: Sequence[Watched]) -> Path:
    """The site of all cameras, each with rules of its own."""
    site = {
        "site": {"id": "bench", "timezone": "Asia/Shanghai"},
        "detector": {"model": "yolov8n", "confidence": 0.3},
        "cameras": [
            {"id": one.name, "source": str(one.video.resolve()), "start": START, "geofence": str(one.fence.resolve())}
            for one in cameras
        ],
        "rules": [
            {
                "id": f"{one.name}-{algorithm}",
                "algorithm": algorithm,
                "zones": [f"{one.name}/{zone}" for zone in zones],
                "cameras": [one.name],
                "dwell": f"{DWELL_S}s",
            }
            for one in cameras
            for algorithm, zones in one.rules
        ],
    }
    path = folder / "site.yaml"
    path.write_text(json.dumps(site, indent=1), encoding="utf-8")  # JSON is YAML
    return path


def print_row(row: Row) -> None:
    """Print what came of a scene."""
    wall_s, cpu_s = row.replay.wall_s, row.replay.cpu_s
    print(
        f"{row.scene}: {row.media_s / 3600:.2f} camera-hours in {wall_s:.0f} s, {row.media_s / wall_s:.1f} times real "
        f"time ({cpu_s:.0f} core-seconds: two free cores would take {row.media_s / cpu_s * JOBS:.1f} times real time); "
        f"{row.told['events']} events, {row.told['looks']} looks, {row.told['network_looks']} by the network",
        flush=True,
    )


def print_peer(row: Row, cameras: Iterable[Watched]) -> None:
    """Let the usual loop see each clip once, and print what it would take for all."""
    each_s = [usual_s(camera) for camera in cameras]
    cpu_s = sum(each_s) / len(each_s) * row.media_s
    times = row.media_s / cpu_s * JOBS
    print(
        f"{'':{len(row.scene)}}  usual loop: {cpu_s:.0f} core-seconds, {times:.1f} times real time on two free cores; "
        f"{cpu_s / row.replay.cpu_s:.1f} times as much",
        flush=True,
    )


if __name__ == "__main__":
    main()
