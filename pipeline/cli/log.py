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

_CAMERA = click.option("--camera", "camera_id", metavar="ID", help="Of one camera.")
_FOLDER = click.option(
    "--log", "folder", type=click.Path(path_type=Path), help="Another folder of logs than the site's state/log."
)


@click.group(name="log", invoke_without_command=True)
@click.argument("site_file", metavar="SITE.yaml", type=click.Path(path_type=Path))
@_CAMERA
@_FOLDER
@click.option("--json", "as_json", is_flag=True, help="A day a line.")
@click.pass_context
def command(
    context: click.Context, site_file: Path, camera_id: str | None, folder: Path | None, *, as_json: bool
) -> None:
    """List what was logged: cameras, days (UTC), looks, gaps and sizes.

    The logs are Parquet files that DuckDB, pandas and polars read as they are.
    """
    context.obj = (site_file, folder)
    if context.invoked_subcommand is not None:
        return
    logs = logs_in(_folder(load_site(site_file, os.environ), folder))
    days = [
        day for camera in ([_known(camera_id, logs)] if camera_id else sorted(logs)) for day in days_of(logs[camera])
    ]
    if as_json:
        for day in days:
            say(json.dumps(asdict(day) | {"day": day.day.isoformat()}, ensure_ascii=False).encode())
    else:
        print_table(_table(days))


@command.command(name="export")
@click.option("--camera", "camera_id", metavar="ID", required=True, help="Of one camera.")
@click.option("--from", "since", metavar="TIME", help="From this moment on: a date or a time in the site's time zone.")
@click.option("--to", "until", metavar="TIME", help="Up to this moment, left out.")
@click.option("--out", type=click.Path(path_type=Path), required=True, help=f"A file: {', '.join(FORMATS)}.")
@click.pass_obj
def export_command(
    call: tuple[Path, Path | None], camera_id: str, since: str | None, until: str | None, out: Path
) -> None:
    """Write a stretch of a camera's log as a file.

    Parquet is a log again, JSON lines hold an entry each, CSV an object each.
    """
    site = load_site(call[0], os.environ)
    logs = logs_in(_folder(site, call[1]))
    path = logs[_known(camera_id, logs)]
    first, end = _moment(site, since, "--from", -(2**62)), _moment(site, until, "--to", 2**62)
    count = export(path, out, first, end)
    click.echo(f"{count} entries: {out}", err=True)


def _folder(site: Site, folder: Path | None) -> Path:
    return folder or site.state / "log"


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
    for name in ("camera", "day", "from", "to"):
        table.add_column(name)
    for name in ("looks", "objects", "gaps", "blind", "commands", "MB"):
        table.add_column(name, justify="right")
    for day in days:
        shown = [f"{utc(t):%H:%M:%S}" for t in (day.first, day.last)]
        numbers = (day.looks, day.objects, day.gaps, f"{seconds(day.blind_ns):.0f} s", day.commands)
        table.add_row(day.camera, day.day.isoformat(), *shown, *map(str, numbers), f"{day.size / 1e6:.2f}")
    return table
