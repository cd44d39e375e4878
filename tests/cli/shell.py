"""`smart-alert` in a process of its own, as a shell starts it; and a site with the log of a car to give it."""

import os
import subprocess
import sys
import time
from collections.abc import Callable, Mapping, Sequence
from pathlib import Path

from pipeline.media.file_source import FileSource
from pipeline.observation import CameraId
from pipeline.replay.log import LogWriter
from tests.runtime.standing_car import START, Run, site_in, write_video

ROOT = Path(__file__).resolve().parents[2]
PROGRAM = (sys.executable, "-m", "pipeline")
_LONGEST_S = 120.0


def environment(**changes: str) -> Mapping[str, str]:
    """The shell's, with our package first."""
    return os.environ | {"PYTHONPATH": str(ROOT)} | changes


def smart_alert(
    *arguments: str | Path, largest_file_kib: int | None = None, longest_s: float = _LONGEST_S
) -> subprocess.CompletedProcess[str]:
    """Run it to its end.

    Args:
        arguments: Of the command line.
        largest_file_kib: A file that grows beyond is refused as on a full disk.
        longest_s: It is killed after so long.
    """
    command: Sequence[str] = [*PROGRAM, *map(str, arguments)]
    if largest_file_kib is not None:
        command = ["bash", "-c", f'ulimit -f {largest_file_kib} && exec "$@"', "bash", *command]
    return subprocess.run(command, capture_output=True, text=True, check=False, env=environment(), timeout=longest_s)


def started(*arguments: str | Path) -> subprocess.Popen[str]:
    """Start it."""
    return subprocess.Popen(
        [*PROGRAM, *map(str, arguments)],
        stdout=subprocess.PIPE,
        stderr=subprocess.PIPE,
        stdin=subprocess.DEVNULL,
        text=True,
        env=environment(),
    )


def wait_until(holds: Callable[[], bool], longest_s: float = _LONGEST_S) -> None:
    for _ in range(round(longest_s / 0.02)):
        if holds():
            return
        time.sleep(0.02)
    raise AssertionError(f"not within {longest_s} s")


def site_with_log(folder: Path) -> tuple[Path, Path]:
    """A site of one camera, and the log of a car that stands before it from 2 to 9 s and is raised and cleared."""
    write_video(folder / "gate.mp4", 18.0, lambda t_s: 2.0 <= t_s < 9.0)
    site, run = site_in(folder), Run()
    with FileSource.open(folder / "gate.mp4", START) as source:
        run.over(site, source)
    log = folder / "night.parquet"
    with LogWriter(log, CameraId("cam-0")) as writer:
        for entry in run.entries:
            writer.append(entry)
    return site.path, log


def files_in(folder: Path) -> Mapping[str, bytes]:
    """Every file below a folder, by its path there."""
    return {str(path.relative_to(folder)): path.read_bytes() for path in sorted(folder.rglob("*")) if path.is_file()}
