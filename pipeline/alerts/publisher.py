"""The last step of the pipeline: what the reasoning says becomes messages, each with its evidence first."""

from collections.abc import Callable, Sequence
from typing import Protocol

from pipeline.alerts.evidence import EvidenceKeeper
from pipeline.alerts.message import Alert, build
from pipeline.alerts.snapshot import Picture
from pipeline.config.resolved import Site
from pipeline.rules.episode import Episode


class Destination(Protocol):
    """Takes messages in order; what it has accepted it does not lose."""

    def accept(self, alert: Alert) -> None:
        """Take one message; it is durable when this returns."""


class Publisher:
    """Turns episodes into messages: evidence to disk, then the message to every destination in turn.

    Remembers nothing of its own. Episodes of one camera are to be published in order; those of different cameras
    may come from different threads where every destination allows it (`Delivery` does, `AlertFile` does not).
    """

    def __init__(self, site: Site, keeper: EvidenceKeeper, destinations: Sequence[Destination]) -> None:
        self._site = site
        self._keeper = keeper
        self._destinations = tuple(destinations)
        self._cameras = {camera.id: camera for camera in site.cameras}
        self._rules = {rule.id: rule for rule in site.rules}

    def publish(self, episode: Episode, full_picture: Callable[[], Picture]) -> Alert:
        """Make, keep and hand on the message for one episode.

        Args:
            episode: The change to be told.
            full_picture: Gives the full-size BGR frame (h, w, 3) of the episode's time; called at most once, and
                only where a picture is to be drawn (when an event is raised).

        Returns:
            The message, as it was handed on.

        Raises:
            StateError: Evidence or message could not be written: nothing was handed on that has no picture.
        """
        camera, rule = self._cameras[episode.camera], self._rules[episode.rule]
        evidence = self._keeper.evidence(episode, camera, rule, full_picture)
        alert = build(episode, self._site, camera, rule, evidence)
        for destination in self._destinations:
            destination.accept(alert)
        return alert
