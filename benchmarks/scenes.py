"""What happens before the cameras of the capacity benchmark, as clips: 1080p25, and 640x360 at 15 pictures a second.

H.264, 4 Mbit/s and 512 kbit/s with a buffer of one second, as cameras are set, and sensor noise; a keyframe every 2 s
(some 240 kB, and 45 kB on the small stream), no B-frames. Each scene is one round that joins its own beginning; cameras
get copies that begin elsewhere in the round, so that neither their events nor their keyframes fall together.
"""

from collections.abc import Callable, Sequence
from dataclasses import dataclass
from fractions import Fraction
from pathlib import Path

import av
import cv2
import numpy as np
import numpy.typing as npt
from av.container import OutputContainer
from av.packet import Packet
from av.video.stream import VideoStream

from benchmarks.street import FPS, Bgr, Outline, Street, sources

SUB_FPS = 15
GOP_S = 2
MAIN_SIZE = (1920, 1080)
SUB_SIZE = (640, 360)
MAIN_BIT_RATE, SUB_BIT_RATE = 4_000_000, 512_000
NOISE_LEVEL = 2.5
"""Standard deviation of the sensor noise, of 255, in brightness: without it, repeated pictures would cost nothing."""
LIGHT_SHARE = 0.03
"""How far the light swings to either side, as under passing clouds."""
LIGHT_SWING_S = 20.0
"""How long a swing takes, about: a round has a whole number of them."""
QUIET_S, ROUND_S = 60.0, 120.0
COMES_S, HEAP_S = 10.0, 14.0
COPIES = 20
_ANOTHER_NOISE = 7


@dataclass(frozen=True, slots=True)
class Standing:
    """Something stands or lies where it must not.

    Attributes:
        rule: Of the site that the benchmark writes.
        start_s: From when, in seconds of the round.
        end_s: Until when.
    """

    rule: str
    start_s: float
    end_s: float


@dataclass(frozen=True, slots=True)
class Scene:
    """One round of what a camera sees.

    Attributes:
        name: Of the scene, and of its files.
        round_s: Length of the round, seconds.
        standing: What must be told.
    """

    name: str
    round_s: float
    standing: tuple[Standing, ...]


@dataclass(frozen=True, slots=True)
class Clip:
    """A camera's recording.

    Attributes:
        scene: What it shows.
        main: The big stream.
        sub: The small one.
        begins_s: Where in the round it begins.
    """

    scene: Scene
    main: Path
    sub: Path
    begins_s: float


def fences() -> tuple[Outline, Outline]:
    """The fire lane, and where waste is looked for."""
    of = sources()
    with av.open(str(of.clip)) as container:
        context = container.streams.video[0].codec_context
        scaled_height = context.height * MAIN_SIZE[0] / context.width
    return _cut(of.lane, scaled_height), _cut(of.kerb, scaled_height)


def _cut(outline: Outline, scaled_height: float) -> Outline:
    """An outline on the picture of which the top was cut off, shares."""
    height = MAIN_SIZE[1]
    if scaled_height < height:
        return outline
    return tuple((x, max(0.0, (y * scaled_height - (scaled_height - height)) / height)) for x, y in outline)


def clips(name: str, folder: Path, tell: Callable[[str], None]) -> list[Clip]:
    """The recordings of a scene, each beginning elsewhere; made the first time.

    Args:
        name: `quiet`, `dwelling` or `crossing`.
        folder: For the files.
        tell: Told what is being made.
    """
    folder.mkdir(parents=True, exist_ok=True)
    whole = folder / f"{name}-main.mp4"
    round_s_file = folder / f"{name}.seconds"
    if not round_s_file.exists():
        tell(f"making the clip '{name}' ...")
        pictures = _pictures(name)
        _encode_both(pictures, whole, folder / f"{name}-sub.mp4")
        round_s_file.write_text(str(len(pictures) / FPS), encoding="utf-8")
    scene = _scene(name, float(round_s_file.read_text(encoding="utf-8")))
    return [_copy(scene, folder, number) for number in range(COPIES)]


def _scene(name: str, round_s: float) -> Scene:
    standing: tuple[Standing, ...] = ()
    if name == "dwelling":
        of = sources()
        come_s, stand_s, _ = of.car_s
        goes_s = round_s - (of.car_s[2] - stand_s)
        standing = (
            Standing("fire-lane", COMES_S + stand_s - come_s, goes_s),
            Standing("waste", COMES_S + stand_s - come_s + HEAP_S - COMES_S, goes_s),
        )
    return Scene(name, round_s, standing)


def _pictures(name: str) -> Sequence[Bgr]:
    """One round, 25 pictures a second; the same object again while nothing changes."""
    street = Street(sources())
    if name == "quiet":
        return [street.empty] * round(QUIET_S * FPS)
    if name == "crossing":
        traffic = street.traffic()
        return traffic * max(1, round(QUIET_S * FPS / len(traffic)))
    return _dwelling(street)


def _dwelling(street: Street) -> Sequence[Bgr]:
    comes, goes = street.car_comes(), street.car_goes()
    before = [street.empty] * round(COMES_S * FPS) + comes + [comes[-1]] * round((HEAP_S - COMES_S) * FPS)
    lying = street.with_heap(comes[-1])
    return [*before, *([lying] * (round(ROUND_S * FPS) - len(before) - len(goes))), *goes]


