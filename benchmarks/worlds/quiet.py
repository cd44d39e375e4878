"""Long quiet footage: real recordings without an event, looped, each loop with noise and light of its own.

What is repeated is repeated: this is not three different days. But no two pictures are the same: the light follows the
hour and the clouds, colours drift, the sensor's noise grows at night, and the mast sways.
"""

import json
import resource
from collections.abc import Iterable
from dataclasses import dataclass
from functools import lru_cache
from pathlib import Path
from types import TracebackType
from typing import Self

import av
import cv2
import numpy as np
from numpy.typing import NDArray

from benchmarks.worlds.footage import FOOTAGE
from benchmarks.worlds.networks import DEFAULT, detector, vocabulary
from benchmarks.worlds.play import Account, Unkept, judge
from benchmarks.worlds.scene import Fence, Points, area
from benchmarks.worlds.sites import CONFIDENCE, fence_file
from benchmarks.worlds.tally import Result, RunId, Watch, results_of
from pipeline.config.catalogue import Catalogue
from pipeline.config.load import load_site
from pipeline.config.resolved import Site
from pipeline.media.damage import Damage
from pipeline.media.frame import Bgr, Frame
from pipeline.media.info import StreamInfo
from pipeline.media.memory_source import StillPicture
from pipeline.observation import MediaNs, nanoseconds, seconds
from pipeline.resources import data_folder
from pipeline.runtime.replaying import camera_run

KEYFRAME_S = 2.0
CHUNK_S = 3 * 3600.0
"""One run: a camera is started afresh, and what is done is not done again."""
_KEPT_EVERY_S = 0.5
_WIDTH_PX = 640
_GRAINS = 5
_MIDNIGHT = MediaNs(1_767_542_400_000_000_000)
"""2026-01-05 00:00 in Shanghai."""
_LIGHT_BY_HOUR = ((0, 0.2), (5, 0.2), (7.5, 0.75), (12, 1.1), (16, 0.95), (18.5, 0.45), (20, 0.2), (24, 0.2))
_CLOUD_S = 240.0
VTEST = Path("/usr/share/doc/opencv-doc/examples/data/vtest.avi")


@dataclass(frozen=True, slots=True)
class Quiet:
    """A recording in which no event happens.

    Attributes:
        name: Of the recording.
        path: Of its file.
        ground: Where the rules look.
        share: Of the camera-days that are looked at.
        is_night: It was recorded at night, and stays as dark as it is.
        has_stops: Vehicles stop in it: in a loop of seconds they would seem to stay, so that nobody asks for vehicles.
    """

    name: str
    path: Path
    ground: Points
    share: float
    is_night: bool = False
    has_stops: bool = False


@dataclass(frozen=True, slots=True)
class Chunk:
    """Some hours of one recording.

    Attributes:
        quiet: Of which.
        number: Of the chunk: it decides hour, noise and light.
        length_s: How long.
    """

    quiet: Quiet
    number: int
    length_s: float

    @property
    def id(self) -> RunId:
        """Unique among the chunks."""
        return RunId(f"quiet.{self.quiet.name}.{self.number}.{self.length_s:.0f}")


def recordings() -> list[Quiet]:
    """Those that are there: OpenCV's, and the footage beside the checkout."""
    outlines = json.loads((data_folder("sample_videos") / "street.geojson").read_text(encoding="utf-8"))["features"]
    lane: Points = tuple((x, y) for x, y in outlines[0]["geometry"]["coordinates"][0][:-1])
    known = (
        Quiet("vtest", VTEST, lane, 2.0),
        Quiet("car-park-aisle", FOOTAGE / "car-park-aisle.mp4", area((0.02, 0.15, 0.98, 0.98)), 1.0),
        Quiet("road-60fps", FOOTAGE / "road-60fps.avi", area((0.02, 0.2, 0.98, 0.98)), 1.0),
        Quiet(
            "night-adverts",
            FOOTAGE / "night-adverts.mp4",
            area((0.02, 0.5, 0.98, 0.98)),
            0.5,
            is_night=True,
            has_stops=True,
        ),
    )
    return [one for one in known if one.path.is_file()]


