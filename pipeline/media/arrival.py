"""A packet of a live stream, with its moment."""

from dataclasses import dataclass

from av.packet import Packet
from av.video.stream import VideoStream

from pipeline.observation import MediaNs


@dataclass(frozen=True, slots=True, eq=False)
class Arrival:
    """A packet as it came.

    Attributes:
        packet: The coded picture.
        t: When its picture was taken. Packets come in the order in which they are decoded: with B-frames a later one
            may hold an earlier picture.
        is_key: Whether decoding can start with it.
        arrival_ns: When it came, ns since 1970 by the machine's clock.
        jumped: Whether the time line broke off before it.
        n_bytes: Its size.
    """

    packet: "Packet[VideoStream]"
    t: MediaNs
    is_key: bool
    arrival_ns: int
    jumped: bool
    n_bytes: int
