"""Alerts, a routing table and an office for the tests of the dispatcher; nothing of it needs a disk."""

from datetime import UTC, datetime, timedelta
from zoneinfo import ZoneInfo

from pipeline.alerts.message import Alert, AlertZone, Evidence, Named, Titles
from pipeline.config.schedule import parse_schedule
from pipeline.config.secrets import SecretUrl
from pipeline.dispatch.deadlines import Deadlines
from pipeline.dispatch.ledger import Incoming
from pipeline.dispatch.office import Office
from pipeline.dispatch.routing import Cell, Contact, Match, Route, Routing
from pipeline.rules.episode import State

SHANGHAI = ZoneInfo("Asia/Shanghai")
NOW = datetime(2026, 1, 5, 4, 0, tzinfo=UTC)
"""Noon in Shanghai, a Monday."""
LIMITS = Deadlines(timedelta(minutes=5), timedelta(minutes=30), timedelta(minutes=10), timedelta(minutes=15))
EVIDENCE = Evidence(
    snapshot="file:///evidence/snapshot.jpg",
    snapshot_sha256="0a",
    frame="file:///evidence/frame.jpg",
    frame_sha256="0b",
)


def alert(
    event: str = "event-1",
    revision: int = 0,
    state: State = State.RAISED,
    *,
    camera: str = "gate",
    reason: str | None = None,
    review: str = "none",
    severity: str = "critical",
    grid: str = "LZ-01",
    responsible: str = "",
    evidence: Evidence | None = None,
    text: str = "Fire lane blocked",
) -> Alert:
    return Alert(
        id=event,
        revision=revision,
        state=state,
        reason=reason,
        source="rule",
        algorithm="fire_lane_blocked",
        rule="fire-lane",
        severity=severity,
        title=Titles(zh="消防通道占用", en=text),
        site=Named(id="linzi", name="临淄示范站"),
        camera=Named(id=camera, name="东门"),
        zone=AlertZone(id="lane", name="北侧", category="fire_lane", grid=grid, responsible=responsible),
        started_at=NOW - timedelta(minutes=2),
        raised_at=NOW - timedelta(minutes=1),
        ended_at=NOW if state is State.CLEARED else None,
        dwell_s=60.0,
        visible=True,
        objects=(),
        evidence=evidence,
        review=review,
    )


def gone(event: str = "event-1", revision: int = 1, *, reason: str = "left") -> Alert:
    return alert(event, revision, State.CLEARED, reason=reason)


def incoming(*alerts: Alert) -> list[Incoming]:
    return [Incoming(one, one.to_json()) for one in alerts]


def contact(name: str, *channels: str, on_duty: str = "always", deputy: str = "") -> Contact:
    urls = tuple(SecretUrl("json://***", channel) for channel in channels)
    return Contact(name, name.title(), urls, parse_schedule(on_duty, SHANGHAI), deputy)


def match(
    *,
    grid: tuple[str, ...] = (),
    zones: tuple[str, ...] = (),
    categories: tuple[str, ...] = (),
    severities: tuple[str, ...] = (),
    sources: tuple[str, ...] = (),
    time: str = "always",
) -> Match:
    return Match(grid, zones, categories, (), severities, sources, parse_schedule(time, SHANGHAI))


def routing(*routes: Route, channel: str = "json://127.0.0.1:9/x") -> Routing:
    contacts = (
        contact("squad", channel, on_duty="07:00-22:00", deputy="duty"),
        contact("duty", channel),
        contact("property", channel),
        contact("centre", channel),
        contact("district", channel),
        contact("silent"),
    )
    return Routing(
        {one.id: one for one in contacts},
        {"LZ-01": Cell("LZ-01", "一号", "squad", "property"), "LZ-02": Cell("LZ-02", "二号", "silent")},
        routes,
        "centre",
        ("centre", "district"),
        dict.fromkeys(("info", "minor", "major", "critical"), LIMITS),
    )


def office(after_s: float = 0.0, *, table: Routing | None = None) -> Office:
    return Office(table or routing(), SHANGHAI, NOW + timedelta(seconds=after_s))
