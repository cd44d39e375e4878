"""`smart-alert label`: a review of events becomes the labels file that `tune` measures against."""

import os
import sys
from collections.abc import Iterable, Sequence
from dataclasses import replace
from datetime import tzinfo
from pathlib import Path
from zoneinfo import ZoneInfo, available_timezones

import click

from pipeline.alerts.message import local, utc
from pipeline.alerts.topic import CAMERA_FAULT
from pipeline.config.faults import did_you_mean
from pipeline.config.load import load_site
from pipeline.config.resolved import Site
from pipeline.config.vocabulary import load_vocabulary
from pipeline.errors import UsageError
from pipeline.replay.events import Event, events_of_alerts, events_of_log
from pipeline.replay.holdings import logs_in
from pipeline.replay.log import read_log
from pipeline.replay.review import joined, label_of, missed_label, named_event, unjudged
from pipeline.replay.truth import Label, Verdict, read_labels, write_labels
from pipeline.runtime.networks import read_networks, with_scores

_ANSWERS = {"t": Verdict.TRUE, "f": Verdict.FALSE}


@click.command(name="label")
@click.argument("source", metavar="SITE.yaml|RESULTS", type=click.Path(path_type=Path))
@click.option("--out", type=click.Path(path_type=Path), default=Path("labels.csv"), show_default=True, help="The file.")
@click.option("--true", "true_ids", metavar="ID", multiple=True, help="It happened. Its first letters will do.")
@click.option("--false", "false_ids", metavar="ID", multiple=True, help="It did not happen.")
@click.option("--missed", metavar="rule=..,zone=..,start=..", multiple=True, help="It happened and was not told.")
@click.option("--timezone", "zone_name", default="UTC", show_default=True, help="Of times, for results without a site.")
def command(
    source: Path,
    out: Path,
    *,
    true_ids: tuple[str, ...],
    false_ids: tuple[str, ...],
    missed: tuple[str, ...],
    zone_name: str,
) -> None:
    """Label the events of a folder of results, or of the logs of a site.

    Without --true, --false and --missed each event that has no label yet is shown and asked about. What is in the file
    already stays, and every answer is written at once: a review can be broken off. While events of a rule have no label
    its labels are partial (column scope): what they do not speak of counts as not judged.
    """
    site = load_site(source, os.environ) if source.suffix in {".yaml", ".yml"} else None
    told, timezone = _of_results(source, zone_name) if site is None else (_of_logs(site), site.timezone)
    # A storm only stands for events that are asked about themselves.
    events = [event for event in told if not event.is_storm]
    before = read_labels(out, timezone) if out.exists() else ()
    if not (true_ids or false_ids or missed):
        _ask(events, before, out, timezone)
        return
    new = [label_of(named_event(events, name), Verdict.TRUE) for name in true_ids]
    new += [label_of(named_event(events, name), Verdict.FALSE) for name in false_ids]
    for text in missed:
        label = missed_label(text, events, timezone)
        if site is not None:
            _check(label, site)
        new.append(label)
    doubled = {label.event for label in new if label.event and sum(one.event == label.event for one in new) > 1}
    if doubled:
        raise UsageError(f"{', '.join(sorted(doubled))}: got two verdicts, expected one an event")
    _write(out, joined(before, new), events, timezone)


def _of_results(source: Path, zone_name: str) -> tuple[Sequence[Event], tzinfo]:
    if zone_name not in available_timezones():
        raise UsageError(f'--timezone: got "{zone_name}" ({did_you_mean(zone_name, available_timezones())})')
    return events_of_alerts(source), ZoneInfo(zone_name)


def _of_logs(site: Site) -> Sequence[Event]:
    logs, vocabulary = logs_in(site.state / "log"), load_vocabulary()
    site = with_scores(site, read_networks(site, vocabulary))
    return [
        event
        for camera in site.cameras if camera.id in logs
        for event in events_of_log(site, camera, read_log(logs[camera.id]), vocabulary)
    ]  # fmt: skip


def _check(label: Label, site: Site) -> None:
    """Whether the site has what a label names: one that names nothing would count as missed for ever.

    Raises:
        UsageError: It has not.
    """
    zones = [zone.id for camera in site.cameras if camera.id == label.camera for zone in camera.geofence.zones]
    rules = {rule.id for rule in site.rules} | {str(rule.algorithm.key) for rule in site.rules} | {CAMERA_FAULT}
    named: list[tuple[str, str, Iterable[str]]] = [
        ("camera", label.camera, [camera.id for camera in site.cameras]),
        ("rule", label.rule, rules),
    ]
    if label.zone and label.rule != CAMERA_FAULT:
        named.append(("zone", label.zone, zones))
    for key, name, known in named:
        if name not in known:
            raise UsageError(f'--missed: unknown {key} (got "{name}", {did_you_mean(name, known)})')


def _ask(events: Sequence[Event], before: Iterable[Label], out: Path, timezone: tzinfo) -> None:
    if not sys.stdin.isatty():
        raise UsageError("label: expected a terminal, or --true ID, --false ID or --missed rule=..,start=..")
    labels = tuple(before)
    left = unjudged(events, labels)
    for number, event in enumerate(left, 1):
        start = local(utc(event.started_at), timezone)
        click.echo(f"{number} of {len(left)}: {start}  {event.camera} / {event.zone}  {event.rule or event.algorithm}")
        click.echo(f"  {event.id}  {event.snapshot or 'no snapshot'}")
        answer = click.prompt("  t true, f false, s skip, q quit", type=click.Choice(["t", "f", "s", "q"]))
        if answer == "q":
            break
        if answer in _ANSWERS:
            labels = joined(labels, [label_of(event, _ANSWERS[answer])])
            _write(out, labels, events, timezone, is_told=False)
    _write(out, labels, events, timezone)


def _write(
    out: Path, labels: Sequence[Label], events: Sequence[Event], timezone: tzinfo, *, is_told: bool = True
) -> None:
    left = unjudged(events, labels)
    scoped = _scoped(labels, events, left)
    write_labels(out, scoped, timezone)
    if is_told:
        more = f" ({len(left)} events have none yet)" if left else ""
        click.echo(f"{len(scoped)} labels: {out}{more}", err=True)


def _scoped(labels: Sequence[Label], events: Sequence[Event], left: Sequence[Event]) -> tuple[Label, ...]:
    """The labels, partial while events of their rule are left; those of other reviews stay as they are."""
    ids, names, names_left = {event.id for event in events}, _names(events), _names(left)
    scoped = (
        replace(one, is_partial=one.rule in names_left)
        if one.event in ids or (not one.event and one.rule in names)
        else one
        for one in labels
    )
    # What was missed may have been said again meanwhile.
    return tuple(dict.fromkeys(scoped))


def _names(events: Iterable[Event]) -> set[str]:
    return {name for event in events for name in (event.rule, event.algorithm)}
