"""A recorded file in a camera's place: its packets come at the pace at which they were recorded."""

from collections.abc import Callable
from pathlib import Path

from pipeline.media.arrival import Arrival
from pipeline.media.info import StreamInfo
from pipeline.media.live_decoder import Coding
from pipeline.media.live_pictures import LivePictures
from pipeline.media.packet_kind import starts_decoding
from pipeline.media.recorded_packets import RecordedPackets
from pipeline.media.stream_fault import StreamFault, StreamLostError
from pipeline.observation import NS_PER_S, MediaNs

_WAKE_EVERY_S = 0.2


class Pace:
    """When the recordings of one camera are played: all of its streams show the same moment.

    Attributes:
        offset_ns: Media time minus the machine's clock; None before the first packet of the first of them.
    """

    def __init__(self) -> None:
        self.offset_ns: int | None = None


class PacedFile:
    """A recording that is handed out packet by packet as time passes. Implements `Connection`.

    Packets that are due together come without waiting in between; it waits at most five times a second.

    Remembers nothing but its place: which moment of the machine's clock it belongs to is in its `Pace`.
    """

    def __init__(
        self,
        source: Path,
        start: MediaNs | None,
        *,
        loop: bool,
        now_ns: Callable[[], int],
        sleep: Callable[[float], bool],
        begin_at: MediaNs | None = None,
        pace: "Pace | None" = None,
    ) -> None:
        """Opens the file.

        Args:
            source: mp4, mkv, avi, ts and others; only its first video stream is read.
            start: Media time of the first picture; None: the container's creation time, else 1970.
            loop: Begin again at the end; media time goes on.
            now_ns: The machine's clock, ns since 1970.
            sleep: Waits so many seconds; returns True when it is time to stop.
            begin_at: Go on from this moment of a former run: the packets from the keyframe before it on come at once.
            pace: Of the camera, where several of its streams are files; None: its own.

        Raises:
            SourceError: It cannot be opened, or ends before `begin_at`.
        """
        self._path = source
        self._now_ns = now_ns
        self._sleep = sleep
        self._begin_at = begin_at
        self._pace = Pace() if pace is None else pace
        self._packets = RecordedPackets(source, start, loop=loop)
        if begin_at is not None:
            try:
                self._packets.skip_to(begin_at)
            except StreamLostError:
                self._packets.close()
                raise

    @property
    def info(self) -> StreamInfo:
        """The stream as the container tells it."""
        return self._packets.info

    @property
    def offset_ns(self) -> int:
        """Media time minus the machine's clock, ns; 0 before the first packet."""
        return self._pace.offset_ns or 0

    def next(self) -> Arrival:
        """The next packet; waits for its moment.

        Raises:
            StreamLostError: The recording is over or cannot be read on, or it is time to stop.
        """
        packet, t = self._packets.next()
        now_ns = self._now_ns()
        offset_ns = self._pace.offset_ns
        if offset_ns is None:
            offset_ns = self._pace.offset_ns = max(t, self._begin_at or t) - now_ns
        while (early_ns := t - offset_ns - now_ns) > 0:
            if self._sleep(max(early_ns / NS_PER_S, _WAKE_EVERY_S)):
                raise StreamLostError(StreamFault.STOPPED, f"{self._path}: stopped")
            now_ns = self._now_ns()
        return Arrival(packet, MediaNs(t), starts_decoding(packet), now_ns, jumped=False, n_bytes=packet.size)

    @property
    def coding(self) -> Coding:
        """What a decoder must know."""
        return self._packets.coding

    def pictures(self) -> LivePictures:
        """A new store for this file's packets."""
        return LivePictures(self._packets.coding)

    def close(self) -> None:
        """Closes the file."""
        self._packets.close()
