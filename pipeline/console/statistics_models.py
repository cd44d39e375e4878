"""What the page about statistics is answered."""

from datetime import date
from typing import Annotated

from pydantic import Field

from pipeline.console.rules_models import Answer, TitleAnswer

Hours = Annotated[list[int], Field(min_length=24, max_length=24)]


class CountAnswer(Answer):
    """Events of one kind.

    Attributes:
        name: Of the key, for people.
        false: Called false by somebody.
        true: Confirmed or dealt with.
        open: Still to be worked on.
        false_share: Of those that were judged; null where none was.
        false_low: With 95 % the true share is no lower.
        false_high: And no higher.
    """

    key: str
    name: TitleAnswer
    events: int
    false: int
    true: int
    open: int
    false_share: float | None
    false_low: float
    false_high: float


class DayAnswer(Answer):
    """Events of a day on the clock on the wall."""

    day: date
    events: int


class DelayAnswer(Answer):
    """How long something takes; null where nothing is known."""

    events: int
    median_s: float | None
    p90_s: float | None


class DelaysAnswer(Answer):
    """From when somebody was told, until it was acknowledged and closed; severity empty: all."""

    severity: str
    acknowledge: DelayAnswer
    close: DelayAnswer


class StatisticsAnswer(Answer):
    """The figures of a period, both days included.

    Attributes:
        groups: By grid, category, rule, camera, severity; the most events first.
        hours: Events by hour of the day.
        heat: Events by weekday (Monday first) and hour.
    """

    since: date
    until: date
    timezone: str
    total: CountAnswer
    groups: dict[str, list[CountAnswer]]
    days: list[DayAnswer]
    hours: Hours
    heat: Annotated[list[Hours], Field(min_length=7, max_length=7)]
    delays: list[DelaysAnswer]


class CameraUptime(Answer):
    """How long one camera was seen.

    Attributes:
        share: Of the watched time; null where nobody watched.
        spells: How often it went blind.
        causes_s: Seconds blind, by why.
    """

    id: str
    name: str
    watched_s: float
    blind_s: float
    share: float | None
    spells: int
    causes_s: dict[str, float]


class UptimeAnswer(Answer):
    """Uptime of the cameras.

    Attributes:
        is_complete: Whether all logs were read; else ask again, it goes on from there.
        done: Cameras whose logs were read.
        total: Cameras.
    """

    since: date
    until: date
    is_complete: bool
    done: int
    total: int
    cameras: list[CameraUptime]
