"""The last step of the pipeline: what the reasoning says becomes messages, each with its evidence first."""

from collections.abc import Callable, Sequence
from contextlib import suppress
from dataclasses import dataclass
from typing import Protocol

from pipeline.alerts.checkpoint import Checkpoint
from pipeline.alerts.evidence_keeper import EvidenceKeeper
from pipeline.alerts.follow_up import continued
from pipeline.alerts.joining import Addition, Joining
from pipeline.alerts.message import Alert, build
from pipeline.alerts.said import Said
from pipeline.alerts.snapshot import Picture
from pipeline.alerts.topic import topic_of
from pipeline.config.resolved import Camera, Site
from pipeline.errors import StateError
from pipeline.observation import CameraId, MediaNs
from pipeline.rules.episode import Episode, EventId, State

MOST_PICTURES_HELD = 8
"""Frames that are kept in memory for messages that could not be written: 50 MB at 1080p, 200 at 4K."""


class NoPictureError(RuntimeError):
    """Raised by a `full_picture` of an entry that is of no picture."""


class Destination(Protocol):
    """Takes messages in order; what it has accepted it does not lose."""

    def accept_step(self, alerts: Sequence[Alert], checkpoint: Checkpoint | None) -> None:
        """Take all that one step of a camera's reasoning says; it is durable when this returns.

        Args:
            alerts: In order; may be none.
            checkpoint: The reasoning after the step, to be kept with the messages where it is kept at all.

        Raises:
            StateError: Nothing of it was taken.
        """


