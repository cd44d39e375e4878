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
from typing import Self

import cv2
import numpy as np
from numpy.typing import NDArray

from pipeline.perception.background import Change
from pipeline.perception.detections import Picture
from pipeline.perception.light import brightness, chroma_change, is_light
from pipeline.perception.planes import Mask, Plane, Window, closed, grown, mask_of, opened, shrunk, square

_SQUARE3 = square(3)
_SQUARE5 = square(5)
_MIN_EDGE = 4.0
_EDGE_RATIO = 1.4
_MIN_NEW_OUTLINE = 0.55
_CLEAR_OUTLINE = 0.80
_FAIR_OUTLINE = 0.70
_MOSTLY_CLEAR = 0.6
"""Share of a patch that differs clearly, so that a part of its outline may be lost in the edges of what lies around."""
_THROUGHOUT = 0.80
_MIN_CORE_PX = 60
_MIN_NEW_TEXTURE = 0.40
_CLEAR_CHROMA = 8.0
_MIN_COLOUR_CHANGE = 2.0
"""Where the colour has hardly changed, its edges need not be looked at."""
_MIN_FRESH_SHARE = 0.25
_MARGIN_PX = 4


class BlobKind(StrEnum):
    """Why a patch differs from its background."""

    LEFT = "left"
    REMOVED = "removed"
    """Its background has edges that it lacks: a thing that was taken away, or a light."""
    TAKEN = "taken"
    """A thing was taken away for certain: held against it, the background clearly shows a thing that was left."""
    LIGHT = "light"
    FAINT = "faint"
    """It looks like a thing, and hardly differs: not decided yet."""


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
    """The patches of at least `min_area_share` of the picture, in the order OpenCV labels them.

    A patch is what its clear pixels say it is: its faint ones may be a shadow that the thing throws, or the light.
    """
    traces = closed(opened(change.traces, _SQUARE3), _SQUARE5)
    if not traces.any():
        return []
    count, labels, stats, _ = cv2.connectedComponentsWithStats(traces, connectivity=8)
    least_px = min_area_share * labels.size
    blobs = []
    for label in range(1, count):
        x, y, width, height, area = (int(value) for value in stats[label])
        if area < least_px:
            continue
        window = (
            slice(max(0, y - _MARGIN_PX), y + height + _MARGIN_PX),
            slice(max(0, x - _MARGIN_PX), x + width + _MARGIN_PX),
        )
        inside = mask_of(labels[window] == label)
        kind, score = _verdict(inside, _Piece.cut(change, window), least_px)
        mask = np.zeros(labels.shape, np.uint8)
        mask[window] = inside
        blobs.append(Blob(mask, kind, score))
    return blobs


@dataclass(frozen=True, slots=True)
class _Piece:
    """The part of the picture that holds one patch: now, before, what is clear, and the edges of both."""

    now: Picture
    before: Picture
    fresh: Mask
    edges_now: Plane
    edges_before: Plane

    @classmethod
    def cut(cls, change: Change, window: Window) -> Self:
        now, before = change.picture[window], change.background[window]
        _, *colour_change, _ = cv2.mean(cv2.absdiff(now, before))
        planes = 3 if max(colour_change) >= _MIN_COLOUR_CHANGE else 1
        return cls(now, before, change.fresh[window], _edge_strength(now, planes), _edge_strength(before, planes))

    def turned(self) -> "_Piece":
        """As if time ran backwards."""
        return _Piece(self.before, self.now, self.fresh, self.edges_before, self.edges_now)


def _verdict(mask: Mask, piece: _Piece, least_px: float) -> tuple[BlobKind, float]:
    """Judge the whole patch, and its clear pixels alone where the whole is not a thing."""
    kind, score = _judge(mask, piece)
    if kind is BlobKind.REMOVED:
        was, was_score = _judge(mask, piece.turned())
        if was is BlobKind.LEFT and (was_score >= _CLEAR_OUTLINE or _was_thing_throughout(mask, piece, was_score)):
            kind, score = BlobKind.TAKEN, was_score
    clear = closed(piece.fresh & mask, _SQUARE5)
    clear_px = np.count_nonzero(clear)
    if kind is not BlobKind.LEFT and clear_px >= least_px:
        core, core_score = _judge(clear, piece)
        return (core, core_score) if core is BlobKind.LEFT else (kind, score)
    if kind is BlobKind.LEFT and clear_px < _MIN_FRESH_SHARE * np.count_nonzero(mask):
        return BlobKind.FAINT, score
    return kind, score


