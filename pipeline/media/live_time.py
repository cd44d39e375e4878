"""From the stamps of a live stream to media time: one line that increases over pauses, jumps and reconnects. Pure.

A picture's time is its stamp plus an offset. The offset is set as a connection begins: to what the sender reports where
that is sane, else so that the first packet was taken as it came. It then follows the sender, or the least delayed
packets of the last half minute, by at most a thousandth of the time that passes: stamps drift against a clock, and no
duration is wrong by more than that.

The time line breaks off, which is told, where the stamps and the arrivals part: stamps that leap ahead of all delays
seen, go back, or stay behind for long. A pause in which stamps and clock advance alike is none.
"""

from dataclasses import dataclass

from pipeline.observation import NS_PER_S, MediaNs

MAX_SENDER_ERROR_NS = 5 * NS_PER_S
MAX_REORDER_NS = 2 * NS_PER_S
"""How far a picture may be sent behind one that is shown after it."""
MAX_LEAD_NS = 1 * NS_PER_S
"""How much earlier than ever a stamp may come; more is a leap of the stamps."""
MAX_LAG_NS = 5 * NS_PER_S
"""How late all packets of a window may come, against before."""
_SLEW = 1000
_WINDOW_NS = 15 * NS_PER_S
_WRAPS_NS = (2**32 * 100_000 // 9, 2**33 * 100_000 // 9)
_WRAP_TOLERANCE_NS = 60 * NS_PER_S
_STEP_NS = 1_000_000


@dataclass(frozen=True, slots=True)
class Placed:
    """Where a packet lies in media time.

    Attributes:
        t: When its picture was taken.
        jumped: Whether the time line broke off before it.
    """

    t: MediaNs
    jumped: bool


class LiveClock:
    """The media time of one stream, for as long as the process runs.

    Of two packets between two breaks the one with the later stamp has the later time, and everything after a break or
    a reconnect is later than everything before. Equal stamps, and missing ones, follow one another.

    Remembers the offset, the least delays of two windows, and the latest stamp and time.
    """

    def __init__(self, not_before: int = 0) -> None:
        """Starts the line.

        Args:
            not_before: All times are later: the last one of a former run.
        """
        self._last_t = not_before
        self._floor = not_before
        self._offset_ns: int | None = None
        self._best_ns = 0
        self._window_best_ns = 0
        self._window_from_ns = 0
        self._wrapped_ns = 0
        self._high_ns = 0
        self._error_ns = 0

    @property
    def last_t(self) -> MediaNs:
        """The latest time given."""
        return MediaNs(self._last_t)

    @property
    def offset_ns(self) -> int:
        """Media time minus arrival of the latest packet, ns."""
        return self._error_ns

    def reconnected(self) -> None:
        """A new connection begins: its stamps have nothing to do with those before."""
        self._offset_ns = None
        self._wrapped_ns = 0
        self._floor = self._last_t

    def place(self, pts_ns: int | None, arrival_ns: int, sender_ns: int | None) -> Placed:
        """The media time of the next packet.

        Args:
            pts_ns: Its time of showing as stamped, any zero, ns.
            arrival_ns: When it came, ns since 1970.
            sender_ns: When it was taken by the sender's own report, ns since 1970; None where there is none.
        """
        if sender_ns is not None and abs(sender_ns - arrival_ns) > MAX_SENDER_ERROR_NS:
            sender_ns = None
        if pts_ns is None:
            return self._unstamped(arrival_ns, sender_ns)
        pts_ns += self._wrapped_ns
        jumped = False
        offset_ns = self._offset_ns
        if offset_ns is None:
            offset_ns = self._anchor(pts_ns, arrival_ns, sender_ns)
        else:
            moved_ns = pts_ns - self._high_ns
            if moved_ns < -MAX_REORDER_NS:
                pts_ns, moved_ns = self._unwrapped(pts_ns)
            delay_ns = arrival_ns - pts_ns
            jumped = moved_ns < -MAX_REORDER_NS or self._has_parted(delay_ns, arrival_ns)
            if jumped:
                self._floor = self._last_t
                offset_ns = self._anchor(pts_ns, arrival_ns, sender_ns)
            elif moved_ns > 0:
                self._high_ns = pts_ns
                target_ns = self._best_ns if sender_ns is None else sender_ns - pts_ns
                most_ns = moved_ns // _SLEW
                offset_ns += max(-most_ns, min(most_ns, target_ns - offset_ns))
                self._offset_ns = offset_ns
        t = max(pts_ns + offset_ns, self._floor + 1)
        self._last_t = max(self._last_t, t)
        self._error_ns = t - arrival_ns
        return Placed(MediaNs(t), jumped)

    def _anchor(self, pts_ns: int, arrival_ns: int, sender_ns: int | None) -> int:
        taken_ns = arrival_ns if sender_ns is None else sender_ns
        self._high_ns = pts_ns
        self._best_ns = self._window_best_ns = arrival_ns - pts_ns
        self._window_from_ns = arrival_ns
        self._offset_ns = max(taken_ns, self._last_t + _STEP_NS) - pts_ns
        return self._offset_ns

    def _unwrapped(self, pts_ns: int) -> tuple[int, int]:
        """The stamp on the line, and how far it moved, where the counter of stamps may have run over."""
        back_ns = self._high_ns - pts_ns
        for wrap_ns in _WRAPS_NS:
            if abs(back_ns - wrap_ns) < _WRAP_TOLERANCE_NS:
                self._wrapped_ns += wrap_ns
                return pts_ns + wrap_ns, wrap_ns - back_ns
        return pts_ns, -back_ns

    def _has_parted(self, delay_ns: int, arrival_ns: int) -> bool:
        """Whether the delay of a packet cannot be one; else it is remembered."""
        if delay_ns < self._best_ns - MAX_LEAD_NS:
            return True
        self._best_ns = min(delay_ns, self._best_ns)
        self._window_best_ns = min(delay_ns, self._window_best_ns)
        if 0 <= arrival_ns - self._window_from_ns < _WINDOW_NS:
            return False
        has_stayed_behind = self._window_best_ns > self._best_ns + MAX_LAG_NS
        self._best_ns, self._window_best_ns = self._window_best_ns, delay_ns
        self._window_from_ns = arrival_ns
        return has_stayed_behind

    def _unstamped(self, arrival_ns: int, sender_ns: int | None) -> Placed:
        taken_ns = arrival_ns if sender_ns is None else sender_ns
        if self._offset_ns is not None and sender_ns is None:
            taken_ns += self._offset_ns - self._best_ns
        self._last_t = max(taken_ns, self._last_t + 1)
        self._error_ns = self._last_t - arrival_ns
        return Placed(MediaNs(self._last_t), jumped=False)
