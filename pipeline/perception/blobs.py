"""Tells a thing that was put down from the other reasons for which a piece of the picture differs from its background.

The same patch of pixels differs from its background when something was left, when something was taken away (the
background still shows it), and when the light changed. The edges tell: what was left has edges that the background
lacks, along its outline and inside; what was taken away has left its edges in the background; light keeps the edges
that were there and scales them, and a shadow's inside is the background, evenly darker.
Edge evidence for left or removed after: M. Spengler, B. Schiele, "Automatic detection and tracking of abandoned
objects", PETS 2003; J. Connell et al., "Detection and tracking in the IBM PeopleVision system", ICME 2004.
"""

from dataclasses import dataclass
from enum import StrEnum

import cv2
import numpy as np
from numpy.typing import NDArray

from pipeline.perception.background import Change, Mask, Picture

_LOGARITHMS = (116.0 * np.log(np.arange(256) + 16.0)).astype(np.float32)
_CROSS3 = np.ones((3, 3), np.uint8)
_CROSS5 = np.ones((5, 5), np.uint8)
_MIN_EDGE = 4.0
_EDGE_RATIO = 1.4
_MIN_NEW_OUTLINE = 0.55
_CLEAR_OUTLINE = 0.80
_MIN_NEW_TEXTURE = 0.40
_CLEAR_CHROMA = 8.0
_LIGHT_LIKENESS = 0.75
_LIGHT_MIN_TEXTURE = 2.0
_SHADE_MAX_SPREAD = 0.10
_SHADE_MAX_CHROMA = 4.0
_MIN_FRESH_SHARE = 0.25


class BlobKind(StrEnum):
    """Why a patch differs from its background."""

    LEFT = "left"
    REMOVED = "removed"
    LIGHT = "light"


@dataclass(frozen=True, slots=True)
class Blob:
    """A connected patch of still pixels that differ from their background.

    Attributes:
        mask: Its pixels.
        kind: Why it differs.
        score: Share of its outline that is an edge in the picture and none in the background, in [0, 1].
    """

    mask: Mask
    kind: BlobKind
    score: float


def find_blobs(change: Change, min_area_share: float) -> list[Blob]:
    """The patches of at least `min_area_share` of the picture, left to right in the order OpenCV labels them."""
    traces = cv2.morphologyEx(change.traces, cv2.MORPH_OPEN, _CROSS3)
    traces = cv2.morphologyEx(traces, cv2.MORPH_CLOSE, _CROSS5)
    if not traces.any():
        return []
    count, labels, stats, _ = cv2.connectedComponentsWithStats(traces, connectivity=8)
    edges = (_edge_strength(change.picture), _edge_strength(change.background))
    blobs = []
    for label in range(1, count):
        area = int(stats[label, cv2.CC_STAT_AREA])
        if area < min_area_share * labels.size:
            continue
        mask = (labels == label).astype(np.uint8) * np.uint8(255)
        if np.count_nonzero(mask & change.fresh) >= _MIN_FRESH_SHARE * area:
            blobs.append(_judge(mask, change, edges))
    return blobs


def _edge_strength(ycrcb: Picture) -> NDArray[np.float32]:
    """Relative gradient of luma, the strongest within a pixel's neighbourhood. Shape (H, W).

    Of the logarithm, so that a stronger light does not make a stronger edge; 1.0 is one level at middle grey.
    """
    luma = _LOGARITHMS[ycrcb[..., 0]]
    across = cv2.Sobel(luma, cv2.CV_32F, 1, 0, ksize=3, scale=0.125)
    down = cv2.Sobel(luma, cv2.CV_32F, 0, 1, ksize=3, scale=0.125)
    return np.asarray(cv2.dilate(cv2.magnitude(across, down), _CROSS3), np.float32)


def _judge(mask: Mask, change: Change, edges: tuple[NDArray[np.float32], NDArray[np.float32]]) -> Blob:
    outline = (cv2.dilate(mask, _CROSS3) > 0) & (mask == 0)
    new, old = _new_edges(*edges, outline), _new_edges(edges[1], edges[0], outline)
    if old > new:
        return Blob(mask, BlobKind.REMOVED, new)
    inside = mask > 0
    now, before = change.picture[inside], change.background[inside]
    if new < _MIN_NEW_OUTLINE or _is_light(now, before):
        return Blob(mask, BlobKind.LIGHT, new)
    core = cv2.erode(mask, _CROSS5) > 0
    textured = _new_edges(*edges, core if core.any() else inside) >= _MIN_NEW_TEXTURE
    if textured or new >= _CLEAR_OUTLINE or _chroma_change(now, before) >= _CLEAR_CHROMA:
        return Blob(mask, BlobKind.LEFT, new)
    return Blob(mask, BlobKind.LIGHT, new)


def _new_edges(now: NDArray[np.float32], before: NDArray[np.float32], where: NDArray[np.bool_]) -> float:
    """Share of the pixels that are an edge now and were none before, in [0, 1]; 0 where there are no pixels."""
    if not where.any():
        return 0.0
    return float(((now[where] > _MIN_EDGE) & (now[where] > _EDGE_RATIO * before[where])).mean())


def _chroma_change(now: Picture, before: Picture) -> float:
    """Mean change of the two chroma channels, levels."""
    return float(np.abs(now[:, 1:].astype(np.float64) - before[:, 1:]).mean())


def _is_light(now: Picture, before: Picture) -> bool:
    """Whether the pixels, shape (N, 3), are the background's under another light.

    Either its texture is kept, or the patch is evenly brighter or darker and has kept its colour.
    """
    luma, background = now[:, 0].astype(np.float64), before[:, 0].astype(np.float64)
    if background.std() > _LIGHT_MIN_TEXTURE and likeness(luma, background) > _LIGHT_LIKENESS:
        return True
    ratio = luma / np.maximum(background, 4.0)
    even = float(ratio.std()) < _SHADE_MAX_SPREAD * max(float(ratio.mean()), 0.05)
    return even and _chroma_change(now, before) < _SHADE_MAX_CHROMA


def likeness(a: NDArray[np.float64], b: NDArray[np.float64]) -> float:
    """Normalised correlation of two patches of one shape, in [-1, 1]: blind to brightness and contrast.

    0 where either is flat. J. P. Lewis, "Fast normalized cross-correlation", 1995.
    """
    a0, b0 = a - a.mean(), b - b.mean()
    norm = float(np.sqrt((a0 * a0).sum() * (b0 * b0).sum()))
    return float((a0 * b0).sum()) / norm if norm > 1e-9 else 0.0
