"""Where the entries of one camera come in, from a recording, a log or a live stream: logged, reasoned about, told."""

from collections.abc import Callable
from dataclasses import dataclass
from typing import Protocol

from pipeline.errors import ModelError
from pipeline.media.damage import Damage
from pipeline.media.frame import Bgr
from pipeline.observation import Entry, LookKind, MediaNs, Observation
from pipeline.rules.episode import Episode, State, Step
from pipeline.rules.reasoner import Reasoner
from pipeline.runtime.best_views import BestViews

Picture = Callable[[], Bgr]
"""Gives the full-size picture of a moment."""
Tell = Callable[[tuple[Episode, ...], Picture], object]
"""Takes the episodes of one entry, at least one. What it returns is not looked at."""


class EntrySink(Protocol):
    """Takes every entry before the reasoning does."""

    def append(self, entry: Entry) -> None:
        """Keep the next entry."""
        ...


@dataclass(frozen=True, slots=True)
class Summary:
    """What came of a recording.

    Attributes:
        looks: Pictures that were looked at.
        network_looks: Those among them, and closer looks, for which the network ran.
        media_ns: From the first picture looked at to the last.
        raised: Events that were raised.
        damage: What was wrong with the recording.
        network_failures: Further networks that failed on pictures, a line each; the pictures were looked at without.
    """

    looks: int
    network_looks: int
    media_ns: int
    raised: int
    damage: Damage
    network_failures: tuple[str, ...] = ()


class Intake:
    """Remembers the counts of the summary, and the last look.

    Attributes:
        seen: The last picture that was looked at, closer looks left out; None before the first.
    """

    def __init__(self, reasoner: Reasoner, log: EntrySink, tell: Tell, views: BestViews | None = None) -> None:
        """Nothing has come in yet.

        Args:
            reasoner: Of this camera.
            log: Gets every entry, first.
            tell: Gets the episodes of every entry that has some, in order.
            views: Looks whether what was raised is seen better by now.
        """
        self.seen: Observation | None = None
        self._views = views
        self._reasoner, self._log, self._tell = reasoner, log, tell
        self._looks = self._network_looks = self._raised = 0
        self._first: MediaNs | None = None
        self._last = MediaNs(0)
        self._failures: dict[str, tuple[int, str]] = {}

    def enter(self, entry: Entry, picture: Picture) -> Step:
        """Log the next entry, reason about it and tell what comes of it.

        Args:
            entry: The next.
            picture: Gives the full-size picture that it is of, or the last one before it.
        """
        self._log.append(entry)
        self._first, self._last = (entry.t if self._first is None else self._first), entry.t
        if isinstance(entry, Observation):
            kinds = {look.kind for look in entry.looks}
            is_close = LookKind.CLOSE in kinds
            self._looks += not is_close
            self.seen = self.seen if is_close else entry
            self._network_looks += bool(kinds & {LookKind.OBJECTS, LookKind.CLOSE})
        step = self._reasoner.feed(entry)
        if step.episodes:
            self._raised += sum(episode.state is State.RAISED for episode in step.episodes)
            self._tell(step.episodes, picture)
        if self._views is not None and isinstance(entry, Observation):
            self._views.look(self._reasoner, entry.t, picture)
        return step

    def network_failed(self, network: str, error: ModelError) -> None:
        """A further network failed on a picture, which was looked at without."""
        n, _ = self._failures.get(network, (0, ""))
        self._failures[network] = (n + 1, str(error))

    def reason_with(self, reasoner: Reasoner) -> None:
        """Other rules from the next entry on."""
        self._reasoner = reasoner

    def summary(self, damage: Damage) -> Summary:
        """What has come of it so far."""
        media_ns = 0 if self._first is None else self._last - self._first
        failures = tuple(
            f"the network {name} failed on {n} pictures: {text}" for name, (n, text) in self._failures.items()
        )
        return Summary(self._looks, self._network_looks, media_ns, self._raised, damage, failures)
