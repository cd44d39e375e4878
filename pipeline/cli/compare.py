"""`smart-alert compare`: which events appear, disappear or move between two configurations, or two results."""

import json
import os
import tempfile
from collections.abc import Mapping, Sequence
from datetime import UTC, tzinfo
from pathlib import Path

import click
from rich.table import Table

from pipeline.alerts.message import local, utc
from pipeline.cli.output import say
from pipeline.cli.progress import FootageProgress
from pipeline.cli.replay_many import chosen_cameras, refuse_lack_of, works_of
from pipeline.cli.tables import print_table
from pipeline.config.duration import parse_duration
from pipeline.config.load import load_site
from pipeline.config.resolved import Camera, Site
from pipeline.config.vocabulary import load_vocabulary
from pipeline.errors import UsageError
from pipeline.observation import CameraId
from pipeline.replay.answers import Coverage, refusal
from pipeline.replay.difference import Difference, difference
from pipeline.replay.events import Event, events_of_alerts, events_of_log
from pipeline.replay.holdings import logs_in
from pipeline.replay.log import is_log, read_log
from pipeline.replay.log_blocks import read_blocks
from pipeline.runtime.networks import read_networks, with_scores
from pipeline.runtime.replay_site import Work, replay_all

_SITE_SUFFIXES = (".yaml", ".yml")


@click.command(name="compare")
@click.argument("first", metavar="A", type=click.Path(path_type=Path))
@click.argument("second", metavar="B", type=click.Path(path_type=Path))
@click.option(
    "--log", "folder", type=click.Path(path_type=Path), help="Logs for both. Default: those of the first site."
)
@click.option("--source", type=click.Path(path_type=Path), help="Footage for both, as for replay; takes the network.")
@click.option("--camera", "camera_ids", metavar="ID", multiple=True, help="Which; may be repeated. Default: all.")
@click.option("--tolerance", default="0s", show_default=True, help="By how much times may differ.")
@click.option("--json", "as_json", is_flag=True, help="A difference a line, and the counts.")
@click.pass_context
def command(
    context: click.Context,
    first: Path,
    second: Path,
    *,
    folder: Path | None,
    source: Path | None,
    camera_ids: tuple[str, ...],
    tolerance: str,
    as_json: bool,
) -> None:
    """Compare the events of A and B: site files, over one log or footage, or folders of results (alerts.jsonl).

    Exits with 1 if any event differs: a gate for the recordings of a district.
    """
    tolerance_ns = _tolerance(tolerance)
    sites = [load_site(path, os.environ) if path.suffix in _SITE_SUFFIXES else None for path in (first, second)]
    leading = next((site for site in sites if site is not None), None)
    _refuse_other_networks((first, second), sites, source)
    logs = _logs(leading, folder, camera_ids) if leading is not None and source is None else {}
    found = []
    for path, site in zip((first, second), sites, strict=True):
        if site is None:
            events = [one for one in events_of_alerts(path) if not camera_ids or one.camera in camera_ids]
        elif source is not None:
            events = _of_footage(site, source, camera_ids)
        else:
            events = _of_logs(site, logs, camera_ids)
        found.append(events)
    known = {event.camera for events in found for event in events}
    for camera in camera_ids:
        if leading is None and camera not in known:
            click.echo(f"warning: --camera: there is no event of {camera} in either", err=True)
    if None in sites and leading is not None:
        # Messages are cut to milliseconds.
        tolerance_ns = max(tolerance_ns, 1_000_000)
    result = difference(found[0], found[1], tolerance_ns)
    if as_json:
        _tell_json(result)
    else:
        _tell(result, UTC if leading is None else leading.timezone)
    context.exit(1 if result else 0)


def _tolerance(text: str) -> int:
    try:
        return 0 if text in {"0", "0s"} else parse_duration(text)
    except ValueError as error:
        raise UsageError(f"--tolerance: got {text!r}, expected {error}") from error


def _holds_logs(source: Path) -> bool:
    return is_log(source) or (source.is_dir() and any(is_log(path) for path in source.iterdir() if path.is_dir()))


def _refuse_other_networks(paths: Sequence[Path], sites: Sequence[Site | None], source: Path | None) -> None:
    """Over one log two site files must have the same networks.

    Raises:
        UsageError: They have not, and it is a log that they are to be compared over.
    """
    named = [_networks(site) for site in sites if site is not None]
    if len(named) < 2 or named[0] == named[1] or not (source is None or _holds_logs(source)):
        return
    names = " / ".join(", ".join(name for name, _ in networks) for networks in named)
    raise UsageError(
        f"{paths[0]} and {paths[1]} differ in their networks ({names}): a log cannot tell what another network would "
        "have seen (expected --source FOOTAGE, or two folders of results)"
    )


