"""How often a camera sends pictures, and how many of the looks that its rules need it gets."""

from collections import deque

from pipeline.observation import MediaNs, nanoseconds, seconds

_RATE_OVER_NS = nanoseconds(10.0)
_RATE_MIN_NS = nanoseconds(4.0)
_SHARE_TAU_S = 20.0
_TOLERANCE = 1.2


class FrameRate:
    """Remembers how many pictures had come at the looks of the last ten seconds."""

    def __init__(self) -> None:
        self._came: deque[tuple[MediaNs, int]] = deque()

    def note(self, t: MediaNs, n_came: int) -> None:
        """At the look at `t` so many pictures had come in all."""
        self._came.append((t, n_came))
        while t - self._came[0][0] > _RATE_OVER_NS and len(self._came) > 2:
            self._came.popleft()

    def restart(self) -> None:
        """The stream was away, or is another one."""
        self._came.clear()

    @property
    def per_s(self) -> float:
        """Pictures per second; 0 while it is too early to tell."""
        if not self._came:
            return 0.0
        (since, n_before), (t, n) = self._came[0], self._came[-1]
        return (n - n_before) / seconds(t - since) if t - since >= _RATE_MIN_NS else 0.0


class Achieved:
    """The share of the looks that the rules need which were made of late.

    Only the machine's lateness counts: what the camera did not send in time could not be looked at. Remembers the last
    look, and when the first picture after it came that was due.
    """

    def __init__(self) -> None:
        self._looked: MediaNs | None = None
        self._due: MediaNs | None = None
        self._share = 1.0

    @property
    def share(self) -> float:
        """In [0, 1]; of the last 20 s, the latest counting most."""
        return self._share

    def came(self, t: MediaNs) -> None:
        """A picture that is due has come. By the reader's thread."""
        if self._due is None:
            self._due = t

    def looked(self, t: MediaNs, interval_ns: int) -> None:
        """A look was made at the picture of `t`; the next is due after `interval_ns`."""
        before, due = self._looked, self._due
        self._looked, self._due = t, None
        if before is None or due is None or due <= before:
            return
        possible_ns = max(interval_ns, due - before)
        achieved = min(1.0, possible_ns * _TOLERANCE / max(1, t - before))
        weight = min(1.0, seconds(t - before) / _SHARE_TAU_S)
        self._share += weight * (achieved - self._share)
