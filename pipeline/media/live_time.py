"""From the stamps of a live stream to media time: one line that increases over pauses, jumps and reconnects. Pure.

A picture's time is its stamp plus an offset. The offset is set as a connection begins: to what the sender reports where
that is sane, else so that the least delayed packet at hand was taken as it came. It then follows the sender, or the
least delayed packets of the last half minute, by at most a thousandth of the time that passes: stamps drift against a
clock, and no duration is wrong by more than that.

The time line breaks off, which is told, where stamps and arrivals part: stamps that leap ahead of all delays seen, go
back, or stay behind for long, and a machine's clock that is put. A pause in which both advance alike is no break, nor
is a counter of stamps that runs over. Behind a break or a reconnect the line begins anew, in the present. Where that
lies before what was given already, by a little, times are squeezed until it is past; by much, the line goes on from
there and stays ahead of the clock: time never goes back.
"""

from dataclasses import dataclass

from pipeline.observation import NS_PER_S, MediaNs

MAX_SENDER_ERROR_NS = 5 * NS_PER_S
MAX_REORDER_NS = 2 * NS_PER_S
"""How far a picture may be sent behind one that is shown after it."""
MAX_LEAD_NS = 1 * NS_PER_S
"""How much earlier than ever a packet may come for its stamp; more is a leap of the stamps."""
MAX_PARTED_NS = 8 * NS_PER_S
"""How far the line may be from where it would begin now: more than a sender's report may lie from the arrival."""
MAX_SQUEEZED_NS = 15 * NS_PER_S
WINDOW_NS = 15 * NS_PER_S
_SLEW = 1000
_SQUEEZE = 1000
_WRAPS_NS = (2**32 * 100_000 // 9, 2**33 * 100_000 // 9)  # RTP, MPEG-TS; both at 90 kHz
_WRAP_TOLERANCE_NS = 60 * NS_PER_S
_LEAST_WRAP_NS = _WRAPS_NS[0] - _WRAP_TOLERANCE_NS
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

    Of two packets between two breaks the one with the later stamp has the later time (by at least 1 us of stamps), and
    everything behind a break or a reconnect is later than everything before. A packet without a stamp is later than
    those before it.

    Remembers the offset, the least delays of two windows, the latest stamp and time, and where squeezing began.
    """

    def __init__(self, not_before: int = 0) -> None:
        """Starts the line.

        Args:
            not_before: All times are later, ns: the last one of a former run.
        """
        self._last_t = not_before
        self._floor_t = not_before
        self._offset_ns: int | None = None
        self._known_delay_ns: int | None = None
        self._best_ns = 0
        self._window_best_ns = 0
        self._window_from_ns = 0
        self._behind_ns = 0
        self._usual_behind_ns = 0
        self._wrapped_ns = 0
        self._high_ns = 0
        self._low_ns = 0
        self._error_ns = 0
        self._connection = 0

    @property
    def connection(self) -> int:
        """The number of the latest connection."""
        return self._connection

    @property
    def last_t(self) -> MediaNs:
        """The latest time given."""
        return MediaNs(self._last_t)

    @property
    def offset_ns(self) -> int:
        """Media time minus arrival of the latest packet, ns."""
        return self._error_ns

    def connecting(self) -> int:
        """Somebody sets out to connect. Whoever holds an earlier number than `connection` must place nothing more."""
        self._connection += 1
        return self._connection

    def reconnected(self, delay_ns: int | None = None) -> None:
        """A new connection begins: its stamps have nothing to do with those before.

        Args:
            delay_ns: Least arrival minus stamp of packets at hand that will be placed next: the first ones of a
                connection come in a heap, later than they should. None: the first packet's counts.
        """
        self._offset_ns = None
        self._known_delay_ns = delay_ns
        self._wrapped_ns = 0

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
        offset_ns, jumped = self._offset_ns, False
        if offset_ns is None:
            jumped = self._anchor(pts_ns, arrival_ns, sender_ns)
        else:
            if abs(pts_ns - self._high_ns) > _LEAST_WRAP_NS:
                pts_ns = self._unwrapped(pts_ns)
            moved_ns = pts_ns - self._high_ns
            jumped = moved_ns < -MAX_REORDER_NS or self._has_parted(arrival_ns - pts_ns, arrival_ns)
            if jumped:
                self._anchor(pts_ns, arrival_ns, sender_ns)
            elif moved_ns > 0:
                self._high_ns = pts_ns
                self._behind_ns = (self._best_ns if sender_ns is None else sender_ns - pts_ns) - offset_ns
                most_ns = moved_ns // _SLEW
                self._offset_ns = offset_ns + max(-most_ns, min(most_ns, self._behind_ns))
        return Placed(self._timed(pts_ns, arrival_ns), jumped)

    def _timed(self, pts_ns: int, arrival_ns: int) -> MediaNs:
        squeezed_t = self._floor_t + 1 + max(0, pts_ns - self._low_ns) // _SQUEEZE
        t = max(pts_ns + (self._offset_ns or 0), squeezed_t)
        self._last_t = max(self._last_t, t)
        self._error_ns = t - arrival_ns
        return MediaNs(t)

    def _anchor(self, pts_ns: int, arrival_ns: int, sender_ns: int | None) -> bool:
        """Begins the line anew at a packet. Returns whether it could not begin in the present."""
        delay_ns = arrival_ns - pts_ns if self._known_delay_ns is None else self._known_delay_ns
        self._known_delay_ns = None
        self._best_ns = self._window_best_ns = delay_ns
        self._window_from_ns = arrival_ns
        self._high_ns = pts_ns
        self._low_ns = pts_ns - MAX_REORDER_NS
        self._floor_t = self._last_t
        offset_ns = delay_ns if sender_ns is None else sender_ns - pts_ns
        is_late = pts_ns + offset_ns < self._last_t - MAX_SQUEEZED_NS
        self._offset_ns = self._last_t + _STEP_NS - pts_ns if is_late else offset_ns
        self._behind_ns = self._usual_behind_ns = offset_ns - self._offset_ns
        return is_late

    def _unwrapped(self, pts_ns: int) -> int:
        """The stamp on the line, where the counter of stamps may have run over, or come from before it did."""
        moved_ns = pts_ns - self._high_ns
        for wrap_ns in _WRAPS_NS:
            if abs(moved_ns + wrap_ns) < _WRAP_TOLERANCE_NS:
                self._wrapped_ns += wrap_ns
                return pts_ns + wrap_ns
            if self._wrapped_ns and abs(moved_ns - wrap_ns) < MAX_REORDER_NS:
                return pts_ns - wrap_ns
        return pts_ns

    def _has_parted(self, delay_ns: int, arrival_ns: int) -> bool:
        """Whether the delay of a packet cannot be one; else it is remembered."""
        if delay_ns < self._best_ns - MAX_LEAD_NS:
            return True
        self._best_ns = min(delay_ns, self._best_ns)
        self._window_best_ns = min(delay_ns, self._window_best_ns)
        if 0 <= arrival_ns - self._window_from_ns < WINDOW_NS:
            return False
        self._best_ns, self._window_best_ns = self._window_best_ns, delay_ns
        self._window_from_ns = arrival_ns
        # A line that had to begin ahead of the clock comes back to it.
        self._usual_behind_ns = max(self._usual_behind_ns, min(self._behind_ns, 0))
        return abs(self._behind_ns - self._usual_behind_ns) > MAX_PARTED_NS

    def _unstamped(self, arrival_ns: int, sender_ns: int | None) -> Placed:
        taken_ns = arrival_ns if sender_ns is None else sender_ns
        if self._offset_ns is not None and sender_ns is None:
            taken_ns += self._offset_ns - self._best_ns
        self._last_t = self._floor_t = max(taken_ns, self._last_t + 1)
        self._low_ns = self._high_ns
        self._error_ns = self._last_t - arrival_ns
        return Placed(MediaNs(self._last_t), jumped=False)
