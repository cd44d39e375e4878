"""Opens and reads a camera's stream over the network."""

from collections import deque
from collections.abc import Callable, Iterator
from contextlib import suppress
from dataclasses import dataclass
from itertools import islice

import av
from av.codec.hwaccel import hwdevices_available
from av.container.input import InputContainer
from av.packet import Packet
from av.stream import Discard
from av.video.stream import VideoStream

from pipeline.config.resolved import CPU_DECODE, Transport
from pipeline.config.secrets import SecretUrl
from pipeline.media.arrival import Arrival
from pipeline.media.connection import Connection
from pipeline.media.info import StreamInfo
from pipeline.media.live_decoder import Coding, known_decode
from pipeline.media.live_pictures import LivePictures
from pipeline.media.live_time import LiveClock
from pipeline.media.packet_kind import starts_decoding
from pipeline.media.stream_errors import stream_lost
from pipeline.media.stream_fault import StreamFault, StreamLostError
from pipeline.observation import NS_PER_S, MediaNs, seconds

# No file is ever opened on a camera's word, and nothing is listened for.
_PROTOCOLS = "rtsp,rtsps,rtp,srtp,rtmp,rtmps,rtmpt,http,https,httpproxy,udp,tcp,tls,crypto"
_UNSTAMPED = frozenset({"mjpeg", "mpjpeg", "h264", "hevc", "m4v", "mpegvideo"})
"""Formats without times: FFmpeg invents them, so the moment of arrival is the better one."""
_LONGEST_HEAP = 512
_VIDEO_ONLY = "allowed_media_types"


@dataclass(frozen=True, slots=True)
class LiveSettings:
    """How a stream is opened and read.

    Attributes:
        transport: Of RTSP.
        decode: `cpu`, or the name of a hardware decoder as FFmpeg has it.
        open_timeout_s: For all of the opening.
        read_timeout_s: Without any packet.
    """

    transport: Transport = Transport.TCP
    decode: str = CPU_DECODE
    open_timeout_s: float = 10.0
    read_timeout_s: float = 10.0


def open_live(url: SecretUrl, settings: LiveSettings, clock: LiveClock, now_ns: Callable[[], int]) -> Connection:
    """Connects to a stream and learns what is in it. Blocks.

    Args:
        url: The address.
        settings: How.
        clock: Of the camera's stream; it is told that a new connection begins.
        now_ns: The machine's clock, ns since 1970.

    Raises:
        StreamLostError: It cannot be had; `kind` says why.
    """
    if not known_decode(settings.decode):
        allowed = ", ".join((CPU_DECODE, *hwdevices_available()))
        raise StreamLostError(
            StreamFault.UNDECODABLE, f"{url}: no such decoder (got {settings.decode}, allowed: {allowed})"
        )
    number = clock.connecting()
    container = _opened(url, settings, _options(url, settings), now_ns)
    try:
        return LiveConnection(url, container, settings, clock, now_ns, number=number)
    except BaseException:
        container.close()
        raise


class LiveConnection:
    """A connection to a camera. Implements `Connection`.

    Remembers the open container and what the clock needs of it.
    """

    def __init__(
        self,
        url: SecretUrl,
        container: InputContainer,
        settings: LiveSettings,
        clock: LiveClock,
        now_ns: Callable[[], int],
        *,
        number: int,
    ) -> None:
        self._number = number
        self._url = url
        self._container = container
        self._clock = clock
        self._now_ns = now_ns
        stream = _video(url, container)
        self._is_stamped = container.format.name not in _UNSTAMPED
        tick_ns = stream.time_base * NS_PER_S if stream.time_base else 1
        self._tick = (tick_ns.numerator, tick_ns.denominator)
        context = stream.codec_context
        self._coding = Coding(
            context.name, context.extradata or b"", context.width, str(url), settings.decode, height=context.height
        )
        self._info = StreamInfo(
            codec=context.name,
            width=context.width,
            height=context.height,
            rotation=0,
            fps=float(stream.average_rate or stream.guessed_rate or 0),
            duration_s=0.0,
            has_b_frames=bool(context.has_b_frames),
            start=MediaNs(now_ns()),
        )
        self._packets: Iterator[Packet[VideoStream]] = container.demux(stream)
        self._heap: deque[_Raw] | None = None
        self._failure: StreamLostError | None = None

    @property
    def info(self) -> StreamInfo:
        """The stream as its opening tells it."""
        return self._info

    @property
    def offset_ns(self) -> int:
        """Media time minus the machine's clock at the latest packet, ns."""
        return self._clock.offset_ns

    def next(self) -> Arrival:
        """The next packet; waits for it.

        Raises:
            StreamLostError: No more will come; `kind` says why.
        """
        if self._heap is None:
            self._heap = self._first_heap()
        if self._heap:
            return self._arrival(self._heap.popleft())
        return self._arrival(self._read())

    @property
    def coding(self) -> Coding:
        """What a decoder must know."""
        return self._coding

    def pictures(self) -> LivePictures:
        """A new store for this connection's packets."""
        return LivePictures(self._coding)

    def close(self) -> None:
        """Lets go of the connection."""
        self._packets = iter(())
        self._container.close()

    def _first_heap(self) -> "deque[_Raw]":
        """The packets that came while the stream was opened, up to the first one that had to be waited for."""
        heap: deque[_Raw] = deque()
        latest: tuple[int, int] | None = None
        try:
            while len(heap) < _LONGEST_HEAP:
                heap.append(raw := self._read())
                if raw.pts_ns is None or (latest is not None and raw.pts_ns <= latest[0]):
                    continue
                was_awaited = latest is not None and 2 * (raw.arrival_ns - latest[1]) >= raw.pts_ns - latest[0]
                latest = (raw.pts_ns, raw.arrival_ns)
                if was_awaited:
                    break
        except StreamLostError as error:
            self._failure = error
        self._check_newest()
        self._clock.reconnected(None if latest is None else latest[1] - latest[0])
        return _stamped(heap)

    def _read(self) -> "_Raw":
        if self._failure is not None:
            raise self._failure
        failure: Exception | None = None
        try:
            for packet in self._packets:
                if packet.size:
                    pts = packet.pts if self._is_stamped else None
                    pts_ns = None if pts is None else pts * self._tick[0] // self._tick[1]
                    return _Raw(packet, pts_ns, self._now_ns())
        except (av.FFmpegError, IndexError, OSError, ValueError, RuntimeError, MemoryError) as error:
            failure = error
        if failure is None:
            raise StreamLostError(StreamFault.ENDED, f"{self._url}: the sender ended the stream")
        raise stream_lost(self._url, failure, doing="broke off")

    def _check_newest(self) -> None:
        """A reader that hung, was given up and came back must not touch the clock of the one in its place."""
        if self._clock.connection != self._number:
            raise StreamLostError(StreamFault.STOPPED, f"{self._url}: another connection took its place")

    def _arrival(self, raw: "_Raw") -> Arrival:
        self._check_newest()
        packet = raw.packet
        sender_ns = _sender_ns(packet) if packet.has_sidedata("prft") else None
        placed = self._clock.place(raw.pts_ns, raw.arrival_ns, sender_ns)
        return Arrival(packet, placed.t, starts_decoding(packet), raw.arrival_ns, placed.jumped, packet.size)


