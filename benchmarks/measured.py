"""Runs one program to its end and says what it cost."""

import os
import subprocess
import tempfile
from collections.abc import Sequence
from dataclasses import dataclass

from pipeline.runtime.clock import stopwatch


@dataclass(frozen=True, slots=True)
class Cost:
    """What one run took, with everything that it started and waited for.

    Attributes:
        cpu_s: Seconds of user and system time, start-up included.
        wall_s: Seconds from start to end.
        peak_mib: Largest resident set, MiB.
        output: What it wrote to stdout.
    """

    cpu_s: float
    wall_s: float
    peak_mib: float
    output: str


def pin_to_one_core() -> None:
    """Keep this process and all that it starts on one core: the costs then are those of one core at work."""
    os.sched_setaffinity(0, {max(os.sched_getaffinity(0))})


def cost_of(command: Sequence[str]) -> Cost:
    """Run a command and measure it.

    Raises:
        subprocess.CalledProcessError: It ended with another code than 0.
    """
    with tempfile.TemporaryFile() as output:
        elapsed = stopwatch()
        child = subprocess.Popen(command, stdout=output)
        _, status, usage = os.wait4(child.pid, 0)
        wall_s = elapsed()
        child.returncode = os.waitstatus_to_exitcode(status)
        if child.returncode != 0:
            raise subprocess.CalledProcessError(child.returncode, command)
        output.seek(0)
        # Linux counts the resident set in KiB.
        return Cost(usage.ru_utime + usage.ru_stime, wall_s, usage.ru_maxrss / 1024, output.read().decode())
