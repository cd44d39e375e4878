"""What is veiled cannot be told, and what is not is as it was."""

import numpy as np
import pytest

from pipeline.config.resolved import Blur
from pipeline.config.vocabulary import load_vocabulary
from pipeline.geofence.boxes import Box
from pipeline.observation import Objects
from pipeline.perception.detections import Picture
from pipeline.perception.veil import Veil

PERSON: Box = (0.1, 0.1, 0.3, 0.9)
CAR: Box = (0.5, 0.3, 0.9, 0.8)
HEIGHT, WIDTH = 360, 640


def noise() -> Picture:
    return np.random.default_rng(1).integers(0, 256, (HEIGHT, WIDTH, 3), np.uint8)


def found(*boxes: tuple[str, Box]) -> Objects:
    n = len(boxes)
    return Objects(
        xyxy=np.array([box for _, box in boxes], np.float32).reshape(n, 4),
        class_name=np.array([name for name, _ in boxes], np.str_),
        score=np.ones(n, np.float32),
        track=np.arange(n),
        sight=np.zeros(n, np.uint8),
        appearance=np.zeros((n, 0), np.float32),
    )


def contrast(picture: Picture, box: Box) -> float:
    """Of neighbouring pixels: noise has much, what is veiled nearly none."""
    x1, x2 = round(box[0] * WIDTH), round(box[2] * WIDTH)
    y1, y2 = round(box[1] * HEIGHT), round(box[3] * HEIGHT)
    inside = picture[y1:y2, x1:x2].astype(np.int64)
    return float(np.abs(np.diff(inside, axis=1)).mean())


def test_heads_are_veiled_and_the_rest_of_the_picture_is_as_it_was() -> None:
    before = noise()
    after = Veil(frozenset({Blur.FACES}), load_vocabulary()).over(before, found(("person", PERSON), ("car", CAR)))
    head = (0.1, 0.1, 0.3, 0.36)
    assert contrast(before, head) > 80
    assert contrast(after, head) < 15
    changed = np.argwhere((before != after).any(axis=2))
    assert changed[:, 0].max() < 0.4 * HEIGHT
    assert changed[:, 1].max() < 0.35 * WIDTH


def test_plates_are_veiled_where_a_vehicle_has_them() -> None:
    before = noise()
    after = Veil(frozenset({Blur.PLATES}), load_vocabulary()).over(before, found(("person", PERSON), ("car", CAR)))
    assert contrast(after, (0.6, 0.56, 0.8, 0.78)) < 15
    assert contrast(after, PERSON) == contrast(before, PERSON)


def test_the_picture_that_was_given_is_left_alone_and_without_a_veil_it_is_the_picture() -> None:
    before = noise()
    given = before.copy()
    given.flags.writeable = False
    Veil(frozenset(Blur), load_vocabulary()).over(given, found(("person", PERSON)))
    assert np.array_equal(before, given)
    assert Veil(frozenset(), load_vocabulary()).over(given, found(("person", PERSON))) is given


@pytest.mark.parametrize("box", [(0.99, 0.99, 1.0, 1.0), (0.0, 0.0, 0.0, 0.0), (0.0, 0.0, 1.0, 1.0)])
def test_no_box_is_too_odd_to_veil(box: Box) -> None:
    after = Veil(frozenset(Blur), load_vocabulary()).over(noise(), found(("person", box), ("truck", box)))
    assert after.shape == (HEIGHT, WIDTH, 3)


def test_a_picture_that_nobody_has_looked_at_is_veiled_as_a_whole() -> None:
    assert contrast(Veil(frozenset({Blur.FACES}), load_vocabulary()).whole(noise()), (0.0, 0.0, 1.0, 1.0)) < 15
