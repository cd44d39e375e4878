"""Runs that write a live log, in processes of their own: one to be killed, one whose disk gets full."""

import itertools
import os
import sys
from pathlib import Path

from pipeline.observation import NS_PER_S, CameraId, MediaNs, Tick
from pipeline.replay.live_log import LiveLog
from pipeline.replay.log import read_log

CAMERA = CameraId("gate")
DAY_NS = 86_400 * NS_PER_S
START = MediaNs(1_767_571_200 * NS_PER_S)
"""2026-01-05T00:00:00Z."""


def tick(t_s: float) -> Tick:
    """An entry, so many seconds from the start."""
    return Tick(MediaNs(START + round(t_s * NS_PER_S)))


def until_killed(folder: Path, from_s: int, every_s: int) -> None:
    """Log an entry every few seconds of media time, as fast as it goes; says how far it is."""
    log = LiveLog(folder, CAMERA, DAY_NS)
    for n in itertools.count():
        log.append(tick(from_s + n * every_s))
        os.write(1, b"%0120d\n" % (from_s + n * every_s))


def on_full_disk(folder: Path) -> None:
    """Log over three hours; the disk is full from the end of the first to the middle of the second.

    Prints the fault while it is full, how many entries were not logged, and how many can be read afterwards.
    """
    log, ballast, appended = LiveLog(folder, CAMERA, DAY_NS), folder / "ballast", 0
    for t_s in range(0, 3 * 3600, 2):
        if t_s == 3500:
            fill(ballast)
        if t_s == 5400:
            sys.stdout.write(f"{log.fault}\n")
            ballast.unlink()
        log.append(tick(t_s))
        appended += 1
    log.close()
    found = list(read_log(folder / CAMERA))
    sys.stdout.write(f"{log.unlogged}\n{appended - len(found)}\n{log.fault}\n")
    sys.stdout.write(f"{sorted({path.suffix for path in (folder / CAMERA).glob('*/*')})}\n")


def fill(ballast: Path) -> None:
    """Take all the room there is."""
    with ballast.open("wb", buffering=0) as file:
        try:
            while True:
                file.write(bytes(4096))
        except OSError:
            return
