"""What happens to a camera: its pictures shifted, turned, covered, darkened; and a watch that is shown them."""

from collections.abc import Callable, Iterable, Iterator, Sequence
from dataclasses import dataclass
from itertools import cycle
from pathlib import Path

import cv2
import numpy as np

from pipeline.media.file_source import FileSource
from pipeline.observation import GapCause, MediaNs, nanoseconds, seconds
from pipeline.perception.camera_watch import CameraWatch, Sees, Sightline
from pipeline.perception.detections import Picture

Change = Callable[[Picture], Picture]
START_S = 1_767_571_200
_WIDTH_PX = 400
_MARGIN = 0.1
"""A clip's pictures are seen through a window, so that a camera that turns finds something beyond its edge."""


class Still:
    """A picture at a moment, as the watch takes it."""

    def __init__(self, picture: Picture, t_s: float) -> None:
        self._picture = picture
        self.t = MediaNs(nanoseconds(START_S + t_s))
        self.size = (picture.shape[1], picture.shape[0])

    def scaled(self, width: int, height: int) -> Picture:
        return np.asarray(cv2.resize(self._picture, (width, height), interpolation=cv2.INTER_AREA), np.uint8)

    def full(self) -> Picture:
        return self._picture


def pictures_of(clip: Path, every_s: float) -> list[Picture]:
    """The pictures of a clip at this distance, 400 px wide: through the window they are 320."""
    source = FileSource.open(clip, None)
    found: list[Picture] = []
    due = MediaNs(-(2**62))
    while (frame := source.next_frame(due)) is not None:
        found.append(frame.scaled(_WIDTH_PX, round(_WIDTH_PX * frame.size[1] / frame.size[0])).copy())
        due = MediaNs(frame.t + nanoseconds(every_s))
    source.close()
    return found


def back_and_forth(pictures: Sequence[Picture]) -> Iterator[Picture]:
    """The pictures for ever, without a jump."""
    return cycle([*pictures, *pictures[-2:0:-1]])


def through_the_window(
    picture: Picture, dx: float = 0.0, dy: float = 0.0, turn: float = 0.0, zoom: float = 1.0
) -> Picture:
    """The middle of a picture as the camera would see it after it was moved.

    Args:
        picture: Any.
        dx: Share of the width by which what is seen shifts.
        dy: The same of the height.
        turn: Degrees.
        zoom: How much larger things appear.
    """
    height, width = picture.shape[:2]
    by = cv2.getRotationMatrix2D((width / 2, height / 2), turn, zoom)
    by[:, 2] += (dx * width * (1 - 2 * _MARGIN), dy * height * (1 - 2 * _MARGIN))
    moved = np.asarray(cv2.warpAffine(picture, by, (width, height), borderMode=cv2.BORDER_REFLECT_101), np.uint8)
    top, left = round(_MARGIN * height), round(_MARGIN * width)
    return np.ascontiguousarray(moved[top : height - top, left : width - left])


def noisy(picture: Picture, seed: int, levels: float = 1.0) -> Picture:
    """The picture with a sensor's noise."""
    noise = np.random.default_rng(seed).standard_normal(picture.shape[:2], np.float32) * levels
    return np.asarray(np.clip(np.rint(picture + noise[..., None]), 0, 255), np.uint8)


def at_night(picture: Picture) -> Picture:
    """A quarter of the light, and more noise."""
    return noisy(((picture / 255.0) ** 1.8 * 64).astype(np.uint8), int(picture[0, 0, 0]), 4)


def in_infra_red(picture: Picture) -> Picture:
    """Without colour, green things dark, less contrast."""
    grey = picture[..., 2] * 0.6 + picture[..., 1] * 0.1
    return np.repeat(np.clip((grey - grey.mean()) * 0.8 + 90, 0, 255).astype(np.uint8)[..., None], 3, axis=2)


def overexposed(picture: Picture) -> Picture:
    """Half as bright again, the bright parts cut off."""
    return np.asarray(np.clip(picture * 1.6 + 20, 0, 255), np.uint8)


def in_fog(picture: Picture) -> Picture:
    """A quarter of the contrast is left."""
    return (picture * 0.25 + 139).astype(np.uint8)


def behind_a_lorry(picture: Picture) -> Picture:
    """Something large and plain covers a third of the picture."""
    covered = picture.copy()
    height, width = picture.shape[:2]
    covered[height // 4 : height * 17 // 20, width // 5 : width * 3 // 4] = (60, 120, 200)
    return covered


def behind_a_hand(picture: Picture) -> Picture:
    """Skin close before the lens."""
    light = np.linspace(-25, 25, picture.shape[1])[None, :, None] + np.array((60, 70, 110))
    return np.broadcast_to(light, picture.shape).clip(0, 255).astype(np.uint8)


def behind_a_bag(picture: Picture) -> Picture:
    """Light comes through, and no shape."""
    return np.asarray(cv2.GaussianBlur(picture, (0, 0), picture.shape[1] / 10), np.uint8)


def black(picture: Picture) -> Picture:
    """Nothing."""
    return np.zeros_like(picture)


@dataclass(frozen=True)
class Verdict:
    """What the watch said of one picture."""

    t_s: float
    line: Sightline


class Viewer:
    """Shows pictures to a watch, one after another, each with its own noise."""

    def __init__(self, watch: CameraWatch, every_s: float, start_s: float = 0.0) -> None:
        self.watch, self._every_s, self._n = watch, every_s, round(start_s / every_s)

    def show(self, pictures: Iterable[Picture], length_s: float, *, noise: bool = True) -> list[Verdict]:
        """Show pictures for a while; times count from its beginning."""
        verdicts: list[Verdict] = []
        for shown, picture in zip(range(round(length_s / self._every_s)), pictures, strict=False):
            seen = noisy(picture, self._n) if noise else picture
            line = self.watch.look(Still(seen, self._n * self._every_s))
            verdicts.append(Verdict(shown * self._every_s, line))
            self._n += 1
        return verdicts


def blind_after_s(verdicts: Sequence[Verdict], cause: GapCause) -> float:
    """When the watch was certain of the cause; infinite: never."""
    return next((one.t_s for one in verdicts if one.line.cause is cause), float("inf"))


def sees_after_s(verdicts: Sequence[Verdict]) -> float:
    """From when on the camera saw, without a break to the end; infinite: it does not."""
    last_bad = max((n for n, one in enumerate(verdicts) if one.line.sees is not Sees.SEES), default=-1)
    return verdicts[last_bad + 1].t_s if last_bad + 1 < len(verdicts) else float("inf")


def summary(verdicts: Sequence[Verdict]) -> list[tuple[float, str]]:
    """The changes of what was said: when, and what."""
    said: list[tuple[float, str]] = []
    for one in verdicts:
        word = one.line.cause.value if one.line.cause else one.line.sees.value
        if not said or said[-1][1] != word:
            said.append((one.t_s, word))
    return said


def doubted_s(verdict: Verdict) -> float:
    """Since when, in seconds of the viewer's time, the camera has not seen what it should."""
    return seconds(verdict.line.since) - START_S
