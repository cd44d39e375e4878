"""Figures as the page shows them, and as CSV."""

import csv
import io
from collections import Counter
from collections.abc import Iterable, Mapping, Sequence
from datetime import date, timedelta

from pipeline.config.catalogue_file import load_catalogue
from pipeline.config.resolved import Site
from pipeline.console.rules_models import TitleAnswer
from pipeline.console.statistics_models import (
    CameraUptime,
    CountAnswer,
    DayAnswer,
    DelayAnswer,
    DelaysAnswer,
    StatisticsAnswer,
)
from pipeline.dispatch.export import harmless
from pipeline.dispatch.figures import Count, Delay, Figures
from pipeline.observation import seconds
from pipeline.replay.uptime import Uptime

TABLES = ("grid", "category", "rule", "camera", "severity", "day", "hour", "delays", "uptime")
_COUNT_HEADINGS = (
    *("编号 Key", "名称 Name", "Name", "事件 Events", "误报 False", "属实 True", "未完成 Open"),
    *("误报率 False share", "95% 下限 low", "95% 上限 high"),
)
_DELAY_HEADINGS = (
    *("等级 Severity", "签收数 Acknowledged", "签收中位 Median s", "签收 p90 s"),
    *("结案数 Closed", "结案中位 Median s", "结案 p90 s"),
)
_UPTIME_HEADINGS = (
    "摄像机 Camera",
    "名称 Name",
    "观看 Watched s",
    "失明 Blind s",
    "在线率 Uptime",
    "次数 Spells",
    "原因 Causes s",
)
Cell = str | int | float | None


def statistics_answer(found: Figures, site: Site, since: date, until: date) -> StatisticsAnswer:
    """The figures of a period.

    Args:
        found: Counted by the ledger.
        site: Names its cameras and rules.
        since: The first day.
        until: The last day.
    """
    names = _names(site)
    days: Counter[str] = Counter()
    hours = [0] * 24
    heat = [[0] * 24 for _ in range(7)]
    for (day, hour), events in found.by_hour.items():
        days[day] += events
        hours[hour] += events
        heat[date.fromisoformat(day).weekday()][hour] += events
    return StatisticsAnswer(
        since=since,
        until=until,
        timezone=site.timezone.key,
        total=_count(found.total, {}),
        groups={group: [_count(one, names.get(group, {})) for one in counts] for group, counts in found.counts.items()},
        days=[DayAnswer(day=day, events=days[day.isoformat()]) for day in _days(since, until)],
        hours=hours,
        heat=heat,
        delays=[
            DelaysAnswer(severity=one.severity, acknowledge=_delay(one.acknowledge), close=_delay(one.close))
            for one in found.delays
        ],
    )


def uptime_answer(uptime: Uptime, name: str) -> CameraUptime:
    """One camera's."""
    return CameraUptime(
        id=uptime.camera,
        name=name,
        watched_s=round(seconds(uptime.watched_ns), 1),
        blind_s=round(seconds(uptime.blind_ns), 1),
        share=None if uptime.share is None else round(uptime.share, 6),
        spells=uptime.spells,
        causes_s={cause: round(seconds(length_ns), 1) for cause, length_ns in uptime.blind_by_cause_ns.items()},
    )


def table_csv(answer: StatisticsAnswer, table: str) -> bytes:
    """One table of the figures, UTF-8 with the mark by which spreadsheets know it.

    Args:
        answer: The figures.
        table: One of `TABLES` other than `uptime`.
    """
    if table == "day":
        return _csv(("日期 Day", "事件 Events"), ((one.day.isoformat(), one.events) for one in answer.days))
    if table == "hour":
        return _csv(("小时 Hour", "事件 Events"), enumerate(answer.hours))
    if table == "delays":
        rows = (
            (
                *(one.severity or "全部 all", one.acknowledge.events, one.acknowledge.median_s, one.acknowledge.p90_s),
                *(one.close.events, one.close.median_s, one.close.p90_s),
            )
            for one in answer.delays
        )
        return _csv(_DELAY_HEADINGS, rows)
    return _csv(_COUNT_HEADINGS, (_count_row(one) for one in answer.groups[table]))


def uptime_csv(cameras: Iterable[CameraUptime]) -> bytes:
    """The same of the cameras' uptime."""
    rows = (
        (
            *(one.id, one.name, one.watched_s, one.blind_s, one.share, one.spells),
            "; ".join(f"{cause} {length_s:g}" for cause, length_s in one.causes_s.items()),
        )
        for one in cameras
    )
    return _csv(_UPTIME_HEADINGS, rows)


def _names(site: Site) -> dict[str, dict[str, TitleAnswer]]:
    """What keys are called, by group."""
    categories = load_catalogue().categories
    titles = {str(rule.id): rule.algorithm.title for rule in site.rules}
    return {
        "category": {key: TitleAnswer(zh=title.zh, en=title.en) for key, title in categories.items()},
        "rule": {key: TitleAnswer(zh=title.zh, en=title.en) for key, title in titles.items()},
        "camera": {str(camera.id): TitleAnswer(zh=camera.name, en=camera.name) for camera in site.cameras},
    }


def _count(count: Count, names: Mapping[str, TitleAnswer]) -> CountAnswer:
    share, interval = count.false_share, count.false_interval
    return CountAnswer(
        key=count.key,
        name=names.get(count.key, TitleAnswer(zh=count.key, en=count.key)),
        events=count.events,
        false=count.false,
        true=count.true,
        open=count.open,
        false_share=None if share is None else round(share, 4),
        false_low=round(interval.low, 4),
        false_high=round(interval.high, 4),
    )


def _count_row(one: CountAnswer) -> tuple[Cell, ...]:
    is_known = one.false_share is not None
    interval = (one.false_low, one.false_high) if is_known else (None, None)
    return (one.key, one.name.zh, one.name.en, one.events, one.false, one.true, one.open, one.false_share, *interval)


def _delay(delay: Delay) -> DelayAnswer:
    return DelayAnswer(events=delay.events, median_s=delay.median_s, p90_s=delay.p90_s)


def _days(since: date, until: date) -> list[date]:
    return [since + timedelta(days=n) for n in range((until - since).days + 1)]


def _csv(headings: Sequence[str], rows: Iterable[Sequence[Cell]]) -> bytes:
    file = io.StringIO()
    writer = csv.writer(file)
    writer.writerow(headings)
    for row in rows:
        writer.writerow("" if cell is None else harmless(str(cell)) for cell in row)
    return file.getvalue().encode("utf-8-sig")
