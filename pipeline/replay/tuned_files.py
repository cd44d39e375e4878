"""What tuning leaves in its folder: a table, the front as a picture and as rules to paste, or contact sheets."""

import csv
import io
from collections.abc import Iterator, Mapping, Sequence
from dataclasses import dataclass
from pathlib import Path

from pipeline.alerts.durable_file import write_durably
from pipeline.config.resolved import Site
from pipeline.errors import UsageError
from pipeline.observation import CameraId
from pipeline.replay.contact_sheet import draw_contact_sheet, key_of
from pipeline.replay.events import Event, alert_files, events_of_alerts, snapshot_of
from pipeline.replay.front import draw_front
from pipeline.replay.intervals import Interval
from pipeline.replay.scoring import Score, on_front
from pipeline.replay.settings import Setting

_FIGURES = (
    *("events", "hits", "false_alarms", "unjudged", "happened", "camera_days"),
    *("precision", "precision_low", "precision_high", "recall", "recall_low", "recall_high"),
    *("false_alarms_a_day", "false_alarms_a_day_low", "false_alarms_a_day_high", "delay_median_s", "delay_p95_s"),
)
Figure = int | float | str | None
Pictures = Mapping[tuple[CameraId, str, int], Path]
"""Snapshots, by what the events of a log are known by; see `key_of`."""


@dataclass(frozen=True, slots=True)
class Trial:
    """One setting and what came of it.

    Attributes:
        setting: What was tried.
        refused: Why the logs cannot answer; empty: they can.
        events: Raised; none where it was refused.
        score: None without labels, or where it was refused.
    """

    setting: Setting
    refused: str
    events: tuple[Event, ...]
    score: Score | None


def figures_of(trial: Trial) -> dict[str, Figure]:
    """The figures of a setting, by name, None where there is none; `refused` says why."""
    row: dict[str, Figure] = {**dict(trial.setting.values), **dict.fromkeys(_FIGURES), "refused": trial.refused}
    if trial.refused:
        return row
    row["events"] = len(trial.events)
    if trial.score is None:
        return row
    one = trial.score
    row |= {"hits": one.hits, "false_alarms": one.false_alarms, "unjudged": one.unjudged, "happened": one.happened}
    row |= {"camera_days": round(one.camera_days, 4)}
    row |= {"delay_median_s": _rounded(one.delay_median_s), "delay_p95_s": _rounded(one.delay_p95_s)}
    if one.precision is not None:
        row |= _with_interval("precision", one.precision, one.precision_interval)
    if one.recall is not None:
        row |= _with_interval("recall", one.recall, one.recall_interval)
    if one.camera_days > 0:
        row |= _with_interval("false_alarms_a_day", one.false_alarms_a_day, one.false_alarms_interval)
    return row


def best_of(trials: Sequence[Trial]) -> list[Trial]:
    """Those on the front, from the fewest false alarms to the most."""
    scored = [(trial, trial.score) for trial in trials if trial.score is not None]
    return [scored[n][0] for n in on_front([score for _, score in scored])]


def write_tuned(out: Path, site: Site, title: str, trials: Sequence[Trial], pictures: Pictures) -> list[Path]:
    """Write `settings.csv`, and `front.png` and `front.yaml`; where there is no front, a contact sheet a setting.

    Without labels of something that happened there is no recall, and so no front.

    Args:
        out: Made where it is missing.
        site: Whose cameras they are.
        title: What is tuned.
        trials: All of them.
        pictures: Snapshots of events, as far as there are some.

    Returns:
        What was written.

    Raises:
        StateError: The folder cannot be written.
    """
    written = {"settings.csv": _table(trials)}
    scored = [(trial.setting.name, trial.score) for trial in trials if trial.score is not None]
    if best_of(trials):
        written["front.png"] = draw_front([name for name, _ in scored], [score for _, score in scored], title)
        written["front.yaml"] = "\n".join(_pasted(trial) for trial in best_of(trials)).encode()
    else:
        written |= dict(_sheets(site, trials, pictures))
    for name, content in written.items():
        write_durably(out / name, content)
    return [out / name for name in written]


def snapshots_of(trials: Sequence[Trial], root: Path) -> Pictures:
    """The snapshots that a site has kept of the events: those that are still there.

    Args:
        trials: An event that begins at the same moment under another setting is the same to the eye.
        root: A folder for each event, by its id.
    """
    events = {event.id: event for trial in trials for event in trial.events}
    found = ((event, snapshot_of(event, root)) for event in events.values())
    return {key_of(event): path for event, path in found if path is not None}


def snapshots_in(evidence: Path) -> Pictures:
    """The snapshots of an earlier run, by what the events of its log are known by."""
    try:
        file_by_event = {event.id: file for file in alert_files(evidence) for event in events_of_alerts(file)}
        return {
            key_of(event): file_by_event[event.id].parent / event.snapshot
            for event in events_of_alerts(evidence)
            if event.snapshot
        }
    except UsageError:
        # A folder of pictures without messages says nothing of whose they are.
        return {}


def _sheets(site: Site, trials: Sequence[Trial], pictures: Pictures) -> Iterator[tuple[str, bytes]]:
    cameras = {camera.id: camera for camera in site.cameras}
    for n, trial in enumerate(trials, 1):
        if not trial.refused:
            yield f"events-{n:03}.jpg", draw_contact_sheet(trial.events, cameras, pictures, site.timezone)


def _pasted(trial: Trial) -> str:
    score = trial.score
    if score is None:
        return trial.setting.text
    recall = "" if score.recall is None else f"recall {100 * score.recall:.0f} %, "
    rate = f"{score.false_alarms_a_day:.2f} false alarms a camera-day"
    return f"# {trial.setting.name}: {recall}{rate}\n{trial.setting.text}"


def _table(trials: Sequence[Trial]) -> bytes:
    text = io.StringIO(newline="")
    rows = [figures_of(trial) for trial in trials]
    writer = csv.DictWriter(text, list(rows[0]) if rows else ["refused"], lineterminator="\n")
    writer.writeheader()
    writer.writerows(rows)
    return text.getvalue().encode()


def _with_interval(name: str, value: float, interval: Interval) -> dict[str, Figure]:
    return {
        name: round(value, 4), f"{name}_low": round(interval.low, 4), f"{name}_high": round(interval.high, 4)
    }  # fmt: skip


def _rounded(value: float | None) -> float | None:
    return None if value is None else round(value, 3)