def chunks(days: float, quiets: Iterable[Quiet]) -> list[Chunk]:
    """So many camera-days, in pieces, shared out among the recordings."""
    there = list(quiets)
    whole = sum(one.share for one in there)
    return [
        Chunk(quiet, number, CHUNK_S)
        for quiet in there
        for number in range(max(1, round(days * 86400 * quiet.share / whole / CHUNK_S)))
    ]


class LoopedSource:
    """A recording again and again, for hours. Remembers its pictures and how far it was read."""

    def __init__(self, chunk: Chunk) -> None:
        """Reads the recording.

        Raises:
            av.FFmpegError: It cannot be read.
        """
        self._chunk = chunk
        self._pictures = _pictures(chunk.quiet.path)
        self._dice_seed = (chunk.number, len(chunk.quiet.name))
        self._start = MediaNs(_MIDNIGHT + nanoseconds(chunk.number * CHUNK_S))
        self._next_s = 0.0
        self._count = 0

    @property
    def info(self) -> StreamInfo:
        """As a camera's stream would tell it."""
        height, width = self._pictures[0].shape[:2]
        return StreamInfo(
            codec="raw",
            width=width,
            height=height,
            rotation=0,
            fps=1 / _KEPT_EVERY_S,
            duration_s=self._chunk.length_s,
            has_b_frames=False,
            start=self._start,
        )

    @property
    def damage(self) -> Damage:
        """None ever."""
        return Damage()

    @property
    def keyframe_interval_s(self) -> float:
        """The distance between keyframes, seconds."""
        return KEYFRAME_S

    def next_frame(self, not_before: MediaNs, *, keyframes_only: bool = False) -> Frame | None:
        """See `VideoSource`."""
        step_s = KEYFRAME_S if keyframes_only else _KEPT_EVERY_S
        t_s = np.ceil((max(self._next_s, seconds(not_before - self._start)) - 1e-6) / step_s) * step_s
        if t_s >= self._chunk.length_s:
            if not keyframes_only:
                self._next_s = self._chunk.length_s
            return None
        self._next_s = t_s + _KEPT_EVERY_S
        return Frame(MediaNs(self._start + nanoseconds(t_s)), StillPicture(self._seen(float(t_s))), is_key=True)

    def close(self) -> None:
        """Lets go of nothing: other chunks read the same pictures."""

    def __enter__(self) -> Self:
        return self

    def __exit__(
        self, kind: type[BaseException] | None, error: BaseException | None, trace: TracebackType | None
    ) -> None:
        self.close()

    def _seen(self, t_s: float) -> Bgr:
        """What the camera makes of the recording at this moment."""
        self._count += 1
        picture = self._pictures[round(t_s / _KEPT_EVERY_S) % len(self._pictures)]
        light = 1.0 if self._chunk.quiet.is_night else self._light(t_s)
        lit = cv2.LUT(picture, self._toned(t_s, light))
        by = np.array([[1, 0, 0.7 * np.sin(2.9 * t_s)], [0, 1, 0.5 * np.sin(3.7 * t_s + 1)]], np.float32)
        swayed = cv2.warpAffine(lit, by, (picture.shape[1], picture.shape[0]), borderMode=cv2.BORDER_REPLICATE)
        grains = _grains(picture.shape[0], picture.shape[1], 2.0 if light > 0.5 else 4.0)
        grain = np.roll(grains[self._count % _GRAINS], (self._count * 37) % picture.shape[1], axis=1)
        return cv2.add(swayed, grain, dtype=cv2.CV_8U).astype(np.uint8, copy=False)

    def _light(self, t_s: float) -> float:
        hour = (self._chunk.number * CHUNK_S + t_s) / 3600 % 24
        return float(np.interp(hour, [h for h, _ in _LIGHT_BY_HOUR], [level for _, level in _LIGHT_BY_HOUR]))

    def _toned(self, t_s: float, light: float) -> NDArray[np.uint8]:
        """Levels (256, 1, 3) of the colours: light, gamma and cast, which drift from cloud to cloud."""
        place, done = divmod(t_s / _CLOUD_S, 1)
        before, after = (np.random.default_rng([*self._dice_seed, int(place) + k]).uniform(-1, 1, 5) for k in (0, 1))
        drift = before + (after - before) * done
        gain, gamma, cast = light * (1 + 0.18 * drift[0]), 1 + 0.15 * drift[1], 1 + 0.06 * drift[2:]
        levels = 255 * (np.arange(256) / 255)[:, None] ** gamma * gain * cast
        toned: NDArray[np.uint8] = np.clip(np.rint(levels), 0, 255).astype(np.uint8)[:, None, :]
        return toned


