"""The latest packets of one connection, of which clips are cut: from some seconds before a moment to some after it."""

from collections import deque
from collections.abc import Sequence
from dataclasses import dataclass
from threading import Lock

from pipeline.media.arrival import Arrival
from pipeline.media.live_decoder import Coding
from pipeline.observation import NS_PER_S, MediaNs

_REORDERED_NS = NS_PER_S // 2
"""A packet with an earlier picture comes no later than this: B-frames."""
_MOST_CLIP_FACTOR = 3
"""A clip may grow to so many times what is kept of the past."""


@dataclass(frozen=True, slots=True, eq=False)
class Take:
    """The packets of a clip, in the order in which they are decoded; the first is a keyframe.

    Attributes:
        coding: Of the stream.
        arrivals: At least one.
        is_cut_short: Whether the connection was lost or the clip grew too large before its end.
    """

    coding: Coding
    arrivals: Sequence[Arrival]
    is_cut_short: bool


class _Open:
    """A clip that still grows."""

    def __init__(self, until: MediaNs, arrivals: list[Arrival]) -> None:
        self.until = until
        self.arrivals = arrivals
        self.n_bytes = sum(arrival.n_bytes for arrival in arrivals)
        self.is_over = self.is_cut_short = False


class Request:
    """A clip that was asked for. It is had when it is complete."""

    def __init__(self, footage: "Footage", inside: _Open) -> None:
        self._footage, self._inside = footage, inside

    def take(self, now: MediaNs | None = None) -> Take | None:
        """The clip; None while it is not complete, or where it holds nothing.

        Args:
            now: Media time: a clip whose end has long passed is complete though no packet came; None: whatever is there
                is the clip.
        """
        return self._footage.finish(self._inside, now)

    @property
    def is_over(self) -> bool:
        """Whether nothing more is to be waited for."""
        return self._inside.is_over


class Footage:
    """Keeps packets from a keyframe on, within bounds. One thread adds packets, others ask for clips.

    The packets are those that `LivePictures` keeps as well: what is held twice is held once.

    Remembers: the packets of the last seconds, and the clips that still grow.
    """

    def __init__(self, coding: Coding, before_ns: int, max_bytes: int) -> None:
        """Nothing is kept yet.

        Args:
            coding: Of the stream.
            before_ns: How far back a clip may begin.
            max_bytes: How much is kept for that; where it is less than `before_ns`, clips begin later.
        """
        self._coding = coding
        self._before_ns, self._max_bytes = before_ns, max_bytes
        self._lock = Lock()
        self._rows: deque[list[Arrival]] = deque()
        self._n_bytes = 0
        self._open: list[_Open] = []

    def add(self, arrival: Arrival) -> None:
        """Take in the newest packet. Where the time line broke off, what was before is forgotten."""
        with self._lock:
            if arrival.jumped:
                self._end_all()
                self._rows.clear()
                self._n_bytes = 0
            if arrival.is_key:
                self._rows.append([arrival])
            elif self._rows:
                self._rows[-1].append(arrival)
            else:
                return
            self._n_bytes += arrival.n_bytes
            self._drop_old(arrival.t)
            for one in self._open:
                self._grow(one, arrival)
            self._open = [one for one in self._open if not one.is_over]

    def request(self, since: MediaNs, until: MediaNs) -> Request | None:
        """Ask for a clip from the keyframe at or before `since`, or the first one there is. None: there is nothing."""
        with self._lock:
            rows = list(self._rows)
            while len(rows) > 1 and rows[1][0].t <= since:
                del rows[0]
            arrivals = [arrival for row in rows for arrival in row]
            if not arrivals:
                return None
            inside = _Open(until, [])
            for arrival in arrivals:
                self._grow(inside, arrival)
            if not inside.is_over:
                self._open.append(inside)
            return Request(self, inside)

    def end(self) -> None:
        """The connection is lost: the clips end here."""
        with self._lock:
            self._end_all()

    def finish(self, inside: _Open, now: MediaNs | None) -> Take | None:
        """See `Request.take`."""
        with self._lock:
            if not inside.is_over and (now is None or now - inside.until > 4 * NS_PER_S):
                inside.is_over = inside.is_cut_short = True
                self._open = [one for one in self._open if one is not inside]
            if not inside.is_over or not inside.arrivals:
                return None
            return Take(self._coding, tuple(inside.arrivals), inside.is_cut_short)

    def _grow(self, one: _Open, arrival: Arrival) -> None:
        if one.is_over:
            return
        if arrival.t > one.until + _REORDERED_NS or (arrival.is_key and arrival.t > one.until):
            one.is_over = True
            return
        if one.n_bytes + arrival.n_bytes > _MOST_CLIP_FACTOR * self._max_bytes:
            one.is_over = one.is_cut_short = True
            return
        one.arrivals.append(arrival)
        one.n_bytes += arrival.n_bytes

    def _end_all(self) -> None:
        for one in self._open:
            one.is_over = one.is_cut_short = True
        self._open.clear()

    def _drop_old(self, now: MediaNs) -> None:
        """Forget whole groups of pictures: the first that is kept reaches back far enough, if there is room for it."""
        while len(self._rows) > 1:
            is_needed = now - self._rows[1][0].t < self._before_ns
            if is_needed and self._n_bytes <= self._max_bytes:
                return
            self._n_bytes -= sum(arrival.n_bytes for arrival in self._rows.popleft())
        if self._rows and self._n_bytes > self._max_bytes:
            # A group of pictures that alone is too large: the next clip begins with the next keyframe.
            self._rows.clear()
            self._n_bytes = 0
