"""What a count says of the rate behind it: against published values."""

import math

import pytest
from hypothesis import given
from hypothesis import strategies as st
from scipy.stats import poisson

from pipeline.replay.intervals import rate_interval, share_interval


@pytest.mark.parametrize(
    ("hits", "n", "low", "high"),
    [
        (81, 263, 0.2553, 0.3662),  # Newcombe 1998, table I, method 3
        (15, 148, 0.0624, 0.1605),
        (0, 20, 0.0, 0.1611),
        (1, 29, 0.0061, 0.1718),
        (29, 29, 0.8830, 1.0),
    ],
)
def test_wilsons_interval_is_that_of_the_literature(hits: int, n: int, low: float, high: float) -> None:
    assert share_interval(hits, n) == pytest.approx((low, high), abs=6e-5)


@pytest.mark.parametrize(
    ("count", "low", "high"),
    [(0, 0.0, 3.6889), (1, 0.0253, 5.5716), (3, 0.6187, 8.7673), (10, 4.7954, 18.3904)],
)
def test_the_exact_interval_of_a_count_is_that_of_the_literature(count: int, low: float, high: float) -> None:
    assert rate_interval(count, 1.0) == pytest.approx((low, high), abs=6e-5)  # Garwood 1936


@given(st.integers(1, 400))
def test_at_the_ends_of_the_interval_such_a_count_is_one_in_forty(count: int) -> None:
    low, high = rate_interval(count, 1.0)
    assert poisson.sf(count - 1, low) == pytest.approx(0.025, rel=1e-6)
    assert poisson.cdf(count, high) == pytest.approx(0.025, rel=1e-6)


def test_a_rate_is_told_by_the_unit_of_its_exposure() -> None:
    assert rate_interval(0, 3.0) == pytest.approx((0.0, 3.6889 / 3), abs=6e-5)


def test_nothing_tried_says_nothing() -> None:
    assert share_interval(0, 0) == (0.0, 1.0)
    assert rate_interval(0, 0.0) == (0.0, math.inf)


@pytest.mark.parametrize(("hits", "n"), [(-1, 3), (4, 3)])
def test_what_cannot_be_counted_is_refused(hits: int, n: int) -> None:
    with pytest.raises(ValueError, match="expected 0 <= hits <= n"):
        share_interval(hits, n)
    with pytest.raises(ValueError, match="expected neither below 0"):
        rate_interval(-1, 1.0)


@given(st.integers(1, 500).flatmap(lambda n: st.tuples(st.integers(0, n), st.just(n))))
def test_the_share_that_was_seen_lies_in_its_interval_and_more_of_the_same_narrows_it(counted: tuple[int, int]) -> None:
    hits, n = counted
    few, many = share_interval(hits, n), share_interval(hits * 4, n * 4)
    assert 0 <= few.low <= hits / n <= few.high <= 1
    assert many.high - many.low < few.high - few.low
