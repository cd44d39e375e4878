"""The one module that reads a clock."""

import time
from collections.abc import Callable


def stopwatch() -> Callable[[], float]:
    """Start measuring; every call of the result tells the seconds since, of a clock that is never put back."""
    started_s = time.perf_counter()
    return lambda: time.perf_counter() - started_s


def wall_now_ns() -> int:
    """Nanoseconds since 1970-01-01 UTC by the machine's clock: for transport (when was it sent), never for events."""
    return time.time_ns()


def steady_clock() -> Callable[[], int]:
    """A clock that shows the machine's time now and is never put forward or back afterwards.

    Returns:
        Tells nanoseconds since 1970-01-01 UTC, each answer at least the one before: when a packet of a live camera
        arrived. A machine whose clock is corrected later keeps its error until the next start; the cameras' own
        clocks are followed where they report theirs.
    """
    wall_ns, since_ns = time.time_ns(), time.monotonic_ns()
    return lambda: wall_ns + time.monotonic_ns() - since_ns


def sleep(duration_s: float) -> None:
    """Wait."""
    time.sleep(duration_s)


def thread_cpu_s() -> float:
    """Processor time that the calling thread has taken, seconds."""
    return time.thread_time()
