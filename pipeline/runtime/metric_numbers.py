"""The numbers of a run as its threads keep them."""

from bisect import bisect_left
from collections import Counter, defaultdict
from dataclasses import dataclass, field

LATENCY_S = (0.1, 0.25, 0.5, 1.0, 2.0, 3.0, 5.0, 10.0, 30.0)
DETECTOR_S = (0.02, 0.05, 0.1, 0.2, 0.5, 1.0, 2.0)


class Spread:
    """A histogram: how many values fell into each bucket, and their sum.

    Args:
        bounds: Upper ends of the buckets, rising; one without an end follows.
    """

    def __init__(self, bounds: tuple[float, ...]) -> None:
        self.bounds = bounds
        self.counts = [0] * (len(bounds) + 1)
        self.total = 0.0

    def add(self, value: float) -> None:
        """Count a value; one on a bound belongs to the bucket below it."""
        self.counts[bisect_left(self.bounds, value)] += 1
        self.total += value

    def cumulative(self) -> list[tuple[str, float]]:
        """As Prometheus wants it: how many are at most each bound."""
        n = 0
        found = []
        for bound, count in zip((*map(str, self.bounds), "+Inf"), self.counts, strict=True):
            n += count
            found.append((bound, float(n)))
        return found


def _counts() -> Counter[str]:
    return Counter()


def _durations() -> dict[str, float]:
    return defaultdict(float)


@dataclass(slots=True)
class CameraNumbers:
    """The numbers of one camera. Where there are two labels, the key joins them by a line feed."""

    connected: dict[str, bool] = field(default_factory=dict)
    reconnects: Counter[str] = field(default_factory=_counts)
    failures: Counter[str] = field(default_factory=_counts)
    abandoned: Counter[str] = field(default_factory=_counts)
    packets: Counter[str] = field(default_factory=_counts)
    received_bytes: Counter[str] = field(default_factory=_counts)
    keyframe_interval_s: dict[str, float] = field(default_factory=dict)
    clock_offset_s: float | None = None
    decoded: Counter[str] = field(default_factory=_counts)
    damaged: Counter[str] = field(default_factory=_counts)
    looks: Counter[str] = field(default_factory=_counts)
    looks_wanted_per_s: float | None = None
    looks_achieved_share: float | None = None
    dropped: Counter[str] = field(default_factory=_counts)
    detector_s: float = 0.0
    detector_refused: int = 0
    network_s: dict[str, float] = field(default_factory=_durations)
    network_refused: Counter[str] = field(default_factory=_counts)
    network_failures: Counter[str] = field(default_factory=_counts)
    blind_cause: str | None = None
    faults: dict[str, bool] = field(default_factory=dict)
    alerts: Counter[str] = field(default_factory=_counts)
    feedback: Counter[str] = field(default_factory=_counts)
    log_entries_lost: int = 0
    failed_looks: int = 0
    latest_latency_s: float | None = None
    analysis_latency: Spread = field(default_factory=lambda: Spread(LATENCY_S))
    alert_latency: Spread = field(default_factory=lambda: Spread(LATENCY_S))


@dataclass(slots=True)
class ProcessNumbers:
    """The numbers that belong to no camera."""

    detector_pass: Spread = field(default_factory=lambda: Spread(DETECTOR_S))
    detector_queue: int = 0
    detector_pictures: int = 0
    network_pictures: Counter[str] = field(default_factory=_counts)
    network_s: dict[str, float] = field(default_factory=_durations)
    outbox_waiting: int = 0
    sent: int = 0
    last_sent_ns: int = 0
    send_failures: int = 0
    reloads: Counter[str] = field(default_factory=_counts)
    commands: Counter[str] = field(default_factory=_counts)
    clips: Counter[str] = field(default_factory=_counts)
    evidence_bytes: int = 0
    evidence_removed_events: int = 0
    evidence_removed_bytes: int = 0
    sent_without_evidence: int = 0
    given_up: Counter[str] = field(default_factory=_counts)
    last_reload_ns: int = 0
    is_overloaded: bool = False
