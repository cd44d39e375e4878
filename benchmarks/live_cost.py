"""Runs `smart-alert run` and measures it: processor, memory, looks, and what it raised when."""

import os
import signal
import subprocess
import sys
from collections.abc import Callable, Iterator, Mapping, Sequence
from contextlib import contextmanager
from dataclasses import dataclass
from pathlib import Path

from benchmarks.live_site_file import START_S
from benchmarks.metrics_page import Page, is_ready, read_page
from benchmarks.processes import Usage, usage
from pipeline.alerts.entry_id import NO_ENTRY
from pipeline.alerts.message import parse
from pipeline.alerts.reader import AlertReader, Received
from pipeline.alerts.site_delivery import site_server
from pipeline.config.load import load_site
from pipeline.observation import NS_PER_S
from pipeline.runtime.clock import sleep, stopwatch, wall_now_ns

_PATIENCE_S = 120.0
_LAST_WORDS = 2000
_MS_PER_S = 1000


@dataclass(frozen=True, slots=True)
class Raised:
    """One event as it was raised.

    Attributes:
        camera: Which.
        rule: Which.
        at_s: The picture that raised it: seconds of media time since the recording's start.
        latency_s: From that picture's capture to the moment at which Redis took the message.
    """

    camera: str
    rule: str
    at_s: float
    latency_s: float


@dataclass(frozen=True, slots=True)
class Moment:
    """One reading of a run.

    Attributes:
        wall_s: The machine's clock, seconds since 1970.
        usage: What it has taken.
        page: What it tells.
    """

    wall_s: float
    usage: Usage
    page: Page

    def media_s(self) -> Mapping[str, float]:
        """Seconds since the recording's start, by camera."""
        return {
            camera: self.wall_s + offset_s - START_S
            for camera, offset_s in self.page.by_camera["clock_offset_seconds"].items()
        }


@dataclass(frozen=True, slots=True)
class Run:
    """One run from the end of its warm-up on.

    Attributes:
        first: At the end of the warm-up.
        last: At the end.
        raised: All that was ever raised.
    """

    first: Moment
    last: Moment
    raised: Sequence[Raised]

    @property
    def wall_s(self) -> float:
        """How long was measured."""
        return self.last.wall_s - self.first.wall_s


def measure(site_file: Path, port: int, *, warm_up_s: float, measured_s: float) -> Run:
    """Run a site, and measure it from the end of its warm-up on.

    Raises:
        RuntimeError: It did not start, or did not end well; its last words are in the message.
    """
    with running(site_file, port) as pid:
        sleep(warm_up_s)
        first = read_moment(pid, port)
        sleep(measured_s)
        last = read_moment(pid, port)
    return Run(first, last, _raised(site_file, last.page.by_camera["clock_offset_seconds"]))


def read_moment(pid: int, port: int) -> Moment:
    """How a run is doing now."""
    return Moment(wall_now_ns() / NS_PER_S, usage(pid), read_page(port))


@contextmanager
def running(site_file: Path, port: int, environment: Mapping[str, str] | None = None) -> Iterator[int]:
    """A run for as long as the block lasts; gives its process id once every camera has been tried.

    Args:
        site_file: Of what.
        port: Of its metrics.
        environment: Variables beside this process' own.

    Raises:
        RuntimeError: It did not start, or did not end well; its last words are in the message.
    """
    log = site_file.with_name("run.log")
    command = [sys.executable, "-m", "pipeline", "run", str(site_file), "--pace", "realtime", "--log-level", "warning"]
    with log.open("wb") as said:
        program = subprocess.Popen(
            command, stdout=subprocess.DEVNULL, stderr=said, env={**os.environ, **(environment or {})}
        )
        try:
            _wait(lambda: program.poll() is not None or is_ready(port))
            if program.poll() is None:
                yield program.pid
        finally:
            program.send_signal(signal.SIGTERM)
            program.wait(_PATIENCE_S)
    if program.returncode != 0:
        last_words = log.read_text(encoding="utf-8")[-_LAST_WORDS:]
        raise RuntimeError(f"{site_file}: the run ended with code {program.returncode}: {last_words}")


def _wait(is_over: Callable[[], bool]) -> None:
    elapsed_s = stopwatch()
    while not is_over():
        if elapsed_s() > _PATIENCE_S:
            raise RuntimeError(f"the run did not become ready in {_PATIENCE_S:g} s")
        sleep(0.2)


def _raised(site_file: Path, offset_s_by_camera: Mapping[str, float]) -> list[Raised]:
    site = load_site(site_file, os.environ)
    with site_server(site, sleep) as server:
        entries = list(AlertReader(server, site.redis.stream).since(NO_ENTRY))
    return [raised for entry in entries for raised in _as_raised(entry, offset_s_by_camera)]


def _as_raised(entry: Received, offset_s_by_camera: Mapping[str, float]) -> Iterator[Raised]:
    alert = parse(entry.line)
    if alert.state.value != "raised" or alert.camera is None:
        return
    offset_s = offset_s_by_camera.get(alert.camera.id)
    if offset_s is None:
        return
    at_s = alert.raised_at.timestamp()
    sent_s = entry.entry.ms / _MS_PER_S
    yield Raised(alert.camera.id, alert.rule or alert.fault or "", at_s - START_S, sent_s - (at_s - offset_s))
