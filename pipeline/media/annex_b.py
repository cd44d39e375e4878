"""H.264 and H.265 packets with start codes, and with their parameter sets before each keyframe: Annex B of either.

Files store lengths in place of start codes, and the parameter sets beside the packets (ISO/IEC 14496-15). A packet that
is of Annex B needs nothing else to be understood, whatever its connection was.
"""

from dataclasses import dataclass

_START = b"\0\0\0\1"


@dataclass(frozen=True, slots=True)
class _Format:
    """How a stream stores its units.

    Attributes:
        length_bytes: Of the length before each unit; 0: there are start codes already.
        parameters: The parameter sets, with start codes; empty where they are unknown or in the packets anyway.
    """

    length_bytes: int
    parameters: bytes


class AnnexB:
    """Rewrites the packets of one stream. Remembers nothing but how they are stored."""

    def __init__(self, codec: str, extradata: bytes) -> None:
        """Learn how the stream is stored.

        Args:
            codec: `h264` or `hevc`.
            extradata: What the container tells decoders; may be empty.
        """
        # A configuration record begins with its version, 1; start codes with zeros.
        is_record = len(extradata) > 6 and extradata[0] == 1
        read = _of_avcc if codec == "h264" else _of_hvcc
        self._format = read(extradata) if is_record else _Format(0, extradata)

    def packet(self, data: bytes, *, is_key: bool) -> bytes:
        """The packet with start codes; a keyframe with its parameter sets before it."""
        units = _with_start_codes(data, self._format.length_bytes) if self._format.length_bytes else data
        return self._format.parameters + units if is_key else units


def _with_start_codes(data: bytes, length_bytes: int) -> bytes:
    parts: list[bytes] = []
    at = 0
    while at + length_bytes < len(data):
        length = int.from_bytes(data[at : at + length_bytes])
        at += length_bytes
        parts += (_START, data[at : at + length])
        at += length
    return b"".join(parts)


def _of_avcc(record: bytes) -> _Format:
    """ISO/IEC 14496-15, 5.3.3.1: sets of two kinds, their counts before them."""
    parts: list[bytes] = []
    at = 5
    for mask in (0x1F, 0xFF):
        count = record[at] & mask if at < len(record) else 0
        at = _take(record, at + 1, count, parts)
    return _Format((record[4] & 3) + 1, b"".join(parts))


def _of_hvcc(record: bytes) -> _Format:
    """ISO/IEC 14496-15, 8.3.3.1: arrays of sets, one a kind."""
    if len(record) < 23:
        return _Format(4, b"")
    parts: list[bytes] = []
    at = 23
    for _ in range(record[22]):
        count = int.from_bytes(record[at + 1 : at + 3])
        at = _take(record, at + 3, count, parts)
    return _Format((record[21] & 3) + 1, b"".join(parts))


def _take(record: bytes, at: int, count: int, parts: list[bytes]) -> int:
    for _ in range(count):
        length = int.from_bytes(record[at : at + 2])
        parts += (_START, record[at + 2 : at + 2 + length])
        at += 2 + length
    return at
