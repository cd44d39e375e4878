"""Turns packets into pictures, and survives those that cannot be turned."""

from dataclasses import dataclass

import av
from av.video.frame import PictureType, VideoFrame
from av.video.stream import VideoStream

from pipeline.media.damage import DamageCounter
from pipeline.media.packet_kind import MAX_UNCHANGED_BYTES
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

    Remembers which packets are inside it, and up to which one damage was counted: a packet may be fed again.
    """

    def __init__(self, stream: VideoStream, clock: DisplayClock, damage: DamageCounter) -> None:
        self._stream = stream
        self._clock = clock
        self._damage = damage
        self._counted_seq = -1
        self._inside: set[int] = set()
        self._since_ns: int | None = None
        self._latest = BEFORE_ALL

    def feed(self, packet: StampedPacket) -> list[Decoded]:
        """The pictures that come out as this packet goes in, in the order in which they are shown."""
        stamp = packet.stamp
        is_new = stamp.seq > self._counted_seq
        self._counted_seq = max(self._counted_seq, stamp.seq)
        self._latest = stamp
        self._clock.fed(stamp)
        try:
            images = self._stream.decode(packet.data)
        except (av.FFmpegError, MemoryError):
            self._damage.broken_packets += is_new
            return []
        if self._owes_picture(packet) and is_new:
            self._inside.add(stamp.seq)
        return [self._placed(image) for image in images]

    def drain(self) -> list[Decoded]:
        """The pictures still inside. Only `restart` makes the decoder take packets again."""
        try:
            images = self._stream.decode(None)
        except (av.FFmpegError, MemoryError):
            return []
        decoded = [self._placed(image) for image in images]
        self._damage.lost_pictures += len(self._inside)
        self._inside.clear()
        return decoded

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
        self._inside.clear()
        self._since_ns = None

    def _owes_picture(self, packet: StampedPacket) -> bool:
        """Whether a picture must come of it: none shown before the first one fed can be made in every case."""
        shown_ns = packet.stamp.shown_ns
        if self._since_ns is None:
            self._since_ns = shown_ns
        is_leading = shown_ns is None or self._since_ns is None or shown_ns < self._since_ns
        return packet.data.size > MAX_UNCHANGED_BYTES and not packet.data.is_discard and not is_leading

    def _placed(self, image: VideoFrame) -> Decoded:
        stamp = image.opaque if isinstance(image.opaque, Stamp) else self._latest
        self._inside.discard(stamp.seq)
        if stamp.is_key:
            # What was stored before a keyframe is shown before it, or never.
            lost = {seq for seq in self._inside if seq < stamp.seq}
            self._damage.lost_pictures += len(lost)
            self._inside -= lost
        is_bidirectional = image.pict_type == PictureType.B
        return Decoded(image, stamp, self._clock.shown(stamp, is_bidirectional=is_bidirectional))
