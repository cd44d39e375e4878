"""Packet sizes as a sign of activity, learned per camera: coders that keep the quality tell, others do not.

Pure. Measured: a person who walks in multiplies the median size of the packets between keyframes by five where the
coder keeps the quality; where it keeps the bit rate, sensor noise fills the packets and they tell nothing.
"""

from collections import deque
from collections.abc import Sequence
from statistics import median_high

_LATEST = 9
_LEAST = 5
_MOST_A_STRETCH = 512
_STRETCHES = 64
_LEAST_QUIET, _LEAST_CHANGED = 16, 4
_QUIET_SHARE = 0.95
_MARGIN = 1.5
_LEAST_HITS, _MOST_FALSE = 0.5, 0.1


class Activity:
    """Whether the packets between keyframes tell that something happens, and whether they do so now.

    A stretch is what lies between two looks. Its size is the median of its packets, keyframes left out. What looks
    found at the ends of the latest stretches gives the size above which a stretch counts as active; sizes help where
    at least half of the stretches with a change lie above it and at most a tenth of the quiet ones.

    `packet` may be called from another thread than the rest. Remembers the sizes of the stretch, and of the latest
    quiet and changed stretches.
    """

    def __init__(self) -> None:
        self._stretch: deque[int] = deque(maxlen=_MOST_A_STRETCH)
        self._latest: deque[int] = deque(maxlen=_LATEST)
        self._quiet: deque[int] = deque(maxlen=_STRETCHES)
        self._changed: deque[int] = deque(maxlen=_STRETCHES)
        self._threshold = 0.0
        self._is_helpful = False

    def packet(self, n_bytes: int, *, is_key: bool) -> None:
        """Takes the size of the next packet."""
        if not is_key:
            self._stretch.append(n_bytes)
            self._latest.append(n_bytes)

    def judged(self, *, changed: bool) -> None:
        """Ends a stretch with what the look at its end found."""
        stretch, self._stretch = self._stretch, deque(maxlen=_MOST_A_STRETCH)
        self._latest.clear()
        if len(stretch) < _LEAST:
            return
        (self._changed if changed else self._quiet).append(median_high(stretch))
        self._learn()

    @property
    def is_helpful(self) -> bool:
        """Whether the sizes were found to go with changes. False until enough of both was seen."""
        return self._is_helpful

    @property
    def is_active(self) -> bool:
        """Whether the latest packets since the last look tell that something happens. Only where they help."""
        latest = tuple(self._latest)
        return self._is_helpful and len(latest) >= _LEAST and median_high(latest) > self._threshold

    def _learn(self) -> None:
        if len(self._quiet) < _LEAST_QUIET or len(self._changed) < _LEAST_CHANGED:
            return
        quiet = sorted(self._quiet)
        self._threshold = _MARGIN * quiet[round(_QUIET_SHARE * (len(quiet) - 1))]
        is_sharp = self._share_above(quiet) <= _MOST_FALSE
        self._is_helpful = is_sharp and self._share_above(self._changed) >= _LEAST_HITS

    def _share_above(self, sizes: Sequence[int]) -> float:
        return sum(size > self._threshold for size in sizes) / len(sizes)
