"""Whether the machine does what the rules of all cameras need, told when that changes."""

from collections.abc import Callable, Sequence

from pipeline.observation import nanoseconds
from pipeline.runtime.events_log import EventsLog
from pipeline.runtime.metrics import Metrics

_LOADED_BELOW = 0.8
_RELIEVED_ABOVE = 0.9
_TOLD_AFTER_NS = nanoseconds(20.0)


class Load:
    """Remembers since when the machine has done too little.

    Attributes:
        is_overloaded: Whether it does, and has for long enough to be told.
    """

    def __init__(self, now_ns: Callable[[], int], metrics: Metrics, events: EventsLog) -> None:
        """All is well.

        Args:
            now_ns: A steady clock.
            metrics: Of the process.
            events: Told when it is not, and when it is again.
        """
        self.is_overloaded = False
        self._now_ns, self._metrics, self._events = now_ns, metrics, events
        self._since_ns: int | None = None

    def note(self, shares: Sequence[float]) -> None:
        """Take in how much of the looks that its rules need each camera has had of late, in [0, 1]."""
        share = sum(shares) / len(shares) if shares else 1.0
        now_ns = self._now_ns()
        if share >= (_RELIEVED_ABOVE if self.is_overloaded else _LOADED_BELOW):
            self._since_ns = None
        elif self._since_ns is None:
            self._since_ns = now_ns
        is_long = self._since_ns is not None and now_ns - self._since_ns >= _TOLD_AFTER_NS
        if self._since_ns is None and self.is_overloaded:
            self.is_overloaded = False
            self._events.info("load.relieved", achieved_share=round(share, 2))
        elif is_long and not self.is_overloaded:
            self.is_overloaded = True
            self._events.warning("load.too_high", achieved_share=round(share, 2), cameras=len(shares))
        self._metrics.overload(is_overloaded=self.is_overloaded)
