"""Decodes packets of a live stream, and survives those that cannot be decoded."""

from contextlib import suppress
from dataclasses import dataclass

import av
from av.codec.context import ThreadType
from av.codec.hwaccel import HWAccel, hwdevices_available
from av.video.codeccontext import VideoCodecContext
from av.video.frame import VideoFrame

from pipeline.config.resolved import CPU_DECODE
from pipeline.errors import SourceError
from pipeline.media.arrival import Arrival
from pipeline.media.container import MAX_PIXELS, reason
from pipeline.media.damage import DamageCounter
from pipeline.media.decoded_picture import DecodedPicture, image_orientation
from pipeline.media.frame import Frame
from pipeline.media.orientation import AS_STORED, Orientation
from pipeline.observation import MediaNs

_BIG_WIDTH = 1280


@dataclass(frozen=True, slots=True)
class Coding:
    """What a decoder must know of a stream.

    Attributes:
        codec: Its name, as FFmpeg has it.
        extradata: What the container tells decoders; empty where it tells nothing.
        width: Of the stored picture, px; 0 where it is not known yet.
        source: As messages name the stream.
        decode: `cpu`, or the name of a hardware decoder.
        orientation: How its container says that pictures are turned to be upright.
        height: Of the stored picture, px; 0 where it is not known yet.
        tells_showing: Whether the times of packets are those at which their pictures are shown.
    """

    codec: str
    extradata: bytes
    width: int
    source: str
    decode: str = CPU_DECODE
    orientation: Orientation = AS_STORED
    height: int = 0
    tells_showing: bool = True


@dataclass(frozen=True, slots=True, eq=False)
class _Fed:
    """Goes through the decoder with a packet."""

    t: MediaNs
    is_key: bool


class LiveDecoder:
    """One decoder of one stream, on one thread. Remembers what FFmpeg does."""

    def __init__(self, coding: Coding, damage: DamageCounter, *, keyframes_only: bool = False) -> None:
        """Makes the decoder.

        Args:
            coding: The stream.
            damage: Takes what goes wrong.
            keyframes_only: Only `alone` will be called. Big pictures are then left without the filter that smooths
                their blocks: they are made smaller anyway, and it takes a quarter of the time.

        Raises:
            SourceError: Nothing here decodes it.
        """
        self._coding = coding
        self._damage = damage
        self._context = _context(coding, skips_filter=keyframes_only and coding.width >= _BIG_WIDTH)
        self._orientation = coding.orientation
        self._latest = _Fed(MediaNs(0), is_key=True)

    @property
    def is_hardware(self) -> bool:
        """Whether a hardware decoder is at work."""
        return self._context.is_hwaccel

    def feed(self, arrival: Arrival) -> list[Frame]:
        """The pictures that come out as this packet goes in, in the order in which they are shown."""
        # The decoder passes it on to the picture. It must be a new object each time a packet is fed.
        self._latest = arrival.packet.opaque = _Fed(arrival.t, arrival.is_key)
        try:
            images = self._context.decode(arrival.packet)
        except (av.FFmpegError, MemoryError):
            self._damage.broken_packets += 1
            return []
        return [self._frame(image) for image in images]

    def drain(self) -> list[Frame]:
        """The pictures still inside. Only `restart` makes the decoder take packets again."""
        try:
            images = self._context.decode(None)
        except (av.FFmpegError, MemoryError):
            return []
        return [self._frame(image) for image in images]

    def alone(self, arrival: Arrival) -> Frame | None:
        """The picture of a keyframe at once, without waiting for the packets after it; None where it is broken.

        The decoder must be empty, and is afterwards.
        """
        frames = [*self.feed(arrival), *self.drain()]
        self.restart()
        return frames[0] if frames else None

    def restart(self) -> None:
        """Empties the decoder: the next packet must be a keyframe's."""
        if self._context.is_open:
            self._context.flush_buffers()

    def _frame(self, image: VideoFrame) -> Frame:
        fed = image.opaque if isinstance(image.opaque, _Fed) else self._latest
        # PyAV's side data and its picture hold each other until a garbage collection, so it is asked for but once.
        if image.rotation and self._orientation is AS_STORED:
            self._orientation = image_orientation(image)
        picture = DecodedPicture(image, self._orientation, self._coding.source)
        return Frame(fed.t, picture, is_key=fed.is_key, is_damaged=image.is_corrupt)


def known_decode(name: str) -> bool:
    """Whether this is `cpu` or a kind of hardware that FFmpeg was built for. Whether it is here is another matter."""
    return name == CPU_DECODE or name in hwdevices_available()


def _context(coding: Coding, *, skips_filter: bool) -> VideoCodecContext:
    context = _created(coding)
    context.extradata = coding.extradata or None
    context.thread_count = 1
    context.thread_type = ThreadType.NONE
    context.copy_opaque = True
    context.options = {"max_pixels": str(MAX_PIXELS), **({"skip_loop_filter": "all"} if skips_filter else {})}
    return context


def _created(coding: Coding) -> VideoCodecContext:
    """A decoder on the hardware that is asked for where it is there and knows the coding, else in software."""
    context: object = None
    try:
        if coding.decode != CPU_DECODE and known_decode(coding.decode):
            accel = HWAccel(coding.decode, allow_software_fallback=True)
            with suppress(av.FFmpegError, OSError):
                context = av.CodecContext.create(coding.codec, "r", hwaccel=accel)
        context = av.CodecContext.create(coding.codec, "r") if context is None else context
    except (av.FFmpegError, ValueError) as error:
        raise SourceError(f"{coding.source}: no decoder for {coding.codec}: {reason(error)}") from error
    if not isinstance(context, VideoCodecContext):
        raise SourceError(f"{coding.source}: {coding.codec} is no video")
    return context
