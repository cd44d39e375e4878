"""How many cameras a core carries: `smart-alert run` on recordings at the pace of cameras.

    python -m benchmarks.capacity [--out bench-out] [--scene quiet ...] [--streams main] [--cameras 20] [--quick]

Scenes: `quiet` (nothing moves but noise and light), `busy` (a tenth of the cameras has traffic or something that
stands), `dwelling` (a car stands in the fire lane, a heap lies), `crossing` (traffic passes through the fences all the
time); `load` (as `dwelling`, with so many cameras that the machine is at work for 80 % of the time), `memory` (`quiet`
with 10 and with 40 cameras), `peer` (benchmarks/usual_loop.py). The clips are made the first time, see
benchmarks/scenes.py.

Nothing but the program works: it reads the files itself. Processor time counts, of all its threads; what it starts
(the embedded Redis) is told apart. Writes `capacity.json` beside the clips.
"""

import argparse
import json
import os
import platform
import shutil
import sys
from collections.abc import Iterable, Mapping, Sequence
from dataclasses import asdict, dataclass
from datetime import UTC, datetime
from pathlib import Path

from benchmarks.live_cost import Run, measure
from benchmarks.live_site_file import DWELL_S, write_site
from benchmarks.measured import cost_of
from benchmarks.metrics_page import free_port
from benchmarks.punctuality import punctuality, spread
from benchmarks.scenes import COPIES, Clip, clips, fences
from pipeline.observation import NS_PER_S
from pipeline.resources import data_folder
from pipeline.runtime.clock import wall_now_ns

SCENES = ("quiet", "busy", "dwelling", "crossing", "load", "memory", "peer")
STREAMS = ("main", "sub")
CAMERAS = {"quiet": 30, "busy": 30, "dwelling": 20, "crossing": 8}
"""Not so many that the machine is overloaded: then the looks that are not made would make it look cheap."""
MEMORY_CAMERAS = (10, 40)
LOAD_SHARE = 0.8
WARM_UP_S, MEASURED_S = 60.0, 60.0
QUICK_S = 15.0
LOAD_WARM_UP_S = 120.0
"""At the start every camera wants the network at once, which takes a while to pass where there are many."""
BUSY_EVERY = 10
_STRIDE = 7
"""Neighbours in the list of cameras begin far from one another in the round."""


@dataclass(frozen=True, slots=True)
class Row:
    """One line of the table; see `capacity.json`.

    Attributes:
        scene: Which.
        streams: `main`, or `sub`: both, of which the small one is analysed.
        cameras: How many.
        core_ms: Milliseconds of processor time per second of one camera's stream.
        redis_core_ms: The same, of the embedded Redis.
        cores: How many cores were at work.
        cameras_a_core: 1000 / `core_ms`.
        keyframes: Decoded alone, per stream-second.
        pictures: Decoded with all before them, per stream-second.
        looks: Per stream-second.
        passes: Of the network, per stream-second.
        achieved: Share of the looks that the rules need.
        dropped: Pictures thrown away, per stream-second.
        due: Events that had to be raised in the measured time.
        missed: Of those, not raised.
        wrong: Raised, and not due.
        latency_s: From capture to Redis: percentiles.
        lateness_s: From the end of the dwell in truth to the picture that raised it: percentiles.
        mib: Memory at the end, the embedded Redis included.
    """

    scene: str
    streams: str
    cameras: int
    core_ms: float
    redis_core_ms: float
    cores: float
    cameras_a_core: float
    keyframes: float
    pictures: float
    looks: float
    passes: float
    achieved: float
    dropped: float
    due: int
    missed: int
    wrong: int
    latency_s: Mapping[str, float]
    lateness_s: Mapping[str, float]
    mib: float