def _edge_strength(ycrcb: Picture, n_planes: int) -> Plane:
    """Relative gradient of luma or of colour, the strongest within a pixel's neighbourhood. Shape (H, W).

    Luma's is that of the logarithm, so that a stronger light does not make a stronger edge; 1.0 is one level at middle
    grey. Colour, looked at with three planes, tells a thing as bright as its ground; light changes it little.
    """
    strongest = _gradient(brightness(ycrcb))
    for plane in range(1, n_planes):
        strongest = np.maximum(strongest, _gradient(ycrcb[..., plane].astype(np.float32)))
    return np.asarray(cv2.dilate(strongest, _SQUARE3), np.float32)


def _gradient(plane: Plane) -> Plane:
    """Levels per px."""
    across = cv2.Sobel(plane, cv2.CV_32F, 1, 0, ksize=3, scale=0.125)
    down = cv2.Sobel(plane, cv2.CV_32F, 0, 1, ksize=3, scale=0.125)
    return np.asarray(cv2.magnitude(across, down), np.float32)


def _judge(mask: Mask, piece: _Piece) -> tuple[BlobKind, float]:
    """What the patch is, and the share of its outline that is new."""
    outline = (grown(mask, _SQUARE3) > 0) & (mask == 0)
    new = _new_edges(piece.edges_now, piece.edges_before, outline)
    if _new_edges(piece.edges_before, piece.edges_now, outline) > new:
        return BlobKind.REMOVED, new
    inside = mask > 0
    core = shrunk(mask, _SQUARE5) > 0
    core = core if core.any() else inside
    texture = _new_edges(piece.edges_now, piece.edges_before, core)
    textured = texture >= _MIN_NEW_TEXTURE
    if (new < _MIN_NEW_OUTLINE and not _is_thing_throughout(texture, new, core, piece)) or is_light(
        piece.now, piece.before, inside, core, textured=textured
    ):
        return BlobKind.LIGHT, new
    is_thing = (
        textured or new >= _CLEAR_OUTLINE or chroma_change(piece.now[inside], piece.before[inside]) >= _CLEAR_CHROMA
    )
    return (BlobKind.LEFT if is_thing else BlobKind.LIGHT), new


def _is_thing_throughout(texture: float, outline: float, core: NDArray[np.bool_], piece: _Piece) -> bool:
    """Whether a patch with a blurred outline shows a thing in nearly all of it, and not a trace of its background."""
    return (
        int(np.count_nonzero(core)) >= _MIN_CORE_PX
        and texture >= _THROUGHOUT
        and outline >= _MIN_NEW_OUTLINE / 2
        and _new_edges(piece.edges_before, piece.edges_now, core) < 1 - _THROUGHOUT
    )


def _was_thing_throughout(mask: Mask, piece: _Piece, outline: float) -> bool:
    """Whether a patch that lacks a part of its outline clearly showed a thing in nearly all of it, and none now."""
    clear_px = cv2.countNonZero(piece.fresh & mask)
    if outline < _FAIR_OUTLINE or clear_px < _MOSTLY_CLEAR * cv2.countNonZero(mask):
        return False
    core, was = shrunk(mask, _SQUARE5) > 0, piece.turned()
    return _is_thing_throughout(_new_edges(was.edges_now, was.edges_before, core), outline, core, was)


def _new_edges(now: Plane, before: Plane, where: NDArray[np.bool_]) -> float:
    """Share of the pixels that are an edge now and were none before, in [0, 1]; 0 where there are no pixels."""
    if not where.any():
        return 0.0
    return float(((now[where] > _MIN_EDGE) & (now[where] > _EDGE_RATIO * before[where])).mean())
