"""The street of the benchmarks: an empty picture of it, a car that comes, stands and goes, a heap, and traffic.

All of it is cut from real clips of one fixed camera: those beside the checkout (`../shared/footage`) where they are
there, else the sample clip.
"""

import json
from dataclasses import dataclass
from pathlib import Path

import av
import cv2
import numpy as np
import numpy.typing as npt

from pipeline.resources import data_folder

Bgr = npt.NDArray[np.uint8]
Outline = tuple[tuple[float, float], ...]

FPS = 25
_DIFFERS = 20
_FEATHER_PX = 9
FOOTAGE = Path(__file__).resolve().parents[1].parent / "shared" / "footage"


@dataclass(frozen=True, slots=True)
class Sources:
    """Which clips, and what happens when in them.

    Attributes:
        clip: A street with traffic.
        heap_clip: The same view, with a heap.
        empty_s: When nothing is in the lane: from, to.
        car_s: When a car comes, is where it is to stand, and has gone.
        heap_s: When the heap lies: from, to.
        heap_box: Around the heap, shares of the picture: left, top, right, bottom.
        traffic_s: When traffic passes all the time: from, to.
        lane: The fire lane, in shares of the picture.
        kerb: Where waste is looked for.
    """

    clip: Path
    heap_clip: Path
    empty_s: tuple[float, float]
    car_s: tuple[float, float, float]
    heap_s: tuple[float, float]
    heap_box: tuple[float, float, float, float]
    traffic_s: tuple[float, float]
    lane: Outline
    kerb: Outline


def sources() -> Sources:
    """The real street beside the checkout where it is there, else the sample clip."""
    return _footage() if (FOOTAGE / "street-queue.mp4").is_file() else _sample()


def _footage() -> Sources:
    return Sources(
        clip=FOOTAGE / "street-queue.mp4",
        heap_clip=FOOTAGE / "pavement.mp4",
        empty_s=(25.0, 37.0),
        car_s=(9.2, 10.0, 11.3),
        heap_s=(8.0, 26.0),
        heap_box=(0.67, 0.46, 0.95, 0.72),
        traffic_s=(0.0, 21.4),
        lane=(
            *((0.34, 0.36), (0.385, 0.36), (0.52, 0.5), (0.66, 0.62)),
            *((0.99, 0.9), (0.99, 0.99), (0.5, 0.99), (0.36, 0.5)),
        ),
        kerb=((0.6719, 0.483), (0.875, 0.5256), (0.9375, 0.7102), (0.7031, 0.6818)),
    )  # fmt: skip


def _sample() -> Sources:
    samples = data_folder("sample_videos")
    fences = json.loads((samples / "street.geojson").read_text(encoding="utf-8"))
    outlines = {
        feature["properties"]["id"]: tuple((x, y) for x, y in feature["geometry"]["coordinates"][0][:-1])
        for feature in fences["features"]
    }
    clip = samples / "street.mp4"
    return Sources(
        clip=clip,
        heap_clip=clip,
        empty_s=(0.0, 79.0),
        car_s=(2.6, 8.0, 22.0),
        heap_s=(38.0, 52.0),
        heap_box=(0.66, 0.36, 0.98, 0.54),
        traffic_s=(0.0, 60.0),
        lane=outlines["fire-lane"],
        kerb=outlines["kerb"],
    )


class Street:
    """Reads the parts that are needed, 25 pictures a second of them."""

    def __init__(self, of: Sources) -> None:
        self._of = of
        self.empty: Bgr = _median(_part(of.clip, *of.empty_s)[:: FPS // 2])

    def traffic(self) -> list[Bgr]:
        """Traffic passes, as it was filmed."""
        return _part(self._of.clip, *self._of.traffic_s)

    def car_comes(self) -> list[Bgr]:
        """A car comes to where it stands; nothing else changes. The last picture is that of the standing car."""
        come_s, stand_s, gone_s = self._of.car_s
        self._moving = _part(self._of.clip, come_s, gone_s)
        self._mask = self._touched(self._moving)
        return [self._on_empty(picture) for picture in self._moving[: round((stand_s - come_s) * FPS) + 1]]

    def car_goes(self) -> list[Bgr]:
        """It goes on, until it is out of the picture. After `car_comes`."""
        come_s, stand_s, _ = self._of.car_s
        return [self._on_empty(picture) for picture in self._moving[round((stand_s - come_s) * FPS) + 1 :]]

    def with_heap(self, picture: Bgr) -> Bgr:
        """The same picture with the heap in it."""
        if not hasattr(self, "_heap"):
            self._heap = _median(_part(self._of.heap_clip, *self._of.heap_s)[:: FPS // 2])
        height, width = picture.shape[0], picture.shape[1]
        mask = np.zeros((height, width), np.uint8)
        left, top, right, bottom = np.multiply(self._of.heap_box, (width, height) * 2).round().astype(int)
        mask[top:bottom, left:right] = 255
        changed = cv2.absdiff(self._heap, self.empty).max(axis=2) > _DIFFERS
        mask &= cv2.dilate(changed.astype(np.uint8) * 255, np.ones((9, 9), np.uint8)).astype(np.uint8, copy=False)
        return _laid_over(picture, self._heap, mask)

    def _touched(self, pictures: list[Bgr]) -> Bgr:
        """Where any of the pictures differs from the empty street within the lane's surroundings."""
        height, width = self.empty.shape[0], self.empty.shape[1]
        touched = np.zeros((height, width), np.uint8)
        for picture in pictures:
            touched |= (cv2.absdiff(picture, self.empty).max(axis=2) > _DIFFERS).astype(np.uint8)
        near = np.zeros((height, width), np.uint8)
        cv2.fillPoly(near, [np.multiply(self._of.lane, (width, height)).round().astype(np.int32)], 1)
        around = cv2.dilate(near, np.ones((height // 4, height // 8), np.uint8)).astype(np.uint8, copy=False)
        grown = cv2.morphologyEx(touched & around, cv2.MORPH_OPEN, np.ones((3, 3), np.uint8))
        return cv2.dilate(grown, np.ones((15, 15), np.uint8)).astype(np.uint8, copy=False) * np.uint8(255)

    def _on_empty(self, picture: Bgr) -> Bgr:
        return _laid_over(self.empty, picture, self._mask)


def _laid_over(below: Bgr, above: Bgr, mask: npt.NDArray[np.uint8]) -> Bgr:
    share = cv2.GaussianBlur(mask, (_FEATHER_PX, _FEATHER_PX), 0)[:, :, None].astype(np.float32) / 255
    mixed: Bgr = (below * (1 - share) + above * share).round().astype(np.uint8)
    return mixed


def _median(pictures: list[Bgr]) -> Bgr:
    middle: Bgr = np.median(np.stack(pictures), axis=0).astype(np.uint8)
    return middle


def _part(clip: Path, from_s: float, to_s: float) -> list[Bgr]:
    """The pictures from one moment to another, 25 a second, each the one shown then."""
    shown: list[Bgr] = []
    n_wanted = round((to_s - from_s) * FPS)
    before: Bgr | None = None
    with av.open(str(clip)) as container:
        for frame in container.decode(video=0):
            while before is not None and len(shown) < n_wanted and from_s + len(shown) / FPS < (frame.time or 0.0):
                shown.append(before)
            if len(shown) == n_wanted:
                break
            if (frame.time or 0.0) > from_s - 1:
                before = frame.to_ndarray(format="bgr24").astype(np.uint8, copy=False)
    return shown
