"""Scores that mean something: from what a network says to the share of such finds that are true.

A calibration is a line through points, fitted on validation data so that it never falls (isotonic regression by pooling
adjacent violators: Ayer et al., 1955). It is written on a network's card, and `Detector` applies it.
"""

from collections.abc import Sequence
from dataclasses import dataclass

import numpy as np
from numpy.typing import NDArray

from pipeline.perception.detections import Floats

Points = tuple[tuple[float, float], ...]
"""A network's score and the share of finds with it that are true, each in [0, 1]; the first rises, the second never
falls. Between points the line is straight, beyond the ends it is level."""
Doubles = NDArray[np.float64]
MOST_POINTS = 20
_UNREACHABLE = 2.0


@dataclass(frozen=True, slots=True)
class Bin:
    """Finds whose scores are alike.

    Attributes:
        low: Lowest score, in [0, 1].
        high: Scores are below it; in the last bin 1 itself is included.
        n: How many finds.
        mean_score: Of them; 0 where there are none.
        precision: Share of them that are true; 0 where there are none.
    """

    low: float
    high: float
    n: int
    mean_score: float
    precision: float


@dataclass(frozen=True, slots=True)
class Reliability:
    """How far scores are what they say.

    Attributes:
        rows: From low scores to high.
        error: Expected calibration error: mean distance of score and precision, each bin weighed by what it holds.
    """

    rows: tuple[Bin, ...]
    error: float


def fit(scores: Floats | Doubles, is_true: NDArray[np.bool_], most_points: int = MOST_POINTS) -> Points:
    """The calibration that fits finds of validation data best.

    Args:
        scores: Shape (N,), in [0, 1]; at least one.
        is_true: Shape (N,): whether each find was right.
        most_points: Finds are pooled into at most so many groups of about the same size first: what is fitted is then
            no accident of single finds, and short enough for a card. At least 1.

    Returns:
        At most `most_points` + 1 points, the first of them (0, 0) unless a find has the score 0.

    Raises:
        ValueError: There are no finds, or the shapes differ.
    """
    if not len(scores) or scores.shape != is_true.shape:
        raise ValueError(f"scores {scores.shape}, is_true {is_true.shape}: expected the same length, at least 1")
    order = np.argsort(scores, kind="stable")
    x, y = scores[order].astype(np.float64), is_true[order].astype(np.float64)
    first_of_group = _group_starts(x, most_points)
    weight = np.diff([*first_of_group.tolist(), len(x)]).astype(np.float64)
    group_x, group_y = np.add.reduceat(x, first_of_group) / weight, np.add.reduceat(y, first_of_group) / weight
    fitted = isotonic(group_y, weight)
    # Groups of one value become one point, in their middle.
    first_of_block = np.flatnonzero(np.concatenate([[True], np.diff(fitted) > 0]))
    middle = np.add.reduceat(group_x * weight, first_of_block) / np.add.reduceat(weight, first_of_block)
    points = [
        (round(px, 5), round(py, 5)) for px, py in zip(middle.tolist(), fitted[first_of_block].tolist(), strict=True)
    ]
    return tuple(points if points[0][0] <= 0 else [(0.0, 0.0), *points])


def isotonic(values: Doubles, weight: Doubles) -> Doubles:
    """The values that never fall and are nearest to these, by weighted squares.

    Args:
        values: Shape (N,).
        weight: Shape (N,), above 0.
    """
    blocks: list[tuple[float, float, int]] = []
    for value, mass in zip(values.tolist(), weight.tolist(), strict=True):
        blocks.append((value, mass, 1))
        while len(blocks) > 1 and blocks[-2][0] >= blocks[-1][0]:
            (a, a_mass, a_n), (b, b_mass, b_n) = blocks.pop(-2), blocks.pop()
            blocks.append(((a * a_mass + b * b_mass) / (a_mass + b_mass), a_mass + b_mass, a_n + b_n))
    return np.repeat([value for value, _, _ in blocks], [n for _, _, n in blocks])


def apply(points: Points, scores: Floats | Doubles | Sequence[float]) -> Floats:
    """Scores as the calibration has them. Shape (N,), in [0, 1]."""
    x, y = np.array(points, np.float64).T
    worth: Doubles = np.interp(np.asarray(scores, np.float64), x, y)
    return worth.astype(np.float32)


def lowest_score(points: Points, calibrated: float) -> float:
    """The lowest score of the network that is worth `calibrated`, less a hair; above 1 where none is."""
    x, y = np.array(points, np.float64).T
    reached = np.flatnonzero(y >= calibrated)
    if not len(reached):
        return _UNREACHABLE
    at = int(reached[0])
    if at == 0:
        return 0.0
    share = (calibrated - y[at - 1]) / (y[at] - y[at - 1])
    return max(0.0, float(x[at - 1] + share * (x[at] - x[at - 1])) - 1e-6)


def reliability(scores: Floats | Doubles, is_true: NDArray[np.bool_], bins: int = 10) -> Reliability:
    """The reliability table of finds.

    Args:
        scores: Shape (N,), in [0, 1].
        is_true: Shape (N,): whether each find was right.
        bins: How many, of equal width; at least 1.
    """
    place = np.minimum((scores.astype(np.float64) * bins).astype(np.int64), bins - 1)
    count = np.bincount(place, minlength=bins)
    at_least_one = np.maximum(count, 1)
    mean_score = np.bincount(place, scores, minlength=bins) / at_least_one
    precision = np.bincount(place, is_true, minlength=bins) / at_least_one
    error = float(np.sum(count * np.abs(mean_score - precision)) / max(len(scores), 1))
    rows = (
        Bin(n / bins, (n + 1) / bins, int(count[n]), float(mean_score[n]), float(precision[n])) for n in range(bins)
    )
    return Reliability(tuple(rows), error)


def faults_of_points(points: Sequence[tuple[float, float]]) -> str:
    """What keeps points from being a calibration; empty where nothing does."""
    if not points:
        return "no points"
    x, y = np.array(points, np.float64).T
    if min(x.min(), y.min()) < 0 or max(x.max(), y.max()) > 1:
        return "scores beyond 0 to 1"
    if np.any(np.diff(x) <= 0):
        return "scores of the network that do not rise"
    return "calibrated scores that fall" if np.any(np.diff(y) < 0) else ""


def _group_starts(x: Doubles, most: int) -> NDArray[np.int64]:
    """Where groups of about the same size begin in sorted scores; equal scores are never in two groups."""
    begins = np.flatnonzero(np.concatenate([[True], np.diff(x) > 0]))
    wanted = np.arange(most) * len(x) / most
    return np.unique(begins[np.minimum(np.searchsorted(begins, wanted), len(begins) - 1)])
