from dataclasses import replace
from hashlib import sha256
from pathlib import Path

import numpy as np
import onnxruntime
import pytest

from pipeline.config.resolved import Provider
from pipeline.errors import ModelError
from pipeline.perception.detections import Floats, ObjectDetector, Picture
from pipeline.perception.detector import Detector
from pipeline.perception.layouts.layout import Grid
from pipeline.perception.registry import Registry
from tests.perception.networks import FLOAT16, VOCABULARY, card_for, colour_network, constant_network

FIXED = (1, 3, 64, 64)
FREE = ("batch", 3, "height", "width")
PICTURE: Picture = np.full((32, 64, 3), 200, np.uint8)
NOTHING = np.zeros((1, 1, 6), np.float32)


@pytest.fixture(scope="module")
def yolov8n() -> Detector:
    return Detector.load(Registry.shipped(VOCABULARY).card("yolov8n", Path()), Provider.CPU)


def end_to_end(*rows: tuple[float, ...]) -> Floats:
    return np.array([rows], np.float32)


# What comes out


def test_boxes_come_back_in_px_of_the_picture(tmp_path: Path) -> None:
    # 64 x 32 in 64 x 64: 16 rows of grey above.
    network = constant_network(end_to_end((10, 20, 30, 40, 0.9, 1), (0, 0, 64, 64, 0.5, 0)), FIXED)
    found = Detector.load(card_for(tmp_path, network, "end_to_end")).detect(PICTURE, 64, 0.3)
    assert found.class_name.tolist() == ["car", "person"]
    assert found.xyxy.tolist() == [[10, 4, 30, 24], [0, 0, 64, 32]]
    assert found.score.tolist() == pytest.approx([0.9, 0.5])


def test_rows_come_best_first_and_weak_ones_do_not_come(tmp_path: Path) -> None:
    rows = ((0, 20, 9, 40, 0.4, 0), (0, 20, 9, 40, 0.29, 1), (0, 20, 9, 40, 0.7, 2))
    found = Detector.load(card_for(tmp_path, constant_network(end_to_end(*rows), FIXED), "end_to_end")).detect(
        PICTURE, 64, 0.3
    )
    assert found.class_name.tolist() == ["truck", "person"]


def test_boxes_without_an_area_in_the_picture_are_left_out(tmp_path: Path) -> None:
    # Wholly in the grey, empty, turned round, not a number.
    rows = ((0, 0, 64, 16, 0.9, 0), (5, 20, 5, 30, 0.9, 0), (9, 30, 5, 20, 0.9, 0), (np.nan, 20, 9, 30, 0.9, 0))
    detector = Detector.load(card_for(tmp_path, constant_network(end_to_end(*rows), FIXED), "end_to_end"))
    assert len(detector.detect(PICTURE, 64, 0.3)) == 0


def test_an_end_to_end_network_is_not_suppressed_again_and_the_others_are(tmp_path: Path) -> None:
    rows = ((10, 20, 30, 40, 0.9, 1), (11, 20, 30, 40, 0.8, 1))
    detector = Detector.load(card_for(tmp_path, constant_network(end_to_end(*rows), FIXED), "end_to_end"))
    assert len(detector.detect(PICTURE, 64, 0.3)) == 2

    output = np.zeros((1, 3 * 84, 8), np.float32)
    output[0, 5] = [20, 30, 20, 20, 1.0, 0, 0.9, 0]
    output[0, 6] = [20.5, 30, 19, 20, 1.0, 0, 0.8, 0]
    output[0, 7] = [20, 30, 20, 20, 1.0, 0, 0, 0.7]
    found = Detector.load(card_for(tmp_path, constant_network(output, FIXED), "yolov5")).detect(PICTURE, 64, 0.3)
    assert found.class_name.tolist() == ["car", "truck"]
    assert found.xyxy[0].tolist() == [10, 4, 30, 24]


def test_two_indices_of_one_class_are_suppressed_together(tmp_path: Path) -> None:
    output = np.zeros((1, 3 * 84, 7), np.float32)
    output[0, 5] = [20, 30, 20, 20, 1.0, 0.9, 0]
    output[0, 6] = [20.5, 30, 19, 20, 1.0, 0, 0.8]
    card = card_for(tmp_path, constant_network(output, FIXED), "yolov5", classes=["lorry", "pickup"])
    assert Detector.load(card).detect(PICTURE, 64, 0.3).class_name.tolist() == ["truck"]


# What goes in


@pytest.mark.parametrize(
    ("colour", "pixel_max", "expected"),
    [("rgb", "255", [50, 10]), ("bgr", "255", [10, 50]), ("rgb", "1", [50 / 255, 10 / 255])],
)
def test_the_network_is_given_its_order_of_colours_and_its_scale(
    tmp_path: Path, colour: str, pixel_max: str, expected: list[float]
) -> None:
    card = card_for(tmp_path, colour_network(FIXED), "end_to_end", changes={"colour": colour, "pixel_max": pixel_max})
    blue_to_red = np.empty((64, 64, 3), np.uint8)
    blue_to_red[:] = (10, 30, 50)
    corner = Detector.load(card).detect(blue_to_red, 64, 0.3).xyxy[0, 2:]
    assert corner.tolist() == pytest.approx(expected, rel=1e-5)


