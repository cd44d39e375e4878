"""The settings on a plane, false alarms against recall, as a picture: those that no other one beats are named."""

import io
from collections.abc import Sequence
from dataclasses import dataclass

from PIL import Image, ImageDraw

from pipeline.alerts.lettering import Lettering, fitted, printable
from pipeline.replay.scoring import Score, on_front

Colour = tuple[int, int, int]
_SIZE = (1280, 760)
_LEFT, _TOP, _RIGHT, _BOTTOM = 110, 90, 1240, 640
_PAPER, _INK, _SOFT, _GRID_LINE = (255, 255, 255), (27, 36, 48), (120, 132, 148), (226, 231, 237)
_FRONT: Colour = (198, 47, 61)
_QUICK: Colour = (63, 127, 191)
_STEPS = (0.01, 0.02, 0.05, 0.1, 0.2, 0.5, 1, 2, 5, 10, 20, 50, 100, 200, 500, 1000)


@dataclass(frozen=True, slots=True)
class _Plane:
    """Where a value lies on the picture."""

    most: float

    def at(self, false_alarms: float, recall: float) -> tuple[float, float]:
        x = _LEFT + (_RIGHT - _LEFT) * false_alarms / self.most
        return x, _BOTTOM - (_BOTTOM - _TOP) * recall


def draw_front(names: Sequence[str], scores: Sequence[Score], title: str) -> bytes:
    """A PNG of 1280x760 px: a mark a setting; on the front with its 95 % intervals, its name and its median delay.

    The front has three sides, delay among them, so no line joins it.

    Args:
        names: Of the settings.
        scores: Of the settings; those without a recall are left out.
        title: What is tuned.
    """
    image = Image.new("RGB", _SIZE, _PAPER)
    draw = ImageDraw.Draw(image)
    shown = [n for n, one in enumerate(scores) if one.recall is not None]
    front = on_front(scores)
    tops = [scores[n].false_alarms_interval.high if n in front else scores[n].false_alarms_a_day for n in shown]
    plane = _Plane(max([top for top in tops if top != float("inf")], default=1.0) * 1.05 or 1.0)
    _draw_axes(draw, plane, title)
    for n in shown:
        _draw_mark(draw, plane, scores[n], is_best=n in front)
    _draw_names(draw, plane, [(names[n], scores[n]) for n in front])
    target = io.BytesIO()
    image.save(target, "PNG", optimize=True)
    return target.getvalue()


def _draw_axes(draw: ImageDraw.ImageDraw, plane: _Plane, title: str) -> None:
    large, small = Lettering.of(26), Lettering.of(16)
    draw.text((_LEFT, 28), fitted(printable(title), large.bold, _RIGHT - _LEFT), _INK, large.bold)
    draw.text((_LEFT, 62), "召回率 recall", _SOFT, small.regular)
    draw.text((_RIGHT, _BOTTOM + 34), "误报/路·天 false alarms a camera-day", _SOFT, small.regular, anchor="ra")
    for n in range(0, 11, 2):
        _, y = plane.at(0, n / 10)
        draw.line((_LEFT, y, _RIGHT, y), fill=_GRID_LINE)
        draw.text((_LEFT - 12, y), f"{n * 10} %", _SOFT, small.regular, anchor="rm")
    step = next((one for one in _STEPS if plane.most / one <= 8), plane.most / 5)
    for n in range(int(plane.most / step) + 1):
        x, _ = plane.at(n * step, 0)
        draw.line((x, _TOP, x, _BOTTOM), fill=_GRID_LINE)
        draw.text((x, _BOTTOM + 10), f"{n * step:g}", _SOFT, small.regular, anchor="ma")


def _draw_mark(draw: ImageDraw.ImageDraw, plane: _Plane, one: Score, *, is_best: bool) -> None:
    recall = one.recall or 0.0
    x, y = plane.at(one.false_alarms_a_day, recall)
    if not is_best:
        draw.ellipse((x - 4, y - 4, x + 4, y + 4), fill=_SOFT)
        return
    rate, share = one.false_alarms_interval, one.recall_interval
    draw.line((*plane.at(rate.low, recall), *plane.at(min(rate.high, plane.most), recall)), fill=_QUICK)
    draw.line(
        (*plane.at(one.false_alarms_a_day, share.low), *plane.at(one.false_alarms_a_day, share.high)), fill=_QUICK
    )
    draw.ellipse((x - 7, y - 7, x + 7, y + 7), fill=_FRONT)


def _draw_names(draw: ImageDraw.ImageDraw, plane: _Plane, best: Sequence[tuple[str, Score]]) -> None:
    """Beside their marks, those that would lie over one another further down."""
    small = Lettering.of(15)
    taken: list[tuple[float, float]] = []
    for name, one in best:
        delay = "" if one.delay_median_s is None else f" · {one.delay_median_s:.0f} s"
        text = fitted(printable(name + delay), small.regular, 330)
        x, y = plane.at(one.false_alarms_a_day, one.recall or 0.0)
        x, y = min(x + 14, _RIGHT - small.regular.getlength(text)), y + 6
        while any(abs(y - other_y) < 20 and abs(x - other_x) < 340 for other_x, other_y in taken):
            y += 20
        taken.append((x, y))
        draw.text((x, y), text, _INK, small.regular)
