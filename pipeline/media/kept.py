"""The packets since the last keyframe that was passed, to feed them again when full decoding resumes."""

from pipeline.media.packets import LONG_INTERVAL_NS, MAX_KEPT_BYTES, StampedPacket


class KeptPackets:
    """A row of packets that begins with a keyframe (or with the file) and is read with a cursor.

    It is bounded: while keyframes are far apart it is given up, and starts anew with the next one.
    """

    def __init__(self) -> None:
        self._packets: list[StampedPacket] = []
        self._n_bytes = 0
        self._cursor = 0
        self.is_whole = True

    def add(self, packet: StampedPacket) -> None:
        """Appends the newest packet, which counts as read."""
        if packet.stamp.is_key and not self.is_whole:
            self.is_whole = True
        if not self.is_whole:
            return
        self._packets.append(packet)
        self._n_bytes += packet.data.size
        self._cursor = len(self._packets)

    def take(self) -> StampedPacket | None:
        """The packet at the cursor, which moves on; None at the end of the row."""
        if self._cursor >= len(self._packets):
            return None
        self._cursor += 1
        return self._packets[self._cursor - 1]

    def rewind(self, after_seq: int = -1) -> None:
        """Puts the cursor on the first packet that was read after number `after_seq`."""
        self._cursor = next((i for i, p in enumerate(self._packets) if p.stamp.seq > after_seq), len(self._packets))

    def drop_before(self, seq: int) -> None:
        """Forgets what lies before packet number `seq`, a keyframe that was passed."""
        n = next((i for i, p in enumerate(self._packets) if p.stamp.seq >= seq), len(self._packets))
        self._n_bytes -= sum(packet.data.size for packet in self._packets[:n])
        del self._packets[:n]
        self._cursor = max(0, self._cursor - n)

    @property
    def is_read(self) -> bool:
        """Whether the cursor is at the end of the row."""
        return self._cursor >= len(self._packets)

    def holds(self, seq: int) -> bool:
        """Whether the row begins at or before packet number `seq`."""
        return bool(self._packets) and self._packets[0].stamp.seq <= seq

    @property
    def is_long(self) -> bool:
        """Whether it spans more, in time or in bytes, than is kept."""
        if not self._packets:
            return False
        span_ns = self._packets[-1].stamp.order_ns - self._packets[0].stamp.order_ns
        return span_ns > 2 * LONG_INTERVAL_NS or self._n_bytes > MAX_KEPT_BYTES

    def give_up(self) -> None:
        """Forgets everything up to the next keyframe. Only while the decoder itself has had all of it."""
        self._packets.clear()
        self._n_bytes = 0
        self._cursor = 0
        self.is_whole = False
