"""The packets of a recorded file with their media times, cheaply: round after round where it loops."""

from collections import deque
from collections.abc import Iterator
from pathlib import Path

import av
from av.packet import Packet
from av.video.stream import VideoStream

from pipeline.media.avi_stamps import has_true_pts
from pipeline.media.container import open_container, reason, video_stream
from pipeline.media.file_source import FileSource
from pipeline.media.live_decoder import Coding
from pipeline.media.packet_kind import starts_decoding
from pipeline.media.stream_fault import StreamFault, StreamLostError
from pipeline.observation import NS_PER_S, MediaNs

_MAX_UNREADABLE_IN_A_ROW = 100
_MAX_REORDER_NS = 10 * NS_PER_S
_MAX_STEP_NS = 3600 * NS_PER_S


class RecordedPackets:
    """Reads one file as a camera's connection would be read: no looking ahead, nothing decoded.

    Media time is `start` plus the distance from the first picture. Stamps that go back, or ahead by more than an hour,
    are a break: time goes on by one step. So it does from round to round. Remembers the place reached.

    Attributes:
        info: The stream as the container and the first picture tell it.
    """

    def __init__(self, path: Path, start: MediaNs | None, *, loop: bool) -> None:
        """Opens the file.

        Args:
            path: mp4, mkv, avi, ts and others; only its first video stream is read.
            start: Media time of the first picture; None: the container's creation time, else 1970.
            loop: Begin again at the end.

        Raises:
            SourceError: It cannot be opened, or no picture can be decoded.
        """
        self._path = path
        self._loop = loop
        with FileSource.open(path, start) as source:  # decodes the first picture, and lets go of the decoder
            self.info, self._orientation = source.info, source.orientation
        self._open()
        self._has_true_pts = has_true_pts(self._container, path)
        self._start = int(self.info.start)
        self._step_ns = round(NS_PER_S / float(self._stream.average_rate or 25))
        self._shift_ns: int | None = None
        self._raw_ns = 0
        self._end_t = self._start
        self._n_of_round = 0
        self._ready: deque[tuple[Packet[VideoStream], int]] = deque()

    @property
    def coding(self) -> Coding:
        """What a decoder must know."""
        context = self._stream.codec_context
        extradata = context.extradata or b""
        return Coding(
            context.name,
            extradata,
            context.width,
            str(self._path),
            orientation=self._orientation,
            height=context.height,
            tells_showing=self._has_true_pts or not self.info.has_b_frames,
        )

    def next(self) -> "tuple[Packet[VideoStream], int]":
        """The next packet and its media time, ns.

        Raises:
            StreamLostError: The recording is over, or cannot be read on.
        """
        return self._ready.popleft() if self._ready else self._advance()

    def skip_to(self, t: int) -> None:
        """Goes on at the keyframe before a moment, in the round in which it lies. Only before all others.

        Raises:
            StreamLostError: The recording is over before that moment.
        """
        packet, placed_t = self._advance()
        if self._loop:
            self._skip_rounds(t)
            packet, placed_t = self._advance()
        if t > placed_t and self._shift_ns is not None:
            self._seek((t - self._shift_ns) * self._tick[1] // self._tick[0])
            packet, placed_t = self._advance()
        while True:
            if starts_decoding(packet) and placed_t <= t:
                self._ready.clear()
            self._ready.append((packet, placed_t))
            if placed_t >= t:
                return
            packet, placed_t = self._advance()

    def close(self) -> None:
        """Closes the file."""
        self._ready.clear()
        self._container.close()

    def _open(self) -> None:
        self._container = open_container(self._path)
        self._stream = video_stream(self._container, self._path, threads=1)
        tick_ns = (self._stream.time_base or 1) * NS_PER_S
        self._tick = (tick_ns.numerator, tick_ns.denominator)
        self._packets: Iterator[Packet[VideoStream]] = self._container.demux(self._stream)

    def _advance(self) -> "tuple[Packet[VideoStream], int]":
        packet = self._read()
        while packet is None:
            if not self._loop or not self._n_of_round:
                raise StreamLostError(StreamFault.ENDED, f"{self._path}: the recording is over")
            self._begin_round()
            packet = self._read()
        self._n_of_round += 1
        return packet, self._placed(packet)

    def _read(self) -> "Packet[VideoStream] | None":
        """The next packet of this round; None at its end."""
        n_unreadable = 0
        while True:
            try:
                for packet in self._packets:
                    if packet.size:
                        return packet
            except (av.FFmpegError, IndexError, MemoryError) as error:
                n_unreadable += 1
                if n_unreadable > _MAX_UNREADABLE_IN_A_ROW:
                    message = f"{self._path}: cannot be read on: {reason(error)}"
                    raise StreamLostError(StreamFault.LOST, message) from error
                self._packets = self._container.demux(self._stream)
            else:
                return None

    def _begin_round(self) -> None:
        self._container.close()
        self._open()
        self._n_of_round = 0
        self._shift_ns = None

    def _skip_rounds(self, t: int) -> None:
        """Begins the round of the loop in which a moment lies."""
        while self._end_t <= t and (packet := self._read()) is not None:
            self._placed(packet)
        length_ns = self._end_t - self._start
        n_rounds = max(0, t - self._start) // length_ns if self._end_t <= t else 0
        self._end_t = self._start + n_rounds * length_ns
        self._begin_round()

    def _seek(self, stamp: int) -> None:
        try:
            self._container.seek(stamp, stream=self._stream)
        except av.FFmpegError:
            shift_ns = self._shift_ns
            self._begin_round()  # no way to seek in it: read from its beginning
            self._shift_ns = shift_ns
        self._packets = self._container.demux(self._stream)

    def _placed(self, packet: "Packet[VideoStream]") -> int:
        stamp = packet.pts if self._has_true_pts else packet.dts
        raw_ns = self._raw_ns + self._step_ns if stamp is None else stamp * self._tick[0] // self._tick[1]
        if self._shift_ns is None or not -_MAX_REORDER_NS < raw_ns - self._raw_ns < _MAX_STEP_NS:
            self._shift_ns = self._end_t - raw_ns
        self._raw_ns = raw_ns
        t = raw_ns + self._shift_ns
        if packet.is_discard:  # before the first picture that is shown
            self._shift_ns = None
        else:
            self._end_t = max(self._end_t, t + self._step_ns)
        return t