def _encode_both(pictures: Sequence[Bgr], main: Path, sub: Path) -> None:
    """Write both streams."""
    n_written = 0
    with av.open(str(main), "w") as big, av.open(str(sub), "w") as small:
        streams = (_stream(big, MAIN_SIZE, FPS, MAIN_BIT_RATE), _stream(small, SUB_SIZE, SUB_FPS, SUB_BIT_RATE))
        sensor = _Sensor(MAIN_SIZE, len(pictures))
        for n, picture in enumerate(pictures):
            seen = sensor.picture(picture, n)
            _write(big, streams[0], seen, n, FPS)
            while n_written * FPS <= n * SUB_FPS:
                _write(small, streams[1], _smaller(seen), n_written, SUB_FPS)
                n_written += 1
        for container, stream in zip((big, small), streams, strict=True):
            container.mux(stream.encode(None))


class _Sensor:
    """Adds noise and changing light to a picture; works on I420. Remembers the last picture in full size."""

    def __init__(self, size: tuple[int, int], n_round: int) -> None:
        n_swings = round(n_round / (LIGHT_SWING_S * FPS))
        self._swing = 2 * np.pi * n_swings / n_round
        rng = np.random.default_rng(0)
        self._size = size
        shape = (size[1] * 3 // 2, size[0])
        level = np.full((shape[0], 1), NOISE_LEVEL)
        level[size[1] :] /= 2  # of colour, cameras take most of it away
        self._noises = [(rng.normal(0, 1, shape) * level).round().astype(np.int8) for _ in range(_ANOTHER_NOISE)]
        self._source: Bgr | None = None
        self._whole = np.zeros(shape, np.uint8)

    def picture(self, source: Bgr, n: int) -> npt.NDArray[np.uint8]:
        """The n-th picture as the camera would send it, I420."""
        if source is not self._source:
            self._source, self._whole = source, _enlarged(source, self._size)
        seen = self._whole.copy()
        height = self._size[1]
        swing = 1 + LIGHT_SHARE * np.sin(self._swing * n)
        cv2.convertScaleAbs(seen[:height], seen[:height], alpha=float(swing))
        noise = self._noises[n % _ANOTHER_NOISE]
        return cv2.add(seen, noise, dtype=cv2.CV_8U).astype(np.uint8, copy=False)


def _enlarged(picture: Bgr, size: tuple[int, int]) -> npt.NDArray[np.uint8]:
    """The middle of the picture in the wanted shape, I420."""
    width, height = size
    scaled_height = round(picture.shape[0] * width / picture.shape[1])
    if scaled_height < height:
        whole = cv2.resize(picture, size, interpolation=cv2.INTER_CUBIC)
    else:
        whole = cv2.resize(picture, (width, scaled_height), interpolation=cv2.INTER_CUBIC)
        top = scaled_height - height  # the sky is of no use
        whole = whole[top:]
    return cv2.cvtColor(np.ascontiguousarray(whole), cv2.COLOR_BGR2YUV_I420).astype(np.uint8, copy=False)


def _smaller(i420: npt.NDArray[np.uint8]) -> npt.NDArray[np.uint8]:
    bgr = cv2.cvtColor(i420, cv2.COLOR_YUV2BGR_I420)
    small = cv2.resize(bgr, SUB_SIZE, interpolation=cv2.INTER_AREA)
    return cv2.cvtColor(small, cv2.COLOR_BGR2YUV_I420).astype(np.uint8, copy=False)


def _stream(container: OutputContainer, size: tuple[int, int], fps: int, bit_rate: int) -> VideoStream:
    rate = {"maxrate": str(bit_rate), "bufsize": str(bit_rate)}
    options = {"preset": "veryfast", "threads": "1", "sc_threshold": "0", **rate}
    stream = container.add_stream("libx264", rate=fps, options=options)
    stream.width, stream.height, stream.pix_fmt, stream.bit_rate = *size, "yuv420p", bit_rate
    stream.codec_context.gop_size = GOP_S * fps
    stream.codec_context.max_b_frames = 0
    return stream


def _write(container: OutputContainer, stream: VideoStream, i420: npt.NDArray[np.uint8], n: int, fps: int) -> None:
    frame = av.VideoFrame.from_ndarray(i420, format="yuv420p")
    frame.pts, frame.time_base = n, Fraction(1, fps)
    container.mux(stream.encode(frame))


def _copy(scene: Scene, folder: Path, number: int) -> Clip:
    """The number-th copy: an equal share of the round further on, and of the time between two keyframes."""
    n_round = round(scene.round_s * FPS)
    n_gop = GOP_S * FPS
    first = (number * n_round // COPIES // n_gop * n_gop + number * n_gop // COPIES) % n_round
    begins_s = first / FPS
    main, sub = (folder / f"{scene.name}-{stream}-{number:02}.mp4" for stream in ("main", "sub"))
    if not sub.exists():
        rotate(folder / f"{scene.name}-main.mp4", first, main)
        rotate(folder / f"{scene.name}-sub.mp4", round(begins_s * SUB_FPS), sub)
    return Clip(scene, main, sub, begins_s)


def rotate(clip: Path, first: int, to: Path) -> None:
    """Write a copy that begins at another packet and ends just before it, without encoding anything again.

    It may begin between two keyframes, as any camera's stream does.
    """
    with av.open(str(clip)) as container, av.open(str(to), "w") as output:
        stream = container.streams.video[0]
        copied = output.add_stream_from_template(stream)
        packets = [packet for packet in container.demux(stream) if packet.size]
        step = round(1 / ((stream.average_rate or 25) * (stream.time_base or 1)))
        for n, packet in enumerate(_rotated(packets, first)):
            packet.pts = packet.dts = n * step
            packet.stream = copied
            output.mux(packet)


def _rotated(packets: "Sequence[Packet[VideoStream]]", first: int) -> "Sequence[Packet[VideoStream]]":
    return [*packets[first:], *packets[:first]]
