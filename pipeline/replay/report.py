"""One self-contained page about a run: timeline, snapshots and facts, in Chinese and English."""

import base64
from collections.abc import Callable, Sequence
from dataclasses import dataclass
from datetime import datetime, timedelta, tzinfo
from importlib.resources import files
from pathlib import Path

from jinja2 import Environment, StrictUndefined

from pipeline.alerts.durable_file import write_durably
from pipeline.alerts.message import Alert
from pipeline.errors import StateError
from pipeline.rules.episode import State


@dataclass(frozen=True, slots=True)
class Facts:
    """What the page says of the run as a whole.

    Attributes:
        site: The site's name.
        looks: Pictures looked at.
        media_s: Length of the footage, s.
        times_real_time: How much faster than real time it went.
    """

    site: str
    looks: int
    media_s: float
    times_real_time: float


@dataclass(frozen=True, slots=True)
class Card:
    """One event on the page. Places on the timeline are per cent of its length."""

    alert: Alert
    last: Alert
    started: str
    raised: str
    ended: str
    left: float
    wait: float
    width: float
    picture: str


@dataclass(frozen=True, slots=True)
class Mark:
    """A label of the timeline."""

    left: float
    text: str


def write_report(path: Path, alerts: Sequence[Alert], facts: Facts, timezone: tzinfo) -> None:
    """Write the page.

    Args:
        path: The page; evidence URIs are relative to its folder.
        alerts: All messages of the run, in order.
        facts: Of the run.
        timezone: In which times are shown.

    Raises:
        StateError: It cannot be written, or a snapshot is gone.
    """
    raised = [alert for alert in alerts if alert.state is State.RAISED]
    last_by_id = {alert.id: alert for alert in alerts}
    begin = min((alert.started_at for alert in raised), default=datetime.fromtimestamp(0, timezone))
    end = max((alert.ended_at or alert.raised_at for alert in alerts), default=begin)
    begin, length = begin - timedelta(seconds=5), max((end - begin).total_seconds() + 10, 1.0)

    def share(moment: datetime) -> float:
        return round(100 * (moment - begin).total_seconds() / length, 3)

    cards = [_card(alert, last_by_id[alert.id], path.parent, share, timezone) for alert in raised]
    marks = _marks(begin.astimezone(timezone), length)
    template = Environment(
        autoescape=True, undefined=StrictUndefined, trim_blocks=True, lstrip_blocks=True
    ).from_string(files("pipeline.replay").joinpath("report.html").read_text(encoding="utf-8"))
    day = begin.astimezone(timezone).strftime("%Y-%m-%d")
    page = template.render(cards=cards, marks=marks, facts=facts, day=day, zone=str(timezone))
    write_durably(path, page.encode())


def _card(alert: Alert, last: Alert, folder: Path, share: Callable[[datetime], float], timezone: tzinfo) -> Card:
    ended = last.ended_at
    right = share(ended if ended is not None else last.raised_at)
    return Card(
        alert=alert,
        last=last,
        started=_clock(alert.started_at, timezone),
        raised=_clock(alert.raised_at, timezone),
        ended=_clock(ended, timezone) if ended is not None else "",
        left=share(alert.started_at),
        wait=max(0.0, share(alert.raised_at) - share(alert.started_at)),
        width=max(0.4, right - share(alert.started_at)),
        picture=_inlined(alert, folder),
    )


def _clock(moment: datetime, timezone: tzinfo) -> str:
    return moment.astimezone(timezone).strftime("%H:%M:%S")


def _inlined(alert: Alert, folder: Path) -> str:
    """The snapshot as a data URI, so that the page can be sent on by itself; empty where there is none."""
    if alert.evidence is None:
        return ""
    path = folder / alert.evidence.snapshot
    try:
        content = path.read_bytes()
    except OSError as error:
        raise StateError(f"{path}: evidence cannot be read: {error.strerror or error}") from error
    return "data:image/jpeg;base64," + base64.b64encode(content).decode()


def _marks(begin: datetime, length_s: float) -> list[Mark]:
    """Labels at round times of the clock that `begin` shows."""
    step_s = _step_s(length_s)
    midnight = begin.replace(hour=0, minute=0, second=0, microsecond=0)
    into_day_s = (begin - midnight).total_seconds()
    first_s = -into_day_s % step_s
    count = int((length_s - first_s) // step_s) + 1
    moments_s = [first_s + n * step_s for n in range(max(0, count))]
    return [Mark(100 * s / length_s, (begin + timedelta(seconds=s)).strftime("%H:%M:%S")) for s in moments_s]


def _step_s(length_s: float) -> int:
    """Seconds between two labels: the shortest round step that gives at most ten."""
    steps = (1, 2, 5, 10, 15, 30, 60, 120, 300, 600, 1800, 3600, 7200, 21600, 86400)
    return next((step for step in steps if length_s / step <= 10), 604800)
