"""Cameras that flap for half an hour: memory, threads and file handles must stay level.

    python -m benchmarks.soak [--minutes 30] [--out bench-out]

The cameras are streams of a real RTSP server (GStreamer's, tests/rtsp). Some stay; of the others the server is killed
and started again, falls silent while its connections stay, or loses its paths, round after round; and some are never
there: a closed port, and one that takes connections and never answers. Needs what `.ci/run` installs.
"""

import argparse
import json
import shutil
import socket
from collections.abc import Callable, Iterator, Mapping, Sequence
from contextlib import ExitStack, contextmanager
from dataclasses import asdict, dataclass
from pathlib import Path

import numpy as np

from benchmarks.live_cost import read_moment, running
from benchmarks.metrics_page import Page, free_port
from benchmarks.processes import Usage
from pipeline.runtime.clock import sleep, stopwatch
from tests.rtsp.server import Pattern, RtspServer

STAYS, KILLED, SILENT, PATHLESS = "stays", "killed", "silent", "pathless"
CAMERAS_EACH = 3
STREAM = Pattern(width=640, height=360, fps=15, gop=30, kbit_per_s=512)
SAMPLE_EVERY_S = 2.0
ROUND_S = 60.0
WARM_UP_SHARE = 1 / 3
MOST_MIB_AN_HOUR = 30.0
"""Memory may creep by that much on twelve cameras: what is learnt of each scene, and the allocator's waste."""
SLACK = 2
"""Threads and handles: a connection may just be opening as they are counted."""
_FENCES = {
    "type": "FeatureCollection",
    "frame": "image",
    "features": [
        {
            "type": "Feature",
            "properties": {"id": id_, "name": id_, "category": category, "grid": "1", "responsible": "bench"},
            "geometry": {
                "type": "Polygon",
                "coordinates": [[[left, 0.4], [right, 0.4], [right, 1], [left, 1], [left, 0.4]]],
            },
        }
        for id_, category, left, right in (("lane", "fire_lane", 0.0, 0.5), ("kerb", "carriageway", 0.5, 1.0))
    ],
}


@dataclass(frozen=True, slots=True)
class Sample:
    """How the run was at one moment.

    Attributes:
        at_s: Since the first sample.
        usage: What it had taken.
    """

    at_s: float
    usage: Usage


@dataclass(frozen=True, slots=True)
class Soak:
    """What a soak came to.

    Attributes:
        samples: In order of time.
        page: What the run told at the end of the last round, when all that can be there is there again.
        stopped_in_s: How long it took to stop.
    """

    samples: Sequence[Sample]
    page: Page
    stopped_in_s: float

    def settled(self) -> Sequence[Sample]:
        """The samples after the warm-up."""
        from_s = self.samples[-1].at_s * WARM_UP_SHARE
        return [sample for sample in self.samples if sample.at_s >= from_s]

    def mib_an_hour(self) -> float:
        """Slope of the memory after the warm-up, by least squares."""
        settled = self.settled()
        slope = np.polyfit([s.at_s / 3600 for s in settled], [s.usage.own_mib for s in settled], 1)[0]
        return float(slope)

    def growth(self, of: Callable[[Usage], int]) -> int:
        """By how much the most of the last third is above the most of the third before."""
        settled = self.settled()
        middle = len(settled) // 2
        return max(of(s.usage) for s in settled[middle:]) - max(of(s.usage) for s in settled[:middle])

    def faults(self) -> list[str]:
        """What is not as it must be, a line each."""
        found = []
        if (slope := self.mib_an_hour()) > MOST_MIB_AN_HOUR:
            found.append(f"memory grows by {slope:.1f} MiB an hour (allowed: {MOST_MIB_AN_HOUR:g})")
        return found + self.leaks()

    def leaks(self) -> list[str]:
        """Of what must not grow at all, and what must be there at the end."""
        counted: Mapping[str, Callable[[Usage], int]] = {"threads": lambda u: u.threads, "handles": lambda u: u.handles}
        found = [
            f"{name} have grown by {grown} (allowed: {SLACK})"
            for name, of in counted.items() if (grown := self.growth(of)) > SLACK
        ]  # fmt: skip
        connected = self.page.by_camera["connected"]
        away = [camera for camera, value in connected.items() if not value and not camera.startswith("never")]
        if away:
            found.append(f"not back at the end: {', '.join(away)}")
        if failed := self.page.total("failed_looks"):
            found.append(f"{failed:.0f} looks failed")
        return found

    def reconnects(self) -> float:
        """How often a stream was there again."""
        return self.page.total("reconnects")


