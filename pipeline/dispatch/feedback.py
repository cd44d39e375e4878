"""What people have said of events, as labels: what was dismissed was false, what was dealt with was true."""

from pipeline.dispatch.ledger_database import Database
from pipeline.dispatch.ledger_queries import Filter, listed
from pipeline.dispatch.record import Record
from pipeline.dispatch.standing import Standing
from pipeline.observation import CameraId, MediaNs
from pipeline.replay.truth import Label, Verdict
from pipeline.rules.episode import Review

_NS_PER_MS = 1_000_000


def ledger_labels(database: Database, rule: str | None = None) -> tuple[Label, ...]:
    """The events of a rule of which somebody has said whether they were true, the newest first.

    Args:
        database: The ledger's.
        rule: None: of all rules.

    Raises:
        LedgerAwayError: The database cannot be read.
    """
    with database.reading() as connection:
        records = [one for one in listed(connection, Filter()) if one.camera and one.rule and rule in (None, one.rule)]
    judged = [(record, _verdict(record)) for record in records]
    return tuple(_label(record, verdict) for record, verdict in judged if verdict is not None)


def _verdict(record: Record) -> Verdict | None:
    """What was said; None: nobody has looked, or it went away before somebody did."""
    standing = Standing(record.standing)
    if standing is Standing.DISMISSED or record.review == Review.DISMISSED.value:
        return Verdict.FALSE
    was_dealt_with = record.disposed_at is not None or record.verified_at is not None
    return Verdict.TRUE if was_dealt_with or record.review == Review.CONFIRMED.value else None


def _label(record: Record, verdict: Verdict) -> Label:
    start = MediaNs(round(record.started_at.timestamp() * 1000) * _NS_PER_MS)
    ended = record.ended_at
    end = start if ended is None else MediaNs(round(ended.timestamp() * 1000) * _NS_PER_MS)
    return Label(CameraId(record.camera), record.rule, record.zone, start, max(start, end), verdict, record.id)
