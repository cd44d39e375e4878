"""Cameras that keep their steps in one outbox at the same time, killed as they do: a program of its own.

Run as a program, for what forks must have no threads: `python -m tests.alerts.killed_cameras STATE KILLS SEED`. Each
camera is a thread that goes on from its checkpoint: a step is one numbered message and the checkpoint after it. Once a
step is kept, the camera says so. After each kill the outbox must hold what was said to be kept, and no half of a step.
Prints how many steps each camera has kept.
"""

import os
import re
import signal
import sys
import threading
from pathlib import Path

import numpy as np

from pipeline.alerts.checkpoint import Checkpoint
from pipeline.alerts.message import Alert
from pipeline.alerts.outbox import Outbox
from pipeline.observation import CameraId, MediaNs
from pipeline.runtime.clock import sleep
from tests.dispatch.samples import alert

CAMERAS = [CameraId(f"c{n}") for n in range(8)]


def go_on(outbox: Outbox, camera: CameraId, sample: Alert, said: int) -> None:
    number = kept(outbox, camera)
    while True:
        number += 1
        message = sample.model_copy(update={"id": f"{camera}-{number}"})
        outbox.append_step([message], Checkpoint(camera, MediaNs(number), b"%d" % number))
        os.write(said, f"{camera} {number}\n".encode())


def kept(outbox: Outbox, camera: CameraId) -> int:
    found = outbox.checkpoint(camera)
    return 0 if found is None else int(found.reasoning)


def child(state: Path, said: int) -> None:
    sample = alert("sample")
    with Outbox(state, lambda: 0) as outbox:
        threads = [threading.Thread(target=go_on, args=(outbox, camera, sample, said)) for camera in CAMERAS]
        for thread in threads:
            thread.start()
        for thread in threads:
            thread.join()


def lines_until_killed(state: Path, wait_s: float) -> list[str]:
    """What the cameras have said until their process was killed."""
    ours, theirs = os.pipe()
    pid = os.fork()
    if pid == 0:
        child(state, theirs)
        os._exit(1)
    os.close(theirs)
    with os.fdopen(ours, encoding="ascii") as said:
        first = said.readline()
        sleep(wait_s)
        os.kill(pid, signal.SIGKILL)
        os.waitpid(pid, 0)
        return [first, *said]


def main(state: Path, kills: int, seed: int) -> None:
    draw, told = np.random.default_rng(seed), dict.fromkeys(CAMERAS, 0)
    for _ in range(kills):
        for line in lines_until_killed(state, float(draw.uniform(0, 0.2))):
            # A kill may cut the last line.
            if match := re.fullmatch(r"(c\d+) (\d+)\n", line):
                told[CameraId(match[1])] = max(told[CameraId(match[1])], int(match[2]))
        with Outbox(state, lambda: 0) as outbox:
            events = [item.event for item in outbox.waiting(1_000_000)]
            for camera in CAMERAS:
                number = kept(outbox, camera)
                here = [event for event in events if event.startswith(f"{camera}-")]
                if number < told[camera] or here != [f"{camera}-{n + 1}" for n in range(number)]:
                    sys.exit(f"{camera}: {told[camera]} were kept, the checkpoint has {number}, the outbox {len(here)}")
    sys.stdout.write(" ".join(str(told[camera]) for camera in CAMERAS))


if __name__ == "__main__":
    main(Path(sys.argv[1]), int(sys.argv[2]), int(sys.argv[3]))
