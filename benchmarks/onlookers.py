"""What it costs to look on: `python -m benchmarks.onlookers --out onlookers`.

Runs a site of quiet cameras, once on their 1080p streams alone and once with sub-streams, and asks it for pictures as
the console's wall does: nobody looks, all cameras on the wall, one camera in full, nobody again.
"""

import argparse
import os
import shutil
from collections import Counter
from collections.abc import Sequence
from dataclasses import dataclass
from pathlib import Path

from benchmarks.live_cost import running
from benchmarks.live_site_file import camera_id, write_site
from benchmarks.metrics_page import free_port
from benchmarks.processes import usage
from benchmarks.scenes import clips
from pipeline.runtime.clock import sleep, stopwatch
from pipeline.runtime.run_line import RunLine, parsed

_EVERY_S = 0.33
_FORGOTTEN_S = 7.0
_NICENESS = 5
_TICKS_PER_S = os.sysconf("SC_CLK_TCK")


@dataclass(frozen=True, slots=True)
class Stretch:
    """What a stretch of time has cost.

    Attributes:
        core_ms: Of the whole run, a second.
        onlookers_ms: Of the thread that makes the pictures, a second.
        pictures_per_s: That each watched camera showed, on average; the least and the most.
        age_s: From capture to being handed over, in the camera's time: on average.
    """

    core_ms: float
    onlookers_ms: float
    pictures_per_s: tuple[float, float, float]
    age_s: float


class Watcher:
    """Asks a run. Remembers which pictures it has had."""

    def __init__(self, pid: int, line: RunLine, length_s: float) -> None:
        self._pid, self._line, self._length_s = pid, line, length_s

    def stretch(self, cameras: Sequence[str], *, is_full: bool = False) -> Stretch:
        """Look at these cameras for a while; at none: let it be."""
        had: dict[str, str] = {}
        shown: Counter[str] = Counter()
        ages_s: list[float] = []
        elapsed = stopwatch()
        before = usage(self._pid).own_s, self._onlookers_s()
        while (passed_s := elapsed()) < self._length_s:
            if cameras:
                answer = self._line.pictures(cameras, [had.get(one, "-") for one in cameras], is_full=is_full)
                for told in parsed(answer).told:
                    had[told.camera] = told.picture
                    shown[told.camera] += bool(told.n_bytes)
                    if told.n_bytes and told.taken_at is not None and told.media_now is not None:
                        ages_s.append((told.media_now - told.taken_at).total_seconds())
            sleep(max(0.0, _EVERY_S - (elapsed() - passed_s)))
        wall_s = elapsed()
        rates = [shown[one] / wall_s for one in cameras] or [0.0]
        return Stretch(
            core_ms=1000 * (usage(self._pid).own_s - before[0]) / wall_s,
            onlookers_ms=1000 * (self._onlookers_s() - before[1]) / wall_s,
            pictures_per_s=(sum(rates) / len(rates), min(rates), max(rates)),
            age_s=sum(ages_s) / max(1, len(ages_s)),
        )

    def _onlookers_s(self) -> float:
        """Of the one thread that gives way to all others."""
        for task in Path(f"/proc/{self._pid}/task").iterdir():
            fields = (task / "stat").read_text(encoding="utf-8").rpartition(")")[2].split()
            if int(fields[16]) == _NICENESS:
                return (int(fields[11]) + int(fields[12])) / _TICKS_PER_S
        return 0.0


def main() -> None:
    """Measure, and print a line for each stretch."""
    parser = argparse.ArgumentParser(description=__doc__)
    parser.add_argument("--out", type=Path, default=Path("onlookers"))
    parser.add_argument("--cameras", type=int, default=16)
    parser.add_argument("--seconds", type=float, default=20.0)
    options = parser.parse_args()
    out = Path(options.out)
    shown = clips("quiet", out / "clips", print)[: int(options.cameras)]
    names = [camera_id(number) for number in range(len(shown))]
    for streams in ("main", "sub"):
        folder = out / streams
        shutil.rmtree(folder, ignore_errors=True)
        port = free_port()
        site = write_site(folder, shown, with_sub=streams == "sub", port=port)
        with running(site, port) as pid:
            sleep(15.0)
            watcher = Watcher(pid, RunLine(folder / "state"), float(options.seconds))
            _tell(streams, "nobody", watcher.stretch([]))
            _tell(streams, f"{len(names)} on the wall", watcher.stretch(names))
            sleep(_FORGOTTEN_S)
            _tell(streams, "one in full", watcher.stretch(names[:1], is_full=True))
            sleep(_FORGOTTEN_S)
            _tell(streams, "nobody again", watcher.stretch([]))


def _tell(streams: str, what: str, stretch: Stretch) -> None:
    mean, least, most = stretch.pictures_per_s
    print(
        f"{streams:5} {what:16} {stretch.core_ms:7.1f} core-ms a second, {stretch.onlookers_ms:6.1f} for pictures; "
        f"{mean:.1f} pictures a second each ({least:.1f} to {most:.1f}), {stretch.age_s:.2f} s old",
        flush=True,
    )


if __name__ == "__main__":
    main()
