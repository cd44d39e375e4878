"""What analysts are told of cameras over a time: their events, when they happened, and when the cameras saw."""

from collections import Counter
from collections.abc import Iterable, Mapping
from dataclasses import dataclass
from datetime import datetime, timedelta
from pathlib import Path

from pipeline.alerts.message import utc
from pipeline.config.resolved import Camera, Site
from pipeline.errors import UsageError
from pipeline.observation import CameraId, MediaNs
from pipeline.replay.events import Event, alert_files, events_of_alerts
from pipeline.replay.footprints import Footprints
from pipeline.replay.holdings import logs_below
from pipeline.replay.log_blocks import read_blocks

LOG_NAME = "observations.parquet"


@dataclass(frozen=True, slots=True)
class Seen:
    """An event, with its pictures where there are some.

    Attributes:
        event: What happened.
        snapshot: Fence, boxes and legend drawn in; None: there is none.
    """

    event: Event
    snapshot: Path | None


@dataclass(frozen=True, slots=True)
class Analysis:
    """All that a report tells.

    Attributes:
        site: Names, zones and the time zone.
        cameras: Those of which there is something to tell, in the site's order.
        events: In the order in which they were raised.
        footprints: By camera, of those that have a log.
        begin: The first moment that is known.
        end: The last.
    """

    site: Site
    cameras: tuple[Camera, ...]
    events: tuple[Seen, ...]
    footprints: Mapping[CameraId, Footprints]
    begin: MediaNs
    end: MediaNs

    def local(self, t: MediaNs) -> datetime:
        """A moment in the site's time zone."""
        return utc(t).astimezone(self.site.timezone)

    def of(self, camera: CameraId) -> list[Seen]:
        """The events of a camera."""
        return [one for one in self.events if one.event.camera == camera]

    def counts_by_day(self) -> dict[str, int]:
        """Events raised on each day of the time, those without any among them."""
        counts = Counter(self.local(one.event.raised_at).strftime("%Y-%m-%d") for one in self.events)
        day, last = self.local(self.begin).date(), self.local(self.end).date()
        days: list[str] = []
        while day <= last:
            days.append(day.isoformat())
            day += timedelta(days=1)
        return {one: counts.get(one, 0) for one in days}

    def counts_by_hour(self) -> list[int]:
        """Events raised in each hour of the day, all days together."""
        counts = Counter(self.local(one.event.raised_at).hour for one in self.events)
        return [counts.get(hour, 0) for hour in range(24)]


def analysed(site: Site, events: Iterable[Seen], logs: Mapping[CameraId, Path]) -> Analysis:
    """Put a report together.

    Args:
        site: Whose cameras they are.
        events: Of its cameras; others are left out.
        logs: By camera.

    Raises:
        UsageError: A log cannot be read, or there is nothing to tell.
    """
    known = {camera.id for camera in site.cameras}
    mine = sorted((one for one in events if one.event.camera in known), key=lambda one: one.event.raised_at)
    footprints = {camera: _footprints(path) for camera, path in sorted(logs.items())}
    told = {one.event.camera for one in mine} | set(footprints)
    moments = [*(one.event.started_at for one in mine), *(one.event.ended_at or one.event.raised_at for one in mine)]
    moments += [t for one in footprints.values() for t in (one.first, one.last) if t]
    if not moments:
        raise UsageError(f"{site.path.name}: there is neither a log nor an event to tell of")
    cameras = tuple(camera for camera in site.cameras if camera.id in told)
    return Analysis(site, cameras, tuple(mine), footprints, min(moments), max(moments))


def events_in(results: Path) -> list[Seen]:
    """The events of a run's folder, with their snapshots.

    Raises:
        UsageError: It holds no messages.
    """
    found: list[Seen] = []
    for file in alert_files(results):
        for event in events_of_alerts(file):
            snapshot = file.parent / event.snapshot if event.snapshot else None
            found.append(Seen(event, snapshot if snapshot is not None and snapshot.is_file() else None))
    return found


def logs_in(site: Site, folder: Path) -> dict[CameraId, Path]:
    """The logs of the site's cameras in a folder, as `holdings.logs_in` finds them; there need not be any.

    Of a replay's results it is the log that the replay wrote, whatever else was put beside it.

    Raises:
        UsageError: One is of another version or damaged.
    """
    found = logs_below(folder)
    mine = {camera.id: found[camera.id] for camera in site.cameras if camera.id in found}
    return {camera: path / LOG_NAME if (path / LOG_NAME).is_file() else path for camera, path in mine.items()}


def _footprints(path: Path) -> Footprints:
    found = Footprints()
    for block in read_blocks(path):
        found.add(block)
    found.finish()
    return found
