"""Which event is meant by which label: each of both at most once. Pure.

An event fits a label of the same camera, of its rule or its algorithm, and of its zone (or of any), if the two begin
within a tolerance of each other. Of all ways to pair them, one with the most pairs is taken, and among those the one
whose beginnings differ least.
"""

from collections import defaultdict
from collections.abc import Sequence
from dataclasses import dataclass

import numpy as np
from scipy.optimize import linear_sum_assignment

from pipeline.observation import CameraId
from pipeline.replay.events import Event
from pipeline.replay.truth import Label


@dataclass(frozen=True, slots=True)
class Pair:
    """An event, and the label that speaks of it."""

    event: Event
    label: Label


@dataclass(frozen=True, slots=True)
class Matching:
    """How events and labels belong together.

    Attributes:
        pairs: In the order of the events.
        events: Those of which no label speaks, in their order.
        labels: Those that speak of no event, in their order.
    """

    pairs: tuple[Pair, ...]
    events: tuple[Event, ...]
    labels: tuple[Label, ...]


def matched(events: Sequence[Event], labels: Sequence[Label], tolerance_ns: int) -> Matching:
    """Pair events with labels.

    Args:
        events: Of any cameras and rules.
        labels: Of any cameras and rules, of any verdict.
        tolerance_ns: By how much the beginnings may differ, ns.
    """
    label_by_event: dict[int, int] = {}
    events_by_camera, labels_by_camera = _by_camera(events), _by_camera(labels)
    for camera, here in events_by_camera.items():
        label_by_event |= _assigned(events, here, labels, labels_by_camera.get(camera, []), tolerance_ns)
    taken = set(label_by_event.values())
    return Matching(
        tuple(Pair(events[n], labels[label_by_event[n]]) for n in sorted(label_by_event)),
        tuple(event for n, event in enumerate(events) if n not in label_by_event),
        tuple(label for n, label in enumerate(labels) if n not in taken),
    )


def fits(event: Event, label: Label, tolerance_ns: int) -> bool:
    """Whether a label may speak of an event."""
    return (
        event.camera == label.camera
        and label.rule in (event.rule, event.algorithm)
        and label.zone in ("", event.zone)
        and abs(event.started_at - label.start) <= tolerance_ns
    )


def _by_camera(many: Sequence[Event | Label]) -> dict[CameraId, list[int]]:
    places: dict[CameraId, list[int]] = defaultdict(list)
    cameras: list[CameraId] = [one.camera for one in many]
    for n, camera in enumerate(cameras):
        places[camera].append(n)
    return places


def _assigned(
    events: Sequence[Event], here: list[int], labels: Sequence[Label], there: list[int], tolerance_ns: int
) -> dict[int, int]:
    """The label's place by the event's, of one camera."""
    shape = (len(here), len(there))
    starts = np.array([events[i].started_at for i in here], np.int64)
    label_starts = np.array([labels[j].start for j in there], np.int64)
    apart = np.abs(starts.reshape(-1, 1) - label_starts.reshape(1, -1))
    may = np.zeros(shape, np.bool_)
    for row, column in np.argwhere(apart <= tolerance_ns).tolist():
        may[row, column] = fits(events[here[row]], labels[there[column]], tolerance_ns)
    if not may.any():
        return {}
    # A pair is worth more than what all differences of all pairs could come to.
    worth = (float(tolerance_ns) + 1) * (min(shape) + 1)
    rows, columns = linear_sum_assignment(np.where(may, apart - worth, 0.0))
    pairs = zip(rows.tolist(), columns.tolist(), strict=True)
    return {here[i]: there[j] for i, j in pairs if may[i, j]}