class Publisher:
    """Turns episodes into messages: evidence to disk, then the messages of a step to every destination in turn.

    Messages may be added to those of the reasoning (`add`): a clip is ready, or an event speaks for itself again. The
    revisions of an event count both kinds.

    Remembers what could not be written, camera by camera: it goes out before whatever the camera says next, so a
    disk that was full for a while loses nothing and changes no order. Of so many frames as `MOST_PICTURES_HELD` the
    pictures are kept for that; messages beyond them go without one.

    Episodes of one camera are to be published in order, by one thread at a time; those of different cameras may come
    from different threads where keeper and destinations allow it (`Delivery` does, `AlertFile` does not).
    """

    def __init__(
        self,
        site: Site,
        keeper: EvidenceKeeper,
        destinations: Sequence[Destination],
        last_of: Callable[[EventId], Alert | None] = lambda _: None,
        joining: Joining | None = None,
    ) -> None:
        """Nothing is owed yet.

        Args:
            site: Whose.
            keeper: Makes the evidence.
            destinations: Get every message.
            last_of: The last message of an event, for one whose rule or zone is no longer in the site; None: there is
                none, and nobody has heard of it.
            joining: Finds what several cameras say of one cause; shared by all publishers of a site. None: nothing
                does.
        """
        self._joining = joining
        self._said: dict[CameraId, Said] = {}
        self._last_of = last_of
        self._site = site
        self._keeper = keeper
        self._destinations = tuple(destinations)
        self._cameras = {camera.id: camera for camera in site.cameras}
        self._rules = {rule.id: rule for rule in site.rules}
        self._owed: dict[CameraId, tuple[_Telling, ...]] = {}

    def publish(self, episode: Episode, full_picture: Callable[[], Picture]) -> Alert:
        """Make, keep and hand on the message for one episode of a source that is not resumed; see `publish_step`."""
        return self.publish_step((episode,), full_picture, None)[-1]

    def publish_step(
        self, episodes: Sequence[Episode], full_picture: Callable[[], Picture], checkpoint: Checkpoint | None
    ) -> list[Alert]:
        """Make, keep and hand on all messages of one step, with the reasoning after it.

        Args:
            episodes: Changes told by one entry of one camera, in order. None: only what is owed is handed on.
            full_picture: Gives the full-size BGR frame (h, w, 3) of the entry; called at most once, and only where a
                picture is to be drawn (when an event is raised). May raise `NoPictureError`: the message then has no
                evidence.
            checkpoint: Of the same camera, after the entry; None: the source is not resumed.

        Returns:
            The messages, as they were handed on: what was owed first.

        Raises:
            StateError: Evidence or messages could not be written. Nothing was handed on that has no picture; the
                step is owed, and is tried again with the next call for its camera.
        """
        camera = episodes[0].camera if episodes else None if checkpoint is None else checkpoint.camera
        if camera is None:
            return []
        picture = _Once(full_picture)
        step = (*self._owed.get(camera, ()), *(_Telling(episode, picture) for episode in episodes))
        try:
            alerts = self._messages(step)
            for destination in self._destinations:
                destination.accept_step(alerts, checkpoint)
        except StateError:
            self._owe(camera, step)
            raise
        self._owed.pop(camera, None)
        self._note(camera, alerts)
        return alerts

    def add(self, camera: CameraId, event: EventId, change: Callable[[Alert], Alert]) -> Alert | None:
        """One more message of an event, beside those of the reasoning: the last one with a change.

        An event that is over stays so: the message says once more that it is cleared. By the thread that has the
        camera's turn.

        Args:
            camera: Whose event it is.
            event: Its id.
            change: What is new of it.

        Returns:
            The message; None: nobody has heard of the event, or nothing changed.

        Raises:
            StateError: It could not be written, or what comes before it could not be written yet: try again later.
        """
        if self.owes(camera):
            raise StateError(f"camera {camera}: messages that come first could not be written yet")
        last = self._said_of(camera).last(event)
        if last is None or (changed := change(last)) == last:
            return None
        state = State.CLEARED if last.state is State.CLEARED else State.UPDATED
        alert = changed.model_copy(update={"revision": last.revision + 1, "state": state})
        for destination in self._destinations:
            destination.accept_step([alert], None)
        self._said_of(camera).note([alert], are_added=True)
        return alert

    def note_view(self, episode: Episode, full_picture: Callable[[], Picture]) -> None:
        """An event's object is seen better: the picture is kept, and told with the event's next message.

        Args:
            episode: The event as it stands.
            full_picture: Of this moment.

        Raises:
            StateError: The picture cannot be written.
        """
        camera = self._cameras[episode.camera]
        with suppress(ValueError, NoPictureError):
            topic = topic_of(episode, camera, self._rules)
            self._keeper.note_view(episode, camera, topic, full_picture())

    def catch_up(self, camera: CameraId, t: MediaNs | None) -> None:
        """Say what follows for the camera's events from those of other cameras, such as that they speak for themselves.

        Args:
            camera: Whose turn it is.
            t: Its own time; None: it has none yet.

        Raises:
            StateError: It could not be written; it is said with the next call.
        """
        if self._joining is None:
            return
        for addition in self._joining.due(camera, t):
            alert = self.add(camera, addition.event, _change(addition))
            last = alert or self._said_of(camera).last(addition.event)
            if last is not None:
                self._joining.told(last, self._cameras[camera])

    def adopt(self, former: "Publisher", camera: CameraId) -> None:
        """Take over what another publisher, in whose place this one comes, has said and still owes for a camera."""
        if (said := former._said.pop(camera, None)) is not None:  # noqa: SLF001  # of this very class
            self._said[camera] = said
        if (owed := former._owed.pop(camera, None)) is not None:  # noqa: SLF001  # of this very class
            self._owed[camera] = owed

    def owes(self, camera: CameraId) -> bool:
        """Whether messages of the camera could not be written yet.

        As long as this is so, no checkpoint of the camera may be saved but by `publish_step`: it would say that they
        were told.
        """
        return camera in self._owed

    def _said_of(self, camera: CameraId) -> Said:
        return self._said.setdefault(camera, Said(self._last_of))

    def _note(self, camera: CameraId, alerts: Sequence[Alert]) -> None:
        self._said_of(camera).note(alerts)
        if self._joining is not None:
            for alert in alerts:
                self._joining.note(alert)

    def _messages(self, step: "Sequence[_Telling]") -> list[Alert]:
        """One for each, but for those of events that are of no rule any more and were never told."""
        alerts: list[Alert] = []
        for one in step:
            if one.alert is None:
                one.alert = self._made(one, alerts)
            if one.alert is not None:
                alerts.append(one.alert)
        return alerts

    def _made(self, one: "_Telling", before: Sequence[Alert]) -> Alert | None:
        episode = one.episode
        camera = self._cameras[episode.camera]
        try:
            topic = topic_of(episode, camera, self._rules)
        except ValueError:
            told = [alert for alert in before if alert.id == episode.id]
            former = told[-1] if told else self._said_of(camera.id).last(episode.id)
            return None if former is None else self._placed(continued(episode, former), episode, camera)
        try:
            evidence = self._keeper.evidence(episode, camera, topic, one.picture)
        except NoPictureError:
            evidence = None
        return self._placed(build(episode, self._site, camera, topic, evidence), episode, camera)

    def _placed(self, alert: Alert, episode: Episode, camera: Camera) -> Alert:
        """The message with its revision, and with the event of another camera that speaks for it."""
        placed = alert.model_copy(update={"revision": self._said_of(camera.id).revision_of(episode)})
        return placed if self._joining is None else self._joining.joined(placed, camera)

    def _owe(self, camera: CameraId, step: "tuple[_Telling, ...]") -> None:
        # A copy: other cameras may come to owe something meanwhile.
        held = {id(one.picture) for owed in list(self._owed.values()) for one in owed if one.holds_picture}
        for one in step:
            one.keep_picture(is_room=id(one.picture) in held or len(held) < MOST_PICTURES_HELD)
            if one.holds_picture:
                held.add(id(one.picture))
        self._owed[camera] = step


class _Once:
    """Asks for a picture when it is first needed, and remembers it."""

    def __init__(self, give: Callable[[], Picture]) -> None:
        self._give = give
        self.given: Picture | None = None

    def __call__(self) -> Picture:
        if self.given is None:
            self.given = self._give()
            self._give = _no_picture
        return self.given


@dataclass(slots=True)
class _Telling:
    """One episode on its way.

    Attributes:
        picture: Of its entry.
        alert: Its message, once its evidence is on disk.
    """

    episode: Episode
    picture: _Once
    alert: Alert | None = None

    @property
    def holds_picture(self) -> bool:
        """Whether a frame is kept for it alone or with others."""
        return self.alert is None and self.picture.given is not None

    def keep_picture(self, *, is_room: bool) -> None:
        """Hold the frame if it is still needed, and let go of where it comes from."""
        if self.alert is None and self.episode.state is State.RAISED and is_room:
            with suppress(NoPictureError):
                self.picture()
                return
        self.picture = _Once(_no_picture)


def _change(addition: Addition) -> Callable[[Alert], Alert]:
    return lambda last: last.model_copy(update=dict(addition.changes))


def _no_picture() -> Picture:
    raise NoPictureError("the picture could not be kept until there was room")
