"""An outbox on a disk that gets full, refuses, and has room again; in a process of its own."""

import itertools
import os
import resource
import signal
import sys
from pathlib import Path

from pipeline.alerts.checkpoint import Checkpoint
from pipeline.alerts.message import parse
from pipeline.alerts.outbox import Outbox
from pipeline.errors import StateError
from pipeline.observation import CameraId, MediaNs

GATE = CameraId("gate")
MOST_REFUSALS = 4


def fill_and_free(folder: Path, how: str, line: str) -> None:
    """Keep steps until some were refused; then make room and keep some more.

    Args:
        folder: Of the outbox.
        how: `disk`: it lies on a small disk, which is filled; `limit`: files may grow no further for a while.
        line: A message.

    Prints the refusals, the events that are kept, and time and state of the checkpoint; parts parted by `|`.
    """
    signal.signal(signal.SIGXFSZ, signal.SIG_IGN)
    template, refusals, kept_after = parse(line), list[str](), 0
    ballast = folder / "ballast"
    with Outbox(folder / "state", lambda: 0) as outbox:
        for n in itertools.count():
            if n == 20:
                fill(ballast) if how == "disk" else limit(20_000 + (folder / "state/outbox.sqlite-wal").stat().st_size)
            if len(refusals) >= MOST_REFUSALS:
                ballast.unlink(missing_ok=True)
                limit(resource.RLIM_INFINITY)
                kept_after += 1
            number = len(outbox.waiting(100_000))
            alerts = [template.model_copy(update={"id": f"e{number + more}"}) for more in range(3)]
            checkpoint = Checkpoint(GATE, MediaNs(number + 2), b"%d" % number * 3000)
            try:
                outbox.append_step(alerts, checkpoint)
                outbox.save([Checkpoint(GATE, MediaNs(checkpoint.t), b"not later: left out")])
            except StateError as error:
                refusals.append(str(error))
                if len(outbox.waiting(100_000)) != number:
                    sys.exit("half a step was kept")
            if kept_after == 10:
                break
        found = outbox.checkpoint(GATE)
        events = [item.event for item in outbox.waiting(100_000)]
    assert found is not None
    is_whole = found.reasoning == b"%d" % (found.t - 2) * 3000
    for parts in (refusals, events, [str(found.t), "whole" if is_whole else "damaged"]):
        sys.stdout.write("|".join(parts) + "\n")


def fill(ballast: Path) -> None:
    """Take all room but a few pages."""
    with ballast.open("wb", buffering=0) as file:
        try:
            while True:
                file.write(bytes(1024))
        except OSError:
            os.truncate(ballast, max(0, ballast.stat().st_size - 48 * 1024))


def limit(size: int) -> None:
    """How large a file may become from now on."""
    resource.setrlimit(resource.RLIMIT_FSIZE, (size, resource.RLIM_INFINITY))
