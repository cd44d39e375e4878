"""From the stamps of a file to media time: strictly increasing, good stamps kept, others repaired and counted. Pure.

Two steps. `DecodeTimeline` places every packet in the order in which it is stored, so that reading keyframes only gives
the same times as reading every picture. `DisplayClock` then gives each decoded picture its time.

What is decided here:
- A stamp that alone is out of line is a bad stamp: the packet counts as one without.
- A forward step of up to an hour is kept: a recorder may have slept. A longer one, and every step back, is a
  break in the stamps: time goes on by one usual step, and keeps to the new stamps from there.
- A time of showing far ahead of its packet's place is good where the pictures after it lead up to it by steps of up to
  an hour: what others refer to is stored before them.
- A missing stamp is the neighbour's plus one usual step, which is the median of the latest steps, or before there are
  any the nominal one.
"""

from collections import deque
from collections.abc import Callable, Sequence
from dataclasses import dataclass
from heapq import heappop, heappush
from statistics import median_low
from typing import TypeAlias

from pipeline.media.damage import DamageCounter
from pipeline.observation import NS_PER_S

MAX_GAP_NS = 3600 * NS_PER_S
MAX_REORDER_NS = 10 * NS_PER_S
_STEPS_REMEMBERED = 15
_MAX_PENDING = 64
_REORDERED = 17  # a picture is stored at most 16 places early, and the one behind those is shown after it


@dataclass(frozen=True, slots=True)
class RawTimes:
    """The stamps of a packet as stored, in nanoseconds; None where there is none.

    Attributes:
        pts_ns: When it is shown.
        dts_ns: When it is decoded; increases from packet to packet.
    """

    pts_ns: int | None
    dts_ns: int | None

    @property
    def order_ns(self) -> int | None:
        """The stamp that tells the order of packets."""
        return self.pts_ns if self.dts_ns is None else self.dts_ns

    @property
    def tells_order(self) -> bool:
        """Whether `order_ns` cannot go back in a sound file; times of showing are stored out of order."""
        return self.dts_ns is not None


Following: TypeAlias = Callable[[int], Sequence[RawTimes]]
"""Gives the stamps of so many packets ahead, fewer at the end of the file."""


@dataclass(frozen=True, slots=True, eq=False)
class Stamp:
    """Where a packet lies on the source's own unbroken time line.

    Attributes:
        seq: Number of the packet in stored order.
        order_ns: Place in stored order; never decreases.
        shown_ns: Time of showing on the same line; None where only the order is known.
        step_ns: The usual step between packets here.
        is_key: Whether decoding can start with it.
    """

    seq: int
    order_ns: int
    shown_ns: int | None
    step_ns: int
    is_key: bool


BEFORE_ALL = Stamp(-1, 0, None, 0, is_key=False)
"""Stands where no packet has come yet."""


