"""Calibrated scores say how often such finds are true."""

import numpy as np
import pytest
from hypothesis import given
from hypothesis import strategies as st
from numpy.typing import NDArray

from pipeline.perception.calibration import (
    Points,
    apply,
    faults_of_points,
    fit,
    isotonic,
    lowest_score,
    reliability,
)

Doubles = NDArray[np.float64]
FINDS = st.lists(st.tuples(st.integers(0, 100), st.booleans()), min_size=1, max_size=200)
"""Score in hundredths, and whether the find was right."""


def taken_apart(finds: list[tuple[int, bool]]) -> tuple[Doubles, NDArray[np.bool_]]:
    return np.array([score for score, _ in finds]) / 100, np.array([is_true for _, is_true in finds], np.bool_)


def worth(points: Points, scores: Doubles) -> Doubles:
    return apply(points, scores).astype(np.float64)


@given(FINDS, st.integers(1, 40))
def test_a_fit_is_a_line_that_rises_from_nought_and_is_short_enough_for_a_card(
    finds: list[tuple[int, bool]], most: int
) -> None:
    points = fit(*taken_apart(finds), most)
    assert faults_of_points(points) == ""
    assert points[0][0] == 0.0
    assert len(points) <= most + 1


@given(FINDS)
def test_a_fit_does_not_depend_on_the_order_of_the_finds(finds: list[tuple[int, bool]]) -> None:
    assert fit(*taken_apart(finds)) == fit(*taken_apart(finds[::-1]))


@given(st.lists(st.tuples(st.integers(0, 20), st.integers(1, 9)), min_size=1, max_size=20))
def test_the_line_is_the_nearest_of_all_that_never_fall(rows: list[tuple[int, int]]) -> None:
    values, weight = (np.array(column, np.float64) for column in zip(*rows, strict=True))
    n = len(values)

    def mean(low: int, high: int) -> float:
        return float(np.average(values[low : high + 1], weights=weight[low : high + 1]))

    # The closed form of isotonic regression.
    nearest = [max(min(mean(low, high) for high in range(place, n)) for low in range(place + 1)) for place in range(n)]
    np.testing.assert_allclose(isotonic(values, weight), nearest, atol=1e-9)


def test_calibrated_scores_are_the_share_of_true_finds() -> None:
    rng = np.random.default_rng(5)
    scores = rng.uniform(0, 1, 20_000)
    # A network that is far too sure of itself.
    is_true = rng.uniform(0, 1, 20_000) < scores**3
    before = reliability(scores, is_true)
    points = fit(scores[::2], is_true[::2])
    after = reliability(worth(points, scores[1::2]), is_true[1::2])
    assert before.error > 0.2
    assert after.error < 0.02


@given(FINDS, st.floats(0, 1), st.floats(0, 1))
def test_what_is_below_the_lowest_score_is_not_worth_it_and_what_is_above_is(
    finds: list[tuple[int, bool]], wanted: float, score: float
) -> None:
    points = fit(*taken_apart(finds))
    lowest = lowest_score(points, wanted)
    value = float(worth(points, np.array([score]))[0])
    if score < lowest - 1e-6:
        assert value < wanted + 1e-6
    if score > lowest + 1e-5:
        assert value > wanted - 1e-3


@given(FINDS, st.integers(1, 20))
def test_a_reliability_table_counts_every_find_once(finds: list[tuple[int, bool]], bins: int) -> None:
    scores, is_true = taken_apart(finds)
    table = reliability(scores, is_true, bins)
    assert sum(row.n for row in table.rows) == len(finds)
    assert sum(row.n * row.precision for row in table.rows) == pytest.approx(is_true.sum())
    assert sum(row.n * row.mean_score for row in table.rows) == pytest.approx(scores.sum())
    for row in table.rows:
        assert row.n == 0 or row.low - 1e-9 <= row.mean_score <= row.high + 1e-9
    assert table.error == pytest.approx(
        sum(row.n * abs(row.mean_score - row.precision) for row in table.rows) / len(finds)
    )


def test_scores_that_are_right_have_no_error() -> None:
    scores = np.repeat([0.25, 0.75], 4)
    is_true = np.array([True, False, False, False, True, True, True, False])
    assert reliability(scores, is_true, 2).error == 0.0
    assert fit(scores, is_true) == ((0.0, 0.0), (0.25, 0.25), (0.75, 0.75))


def test_no_finds_are_no_fit() -> None:
    with pytest.raises(ValueError, match="at least 1"):
        fit(np.zeros(0), np.zeros(0, np.bool_))


@pytest.mark.parametrize(
    ("points", "fault"),
    [
        ((), "no points"),
        (((0.0, 0.1), (1.2, 0.3)), "scores beyond 0 to 1"),
        (((0.5, 0.1), (0.5, 0.3)), "scores of the network that do not rise"),
        (((0.1, 0.3), (0.5, 0.1)), "calibrated scores that fall"),
    ],
)
def test_points_that_are_no_calibration_are_refused(points: Points, fault: str) -> None:
    assert faults_of_points(points) == fault
