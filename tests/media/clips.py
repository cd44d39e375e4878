"""Makes small clips with PyAV's encoders. Each picture carries its number as eight black or white blocks."""

from collections.abc import Sequence
from dataclasses import dataclass, field
from fractions import Fraction
from itertools import pairwise
from pathlib import Path
from typing import Literal

import av
import numpy as np
from av.audio.frame import AudioFrame
from av.audio.stream import AudioStream
from av.container.output import OutputContainer
from av.video.frame import VideoFrame
from av.video.stream import VideoStream

from pipeline.media.frame import Bgr, Frame
from pipeline.media.source import VideoSource
from pipeline.observation import MediaNs

BLOCK = 16
BITS = 8
Codec = Literal["libx264", "libx265", "mpeg4", "mjpeg", "ffv1"]


@dataclass(frozen=True)
class Clip:
    """What a clip is made of.

    Attributes:
        times_ms: When each picture is shown.
        gop: Pictures from one keyframe to the next, at most.
        b_frames: Most bidirectional pictures in a row.
        display_degrees: Counterclockwise turn that a player makes.
    """

    codec: Codec = "libx264"
    times_ms: Sequence[int] = tuple(range(0, 4000, 100))
    size: tuple[int, int] = (160, 112)
    gop: int = 10
    b_frames: int = 0
    is_open_gop: bool = False
    display_degrees: int = 0
    with_sound: bool = False
    container_options: dict[str, str] = field(default_factory=dict)
    metadata: dict[str, str] = field(default_factory=dict)


def numbered(number: int, size: tuple[int, int]) -> Bgr:
    """A picture that carries its number, with a box that moves."""
    width, height = size
    pixels = np.empty((height, width, 3), np.uint8)
    pixels[..., 0] = np.linspace(40, 200, width, dtype=np.uint8)
    pixels[..., 1] = np.linspace(200, 60, height, dtype=np.uint8)[:, None]
    pixels[..., 2] = 90
    x = (number * 7) % (width - 24)
    pixels[height // 2 : height // 2 + 24, x : x + 24] = (20, 40, 240)
    for bit in range(BITS):
        pixels[:BLOCK, bit * BLOCK : (bit + 1) * BLOCK] = 255 if number >> bit & 1 else 0
    return pixels


def number_of(pixels: Bgr) -> int:
    """The number that a picture carries."""
    middle = BLOCK // 2
    return sum(int(pixels[middle, bit * BLOCK + middle].mean() > 127) << bit for bit in range(BITS))


def write_clip(path: Path, clip: Clip) -> Path:
    """Encodes a clip into the container that the name of the file says."""
    with av.open(str(path), "w", container_options=clip.container_options) as container:
        container.metadata.update(clip.metadata)
        stream = _video(container, clip)
        sound = container.add_stream("mp2", rate=48000) if clip.with_sound else None
        time_base = stream.codec_context.time_base
        for number, time_ms in enumerate(clip.times_ms):
            image = VideoFrame.from_ndarray(numbered(number, clip.size), format="bgr24").reformat(format=stream.pix_fmt)
            image.pts, image.time_base = round(Fraction(time_ms, 1000) / time_base), time_base
            container.mux(stream.encode(image))
        container.mux(stream.encode(None))
        if sound is not None:
            _hum(container, sound)
    return path


def write_sound(path: Path) -> Path:
    """Writes a file with sound and no picture."""
    with av.open(str(path), "w") as container:
        _hum(container, container.add_stream("mp2", rate=48000))
    return path


def _video(container: OutputContainer, clip: Clip) -> VideoStream:
    steps = {later - earlier for earlier, later in pairwise(clip.times_ms)}
    rate = Fraction(1000, min(steps, default=100))
    stream = container.add_stream(clip.codec, rate=rate, options=_options(clip))
    stream.width, stream.height = clip.size
    stream.pix_fmt = "yuvj420p" if clip.codec == "mjpeg" else "bgr0" if clip.codec == "ffv1" else "yuv420p"
    stream.codec_context.time_base = 1 / rate if len(steps) <= 1 else Fraction(1, 1000)
    stream.codec_context.gop_size = clip.gop
    stream.codec_context.max_b_frames = clip.b_frames
    stream.codec_context.thread_count = 1
    if clip.display_degrees:
        stream.set_display_rotation(clip.display_degrees)
    return stream


def _options(clip: Clip) -> dict[str, str]:
    if clip.codec == "libx264":
        open_gop = int(clip.is_open_gop)
        return {"preset": "veryfast", "sc_threshold": "0", "x264-params": f"open-gop={open_gop}:b-adapt=0:log-level=-1"}
    if clip.codec == "libx265":
        shape = f"bframes={clip.b_frames}:keyint={clip.gop}:min-keyint={clip.gop}:open-gop={int(clip.is_open_gop)}"
        return {"preset": "ultrafast", "x265-params": f"{shape}:scenecut=0:pools=none:frame-threads=1:log-level=none"}
    return {}


def _hum(container: OutputContainer, stream: AudioStream) -> None:
    sound = AudioFrame.from_ndarray(np.zeros((1, 1152), np.int16), format="s16", layout="mono")
    sound.sample_rate, sound.pts = 48000, 0
    container.mux(stream.encode(sound))
    container.mux(stream.encode(None))


def read_all(source: VideoSource, *, keyframes_only: bool = False) -> list[Frame]:
    """Every frame to the end."""
    frames = []
    while (frame := source.next_frame(MediaNs(-(10**18)), keyframes_only=keyframes_only)) is not None:
        frames.append(frame)
    return frames


def ms(*times_ms: int) -> list[int]:
    """Milliseconds in media time."""
    return [1_000_000 * time_ms for time_ms in times_ms]
