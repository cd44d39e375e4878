"""Turns packets into pictures, and survives those that cannot be turned."""

from dataclasses import dataclass

import av
from av.video.frame import PictureType, VideoFrame
from av.video.stream import VideoStream

from pipeline.media.damage import DamageCounter
from pipeline.media.packets import StampedPacket
from pipeline.media.timeline import BEFORE_ALL, DisplayClock, Stamp


@dataclass(frozen=True, slots=True, eq=False)
class Decoded:
    """A picture as it came out of the decoder.

    Attributes:
        image: Its pixels.
        stamp: Of the packet it was made from.
        shown_ns: When it is due on the source's time line.
    """

    image: VideoFrame
    stamp: Stamp
    shown_ns: int


class Decoder:
    """Feeds one decoder.

    Remembers what is inside it, and up to which packet damage was counted: a packet may be fed again.
    """

    def __init__(self, stream: VideoStream, clock: DisplayClock, damage: DamageCounter) -> None:
        self._stream = stream
        self._clock = clock
        self._damage = damage
        self._counted_seq = -1
        self._latest = BEFORE_ALL

    def feed(self, packet: StampedPacket) -> list[Decoded]:
        """The pictures that come out as this packet goes in, in the order in which they are shown."""
        is_new = packet.stamp.seq > self._counted_seq
        self._counted_seq = max(self._counted_seq, packet.stamp.seq)
        self._latest = packet.stamp
        self._clock.fed(packet.stamp)
        try:
            images = self._stream.decode(packet.data)
        except (av.FFmpegError, MemoryError):
            self._damage.broken_packets += is_new
            return []
        return [self._placed(image) for image in images]

    def drain(self) -> list[Decoded]:
        """The pictures still inside. Only `restart` makes the decoder take packets again."""
        try:
            images = self._stream.decode(None)
        except (av.FFmpegError, MemoryError):
            return []
        return [self._placed(image) for image in images]

    def alone(self, packet: StampedPacket) -> list[Decoded]:
        """The picture of a keyframe at once, without waiting for the packets after it; empty where it is broken."""
        self.restart()
        decoded = [*self.feed(packet), *self.drain()]
        self.restart()
        return decoded

    def restart(self) -> None:
        """Empties the decoder: the next packet must be a keyframe's."""
        self._stream.codec_context.flush_buffers()
        self._clock.restart()

    def _placed(self, image: VideoFrame) -> Decoded:
        stamp = image.opaque if isinstance(image.opaque, Stamp) else self._latest
        is_bidirectional = image.pict_type == PictureType.B
        return Decoded(image, stamp, self._clock.shown(stamp, is_bidirectional=is_bidirectional))