class DecodeTimeline:
    """Places packets in stored order.

    Remembers the last good stamp, the latest times of showing, the offset since the last break, and steps.
    """

    def __init__(self, nominal_step_ns: int, damage: DamageCounter) -> None:
        self._damage = damage
        self._steps: deque[int] = deque([nominal_step_ns], maxlen=_STEPS_REMEMBERED)
        self._steps_are_nominal = True
        self._offset_ns = 0
        self._raw_ns: int | None = None
        self._placed_ns: int | None = None
        self._tells_order = True
        self._pts: deque[int] = deque(maxlen=2 * _REORDERED)
        self._had_pts = False
        self._seq = -1

    def place(self, times: RawTimes, following: Following, *, is_key: bool) -> Stamp:
        """The stamp of the next packet.

        Args:
            times: Its own.
            following: Gives those of so many packets after it, fewer at the end. Asked for more than one only where
                the packet lies far ahead.
            is_key: Whether decoding can start with it.
        """
        self._seq += 1
        step_ns = median_low(self._steps)
        is_early = self._is_early(times, following)
        is_good = is_early or not self._is_outlier(times, following)
        order_ns = 0 if self._placed_ns is None else self._placed_ns + step_ns
        if is_good and times.order_ns is not None:
            if not is_early:
                self._follow(times, order_ns)
            order_ns = self._offset_ns + self._in_turn(times, following, is_early=is_early)
        self._placed_ns = order_ns if self._placed_ns is None else max(order_ns, self._placed_ns)
        shown_ns = self._shown(times, order_ns, step_ns, following if is_good else None)
        self._damage.missing_times += shown_ns is None and (times.order_ns is None or not is_good or self._had_pts)
        return Stamp(self._seq, self._placed_ns, shown_ns, step_ns, is_key)

    def _line_ns(self, times: RawTimes) -> int | None:
        """What is compared with the packets before: times of showing where one side has no other."""
        is_sure = times.tells_order and self._tells_order
        return times.dts_ns if is_sure or times.pts_ns is None else times.pts_ns

    def _before_ns(self, line_ns: int) -> int | None:
        """The stamp from which it goes on: of one stored early, where that is the nearest."""
        if self._raw_ns is None or self._tells_order:
            return self._raw_ns
        return max((self._raw_ns, *(pts_ns for pts_ns in self._pts if pts_ns < line_ns)))

    def _slack_ns(self, *times: RawTimes) -> int:
        """How far the order may seem to go back in a sound file."""
        return 0 if self._tells_order and all(each.tells_order for each in times) else MAX_REORDER_NS

    def _is_early(self, times: RawTimes, following: Following) -> bool:
        """Whether only its time of showing tells its place, and pictures stored after it are shown before it."""
        pts_ns = times.pts_ns
        if pts_ns is None or (times.tells_order and self._tells_order):
            return False
        if self._raw_ns is not None and pts_ns - self._raw_ns < MAX_REORDER_NS:
            return False
        return any(later_ns < pts_ns for later_ns in _pts(following)) and self._comes(pts_ns, following)

    def _comes(self, pts_ns: int, following: Following) -> bool:
        """Whether the file gets to this time of showing by steps of up to an hour, as soon as reordering allows."""
        rest = _pts(following)
        lower_ns = max((each for each in (*self._pts, *rest) if each < pts_ns), default=pts_ns)
        is_passed = any(each > pts_ns for each in rest) or len(following(_REORDERED)) < _REORDERED
        return is_passed and pts_ns - lower_ns <= MAX_GAP_NS

    def _is_outlier(self, times: RawTimes, following: Following) -> bool:
        """Whether the packet after it goes on from the one before as if this one were not there."""
        line_ns = self._line_ns(times)
        if self._raw_ns is None or line_ns is None:
            return False
        after = following(1)
        next_ns = self._line_ns(after[0]) if after else None
        before_ns = self._before_ns(line_ns)
        if before_ns is None or next_ns is None:
            return False
        slack_ns = self._slack_ns(times, *after)
        goes_on = 0 < next_ns - before_ns + slack_ns <= MAX_GAP_NS
        return goes_on and (next_ns < line_ns - slack_ns or line_ns <= before_ns - slack_ns)

    def _follow(self, times: RawTimes, expected_ns: int) -> None:
        line_ns, slack_ns = self._line_ns(times), self._slack_ns(times)
        before_ns = None if line_ns is None else self._before_ns(line_ns)
        if line_ns is None or before_ns is None:
            return
        moved_ns = line_ns - before_ns
        if moved_ns > MAX_GAP_NS or moved_ns < -slack_ns:
            self._offset_ns = expected_ns - line_ns
            self._raw_ns = None
            self._pts.clear()
            self._damage.jumps_ahead += moved_ns > 0
            self._damage.jumps_back += moved_ns < 0
        elif moved_ns > 0 and slack_ns == 0:
            if self._steps_are_nominal:
                self._steps.clear()
                self._steps_are_nominal = False
            self._steps.append(moved_ns)

    def _in_turn(self, times: RawTimes, following: Following, *, is_early: bool) -> int:
        """Place of a good packet by its stamps; later packets are judged from there."""
        self._tells_order = times.tells_order
        if times.dts_ns is not None:
            self._raw_ns = times.dts_ns
            return times.dts_ns
        pts_ns = times.pts_ns or 0
        if is_early:
            return min(_pts(following))
        # Among times of showing, order keeps to the latest seen, as the ones after it may be earlier.
        self._raw_ns = pts_ns if self._raw_ns is None else max(pts_ns, self._raw_ns)
        return pts_ns

    def _shown(self, times: RawTimes, order_ns: int, step_ns: int, following: Following | None) -> int | None:
        """When it is shown; None where its stamp for that is bad. `following` is None where that for its order is."""
        if times.pts_ns is None:
            return None
        self._had_pts = True
        shown_ns = times.pts_ns + self._offset_ns
        reach_ns = 16 * step_ns if following is None else max(MAX_REORDER_NS, 32 * step_ns)
        is_far_ahead = shown_ns > order_ns + reach_ns
        comes = is_far_ahead and following is not None and self._comes(times.pts_ns, following)
        if not comes and abs(shown_ns - order_ns) > reach_ns:
            return None
        self._pts.append(times.pts_ns)
        return shown_ns


def _pts(following: Following) -> list[int]:
    return [times.pts_ns for times in following(_REORDERED) if times.pts_ns is not None]


class DisplayClock:
    """Gives pictures their times in the order in which they are shown.

    A picture without a time of showing gets its turn among the packets: the k-th picture shown takes the k-th place in
    stored order, shifted by what pictures with both showed last. Only bidirectional pictures are shown before their
    own place, so any other one leaves behind the places of packets that never became pictures.
    Remembers the places of the packets in the decoder.
    """

    def __init__(self, damage: DamageCounter) -> None:
        self._damage = damage
        self._places: list[int] = []
        self._lead_ns = 0
        self._last_ns: int | None = None
        self._squeezed = 0

    def fed(self, stamp: Stamp) -> None:
        """The decoder was given this packet."""
        heappush(self._places, stamp.order_ns)
        if len(self._places) > _MAX_PENDING:
            heappop(self._places)

    def restart(self) -> None:
        """The decoder was emptied."""
        self._places.clear()

    def shown(self, stamp: Stamp, *, is_bidirectional: bool) -> int:
        """When the picture of this packet, which just came out of the decoder, is due on the source's time line, ns."""
        while not is_bidirectional and len(self._places) > 1 and self._places[0] < stamp.order_ns:
            heappop(self._places)
        place_ns = heappop(self._places) if self._places else stamp.order_ns
        if stamp.shown_ns is None:
            return place_ns + self._lead_ns
        self._lead_ns = stamp.shown_ns - place_ns
        return stamp.shown_ns

    def due(self, stamp: Stamp) -> int:
        """When the picture of a keyframe that is not decoded would be due on the source's time line, ns."""
        return stamp.order_ns + self._lead_ns if stamp.shown_ns is None else stamp.shown_ns

    def follow(self, shown_ns: int, step_ns: int) -> int:
        """The time of the next picture that is passed on: `shown_ns`, or just behind the one before.

        Pictures that share a stamp halve the way to the next usual one, so that the next good stamp can be kept.
        """
        if self._last_ns is None or shown_ns > self._last_ns:
            self._squeezed = 0
            self._last_ns = shown_ns
            return shown_ns
        self._squeezed += 1
        self._damage.disordered_times += 1
        self._last_ns += max(1, step_ns >> min(self._squeezed, 62))
        return self._last_ns
