"""Reads the packets of a file in stored order, each placed on the source's time line."""

from collections import deque
from collections.abc import Iterator
from dataclasses import dataclass
from fractions import Fraction
from itertools import islice
from os import SEEK_END
from pathlib import Path

import av
from av.container.input import InputContainer
from av.packet import Packet
from av.video.stream import VideoStream

from pipeline.errors import SourceError
from pipeline.media.avi_stamps import has_true_pts
from pipeline.media.container import reason
from pipeline.media.damage import DamageCounter
from pipeline.media.packet_kind import starts_decoding
from pipeline.media.timeline import DecodeTimeline, RawTimes, Stamp
from pipeline.observation import NS_PER_S, seconds

LONG_INTERVAL_NS = 4 * NS_PER_S
"""Keyframes further apart are no cheap way to look at a video."""
MAX_KEPT_BYTES = 64 * 1024 * 1024
_INTERVALS_REMEMBERED = 8
_MAX_UNREADABLE_IN_A_ROW = 100
_END_TOLERANCE_NS = NS_PER_S


@dataclass(frozen=True, slots=True, eq=False)
class StampedPacket:
    """A packet and its place."""

    data: "Packet[VideoStream]"
    stamp: Stamp


class PacketReader:
    """Hands out the packets of one stream.

    Remembers the packets read ahead, and the latest distances between keyframes.
    """

    def __init__(self, container: InputContainer, stream: VideoStream, path: Path, damage: DamageCounter) -> None:
        self._container = container
        self._stream = stream
        self._path = path
        self._damage = damage
        self._timeline = DecodeTimeline(_nominal_step_ns(stream), damage)
        self._tick_ns = (stream.time_base or Fraction(1, NS_PER_S)) * NS_PER_S
        self._has_true_pts = has_true_pts(container, path)
        self._raw = self._read()
        self._following: deque[Packet[VideoStream]] = deque()
        self._ahead: deque[StampedPacket] = deque()
        self._intervals_ns: deque[int] = deque(maxlen=_INTERVALS_REMEMBERED)
        self._key_ns: int | None = None
        self._open_ns = 0
        self._reached_ns = 0
        self._stated_end_ns = _stated_end_ns(container, stream)

    @property
    def keyframe_interval_s(self) -> float:
        """The longest of the latest distances between keyframes, the unfinished one included, seconds."""
        return seconds(max(self._open_ns, *self._intervals_ns, 0))

    @property
    def keyframes_are_near(self) -> bool:
        """Whether that distance is short enough to look at keyframes only."""
        return max(self._open_ns, *self._intervals_ns, 0) <= LONG_INTERVAL_NS

    def next(self) -> StampedPacket | None:
        """The next packet; None at the end.

        Raises:
            SourceError: The file cannot be read any more, for a reason that lies outside it.
        """
        return self._ahead.popleft() if self._ahead else self._advance()

    def measure_interval(self) -> None:
        """Reads ahead until the first distance between keyframes is known, or is known to be long."""
        n_bytes = 0
        while not self._intervals_ns and self._open_ns <= LONG_INTERVAL_NS and n_bytes < MAX_KEPT_BYTES // 2:
            packet = self._advance()
            if packet is None:
                return
            n_bytes += packet.data.size
            self._ahead.append(packet)

    def _advance(self) -> StampedPacket | None:
        packet = self._following.popleft() if self._following else next(self._raw, None)
        if packet is None:
            self._damage.cut_off = int(self._reached_ns + _END_TOLERANCE_NS < self._stated_end_ns)
            return None
        times = self._times(packet)
        # The stated end counts how long the last picture stays.
        stays_ns = self._nanoseconds(packet.duration) or 0
        self._reached_ns = max(self._reached_ns, (times.pts_ns or times.order_ns or 0) + stays_ns)
        stamp = self._timeline.place(times, self._following_times, is_key=starts_decoding(packet))
        # The decoder passes it on to the picture. Each packet needs an object of its own here.
        packet.opaque = stamp
        self._measure(stamp)
        return StampedPacket(packet, stamp)

    def _measure(self, stamp: Stamp) -> None:
        if self._key_ns is None:
            self._key_ns = stamp.order_ns
        self._open_ns = stamp.order_ns - self._key_ns
        if stamp.is_key and self._open_ns > 0:
            self._intervals_ns.append(self._open_ns)
            self._key_ns, self._open_ns = stamp.order_ns, 0

    def _following_times(self, n: int) -> list[RawTimes]:
        """The stamps of the next packets; fewer at the end."""
        self._following.extend(islice(self._raw, max(0, n - len(self._following))))
        return [self._times(packet) for packet in islice(self._following, n)]

    def _times(self, packet: "Packet[VideoStream]") -> RawTimes:
        dts_ns = self._nanoseconds(packet.dts)
        has_pts = self._has_true_pts or dts_ns is None
        return RawTimes(self._nanoseconds(packet.pts) if has_pts else None, dts_ns)

    def _nanoseconds(self, ticks: int | None) -> int | None:
        return None if ticks is None else ticks * self._tick_ns.numerator // self._tick_ns.denominator

    def _read(self) -> "Iterator[Packet[VideoStream]]":
        unreadable = 0
        while unreadable < _MAX_UNREADABLE_IN_A_ROW:
            try:
                for packet in self._container.demux(self._stream):
                    if packet.size == 0:
                        continue  # stands for the end, or for nothing
                    unreadable = 0
                    if packet.is_corrupt:
                        self._damage.broken_packets += 1
                    yield packet
            # IndexError: damage that looks like a further stream, which PyAV does not know of.
            except (av.FFmpegError, IndexError, MemoryError) as error:
                self._check_file(error)
                unreadable += 1
                self._damage.unreadable_places += unreadable == 1
            else:
                return

    def _check_file(self, error: Exception) -> None:
        """Tells damage inside the file from a file that is gone or a disk that fails: the decoder's word is no help."""
        try:
            with self._path.open("rb") as file:
                file.seek(-1, SEEK_END)
                file.read(1)
        except OSError as fault:
            raise SourceError(f"{self._path}: cannot be read on: {reason(fault)}") from error


def _nominal_step_ns(stream: VideoStream) -> int:
    rate = stream.average_rate or stream.guessed_rate
    return NS_PER_S * rate.denominator // rate.numerator if rate and 0 < rate <= 1000 else NS_PER_S // 25


def _stated_end_ns(container: InputContainer, stream: VideoStream) -> int:
    """Where the stream ends by its own account, on the line of its stamps; 0 where it gives none."""
    if container.format.name == "mpegts":
        return 0  # what is known there was read off the end of the file itself
    if stream.duration and stream.time_base:
        return int(((stream.start_time or 0) + stream.duration) * stream.time_base * NS_PER_S)
    if len(container.streams) > 1:
        return 0  # the whole file's length may be another stream's
    return ((container.start_time or 0) + (container.duration or 0)) * (NS_PER_S // av.time_base)