class Bench:
    """Runs scenes. Remembers the rows so far."""

    def __init__(self, out: Path, clips_in: Path, warm_up_s: float, measured_s: float) -> None:
        self.rows: list[Row] = []
        self._out, self._clips_in, self._warm_up_s, self._measured_s = out, clips_in, warm_up_s, measured_s

    def run(self, scene: str, streams: str, n_cameras: int) -> Row:
        """Run one scene, and tell how it went."""
        shown = self._shown("dwelling" if scene == "load" else "quiet" if scene == "memory" else scene, n_cameras)
        folder = self._out / f"{scene}-{streams}-{n_cameras}"
        shutil.rmtree(folder, ignore_errors=True)
        port = free_port()
        site = write_site(folder, shown, with_sub=streams == "sub", port=port)
        warm_up_s = max(self._warm_up_s, LOAD_WARM_UP_S) if scene == "load" else self._warm_up_s
        run = measure(site, port, warm_up_s=warm_up_s, measured_s=self._measured_s)
        row = row_of(scene, streams, run, shown)
        self.rows.append(row)
        print(line_of(row), flush=True)
        return row

    def _shown(self, scene: str, n_cameras: int) -> list[Clip]:
        if scene != "busy":
            return self._clips(scene, n_cameras)
        shown = self._clips("quiet", n_cameras)
        busy = [clip for pair in zip(*map(self._copies, ("crossing", "dwelling")), strict=True) for clip in pair]
        for place, number in enumerate(range(BUSY_EVERY // 2, n_cameras, BUSY_EVERY)):
            shown[number] = busy[place * _STRIDE % len(busy)]
        return shown

    def _clips(self, scene: str, n_cameras: int) -> list[Clip]:
        copies = self._copies(scene)
        return [copies[number * _STRIDE % COPIES] for number in range(n_cameras)]

    def _copies(self, scene: str) -> list[Clip]:
        return clips(scene, self._clips_in, lambda text: print(text, file=sys.stderr))

    def peer(self) -> float:
        """Core-milliseconds per stream-second of the usual loop, on the clip with traffic."""
        clip = self._copies("crossing")[0]
        program = [sys.executable, str(Path(__file__).with_name("usual_loop.py")), str(clip.main)]
        network = data_folder("models") / "yolov8n.onnx"
        cost = cost_of([*program, str(network), json.dumps(fences()[0]), str(DWELL_S)])
        return cost.cpu_s / clip.scene.round_s * 1000


def row_of(scene: str, streams: str, run: Run, shown: Sequence[Clip]) -> Row:
    """What a run amounts to, per second of one camera's stream."""
    stream_s = run.wall_s * len(shown)
    first, last = run.first.page, run.last.page

    def rate(family: str, label: str = "") -> float:
        """How fast a counter rose; of the labels that hold a word."""
        now, before = last.by_label.get(family, {}), first.by_label.get(family, {})
        return sum(value - before.get(key, 0.0) for key, value in now.items() if label in key) / stream_s

    def passes(family: str) -> float:
        return last.process.get(family, 0.0) - first.process.get(family, 0.0)

    own_s = run.last.usage.own_s - run.first.usage.own_s
    punctual = punctuality(run, shown)
    return Row(
        scene=scene,
        streams=streams,
        cameras=len(shown),
        core_ms=own_s / stream_s * 1000,
        redis_core_ms=(run.last.usage.started_s - run.first.usage.started_s) / stream_s * 1000,
        cores=own_s / run.wall_s,
        cameras_a_core=stream_s / own_s,
        keyframes=rate("pictures_decoded", "keyframe"),
        pictures=rate("pictures_decoded", "full"),
        looks=rate("analysis_latency_seconds_count"),
        passes=passes("detector_pictures") / stream_s,
        achieved=last.mean("looks_achieved_ratio"),
        dropped=rate("dropped"),
        due=punctual.due,
        missed=punctual.missed,
        wrong=punctual.wrong,
        latency_s=spread(punctual.latency_s),
        lateness_s=spread(punctual.lateness_s),
        mib=run.last.usage.own_mib + run.last.usage.started_mib,
    )


_HEADING = (
    f"{'scene':9} {'streams':7} {'cameras':>7} {'core-ms/s':>9} {'redis':>6} {'cores':>5} {'a core':>6} {'keys/s':>6}"
    f" {'pict./s':>7} {'looks/s':>7} {'nets/s':>6} {'share':>5} {'due':>4} {'miss':>4} {'wrong':>5}"
    f" {'latency p50/p95/p99':>20} {'lateness p50/p95/p99':>21} {'MiB':>6}"
)


def line_of(row: Row) -> str:
    """A row as a line of the table."""
    return (
        f"{row.scene:9} {row.streams:7} {row.cameras:7} {row.core_ms:9.1f} {row.redis_core_ms:6.2f} {row.cores:5.2f}"
        f" {row.cameras_a_core:6.1f} {row.keyframes:6.2f} {row.pictures:7.2f} {row.looks:7.2f} {row.passes:6.2f}"
        f" {row.achieved:5.2f} {row.due:4} {row.missed:4} {row.wrong:5} {_shown_spread(row.latency_s):>20}"
        f" {_shown_spread(row.lateness_s):>21} {row.mib:6.0f}"
    )


def _shown_spread(values: Mapping[str, float]) -> str:
    return "/".join(f"{value:.2f}" for value in values.values()) or "-"


def main() -> None:
    """Run what was asked for, print the table, write the figures."""
    options = _options()
    measured_s = QUICK_S if options.quick else options.seconds
    warm_up_s = QUICK_S if options.quick else options.warm_up
    bench = Bench(options.out, options.clips or options.out / "clips", warm_up_s, measured_s)
    print(_HEADING)
    figures: dict[str, float] = {}
    for scene in options.scene:
        for streams in options.streams if scene != "peer" else ("main",):
            figures.update(_figures(bench, scene, streams, options.cameras))
            _write(options.out / "capacity.json", bench.rows, figures)
    for name, value in figures.items():
        print(f"{name}: {value:.1f}")


def _write(path: Path, rows: Sequence[Row], figures: Mapping[str, float]) -> None:
    machine = {"cores": os.cpu_count() or 0, "processor": _processor(), "python": platform.python_version()}
    now = datetime.fromtimestamp(wall_now_ns() / NS_PER_S, UTC).isoformat(timespec="seconds")
    told = {"at": now, "machine": machine, "rows": [asdict(row) for row in rows], "figures": figures}
    path.write_text(json.dumps(told, indent=1) + "\n", encoding="utf-8")


def _figures(bench: Bench, scene: str, streams: str, n_cameras: int | None) -> Mapping[str, float]:
    """Run a scene; the figures that come of more than one row."""
    if scene == "peer":
        return {"peer, core-ms/s": bench.peer()}
    if scene == "memory":
        few, many = (bench.run(scene, streams, n) for n in MEMORY_CAMERAS)
        slope = (many.mib - few.mib) / (many.cameras - few.cameras)
        return {f"memory, {streams}, MiB a camera": slope}
    if scene == "load":
        n_cameras = n_cameras or _at_load(bench.rows, streams)
        if n_cameras is None:
            n_cameras = _at_load([bench.run("dwelling", streams, CAMERAS["dwelling"])], streams)
    bench.run(scene, streams, n_cameras or CAMERAS[scene])
    return {}


def _at_load(rows: Iterable[Row], streams: str) -> int | None:
    """How many dwelling cameras keep the machine at work for 80 % of the time; None where that is not known yet."""
    cores = LOAD_SHARE * (os.cpu_count() or 1)
    costs = [row.core_ms + row.redis_core_ms for row in rows if (row.scene, row.streams) == ("dwelling", streams)]
    return round(cores * 1000 / costs[-1]) if costs else None


class _Options(argparse.Namespace):
    out: Path
    clips: Path | None
    scene: list[str]
    streams: list[str]
    cameras: int | None
    warm_up: float
    seconds: float
    quick: bool


def _options() -> _Options:
    parser = argparse.ArgumentParser(description=__doc__, formatter_class=argparse.RawDescriptionHelpFormatter)
    parser.add_argument("--out", type=Path, default=Path("bench-out"), help="folder for the clips and the results")
    parser.add_argument("--clips", type=Path, help="folder for the clips alone: in memory, where the disk is slow")
    parser.add_argument("--scene", nargs="+", choices=SCENES, default=SCENES)
    parser.add_argument("--streams", nargs="+", choices=STREAMS, default=STREAMS)
    parser.add_argument("--cameras", type=int, help="how many; otherwise as the scene needs")
    parser.add_argument("--warm-up", type=float, default=WARM_UP_S, metavar="SECONDS")
    parser.add_argument("--seconds", type=float, default=MEASURED_S, help="measured after that")
    parser.add_argument("--quick", action="store_true", help=f"{QUICK_S:g} s of each: for a first impression")
    return parser.parse_args(namespace=_Options())


def _processor() -> str:
    for line in Path("/proc/cpuinfo").read_text(encoding="utf-8").splitlines():
        if line.startswith("model name"):
            return line.partition(":")[2].strip()
    return platform.processor()


if __name__ == "__main__":
    main()
