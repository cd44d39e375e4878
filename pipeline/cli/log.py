"""`smart-alert log`: what the observation logs of a site hold, and a stretch of one for other programs."""

import json
import os
from collections.abc import Mapping
from dataclasses import asdict
from pathlib import Path

import click
from rich.table import Table

from pipeline.alerts.message import utc
from pipeline.cli.output import say
from pipeline.cli.tables import print_table
from pipeline.config.faults import did_you_mean
from pipeline.config.load import load_site
from pipeline.config.resolved import Site
from pipeline.config.sources import parse_moment
from pipeline.errors import UsageError
from pipeline.observation import CameraId, MediaNs, seconds
from pipeline.replay.holdings import FORMATS, Day, days_of, export, logs_in
from pipeline.replay.log import span_of


@click.command(name="log")
@click.argument("site_file", metavar="SITE.yaml", type=click.Path(path_type=Path))
@click.argument("action", metavar="[export]", required=False, type=click.Choice(["export"]))
@click.option("--camera", "camera_id", metavar="ID", help="Of one camera.")
@click.option("--log", "folder", type=click.Path(path_type=Path), help="Other logs than those in the state folder.")
@click.option("--json", "as_json", is_flag=True, help="A day a line.")
@click.option("--from", "since", metavar="TIME", help="Export: from this moment on, in the site's time zone.")
@click.option("--to", "until", metavar="TIME", help="Export: up to this moment, left out.")
@click.option("--out", type=click.Path(path_type=Path), help=f"Export: a file that ends in {', '.join(FORMATS)}.")
def command(
    site_file: Path,
    action: str | None,
    camera_id: str | None,
    folder: Path | None,
    *,
    as_json: bool,
    since: str | None,
    until: str | None,
    out: Path | None,
) -> None:
    """List what was logged (cameras, days in UTC, looks, gaps, sizes), or export a stretch of one camera's log.

    The logs are Parquet files that DuckDB, pandas and polars read as they are. An export in Parquet is a log again;
    JSON lines hold an entry each, CSV an object each.
    """
    site = load_site(site_file, os.environ)
    logs = logs_in(folder or site.state / "log")
    if action is None:
        if since or until or out:
            raise UsageError("--from, --to and --out: expected with export")
        chosen = [_known(camera_id, logs)] if camera_id else sorted(logs)
        _tell([day for camera in chosen for day in days_of(logs[camera])], as_json=as_json)
        return
    if camera_id is None or out is None:
        raise UsageError("export: expected --camera ID and --out FILE")
    first, end = _moment(site, since, "--from", -(2**62)), _moment(site, until, "--to", 2**62)
    log = logs[_known(camera_id, logs)]
    begins, ends = span_of(log)
    if end <= begins or first > ends:
        zone = site.timezone
        shown = " to ".join(f"{utc(t).astimezone(zone):%Y-%m-%dT%H:%M:%S%z}" for t in (begins, ends))
        raise UsageError(f"export: there is nothing from then to then (the log of {camera_id} reaches from {shown})")
    count = export(log, out, first, end)
    click.echo(f"{count} entries: {out}", err=True)


def _tell(days: list[Day], *, as_json: bool) -> None:
    if not as_json:
        print_table(_table(days))
        return
    for day in days:
        say(json.dumps(asdict(day) | {"day": day.day.isoformat()}, ensure_ascii=False).encode())


def _known(camera_id: str, logs: Mapping[CameraId, Path]) -> CameraId:
    if camera_id not in logs:
        raise UsageError(f'--camera: there is no log of "{camera_id}" ({did_you_mean(camera_id, logs)})')
    return CameraId(camera_id)


def _moment(site: Site, text: str | None, option: str, otherwise: int) -> MediaNs:
    if text is None:
        return MediaNs(otherwise)
    try:
        return parse_moment(text, site.timezone)
    except ValueError as error:
        raise UsageError(f"{option}: got {text!r}, expected {error}") from error


def _table(days: list[Day]) -> Table:
    table = Table(box=None)
    for name in ("camera", "day (UTC)", "from (UTC)", "to (UTC)"):
        table.add_column(name)
    for name in ("looks", "objects", "gaps", "blind", "commands", "MB"):
        table.add_column(name, justify="right")
    for day in days:
        shown = [f"{utc(t):%H:%M:%S}" for t in (day.first, day.last)]
        numbers = (day.looks, day.objects, day.gaps, f"{seconds(day.blind_ns):.0f} s", day.commands)
        table.add_row(day.camera, day.day.isoformat(), *shown, *map(str, numbers), f"{day.size / 1e6:.2f}")
    return table
