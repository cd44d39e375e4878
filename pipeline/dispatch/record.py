"""One event as the ledger has it, and how it changes. Pure values; the tables have the same names."""

from dataclasses import dataclass, replace
from datetime import datetime

from pipeline.alerts.message import Alert
from pipeline.dispatch.deadlines import Deadlines, Progress, deadline
from pipeline.dispatch.routing import Matter
from pipeline.dispatch.standing import WORKED_ON, Standing, Word, after
from pipeline.rules.episode import ClearReason, State


@dataclass(frozen=True, slots=True)
class Record:
    """One event.

    Attributes:
        id: The event's.
        revision: The newest that was applied.
        alert_state: What the pipeline last said: raised, updated, cleared.
        clear_reason: Why it was cleared; empty while it was not.
        camera: Empty where an officer reported it.
        zone_contact: Whom the fence names.
        standing: Where it stands.
        responsible: A contact of the routing table; empty while it is held.
        received_at: When the dispatcher first heard of it; all times below are its wall clock too.
        opened_at: When somebody became responsible; None while it is held.
        deadline_at: When the next thing has to have happened; None: nothing has.
        reminded_at: When the last reminder was due.
        level: How many steps up it was told.
        escalated_at: When the last of them was due.
        was_late: Whether it ever missed a deadline.
        report_text: What an officer wrote of it.
        reported_by: Who reported it.
    """

    id: str
    revision: int
    alert_state: str
    clear_reason: str
    site: str
    source: str
    camera: str
    camera_name: str
    zone: str
    zone_name: str
    grid: str
    category: str
    zone_contact: str
    longitude: float | None
    latitude: float | None
    rule: str
    algorithm: str
    severity: str
    title_zh: str
    title_en: str
    review: str
    started_at: datetime
    raised_at: datetime
    ended_at: datetime | None
    standing: str
    responsible: str
    received_at: datetime
    opened_at: datetime | None = None
    deadline_at: datetime | None = None
    reminded_at: datetime | None = None
    level: int = 0
    escalated_at: datetime | None = None
    acknowledged_at: datetime | None = None
    disposed_at: datetime | None = None
    verified_at: datetime | None = None
    closed_at: datetime | None = None
    was_late: bool = False
    report_text: str = ""
    reported_by: str = ""

    @property
    def has_left(self) -> bool:
        """Whether the camera has seen that the matter is gone."""
        return self.clear_reason == ClearReason.LEFT.value

    @property
    def progress(self) -> Progress:
        """What deadlines are reckoned from."""
        opened_at = self.opened_at or self.received_at
        return Progress(
            Standing(self.standing),
            opened_at,
            self.reminded_at or opened_at,
            self.level,
            self.escalated_at or opened_at,
        )

    @property
    def matter(self) -> Matter:
        """What routing looks at."""
        return Matter(
            self.camera,
            self.zone,
            self.grid,
            self.category,
            self.zone_contact,
            self.algorithm,
            self.severity,
            self.source,
        )

    @property
    def place(self) -> str:
        """For people."""
        parts = (self.camera_name or self.camera, self.zone_name or self.zone)
        return " / ".join(part for part in parts if part) or self.grid or self.site


def first(alert: Alert, standing: Standing, now: datetime) -> Record:
    """The record of an event of which this is the first message that came."""
    camera, zone = alert.camera, alert.zone
    longitude, latitude = zone.location if zone and zone.location else (None, None)
    return Record(
        id=alert.id,
        revision=alert.revision,
        alert_state=alert.state.value,
        clear_reason=alert.reason or "",
        site=alert.site.id,
        source=alert.source,
        camera=camera.id if camera else "",
        camera_name=camera.name if camera else "",
        zone=zone.id if zone else "",
        zone_name=zone.name if zone else "",
        grid=zone.grid if zone else "",
        category=zone.category if zone else "",
        zone_contact=zone.responsible if zone else "",
        longitude=longitude,
        latitude=latitude,
        rule=alert.rule or "",
        algorithm=alert.algorithm,
        severity=alert.severity,
        title_zh=alert.title.zh,
        title_en=alert.title.en,
        review=alert.review,
        started_at=alert.started_at,
        raised_at=alert.raised_at,
        ended_at=alert.ended_at,
        standing=standing.value,
        responsible="",
        received_at=now,
        report_text=alert.report.text if alert.report else "",
        reported_by=alert.report.by if alert.report else "",
    )


def updated(record: Record, alert: Alert) -> Record:
    """The record with what a later message of the same event says; where it stands is not touched."""
    return replace(
        record,
        revision=alert.revision,
        alert_state=alert.state.value,
        clear_reason=(alert.reason or "") if alert.state is State.CLEARED else "",
        severity=alert.severity,
        review=alert.review,
        ended_at=alert.ended_at,
    )


def opened(record: Record, responsible: str, limits: Deadlines, now: datetime) -> Record:
    """Somebody is responsible from now on, and the time runs."""
    return replace(
        record,
        standing=Standing.OPEN.value,
        responsible=responsible,
        opened_at=now,
        reminded_at=now,
        level=0,
        escalated_at=now,
        deadline_at=deadline(Standing.OPEN, now, limits),
        acknowledged_at=None,
        disposed_at=None,
        verified_at=None,
        closed_at=None,
    )


def moved(record: Record, word: Word, limits: Deadlines, now: datetime) -> Record:
    """The record after a word other than `confirm` and `reopen`, which open it: see `opened`.

    Raises:
        UsageError: The word does not fit.
    """
    standing = after(Standing(record.standing), word, has_left=record.has_left)
    was_late = record.was_late or is_late(record, now)
    limit = deadline(standing, record.opened_at, limits) if record.opened_at else None
    later = replace(record, standing=standing.value, was_late=was_late, deadline_at=limit)
    if word is Word.ACKNOWLEDGE:
        return replace(later, acknowledged_at=now)
    if word is Word.DISPOSE:
        return replace(later, acknowledged_at=record.acknowledged_at or now, disposed_at=now)
    return replace(later, verified_at=now) if word is Word.VERIFY else replace(later, closed_at=now)


def is_late(record: Record, now: datetime) -> bool:
    """Whether it misses its deadline now."""
    return Standing(record.standing) in WORKED_ON and record.deadline_at is not None and now >= record.deadline_at
