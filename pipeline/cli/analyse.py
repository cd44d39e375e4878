"""`smart-alert analyse`: a report for analysts, from logs and from the messages of a run."""

import os
from pathlib import Path

import click

from pipeline.config.load import load_site
from pipeline.config.vocabulary import load_vocabulary
from pipeline.errors import UsageError
from pipeline.replay.analysis import Seen, analysed, events_in, logs_in
from pipeline.replay.analysis_page import write_page
from pipeline.replay.analysis_tables import write_tables
from pipeline.replay.events import events_of_log, snapshot_of
from pipeline.replay.log import read_log
from pipeline.runtime.evidence_chores import evidence_root
from pipeline.runtime.networks import read_networks, with_scores


@click.command(name="analyse")
@click.argument("site_file", metavar="SITE.yaml", type=click.Path(path_type=Path))
@click.option("--results", type=click.Path(path_type=Path), help="Folder of a replay, or of one a camera.")
@click.option("--log", "log_folder", type=click.Path(path_type=Path), help="A folder a camera. Default: the site's.")
@click.option(
    "--out", type=click.Path(path_type=Path), default=Path("report"), show_default=True, help="For all results."
)
def command(site_file: Path, *, results: Path | None, log_folder: Path | None, out: Path) -> None:
    """Write a report of what cameras have seen: one page (timeline, events, heat maps, uptime), CSV and XLSX.

    With --results the events are those of that run, with their snapshots. Without, the site's rules are run over the
    logs, and the snapshots are those that the site has kept.
    """
    site = load_site(site_file, os.environ)
    if results is not None and not results.exists():
        raise UsageError(f"--results: {results}: no such folder (expected what a replay wrote)")
    if log_folder is not None and not log_folder.exists():
        raise UsageError(f"--log: {log_folder}: no such folder (expected the logs of cameras)")
    logs = logs_in(site, log_folder or results or site.state / "log")
    if results is not None:
        events = events_in(results)
    else:
        vocabulary = load_vocabulary()
        site = with_scores(site, read_networks(site, vocabulary))
        cameras = [camera for camera in site.cameras if camera.id in logs]
        events = [
            Seen(event, snapshot_of(event, evidence_root(site)))
            for camera in cameras
            for event in events_of_log(site, camera, read_log(logs[camera.id]), vocabulary)
        ]
    analysis = analysed(site, events, logs)
    page = out / "index.html"
    for path in write_tables(out, analysis):
        click.echo(str(path), err=True)
    write_page(page, analysis)
    click.echo(f"{len(analysis.events)} events on {len(analysis.cameras)} cameras: {page}")
