"""When a rule may raise: `always`, or `Mon-Fri 07:00-09:00, 16:30-18:30` in the site's time zone.

A span is one unbroken stretch: from the first moment at which the clock on the wall reads within it to the last one.
One over midnight belongs to the day on which it starts. So an hour that comes twice in autumn opens once, and one that
is left out in spring shortens the span.
"""

import re
from dataclasses import dataclass
from datetime import date, datetime, timedelta, tzinfo
from functools import lru_cache

from pipeline.observation import NS_PER_S, MediaNs

ALLOWED = 'always, or days and times such as "Mon-Fri 07:00-09:00, 16:30-18:30" or "Sat, Sun 22:00-06:00"'
_DAYS = ("mon", "tue", "wed", "thu", "fri", "sat", "sun")
_FULL_DAYS = ("monday", "tuesday", "wednesday", "thursday", "friday", "saturday", "sunday")
_EVERY_DAY = frozenset(range(7))
_TIMES = re.compile(r"(?:^|\s)([0-9]{1,2}):([0-9]{2})\s*[-\u2013]\s*([0-9]{1,2}):([0-9]{2})$")
_DAY_MINUTES = 24 * 60


@dataclass(frozen=True, slots=True)
class Span:
    """One stretch of the day.

    Attributes:
        days: The weekdays on which it starts, Monday is 0.
        start_minute: Of the day, in [0, 1439].
        end_minute: Minutes after the midnight before its start, above `start_minute`; above 1440 on the next day.
    """

    days: frozenset[int]
    start_minute: int
    end_minute: int


@dataclass(frozen=True, slots=True)
class Schedule:
    """When a rule may raise.

    Attributes:
        text: As it was written.
        spans: Empty: always.
        timezone: Of the clock on the wall.
    """

    text: str
    spans: tuple[Span, ...]
    timezone: tzinfo

    def is_open(self, t: MediaNs) -> bool:
        """Whether the rule may raise at `t`. The first moment of a span is inside, the last one outside."""
        if not self.spans:
            return True
        t_s = t // NS_PER_S
        today = datetime.fromtimestamp(t_s, self.timezone).date()
        # Clocks that were set back over midnight can put a moment of yesterday's span on the day before yesterday.
        days = [today + timedelta(days=offset) for offset in (-2, -1, 0, 1)]
        return any(
            start_s <= t_s < end_s
            for span in self.spans
            for day in days
            if day.weekday() in span.days
            for start_s, end_s in [_stretch(self.timezone, day, span.start_minute, span.end_minute)]
        )

    def __str__(self) -> str:
        return self.text


def parse_schedule(text: str, timezone: tzinfo) -> Schedule:
    """A written schedule.

    Days hold for every span until others are named; without any, for every day. Names are English, three letters or
    whole, in any case. `24:00` ends a day.

    Raises:
        ValueError: The text is no schedule; the message says what is wrong with which part.
    """
    stripped = text.strip()
    if stripped.lower() == "always":
        return Schedule(stripped, (), timezone)
    spans: list[Span] = []
    days, pending = _EVERY_DAY, frozenset[int]()
    for part in re.split(r"[,;]", stripped):
        if not part.strip():
            raise ValueError(f"an empty span: a comma too many, or nothing at all; {ALLOWED}")
        times = _TIMES.search(part.strip())
        day_text = part.strip()[: times.start()].strip() if times else part.strip()
        if day_text:
            named = _weekdays(day_text)
            days = pending | named
        elif pending:
            raise ValueError(f'"{part.strip()}": the days before it have no times')
        pending = frozenset() if times else days
        if times:
            spans.append(Span(days, *_minutes(times)))
    if pending:
        raise ValueError(f'"{day_text}": days without times, such as 00:00-24:00')
    return Schedule(stripped, tuple(spans), timezone)


def _weekdays(text: str) -> frozenset[int]:
    first, dash, last = (part.strip() for part in text.replace("\u2013", "-").partition("-"))
    start = _weekday(first)
    if not dash:
        return frozenset({start})
    length = (_weekday(last) - start) % 7
    return frozenset((start + step) % 7 for step in range(length + 1))


def _weekday(name: str) -> int:
    lowered = name.lower()
    for names in (_DAYS, _FULL_DAYS):
        if lowered in names:
            return names.index(lowered)
    raise ValueError(f'"{name}" is no day: Mon, Tue, Wed, Thu, Fri, Sat or Sun, then times such as 07:00-09:00')


def _minutes(times: re.Match[str]) -> tuple[int, int]:
    start_h, start_min, end_h, end_min = (int(group) for group in times.groups())
    start, end = start_h * 60 + start_min, end_h * 60 + end_min
    written = times.group().strip()
    if max(start_min, end_min) > 59 or start >= _DAY_MINUTES or end > _DAY_MINUTES:
        raise ValueError(f'"{written}": hours are 00 to 23, minutes 00 to 59, and 24:00 ends a day')
    if start == end:
        raise ValueError(f'"{written}": starts as it ends; a whole day is 00:00-24:00')
    return start, end if end > start else end + _DAY_MINUTES


@lru_cache(maxsize=4096)
def _stretch(timezone: tzinfo, day: date, start_minute: int, end_minute: int) -> tuple[int, int]:
    """First second at which the clock reads within the span that starts on `day`, and the first one after it."""
    midnight = datetime(day.year, day.month, day.day)  # noqa: DTZ001 - the reading of a clock, zone added below
    starts = _readings(midnight + timedelta(minutes=start_minute), timezone)
    ends = _readings(midnight + timedelta(minutes=end_minute), timezone)
    return min(starts), max(ends)


def _readings(wall: datetime, timezone: tzinfo) -> tuple[int, ...]:
    """The seconds at which the clock reads `wall`: one, two in autumn; in spring the moment it leaps over `wall`."""
    both = {int(wall.replace(tzinfo=timezone, fold=fold).timestamp()) for fold in (0, 1)}
    exact = tuple(s for s in both if datetime.fromtimestamp(s, timezone).replace(tzinfo=None) == wall)
    if exact:
        return exact
    before, after = min(both), max(both)
    while after - before > 1:
        middle = (before + after) // 2
        leapt = datetime.fromtimestamp(middle, timezone).replace(tzinfo=None) >= wall
        before, after = (before, middle) if leapt else (middle, after)
    return (after,)
