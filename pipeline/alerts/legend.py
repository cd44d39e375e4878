"""The band below a snapshot: what happened, where, since when."""

from dataclasses import dataclass

from PIL import Image, ImageDraw

from pipeline.alerts.lettering import Lettering, fitted, printable, width_of

Colour = tuple[int, int, int]
_BACKGROUND: Colour = (17, 23, 32)
_RULE: Colour = (43, 53, 66)
_STRONG: Colour = (244, 247, 250)
_PLAIN: Colour = (214, 221, 229)
_MUTED: Colour = (134, 148, 164)
_COLUMNS = (6, 3, 2, 1)
_COLUMN_IN_LETTERS = 11.3
"""The least width of a column in letter heights: a date with its time just fits."""

COLOUR_BY_SEVERITY: dict[str, Colour] = {
    "critical": (229, 56, 59),
    "major": (245, 133, 24),
    "minor": (240, 196, 25),
    "info": (90, 169, 250),
}
_WORD_BY_SEVERITY = {"critical": "严重", "major": "重要", "minor": "一般", "info": "提示"}


@dataclass(frozen=True, slots=True)
class Fact:
    """One thing the legend tells: a small label above its value."""

    label: str
    value: str


@dataclass(frozen=True, slots=True)
class Legend:
    """What the band says.

    Attributes:
        severity: `info`, `minor`, `major` or `critical`.
        title: The algorithm's name in Chinese.
        subtitle: The same in English.
        facts: In reading order; six fill the grid.
    """

    severity: str
    title: str
    subtitle: str
    facts: tuple[Fact, ...]


def colour_of(severity: str) -> Colour:
    """The colour of boxes and bar; blue for a severity that is not known."""
    return COLOUR_BY_SEVERITY.get(severity, COLOUR_BY_SEVERITY["info"])


def text_on(colour: Colour) -> Colour:
    """Black or white, whichever can be read on the colour (luma by ITU-R BT.601)."""
    luma = 0.299 * colour[0] + 0.587 * colour[1] + 0.114 * colour[2]
    return (20, 22, 26) if luma > 140 else (255, 255, 255)


def letter_height(width: int) -> float:
    """The letters' height on a picture of this width, px."""
    return max(15.0, width / 72)


def draw_legend(width: int, legend: Legend) -> Image.Image:
    """The band as a picture of this width, px; its height follows from what it says."""
    size = letter_height(width)
    body, small, head = Lettering.of(size), Lettering.of(max(12.0, size * 0.72)), Lettering.of(size * 1.5)
    pad = round(size * 0.8)
    columns = next(n for n in _COLUMNS if n == 1 or width >= n * _COLUMN_IN_LETTERS * size)
    rows = -(-len(legend.facts) // columns)
    row_height = small.line_height + body.line_height + round(size * 0.25)
    heading = head.line_height + 2 * round(size * 0.55)
    band = Image.new("RGB", (width, heading + rows * row_height + pad), _BACKGROUND)
    draw = ImageDraw.Draw(band)
    bar = max(4, round(size * 0.35))
    draw.rectangle((0, 0, bar - 1, band.height - 1), fill=colour_of(legend.severity))
    _draw_heading(draw, (bar + pad, heading, width - pad), legend, head, body)
    column_width = (width - bar - 2 * pad) // columns
    for i, fact in enumerate(legend.facts):
        x, y = bar + pad + i % columns * column_width, heading + i // columns * row_height
        room = column_width - round(size * 0.6)
        draw.text((x, y), fitted(printable(fact.label), small.regular, room), _MUTED, small.regular)
        value = fitted(printable(fact.value), body.regular, room)
        draw.text((x, y + small.line_height), value, _PLAIN, body.regular)
    return band


def _draw_heading(
    draw: ImageDraw.ImageDraw, place: tuple[int, int, int], legend: Legend, head: Lettering, body: Lettering
) -> None:
    """The severity's chip and the titles on one base line, cut off at the right edge."""
    left, height, right = place
    colour = colour_of(legend.severity)
    word = _WORD_BY_SEVERITY.get(legend.severity, legend.severity)
    pad = body.size // 2
    chip_width = width_of(word, body.strong(word)) + 2 * pad
    middle = height // 2
    half = round(body.size * 0.85)
    draw.rounded_rectangle((left, middle - half, left + chip_width, middle + half), body.size // 4, fill=colour)
    draw.text((left + pad, middle), word, text_on(colour), body.strong(word), anchor="lm")
    x = left + chip_width + pad + pad // 2
    title = printable(legend.title)
    font = head.strong(title)
    title = fitted(title, font, right - x)
    draw.text((x, middle), title, _STRONG, font, anchor="lm")
    x += width_of(title, font) + pad + pad // 2
    subtitle = fitted(printable(legend.subtitle), body.regular, right - x)
    draw.text((x, middle + round(head.size * 0.12)), subtitle, _MUTED, body.regular, anchor="lm")
    draw.line((left, height - 1 - body.size // 4, right, height - 1 - body.size // 4), fill=_RULE)
