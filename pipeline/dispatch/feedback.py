"""What people have said, as labels: what was dismissed was false, what was dealt with was true, and what was missed."""

from datetime import datetime

from pipeline.dispatch.ledger_database import Database
from pipeline.dispatch.ledger_queries import Filter, listed
from pipeline.dispatch.missed import Missed, missed_listed
from pipeline.dispatch.record import Record
from pipeline.dispatch.standing import Standing
from pipeline.observation import CameraId, MediaNs
from pipeline.replay.truth import Label, Verdict
from pipeline.rules.episode import Review

_NS_PER_MS = 1_000_000


def ledger_labels(database: Database, rule: str | None = None) -> tuple[Label, ...]:
    """The events of a rule of which somebody has said whether they were true, and those that were missed.

    They are partial: of what the ledger says nothing of, nobody has said that it is false.

    Args:
        database: The ledger's.
        rule: None: of all rules.

    Raises:
        LedgerAwayError: The database cannot be read.
    """
    with database.reading() as connection:
        records = [one for one in listed(connection, Filter()) if one.camera and one.rule and rule in (None, one.rule)]
        missed = missed_listed(connection, rule)
    judged = [(record, _verdict(record)) for record in records]
    told = (_label(record, verdict) for record, verdict in judged if verdict is not None)
    return (*told, *(_missed_label(one) for one in missed))


def _verdict(record: Record) -> Verdict | None:
    """What was said; None: nobody has looked, or it went away before somebody did."""
    standing = Standing(record.standing)
    if standing is Standing.DISMISSED or record.review == Review.DISMISSED.value:
        return Verdict.FALSE
    was_dealt_with = record.disposed_at is not None or record.verified_at is not None
    return Verdict.TRUE if was_dealt_with or record.review == Review.CONFIRMED.value else None


def _label(record: Record, verdict: Verdict) -> Label:
    start = _media_ns(record.started_at)
    end = start if record.ended_at is None else _media_ns(record.ended_at)
    place = (CameraId(record.camera), record.rule, record.zone)
    return Label(*place, start, max(start, end), verdict, record.id, is_partial=True)


def _missed_label(one: Missed) -> Label:
    start, end = _media_ns(one.started_at), _media_ns(one.ended_at)
    return Label(CameraId(one.camera), one.rule, one.zone, start, end, Verdict.MISSED, note=one.note, is_partial=True)


def _media_ns(moment: datetime) -> MediaNs:
    return MediaNs(round(moment.timestamp() * 1000) * _NS_PER_MS)
