"""Trials as the pages show them: which events a change would make appear, disappear or move."""

from collections.abc import Iterable, Mapping, Sequence
from dataclasses import dataclass

from pipeline.alerts.message import utc
from pipeline.config.resolved import Site, Zone
from pipeline.console.evidence_names import evidence_path
from pipeline.console.rules_models import FieldFaultAnswer, TrialAnswer, TriedChange, TriedEvent
from pipeline.dispatch.ledger_database import Database
from pipeline.dispatch.ledger_queries import attachments_of
from pipeline.observation import CameraId, seconds
from pipeline.replay.difference import Difference, difference
from pipeline.replay.events import Event
from pipeline.replay.trial import CameraTrial
from pipeline.runtime.trying import TrialState

MOST_CHANGES = 500


@dataclass(frozen=True, slots=True)
class Pair:
    """An event before and after a change; one of them at least is there."""

    before: Event | None
    after: Event | None

    @property
    def either(self) -> Event:
        """The one that is there, the later version first."""
        found = self.after or self.before
        if found is None:
            raise ValueError("a pair of nothing")
        return found


def trial_answer(state: TrialState, site: Site, database: Database) -> TrialAnswer:
    """What a trial found, with the pictures that the ledger has of such events."""
    found = difference(_events(state.found, before=True), _events(state.found, before=False), 0)
    pairs = _pairs(found)
    shown = pairs[:MOST_CHANGES]
    pictures = _pictures(database, shown) if shown else {}
    return TrialAnswer(
        total=state.total,
        done=state.done,
        is_over=state.is_over,
        fault=state.fault,
        watched_s=round(seconds(sum(one.watched_ns for one in state.found)), 1),
        before=sum(len(one.before) for one in state.found),
        after=sum(len(one.after) for one in state.found),
        same=found.same,
        appeared=len(found.appeared),
        vanished=len(found.vanished),
        moved=len(found.moved),
        refused=[FieldFaultAnswer(key=one.camera, text=one.refused) for one in state.found if one.refused],
        changes=[_change(pair, site, pictures) for pair in shown],
    )


def _events(found: Iterable[CameraTrial], *, before: bool) -> list[Event]:
    return [event for one in found for event in (one.before if before else one.after)]


def _pairs(found: Difference) -> list[Pair]:
    pairs = [Pair(None, event) for event in found.appeared]
    pairs += [Pair(event, None) for event in found.vanished]
    pairs += [Pair(one.before, one.after) for one in found.moved]
    return sorted(pairs, key=lambda pair: (pair.either.started_at, pair.either.camera, pair.either.zone))


def _pictures(database: Database, pairs: Sequence[Pair]) -> dict[str, str]:
    """The pictures of events that were raised so in truth, by event; ids are made of place and beginning."""
    ids = {str(event.id) for pair in pairs for event in (pair.before, pair.after) if event is not None}
    with database.reading() as connection:
        found = {one.event: one.uri for one in attachments_of(connection, sorted(ids)) if one.kind == "snapshot"}
    paths = {event: evidence_path(uri) for event, uri in found.items()}
    return {event: path for event, path in paths.items() if path is not None}


def _change(pair: Pair, site: Site, pictures: Mapping[str, str]) -> TriedChange:
    event = pair.either
    ids = [str(one.id) for one in (pair.before, pair.after) if one is not None]
    zone = _zone(site, event)
    return TriedChange(
        camera=event.camera,
        camera_name=next((camera.name for camera in site.cameras if camera.id == event.camera), event.camera),
        zone=event.zone,
        zone_name=zone.name if zone is not None else event.zone,
        points=[(x, y) for x, y in zone.points] if zone is not None else [],
        before=_tried(pair.before),
        after=_tried(pair.after),
        snapshot=next((pictures[one] for one in ids if one in pictures), None),
    )


def _zone(site: Site, event: Event) -> Zone | None:
    zones = (
        zone
        for camera in site.cameras
        if camera.id == CameraId(event.camera)
        for zone in camera.geofence.zones
        if zone.id == event.zone
    )
    return next(zones, None)


def _tried(event: Event | None) -> TriedEvent | None:
    if event is None:
        return None
    return TriedEvent(
        id=event.id,
        started_at=utc(event.started_at),
        raised_at=utc(event.raised_at),
        ended_at=None if event.ended_at is None else utc(event.ended_at),
        reason=event.reason,
        severity=event.severity,
        boxes=[one.box for one in event.objects],
        classes=[one.class_name for one in event.objects],
    )
