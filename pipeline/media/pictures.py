"""Reads the pictures of a file: all of them, or the keyframes only, and from one to the other at any moment."""

from collections import deque

from pipeline.media.damage import DamageCounter
from pipeline.media.decoder import Decoded, Decoder
from pipeline.media.kept import KeptPackets
from pipeline.media.packets import PacketReader, StampedPacket
from pipeline.media.timeline import DisplayClock, Stamp


class PictureReader:
    """Hands out each picture once, in the order in which they are shown.

    Two ways of reading share one row of packets. Full decoding feeds every packet to the decoder. Reading keyframes
    feeds each keyframe alone, which hands it out at once, and keeps the packets between; going back to full decoding
    empties the decoder and feeds it everything since the last keyframe that was passed, which gives the very pictures
    that full decoding would have given.

    Remembers the kept packets, the pictures that came out together, and the last picture that was passed.
    """

    def __init__(self, packets: PacketReader, decoder: Decoder, clock: DisplayClock, damage: DamageCounter) -> None:
        self._packets = packets
        self._decoder = decoder
        self._clock = clock
        self._damage = damage
        self._kept = KeptPackets()
        self._waiting: deque[Decoded] = deque()
        self._is_full = True
        self._is_drained = False
        self._is_repeating = False
        self._fed_seq = -1
        self._repeats_until_seq = -1
        self._passed_seq = -1
        self._passed_key_seq = -1

    @property
    def can_read_keyframes(self) -> bool:
        """Whether keyframes are near each other, and full decoding could resume after them."""
        return self._packets.keyframes_are_near and self._kept.is_whole and not self._kept.is_long

    def peek(self) -> Decoded | None:
        """The first picture, which will be handed out again; None where there is none. Only before all others."""
        first = self._next_decoded()
        if first is not None:
            self._waiting.appendleft(first)
        return first

    def next_picture(self) -> Decoded | None:
        """The next picture; None at the end."""
        self._resume_all()
        while (decoded := self._next_decoded()) is not None:
            if not self._is_repeat(decoded.stamp):
                return self._passed(decoded)
        return None

    def next_keyframe(self, due_ns: int) -> Decoded | None:
        """The next keyframe that is due at `due_ns` or later on the source's time line; earlier ones are not decoded.

        Returns:
            None at the end, and where `can_read_keyframes` has become false.
        """
        if self._is_full:
            self._is_full = False
            self._waiting.clear()
            self._kept.rewind(self._passed_key_seq)
        while self.can_read_keyframes:
            packet = self._next_packet()
            if packet is None:
                return None
            decoded = self._keyframe(packet, due_ns) if packet.stamp.is_key else None
            if decoded is not None:
                return decoded
        return None

    def close(self) -> None:
        """Forgets the pictures that wait."""
        self._waiting.clear()

    def _keyframe(self, packet: StampedPacket, due_ns: int) -> Decoded | None:
        if self._clock.due(packet.stamp) < due_ns:
            self._pass(packet.stamp)
            return None
        self._fed_seq = max(self._fed_seq, packet.stamp.seq)
        decoded = self._decoder.alone(packet)
        return self._passed(decoded[0]) if decoded else None

    def _resume_all(self) -> None:
        if self._is_full:
            return
        self._is_full = True
        self._is_drained = False
        self._is_repeating = self._kept.holds(self._passed_seq)
        self._repeats_until_seq = self._fed_seq
        self._decoder.restart()
        self._kept.rewind()

    def _is_repeat(self, stamp: Stamp) -> bool:
        """Whether a picture that comes out again was passed before: those up to the last passed one were."""
        if not self._is_repeating:
            return False
        is_new = stamp.seq > self._repeats_until_seq
        if is_new or stamp.seq == self._passed_seq:
            self._is_repeating = False
        return not is_new

    def _passed(self, decoded: Decoded) -> Decoded:
        self._damage.damaged_frames += decoded.image.is_corrupt
        self._pass(decoded.stamp)
        return decoded

    def _pass(self, stamp: Stamp) -> None:
        self._passed_seq = stamp.seq
        if stamp.is_key:
            self._passed_key_seq = stamp.seq
            self._kept.drop_before(stamp.seq)

    def _next_packet(self) -> StampedPacket | None:
        packet = self._kept.take()
        if packet is None and (packet := self._packets.next()) is not None:
            self._kept.add(packet)
        return packet

    def _next_decoded(self) -> Decoded | None:
        while not self._waiting and not self._is_drained:
            packet = self._next_packet()
            if packet is None:
                self._is_drained = True
                self._waiting.extend(self._decoder.drain())
                continue
            self._fed_seq = max(self._fed_seq, packet.stamp.seq)
            self._waiting.extend(self._decoder.feed(packet))
            if self._kept.is_long and self._kept.is_read:
                self._kept.give_up()
        return self._waiting.popleft() if self._waiting else None
