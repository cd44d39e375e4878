"""A scene in pixels: props on the street, weather over them, and the truth of where everything is."""

from collections.abc import Sequence
from dataclasses import dataclass
from pathlib import Path
from types import TracebackType
from typing import Self

import av
import numpy as np

from benchmarks.worlds.props import Placed, Prop
from benchmarks.worlds.street_set import StreetSet, street_set
from benchmarks.worlds.weather import Effect, sensed
from pipeline.geofence.boxes import Box
from pipeline.media.damage import Damage
from pipeline.media.frame import Frame
from pipeline.media.info import StreamInfo
from pipeline.media.memory_source import StillPicture
from pipeline.observation import MediaNs, nanoseconds, seconds
from sample_videos.compose import Standing, depth, layered
from sample_videos.matte import Picture
from sample_videos.stage import HEIGHT, WIDTH

FPS = 10
KEYFRAME_EVERY = 20
"""Two seconds, as cameras are advised to be set."""


@dataclass(frozen=True, slots=True)
class Composition:
    """What happens before the camera.

    Attributes:
        length_s: Until when.
        props: What stands and moves.
        weather: Laid over it, in order.
        noise: Of the sensor: standard deviation, levels.
        frozen: Spells in which the camera sends one picture again and again.
    """

    length_s: float
    props: tuple[Prop, ...] = ()
    weather: tuple[Effect, ...] = ()
    noise: float = 2.5
    frozen: tuple[tuple[float, float], ...] = ()

    def placed(self, t_s: float, street: StreetSet) -> list[Placed]:
        """What is there, the farthest first."""
        there = [one for prop in self.props if (one := prop.at(t_s, street)) is not None]
        return sorted(there, key=lambda one: -depth(one.standing.ground))

    def boxes(self, t_s: float, street: StreetSet | None = None) -> list[tuple[str, Box]]:
        """The truth: class and box of all that is in the picture, hidden or not, the farthest first."""
        there = self.placed(t_s, street or street_set())
        return [(one.class_name, box) for one in there if (box := one.box) is not None]

    def picture(self, number: int, street: StreetSet | None = None) -> Picture:
        """The picture of this number, FPS of them a second: shape (HEIGHT, WIDTH, 3), uint8, BGR."""
        street = street or street_set()
        t_s = number / FPS
        for from_s, to_s in self.frozen:
            if from_s <= t_s < to_s:
                t_s, number = from_s, round(from_s * FPS)
        shown = layered(street.empty, _with_shades(self.placed(t_s, street)), street.posts).astype(np.float32)
        for effect in self.weather:
            shown = effect.on(shown, t_s)
        return sensed(shown, number, self.noise)


class ComposedSource:
    """A composition as a `VideoSource`: a picture is made when it is asked for. Remembers how far it was read."""

    def __init__(self, composition: Composition, start: MediaNs) -> None:
        """At its beginning."""
        self._composition, self._start = composition, start
        self._count = round(composition.length_s * FPS)
        self._next = 0

    @property
    def info(self) -> StreamInfo:
        """As a camera's stream would tell it."""
        return StreamInfo(
            codec="raw",
            width=WIDTH,
            height=HEIGHT,
            rotation=0,
            fps=FPS,
            duration_s=self._composition.length_s,
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
        return KEYFRAME_EVERY / FPS

    def next_frame(self, not_before: MediaNs, *, keyframes_only: bool = False) -> Frame | None:
        """See `VideoSource`."""
        wanted = max(self._next, int(np.ceil(seconds(not_before - self._start) * FPS - 1e-6)))
        if keyframes_only:
            wanted = -(-wanted // KEYFRAME_EVERY) * KEYFRAME_EVERY
        if wanted >= self._count:
            if not keyframes_only:
                self._next = self._count
            return None
        self._next = wanted + 1
        t = MediaNs(self._start + nanoseconds(wanted / FPS))
        picture = StillPicture(self._composition.picture(wanted))
        return Frame(t, picture, is_key=wanted % KEYFRAME_EVERY == 0)

    def close(self) -> None:
        """Holds nothing that needs closing."""

    def __enter__(self) -> Self:
        return self

    def __exit__(
        self, kind: type[BaseException] | None, error: BaseException | None, trace: TracebackType | None
    ) -> None:
        self.close()


def write_video(composition: Composition, path: Path) -> None:
    """Every picture of it as an H.264 file, to be looked at."""
    with av.open(str(path), "w") as container:
        stream = container.add_stream("libx264", rate=FPS, options={"crf": "23", "preset": "veryfast", "threads": "1"})
        stream.width, stream.height, stream.pix_fmt = WIDTH, HEIGHT, "yuv420p"
        stream.codec_context.gop_size = KEYFRAME_EVERY
        for number in range(round(composition.length_s * FPS)):
            container.mux(stream.encode(av.VideoFrame.from_ndarray(composition.picture(number), format="bgr24")))
        container.mux(stream.encode(None))


def _with_shades(placed: Sequence[Placed]) -> list[Standing]:
    standing: list[Standing] = []
    for one in placed:
        if one.shade is not None:
            standing.append(Standing(one.shade, one.standing.ground, one.standing.axis))
        standing.append(one.standing)
    return standing
