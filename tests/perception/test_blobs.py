"""A patch that differs from its background is a thing left, a thing taken away, or the light."""

import numpy as np
import pytest

from pipeline.geofence.boxes import Box
from pipeline.perception.background import Background, Change, analysis_picture
from pipeline.perception.blobs import Blob, BlobKind, find_blobs
from pipeline.perception.detections import Picture
from pipeline.perception.planes import Mask, extent
from pipeline.perception.static_objects import MIN_BLOB_SHARE
from tests.perception.street import HEIGHT, WIDTH, Floats, ground, pixels, put, shaded, shot

NOTHING: Mask = np.zeros((HEIGHT, WIDTH), np.uint8)
SPOT: Box = (0.4, 0.4, 0.6, 0.7)
GROUND = ground()
THINGS = [(60, 130, 70), (40, 45, 50), (200, 205, 205), (70, 110, 140), (190, 100, 88)]
RNG_SEEDS = [5, 6, 7]


def seen(scene: Floats, index: int, noise: float) -> Picture:
    return analysis_picture(shot(scene, index, noise=noise), WIDTH)


def blobs(before: Floats, now: Floats, noise: float = 2.0) -> list[Blob]:
    """What is found 3.5 s after the scene changed from one to the other."""
    background = Background(seen(before, 0, noise), 0, NOTHING)
    change: Change
    for index in range(1, 30):
        scene = before if index < 22 else now
        change = background.look(seen(scene, index, noise), index / 2, NOTHING, NOTHING)
    return find_blobs(change, MIN_BLOB_SHARE)


@pytest.mark.parametrize("seed", RNG_SEEDS)
@pytest.mark.parametrize("colour", THINGS)
def test_what_was_put_down_is_left_and_fills_its_box(colour: tuple[float, float, float], seed: int) -> None:
    thing = put(GROUND, SPOT, seed, colour)
    (blob,) = blobs(GROUND, thing)
    assert blob.kind is BlobKind.LEFT
    left, top, width, height = extent(blob.mask)
    got = np.array([left / WIDTH, top / HEIGHT, (left + width) / WIDTH, (top + height) / HEIGHT])
    assert np.abs(got - SPOT).max() < 0.02
    assert blob.score > 0.5


@pytest.mark.parametrize("colour", [(190, 100, 88), (95, 105, 145)])
def test_what_is_as_bright_as_the_ground_is_told_by_its_colour(colour: tuple[float, float, float]) -> None:
    assert [blob.kind for blob in blobs(GROUND, put(GROUND, SPOT, 5, colour, contrast=8))] == [BlobKind.LEFT]


@pytest.mark.parametrize("seed", RNG_SEEDS)
@pytest.mark.parametrize("colour", THINGS)
def test_what_was_taken_away_is_taken_for_certain(colour: tuple[float, float, float], seed: int) -> None:
    assert {blob.kind for blob in blobs(put(GROUND, SPOT, seed, colour), GROUND)} == {BlobKind.TAKEN}


@pytest.mark.parametrize("thickness_px", [2, 3])
def test_what_was_taken_from_a_painted_line_is_taken_though_the_line_has_a_part_of_its_outline(
    thickness_px: int,
) -> None:
    marked = GROUND.copy()
    rows, columns = pixels(SPOT)
    marked[rows.stop - thickness_px : rows.stop + thickness_px, columns.start - 20 : columns.stop + 20] = (30, 190, 230)
    thing = put(marked, SPOT, 5, (120, 124, 126), contrast=60)
    assert {blob.kind for blob in blobs(thing, marked)} == {BlobKind.TAKEN}


@pytest.mark.parametrize("blur_px", [1, 9, 31])
@pytest.mark.parametrize("gain", [0.45, 0.6, 0.8, 1.3, 1.6])
def test_shadow_and_sunlight_are_light(gain: float, blur_px: int) -> None:
    shade = shaded(GROUND, (0.3, 0.3, 0.7, 0.9), gain, blur_px)
    assert BlobKind.LEFT not in {blob.kind for blob in blobs(GROUND, shade)}


def test_a_thing_is_told_together_with_the_shadow_it_throws() -> None:
    thing = put(shaded(GROUND, (0.55, 0.5, 0.8, 0.7), 0.6, 7), SPOT, 5, THINGS[0])
    assert BlobKind.LEFT in {blob.kind for blob in blobs(GROUND, thing)}


def test_nothing_is_found_where_nothing_changed() -> None:
    assert blobs(GROUND, GROUND) == []


def test_what_is_smaller_than_asked_is_not_told() -> None:
    tiny: Box = (0.5, 0.5, 0.508, 0.514)
    assert blobs(GROUND, put(GROUND, tiny, 5, THINGS[0])) == []


@pytest.mark.parametrize("thickness_px", [2, 3])
def test_a_thing_that_lies_between_painted_lines_is_told_by_what_fills_it(thickness_px: int) -> None:
    """Where the lines were, its outline is none of its own."""
    marked = GROUND.copy()
    rows, columns = pixels(SPOT)
    for edge in rows.start, rows.stop:
        marked[edge - thickness_px : edge + thickness_px, columns.start - 20 : columns.stop + 20] = (30, 190, 230)
    assert BlobKind.LEFT in {blob.kind for blob in blobs(marked, put(marked, SPOT, 5, (120, 124, 126), contrast=60))}
