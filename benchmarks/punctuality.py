"""Holds what a run raised against what its cameras were shown: how soon, how late, what was missed, what was wrong."""

import math
from collections.abc import Iterator, Mapping, Sequence
from dataclasses import dataclass

from benchmarks.live_cost import Raised, Run
from benchmarks.live_site_file import DWELL_S, camera_id
from benchmarks.scenes import Clip

_EARLY_S = 3.0
_LATE_S = 15.0
_FRESH_S = 10.0
"""What lies there within so long of a camera's first picture was part of the street for it, and may be for ever."""


@dataclass(frozen=True, slots=True)
class Due:
    """An event that must be raised.

    Attributes:
        camera: Where.
        rule: By which rule.
        at_s: When the dwell is over, seconds of media time since the recording's start.
        is_certain: That it is not raised is a miss.
    """

    camera: str
    rule: str
    at_s: float
    is_certain: bool


@dataclass(frozen=True, slots=True)
class Punctuality:
    """Of the events due in the measured time.

    Attributes:
        due: How many were due.
        missed: Of those, how many were not raised, or more than 15 s late.
        wrong: How many were raised that were not due.
        latency_s: From capture to Redis, of each found.
        lateness_s: From the end of the dwell in truth to the picture that raised it, of each found.
    """

    due: int
    missed: int
    wrong: int
    latency_s: Sequence[float]
    lateness_s: Sequence[float]


def punctuality(run: Run, clips: Sequence[Clip]) -> Punctuality:
    """Compare a run with the truth of its clips."""
    begins, ends = run.first.media_s(), run.last.media_s()
    due = [
        one for number, clip in enumerate(clips) if (camera := camera_id(number)) in ends
        for one in _due(camera, clip, ends[camera])
    ]  # fmt: skip
    raised = list(run.raised)
    pairs = [(one, _take(raised, one)) for one in due]
    measured = [
        (one, found) for one, found in pairs if begins[one.camera] <= one.at_s <= ends[one.camera] - _LATE_S
        or (found is not None and begins[one.camera] <= found.at_s <= ends[one.camera])
    ]  # fmt: skip
    wrong = [one for one in raised if begins.get(one.camera, math.inf) <= one.at_s]
    found = [(one, hit) for one, hit in measured if hit is not None]
    return Punctuality(
        due=sum(one.is_certain or hit is not None for one, hit in measured),
        missed=sum(one.is_certain and hit is None for one, hit in measured),
        wrong=len(wrong),
        latency_s=[hit.latency_s for _, hit in found],
        lateness_s=[hit.at_s - one.at_s for one, hit in found],
    )


def _due(camera: str, clip: Clip, until_s: float) -> Iterator[Due]:
    """What a camera must raise from its first picture on."""
    scene = clip.scene
    for standing in scene.standing:
        lay_there = standing.rule == "waste" and standing.start_s - _FRESH_S < clip.begins_s < standing.end_s
        for n in range(math.ceil((until_s + clip.begins_s) / scene.round_s) + 1):
            start_s = standing.start_s + n * scene.round_s - clip.begins_s
            end_s = standing.end_s + n * scene.round_s - clip.begins_s
            if start_s < _FRESH_S and standing.rule == "waste":
                continue
            if (at_s := max(start_s, 0.0) + DWELL_S) < min(end_s, until_s):
                yield Due(camera, standing.rule, at_s, is_certain=not lay_there)


def _take(raised: list[Raised], due: Due) -> Raised | None:
    for one in raised:
        is_it = (one.camera, one.rule) == (due.camera, due.rule)
        if is_it and -_EARLY_S <= one.at_s - due.at_s <= _LATE_S:
            raised.remove(one)
            return one
    return None


def spread(values: Sequence[float]) -> Mapping[str, float]:
    """The 50th, 95th and 99th percentile, each a value that occurred; empty where there is none."""
    ordered = sorted(values)
    return {
        f"p{percent}": round(ordered[math.ceil(percent / 100 * len(ordered)) - 1], 3)
        for percent in (50, 95, 99) if ordered
    }  # fmt: skip
