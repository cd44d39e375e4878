"""`smart-alert run`: every camera of a site into its stream."""

import os
from pathlib import Path

import click

from pipeline.alerts.delivery import Reached
from pipeline.alerts.evidence import EvidenceFolder
from pipeline.alerts.site_delivery import site_delivery
from pipeline.cli.progress import FootageProgress
from pipeline.cli.telling import Teller
from pipeline.config.load import load_site
from pipeline.config.vocabulary import load_vocabulary
from pipeline.errors import StreamError, UsageError
from pipeline.observation import seconds
from pipeline.runtime.clock import sleep, stopwatch, wall_now_ns
from pipeline.runtime.eyes import load_detector
from pipeline.runtime.pump import Pump
from pipeline.runtime.recordings import Tools, recordings_of, run_recordings


@click.command
@click.argument("site_file", metavar="SITE.yaml", type=click.Path(path_type=Path))
@click.option("--once", is_flag=True, help="Run recorded sources to their end, then stop.")
@click.option("--json", "as_json", is_flag=True, help="Messages on stdout as JSON, one a line.")
def command(site_file: Path, *, once: bool, as_json: bool) -> None:
    """Watch every camera of a site; alerts go to its stream, evidence and logs to its state folder."""
    site = load_site(site_file, os.environ)
    if not once:
        raise UsageError("run: this version runs recorded sources to their end only; add --once")
    recordings_of(site)
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
