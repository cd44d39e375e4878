"""Who and what stands in front: mattes of the base clip's people and of its fixed posts."""

from dataclasses import dataclass

import cv2
import numpy as np
from numpy.typing import NDArray

from sample_videos import stage
from sample_videos.stage import Array

Picture = NDArray[np.uint8]
Mask = NDArray[np.float32]

# How tall people of the clip stand in the picture: at most, and as a rule, metres at their feet.
_TALLEST_M, _USUAL_M = 1.66, 1.7
_POST_FOOT = (433.0, 391.0)
_POST = [(425, 96), (432, 96), (439, 391), (428, 391)]
_SIGN = [(413, 202), (446, 203), (446, 245), (413, 244)]
_TRIPOD_FOOT = (498.0, 472.0)
_TRIPOD = [[(507, 339), (507, 384)], [(504, 378), (461, 469)], [(505, 378), (523, 480)], [(506, 378), (508, 450)]]


@dataclass(frozen=True)
class Cover:
    """Something of the base clip that may stand in front of an added object.

    Attributes:
        ground: Where it touches the ground, (2,), metres.
        mask: Opacity, whole picture, in [0, 1].
        box: x1, y1, x2, y2 around what is opaque, px.
    """

    ground: Array
    mask: Mask
    box: tuple[int, int, int, int]


def background(frames: list[Picture]) -> Picture:
    """The empty street: the median of every 16th frame, whole picture, BGR."""
    median: Picture = np.median(np.stack(frames[::16]), axis=0).astype(np.uint8)
    return median


def people(frame: Picture, empty: Picture) -> list[Cover]:
    """Everybody who walks in a frame; people side by side come as one."""
    change = np.abs(frame.astype(np.int16) - empty).max(axis=2).astype(np.float32)
    hard = (cv2.GaussianBlur(change, (0, 0), 1.0) > 26).astype(np.uint8)
    hard = cv2.morphologyEx(hard, cv2.MORPH_CLOSE, cv2.getStructuringElement(cv2.MORPH_ELLIPSE, (5, 7)))
    # A barrier tape swings in the wind: a tall opening cuts it off.
    hard = cv2.morphologyEx(hard, cv2.MORPH_OPEN, np.ones((9, 2), np.uint8))
    count, labels, stats, _ = cv2.connectedComponentsWithStats(hard)
    found = []
    for label in range(1, count):
        if stats[label, cv2.CC_STAT_AREA] >= 120 and stats[label, cv2.CC_STAT_HEIGHT] >= 18:
            found += _one_behind_the_other((labels == label).astype(np.uint8))
    return found


def _one_behind_the_other(mask: Picture) -> list[Cover]:
    """The person of a mask, or two where it is too tall for one: the farther one's feet are then not seen."""
    x, y, width, height = cv2.boundingRect(mask)
    last = y + height
    columns = np.flatnonzero(mask[last - max(4, height // 8) : last].any(axis=0))
    foot = (float(columns.mean()), float(last - 2))
    head = last - int(_TALLEST_M * stage.scale_at(stage.to_ground([foot])[0]))
    if head - y < 0.25 * height:
        return [Cover(stage.to_ground([foot])[0], _soft(mask), _around(x, y, width, height))]
    nearer = _standing_at(mask, head, last)
    farther: Picture = mask * (1 - nearer)
    x2, y2, width2, height2 = cv2.boundingRect(farther)
    unseen = (x2 + width2 / 2, y2 + _USUAL_M * stage.scale_at(stage.to_ground([(x2 + width2 / 2, head)])[0]))
    return [
        Cover(stage.to_ground([unseen])[0], _soft(farther), _around(x2, y2, width2, height2)),
        Cover(stage.to_ground([foot])[0], _soft(nearer), _around(x, head, width, last - head)),
    ]


def _standing_at(mask: Picture, head: int, foot: int) -> Picture:
    """What of a mask belongs to the person between these rows: legs seen beside a head are another one's."""
    person = mask.copy()
    person[:head] = 0
    lowest = mask.shape[0] - 1 - np.argmax(person[::-1], axis=0)
    person[:, lowest < foot - 0.6 * (foot - head)] = 0
    _, labels = cv2.connectedComponents(person)
    column = int(np.flatnonzero(person[foot - 4 : foot].any(axis=0))[0])
    row = int(np.flatnonzero(person[:, column])[-1])
    connected: Picture = (labels == labels[row, column]).astype(np.uint8)
    return connected


def _around(x: int, y: int, width: int, height: int) -> tuple[int, int, int, int]:
    return x - 3, y - 3, x + width + 3, y + height + 3


def posts(empty: Picture) -> list[Cover]:
    """The lamp post with its sign, and the tripod on the lawn."""
    post = np.zeros(empty.shape[:2], np.uint8)
    for outline in (_POST, _SIGN):
        cv2.fillPoly(post, [np.array(outline, np.int32)], 1)
    tripod = np.zeros_like(post)
    for line in _TRIPOD:
        cv2.line(tripod, line[0], line[1], 1, 7)
    cv2.rectangle(tripod, (501, 336), (513, 356), 1, -1)
    tripod &= (empty.max(axis=2) < 95).astype(np.uint8)
    return [_fixed(post, _POST_FOOT), _fixed(tripod, _TRIPOD_FOOT)]


def _fixed(mask: Picture, foot: tuple[float, float]) -> Cover:
    x, y, width, height = cv2.boundingRect(mask)
    soft = _blurred(mask, 0.6)
    return Cover(stage.to_ground([foot])[0], soft, (x - 2, y - 2, x + width + 2, y + height + 2))


def _soft(mask: Picture) -> Mask:
    shrunk = cv2.erode(mask, cv2.getStructuringElement(cv2.MORPH_CROSS, (3, 3))).astype(np.uint8)
    return _blurred(shrunk, 0.8)


def _blurred(mask: Picture, sigma_px: float) -> Mask:
    return cv2.GaussianBlur(mask.astype(np.float32), (0, 0), sigma_px).astype(np.float32)
