"""Text on pictures: the fonts that ship with the package, and text cut to the room there is."""

import unicodedata
from dataclasses import dataclass
from pathlib import Path
from typing import Self

from PIL import ImageFont
from PIL.ImageFont import FreeTypeFont

_FONTS = Path(__file__).parent / "fonts"
FONT = _FONTS / "NotoSansSC-Regular.otf"
"""For what draws by itself."""
_ELLIPSIS = "…"
_NOWHERE = "\uffff"
"""A character that no font has: what is drawn for it is drawn for every character that a font lacks."""


def printable(text: str) -> str:
    """The text on one line: whatever would break, move or hide a line becomes a space, half a character a box."""
    return "".join(_shown(character) for character in text).strip()


def _shown(character: str) -> str:
    category = unicodedata.category(character)
    if category == "Cs":
        return "□"
    return " " if category in {"Cc", "Cf", "Zl", "Zp"} else character


@dataclass(frozen=True, slots=True)
class Lettering:
    """One size of the two fonts.

    Attributes:
        size: Height of the letters' square, px.
    """

    size: int
    regular: FreeTypeFont
    bold: FreeTypeFont

    @classmethod
    def of(cls, size: float) -> Self:
        """The fonts at a size in px, at least 10: below that no Chinese can be read."""
        px = max(10, round(size))
        return cls(px, _load("NotoSansSC-Regular.otf", px), _load("NotoSansSC-Bold.otf", px))

    @property
    def line_height(self) -> int:
        """From one line to the next, px."""
        ascent, descent = self.regular.getmetrics()
        return ascent + descent

    def strong(self, text: str) -> FreeTypeFont:
        """The bold font, or the regular one where the bold one lacks a character: never both in one word."""
        missing = bytes(self.bold.getmask(_NOWHERE))
        has_all = all(character.isspace() or bytes(self.bold.getmask(character)) != missing for character in set(text))
        return self.bold if has_all else self.regular


def _load(name: str, size: int) -> FreeTypeFont:
    # The basic layout is enough for Latin and Chinese and does not hang on libraries of the machine.
    return ImageFont.truetype(str(_FONTS / name), size, layout_engine=ImageFont.Layout.BASIC)


def width_of(text: str, font: FreeTypeFont) -> int:
    """How wide the text is drawn, px, rounded up."""
    return int(font.getlength(text)) + 1


def fitted(text: str, font: FreeTypeFont, room: int) -> str:
    """The text, or as much of its beginning as fits into `room` px with an ellipsis; empty where nothing does."""
    if width_of(text, font) <= room:
        return text
    # Widths grow with length, so the longest beginning that fits is found by halving.
    low, high = 0, len(text)
    while low < high:
        middle = (low + high + 1) // 2
        if width_of(text[:middle].rstrip() + _ELLIPSIS, font) <= room:
            low = middle
        else:
            high = middle - 1
    return text[:low].rstrip() + _ELLIPSIS if low else ""