def _networks(site: Site) -> list[tuple[str, Path | None]]:
    """The site's networks in their order, as it names them; and their cards, where it names those."""
    names = [site.detector.model, *(one.model for one in site.specialists)]
    return [(name, (site.path.parent / name).resolve() if name.endswith(".yaml") else None) for name in names]


def _logs(site: Site, folder: Path | None, camera_ids: tuple[str, ...]) -> Mapping[CameraId, Path]:
    """By camera; those that have none are told: nothing can differ there."""
    logs = logs_in(folder or site.state / "log")
    missing = [camera.id for camera in chosen_cameras(site, camera_ids) if camera.id not in logs]
    if missing:
        click.echo(f"warning: there is no log of {', '.join(missing[:20])}: not compared", err=True)
    return logs


def _of_logs(site: Site, logs: Mapping[CameraId, Path], camera_ids: tuple[str, ...]) -> list[Event]:
    cameras = [camera for camera in chosen_cameras(site, camera_ids) if camera.id in logs]
    if not cameras:
        raise UsageError(f"{site.path.name}: there is no log of its cameras (there are logs of {', '.join(logs)})")
    vocabulary = load_vocabulary()
    site = with_scores(site, read_networks(site, vocabulary))
    for camera in cameras:
        for text in _unanswered(site, camera, logs[camera.id]):
            click.echo(f"warning: {site.path.name}: {text}", err=True)
    return [event for camera in cameras for event in events_of_log(site, camera, read_log(logs[camera.id]), vocabulary)]


def _unanswered(site: Site, camera: Camera, log: Path) -> list[str]:
    """What the camera's log cannot answer: no event there does not mean that there was none."""
    coverage = Coverage()
    for block in read_blocks(log):
        coverage.add(block)
    rules = [rule for rule in site.rules if rule.enabled and camera.id in rule.zones_by_camera]
    found = (
        (rule.id, refusal(rule, rule, (camera,), {camera.id: coverage}, {}))
        for rule in rules
        if not rule.algorithm.is_of_camera
    )
    return [f"rule {rule}: {text}" for rule, text in found if text]


def _of_footage(site: Site, source: Path, camera_ids: tuple[str, ...]) -> list[Event]:
    cameras = chosen_cameras(site, camera_ids)
    with tempfile.TemporaryDirectory() as name, FootageProgress() as bars:
        out = Path(name)
        works = works_of(site, cameras, source, out, "") or (Work(site.path, cameras[0].id, source, out / "one"),)
        refuse_lack_of(site, works)
        jobs = len(os.sched_getaffinity(0))
        replay_all(works, out, jobs, bars, lambda text: click.echo(f"warning: {text}", err=True))
        return list(events_of_alerts(out))


def _rows(found: Difference) -> list[tuple[str, Event, str]]:
    rows = [("appears", event, "") for event in found.appeared]
    rows += [("disappears", event, "") for event in found.vanished]
    rows += [("moves", one.before, "; ".join(one.how)) for one in found.moved]
    return sorted(rows, key=lambda row: (row[1].started_at, row[1].camera, row[0]))


def _tell_json(found: Difference) -> None:
    for kind, event, how in _rows(found):
        told = {
            "change": kind,
            "camera": event.camera,
            "rule": event.rule or event.algorithm,
            "zone": event.zone,
            "started_at": utc(event.started_at).isoformat(timespec="milliseconds").replace("+00:00", "Z"),
            "id": event.id,
            "how": how,
        }
        say(json.dumps(told, ensure_ascii=False).encode())
    counts = {
        "appeared": len(found.appeared), "disappeared": len(found.vanished), "moved": len(found.moved),
        "same": found.same,
    }  # fmt: skip
    say(json.dumps({"summary": counts}).encode())


def _tell(found: Difference, timezone: tzinfo) -> None:
    if found:
        table = Table(box=None)
        for name in ("start", "change", "camera", "rule", "zone", "how"):
            table.add_column(name)
        for kind, event, how in _rows(found):
            start = local(utc(event.started_at), timezone)
            table.add_row(start, kind, event.camera, event.rule or event.algorithm, event.zone, how)
        print_table(table)
    counts = f"{len(found.appeared)} appear, {len(found.vanished)} disappear, {len(found.moved)} move"
    click.echo(f"{counts}, {found.same} are the same", err=True)
