"""What the pictures show."""

import io
from itertools import combinations

import numpy as np
import pytest
from hypothesis import given, settings
from hypothesis import strategies as st
from numpy.typing import NDArray
from PIL import Image

from pipeline.alerts.legend import COLOUR_BY_SEVERITY, Fact, Legend, draw_legend, text_on
from pipeline.alerts.lettering import Lettering, fitted, printable, width_of
from pipeline.alerts.snapshot import Fence, Mark, _free_place, draw_snapshot, encode_frame
from tests.alerts.samples import picture

SQUARE = Fence(((0.25, 0.25), (0.75, 0.25), (0.75, 0.75), (0.25, 0.75)), is_line=False)
LEGEND = Legend(
    "critical",
    "消防通道占用",
    "Fire lane blocked",
    (
        Fact("摄像机 Camera", "闻韶社区东门"),
        Fact("区域 Zone", "北侧消防通道"),
        Fact("开始 Started  UTC+08:00", "2026-01-05 08:00:12"),
        Fact("告警 Raised  UTC+08:00", "2026-01-05 08:01:12"),
        Fact("持续 Dwell", "1 min 00 s"),
        Fact("对象 Objects", "轿车 ×1"),
    ),
)


def decoded(jpeg: bytes) -> NDArray[np.uint8]:
    """RGB."""
    return np.asarray(Image.open(io.BytesIO(jpeg)).convert("RGB"))


@pytest.mark.parametrize(
    ("width", "height", "factor"), [(320, 240, 2), (640, 360, 1), (768, 576, 1), (1920, 1080, 1), (66, 50, 10)]
)
def test_the_legend_stands_below_and_covers_nothing(width: int, height: int, factor: int) -> None:
    shown = decoded(draw_snapshot(picture(width, height), Fence(((0.0, 0.0), (0.01, 0.0)), is_line=True), [], LEGEND))
    assert shown.shape[1] == width * factor
    assert shown.shape[0] > height * factor
    street = shown[round(0.1 * height * factor) : height * factor - 8]
    assert np.abs(street.astype(int) - 90).max() <= 3


def test_the_fence_is_tinted_and_outlined() -> None:
    shown = decoded(draw_snapshot(picture(), SQUARE, [], LEGEND)).astype(int)
    inside, outside, edge = shown[180, 320], shown[30, 30], shown[180, 160]
    assert np.abs(outside - 90).max() <= 3
    assert inside[2] - inside[0] > 10
    assert np.abs(inside - 90).max() < 45
    assert edge[2] > 150


def test_a_box_has_its_severitys_colour() -> None:
    for severity, colour in COLOUR_BY_SEVERITY.items():
        legend = Legend(severity, "题", "title", ())
        shown = decoded(draw_snapshot(picture(), SQUARE, [Mark("轿车", 0.9, (0.1, 0.1, 0.2, 0.2))], legend)).astype(int)
        assert np.abs(shown[55, 64] - np.array(colour)).max() < 30, severity


def test_chinese_is_drawn_and_not_boxes() -> None:
    lettering = Lettering.of(20)
    missing = bytes(lettering.regular.getmask("\uffff"))
    words = "临淄示范站闻韶社区东门消防通道占用游商渣土轿车行人遗留物体三轮车雨伞一二三：，。（）·×"
    assert all(bytes(lettering.regular.getmask(character)) != missing for character in words)


def test_a_title_beyond_the_bold_font_is_drawn_in_the_other() -> None:
    lettering = Lettering.of(20)
    assert lettering.strong("消防通道 fire") is lettering.bold
    assert lettering.strong("違停") is lettering.regular


@given(text=st.text(st.characters(codec=None, exclude_categories=[]), max_size=60), room=st.integers(0, 300))
@settings(deadline=None, max_examples=150)
def test_any_text_fits_its_room_on_one_line(text: str, room: int) -> None:
    font = Lettering.of(14).regular
    cut = fitted(printable(text), font, room)
    assert len(cut.splitlines()) <= 1
    assert not cut or width_of(cut, font) <= room


def test_a_short_text_is_left_whole() -> None:
    assert fitted("北侧消防通道", Lettering.of(14).regular, 200) == "北侧消防通道"
    assert fitted("北侧消防通道" * 5, Lettering.of(14).regular, 200).endswith("…")


@given(
    boxes=st.lists(st.tuples(*[st.floats(-0.2, 1.2)] * 4), max_size=12),
    name=st.text(st.characters(codec=None, exclude_categories=[]), max_size=30),
    size=st.sampled_from([(320, 240), (97, 61), (640, 1138)]),
)
@settings(deadline=None, max_examples=25)
def test_no_box_and_no_name_is_too_odd_to_draw(
    boxes: list[tuple[float, float, float, float]], name: str, size: tuple[int, int]
) -> None:
    legend = Legend(name, name, name, tuple(Fact(name, name) for _ in range(len(boxes))))
    jpeg = draw_snapshot(picture(*size), SQUARE, [Mark(name, 0.5, box) for box in boxes], legend)
    assert decoded(jpeg).shape[0] > size[1]


@given(
    boxes=st.lists(st.tuples(*[st.integers(0, 400)] * 4), max_size=30),
)
@settings(deadline=None, max_examples=100)
def test_labels_lie_inside_the_picture_and_never_over_each_other(boxes: list[tuple[int, int, int, int]]) -> None:
    taken: list[tuple[int, int, int, int]] = []
    for x, y, w, h in boxes:
        tag = _free_place((x, y, min(x + w, 399), min(y + h, 299)), (60, 20), (400, 300), taken)
        if tag is not None:
            assert tag[0] >= 0
            assert tag[1] >= 0
            assert tag[2] <= 400
            assert tag[3] <= 300
            taken.append(tag)
    for a, b in combinations(taken, 2):
        assert a[2] <= b[0] or b[2] <= a[0] or a[3] <= b[1] or b[3] <= a[1]


def test_the_legend_uses_the_width_it_has() -> None:
    assert draw_legend(1920, LEGEND).height < draw_legend(640, LEGEND).height * 2
    assert draw_legend(400, LEGEND).height > draw_legend(640, LEGEND).height


def test_letters_are_readable_on_every_severitys_colour() -> None:
    """Contrast by WCAG 2.1, at least 3 : 1 as for large text."""

    def luminance(colour: tuple[int, int, int]) -> float:
        linear = [(c / 255 / 12.92) if c <= 10 else ((c / 255 + 0.055) / 1.055) ** 2.4 for c in colour]
        return 0.2126 * linear[0] + 0.7152 * linear[1] + 0.0722 * linear[2]

    for colour in COLOUR_BY_SEVERITY.values():
        light, dark = sorted((luminance(colour), luminance(text_on(colour))), reverse=True)
        assert (light + 0.05) / (dark + 0.05) >= 3


def test_the_clean_frame_is_the_frame() -> None:
    frame = np.random.default_rng(3).integers(0, 255, (8, 8, 3), np.uint8).repeat(16, 0).repeat(16, 1)
    shown = decoded(encode_frame(frame))[:, :, ::-1].astype(int)
    assert shown.shape == frame.shape
    assert np.abs(shown - frame).mean() < 2


def test_the_same_picture_gives_the_same_bytes() -> None:
    marks = [Mark("轿车", 0.5, (0.1, 0.2, 0.3, 0.4))]
    assert draw_snapshot(picture(), SQUARE, marks, LEGEND) == draw_snapshot(picture(), SQUARE, marks, LEGEND)
