import numpy as np
import pytest
from hypothesis import given, settings
from hypothesis import strategies as st

from pipeline.config.vocabulary import load_vocabulary
from pipeline.geofence.boxes import ious
from pipeline.perception.detections import Detections
from pipeline.perception.nms import keep_best, merge_families

VOCABULARY = load_vocabulary()
# Coarse corners: random boxes must overlap often, or nothing is tested.
BOXES = st.tuples(st.integers(0, 6), st.integers(0, 6), st.integers(1, 6), st.integers(1, 6)).map(
    lambda box: (10.0 * box[0], 10.0 * box[1], 10.0 * (box[0] + box[2]), 10.0 * (box[1] + box[3]))
)
ROWS = st.lists(
    st.tuples(st.sampled_from(["car", "truck", "bus", "person", "bicycle"]), st.sampled_from([0.2, 0.5, 0.9]), BOXES),
    max_size=12,
)


def test_overlap_is_the_shared_area_over_the_area_of_both() -> None:
    a = np.array([[0, 0, 10, 10], [0, 0, 0, 10]], np.float32)
    b = np.array([[0, 0, 10, 10], [5, 0, 15, 10], [10, 0, 20, 10]], np.float32)
    assert ious(a, b) == pytest.approx(np.array([[1, 1 / 3, 0], [0, 0, 0]]))
    assert ious(a[:0], b).shape == (0, 3)


@settings(deadline=None, max_examples=200)
@given(rows=ROWS, max_overlap=st.sampled_from([0.0, 0.3, 0.5, 0.7, 1.0]))
def test_what_stays_overlaps_little_and_what_goes_overlaps_a_better_one_of_its_class(
    rows: list[tuple[str, float, tuple[float, float, float, float]]], max_overlap: float
) -> None:
    found = Detections.of(*rows)
    label = np.unique(found.class_name, return_inverse=True)[1].astype(np.int64)
    kept = keep_best(found.xyxy, found.score, label, max_overlap)
    overlap = ious(found.xyxy, found.xyxy)
    rivals = (label[:, None] == label[None, :]) & (overlap > max_overlap)
    assert not (rivals[np.ix_(kept, kept)] & ~np.eye(len(kept), dtype=np.bool_)).any()
    for row in set(range(len(found))) - set(kept.tolist()):
        better = [other for other in kept if rivals[row, other]]
        assert any(found.score[other] >= found.score[row] for other in better)
    assert (np.diff(found.score[kept]) <= 0).all()


def test_of_equal_scores_the_earlier_box_stays() -> None:
    xyxy = np.array([[0, 0, 10, 10], [0, 0, 10, 9]], np.float32)
    assert keep_best(xyxy, np.array([0.5, 0.5], np.float32), np.zeros(2, np.int64), 0.5).tolist() == [0]


def test_one_van_called_car_and_truck_is_one_object_with_the_better_name() -> None:
    found = Detections.of(
        ("truck", 0.35, (0, 0, 100, 50)), ("car", 0.31, (2, 0, 100, 52)), ("person", 0.3, (0, 0, 99, 50))
    )
    merged = merge_families(found, VOCABULARY)
    assert merged.class_name.tolist() == ["truck", "person"]
    assert merged.xyxy[0].tolist() == [0, 0, 100, 50]
    assert merged.score[0] == np.float32(0.35)


def test_two_cars_side_by_side_and_a_car_before_a_lorry_stay_two() -> None:
    cars = Detections.of(("car", 0.6, (0, 0, 100, 50)), ("car", 0.5, (20, 0, 120, 50)))
    assert ious(cars.xyxy[:1], cars.xyxy[1:])[0, 0] > 0.6
    assert len(merge_families(cars, VOCABULARY)) == 2
    hidden = Detections.of(("truck", 0.6, (0, 0, 100, 100)), ("car", 0.5, (0, 45, 100, 100)))
    assert len(merge_families(hidden, VOCABULARY)) == 2


def test_overlap_at_the_limit_is_one_object() -> None:
    # 60 of 100 shared: exactly 0.6.
    found = Detections.of(("truck", 0.6, (0, 0, 100, 10)), ("car", 0.5, (0, 0, 60, 10)))
    assert len(merge_families(found, VOCABULARY, 0.6)) == 1
    assert len(merge_families(found, VOCABULARY, 0.61)) == 2


@settings(deadline=None, max_examples=200)
@given(rows=ROWS)
def test_merging_twice_is_merging_once_and_no_family_is_lost(
    rows: list[tuple[str, float, tuple[float, float, float, float]]],
) -> None:
    found = Detections.join([Detections.of(row) for row in rows])
    once = merge_families(found, VOCABULARY)
    twice = merge_families(once, VOCABULARY)
    assert twice.xyxy.tolist() == once.xyxy.tolist()
    families = [{VOCABULARY.family(str(name)) for name in part.class_name} for part in (found, once)]
    assert families[0] == families[1]
    overlap = ious(once.xyxy, once.xyxy)
    for i, j in zip(*np.nonzero(overlap >= 0.6), strict=True):
        same_class = once.class_name[i] == once.class_name[j]
        assert same_class or VOCABULARY.family(str(once.class_name[i])) != VOCABULARY.family(str(once.class_name[j]))
