"""A recorded file in a camera's place: its packets come at the pace at which they were recorded."""

from collections.abc import Callable
from pathlib import Path

import av
from av.container.input import InputContainer
from av.packet import Packet
from av.video.stream import VideoStream

from pipeline.media.arrival import Arrival
from pipeline.media.container import creation_time, open_container, reason, video_stream
from pipeline.media.info import StreamInfo
from pipeline.media.live_decoder import Coding
from pipeline.media.live_pictures import LivePictures
from pipeline.media.stream_fault import StreamFault, StreamLostError
from pipeline.observation import NS_PER_S, MediaNs

_WAKE_EVERY_S = 0.1
_MAX_STEP_NS = 3600 * NS_PER_S


class PacedFile:
    """A recording that is handed out packet by packet as time passes. Implements `Connection`.

    Media time is `start` plus the distance from the first picture; a loop goes on from there. Packets that are due
    together come without waiting in between, at most ten times a second.

    Remembers the place reached, and which moment of the machine's clock the first packet belongs to.
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
    ) -> None:
        """Opens the file.

        Args:
            source: mp4, mkv, avi, ts and others; only its first video stream is read.
            start: Media time of the first picture; None: the container's creation time, else 1970.
            loop: Begin again at the end.
            now_ns: The machine's clock, ns since 1970.
            sleep: Waits so many seconds; True when it is time to stop.
            begin_at: Go on from the keyframe before this moment, of a former run.

        Raises:
            SourceError: It cannot be opened.
        """
        self._path = source
        self._loop = loop
        self._now_ns = now_ns
        self._sleep = sleep
        self._container = open_container(source)
        self._stream = video_stream(self._container, source, threads=1)
        tick_ns = (self._stream.time_base or 1) * NS_PER_S
        self._tick = (tick_ns.numerator, tick_ns.denominator)
        self._step_ns = round(NS_PER_S / float(self._stream.average_rate or 25))
        self._start = int(creation_time(self._container, self._stream) if start is None else start)
        self._info = _describe(self._container, self._stream, MediaNs(self._start))
        self._packets = iter(self._container.demux(self._stream))
        self._shift_ns: int | None = None
        self._last_raw_ns: int | None = None
        self._end_t = self._start
        self._wall_minus_t_ns: int | None = None
        self._n_since_start = 0
        self._waiting: Packet[VideoStream] | None = None
        _ = begin_at

    @property
    def info(self) -> StreamInfo:
        """The stream as the container tells it."""
        return self._info

    @property
    def offset_ns(self) -> int:
        """Media time minus the machine's clock, ns."""
        return -(self._wall_minus_t_ns or 0)

    def next(self) -> Arrival:
        """The next packet; waits for its moment.

        Raises:
            StreamLostError: The recording is over, cannot be read on, or it is time to stop.
        """
        packet = self._read()
        t = self._place(packet)
        now_ns = self._now_ns()
        if self._wall_minus_t_ns is None:
            self._wall_minus_t_ns = now_ns - t
        due_ns = t + self._wall_minus_t_ns
        while now_ns < due_ns:
            if self._sleep(max((due_ns - now_ns) / NS_PER_S, _WAKE_EVERY_S)):
                raise StreamLostError(StreamFault.STOPPED, f"{self._path}: stopped")
            now_ns = self._now_ns()
        return Arrival(packet, MediaNs(t), packet.is_keyframe, now_ns, jumped=False, n_bytes=packet.size)

    def pictures(self) -> LivePictures:
        """A new store for this file's packets."""
        context = self._stream.codec_context
        return LivePictures(Coding(context.name, context.extradata or b"", context.width, str(self._path)))

    def close(self) -> None:
        """Closes the file."""
        self._packets = iter(())
        self._container.close()

    def _read(self) -> "Packet[VideoStream]":
        while True:
            try:
                for packet in self._packets:
                    if packet.size:
                        self._n_since_start += 1
                        return packet
            except (av.FFmpegError, MemoryError) as error:
                raise StreamLostError(StreamFault.LOST, f"{self._path}: {reason(error)}") from error
            if not self._loop or not self._n_since_start:
                raise StreamLostError(StreamFault.ENDED, f"{self._path}: the recording is over")
            self._begin_again()

    def _begin_again(self) -> None:
        self._container.seek(0)
        self._packets = iter(self._container.demux(self._stream))
        self._n_since_start = 0
        self._shift_ns = self._last_raw_ns = None

    def _place(self, packet: "Packet[VideoStream]") -> int:
        stamp = packet.dts if packet.pts is None else packet.pts
        if stamp is not None:
            raw_ns = stamp * self._tick[0] // self._tick[1]
        else:
            raw_ns = 0 if self._last_raw_ns is None else self._last_raw_ns + self._step_ns
        if self._shift_ns is None:
            self._shift_ns = self._end_t - raw_ns
        self._last_raw_ns = raw_ns
        t = raw_ns + self._shift_ns
        self._end_t = max(self._end_t, t + self._step_ns)
        return t


def _describe(container: InputContainer, stream: VideoStream, start: MediaNs) -> StreamInfo:
    context = stream.codec_context
    return StreamInfo(
        codec=context.name,
        width=context.width,
        height=context.height,
        rotation=0,
        fps=float(stream.average_rate or 0),
        duration_s=max(0.0, (container.duration or 0) / av.time_base),
        has_b_frames=bool(context.has_b_frames),
        start=start,
    )
