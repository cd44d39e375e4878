"""What one message does to the ledger: the record after it, what is written down, who is told. Pure."""

from dataclasses import replace
from datetime import datetime

from pipeline.alerts.message import Alert
from pipeline.config.catalogue import Severity
from pipeline.dispatch.change import DISPATCHER, PIPELINE, Attachment, Change
from pipeline.dispatch.deadlines import deadline
from pipeline.dispatch.notice import NoticeKind
from pipeline.dispatch.office import Office
from pipeline.dispatch.record import Record, first, moved, updated
from pipeline.dispatch.routing import addressed, holder, on_duty
from pipeline.dispatch.standing import OVER, Standing, Word, words
from pipeline.rules.episode import ClearReason, Review, State

_GRAVITY = {severity.value: rank for rank, severity in enumerate(Severity)}


def taken(record: Record | None, alert: Alert, office: Office) -> Change:
    """What a message does; of each (`id`, `revision`) once, which is the caller's to see to.

    Args:
        record: The event so far; None: this is the first that is heard of it.
        alert: The message.
        office: Routing and time.
    """
    if record is None:
        held = first(alert, Standing.HELD, office.now)
        told = office.step(held, alert.state.value, PIPELINE if alert.camera else held.reported_by, alert.reason or "")
        return Change(held, (told,), _attachments(alert, office.now)).then(_reviewed(held, None, alert, office))
    if alert.revision < record.revision:
        # An older one that comes late, by another consumer or a server that went back: written down, changes nothing.
        return Change(record, (office.step(record, alert.state.value, PIPELINE, f"late: revision {alert.revision}"),))
    after = updated(record, alert)
    told = office.step(after, alert.state.value, PIPELINE, alert.reason or "")
    change = Change(after, (told,), _attachments(alert, office.now)).then(_reviewed(after, record, alert, office))
    change = change.then(_graver(change.record, record.severity, office))
    # A clip that is late comes with one more `cleared`: nobody is told twice.
    is_over_now = alert.state is State.CLEARED and record.alert_state != State.CLEARED.value
    return change.then(_cleared(change.record, office)) if is_over_now else change


def _reviewed(record: Record, before: Record | None, alert: Alert, office: Office) -> Change:
    """A message that asks for a person's word is held until it has come; one that needs none is dispatched at once.

    So is one for which another event speaks, until it speaks for itself; where it is over before, it is closed.
    """
    standing = Standing(record.standing)
    if _is_dismissed(record):
        # Said once: what was opened again stays open, whatever message repeats it.
        if (before is not None and _is_dismissed(before)) or Word.DISMISS not in words(
            standing, has_left=record.has_left
        ):
            return Change(record)
        after = moved(record, Word.DISMISS, office.routing.deadlines(record.severity), office.now)
        return Change(after, (office.step(after, Word.DISMISS.value, PIPELINE),))
    if standing is Standing.HELD and record.review != Review.PENDING.value and alert.merged_into is None:
        return office.opening(record, "opened", DISPATCHER)
    if standing is Standing.HELD and alert.merged_into is not None and alert.state is State.CLEARED:
        over = replace(record, standing=Standing.CLOSED.value, closed_at=office.now)
        return Change(over, (office.step(over, Word.CLOSE.value, DISPATCHER, f"told by event {alert.merged_into}"),))
    return Change(record)


def _is_dismissed(record: Record) -> bool:
    return record.review == Review.DISMISSED.value or record.clear_reason == ClearReason.DISMISSED.value


def _graver(record: Record, before: str, office: Office) -> Change:
    """Another severity has other deadlines; a graver one is told."""
    if record.severity == before or record.opened_at is None or Standing(record.standing) in OVER:
        return Change(record)
    limits = office.routing.deadlines(record.severity)
    after = replace(record, deadline_at=deadline(Standing(record.standing), record.opened_at, limits))
    step = office.step(after, "severity", PIPELINE, f"{before} -> {record.severity}")
    if _GRAVITY.get(record.severity, len(_GRAVITY)) <= _GRAVITY.get(before, len(_GRAVITY)):
        return Change(after, (step,))
    who = addressed(office.routing, after.matter, office.now_ns)
    mine = on_duty(office.routing, holder(office.routing, record.responsible), office.now_ns)
    told = tuple(dict.fromkeys((mine, *who.told)))
    return Change(after, (step,), (), tuple(office.notices(after, NoticeKind.GRAVER, told)))


def _cleared(record: Record, office: Office) -> Change:
    """The responsible person hears that it is over; what the camera saw leave offers itself as verification."""
    standing = Standing(record.standing)
    if standing is Standing.HELD or standing in OVER:
        return Change(record)
    who = (on_duty(office.routing, holder(office.routing, record.responsible), office.now_ns),)
    step = (office.step(record, "offered", PIPELINE, "the camera saw it gone: verify"),) if record.has_left else ()
    return Change(record, step, (), tuple(office.notices(record, NoticeKind.CLEARED, who)))


def _attachments(alert: Alert, now: datetime) -> tuple[Attachment, ...]:
    if alert.evidence is None:
        return ()
    found = alert.evidence
    by = alert.report.by if alert.report else PIPELINE
    files = (
        ("snapshot", found.snapshot, found.snapshot_sha256),
        ("frame", found.frame if found.frame != found.snapshot else "", found.frame_sha256),
        ("best", found.best or "", found.best_sha256 or ""),
        ("clip", found.clip or "", found.clip_sha256 or ""),
    )
    return tuple(Attachment(alert.id, kind, uri, sha256, by, now) for kind, uri, sha256 in files if uri)
