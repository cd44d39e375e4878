"""An event as browsers are told of it."""

from collections.abc import Mapping
from dataclasses import dataclass
from datetime import datetime

from pydantic import AwareDatetime, BaseModel, ConfigDict

from pipeline.alerts.message import Evidence, Titles
from pipeline.config.camera_source import RecordedSource
from pipeline.config.resolved import Site
from pipeline.console.evidence_names import evidence_path
from pipeline.dispatch.ledger_shown import Known
from pipeline.dispatch.record import Record
from pipeline.dispatch.routing import Routing
from pipeline.dispatch.standing import Standing, Word, words
from pipeline.rules.episode import State


class Answer(BaseModel):
    """A part of an answer."""

    model_config = ConfigDict(frozen=True)


class ShownEvent(Answer):
    """One event as it stands.

    Attributes:
        seq: How much of the ledger's history it shows: of two that tell of one event, the higher is newer.
        counts_from: From when its duration is counted, by the clock on the wall; null: it is over.
        is_running: Whether what it is about goes on.
        visible: Whether the camera sees it now.
        words: What may be said of it.
        merged_into: The event that speaks for it; null: it speaks for itself.
        snapshot: Its picture's path; null: there is none.
    """

    seq: int
    id: str
    revision: int
    state: str
    clear_reason: str
    is_running: bool
    source: str
    camera: str
    camera_name: str
    zone: str
    zone_name: str
    grid: str
    category: str
    location: tuple[float, float] | None
    rule: str
    algorithm: str
    severity: str
    title: Titles
    started_at: AwareDatetime
    raised_at: AwareDatetime
    ended_at: AwareDatetime | None
    counts_from: AwareDatetime | None
    received_at: AwareDatetime
    standing: Standing
    words: tuple[Word, ...]
    responsible: str
    responsible_name: str
    deadline_at: AwareDatetime | None
    was_late: bool
    visible: bool
    merged_into: str | None
    merged_count: int
    snapshot: str | None


class _Newest(BaseModel):
    """What the page wants of a message beyond what the ledger has."""

    visible: bool = True
    merged_into: str | None = None
    merged_count: int = 0
    evidence: Evidence | None = None


@dataclass(frozen=True, slots=True)
class Surroundings:
    """What an event is shown with.

    Attributes:
        recorded: Cameras in whose place a recording plays: their time is not that of the clock on the wall.
        contacts: Names of those who can be responsible, by id.
    """

    recorded: frozenset[str]
    contacts: Mapping[str, str]

    @staticmethod
    def of(site: Site, routing: Routing) -> "Surroundings":
        """Those of a site."""
        recorded = frozenset(one.id for one in site.cameras if isinstance(one.source, RecordedSource))
        return Surroundings(recorded, {key: one.name for key, one in routing.contact_by_id.items()})


def shown(one: Known, seq: int, around: Surroundings) -> ShownEvent:
    """An event for browsers.

    Args:
        one: From the ledger.
        seq: The number of the last line of the history as it was read.
        around: What it is shown with.
    """
    record, newest = one.record, _Newest.model_validate_json(one.line)
    standing, is_running = Standing(record.standing), record.alert_state != State.CLEARED.value
    place = (record.longitude, record.latitude)
    return ShownEvent(
        seq=seq,
        id=record.id,
        revision=record.revision,
        state=record.alert_state,
        clear_reason=record.clear_reason,
        is_running=is_running,
        source=record.source,
        camera=record.camera,
        camera_name=record.camera_name,
        zone=record.zone,
        zone_name=record.zone_name,
        grid=record.grid,
        category=record.category,
        location=(place[0], place[1]) if place[0] is not None and place[1] is not None else None,
        rule=record.rule,
        algorithm=record.algorithm,
        severity=record.severity,
        title=Titles(zh=record.title_zh, en=record.title_en),
        started_at=record.started_at,
        raised_at=record.raised_at,
        ended_at=record.ended_at,
        counts_from=_counts_from(record, around) if is_running else None,
        received_at=record.received_at,
        standing=standing,
        words=words(standing, has_left=record.has_left),
        responsible=record.responsible,
        responsible_name=around.contacts.get(record.responsible, record.responsible),
        deadline_at=record.deadline_at,
        was_late=record.was_late,
        visible=newest.visible,
        merged_into=newest.merged_into,
        merged_count=newest.merged_count,
        snapshot=evidence_path(newest.evidence.snapshot) if newest.evidence else None,
    )


def _counts_from(record: Record, around: Surroundings) -> datetime:
    """When it began by the clock on the wall; a recording's own time is another: raised is when it was heard of."""
    if record.camera in around.recorded:
        return record.received_at - (record.raised_at - record.started_at)
    return record.started_at
