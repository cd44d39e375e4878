"""What a packet is, beyond what the container says of it."""

from av.packet import Packet
from av.video.stream import VideoStream

MAX_UNCHANGED_BYTES = 8
"""A packet so small says that nothing changed, or fills the place of one that came early: it is no picture."""


def starts_decoding(packet: "Packet[VideoStream]") -> bool:
    """Whether decoding can start with it. Some AVI writers mark the fillers as keyframes, too."""
    return packet.is_keyframe and packet.size > MAX_UNCHANGED_BYTES


def video_packet(data: bytes) -> "Packet[VideoStream]":
    """A new packet with this content."""
    # PyAV's types let a packet of any kind of stream be made, and none of video.
    return Packet(data)  # type: ignore[return-value]
