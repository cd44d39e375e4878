"""The real networks on real pictures. The footage and the second network lie beside the checkout, in `shared`."""

from collections import Counter
from dataclasses import replace
from pathlib import Path

import av
import numpy as np
import pytest

from pipeline.config.resolved import Provider
from pipeline.errors import ModelError
from pipeline.geofence.boxes import ious
from pipeline.perception.detections import Detections, Picture
from pipeline.perception.detector import Detector
from pipeline.perception.layouts.known import LAYOUTS
from pipeline.perception.model_card import ModelCard, load_card
from pipeline.perception.nms import merge_families
from pipeline.perception.registry import Registry
from tests.perception.networks import VOCABULARY

SHARED = Path(__file__).resolve().parents[2].parent / "shared"
FOOTAGE, YOLOX = SHARED / "footage", SHARED / "models" / "yolox_nano.onnx"
needs_footage = pytest.mark.skipif(not FOOTAGE.is_dir(), reason="the footage is not beside this checkout")
needs_yolox = pytest.mark.skipif(not YOLOX.parent.is_dir(), reason="the second network is not beside this checkout")

YOLOX_CARD = """\
about: YOLOX-Nano, trained on COCO
file: yolox_nano.onnx
sha256: 695e750a5d5754bb5a8d5325643b59282191a7e7a564e435a415fd3c578eab14
licence: Apache-2.0
source: Megvii
input: {name: images, colour: bgr, pixel_max: 255, place: corner, width: 416, height: 416, dynamic: false}
output: output
layout: yolox
nms_overlap: 0.45
"""


def frame(clip: str, at_s: float) -> Picture:
    """The first keyframe at or after a moment of a clip."""
    with av.open(str(FOOTAGE / clip)) as container:
        container.streams.video[0].codec_context.skip_frame = "NONKEY"
        for decoded in container.decode(video=0):
            if decoded.time >= at_s:
                return np.asarray(decoded.to_ndarray(format="bgr24"), np.uint8)
    raise AssertionError(f"{clip} is shorter than {at_s} s")


def default_card() -> ModelCard:
    return Registry.shipped(VOCABULARY).card("yolov8n", Path())


@pytest.fixture(scope="module")
def yolov8n() -> Detector:
    return Detector.load(default_card(), Provider.CPU)


@pytest.fixture
def yolox_card(tmp_path: Path) -> ModelCard:
    path = tmp_path / "yolox_nano.yaml"
    path.write_text(f"{YOLOX_CARD}classes: [{', '.join(default_card().classes)}]\n", encoding="utf-8")
    return replace(load_card(path, VOCABULARY), onnx=YOLOX)


def counted(found: Detections) -> Counter[str]:
    return Counter(str(name) for name in found.class_name)


@needs_footage
@pytest.mark.parametrize(
    ("clip", "class_name", "n"), [("street-queue", "car", 5), ("pavement", "car", 4), ("left-backpack", "person", 1)]
)
@pytest.mark.parametrize("input_px", [640, 416])
def test_the_default_network_finds_what_is_there(
    yolov8n: Detector, clip: str, class_name: str, n: int, input_px: int
) -> None:
    picture = frame(f"{clip}.mp4", 15 if class_name == "person" else 6)
    found = yolov8n.detect(picture, input_px, 0.3)
    assert counted(found)[class_name] >= n
    assert (found.xyxy >= 0).all()
    assert (found.xyxy[:, [0, 2]] <= picture.shape[1]).all()
    assert (found.xyxy[:, [1, 3]] <= picture.shape[0]).all()
    assert (found.score >= 0.3).all()
    assert (np.diff(found.score) <= 0).all()


@needs_footage
def test_a_piece_of_the_picture_shows_the_same_cars_in_the_same_places(yolov8n: Detector) -> None:
    picture = frame("street-queue.mp4", 6)
    whole = yolov8n.detect(picture, 640, 0.5)
    x1, y1, x2, y2 = whole[whole.class_name == "car"].xyxy[0].astype(int)
    left, top = max(0, x1 - 60), max(0, y1 - 60)
    piece = np.ascontiguousarray(picture[top : y2 + 60, left : x2 + 60])
    close = yolov8n.detect(piece, 320, 0.3).shifted(left, top)
    assert ious(whole.xyxy[:1], close.xyxy).max() > 0.8


@needs_footage
def test_one_vehicle_under_two_names_is_one_object(yolov8n: Detector) -> None:
    found = yolov8n.detect(frame("street-parking.mp4", 16), 640, 0.3)
    assert counted(found) == {"car": 2, "truck": 1, "bus": 1}
    merged = merge_families(found, VOCABULARY)
    # The lorry was a bus as well; its lower half, which is a car to the network, is another matter.
    assert counted(merged) == {"car": 2, "truck": 1}
    assert merged.score.tolist() == found.score[:3].tolist()


@needs_footage
@needs_yolox
def test_another_network_in_another_layout_finds_the_same_cars(yolov8n: Detector, yolox_card: ModelCard) -> None:
    picture = frame("street-queue.mp4", 6)
    nano = Detector.load(yolox_card, Provider.CPU).detect(picture, 640, 0.5)
    reference = yolov8n.detect(picture, 640, 0.3)
    cars = nano[nano.class_name == "car"].xyxy
    assert len(cars) >= 3
    # Every car of which it is sure lies where the default network sees one.
    assert (ious(cars, reference[reference.class_name == "car"].xyxy).max(axis=1) > 0.6).all()


@needs_yolox
def test_the_other_network_is_refused_under_the_layout_of_the_default(yolox_card: ModelCard) -> None:
    expected = r"output output: got shape \(1, 3549, 85\), expected \(1, 84, 3549\) \(layout yolov8, 80 classes"
    with pytest.raises(ModelError, match=expected):
        Detector.load(replace(yolox_card, layout=LAYOUTS["yolov8"], layout_name="yolov8"))


@needs_yolox
def test_the_other_network_is_refused_where_its_card_says_that_its_size_is_free(yolox_card: ModelCard) -> None:
    free = replace(yolox_card, input=yolox_card.input.model_copy(update={"dynamic": True}))
    with pytest.raises(ModelError, match=r"\(1, 3, 416, 416\), expected images .*\(batch, 3, height, width\)"):
        Detector.load(free)


@needs_footage
def test_a_batch_finds_what_each_picture_alone_holds_in_order(yolov8n: Detector) -> None:
    pictures = [frame("street-parking.mp4", 1), frame("left-backpack.mp4", 3), frame("street-parking.mp4", 9)]
    alone = yolov8n.detect_many(pictures, 320, 0.3)
    # As on a GPU, where batches gain; the last digits of a score may depend on the company.
    yolov8n._is_batched = True
    try:
        together = yolov8n.detect_many(pictures, 320, 0.3)
    finally:
        yolov8n._is_batched = False
    assert [len(found) for found in together] == [len(found) for found in alone]
    assert any(len(found) for found in alone)
    for one, other in zip(together, alone, strict=True):
        assert one.class_name.tolist() == other.class_name.tolist()
        np.testing.assert_allclose(one.xyxy, other.xyxy, atol=0.5)
        np.testing.assert_allclose(one.score, other.score, atol=0.01)
