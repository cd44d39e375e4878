"""Events as analysts compare them: of a log that is reasoned over anew, or of the messages of an earlier run.

Nothing is written and no clock is read: the same log and the same rules give the same events.
"""

from collections.abc import Iterable
from dataclasses import dataclass, replace
from pathlib import Path

from pipeline.alerts.alert_file import NAME
from pipeline.alerts.message import Alert, parse
from pipeline.alerts.topic import CAMERA_FAULT
from pipeline.config.resolved import Camera, Site
from pipeline.config.vocabulary import Vocabulary
from pipeline.errors import UsageError
from pipeline.observation import CameraId, Entry, MediaNs, TrackId
from pipeline.rules.episode import (
    ClearReason,
    Ended,
    Episode,
    EventId,
    EventObject,
    Open,
    RuleOrigin,
    State,
    StormOrigin,
)
from pipeline.rules.reasoner import Reasoner

_NS_PER_MS = 1_000_000
_STORM = "storm"
"""What the messages of a storm have as their source."""


@dataclass(frozen=True, slots=True)
class Event:
    """One event from its beginning to its end.

    Attributes:
        id: As the messages have it.
        camera: Whose.
        rule: The site's; of a fault the rule that says how faults are told, empty where none does.
        algorithm: The catalogue's key, `camera_fault` of a fault.
        zone: The fence; of a fault its kind, such as `no_signal`.
        severity: When it was raised.
        started_at: First moment of the unbroken condition.
        raised_at: The moment that raised it.
        ending: `Open` where the log ends before the event does.
        objects: As they were when it was raised; none of a fault.
        snapshot: Of the messages' folder, the picture; empty where there is none.
        is_storm: It stands for events of its rule that are far too many, and is none of them.
    """

    id: EventId
    camera: CameraId
    rule: str
    algorithm: str
    zone: str
    severity: str
    started_at: MediaNs
    raised_at: MediaNs
    ending: Open | Ended
    objects: tuple[EventObject, ...]
    snapshot: str = ""
    is_storm: bool = False

    @property
    def ended_at(self) -> MediaNs | None:
        """When it ended; None: it is open."""
        return self.ending.at if isinstance(self.ending, Ended) else None

    @property
    def reason(self) -> str:
        """Why it ended; empty: it is open."""
        return self.ending.reason.value if isinstance(self.ending, Ended) else ""


class EventTable:
    """Gathers episodes into events. Remembers every event."""

    def __init__(self, site: Site) -> None:
        self._algorithm_by_rule = {rule.id: str(rule.algorithm.key) for rule in site.rules}
        self._events: dict[EventId, Event] = {}

    def add(self, episodes: Iterable[Episode]) -> None:
        """Take what was said, in order."""
        for episode in episodes:
            before = self._events.get(episode.id)
            if before is None:
                before = self._event(episode)
            self._events[episode.id] = replace(before, ending=episode.ending)

    def events(self) -> tuple[Event, ...]:
        """All events, in the order in which they were raised."""
        return tuple(self._events.values())

    def _event(self, episode: Episode) -> Event:
        origin = episode.origin
        is_rule = isinstance(origin, RuleOrigin | StormOrigin)
        return Event(
            id=episode.id,
            camera=episode.camera,
            rule=origin.rule or "",
            algorithm=self._algorithm_by_rule.get(origin.rule, "") if is_rule and origin.rule else CAMERA_FAULT,
            zone=origin.zone if isinstance(origin, RuleOrigin | StormOrigin) else origin.kind.value,
            severity=str(episode.severity),
            started_at=episode.started_at,
            raised_at=episode.raised_at,
            ending=Open(),
            objects=episode.objects,
            is_storm=isinstance(origin, StormOrigin),
        )


