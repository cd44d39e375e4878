"""How good each setting is: what it found of what happened, how late, and how often it cried wolf, with 95 % intervals.

Labels are of judged moments; of what happened while nobody judged, nothing is known. An event that no label speaks of
counts as false where the labels claim to be complete, else as not judged.
"""

from collections.abc import Sequence
from dataclasses import dataclass

import numpy as np

from pipeline.observation import seconds
from pipeline.replay.events import Event
from pipeline.replay.intervals import Interval, rate_interval, share_interval
from pipeline.replay.matching import matched
from pipeline.replay.truth import Label, Verdict


@dataclass(frozen=True, slots=True)
class Score:
    """What one setting comes to.

    Attributes:
        events: Raised.
        hits: Of them those that a label confirms.
        false_alarms: Of them those that a label refutes, or that no label speaks of where the labels are complete.
        unjudged: Of them those that nobody has judged.
        happened: Labels of what happened.
        camera_days: Watched, days of one camera.
        delay_median_s: From the beginning, as labelled, to the alert; None without a hit.
        delay_p95_s: The same of 95 in 100.
    """

    events: int
    hits: int
    false_alarms: int
    unjudged: int
    happened: int
    camera_days: float
    delay_median_s: float | None
    delay_p95_s: float | None

    @property
    def precision(self) -> float | None:
        """Share of the judged events that are true; None: none is judged."""
        judged = self.hits + self.false_alarms
        return self.hits / judged if judged else None

    @property
    def precision_interval(self) -> Interval:
        """Of the precision."""
        return share_interval(self.hits, self.hits + self.false_alarms)

    @property
    def recall(self) -> float | None:
        """Share found of what happened; None: nothing did."""
        return self.hits / self.happened if self.happened else None

    @property
    def recall_interval(self) -> Interval:
        """Of the recall."""
        return share_interval(self.hits, self.happened)

    @property
    def false_alarms_a_day(self) -> float:
        """Of one camera; infinite where nothing was watched."""
        return self.false_alarms / self.camera_days if self.camera_days > 0 else float("inf")

    @property
    def false_alarms_interval(self) -> Interval:
        """Of the false alarms a camera-day."""
        return rate_interval(self.false_alarms, self.camera_days)


def score(
    events: Sequence[Event], labels: Sequence[Label], camera_days: float, tolerance_ns: int, *, are_complete: bool
) -> Score:
    """Hold the events of one setting against labels.

    Args:
        events: Of one rule.
        labels: Of that rule or its algorithm, on the cameras and over the days that were watched.
        camera_days: How long was watched.
        tolerance_ns: By how much the beginnings of an event and its label may differ.
        are_complete: All that happened is labelled: an event of which no label speaks is a false alarm.
    """
    matching = matched(events, labels, tolerance_ns)
    hits = [pair for pair in matching.pairs if pair.label.happened]
    refuted = len(matching.pairs) - len(hits)
    rest = len(matching.events)
    delays_s = [seconds(pair.event.raised_at - pair.label.start) for pair in hits]
    return Score(
        events=len(events),
        hits=len(hits),
        false_alarms=refuted + (rest if are_complete else 0),
        unjudged=0 if are_complete else rest,
        happened=sum(label.happened for label in labels),
        camera_days=camera_days,
        delay_median_s=float(np.median(delays_s)) if delays_s else None,
        delay_p95_s=float(np.percentile(delays_s, 95)) if delays_s else None,
    )


def are_complete(labels: Sequence[Label]) -> bool:
    """Whether labels claim that all that happened is among them: somebody has noted what was missed.

    Those of a ledger never do: nobody looks for what it does not hold.
    """
    if any(label.is_partial for label in labels):
        return False
    return any(label.verdict is Verdict.MISSED for label in labels) or not any(
        label.verdict is Verdict.FALSE for label in labels
    )


def on_front(scores: Sequence[Score]) -> list[int]:
    """The settings that no other one beats: not in recall, not in false alarms, not in delay, and in one of them.

    Settings without a recall (nothing happened, or nothing is labelled) are never on it.

    Returns:
        Their places, from the fewest false alarms to the most.
    """
    points = {n: _point(one) for n, one in enumerate(scores) if one.recall is not None}
    best = [n for n, point in points.items() if not any(_beats(other, point) for other in points.values())]
    return sorted(best, key=lambda n: (points[n][1], -points[n][0], n))


def _point(one: Score) -> tuple[float, float, float]:
    """Recall (turned round), false alarms a day, delay: less is better."""
    delay_s = one.delay_median_s if one.delay_median_s is not None else float("inf")
    return (-(one.recall or 0.0), one.false_alarms_a_day, delay_s)


def _beats(a: tuple[float, float, float], b: tuple[float, float, float]) -> bool:
    return a != b and all(mine <= other for mine, other in zip(a, b, strict=True))