def test_a_free_network_is_given_what_the_shape_needs_and_a_fixed_one_its_size(tmp_path: Path) -> None:
    free = Detector.load(
        card_for(tmp_path, colour_network(FREE), "end_to_end", changes={"dynamic": "true", "pixel_max": "255"})
    )
    assert free.input_size((1920, 1080), 320) == (320, 192)
    assert len(free.detect(np.full((108, 192, 3), 99, np.uint8), 96, 0.3)) == 1
    fixed = Detector.load(card_for(tmp_path, colour_network(FIXED), "end_to_end"))
    assert fixed.input_size((1920, 1080), 320) == (64, 64)


def test_a_network_of_half_precision_is_fed_with_it(tmp_path: Path) -> None:
    network = constant_network(end_to_end((10, 20, 30, 40, 0.9, 1)), FIXED, dtype=FLOAT16)
    found = Detector.load(card_for(tmp_path, network, "end_to_end", changes={"dtype": "float16"})).detect(
        PICTURE, 64, 0.3
    )
    assert found.class_name.tolist() == ["car"]


def test_several_pictures_are_answered_in_order_whatever_their_sizes(yolov8n: Detector) -> None:
    rng = np.random.default_rng(3)
    pictures = [rng.integers(0, 256, (height, 96, 3), np.uint8) for height in (64, 40, 200)]
    answers = yolov8n.detect_many(pictures, 96, 0.01)
    assert [found.xyxy.tobytes() for found in answers] == [
        yolov8n.detect(picture, 96, 0.01).xyxy.tobytes() for picture in pictures
    ]


# What is refused


def test_a_missing_network_is_told(tmp_path: Path) -> None:
    card = card_for(tmp_path, constant_network(NOTHING, FIXED), "end_to_end")
    card.onnx.unlink()
    with pytest.raises(ModelError, match=r"^tiny: .*tiny\.onnx: cannot read the network: No such file"):
        Detector.load(card)


def test_another_checksum_is_refused_with_both(tmp_path: Path) -> None:
    network = constant_network(NOTHING, FIXED)
    card = card_for(tmp_path, network, "end_to_end", changes={"sha256": "0" * 64})
    got = sha256(network).hexdigest()
    with pytest.raises(ModelError, match=rf"got sha256 {got} \({len(network)} bytes\), expected {'0' * 64}"):
        Detector.load(card)


@pytest.mark.parametrize("share", [0.0, 0.1, 0.5, 0.9, 0.999])
def test_a_truncated_network_is_refused_even_where_its_card_agrees(tmp_path: Path, share: float) -> None:
    whole = colour_network(FIXED)
    card = card_for(tmp_path, whole[: int(len(whole) * share)], "end_to_end")
    with pytest.raises(ModelError, match=r"^tiny: tiny\.onnx: not a network that ONNX Runtime can load: [^\n]*$"):
        Detector.load(card)


@pytest.mark.parametrize(
    ("changes", "expected"),
    [
        ({"name": "pixels"}, r"got images tensor\(float\) \(1, 3, 64, 64\), expected pixels tensor\(float\)"),
        ({"dtype": "float16"}, r"got images tensor\(float\) .*, expected images tensor\(float16\)"),
        ({"width": "96"}, r"got .*\(1, 3, 64, 64\), expected .*\(batch, 3, 64, 96\)"),
        ({"dynamic": "true"}, r"got .*\(1, 3, 64, 64\), expected .*\(batch, 3, height, width\)"),
        ({"output": "boxes"}, r"output: got found, expected one called boxes"),
    ],
)
def test_an_input_or_output_that_does_not_fit_the_card_is_refused(
    tmp_path: Path, changes: dict[str, str], expected: str
) -> None:
    with pytest.raises(ModelError, match=rf"^tiny: tiny\.onnx: .*{expected}"):
        Detector.load(card_for(tmp_path, constant_network(NOTHING, FIXED), "end_to_end", changes=changes))


@pytest.mark.parametrize(
    ("output_shape", "layout", "expected"),
    [
        ((1, 84, 84), "yolov8", r"\(1, 84, 84\), expected \(1, 7, 84\) \(layout yolov8, 3 classes, input 64 x 64\)"),
        ((1, 84, 7), "yolov8", r"\(1, 84, 7\), expected \(1, 7, 84\)"),
        ((1, 84, 8), "yolov5", r"\(1, 84, 8\), expected \(1, 252, 8\)"),
        ((1, 83, 8), "yolox", r"\(1, 83, 8\), expected \(1, 84, 8\)"),
        ((1, 300, 7), "end_to_end", r"\(1, 300, 7\), expected \(1, any, 6\)"),
        ((300, 6), "end_to_end", r"\(300, 6\), expected \(1, any, 6\)"),
    ],
)
def test_an_output_of_another_shape_is_refused_with_the_expected_one(
    tmp_path: Path, output_shape: tuple[int, ...], layout: str, expected: str
) -> None:
    network = constant_network(np.zeros(output_shape, np.float32), FIXED)
    with pytest.raises(ModelError, match=rf"output found: got shape {expected}"):
        Detector.load(card_for(tmp_path, network, layout))


