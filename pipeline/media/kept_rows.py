"""The latest packets of a live stream in rows, each from a keyframe to the next, within bounds."""

from collections import deque

from pipeline.media.arrival import Arrival
from pipeline.media.packet_kind import video_packet
from pipeline.observation import NS_PER_S

MAX_ROW_BYTES = 24 * 1024 * 1024
MAX_ROW_NS = 60 * NS_PER_S
"""How much of a row may wait undecoded, and how much of it is kept to be decoded again."""
KEPT_BEFORE_NS = 5 * NS_PER_S
KEPT_BEFORE_BYTES = 6 * 1024 * 1024
"""Rows before the newest are kept while they reach no further back and hold no more, all of them together."""


class Row:
    """A keyframe and the packets behind it, in the order in which they came.

    Attributes:
        arrivals: What is kept.
        n_dropped: How many packets before those are gone: with any, decoding cannot start in this row.
        is_lost: Whether packets were dropped that no decoder had: nothing more of it can be decoded.
    """

    __slots__ = ("arrivals", "is_lost", "n_bytes", "n_dropped")

    def __init__(self, first: Arrival) -> None:
        self.arrivals = [first]
        self.n_bytes = first.n_bytes
        self.n_dropped = 0
        self.is_lost = False

    @property
    def is_whole(self) -> bool:
        """Whether decoding can start here."""
        return not self.n_dropped and not self.is_lost

    def add(self, arrival: Arrival, n_decoded: int) -> None:
        """Appends the next packet.

        Args:
            arrival: It.
            n_decoded: How many packets of this row a decoder that goes on has had: where it grows too long they go
                first.
        """
        if self.is_lost:
            return
        self.arrivals.append(arrival)
        self.n_bytes += arrival.n_bytes
        if self._is_long(arrival) and n_decoded > self.n_dropped:
            self._drop(n_decoded - self.n_dropped)
        if self.arrivals and self._is_long(arrival):
            self.is_lost = True
            self._drop(len(self.arrivals))

    def merge(self, arrival: Arrival) -> Arrival:
        """Puts the second half of a keyframe to the first, which is all that is here. Returns the whole."""
        first = self.arrivals[0]
        whole = video_packet(bytes(first.packet) + bytes(arrival.packet))
        whole.pts, whole.dts, whole.time_base = first.packet.pts, first.packet.dts, first.packet.time_base
        whole.is_keyframe = True
        merged = Arrival(whole, first.t, True, first.arrival_ns, first.jumped, whole.size)
        self.arrivals[0] = merged
        self.n_bytes = whole.size
        return merged

    def _is_long(self, newest: Arrival) -> bool:
        return self.n_bytes > MAX_ROW_BYTES or newest.t - self.arrivals[0].t > MAX_ROW_NS

    def _drop(self, n: int) -> None:
        self.n_bytes -= sum(arrival.n_bytes for arrival in self.arrivals[:n])
        self.n_dropped += n
        del self.arrivals[:n]


def drop_old(rows: "deque[Row]") -> None:
    """Forgets the rows before the newest that are not worth keeping."""
    newest_t = rows[-1].arrivals[0].t
    n_bytes = sum(row.n_bytes for row in rows) - rows[-1].n_bytes
    while len(rows) > 1:
        is_old = newest_t - rows[0].arrivals[0].t > KEPT_BEFORE_NS if rows[0].arrivals else True
        if not is_old and n_bytes <= KEPT_BEFORE_BYTES:
            break
        n_bytes -= rows.popleft().n_bytes
