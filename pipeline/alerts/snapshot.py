"""The picture that goes with an alert: the fence, the objects and, in a band below, what it is about."""

import io
import math
from collections.abc import Sequence
from dataclasses import dataclass

import numpy as np
from numpy.typing import NDArray
from PIL import Image, ImageDraw

from pipeline.alerts.legend import Colour, Legend, colour_of, draw_legend, letter_height, text_on
from pipeline.alerts.lettering import Lettering, fitted, printable, width_of

Picture = NDArray[np.uint8]
"""Shape (h, w, 3), BGR."""
_SMALLEST_WIDTH = 640
"""Chinese needs letters of some 15 px, and a legend some forty of them across: smaller pictures are enlarged."""
_FENCE: Colour = (34, 211, 238)
_TINT = 38
_HALO: Colour = (12, 14, 18)
_SHOW_QUALITY, _KEEP_QUALITY = 88, 93
Box = tuple[float, float, float, float]


@dataclass(frozen=True, slots=True)
class Fence:
    """What is outlined.

    Attributes:
        points: Corners as shares of the picture's width and height.
        is_line: A line to be crossed rather than an area.
    """

    points: tuple[tuple[float, float], ...]
    is_line: bool


@dataclass(frozen=True, slots=True)
class Mark:
    """One object to be shown.

    Attributes:
        label: Its class, for people.
        score: In [0, 1].
        box: x1, y1, x2, y2 as shares of the picture.
    """

    label: str
    score: float
    box: Box


def draw_snapshot(picture: Picture, fence: Fence | None, marks: Sequence[Mark], legend: Legend) -> bytes:
    """The picture with fence, boxes and legend, as JPEG.

    The legend stands below the picture and covers nothing. A picture narrower than 640 px is enlarged by a whole
    factor first. A label that would lie over another is left out; its box is not.

    Args:
        picture: The full-size frame.
        fence: The zone; None: the camera itself is meant.
        marks: The objects; those named first are labelled first.
        legend: What the band says.
    """
    scene = _enlarged(_image(picture))
    if fence is not None:
        _draw_fence(scene, fence)
    _draw_marks(scene, marks, colour_of(legend.severity))
    band = draw_legend(scene.width, legend)
    whole = Image.new("RGB", (scene.width, scene.height + band.height))
    whole.paste(scene, (0, 0))
    whole.paste(band, (0, scene.height))
    return _jpeg(whole, _SHOW_QUALITY)


def encode_frame(picture: Picture) -> bytes:
    """The picture as it is, as JPEG."""
    return _jpeg(_image(picture), _KEEP_QUALITY)


def _image(picture: Picture) -> Image.Image:
    return Image.fromarray(np.ascontiguousarray(picture[:, :, ::-1]))


def _jpeg(image: Image.Image, quality: int) -> bytes:
    target = io.BytesIO()
    # Colour at full resolution: thin coloured lines and letters fray otherwise.
    image.save(target, "JPEG", quality=quality, subsampling=0, optimize=True)
    return target.getvalue()


def _enlarged(image: Image.Image) -> Image.Image:
    factor = math.ceil(_SMALLEST_WIDTH / image.width)
    if factor == 1:
        return image
    return image.resize((image.width * factor, image.height * factor), Image.Resampling.BICUBIC)


def _stroke(width: int) -> int:
    return max(2, round(width / 520))


def _draw_fence(scene: Image.Image, fence: Fence) -> None:
    """Tinted lightly, outlined smoothly: the mask is drawn at twice the size and scaled down."""
    size = (scene.width * 2, scene.height * 2)
    corners = [(x * (size[0] - 1), y * (size[1] - 1)) for x, y in fence.points]
    mask = Image.new("L", size, 0)
    draw = ImageDraw.Draw(mask)
    if not fence.is_line:
        draw.polygon(corners, fill=_TINT)
        corners.append(corners[0])
    draw.line(corners, fill=230, width=2 * _stroke(scene.width), joint="curve")
    scene.paste(_FENCE, mask=mask.resize(scene.size, Image.Resampling.BOX))


def _draw_marks(scene: Image.Image, marks: Sequence[Mark], colour: Colour) -> None:
    draw = ImageDraw.Draw(scene)
    stroke = _stroke(scene.width)
    corners = [_pixels(mark.box, scene.size) for mark in marks]
    for x1, y1, x2, y2 in corners:
        # A dark edge outside and inside keeps the box visible on any ground.
        draw.rectangle((x1 - 1, y1 - 1, x2 + 1, y2 + 1), outline=_HALO, width=stroke + 2)
        draw.rectangle((x1, y1, x2, y2), outline=colour, width=stroke)
    lettering = Lettering.of(letter_height(scene.width) * 0.9)
    taken: list[tuple[int, int, int, int]] = []
    for mark, box in zip(marks, corners, strict=True):
        label = fitted(printable(mark.label), lettering.regular, scene.width // 3)
        text = f"{label} {mark.score * 100:.0f}%"
        tag = _free_place(box, (width_of(text, lettering.regular) + 8, lettering.size + 8), scene.size, taken)
        if tag is None:
            continue
        taken.append(tag)
        draw.rectangle((tag[0], tag[1], tag[2] - 1, tag[3] - 1), fill=colour)
        place = (tag[0] + 4, (tag[1] + tag[3]) // 2)
        draw.text(place, text, text_on(colour), lettering.regular, anchor="lm")


def _pixels(box: Box, size: tuple[int, int]) -> tuple[int, int, int, int]:
    """The box in px, inside the picture, at least two px wide and high."""
    width, height = size
    x1, y1 = min(max(round(box[0] * width), 0), width - 3), min(max(round(box[1] * height), 0), height - 3)
    x2, y2 = min(round(box[2] * width), width - 1), min(round(box[3] * height), height - 1)
    return x1, y1, max(x2, x1 + 2), max(y2, y1 + 2)


def _free_place(
    box: tuple[int, int, int, int],
    tag_size: tuple[int, int],
    size: tuple[int, int],
    taken: Sequence[tuple[int, int, int, int]],
) -> tuple[int, int, int, int] | None:
    """Above the box, else below it, else inside at its top; None where each of them would cover another tag."""
    width, height = tag_size
    x = max(0, min(box[0], size[0] - width))
    for y in (box[1] - height, box[3] + 1, box[1]):
        tag = (x, y, x + width, y + height)
        inside = y >= 0 and tag[3] <= size[1]
        if inside and not any(_overlap(tag, other) for other in taken):
            return tag
    return None


def _overlap(a: tuple[int, int, int, int], b: tuple[int, int, int, int]) -> bool:
    return a[0] < b[2] and b[0] < a[2] and a[1] < b[3] and b[1] < a[3]
