from datetime import UTC, date, datetime, timedelta, tzinfo
from zoneinfo import ZoneInfo

import pytest
from hypothesis import given, settings
from hypothesis import strategies as st

from pipeline.config.schedule import Schedule, Span, parse_schedule
from pipeline.observation import NS_PER_S, MediaNs

SHANGHAI = ZoneInfo("Asia/Shanghai")
NEW_YORK = ZoneInfo("America/New_York")
LORD_HOWE = ZoneInfo("Australia/Lord_Howe")
"""Its clocks go by half an hour."""


def at(text: str, timezone: tzinfo = SHANGHAI, fold: int = 0) -> MediaNs:
    moment = datetime.fromisoformat(text).replace(tzinfo=timezone, fold=fold)
    return MediaNs(int(moment.timestamp()) * NS_PER_S)


@pytest.mark.parametrize(
    ("text", "moment", "expected"),
    [
        ("always", "2026-01-03T03:00", True),
        ("Mon-Fri 07:00-09:00, 16:30-18:30", "2026-01-05T07:00", True),
        ("Mon-Fri 07:00-09:00, 16:30-18:30", "2026-01-05T08:59:59", True),
        ("Mon-Fri 07:00-09:00, 16:30-18:30", "2026-01-05T09:00", False),
        ("Mon-Fri 07:00-09:00, 16:30-18:30", "2026-01-09T18:00", True),
        ("Mon-Fri 07:00-09:00, 16:30-18:30", "2026-01-10T18:00", False),
        ("07:00-09:00", "2026-01-10T08:00", True),
        ("Fri 22:00-06:00", "2026-01-10T05:59", True),
        ("Fri 22:00-06:00", "2026-01-09T05:59", False),
        ("Sun 22:00-06:00", "2026-01-05T05:00", True),
        ("Sat, Sun 10:00-12:00", "2026-01-10T11:00", True),
        ("Sat, Sun 10:00-12:00", "2026-01-09T11:00", False),
        ("Fri-Mon 00:00-24:00", "2026-01-05T23:59:59", True),
        ("Fri-Mon 00:00-24:00", "2026-01-06T00:00", False),
        ("mon 9:00-10:00; SUNDAY 10:00\u201311:00", "2026-01-04T10:30", True),
    ],
)
def test_a_schedule_is_open_within_its_spans(text: str, moment: str, expected: bool) -> None:  # noqa: FBT001
    assert parse_schedule(text, SHANGHAI).is_open(at(moment)) is expected


@pytest.mark.parametrize(
    "text",
    [
        *("", "Mon", "Mon, 07:00-09:00", "07:00", "Mon 07:00-07:00", "25:00-26:00", "07:60-08:00", "never", "7-9"),
        *("Mon-Fri-Sun 07:00-08:00", "07:00-09:00 Mon", "Mon 07:00-09:00,", "24:00-01:00", "Mon07:00-09:00"),
    ],
)
def test_what_is_no_schedule_is_refused(text: str) -> None:
    with pytest.raises(ValueError, match=r"\w"):
        parse_schedule(text, SHANGHAI)


def test_an_hour_that_comes_twice_opens_a_span_once() -> None:
    schedule = parse_schedule("Sun 01:30-02:30", NEW_YORK)

    midnight = at("2026-11-01T00:00", NEW_YORK)
    open_minutes = [m for m in range(24 * 60) if schedule.is_open(MediaNs(midnight + m * 60 * NS_PER_S))]

    assert (open_minutes[0], open_minutes[-1], len(open_minutes)) == (90, 209, 120)


def test_a_span_that_ends_in_an_hour_that_comes_twice_ends_at_the_second() -> None:
    schedule = parse_schedule("Sun 00:00-01:30", NEW_YORK)

    assert schedule.is_open(MediaNs(at("2026-11-01T01:30", NEW_YORK, fold=1) - 1))
    assert not schedule.is_open(at("2026-11-01T01:30", NEW_YORK, fold=1))


def test_a_span_that_starts_in_the_hour_left_out_starts_when_the_clock_has_leapt() -> None:
    schedule = parse_schedule("Sun 02:30-04:00", NEW_YORK)

    assert not schedule.is_open(MediaNs(at("2026-03-08T03:00", NEW_YORK) - 1))
    assert schedule.is_open(at("2026-03-08T03:00", NEW_YORK))
    assert not schedule.is_open(at("2026-03-08T04:00", NEW_YORK))


def naively_open(schedule: Schedule, minutes: list[int]) -> set[int]:
    """The open ones of the minutes since 1970: a span is all from the first to the last that reads within it."""
    open_minutes: set[int] = set()
    wall_by_minute = {
        minute: datetime.fromtimestamp(minute * 60, schedule.timezone).replace(tzinfo=None) for minute in minutes
    }
    for span in schedule.spans:
        for day in sorted(
            {wall.date() + timedelta(days=offset) for wall in wall_by_minute.values() for offset in (-1, 0)}
        ):
            if day.weekday() in span.days:
                midnight = datetime(day.year, day.month, day.day)  # noqa: DTZ001
                start, end = (
                    midnight + timedelta(minutes=span.start_minute),
                    midnight + timedelta(minutes=span.end_minute),
                )
                within = [minute for minute, wall in wall_by_minute.items() if start <= wall < end]
                open_minutes |= set(range(min(within), max(within) + 1)) if within else set()
    return open_minutes


spans = st.builds(
    lambda days, start, length: Span(frozenset(days), start, min(start + length, start + 1440 - 1)),
    st.sets(st.integers(0, 6), min_size=1),
    # Half of them near the hours in which clocks are changed.
    st.integers(0, 1439) | st.integers(30, 200),
    st.integers(1, 1439) | st.integers(1, 150),
)


@settings(deadline=None, max_examples=30)
@given(
    st.lists(spans, min_size=1, max_size=3),
    st.sampled_from(
        [
            (NEW_YORK, date(2026, 3, 8)),
            (NEW_YORK, date(2026, 11, 1)),
            (LORD_HOWE, date(2026, 4, 5)),
            (LORD_HOWE, date(2026, 10, 4)),
            (SHANGHAI, date(2026, 1, 5)),
            (UTC, date(2026, 1, 5)),
        ]
    ),
    st.integers(0, 59),
)
def test_a_schedule_is_that_of_a_minute_by_minute_model(
    drawn: list[Span], where: tuple[tzinfo, date], second: int
) -> None:
    timezone, day = where
    schedule = Schedule("drawn", tuple(drawn), timezone)
    noon = int(datetime(day.year, day.month, day.day, 12, tzinfo=UTC).timestamp()) // 60
    minutes = list(range(noon - 4 * 1440, noon + 4 * 1440))
    expected = naively_open(schedule, minutes)
    # The model sees spans whole only where their days are; ask in the middle, where the clocks change.
    asked = [minute for minute in minutes if abs(minute - noon) < 36 * 60]

    told = {minute for minute in asked if schedule.is_open(MediaNs((minute * 60 + second) * NS_PER_S))}

    assert told == expected & set(asked)
