"""The clips of one live camera: asked for as events are raised, told when they are ready."""

from collections import deque
from collections.abc import Callable, Sequence
from functools import partial
from pathlib import Path

from pipeline.alerts.evidence_keeper import EvidenceKeeper, MadeClip
from pipeline.alerts.message import Alert
from pipeline.alerts.publisher import Publisher
from pipeline.config.resolved import EvidenceSettings
from pipeline.media.footage import Footage, Request
from pipeline.observation import CameraId, MediaNs
from pipeline.rules.episode import Episode, EventId, State
from pipeline.runtime.clip_notes import ClipNotes
from pipeline.runtime.evidence_desk import ClipJob, EvidenceDesk

_INTERRUPTED, _NOT_WRITTEN = "interrupted", "not_written"


class CameraClips:
    """Remembers the clips that were asked for and those that are ready. `ready` apart, only in the camera's turn."""

    def __init__(
        self,
        camera: CameraId,
        settings: EvidenceSettings,
        desk: EvidenceDesk,
        keeper: EvidenceKeeper,
        part_of: Callable[[EventId], Path],
        *,
        notes: ClipNotes,
    ) -> None:
        """Nothing was asked for yet, but by the run before.

        Args:
            camera: Whose.
            settings: How long clips are.
            desk: Writes them.
            keeper: Takes them into the evidence.
            part_of: Where the clip of an event is written.
            notes: Of the events that wait for their clips.
        """
        self._notes = notes
        self._camera, self._settings, self._desk, self._keeper, self._part_of = camera, settings, desk, keeper, part_of
        self._asked: list[tuple[EventId, Request]] = []
        self._ready: deque[tuple[EventId, MadeClip | str]] = deque((event, _INTERRUPTED) for event in notes.left_over())

    def expect(self, episodes: Sequence[Episode], footage: Footage | None) -> None:
        """Note that clips of what is about to be told as raised will be asked for."""
        if footage is not None and self._settings.has_clips:
            for episode in episodes:
                if episode.state is State.RAISED:
                    self._notes.expect(episode.id)

    def ask(self, episodes: Sequence[Episode], footage: Footage | None) -> None:
        """Ask for the clips of what was just raised.

        Args:
            episodes: What was told.
            footage: Of the best stream that there is; None: there is none.
        """
        if footage is None or not self._settings.has_clips:
            for episode in episodes:
                if episode.state is State.RAISED:
                    self._notes.settle(episode.id)
            return
        for episode in episodes:
            if episode.state is State.RAISED:
                since = MediaNs(episode.t - self._settings.clip_before_ns)
                request = footage.request(since, MediaNs(episode.t + self._settings.clip_after_ns))
                if request is not None:
                    self._notes.expect(episode.id)
                    self._asked.append((episode.id, request))
                else:
                    self._notes.settle(episode.id)

    def hand_in(self, now: MediaNs | None, *, at_once: bool = False) -> None:
        """Let the clips that are complete be written.

        Args:
            now: Media time; None: all are taken as they are.
            at_once: Write them in this thread.
        """
        waiting = []
        for event, request in self._asked:
            take = request.take(now)
            if take is not None:
                lost = partial(self._made, event, _NOT_WRITTEN)
                job = ClipJob(take, self._part_of(event), partial(self._made, event), lost)
                if at_once:
                    self._desk.write(job)
                else:
                    self._desk.submit(job)
            elif not request.is_over:
                waiting.append((event, request))
            else:
                self._made(event, _NOT_WRITTEN)
        self._asked = waiting

    def tell(self, publisher: Publisher) -> None:
        """Tell of the clips that are ready.

        Raises:
            StateError: A message could not be written; it is told with the next call.
        """
        while self._ready:
            event, clip = self._ready[0]
            tell_clip(publisher, self._keeper, self._camera, event, clip)
            self._notes.settle(event)
            self._ready.popleft()

    def _made(self, event: EventId, clip: MadeClip | str) -> None:
        self._ready.append((event, clip))


def tell_clip(
    publisher: Publisher, keeper: EvidenceKeeper, camera: CameraId, event: EventId, clip: MadeClip | str
) -> Alert | None:
    """The message that brings an event its clip; None where the event has no evidence or nobody has heard of it.

    Args:
        publisher: Tells it.
        keeper: Takes the clip.
        camera: Whose event it is.
        event: Its id.
        clip: Why there is none, where there is none.

    Raises:
        StateError: It could not be written.
    """
    evidence = keeper.without_clip(event, clip) if isinstance(clip, str) else keeper.with_clip(event, clip)
    if evidence is None:
        return None
    return publisher.add(camera, event, lambda last: last.model_copy(update={"evidence": evidence}))
