"""Writes clips: packets as they came where MP4 takes their coding, else decoded and coded anew."""

from collections.abc import Iterator, Sequence
from dataclasses import dataclass
from datetime import UTC, datetime, timedelta
from fractions import Fraction
from itertools import pairwise
from pathlib import Path

import av
from av.container.output import OutputContainer
from av.video.frame import VideoFrame

from pipeline.errors import StateError
from pipeline.media.annex_b import AnnexB
from pipeline.media.arrival import Arrival
from pipeline.media.container import reason
from pipeline.media.damage import DamageCounter
from pipeline.media.footage import Take
from pipeline.media.frame import Frame
from pipeline.media.live_decoder import LiveDecoder
from pipeline.media.orientation import AS_STORED
from pipeline.media.packet_kind import video_packet
from pipeline.observation import MediaNs

_TICKS_PER_S = 90_000
_TIME_BASE = Fraction(1, _TICKS_PER_S)
_COPIED = frozenset({"h264", "hevc"})
"""What MP4 holds and browsers play. Others (MJPEG, MPEG-4 part 2 ...) are coded anew."""
_MOST_WIDTH = 1280
"""Of what is coded anew, px."""


@dataclass(frozen=True, slots=True)
class ClipSpan:
    """What a clip shows.

    Attributes:
        start: Media time of its first picture.
        end: Of its last.
        is_copied: Whether the packets are as the camera sent them.
    """

    start: MediaNs
    end: MediaNs
    is_copied: bool


def write_clip(path: Path, take: Take) -> ClipSpan:
    """Write a clip as MP4; it begins with the first picture of the take.

    Raises:
        StateError: It cannot be written, or nothing of it can be decoded.
    """
    arrivals = _from_key(take.arrivals)
    is_copied = take.coding.codec in _COPIED and take.coding.tells_showing and take.coding.orientation == AS_STORED
    start = arrivals[0].t
    try:
        with av.open(str(path), "w", format="mp4", options={"movflags": "+faststart"}) as container:
            container.metadata["creation_time"] = _iso(start)
            container.metadata["comment"] = f"media time of the first picture: {_iso(start)}"
            end = _copy(container, take, arrivals) if is_copied else _code_anew(container, take, arrivals)
    except (av.FFmpegError, OSError, ValueError, MemoryError, StopIteration) as error:
        raise StateError(f"{path}: the clip cannot be written: {reason(error)}") from error
    return ClipSpan(start, end, is_copied)


def _from_key(arrivals: Sequence[Arrival]) -> list[Arrival]:
    """Without the pictures that are shown before the first keyframe: they refer to others that are not here."""
    first = arrivals[0]
    return [arrival for arrival in arrivals if arrival is first or arrival.t > first.t]


def _copy(container: OutputContainer, take: Take, arrivals: Sequence[Arrival]) -> MediaNs:
    coding = take.coding
    rewrite = AnnexB(coding.codec, coding.extradata)
    width, height = (coding.width, coding.height) if coding.height else _size_of(take, arrivals[0])
    stream = container.add_mux_stream(coding.codec, width=width, height=height, time_base=_TIME_BASE)
    shown = [_ticks(arrival.t - arrivals[0].t) for arrival in arrivals]
    decoded = decoding_times(shown)
    # Without a length of its own the last picture would end with its beginning, and players leave it out.
    steps = [later - earlier for earlier, later in pairwise(decoded)]
    steps.append(steps[-1] if steps else _TICKS_PER_S)
    for arrival, pts, dts, step in zip(arrivals, shown, decoded, steps, strict=True):
        packet = video_packet(rewrite.packet(bytes(arrival.packet), is_key=arrival.is_key))
        packet.pts, packet.dts, packet.duration, packet.time_base = pts, dts, step, _TIME_BASE
        packet.is_keyframe = arrival.is_key
        packet.stream = stream  # type: ignore[assignment]  # a stream without a coder
        container.mux(packet)
    return max(arrival.t for arrival in arrivals)


def decoding_times(shown: Sequence[int]) -> list[int]:
    """When each packet is due in the decoder: strictly increasing, and none after its picture is shown.

    Args:
        shown: When their pictures are shown, in the order of decoding; no two alike.
    """
    in_turn = sorted(shown)
    lead = max(turn - pts for turn, pts in zip(in_turn, shown, strict=True))
    return [turn - lead for turn in in_turn]


def _code_anew(container: OutputContainer, take: Take, arrivals: Sequence[Arrival]) -> MediaNs:
    frames = _pictures(take, arrivals)
    first = next(frames)
    width, height = first.size
    scale = min(1.0, _MOST_WIDTH / width)
    width, height = (max(2, round(side * scale) // 2 * 2) for side in (width, height))
    stream = container.add_stream("libx264", options={"preset": "veryfast", "crf": "26"})
    stream.width, stream.height, stream.pix_fmt = width, height, "yuv420p"
    stream.codec_context.time_base = stream.time_base = _TIME_BASE
    stream.codec_context.thread_count = 1
    # Where packets do not tell when their pictures are shown, the k-th that is shown takes the k-th time.
    times = sorted({arrival.t for arrival in arrivals})
    t = times[0]
    for frame, t in zip((first, *frames), times, strict=False):
        image = VideoFrame.from_ndarray(frame.scaled(width, height), format="bgr24")
        image.pts, image.time_base = _ticks(t - times[0]), _TIME_BASE
        container.mux(stream.encode(image))
    container.mux(stream.encode(None))
    return t


def _pictures(take: Take, arrivals: Sequence[Arrival]) -> Iterator[Frame]:
    """In the order in which they are shown."""
    decoder = LiveDecoder(take.coding, DamageCounter())
    for arrival in arrivals:
        yield from decoder.feed(arrival)
    yield from decoder.drain()


def _size_of(take: Take, key: Arrival) -> tuple[int, int]:
    frame = LiveDecoder(take.coding, DamageCounter()).alone(key)
    if frame is None:
        raise ValueError("its first picture cannot be decoded")
    return frame.size


def _ticks(duration_ns: int) -> int:
    return duration_ns * _TICKS_PER_S // 1_000_000_000


def _iso(t: MediaNs) -> str:
    moment = datetime(1970, 1, 1, tzinfo=UTC) + timedelta(microseconds=t // 1000)
    return moment.isoformat(timespec="milliseconds").replace("+00:00", "Z")
