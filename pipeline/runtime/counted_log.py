"""A camera's log, and the metrics that its entries make."""

from pipeline.observation import Entry, Observation
from pipeline.replay.live_log import LiveLog
from pipeline.runtime.events_log import EventsLog
from pipeline.runtime.metrics import CameraMetrics


class CountedLog:
    """Hands each entry to the log, and tells what was looked at and what could not be logged.

    Remembers how many losses were told.
    """

    def __init__(self, log: LiveLog, metrics: CameraMetrics, events: EventsLog) -> None:
        self._log, self._metrics, self._events = log, metrics, events
        self._told = 0
        self._fault = ""

    def append(self, entry: Entry) -> None:
        """Log the next entry; it never fails."""
        self._log.append(entry)
        if isinstance(entry, Observation):
            for look in entry.looks:
                self._metrics.looked(look.kind.value)
        if self._log.unlogged > self._told:
            self._metrics.log_entries_lost(self._log.unlogged - self._told)
            self._told = self._log.unlogged
        if self._log.fault and self._log.fault != self._fault:
            self._events.error("log.cannot_write", fault=self._log.fault)
        self._fault = self._log.fault

    def close(self, *, pack: bool) -> None:
        """See `LiveLog.close`."""
        self._log.close(pack=pack)
