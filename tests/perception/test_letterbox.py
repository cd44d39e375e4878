import numpy as np
import pytest
from hypothesis import assume, given, settings
from hypothesis import strategies as st

from pipeline.perception.letterbox import Letterbox, snug_size

SIDES = st.integers(1, 2200)
INPUT_PX = st.integers(1, 1300)


@pytest.mark.parametrize(
    ("picture_size", "input_px", "expected"),
    [
        ((1920, 1080), 640, (640, 384)),
        ((640, 360), 640, (640, 384)),
        ((1080, 1920), 640, (384, 640)),
        ((768, 576), 640, (640, 480)),
        ((640, 352), 640, (640, 352)),
        ((500, 500), 320, (320, 320)),
        ((1280, 720), 416, (416, 256)),
        ((1280, 720), 600, (608, 352)),
        ((3000, 1), 640, (640, 32)),
        ((1, 1), 1, (32, 32)),
    ],
)
def test_a_free_input_is_no_larger_than_the_shape_of_the_picture_needs(
    picture_size: tuple[int, int], input_px: int, expected: tuple[int, int]
) -> None:
    assert snug_size(picture_size, input_px, 32) == expected


@settings(deadline=None, max_examples=300)
@given(width=SIDES, height=SIDES, input_px=INPUT_PX, stride=st.sampled_from([8, 32, 64]))
def test_a_snug_input_holds_the_whole_shape_and_one_stride_less_would_not(
    width: int, height: int, input_px: int, stride: int
) -> None:
    size = snug_size((width, height), input_px, stride)
    longer, shorter = max(size), min(size)
    assert longer % stride == shorter % stride == 0
    assert input_px <= longer < input_px + stride
    assert shorter * max(width, height) >= longer * min(width, height)
    assert shorter == stride or (shorter - stride) * max(width, height) < longer * min(width, height)
    assert (size[0] >= size[1]) == (width >= height) or size[0] == size[1]


@settings(deadline=None, max_examples=300)
@given(picture=st.tuples(SIDES, SIDES), into=st.tuples(INPUT_PX, INPUT_PX))
def test_the_picture_lies_inside_centred_and_fills_one_direction(
    picture: tuple[int, int], into: tuple[int, int]
) -> None:
    box = Letterbox.fit(picture, into)
    margins = [side - content for side, content in zip(into, box.content_size, strict=True)]
    assert min(margins) == 0
    assert all(margin >= 0 for margin in margins)
    assert min(box.content_size) >= 1
    assert (box.left, box.top) == (margins[0] // 2, margins[1] // 2)
    # Alike in both directions, to half a pixel of rounding.
    scale = min(into[0] / picture[0], into[1] / picture[1])
    assert all(
        abs(content - side * scale) <= 0.5 + 1e-6 or content == 1
        for side, content in zip(picture, box.content_size, strict=True)
    )


@settings(deadline=None, max_examples=300)
@given(picture=st.tuples(SIDES, SIDES), into=st.tuples(INPUT_PX, INPUT_PX), data=st.data())
def test_the_way_back_is_the_inverse(picture: tuple[int, int], into: tuple[int, int], data: st.DataObject) -> None:
    shares = data.draw(st.lists(st.floats(0, 1), min_size=4, max_size=4))
    x1, x2 = sorted(shares[:2])
    y1, y2 = sorted(shares[2:])
    width, height = picture
    boxes = np.array([[x1 * width, y1 * height, x2 * width, y2 * height], [0, 0, width, height]], np.float32)
    box = Letterbox.fit(picture, into)
    within = box.to_input(boxes)
    assert np.allclose(
        within[1], [box.left, box.top, box.left + box.content_size[0], box.top + box.content_size[1]], atol=1e-2
    )
    # The finest that float32 can tell, at the scale of the picture.
    tolerance = 1e-3 * max(1.0, *(side / content for side, content in zip(picture, box.content_size, strict=True)))
    assert np.allclose(box.to_picture(within), boxes, atol=tolerance)


@settings(deadline=None, max_examples=60)
@given(
    picture=st.tuples(st.integers(40, 700), st.integers(40, 700)),
    into=st.tuples(st.integers(32, 640), st.integers(32, 640)),
    data=st.data(),
)
def test_what_is_seen_in_the_input_is_found_in_the_picture_to_a_pixel(
    picture: tuple[int, int], into: tuple[int, int], data: st.DataObject
) -> None:
    box = Letterbox.fit(picture, into)
    scale = min(content / side for content, side in zip(box.content_size, picture, strict=True))
    least = int(np.ceil(3 / scale))
    assume(least < min(picture) - 2)
    x1 = data.draw(st.integers(0, picture[0] - least))
    y1 = data.draw(st.integers(0, picture[1] - least))
    x2 = data.draw(st.integers(x1 + least, picture[0]))
    y2 = data.draw(st.integers(y1 + least, picture[1]))
    pixels = np.zeros((picture[1], picture[0], 3), np.uint8)
    pixels[y1:y2, x1:x2] = 255

    bright = box.apply(pixels)[..., 0] > 127
    rows, columns = np.flatnonzero(bright.any(axis=1)), np.flatnonzero(bright.any(axis=0))
    seen = np.array([[columns[0], rows[0], columns[-1] + 1, rows[-1] + 1]], np.float32)

    # One pixel of the coarser of the two pictures.
    assert np.abs(box.to_picture(seen) - np.array([[x1, y1, x2, y2]])).max() <= 1.01 * max(1, 1 / scale)


def test_a_picture_of_the_right_size_is_taken_as_it_is() -> None:
    picture = np.random.default_rng(1).integers(0, 256, (352, 640, 3), np.uint8)
    assert np.array_equal(Letterbox.fit((640, 352), (640, 352)).apply(picture), picture)


def test_around_the_picture_is_grey_and_the_picture_is_not_changed() -> None:
    picture = np.full((100, 200, 3), 7, np.uint8)
    boxed = Letterbox.fit((200, 100), (64, 64)).apply(picture)
    assert boxed.shape == (64, 64, 3)
    assert (boxed[:16] == 114).all()
    assert (boxed[16:48] == 7).all()
    assert (boxed[48:] == 114).all()
    assert (picture == 7).all()


def test_boxes_that_reach_into_the_grey_are_cut_off_at_the_picture() -> None:
    box = Letterbox.fit((200, 100), (64, 64))
    assert box.to_picture(np.array([[-5, 0, 80, 64]], np.float32)).tolist() == [[0, 0, 200, 100]]


def test_a_network_trained_on_the_corner_gets_its_picture_there() -> None:
    box = Letterbox.fit((200, 100), (64, 64), in_corner=True)
    boxed = box.apply(np.full((100, 200, 3), 7, np.uint8))
    assert (boxed[:32] == 7).all()
    assert (boxed[32:] == 114).all()
    assert box.to_picture(np.array([[0, 0, 64, 32]], np.float32)).tolist() == [[0, 0, 200, 100]]
