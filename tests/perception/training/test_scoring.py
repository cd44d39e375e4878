"""Average precision, thresholds, and what is found picture by picture."""

import numpy as np
import pytest
from hypothesis import given
from hypothesis import strategies as st

from pipeline.perception.training.scoring import (
    BACKGROUND,
    Findings,
    average_precision,
    best_f1_score,
    figures,
    match,
    score_at_false_share,
)


def test_average_precision_of_a_worked_example() -> None:
    # By hand: precisions at the hits are 1, 2/3 and 3/5; the envelope keeps them; a third of the labels each.
    score = np.array([0.9, 0.8, 0.7, 0.6, 0.5])
    is_true = np.array([True, False, True, False, True])
    assert average_precision(score, is_true, 3) == pytest.approx((1 + 2 / 3 + 3 / 5) / 3)


def test_a_label_that_is_never_found_lowers_average_precision() -> None:
    score, is_true = np.array([0.9]), np.array([True])
    assert average_precision(score, is_true, 2) == pytest.approx(0.5)


@given(st.lists(st.tuples(st.floats(0.01, 1), st.booleans()), min_size=1, max_size=40), st.integers(1, 60))
def test_average_precision_is_a_share_and_does_not_depend_on_the_order(
    rows: list[tuple[float, bool]], n_more: int
) -> None:
    unique = sorted(dict(rows).items())
    score, hits = np.array([row[0] for row in unique]), np.array([row[1] for row in unique])
    n_labels = int(hits.sum()) + n_more
    one = average_precision(score, hits, n_labels)
    assert 0 <= one <= 1
    assert average_precision(score[::-1], hits[::-1], n_labels) == pytest.approx(one)


def test_each_label_is_matched_once_and_the_better_detection_has_it() -> None:
    label = np.array([[0.0, 0.0, 1.0, 1.0]])
    found = np.array([[0.0, 0.0, 1.0, 0.9], [0.0, 0.0, 1.0, 1.0], [0.5, 0.5, 1.5, 1.5]])
    assert match(found, label).tolist() == [True, False, False]


def test_one_picture_in_a_hundred_may_reach_the_score() -> None:
    without = np.linspace(0.0, 0.99, 100)
    from_score = score_at_false_share(without)
    assert np.sum(without >= from_score) == 1


def test_the_threshold_of_a_boxed_class_is_its_best_f1_unless_pictures_without_it_seem_to_have_it() -> None:
    score = np.array([0.9, 0.8, 0.3])
    is_true, where = np.array([True, True, False]), np.array(["x", "x", BACKGROUND])
    assert best_f1_score(score, is_true, 2) == pytest.approx(0.8)
    calm = Findings(score, is_true, where, 2, np.array([0.9]), np.full(200, 0.1))
    assert figures(calm, by_picture=False).threshold == pytest.approx(0.8)
    nervous = Findings(score, is_true, where, 2, np.array([0.9]), np.full(200, 0.85))
    told = figures(nervous, by_picture=False)
    assert told.threshold > 0.85
    assert (told.precision, told.recall, told.false_pictures) == (1.0, 0.5, 0.0)


def test_a_loosely_boxed_class_is_judged_by_its_pictures() -> None:
    where = np.array([BACKGROUND])
    with_it, without_it = np.array([0.9, 0.5, 0.1]), np.array([0.2] * 99 + [0.8])
    findings = Findings(np.array([0.4]), np.array([False]), where, 3, with_it, without_it)
    told = figures(findings, by_picture=True)
    assert 0.2 < told.threshold <= 0.2000001
    assert told.found_pictures == pytest.approx(2 / 3)
    assert told.false_pictures == pytest.approx(0.01)
    assert told.kept_pictures == told.found_pictures
    assert (told.n_missed, told.n_mistaken) == (3, {BACKGROUND: 1})


def test_a_class_that_is_asked_to_be_surer_tells_what_it_finds_then_beside_what_it_would_find() -> None:
    with_it, without_it = np.array([0.9, 0.5, 0.1]), np.array([0.2] * 99 + [0.8])
    findings = Findings(np.array([0.4]), np.array([False]), np.array([BACKGROUND]), 3, with_it, without_it)
    told = figures(findings, by_picture=True, false_share=0.005)
    assert 0.8 < told.threshold <= 0.8000001
    assert told.found_pictures == pytest.approx(2 / 3)
    assert told.kept_pictures == pytest.approx(1 / 3)
    assert told.false_pictures == 0.0
