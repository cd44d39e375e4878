"""Makes the clips that the benchmarks run on from the sample clip: `python -m benchmarks.clip OUT.mp4`."""

import json
import sys
from collections.abc import Iterator
from dataclasses import dataclass
from fractions import Fraction
from pathlib import Path
from typing import TypedDict

import av
import cv2
import numpy as np
import numpy.typing as npt
from av.video.stream import VideoStream

from pipeline.resources import data_folder

Bgr = npt.NDArray[np.uint8]

FPS = 25
GOP_S = 2
BIT_RATE = 4_000_000
WIDTH, HEIGHT = 1920, 1080
SCALE = 2.5
TOP = 280
"""Rows cut off above: the sample is 4:3 (768 x 576), 1920 x 1440 when scaled."""
NOISE_LEVEL = 2.5
"""Standard deviation of the added sensor noise, of 255: without it, repeated pictures would cost no decoding."""
MARGIN_S = 1.5
END_S = 62.0


class Event(TypedDict):
    """One event of the sample's truth, as far as it is needed here."""

    algorithm: str
    zone: str
    start_s: float
    end_s: float


@dataclass(frozen=True, slots=True)
class Blocked:
    """When and where the fire lane is blocked in the clip.

    Attributes:
        start_s: From when the car stands.
        end_s: Until when.
        duration_s: Of the clip.
        outline: Shape (N, 2), the fire lane, in shares of the picture.
    """

    start_s: float
    end_s: float
    duration_s: float
    outline: npt.NDArray[np.float64]


def sample_event(samples: Path, algorithm: str) -> Event:
    """The event of an algorithm in the sample's truth."""
    truth: dict[str, dict[str, list[Event]]] = json.loads((samples / "truth.json").read_text(encoding="utf-8"))
    return next(event for event in truth["street.mp4"]["events"] if event["algorithm"] == algorithm)


def moved_fences(samples: Path) -> str:
    """The sample's fences on the cut picture, as GeoJSON."""
    # The file is the project's own; its shape is known.
    fences = json.loads((samples / "street.geojson").read_text(encoding="utf-8"))
    for feature in fences["features"]:
        ring = np.array(feature["geometry"]["coordinates"][0])
        feature["geometry"]["coordinates"] = [_moved(ring).round(4).tolist()]
    return json.dumps(fences, ensure_ascii=False)


def _moved(ring: npt.NDArray[np.float64]) -> npt.NDArray[np.float64]:
    scaled_height = HEIGHT * 4 / 3
    y = (ring[:, 1] * scaled_height - TOP) / HEIGHT
    return np.stack([ring[:, 0], np.clip(y, 0, 1)], axis=1)


def blocked_lane(samples: Path) -> Blocked:
    """What is true in the clip of `make_blocked_lane`."""
    event = sample_event(samples, "fire_lane_blocked")
    back_s, turn_s = _held_part_s(event)
    held_s = 2 * (turn_s - back_s)
    fences = json.loads(moved_fences(samples))
    outline = next(
        f["geometry"]["coordinates"][0] for f in fences["features"] if f["properties"]["id"] == event["zone"]
    )
    return Blocked(event["start_s"], event["end_s"] + held_s, END_S + held_s, np.array(outline))


def _held_part_s(event: Event) -> tuple[float, float]:
    return event["start_s"] + MARGIN_S, event["end_s"] - MARGIN_S


def make_blocked_lane(samples: Path, to: Path) -> None:
    """Write the 1080p25 clip in which a car blocks the fire lane for about 36 s.

    H.264, no B-frames, a keyframe every 2 s. The sample's car stands for 14 s: the part in which it stands is played
    forwards, backwards and forwards, so nothing jumps.
    """
    video = samples / "street.mp4"
    unfinished = to.with_suffix(".part.mp4")
    _encode(_held(video, *_held_part_s(sample_event(samples, "fire_lane_blocked"))), _rate(video), unfinished)
    unfinished.rename(to)


def _rate(video: Path) -> Fraction:
    with av.open(str(video)) as container:
        rate = container.streams.video[0].average_rate
    if rate is None:
        raise ValueError(f"{video}: no frame rate")
    return rate


def _held(video: Path, back_s: float, turn_s: float) -> Iterator[Bgr]:
    """The pictures up to `turn_s`, back to `back_s`, and from there on to the end."""
    kept: list[Bgr] = []
    rate = _rate(video)
    turn, back, end = round(turn_s * rate), round(back_s * rate), round(END_S * rate)
    with av.open(str(video)) as container:
        for n, frame in enumerate(container.decode(video=0)):
            if n >= end:
                return
            picture: Bgr = frame.to_ndarray(format="bgr24").astype(np.uint8, copy=False)
            yield picture
            if back <= n <= turn:
                kept.append(picture)
            if n == turn:
                yield from reversed(kept[:-1])
                yield from kept[1:]


def _encode(pictures: Iterator[Bgr], rate: Fraction, to: Path) -> None:
    rng = np.random.default_rng(0)
    noises = [rng.normal(0, NOISE_LEVEL, (HEIGHT, WIDTH, 3)).astype(np.int16) for _ in range(7)]
    n_written = 0
    with av.open(str(to), "w") as container:
        stream = container.add_stream("libx264", rate=FPS, options={"preset": "veryfast", "threads": "1"})
        stream.width, stream.height, stream.pix_fmt, stream.bit_rate = WIDTH, HEIGHT, "yuv420p", BIT_RATE
        stream.codec_context.gop_size = GOP_S * FPS
        stream.codec_context.max_b_frames = 0
        for n, picture in enumerate(pictures):
            whole = cv2.resize(picture, None, fx=SCALE, fy=SCALE, interpolation=cv2.INTER_CUBIC)[TOP : TOP + HEIGHT]
            while n_written * rate < (n + 1) * FPS:
                noisy = cv2.add(whole, noises[n_written % len(noises)], dtype=cv2.CV_8U).astype(np.uint8, copy=False)
                _write(container, stream, noisy, n_written)
                n_written += 1
        container.mux(stream.encode(None))


def _write(container: av.container.OutputContainer, stream: VideoStream, picture: Bgr, n: int) -> None:
    frame = av.VideoFrame.from_ndarray(picture, format="bgr24")
    frame.pts, frame.time_base = n, Fraction(1, FPS)
    container.mux(stream.encode(frame))


def repeat_clip(video: Path, times: int, to: Path) -> None:
    """Write a clip that holds another a number of times, one after the other, without encoding it again."""
    with av.open(str(to), "w") as output:
        copied: VideoStream | None = None
        for n in range(times):
            with av.open(str(video)) as container:
                stream = container.streams.video[0]
                if copied is None:
                    copied = output.add_stream_from_template(stream)
                length = stream.duration or 0
                for packet in container.demux(stream):
                    if packet.dts is None or packet.pts is None:  # the end mark
                        continue
                    packet.pts, packet.dts = packet.pts + n * length, packet.dts + n * length
                    packet.stream = copied
                    output.mux(packet)


if __name__ == "__main__":
    make_blocked_lane(data_folder("sample_videos"), Path(sys.argv[1]))
