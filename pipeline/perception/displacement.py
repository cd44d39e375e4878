"""By how much a view has been shifted, turned or zoomed against another: what most of its blocks agree on."""

from collections.abc import Iterator
from typing import NamedTuple

import cv2
import numpy as np
from numpy.typing import NDArray

from pipeline.perception.view_field import FIELD_HEIGHT, FIELD_WIDTH, Field

_SCALE = 2
_WIDTH, _HEIGHT = FIELD_WIDTH // _SCALE, FIELD_HEIGHT // _SCALE
_BLOCK_PX, _STRIDE_PX = 12, 6
_REACH_PX = 14
"""How far a block is looked for: 17 % of the picture's width."""
_MOST_BLOCKS = 36
_FOUND = 0.6
_MIN_BLOCK_TEXTURE = 0.3
_MIN_AGREEING = 6
_MIN_AGREEING_SHARE = 0.3
_TOLERANCE_PX = 1.2

_STARTS = ((1.0, 0.0), (1.3, 0.0), (0.77, 0.0), (1.0, 12.0), (1.0, -12.0))
"""Zoom and turn, degrees."""

Similarity = NDArray[np.float64]
"""Shape (2, 3): where a point of the one view (x, y, 1), px of its field, lies in the other."""


class Displacement(NamedTuple):
    """A similarity that maps one view on another.

    Attributes:
        similarity: From the reference to the present picture.
        length: Root mean square of how far the picture's points have moved, as a share of its width.
    """

    similarity: Similarity
    length: float

    def undone(self) -> "Displacement":
        """The way back."""
        return Displacement(np.asarray(cv2.invertAffineTransform(self.similarity), np.float64), self.length)


def displacements(reference: Field, field: Field) -> Iterator[Displacement]:
    """How the reference may have to be moved to lie on the present view, likelier ones first.

    After what is found from the reference as it is comes what is found from it zoomed and turned: the blocks of a view
    that was zoomed far are not found at their old size.
    """
    for zoom, degrees in _STARTS:
        middle = ((FIELD_WIDTH - 1) / 2, (FIELD_HEIGHT - 1) / 2)
        start = np.asarray(cv2.getRotationMatrix2D(middle, degrees, zoom), np.float64)
        found = displacement(moved(reference, Displacement(start, 0.0)), field)
        if found is not None:
            whole = found.similarity @ np.vstack([start, (0.0, 0.0, 1.0)])
            yield Displacement(whole, _length(whole))


def displacement(reference: Field, field: Field) -> Displacement | None:
    """How the reference has to be moved to lie on the present view.

    Blocks with clear edges are looked for near their places by normalised correlation; the similarity is the one that
    most of them agree on (M. Fischler, R. Bolles, "Random sample consensus", 1981).

    Returns:
        None where too few blocks agree on any.
    """
    there, here = _smaller(reference), _smaller(field)
    pairs = [pair for corner in _corners(there) if (pair := _found(corner, there, here)) is not None]
    if len(pairs) < _MIN_AGREEING:
        return None
    before, after = (np.array(points, np.float64) for points in zip(*pairs, strict=True))
    similarity, agreeing = cv2.estimateAffinePartial2D(
        before, after, method=cv2.RANSAC, ransacReprojThreshold=_TOLERANCE_PX, maxIters=300
    )
    # No similarity is told as None, of which OpenCV's types know nothing.
    if not np.any(agreeing) or int(agreeing.sum()) < max(_MIN_AGREEING, _MIN_AGREEING_SHARE * len(pairs)):
        return None
    found = np.asarray(similarity, np.float64)
    # A pixel's middle is half a pixel from its corner, at either size.
    found[:, 2] = _SCALE * found[:, 2] + (_SCALE - 1) / 2 * (1 - found[:, :2].sum(axis=1))
    return Displacement(found, _length(found))


def moved(field: Field, by: Displacement) -> Field:
    """The field as the displaced camera would show it; zero where that saw nothing before."""
    return np.asarray(cv2.warpAffine(field, by.similarity, (FIELD_WIDTH, FIELD_HEIGHT)), np.float32)


def _smaller(field: Field) -> Field:
    return np.asarray(cv2.resize(field, (_WIDTH, _HEIGHT), interpolation=cv2.INTER_AREA), np.float32)


def _corners(field: Field) -> list[tuple[int, int]]:
    """Left and top of the blocks with the clearest edges."""
    energy = cv2.boxFilter(np.square(field).sum(axis=2), -1, (_BLOCK_PX, _BLOCK_PX), anchor=(0, 0))
    places = [
        (float(energy[top, left]), left, top)
        for top in range(0, _HEIGHT - _BLOCK_PX + 1, _STRIDE_PX)
        for left in range(0, _WIDTH - _BLOCK_PX + 1, _STRIDE_PX)
    ]
    clear = sorted((place for place in places if place[0] > _MIN_BLOCK_TEXTURE), reverse=True)
    return [(left, top) for _, left, top in clear[:_MOST_BLOCKS]]


def _found(
    corner: tuple[int, int], there: Field, here: Field
) -> tuple[tuple[float, float], tuple[float, float]] | None:
    """Where a block was and where it is now, px; None where it is not found."""
    left, top = corner
    block = there[top : top + _BLOCK_PX, left : left + _BLOCK_PX]
    x0, y0 = max(0, left - _REACH_PX), max(0, top - _REACH_PX)
    window = here[y0 : top + _BLOCK_PX + _REACH_PX, x0 : left + _BLOCK_PX + _REACH_PX]
    likeness = cv2.matchTemplate(window, block, cv2.TM_CCORR_NORMED)
    _, best, _, (x, y) = cv2.minMaxLoc(likeness)
    if best < _FOUND:
        return None
    return (float(left), float(top)), (float(x0 + x), float(y0 + y))


def _length(similarity: Similarity) -> float:
    across = np.linspace(0, FIELD_WIDTH - 1, 5)
    down = np.linspace(0, FIELD_HEIGHT - 1, 5)
    points = np.array([(x, y, 1.0) for x in across for y in down])
    steps = points @ similarity.T - points[:, :2]
    return float(np.sqrt(np.square(steps).sum(axis=1).mean())) / FIELD_WIDTH