def test_the_real_network_under_a_wrong_layout_or_too_few_classes_is_refused() -> None:
    card = Registry.shipped(VOCABULARY).card("yolov8n", Path())
    with pytest.raises(ModelError, match=r"got shape \(1, 84, 2100\), expected \(1, 83, 2100\)"):
        Detector.load(replace(card, classes=card.classes[:-1]))


def test_a_provider_asked_for_by_name_must_be_there(tmp_path: Path) -> None:
    card = card_for(tmp_path, constant_network(NOTHING, FIXED), "end_to_end")
    if "CUDAExecutionProvider" in onnxruntime.get_available_providers():
        pytest.skip("onnxruntime-gpu is installed")
    with pytest.raises(ModelError, match=r"provider: got cuda, allowed here: auto, cpu"):
        Detector.load(card, Provider.CUDA)
    assert Detector.load(card, Provider.AUTO).provider is Provider.CPU


# The real network


def test_the_default_network_is_a_detector_of_the_classes_of_its_card(yolov8n: Detector) -> None:
    port: ObjectDetector = yolov8n
    assert port.name == "yolov8n"
    assert len(port.classes) == 80
    assert {"person", "car", "dining_table", "motorcycle"} <= port.classes


@pytest.mark.parametrize("threads", [1, 2])
def test_the_same_picture_gives_the_same_bytes_from_every_loading(threads: int) -> None:
    card = Registry.shipped(VOCABULARY).card("yolov8n", Path())
    picture = np.random.default_rng(5).integers(0, 256, (90, 160, 3), np.uint8)
    first, again = (Detector.load(card, Provider.CPU, threads) for _ in range(2))
    runs = [detector.detect(picture, 320, 0.0) for detector in (first, first, again)]
    assert len(runs[0]) > 100
    assert len({run.xyxy.tobytes() + run.score.tobytes() + run.class_name.tobytes() for run in runs}) == 1


def test_of_too_many_boxes_the_best_are_looked_at(tmp_path: Path) -> None:
    rows = [(0, 20, 9, 40, score, 0) for score in np.linspace(0.1, 0.9, 2100)]
    detector = Detector.load(card_for(tmp_path, constant_network(end_to_end(*rows), FIXED), "end_to_end"))
    found = detector.detect(PICTURE, 64, 0.0)
    assert len(found) == 2000
    assert found.score[0] == pytest.approx(0.9)


def test_loading_and_failing_say_nothing_on_the_way(capfd: pytest.CaptureFixture[str]) -> None:
    detector = Detector.load(Registry.shipped(VOCABULARY).card("yolov8n", Path()), Provider.AUTO)
    detector.detect(PICTURE, 64, 0.3)
    with pytest.raises(ModelError, match=r"^the network failed: [^\n]*$"):
        # No multiple of the stride: it fails in the middle, where ONNX Runtime would log as well.
        detector._session.run("output0", "images", np.zeros((1, 3, 50, 64), np.float32))
    assert capfd.readouterr() == ("", "")


def test_a_grid_has_as_many_cells_as_its_levels() -> None:
    assert Grid(640, 640, (8, 16, 32), 80).cells() == 8400
    assert Grid(640, 384, (8, 16, 32), 80).cells() == 5040


# Scores that mean something


def calibrated(folder: Path, *rows: tuple[float, ...]) -> Detector:
    """A network of which cars are worth half of their scores, and lorries the same as all above 0.4."""
    changes = {"calibration": "{car: [[0, 0], [1, 0.5]], lorry: [[0, 0], [0.4, 0.8], [1, 0.8]]}"}
    network = constant_network(end_to_end(*rows), FIXED)
    return Detector.load(card_for(folder, network, "end_to_end", changes=changes))


def test_scores_are_told_as_the_card_s_calibration_has_them_and_best_first(tmp_path: Path) -> None:
    detector = calibrated(
        tmp_path, (0, 20, 9, 40, 0.9, 1), (20, 20, 29, 40, 0.6, 0), (40, 20, 49, 40, 0.2, 2), (50, 20, 59, 40, 0.5, 2)
    )
    found = detector.detect(PICTURE, 64, 0.1)
    assert found.class_name.tolist() == ["truck", "person", "car", "truck"]
    assert found.score.tolist() == pytest.approx([0.8, 0.6, 0.45, 0.4])


def test_what_is_worth_too_little_is_left_out_and_what_is_worth_enough_comes_however_weak(tmp_path: Path) -> None:
    detector = calibrated(tmp_path, (0, 20, 9, 40, 0.9, 1), (20, 20, 29, 40, 0.49, 0), (40, 20, 49, 40, 0.26, 2))
    assert detector.detect(PICTURE, 64, 0.5).class_name.tolist() == ["truck"]
    assert detector.detect(PICTURE, 64, 0.9).class_name.tolist() == []
