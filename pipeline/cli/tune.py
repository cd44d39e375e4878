"""`smart-alert tune`: what a rule would have told under other settings, from the logs of what was seen."""

import json
import os
import sys
from collections.abc import Mapping, Sequence
from dataclasses import replace
from pathlib import Path

import click
from rich.console import Console
from rich.progress import Progress

from pipeline.cli.output import say
from pipeline.config.duration import parse_duration
from pipeline.config.load import load_site
from pipeline.config.resolved import Rule, Site
from pipeline.config.vocabulary import load_vocabulary
from pipeline.dispatch.feedback import ledger_labels
from pipeline.dispatch.site_ledger import FILE_NAME, site_database
from pipeline.errors import UsageError
from pipeline.observation import CameraId
from pipeline.replay.answers import refusal
from pipeline.replay.holdings import logs_in
from pipeline.replay.scoring import are_complete, score
from pipeline.replay.settings import Setting, parse_sweep, settings_of
from pipeline.replay.truth import Label, read_labels
from pipeline.replay.tuned_files import Trial, best_of, figures_of, snapshots_in, snapshots_of, write_tuned
from pipeline.runtime.evidence_chores import evidence_root
from pipeline.runtime.networks import least_scores, read_networks, with_scores
from pipeline.runtime.tuning import Tuned, tune_cameras


@click.command(name="tune")
@click.argument("site_file", metavar="SITE.yaml", type=click.Path(path_type=Path))
@click.option("--rule", "rule_id", required=True, metavar="ID", help="Which rule.")
@click.option("--sweep", "sweeps", multiple=True, metavar="KEY=VALUES", help="dwell=30s,60s or confidence=0.2:0.6:0.1")
@click.option(
    "--labels", "labels_file", type=click.Path(path_type=Path), help="What happened, CSV. Default: the ledger."
)
@click.option("--log", "log_folder", type=click.Path(path_type=Path), help="A folder a camera. Default: the site's.")
@click.option("--evidence", type=click.Path(path_type=Path), help="Results of an earlier run. Default: the site's.")
@click.option("--tolerance", default="60s", show_default=True, help="Between the beginning of an event and its label.")
@click.option("--processes", type=click.IntRange(1, 256), help="Default: as many as there are cores.")
@click.option(
    "--out", type=click.Path(path_type=Path), default=Path("tuned"), show_default=True, help="For all results."
)
@click.option("--json", "as_json", is_flag=True, help="One JSON object a setting on stdout.")
def command(
    site_file: Path,
    *,
    rule_id: str,
    sweeps: tuple[str, ...],
    labels_file: Path | None,
    log_folder: Path | None,
    evidence: Path | None,
    tolerance: str,
    processes: int | None,
    out: Path,
    as_json: bool,
) -> None:
    """Try settings of one rule on the logs of what was seen: every combination of the values.

    With labels (or what people said of its events, from the ledger): precision, recall, delay and false alarms for
    each, with 95 % intervals, the settings that no other one beats as a picture and as YAML to paste. Without: the
    events and a contact sheet of each. A setting that the logs cannot answer is refused.
    """
    site = load_site(site_file, os.environ)
    settings = _settings(site, rule_id, sweeps)
    rules = [setting.rule for setting in settings]
    logs = _logs(site, rules, log_folder or site.state / "log")
    labels = _labels(site, settings[0].rule, labels_file)
    known = _known(labels, logs, labels_file)
    if evidence is not None and not evidence.exists():
        raise UsageError(f"--evidence: {evidence}: no such folder (expected what a replay wrote)")
    tolerance_ns = _tolerance_ns(tolerance)
    with Progress(console=Console(stderr=True), transient=True, disable=not sys.stderr.isatty()) as bars:
        task = bars.add_task("logs", total=len(logs))
        found = tune_cameras(
            site,
            rules,
            logs,
            processes=processes or len(os.sched_getaffinity(0)),
            done=lambda _: bars.advance(task),
        )
    known = _logged(known, found)
    is_complete = are_complete(known)
    trials = _trials(site, settings, found, known, tolerance_ns, are_complete=is_complete)
    pictures = snapshots_of(trials, evidence_root(site)) if evidence is None else snapshots_in(evidence)
    written = write_tuned(out, site, f"{site.name} · {rule_id}", trials, pictures)
    _tell_of_labels(known, trials, is_complete=is_complete)
    _tell(trials, written, as_json=as_json)
    if all(trial.refused for trial in trials):
        raise UsageError(f"--sweep: the logs can answer none of the settings: {trials[0].refused}")


def _settings(site: Site, rule_id: str, sweeps: Sequence[str]) -> tuple[Setting, ...]:
    """With what the networks say of a class where the site file and the sweeps say nothing, as in a run."""
    settings = settings_of(site, rule_id, [parse_sweep(text) for text in sweeps], os.environ)
    networks = read_networks(site, load_vocabulary())
    scored = with_scores(replace(site, rules=tuple(one.rule for one in settings)), networks)
    return tuple(replace(one, rule=rule) for one, rule in zip(settings, scored.rules, strict=True))


def _logs(site: Site, rules: Sequence[Rule], folder: Path) -> dict[CameraId, Path]:
    """Where the log of each camera of the rule is; those that have none are told and left out."""
    cameras = [one.id for one in site.cameras if any(rule.zones_by_camera.get(one.id) for rule in rules)]
    logs = logs_in(folder)
    found = {camera: logs[camera] for camera in cameras if camera in logs}
    if not found:
        raise UsageError(
            f"{folder}: holds no log of a camera of rule {rules[0].id} (expected {folder}/CAMERA/*.parquet)"
        )
    for camera in cameras:
        if camera not in found:
            click.echo(f"warning: camera {camera}: has no log in {folder}", err=True)
    return found


