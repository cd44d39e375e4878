"""A car that comes to stand in a lane: pictures, a network that knows it, a site that minds it, and a run over it."""

from collections.abc import Callable, Sequence
from dataclasses import dataclass, field
from fractions import Fraction
from functools import cache
from pathlib import Path
from zlib import crc32

import av
import numpy as np
from av.video.frame import VideoFrame

from pipeline.config.load import load_site
from pipeline.config.resolved import Site
from pipeline.config.vocabulary import load_vocabulary
from pipeline.media.frame import Bgr
from pipeline.media.memory_source import MemorySource
from pipeline.media.source import VideoSource
from pipeline.observation import Entry, MediaNs, nanoseconds, seconds
from pipeline.perception.detections import Detections, Picture, ScriptedDetector
from pipeline.rules.episode import Episode
from pipeline.runtime.examiner import Examiner
from pipeline.runtime.eyes import attention_of, camera_eyes, camera_watch
from pipeline.runtime.intake import Intake, Summary
from pipeline.runtime.need import Need
from pipeline.runtime.recorded import RecordedRun
from pipeline.runtime.replaying import reasoner

VOCABULARY = load_vocabulary()
START = MediaNs(1_767_571_200_000_000_000)
"""2026-01-05 08:00 in Shanghai."""
CAR = (0.4, 0.5, 0.6, 0.7)
_WIDTH, _HEIGHT = 160, 96

FENCE = """\
{"type": "FeatureCollection", "frame": "image", "features": [{"type": "Feature",
 "properties": {"id": "lane", "name": "北侧消防通道", "category": "fire_lane", "grid": "LZ-01", "responsible": "desk"},
 "geometry": {"type": "Polygon", "coordinates": [[[0.2, 0.4], [0.8, 0.4], [0.8, 0.9], [0.2, 0.9], [0.2, 0.4]]]}}]}
"""


def write_site(folder: Path, sources: Sequence[str] = ("gate.mp4",), *, redis: str = "embedded") -> Path:
    """A site with a camera for each source, called cam-0, cam-1 ...; missing sources are made as empty files."""
    folder.mkdir(parents=True, exist_ok=True)
    (folder / "gate.geojson").write_text(FENCE, encoding="utf-8")
    cameras = []
    for number, source in enumerate(sources):
        (folder / source).touch()
        cameras.append(
            f"  - {{id: cam-{number}, name: 东门, source: {source}, start: '2026-01-05T08:00:00', "
            "geofence: gate.geojson}\n"
        )
    path = folder / "site.yaml"
    path.write_text(
        "site: {id: linzi, name: 临淄示范站, timezone: Asia/Shanghai}\n"
        f"redis: {{url: '{redis}', stream: 'smart-alert:alerts'}}\n"
        "detector: {model: yolov8n, confidence: 0.3}\n"
        f"cameras:\n{''.join(cameras)}"
        "rules:\n"
        "  - {id: fire-lane, algorithm: fire_lane_blocked, zones: {category: fire_lane}, dwell: 4s}\n",
        encoding="utf-8",
    )
    return path


def site_in(folder: Path, sources: Sequence[str] = ("gate.mp4",), *, redis: str = "embedded") -> Site:
    return load_site(write_site(folder, sources, redis=redis), {})


@cache
def street(*, has_car: bool, grain: int = 0) -> Bgr:
    """One picture.

    Args:
        has_car: Whether it stands there.
        grain: Seed of the sensor's noise: a picture without any that stays the same is a frozen one.
    """
    generator = np.random.default_rng(1)
    pixels = generator.normal(110, 12, (_HEIGHT, _WIDTH, 3))
    if has_car:
        left, top, right, bottom = _pixels(CAR)
        pixels[top:bottom, left:right] = generator.normal((30, 40, 200), 15, (bottom - top, right - left, 3))
    noise = np.random.default_rng(grain).integers(-1, 2, pixels.shape)
    return np.clip(np.rint(pixels) + noise, 0, 255).astype(np.uint8)


def _grain(number: int) -> int:
    """Without a period, so that no step meets the same one again and again; few enough to keep."""
    return crc32(number.to_bytes(4, "big")) % 13


def car_finder() -> ScriptedDetector:
    """Finds the car where its colour is."""

    def answer(picture: Picture) -> Detections:
        height, width = picture.shape[:2]
        left, top, right, bottom = _pixels(CAR, width, height)
        blue, _, red = picture[top:bottom, left:right].mean((0, 1))
        box = (CAR[0] * width, CAR[1] * height, CAR[2] * width, CAR[3] * height)
        return Detections.of(("car", 0.9, box)) if red - blue > 60 else Detections.none()

    return ScriptedDetector(answer)


def _pixels(box: tuple[float, float, float, float], width: int = _WIDTH, height: int = _HEIGHT) -> tuple[int, ...]:
    return round(box[0] * width), round(box[1] * height), round(box[2] * width), round(box[3] * height)


def memory_street(
    times_s: Sequence[float], has_car: Callable[[float], bool] = lambda _: False, keyframe_every: int = 1
) -> MemorySource:
    """The street at these times after `START`."""
    return MemorySource(
        [
            (MediaNs(START + nanoseconds(t_s)), street(has_car=has_car(t_s), grain=_grain(number)))
            for number, t_s in enumerate(times_s)
        ],
        keyframe_every=keyframe_every,
    )


def write_video(path: Path, length_s: float, has_car: Callable[[float], bool], *, fps: int = 10, gop: int = 20) -> Path:
    """The street as an H.264 file."""
    with av.open(str(path), "w") as container:
        stream = container.add_stream(
            "libx264", rate=Fraction(fps), options={"preset": "veryfast", "sc_threshold": "0"}
        )
        stream.width, stream.height, stream.pix_fmt = _WIDTH, _HEIGHT, "yuv420p"
        stream.codec_context.gop_size = gop
        stream.codec_context.thread_count = 1
        for number in range(round(length_s * fps)):
            pixels = street(has_car=has_car(number / fps), grain=_grain(number))
            container.mux(stream.encode(VideoFrame.from_ndarray(pixels, format="bgr24")))
        container.mux(stream.encode(None))
    return path


@dataclass
class Run:
    """One run over one source, and everything that came of it, in order.

    Attributes:
        entries: As the log got them.
        told: Every episode with how many entries there were when it was told.
    """

    entries: list[Entry] = field(default_factory=list)
    told: list[tuple[int, Episode]] = field(default_factory=list)

    def append(self, entry: Entry) -> None:
        self.entries.append(entry)

    def over(self, site: Site, source: VideoSource, interval_s: float = 0.5) -> Summary:
        camera = site.cameras[0]
        intake = Intake(reasoner(site, camera, VOCABULARY), self, self._tell)
        eyes = camera_eyes(site, VOCABULARY, car_finder())
        examiner = Examiner(eyes, camera_watch(camera), intake, attention_of(site.rules, camera))
        run = RecordedRun(source, examiner=examiner, intake=intake, need=Need(nanoseconds(interval_s)))
        return run.run(lambda _: None)

    def _tell(self, episodes: tuple[Episode, ...], _picture: Callable[[], Bgr]) -> None:
        self.told.extend((len(self.entries), episode) for episode in episodes)


def since_start(t: MediaNs) -> float:
    return seconds(t - START)