def events_of_log(site: Site, camera: Camera, entries: Iterable[Entry], vocabulary: Vocabulary) -> tuple[Event, ...]:
    """The events that a site's rules find in the log of one camera.

    Args:
        site: Its rules count, and how much of what they say is told as one: storms are among the events, as a run
            tells them.
        camera: Its fences count; the log may be of another one.
        entries: Of one camera, in order.
        vocabulary: What counts as a person and as a vehicle.

    Returns:
        In the order in which they were raised.
    """
    reasoner = Reasoner(site.id, camera.id, site.rules, camera.geofence, vocabulary, noise=site.noise)
    table = EventTable(site)
    for entry in entries:
        episodes = reasoner.feed(entry).episodes
        if episodes:
            table.add(episodes)
    return table.events()


def events_of_alerts(path: Path) -> tuple[Event, ...]:
    """The events in the messages of an earlier run; their times are cut to milliseconds.

    Args:
        path: `alerts.jsonl`, or a folder that holds it, or folders that do, one a camera.

    Returns:
        In the order in which they were raised.

    Raises:
        UsageError: There is none, or a line is no message; the message says which.
    """
    found: dict[str, Event] = {}
    for file in alert_files(path):
        for alert in _alerts_in(file):
            before = found.get(alert.id)
            if before is None:
                before = _event_of(alert)
            found[alert.id] = replace(before, ending=_ending_of(alert))
    return tuple(sorted(found.values(), key=lambda event: (event.raised_at, event.camera, event.id)))


def snapshot_of(event: Event, root: Path) -> Path | None:
    """The snapshot that a site has kept of an event; None: there is none, or no more.

    Args:
        event: Of a log of the site: its id is the one under which a run told it.
        root: A folder for each event, by its id.
    """
    return next(iter(sorted((root / event.id).glob("snapshot-*.jpg"))), None)


def alert_files(path: Path) -> list[Path]:
    """The files of messages at a place: the one that is named, that of the folder, or those of the folders below.

    Raises:
        UsageError: There is none.
    """
    if path.is_file():
        return [path]
    if (path / NAME).is_file():
        return [path / NAME]
    below = sorted(path.glob(f"*/{NAME}")) or sorted(path.glob(f"*/*/{NAME}"))
    if not below:
        raise UsageError(f"{path}: holds no results (expected {NAME}, or folders with one)")
    return below


def _alerts_in(file: Path) -> list[Alert]:
    try:
        lines = file.read_bytes().splitlines()
    except OSError as error:
        raise UsageError(f"{file}: cannot be read: {error.strerror or error}") from error
    alerts: list[Alert] = []
    for number, line in enumerate(lines, 1):
        try:
            alerts.append(parse(line))
        except UsageError as error:
            raise UsageError(f"{file}:{number}: {error}") from error
    return alerts


def _event_of(alert: Alert) -> Event:
    return Event(
        id=EventId(alert.id),
        camera=CameraId("" if alert.camera is None else alert.camera.id),
        rule=alert.rule or "",
        algorithm=alert.algorithm,
        zone=alert.zone.id if alert.zone is not None else alert.fault or "",
        severity=alert.severity,
        started_at=_ns(alert.started_at.timestamp()),
        raised_at=_ns(alert.raised_at.timestamp()),
        ending=Open(),
        objects=tuple(
            EventObject(one.class_name, one.confidence, one.box, TrackId(one.track), one.speed_kmh)
            for one in alert.objects
        ),
        snapshot="" if alert.evidence is None else alert.evidence.snapshot,
        is_storm=alert.source == _STORM,
    )


def _ending_of(alert: Alert) -> Open | Ended:
    if alert.state is not State.CLEARED or alert.ended_at is None:
        return Open()
    known = {reason.value for reason in ClearReason}
    reason = ClearReason(alert.reason) if alert.reason in known else ClearReason.LEFT
    return Ended(_ns(alert.ended_at.timestamp()), reason)


def _ns(t_s: float) -> MediaNs:
    return MediaNs(round(t_s * 1000) * _NS_PER_MS)
