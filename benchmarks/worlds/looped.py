"""Real recordings without an event, looped: each loop has noise and light of its own, and the street is empty between.

What is repeated is repeated: this is not three different days. But no two pictures are the same: the light follows the
hour and the clouds, colours drift, the sensor's noise grows at night, and the mast sways. Between two loops the street
is empty for a while, by night for most of the time: what is always there in the recording is what is left then.
"""

from bisect import bisect_right
from dataclasses import dataclass
from functools import lru_cache
from pathlib import Path
from types import TracebackType
from typing import Self

import av
import cv2
import numpy as np
from numpy.typing import NDArray

from benchmarks.worlds.scene import Points
from benchmarks.worlds.tally import RunId
from pipeline.media.damage import Damage
from pipeline.media.frame import Bgr, Frame
from pipeline.media.info import StreamInfo
from pipeline.media.memory_source import StillPicture
from pipeline.observation import MediaNs, nanoseconds, seconds

KEYFRAME_S = 2.0
CHUNK_S = 3 * 3600.0
"""One run: a camera is started afresh, and what is done is not done again."""
_KEPT_EVERY_S = 0.5
_WIDTH_PX = 640
_GRAINS = 5
_SOME = 3
"""Every so many-th picture tells what is always there."""
_MIDNIGHT = MediaNs(1_767_542_400_000_000_000)
"""2026-01-05 00:00 in Shanghai."""
_LIGHT_BY_HOUR = ((0, 0.2), (5, 0.2), (7.5, 0.75), (12, 1.1), (16, 0.95), (18.5, 0.45), (20, 0.2), (24, 0.2))
_CLOUD_S = 600.0
_CALM_LOOPS_BY_DAY, _CALM_LOOPS_BY_NIGHT = (0.5, 4.0), (5.0, 13.0)
"""For how many lengths of the recording the street is empty after each."""
_NIGHT_HOURS = (6.0, 22.0)
"""Until and from."""


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
        has_calm: There are times at which nobody is about.
    """

    name: str
    path: Path
    ground: Points
    share: float
    is_night: bool = False
    has_stops: bool = False
    has_calm: bool = True


@dataclass(frozen=True, slots=True)
class Chunk:
    """Some hours of one recording.

    Attributes:
        quiet: Of which.
        number: Of the chunk: it decides hour, noise and light.
        length_s: How long.
        is_for_fire: Fire and smoke are looked for, which needs four times the looks, and nothing else.
    """

    quiet: Quiet
    number: int
    length_s: float
    is_for_fire: bool = False

    @property
    def id(self) -> RunId:
        """Unique among the chunks."""
        kind = "fire" if self.is_for_fire else "all"
        return RunId(f"quiet.{self.quiet.name}.{kind}.{self.number}.{self.length_s:.0f}")

    @property
    def start(self) -> MediaNs:
        """When it begins."""
        return MediaNs(_MIDNIGHT + nanoseconds(self.number * CHUNK_S))

    def hour(self, t_s: float) -> float:
        """Of the day, seconds after its beginning."""
        return (self.number * CHUNK_S + t_s) / 3600 % 24


class LoopedSource:
    """A recording again and again, for hours. Remembers its pictures and how far it was read.

    Attributes:
        plays_s: When the recording begins again, s, in order; after each time the street may be empty for a while.
    """

    def __init__(self, chunk: Chunk) -> None:
        """Reads the recording.

        Raises:
            av.FFmpegError: It cannot be read.
        """
        self._chunk = chunk
        self._pictures = _pictures(chunk.quiet.path)
        self._empty = _empty(chunk.quiet.path)
        self._dice_seed = (chunk.number, len(chunk.quiet.name))
        self.plays_s = self._plays()
        self._start = chunk.start
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
        picture = self._picture(t_s)
        light = 1.0 if self._chunk.quiet.is_night else self._light(t_s)
        lit = cv2.LUT(picture, self._toned(t_s, light))
        by = np.array([[1, 0, 0.7 * np.sin(2.9 * t_s)], [0, 1, 0.5 * np.sin(3.7 * t_s + 1)]], np.float32)
        swayed = cv2.warpAffine(lit, by, (picture.shape[1], picture.shape[0]), borderMode=cv2.BORDER_REPLICATE)
        grains = _grains(picture.shape[0], picture.shape[1], 2.0 if light > 0.5 else 4.0)
        grain = np.roll(grains[self._count % _GRAINS], (self._count * 37) % picture.shape[1], axis=1)
        return cv2.add(swayed, grain, dtype=cv2.CV_8U).astype(np.uint8, copy=False)

    def _plays(self) -> list[float]:
        """When the recording begins again, s, in order."""
        dice, length_s, found = np.random.default_rng([*self._dice_seed, 1]), len(self._pictures) * _KEPT_EVERY_S, [0.0]
        while found[-1] < self._chunk.length_s:
            is_day = _NIGHT_HOURS[0] <= self._chunk.hour(found[-1]) < _NIGHT_HOURS[1]
            calm = dice.uniform(*(_CALM_LOOPS_BY_DAY if is_day else _CALM_LOOPS_BY_NIGHT))
            found.append(found[-1] + length_s * (1 + (calm if self._chunk.quiet.has_calm else 0.0)))
        return found

    def _picture(self, t_s: float) -> Bgr:
        """What there is of the recording at this moment, or the empty street."""
        begun_s = self.plays_s[bisect_right(self.plays_s, t_s) - 1]
        number = round((t_s - begun_s) / _KEPT_EVERY_S)
        return self._pictures[number] if number < len(self._pictures) else self._empty

    def _light(self, t_s: float) -> float:
        hour = self._chunk.hour(t_s)
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


@lru_cache(maxsize=1)
def _empty(path: Path) -> Bgr:
    """What is always there in the recording."""
    empty: Bgr = np.median(np.stack(_pictures(path)[::_SOME]), axis=0).astype(np.uint8)
    return empty


@lru_cache(maxsize=4)
def _grains(height: int, width: int, noise: float) -> NDArray[np.int8]:
    return np.random.default_rng(3).normal(0, noise, (_GRAINS, height, width, 3)).round().astype(np.int8)