def soak(folder: Path, duration_s: float, round_s: float = ROUND_S) -> Soak:
    """Run the cameras for so long, a whole number of rounds.

    Args:
        folder: For the site; what is in it is lost.
        duration_s: How long.
        round_s: In each, every flapping server goes and comes back.

    Raises:
        RuntimeError: The run did not start, or did not end well.
    """
    shutil.rmtree(folder, ignore_errors=True)
    folder.mkdir(parents=True)
    port = free_port()
    with ExitStack() as stack:
        servers = {
            name: stack.enter_context(RtspServer({f"{name}{n}": STREAM for n in range(CAMERAS_EACH)}))
            for name in (STAYS, KILLED, SILENT, PATHLESS)
        }
        mute_port = stack.enter_context(_mute())
        site = _write_site(folder, servers, mute_port, port)
        with running(site, port) as pid:
            elapsed_s = stopwatch()
            samples: list[Sample] = []

            def go_on(until_s: float) -> None:
                while (left_s := until_s - elapsed_s()) > 0:
                    sleep(min(SAMPLE_EVERY_S, left_s))
                    samples.append(Sample(elapsed_s(), read_moment(pid, port).usage))

            for number in range(max(1, round(duration_s / round_s))):
                _round(servers, number * round_s, round_s, go_on)
            page = read_moment(pid, port).page
            stopping_s = stopwatch()
        return Soak(samples, page, stopping_s())


def _round(servers: Mapping[str, RtspServer], begin_s: float, round_s: float, go_on: Callable[[float], None]) -> None:
    """Every flapping server goes and comes back; a round has 50 s at least, for a silent one is missed after 20 s."""
    go_on(begin_s + 0.05 * round_s)
    servers[KILLED].kill()
    servers[PATHLESS].kill()
    servers[PATHLESS].start(without=[f"{PATHLESS}{n}" for n in range(CAMERAS_EACH)])
    servers[SILENT].halt()
    go_on(begin_s + 0.15 * round_s)
    servers[KILLED].start()
    go_on(begin_s + 0.3 * round_s)
    servers[PATHLESS].kill()
    servers[PATHLESS].start()
    go_on(begin_s + 0.6 * round_s)
    servers[SILENT].go_on()
    go_on(begin_s + round_s)


@contextmanager
def _mute() -> Iterator[int]:
    """A port that takes connections and never answers."""
    with socket.socket() as listener:
        listener.bind(("127.0.0.1", 0))
        listener.listen(128)
        port: int = listener.getsockname()[1]
        yield port


def _write_site(folder: Path, servers: Mapping[str, RtspServer], mute_port: int, port: int) -> Path:
    (folder / "fences.geojson").write_text(json.dumps(_FENCES), encoding="utf-8")
    urls = {
        f"{name}{n}": server.url(f"{name}{n}").reveal() for name, server in servers.items() for n in range(CAMERAS_EACH)
    }
    urls["never-answers"] = f"rtsp://127.0.0.1:{mute_port}/x"
    urls["never-there"] = f"rtsp://127.0.0.1:{free_port()}/x"
    rules = (("fire-lane", "fire_lane_blocked", "lane"), ("waste", "construction_waste", "kerb"))
    site = {
        "site": {"id": "soak", "timezone": "Asia/Shanghai"},
        "operation": {"listen": f"127.0.0.1:{port}"},
        "cameras": [{"id": id_, "source": url, "geofence": "fences.geojson"} for id_, url in urls.items()],
        "rules": [
            {"id": id_, "algorithm": algorithm, "zones": [f"{camera}/{zone}" for camera in urls], "dwell": "30s"}
            for id_, algorithm, zone in rules
        ],
    }
    path = folder / "site.yaml"
    path.write_text(json.dumps(site), encoding="utf-8")  # JSON is YAML
    return path


def main() -> None:
    """Run it, print a line a round, and what is wrong."""
    parser = argparse.ArgumentParser(description=__doc__, formatter_class=argparse.RawDescriptionHelpFormatter)
    parser.add_argument("--minutes", type=float, default=30.0)
    parser.add_argument("--out", type=Path, default=Path("bench-out"))
    options = parser.parse_args()
    result = soak(options.out / "soak", options.minutes * 60)
    told = {"samples": [asdict(sample) for sample in result.samples], "reconnects": result.reconnects()}
    (options.out / "soak.json").write_text(json.dumps(told, indent=1) + "\n", encoding="utf-8")
    per_minute = result.samples[:: round(ROUND_S / SAMPLE_EVERY_S)]
    for sample in per_minute:
        usage = sample.usage
        print(
            f"{sample.at_s / 60:5.1f} min {usage.own_mib:7.1f} MiB {usage.threads:4} threads {usage.handles:4} handles"
        )
    print(f"{result.reconnects():.0f} reconnections; {result.mib_an_hour():+.1f} MiB an hour after the first third;")
    print(f"stopped in {result.stopped_in_s:.1f} s")
    for fault in result.faults():
        print(f"FAULT: {fault}")
    raise SystemExit(1 if result.faults() else 0)


if __name__ == "__main__":
    main()
