"""One event whole, as a browser shows it when it is opened."""

from pydantic import AwareDatetime
from sqlalchemy import Connection

from pipeline.alerts.message import Alert, AlertObject, parse
from pipeline.config.resolved import Site, Zone
from pipeline.console.evidence_names import evidence_path
from pipeline.console.feed import ShownStep, shown_step
from pipeline.console.shown_event import Answer, ShownEvent, Surroundings, shown
from pipeline.dispatch.change import Attachment
from pipeline.dispatch.ledger_queries import event_file
from pipeline.dispatch.ledger_shown import first_line, known, last_step, steps_with_numbers
from pipeline.dispatch.notice import Notice


class ShownObject(Answer):
    """One object as it was when the event was raised.

    Attributes:
        name: Its class.
        box: x1, y1, x2, y2 as shares of the picture.
    """

    name: str
    confidence: float
    box: tuple[float, float, float, float]
    speed_kmh: float | None


class ShownFence(Answer):
    """The fence, as it is drawn now.

    Attributes:
        points: Shares of the picture.
    """

    points: tuple[tuple[float, float], ...]
    is_line: bool


class ShownEvidence(Answer):
    """Where its pictures are; null: there is none.

    Attributes:
        snapshot: With everything drawn on it.
        frame: The same moment with nothing drawn on it.
        best: In which the object is seen best.
        clip_started_at: Media time of its first picture.
    """

    snapshot: str | None
    frame: str | None
    best: str | None
    clip: str | None
    clip_started_at: AwareDatetime | None
    clip_ended_at: AwareDatetime | None


class ShownAttachment(Answer):
    """A file that somebody has added."""

    kind: str
    path: str | None
    by: str
    at: AwareDatetime


class ShownNotice(Answer):
    """Who was to be told, and what became of it: sent, waiting, dropped, or the fault."""

    kind: str
    contact: str
    title: str
    at: AwareDatetime
    fate: str


class EventAnswer(Answer):
    """One event, whole.

    Attributes:
        fence: Null: it is of no fence, or the fence is gone.
        objects: As it was raised: they fit `frame`.
        seen: As they were last seen.
        merged: Events that it speaks for, the last ones.
    """

    event: ShownEvent
    dwell_s: float
    review: str
    report_text: str
    reported_by: str
    evidence: ShownEvidence | None
    fence: ShownFence | None
    objects: tuple[ShownObject, ...]
    seen: tuple[ShownObject, ...]
    merged: tuple[str, ...]
    steps: tuple[ShownStep, ...]
    attachments: tuple[ShownAttachment, ...]
    notices: tuple[ShownNotice, ...]


def read_event(connection: Connection, event: str, site: Site, around: Surroundings) -> EventAnswer:
    """One event, whole.

    Raises:
        UsageError: There is none of that id.
    """
    file = event_file(connection, event)
    (one,) = known(connection, (file.record.id,))
    alert, raised = parse(one.line), parse(first_line(connection, one.record.id) or one.line)
    return EventAnswer(
        event=shown(one, last_step(connection), around),
        dwell_s=alert.dwell_s,
        review=alert.review,
        report_text=file.record.report_text,
        reported_by=file.record.reported_by,
        evidence=_evidence(alert),
        fence=_fence(site, one.record.camera, one.record.zone),
        objects=tuple(_object(item) for item in raised.objects),
        seen=tuple(_object(item) for item in alert.objects),
        merged=alert.merged,
        steps=tuple(shown_step(*numbered) for numbered in steps_with_numbers(connection, one.record.id)),
        attachments=tuple(_attachment(item) for item in file.attachments if item.kind == "photo"),
        notices=tuple(_notice(notice, fate, around) for notice, fate in file.notices),
    )


def _evidence(alert: Alert) -> ShownEvidence | None:
    found = alert.evidence
    if found is None:
        return None
    return ShownEvidence(
        snapshot=evidence_path(found.snapshot),
        frame=evidence_path(found.frame),
        best=evidence_path(found.best) if found.best else None,
        clip=evidence_path(found.clip) if found.clip else None,
        clip_started_at=found.clip_started_at,
        clip_ended_at=found.clip_ended_at,
    )


def _fence(site: Site, camera: str, zone: str) -> ShownFence | None:
    zones: list[Zone] = [
        one for there in site.cameras if there.id == camera for one in there.geofence.zones if one.id == zone
    ]
    return ShownFence(points=zones[0].points, is_line=zones[0].is_line) if zones else None


def _object(item: AlertObject) -> ShownObject:
    return ShownObject(name=item.class_name, confidence=item.confidence, box=item.box, speed_kmh=item.speed_kmh)


def _attachment(item: Attachment) -> ShownAttachment:
    return ShownAttachment(kind=item.kind, path=evidence_path(item.uri), by=item.by, at=item.at)


def _notice(notice: Notice, fate: str, around: Surroundings) -> ShownNotice:
    contact = around.contacts.get(notice.contact, notice.contact)
    return ShownNotice(kind=notice.kind, contact=contact, title=notice.title, at=notice.at, fate=fate)
