"""Footage of a lane in which a red car comes to stand, in every coding that a camera may send."""

from collections.abc import Callable
from fractions import Fraction
from pathlib import Path

import av
import cv2
import numpy as np
from av.video.frame import VideoFrame
from av.video.stream import VideoStream

from pipeline.media.frame import Bgr

WIDTH, HEIGHT = 320, 192
CAR = (0.4, 0.5, 0.6, 0.7)
"""Where the car stands, shares of the picture."""
LANE = (0.2, 0.4, 0.8, 0.9)
RED, GREEN = (30, 40, 200), (20, 230, 20)
FENCE = """\
{"type": "FeatureCollection", "frame": "image", "features": [{"type": "Feature",
 "properties": {"id": "lane", "name": "北侧消防通道", "category": "fire_lane", "grid": "LZ-01", "responsible": "desk"},
 "geometry": {"type": "Polygon", "coordinates": [[[0.2, 0.4], [0.8, 0.4], [0.8, 0.9], [0.2, 0.9], [0.2, 0.4]]]}}]}
"""


def write_footage(
    path: Path,
    length_s: float,
    has_car: Callable[[float], bool],
    *,
    codec: str = "libx264",
    gop: int = 20,
    b_frames: int = 0,
    colour: tuple[int, int, int] = RED,
) -> Path:
    """Ten pictures a second, with the noise of a sensor: no two are the same."""
    options = {"preset": "ultrafast", "sc_threshold": "0", "bf": str(b_frames)}
    if codec == "libx265":
        options = {"preset": "ultrafast", "x265-params": f"crf=20:log-level=none:pools=1:scenecut=0:bframes={b_frames}"}
    generator = np.random.default_rng(7)
    with av.open(str(path), "w") as container:
        stream = container.add_stream(codec, rate=Fraction(10), options=options)
        assert isinstance(stream, VideoStream)
        stream.width, stream.height, stream.pix_fmt = WIDTH, HEIGHT, "yuv420p"
        stream.codec_context.gop_size = gop
        stream.codec_context.thread_count = 1
        empty, with_car = _street(None), _street(colour)
        for number in range(round(length_s * 10)):
            noise = generator.normal(0, 3, (HEIGHT, WIDTH, 1))
            picture = np.clip((with_car if has_car(number / 10) else empty) + noise, 0, 255).astype(np.uint8)
            container.mux(stream.encode(VideoFrame.from_ndarray(picture, format="bgr24")))
        container.mux(stream.encode(None))
    return path


def _street(colour: tuple[int, int, int] | None) -> Bgr:
    generator = np.random.default_rng(1)
    stones = generator.integers(60, 170, (12, 20, 1)).astype(np.uint8).repeat(3, axis=2)
    picture: Bgr = cv2.resize(stones, (WIDTH, HEIGHT), interpolation=cv2.INTER_NEAREST).astype(np.uint8)
    if colour is not None:
        left, top, right, bottom = (round(share * size) for share, size in zip(CAR, (WIDTH, HEIGHT) * 2, strict=True))
        picture[top:bottom, left:right] = colour
        # Windows: a car is no flat patch.
        picture[top + 6 : top + 14, left + 8 : right - 8] //= 3
    return picture