@dataclass(frozen=True, slots=True, eq=False)
class _Raw:
    """A packet, its stamp and when it came."""

    packet: "Packet[VideoStream]"
    pts_ns: int | None
    arrival_ns: int


def _stamped(heap: "deque[_Raw]") -> "deque[_Raw]":
    """Packets with those before the first stamped one stamped just before it: they are no newer than it."""
    first = next(((i, raw.pts_ns) for i, raw in enumerate(heap) if raw.pts_ns is not None), None)
    if first is None:
        return heap
    n, pts_ns = first
    before = (_Raw(raw.packet, pts_ns - (n - i) * 1_000_000, raw.arrival_ns) for i, raw in enumerate(islice(heap, n)))
    return deque([*before, *islice(heap, n, None)])


def _opened(
    url: SecretUrl, settings: LiveSettings, options: dict[str, str], now_ns: Callable[[], int]
) -> InputContainer:
    failure: Exception | None = None
    began_ns = now_ns()
    try:
        return av.open(
            url.reveal(),
            options=options,
            metadata_errors="replace",
            timeout=(settings.open_timeout_s, settings.read_timeout_s),
        )
    except (av.FFmpegError, OSError, ValueError, RuntimeError) as error:
        failure = error
    if isinstance(failure, av.error.HTTPOtherClientError) and _VIDEO_ONLY in options:
        # Servers refuse to play none of their streams: ask for all, to tell a stream without video from a wrong path.
        with suppress(StreamLostError):
            others = {key: value for key, value in options.items() if key != _VIDEO_ONLY}
            return _opened(url, settings, others, now_ns)
    # FFmpeg tells a wait that was cut off as anything: data that is no video, a broken connection.
    if seconds(now_ns() - began_ns) >= settings.open_timeout_s:
        failure = TimeoutError()
    # Raised outside the handler: the first error holds the whole address, and would be shown with this one.
    raise stream_lost(url, failure, doing="cannot be opened")


def _sender_ns(packet: "Packet[VideoStream]") -> int:
    """The time of capture by the camera's own clock: AVProducerReferenceTime, int64 microseconds first."""
    return int.from_bytes(bytes(packet.get_sidedata("prft"))[:8], "little", signed=True) * 1000


def _options(url: SecretUrl, settings: LiveSettings) -> dict[str, str]:
    # Nothing here needs the exact rate, which takes most of a second to learn.
    options = {"protocol_whitelist": _PROTOCOLS, "fpsprobesize": "0"}
    scheme = url.reveal().partition(":")[0].lower()
    longest_us = str(round(max(settings.open_timeout_s, settings.read_timeout_s) * 1_000_000))
    if scheme in {"rtsp", "rtsps"}:
        options |= {
            "rtsp_transport": settings.transport.value,
            _VIDEO_ONLY: "video",
            "timeout": longest_us,  # of each wait on the socket, closing included
        }
    else:
        options["rw_timeout"] = longest_us
    return options


def _video(url: SecretUrl, container: InputContainer) -> VideoStream:
    if not container.streams.video:
        kinds = ", ".join(sorted({stream.type for stream in container.streams})) or "nothing"
        raise StreamLostError(StreamFault.NO_VIDEO, f"{url}: no video in it (got {kinds})")
    stream = container.streams.video[0]
    # PyAV has no context where there is no decoder, though its types say otherwise.
    if getattr(stream, "codec_context", None) is None:
        raise StreamLostError(StreamFault.UNDECODABLE, f"{url}: no decoder for its video")
    for other in container.streams:
        if other.index != stream.index:
            other.discard = Discard.all
    return stream