def _labels(site: Site, rule: Rule, file: Path | None) -> tuple[Label, ...]:
    """Those of the rule."""
    names = (rule.id, rule.algorithm.key)
    if file is not None:
        everything = read_labels(file, site.timezone)
        labels = tuple(label for label in everything if label.rule in names)
        if not labels:
            others = ", ".join(sorted({label.rule for label in everything})[:5]) or "none at all"
            raise UsageError(
                f"{file}: holds no label of rule {rule.id} or algorithm {rule.algorithm.key} (it has {others})"
            )
        return labels
    if site.dispatch.ledger is None and not (site.state / FILE_NAME).exists():
        return ()
    with site_database(site) as database:
        return ledger_labels(database, rule.id)


def _known(labels: Sequence[Label], logs: Mapping[CameraId, Path], file: Path | None) -> list[Label]:
    """Those of cameras that have a log; the others are told and left out."""
    known = [label for label in labels if label.camera in logs]
    others = ", ".join(sorted({label.camera for label in labels if label.camera not in logs})[:5])
    if file is not None and not known:
        raise UsageError(f"{file}: holds labels of {others} alone (there are logs of {', '.join(sorted(logs)[:5])})")
    if others:
        left_out = len(labels) - len(known)
        click.echo(f"warning: {left_out} labels are left out: there is no log of {others}", err=True)
    return known


def _logged(labels: Sequence[Label], found: Mapping[CameraId, Tuned]) -> list[Label]:
    """Those of the time that the logs hold; the others are told and left out: nobody could have found them."""
    kept = [label for label in labels if found[label.camera].coverage.holds(label.start)]
    if len(kept) < len(labels):
        n_out = len(labels) - len(kept)
        click.echo(f"warning: {n_out} labels are left out: they are of a time that the logs do not hold", err=True)
    return kept


def _tolerance_ns(text: str) -> int:
    try:
        return parse_duration(text)
    except ValueError as error:
        raise UsageError(f"--tolerance: got {text!r}, expected {error}") from error


def _trials(
    site: Site,
    settings: Sequence[Setting],
    found: Mapping[CameraId, Tuned],
    known: Sequence[Label],
    tolerance_ns: int,
    *,
    are_complete: bool,
) -> list[Trial]:
    coverage = {camera: tuned.coverage for camera, tuned in found.items()}
    least = least_scores(read_networks(site, load_vocabulary()))
    current = next((rule for rule in site.rules if rule.id == settings[0].rule.id), None)
    trials: list[Trial] = []
    for n, setting in enumerate(settings):
        zones = setting.rule.zones_by_camera
        cameras = [camera for camera in site.cameras if camera.id in found and zones.get(camera.id)]
        days = sum(coverage[camera.id].camera_days for camera in cameras)
        refused = refusal(setting.rule, current, cameras, coverage, least)
        events = () if refused else tuple(event for tuned in found.values() for event in tuned.events[n])
        ordered = tuple(sorted(events, key=lambda event: (event.raised_at, event.camera, event.zone)))
        scored = None
        if known and not refused:
            scored = score(ordered, known, days, tolerance_ns, are_complete=are_complete)
        trials.append(Trial(setting, refused, ordered, scored))
    return trials


def _tell_of_labels(known: Sequence[Label], trials: Sequence[Trial], *, is_complete: bool) -> None:
    """What the figures rest on, where there are labels."""
    if not known:
        return
    how = "counted as false alarms: the labels claim" if is_complete else "not judged: the labels do not claim"
    click.echo(f"events without a label were {how} to hold all that happened", err=True)
    if not best_of(trials) and not all(trial.refused for trial in trials):
        click.echo("there is no recall, and so no front: the labels hold nothing that happened", err=True)


def _tell(trials: Sequence[Trial], written: Sequence[Path], *, as_json: bool) -> None:
    best = best_of(trials)
    for trial in trials:
        if as_json:
            told = {**figures_of(trial), "on_front": trial in best}
            say(json.dumps(told, ensure_ascii=False).encode(errors="backslashreplace"))
        else:
            say(f"{'*' if trial in best else ' '} {trial.setting.name}: {_in_words(trial)}")
    for path in written:
        click.echo(str(path), err=True)


def _in_words(trial: Trial) -> str:
    if trial.refused:
        return f"refused: {trial.refused}"
    one = trial.score
    if one is None:
        return f"{len(trial.events)} events"
    precision, recall, rate = one.precision_interval, one.recall_interval, one.false_alarms_interval
    parts = [f"{one.events} events"]
    if one.precision is not None:
        parts.append(f"precision {one.precision:.0%} ({precision.low:.0%} to {precision.high:.0%})")
    if one.recall is not None:
        parts.append(f"recall {one.recall:.0%} ({recall.low:.0%} to {recall.high:.0%})")
    parts.append(f"{one.false_alarms_a_day:.2f} false alarms a camera-day ({rate.low:.2f} to {rate.high:.2f})")
    if one.delay_median_s is not None and one.delay_p95_s is not None:
        parts.append(f"delay {one.delay_median_s:.0f} s, 95 % within {one.delay_p95_s:.0f} s")
    if one.unjudged:
        parts.append(f"{one.unjudged} not judged")
    return ", ".join(parts)
