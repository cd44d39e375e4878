"""`smart-alert run`: every camera of a site into its stream."""

import math
import os
import signal
import threading
from collections import deque
from pathlib import Path
from types import FrameType, TracebackType
from typing import Self

import click

from pipeline.alerts.delivery import Reached
from pipeline.alerts.evidence import EvidenceFolder
from pipeline.alerts.site_delivery import site_delivery
from pipeline.cli.progress import FootageProgress
from pipeline.cli.telling import Teller
from pipeline.config.duration import parse_duration
from pipeline.config.load import load_site
from pipeline.config.resolved import RecordedSource, Site
from pipeline.config.vocabulary import load_vocabulary
from pipeline.errors import StreamError, UsageError
from pipeline.observation import seconds
from pipeline.runtime.clock import sleep, stopwatch, wall_now_ns
from pipeline.runtime.events_log import LogFormat, LogLevel, stderr_log
from pipeline.runtime.eyes import load_detector
from pipeline.runtime.live_run import LiveCall, Wake, run_live
from pipeline.runtime.pump import Pump
from pipeline.runtime.recordings import Tools, recordings_of, run_recordings


@click.command
@click.argument("site_file", metavar="SITE.yaml", type=click.Path(path_type=Path))
@click.option("--once", is_flag=True, help="Stop when every recording has come to its end.")
@click.option(
    "--pace",
    type=click.Choice(["realtime", "max"]),
    help="Recordings as they were recorded, or as fast as it goes. Default: max with --once, else realtime.",
)
@click.option("--duration", metavar="TIME", help="Stop after so long, such as 60s or 5m.")
@click.option("--json", "as_json", is_flag=True, help="Messages on stdout as JSON, one a line.")
@click.option(
    "--log-format",
    type=click.Choice([one.value for one in LogFormat]),
    default=LogFormat.TEXT.value,
    help="Of events on stderr.",
)
@click.option(
    "--log-level",
    type=click.Choice([one.value for one in LogLevel]),
    default=LogLevel.INFO.value,
    help="From which on events are told.",
)
def command(
    site_file: Path,
    *,
    once: bool,
    pace: str | None,
    duration: str | None,
    as_json: bool,
    log_format: str,
    log_level: str,
) -> None:
    """Watch every camera of a site; alerts go to its stream, evidence and logs to its state folder.

    Runs until it is told to stop (Ctrl-C, SIGTERM), within five seconds; SIGHUP: the site file is read again.
    """
    site = load_site(site_file, os.environ)
    if (pace or ("max" if once else "realtime")) == "max":
        _refuse_live(site, duration)
        _run_recordings(site, as_json=as_json)
        return
    events = stderr_log(LogFormat(log_format), LogLevel(log_level), wall_now_ns)
    call = LiveCall(
        site,
        load_vocabulary(),
        (Teller(site.timezone, as_json=as_json),),
        _duration_s(duration),
        ends_with_recordings=once,
        read_again=lambda: load_site(site_file, os.environ),
    )
    with events.taking_logging(), _Signals() as signals:
        run_live(call, signals, events)


class _Signals:
    """Rings when the process is told to stop or to read its site file again. Remembers what it was told."""

    def __init__(self) -> None:
        self._told: deque[Wake] = deque()
        self._rung = threading.Event()
        self._wake_by_signal = {
            signal.SIGTERM: Wake.STOP,
            signal.SIGINT: Wake.STOP,
            signal.SIGHUP: Wake.RELOAD,
        }

    def __enter__(self) -> Self:
        self._before = {number: signal.signal(number, self._ring) for number in self._wake_by_signal}
        return self

    def __exit__(
        self, kind: type[BaseException] | None, error: BaseException | None, trace: TracebackType | None
    ) -> None:
        for number, handler in self._before.items():
            signal.signal(number, handler)

    def wait(self, longest_s: float) -> Wake:
        """Wait for a word from outside, at most so long."""
        self._rung.wait(longest_s)
        self._rung.clear()
        return self._told.popleft() if self._told else Wake.NOTHING

    def _ring(self, number: int, _frame: FrameType | None) -> None:
        self._told.append(self._wake_by_signal[signal.Signals(number)])
        self._rung.set()


def _duration_s(text: str | None) -> float:
    if text is None:
        return math.inf
    try:
        return seconds(parse_duration(text))
    except ValueError as error:
        raise UsageError(f"--duration: no duration (got {text!r}, allowed: {error})") from error


def _refuse_live(site: Site, duration: str | None) -> None:
    """What has no end cannot be run as fast as it goes."""
    if duration is not None:
        raise UsageError("--duration: only at --pace realtime (recordings as fast as they go end by themselves)")
    recordings_of(site)
    for camera in site.cameras:
        if isinstance(camera.source, RecordedSource) and camera.source.loop:
            raise UsageError(f"camera {camera.id}: loops for ever; only at --pace realtime")


def _run_recordings(site: Site, *, as_json: bool) -> None:
    vocabulary = load_vocabulary()
    detector = load_detector(site, vocabulary)
    keeper = EvidenceFolder(site.state, site.timezone, vocabulary.titles, absolute=True)
    elapsed = stopwatch()
    with site_delivery(site, wall_now_ns, sleep, at_once=False) as delivery, FootageProgress() as bars:
        teller = Teller(site.timezone, as_json=as_json)
        tools = Tools(detector, vocabulary, keeper, (delivery, teller), site.state / "log")
        with Pump(delivery) as pump:
            summaries = run_recordings(site, tools, bars)
    media_s = seconds(sum(summary.media_ns for summary in summaries.values()))
    raised = sum(summary.raised for summary in summaries.values())
    for camera_id, summary in summaries.items():
        if summary.damage:
            click.echo(f"camera {camera_id}: damage met and survived: {summary.damage}", err=True)
    wall_s = elapsed()
    click.echo(f"{raised} events on {len(summaries)} cameras; {media_s:.1f} s of footage in {wall_s:.1f} s", err=True)
    if pump.last.reached is not Reached.ALL_SENT:
        raise StreamError(
            f"{pump.last.fault}; the alerts it has not had are kept in {site.state}, and the next run sends them"
        )
