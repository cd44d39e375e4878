"""What one camera has said: so that messages can be added to those of the reasoning, and none is counted twice."""

from collections.abc import Callable, Iterable

from pipeline.alerts.message import Alert
from pipeline.rules.episode import Episode, EventId, State

_OVER_REMEMBERED = 64
"""Events that are over may still get their clip."""


class Said:
    """Remembers the last message of each event, and how many were added to those of the reasoning."""

    def __init__(self, last_of: Callable[[EventId], Alert | None]) -> None:
        """Nothing has been said in this run.

        Args:
            last_of: The last message of an event of a run before.
        """
        self._last_of = last_of
        self._last: dict[EventId, Alert] = {}
        self._added: dict[EventId, int] = {}

    def last(self, event: EventId) -> Alert | None:
        """The last message of an event; None: there is none."""
        return self._last.get(event) or self._last_of(event)

    def revision_of(self, episode: Episode) -> int:
        """The revision of the message that will tell an episode: the reasoning does not count what was added."""
        added = self._added.get(episode.id)
        if added is None:
            last = None if episode.state is State.RAISED else self._last_of(episode.id)
            added = 0 if last is None else max(0, last.revision + 1 - episode.revision)
            self._added[episode.id] = added
        return episode.revision + added

    def note(self, alerts: Iterable[Alert], *, are_added: bool = False) -> None:
        """These messages were handed on."""
        for alert in alerts:
            event = EventId(alert.id)
            self._last.pop(event, None)
            self._last[event] = alert
            if are_added and event in self._added:
                self._added[event] += 1
        over = [event for event, alert in self._last.items() if alert.state is State.CLEARED]
        for event in over[:-_OVER_REMEMBERED]:
            del self._last[event]
            self._added.pop(event, None)
