"""Changed fences tried on the last day of their camera's log."""

from pathlib import Path

from pipeline.alerts.message import utc
from pipeline.config.resolved import Site
from pipeline.config.vocabulary import load_vocabulary
from pipeline.console.context import Console
from pipeline.console.fence_sheets import FenceSheet
from pipeline.console.fence_trial_models import FenceTrial, MovedEvent, TrialBegun, TriedEvent
from pipeline.observation import NS_PER_S, CameraId
from pipeline.replay.difference import difference
from pipeline.replay.events import Event
from pipeline.replay.log import PARQUET_SUFFIX, is_log
from pipeline.replay.trial import trial_jobs
from pipeline.runtime.networks import read_networks, with_scores
from pipeline.runtime.trying import TrialState

_DAY_NS = 86_400 * NS_PER_S


def log_of(site: Site, camera: CameraId) -> Path | None:
    """A camera's log: a live one's folder, or a recording's file; None: there is none."""
    folder = site.state / "log" / camera
    for place in (folder, folder.with_name(f"{camera}{PARQUET_SUFFIX}")):
        if is_log(place):
            return place
    return None


def begin_trial(console: Console, sheet: FenceSheet, changed: Site, owner: str) -> TrialBegun:
    """Begin to try a draft.

    Args:
        console: Whose site it is.
        sheet: Whose fences.
        changed: The site with the draft.
        owner: Who asks; an earlier trial of theirs that is not over is given up.

    Raises:
        UsageError: The log cannot be read.
        ModelError: A network's card cannot be read.
    """
    site, camera = console.site, sheet.camera.id
    log = log_of(site, camera)
    if log is None:
        return TrialBegun(trial="", lack="no_log")
    vocabulary = load_vocabulary()
    before, after = (with_scores(one, read_networks(one, vocabulary)) for one in (site, changed))
    of_objects = [rule for one in (before, after) for rule in one.rules if not rule.algorithm.is_of_camera]
    rules = tuple(dict.fromkeys(rule.id for rule in of_objects if camera in rule.zones_by_camera))
    # A fence asks for no other confidence.
    jobs = trial_jobs(before, after, rules, {camera: log}, span_ns=_DAY_NS, least_by_class={})
    if not jobs:
        return TrialBegun(trial="", lack="no_rule")
    return TrialBegun(trial=console.trials.start(jobs, owner), lack="")


def trial_answer(state: TrialState, site: Site) -> FenceTrial:
    """What a trial has found so far."""
    before = [event for one in state.found for event in one.before]
    after = [event for one in state.found for event in one.after]
    found = difference(before, after, 0)
    return FenceTrial(
        is_over=state.is_over,
        fault=state.fault,
        refused=next((one.refused for one in state.found if one.refused), ""),
        watched_s=sum(one.watched_ns for one in state.found) / NS_PER_S,
        same=found.same,
        appeared=[_event(one, site) for one in found.appeared],
        vanished=[_event(one, site) for one in found.vanished],
        moved=[
            MovedEvent(before=_event(one.before, site), after=_event(one.after, site), how=list(one.how))
            for one in found.moved
        ],
    )


def _event(event: Event, site: Site) -> TriedEvent:
    title = next((rule.algorithm.title for rule in site.rules if rule.id == event.rule), None)
    return TriedEvent(
        id=event.id,
        rule=event.rule,
        zh=title.zh if title is not None else event.algorithm,
        en=title.en if title is not None else event.algorithm,
        zone=event.zone,
        severity=event.severity,
        started_at=utc(event.started_at),
        raised_at=utc(event.raised_at),
        ended_at=None if event.ended_at is None else utc(event.ended_at),
        classes=[one.class_name for one in event.objects],
        boxes=[list(one.box) for one in event.objects],
    )
