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


def sleep(duration_s: float) -> None:
    """Wait."""
    time.sleep(duration_s)
