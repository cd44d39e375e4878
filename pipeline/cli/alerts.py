"""`smart-alert alerts`: what is in the stream."""

import os
import sys
from collections.abc import Callable, Iterable
from datetime import datetime, tzinfo
from pathlib import Path

import click

from pipeline.alerts.embedded import FOLDER
from pipeline.alerts.entry_id import NO_ENTRY, EntryId
from pipeline.alerts.message import parse
from pipeline.alerts.reader import AlertReader, Received
from pipeline.alerts.server import ServerAwayError
from pipeline.alerts.site_delivery import site_server
from pipeline.cli.telling import HEADING, alert_line, line
from pipeline.config.duration import parse_duration
from pipeline.config.load import load_site
from pipeline.config.resolved import Site
from pipeline.errors import UsageError
from pipeline.runtime.clock import sleep, wall_now_ns

_WAIT_MS = 1000
_AWAY_PAUSE_S = 1.0
_NS_PER_MS = 1_000_000


@click.command(name="alerts")
@click.argument("site_file", metavar="SITE.yaml", type=click.Path(path_type=Path))
@click.option("--follow", "-f", is_flag=True, help="Go on and show alerts as they come, until Ctrl-C.")
@click.option("--json", "as_json", is_flag=True, help="The bare messages, one a line, UTF-8.")
@click.option("--limit", "-n", type=click.IntRange(1), help="Only the last N.")
@click.option("--since", metavar="WHEN", help="Only those sent since: 2h, or 2026-01-05T08:00 in the site's time zone.")
def command(site_file: Path, *, follow: bool, as_json: bool, limit: int | None, since: str | None) -> None:
    """Show the alerts in the site's stream.

    Nothing is acknowledged: consumer groups miss nothing for it. With `redis: embedded` the server is started on its
    files if no run holds it.
    """
    site = load_site(site_file, os.environ)
    first = NO_ENTRY if since is None else _entry_at(since, site.timezone, wall_now_ns())
    show = _show_json if as_json else _table_writer(site.timezone)
    if site.redis.url is None and not follow and not (site.state / FOLDER).is_dir():
        click.echo(f"{site_file}: no alerts yet: nothing has run with this site's state folder", err=True)
        return
    with site_server(site, sleep) as server:
        reader = AlertReader(server, site.redis.stream)
        last = NO_ENTRY
        for item in _present(reader, first, limit):
            show(item)
            last = item.entry
        if follow:
            _follow(reader, max(last, first), show)
        elif last == NO_ENTRY:
            click.echo(_nothing(site, since), err=True)


def _present(reader: AlertReader, first: EntryId, limit: int | None) -> Iterable[Received]:
    if limit is None:
        return reader.since(first)
    return [item for item in reader.last(limit) if item.entry >= first]


def _follow(reader: AlertReader, last: EntryId, show: Callable[[Received], None]) -> None:
    """Show what comes, over failures of the server too: the embedded one ends with its owner and is started anew."""
    told = ""
    while True:
        try:
            for item in reader.wait(last, _WAIT_MS):
                show(item)
                last = item.entry
            told = ""
        except ServerAwayError as error:
            if str(error) != told:
                told = str(error)
                click.echo(told, err=True)
            sleep(_AWAY_PAUSE_S)


def _nothing(site: Site, since: str | None) -> str:
    return f"stream {site.redis.stream}: no alerts" + (f" since {since}" if since else " yet")


def _entry_at(when: str, timezone: tzinfo, now_ns: int) -> EntryId:
    """The first id that can have been given at a time: so long ago, or a date."""
    try:
        return EntryId(max(0, now_ns - parse_duration(when)) // _NS_PER_MS, 0)
    except ValueError:
        pass
    try:
        moment = datetime.fromisoformat(when)
    except ValueError as error:
        allowed = "a duration (90s, 5m, 2h, 7d) or a date (2026-01-05, 2026-01-05T08:00, with an offset or without)"
        raise UsageError(f"--since: got {when!r}, allowed are {allowed}") from error
    local = moment if moment.tzinfo else moment.replace(tzinfo=timezone)
    return EntryId(max(0, round(local.timestamp() * 1000)), 0)


def _show_json(item: Received) -> None:
    # Bytes: JSON is UTF-8 whatever the terminal's encoding. An entry of somebody else has no message to show.
    if item.line:
        sys.stdout.buffer.write(item.line.encode() + b"\n")
        sys.stdout.buffer.flush()


def _table_writer(timezone: tzinfo) -> Callable[[Received], None]:
    """Writes one readable line an alert, with a heading before the first."""
    if hasattr(sys.stdout, "reconfigure"):
        # A terminal without Chinese shows \uXXXX rather than ending the program.
        sys.stdout.reconfigure(errors="backslashreplace")
    seen: set[tuple[str, int]] = set()

    def show(item: Received) -> None:
        try:
            alert = parse(item.line)
        except UsageError as error:
            click.echo(f"entry {item.entry}: {error}", err=True)
            return
        if not seen:
            click.echo(line(HEADING))
        # Delivery is at least once: a message may be in the stream twice, and people need it once.
        if (alert.id, alert.revision) not in seen:
            seen.add((alert.id, alert.revision))
            click.echo(alert_line(alert, timezone))

    return show
