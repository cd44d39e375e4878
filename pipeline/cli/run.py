"""`smart-alert run`: every camera of a site into its stream."""

import math
import os
from pathlib import Path

import click

from pipeline.alerts.delivery import Reached
from pipeline.alerts.site_delivery import site_delivery
from pipeline.cli.progress import FootageProgress
from pipeline.cli.telling import Teller
from pipeline.config.duration import parse_duration
from pipeline.config.load import load_site
from pipeline.config.resolved import RecordedSource, Site
from pipeline.config.vocabulary import load_vocabulary
from pipeline.errors import StreamError, UsageError
from pipeline.observation import seconds
from pipeline.runtime.class_lack import refuse_lack
from pipeline.runtime.clock import sleep, steady_clock, stopwatch, wall_now_ns
from pipeline.runtime.early_words import early_words
from pipeline.runtime.events_log import LogFormat, LogLevel, stderr_log
from pipeline.runtime.evidence_chores import site_keeper, site_store
from pipeline.runtime.evidence_gate import EvidenceGate
from pipeline.runtime.eyes import load_detector
from pipeline.runtime.live_run import LiveCall, run_live
from pipeline.runtime.metrics import Metrics
from pipeline.runtime.networks import load_beside, read_networks, with_scores
from pipeline.runtime.pump import Pump
from pipeline.runtime.recordings import Tools, run_recordings
from pipeline.runtime.signals import Signals


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
    site = _able_site(site_file)
    if (pace or ("max" if once else "realtime")) == "max":
        _refuse_at_max(site, duration, "only without --once" if once else "only at --pace realtime")
        _forget_early_words()
        _run_recordings(site, as_json=as_json)
        return
    if once:
        _refuse_endless(site, "only without --once")
    events = stderr_log(LogFormat(log_format), LogLevel(log_level), wall_now_ns)
    call = LiveCall(
        site,
        load_vocabulary(),
        (Teller(site.timezone, as_json=as_json),),
        _duration_s(duration),
        ends_with_recordings=once,
        read_again=lambda: _able_site(site_file),
    )
    with events.taking_logging(), Signals() as signals:
        run_live(call, signals, events)


def _forget_early_words() -> None:
    """A run of recordings as fast as they go has no time to read its site again."""
    early = early_words()
    if early is not None:
        early.hand_back()


def _able_site(site_file: Path) -> Site:
    """The site, none of whose rules waits for what no network can tell."""
    site = load_site(site_file, os.environ)
    refuse_lack(site, load_vocabulary())
    return site


def _duration_s(text: str | None) -> float:
    if text is None:
        return math.inf
    try:
        return seconds(parse_duration(text))
    except ValueError as error:
        raise UsageError(f"--duration: no duration (got {text!r}, allowed: {error})") from error


def _refuse_at_max(site: Site, duration: str | None, allowed: str) -> None:
    if duration is not None:
        raise UsageError("--duration: only at --pace realtime (recordings as fast as they go end by themselves)")
    _refuse_endless(site, allowed)


def _refuse_endless(site: Site, allowed: str) -> None:
    for camera in site.cameras:
        if not isinstance(camera.source, RecordedSource):
            raise UsageError(f"camera {camera.id}: is live and has no end; {allowed}")
        if camera.source.loop:
            raise UsageError(f"camera {camera.id}: loops for ever; {allowed}")


def _run_recordings(site: Site, *, as_json: bool) -> None:
    vocabulary = load_vocabulary()
    networks = read_networks(site, vocabulary)
    site = with_scores(site, networks)
    detector, beside = load_detector(site, vocabulary), load_beside(site, networks)
    store = site_store(site)
    keeper = site_keeper(site, vocabulary.titles, store)
    elapsed = stopwatch()
    gate = EvidenceGate(keeper.root, steady_clock(), Metrics())
    with (
        site_delivery(site, wall_now_ns, sleep, at_once=False, ready=gate.ready) as delivery,
        FootageProgress() as bars,
    ):
        teller = Teller(site.timezone, as_json=as_json)
        tools = Tools(detector, vocabulary, keeper, (delivery, teller), site.state / "log", beside)
        with Pump(delivery) as pump:
            summaries = run_recordings(site, tools, bars)
            if store is not None:
                store.send_waiting(keeper.root)
    media_s = seconds(sum(summary.media_ns for summary in summaries.values()))
    raised = sum(summary.raised for summary in summaries.values())
    for camera_id, summary in summaries.items():
        if summary.damage:
            click.echo(f"camera {camera_id}: damage met and survived: {summary.damage}", err=True)
        for line in summary.network_failures:
            click.echo(f"warning: camera {camera_id}: {line}", err=True)
    wall_s = elapsed()
    click.echo(f"{raised} events on {len(summaries)} cameras; {media_s:.1f} s of footage in {wall_s:.1f} s", err=True)
    if pump.last.reached is not Reached.ALL_SENT:
        raise StreamError(
            f"{pump.last.fault}; the alerts it has not had are kept in {site.state}, and the next run sends them"
        )
