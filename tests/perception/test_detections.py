import numpy as np
import pytest

from pipeline.perception.detections import Detections, ObjectDetector, ScriptedDetector

PICTURE = np.zeros((20, 30, 3), np.uint8)
CAR = Detections.of(("car", 0.8, (1, 2, 3, 4)))
PERSON = Detections.of(("person", 0.9, (5, 6, 7, 8)))


def test_rows_of_another_number_are_refused() -> None:
    with pytest.raises(ValueError, match=r"\(1, 4\), \(2,\), \(1,\)"):
        Detections(CAR.xyxy, np.array(["a", "b"]), CAR.score)


def test_joined_rows_stand_best_first() -> None:
    joined = Detections.join([CAR, Detections.none(), PERSON])
    assert joined.class_name.tolist() == ["person", "car"]
    assert joined.xyxy.tolist() == [[5, 6, 7, 8], [1, 2, 3, 4]]
    assert len(Detections.join([])) == len(Detections.join([Detections.none()])) == 0


def test_what_was_found_in_a_piece_is_moved_to_the_whole() -> None:
    assert CAR.shifted(10, 20).xyxy.tolist() == [[11, 22, 13, 24]]


def test_a_mask_selects_rows() -> None:
    joined = Detections.join([CAR, PERSON])
    assert joined[joined.class_name == "car"].xyxy.tolist() == CAR.xyxy.tolist()


def test_the_twin_answers_by_call_and_then_finds_nothing() -> None:
    twin: ObjectDetector = ScriptedDetector.by_call([CAR, PERSON])
    assert [found.class_name.tolist() for found in twin.detect_many([PICTURE] * 3, 640, 0.3)] == [
        ["car"],
        ["person"],
        [],
    ]
    assert twin.classes == {"person", "car"}
    assert twin.input_size((30, 20), 640) == (640, 640)


def test_the_twin_answers_by_picture_and_leaves_out_what_is_weak() -> None:
    twin = ScriptedDetector(lambda picture: CAR if picture.max() else PERSON)
    assert twin.detect(PICTURE, 640, 0.3).class_name.tolist() == ["person"]
    assert twin.detect(PICTURE + 1, 416, 0.3).class_name.tolist() == ["car"]
    assert len(twin.detect(PICTURE, 320, 0.95)) == 0
    assert twin.asked_px == [640, 416, 320]