def watch_quietly(chunk: Chunk, folder: Path, catalogue: Catalogue) -> list[Result]:
    """Watch a chunk with every algorithm that can be looked for at a leisurely rate, at the catalogue's defaults."""
    begun_s = _cpu_s()
    site = _site(chunk.quiet, folder, catalogue)
    source = LoopedSource(chunk)
    account = Account(site.rules, source.info.start)
    run = camera_run(
        site, site.cameras[0], source, detector=detector(), vocabulary=vocabulary(), log=Unkept(), tell=account.tell
    )
    summary = run.run(lambda _: None)
    keys = [str(rule.algorithm.key) for rule in site.rules]
    watch = Watch(chunk.id, "quiet", chunk.length_s, summary.looks, _cpu_s() - begun_s)
    return results_of(watch, keys, judge((), account.told))


def _cpu_s() -> float:
    """Seconds that this process has computed."""
    used = resource.getrusage(resource.RUSAGE_SELF)
    return used.ru_utime + used.ru_stime


def _site(quiet: Quiet, folder: Path, catalogue: Catalogue) -> Site:
    folder.mkdir(parents=True, exist_ok=True)
    (folder / "looped.mp4").touch()
    fence = fence_file([Fence("ground", quiet.ground)])
    (folder / "ground.geojson").write_text(json.dumps(fence), encoding="utf-8")
    watched = WATCHED - OF_VEHICLES if quiet.has_stops else WATCHED
    keys = [key for key, one in catalogue.algorithms.items() if key in watched and one.condition is not None]
    site = {
        "site": {"id": "quiet", "timezone": "Asia/Shanghai"},
        "detector": {"model": DEFAULT, "confidence": CONFIDENCE},
        "cameras": [
            {"id": "cam", "source": "looped.mp4", "start": "2026-01-05T00:00:00", "geofence": "ground.geojson"}
        ],
        "rules": [{"id": key, "algorithm": key, "zones": ["ground"]} for key in keys],
    }
    path = folder / "site.yaml"
    path.write_text(json.dumps(site), encoding="utf-8")
    return load_site(path, {})


WATCHED = frozenset(
    {
        *("street_vendor", "shop_overflow", "fire_lane_blocked", "illegal_parking", "nonmotor_parking"),
        *("construction_waste", "material_pile", "illegal_billboard", "crowd_gathering", "ebike_forbidden"),
        *("object_removed", "illegal_umbrella", "bagged_garbage"),
    }
)
"""What a default network and the background can see, with a dwell: those whose events need every moment, and people
who stay about, are left out, because in looped footage the same people come back to the same place."""
OF_VEHICLES = frozenset({"fire_lane_blocked", "illegal_parking", "nonmotor_parking", "ebike_forbidden"})


@lru_cache(maxsize=1)
def _pictures(path: Path) -> list[Bgr]:
    """The recording, two pictures a second, no wider than what the network is given."""
    kept: list[Bgr] = []
    with av.open(str(path)) as container:
        for frame in container.decode(video=0):
            if (frame.time or 0.0) >= len(kept) * _KEPT_EVERY_S:
                width = min(_WIDTH_PX, frame.width)
                height = round(frame.height * width / frame.width)
                scaled = frame.reformat(width=width, height=height, format="bgr24")
                kept.append(scaled.to_ndarray().astype(np.uint8, copy=False))
    return kept


@lru_cache(maxsize=4)
def _grains(height: int, width: int, noise: float) -> NDArray[np.int8]:
    return np.random.default_rng(3).normal(0, noise, (_GRAINS, height, width, 3)).round().astype(np.int8)
