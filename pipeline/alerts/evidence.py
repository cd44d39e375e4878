"""The evidence of an event on disk: its pictures are made before its first message, its clip comes later."""

import hashlib
import re
from collections.abc import Callable, Iterable, Mapping
from datetime import tzinfo
from pathlib import Path
from urllib.parse import quote

from pydantic import ValidationError

from pipeline.alerts.durable_file import cannot_write, write_durably
from pipeline.alerts.evidence_keeper import MadeClip
from pipeline.alerts.evidence_legend import legend_of, title_of
from pipeline.alerts.message import Evidence, utc
from pipeline.alerts.snapshot import Fence, Mark, Picture, draw_snapshot, encode_frame
from pipeline.alerts.topic import FaultTopic, Topic
from pipeline.config.resolved import Camera
from pipeline.config.vocabulary import Title
from pipeline.rules.episode import Episode, EventId, State

FOLDER = "evidence"
_INDEX = "evidence.json"
_SAFE_ID = re.compile(r"[A-Za-z0-9_-]{1,128}")
_FILE_NAME = re.compile(r"((snapshot|frame|best)-[0-9a-f]{16}\.jpg|clip-[0-9a-f]{16}\.mp4)")


class EvidenceFolder:
    """Draws the pictures of an event when it is raised and keeps them under `<root>/<event id>/`.

    A file's name holds its content's hash: what a message points at stays true, whatever a later run writes
    for the same event. `evidence.json` beside the pictures tells a run that was restarted what was made before.

    Attributes:
        root: Has a folder for each event.
    """

    def __init__(
        self, folder: Path, timezone: tzinfo, titles: Mapping[str, Title], uri_of: Callable[[Path], str] | None = None
    ) -> None:
        """Nothing is written yet.

        Args:
            folder: Evidence goes below it, into `evidence`.
            timezone: Of the times in the legend.
            titles: Names of the object classes, for people.
            uri_of: The address of a file below `folder`; None: relative to it, for it holds `alerts.jsonl` too.
        """
        self.folder = folder
        self.root = folder / FOLDER
        self._uri_of = uri_of or self._relative
        self._timezone = timezone
        self._titles = titles
        self._by_event: dict[EventId, Evidence] = {}

    def evidence(
        self, episode: Episode, camera: Camera, topic: Topic, full_picture: Callable[[], Picture]
    ) -> Evidence | None:
        """The event's evidence: drawn when it is raised, the same for all that follows.

        Args:
            episode: The change.
            camera: Its camera.
            topic: What it is about.
            full_picture: Gives the frame of the episode's time at full size, or the last one before it; asked only
                where a picture is to be drawn.

        Raises:
            StateError: The folder cannot be written.
        """
        known = None if episode.state is State.RAISED else self._by_event.get(episode.id) or self._recalled(episode.id)
        found = known or self._made(episode, camera, topic, full_picture())
        self._by_event[episode.id] = found
        if episode.state is State.CLEARED:
            del self._by_event[episode.id]
        return found

    def note_view(self, episode: Episode, camera: Camera, topic: Topic, picture: Picture) -> None:
        """Draw the picture in which the event's object is seen best so far; the next message of the event names it.

        Raises:
            StateError: The folder cannot be written.
        """
        known = self._by_event.get(episode.id)
        if known is not None:
            uri, sha256 = self._kept(episode.id, "best", self._drawn(episode, camera, topic, picture))
            self._note(episode.id, known.model_copy(update={"best": uri, "best_sha256": sha256}))

    def with_clip(self, event: EventId, clip: MadeClip) -> Evidence | None:
        """See `EvidenceKeeper`.

        Raises:
            StateError: The folder cannot be written.
        """
        told = {
            "clip": self._uri_of(clip.path),
            "clip_sha256": clip.sha256,
            "clip_started_at": utc(clip.start),
            "clip_ended_at": utc(clip.end),
        }
        return self._changed(event, told)

    def without_clip(self, event: EventId, reason: str) -> Evidence | None:
        """See `EvidenceKeeper`; with its clip, where one was taken in before a kill.

        Raises:
            StateError: The folder cannot be written.
        """
        known = self._by_event.get(event) or self._recalled(event)
        return known if known is not None and known.clip else self._changed(event, {"clip_lost": reason})

    def clip_part(self, event: EventId) -> Path:
        """Where the clip of an event is to be written before it has its name; the folder is there.

        Raises:
            StateError: The folder cannot be made.
        """
        path = self._folder_of(event) / ".clip.part"
        try:
            path.parent.mkdir(parents=True, exist_ok=True)
        except OSError as error:
            raise cannot_write(path, error) from error
        return path

    def remove_all_but(self, kept: Iterable[Evidence]) -> None:
        """Remove the files that an earlier run left and no message of this one names.

        Raises:
            StateError: A file cannot be removed.
        """
        # The same picture can be evidence of two events: a name alone tells too little.
        named = {tuple(uri.split("/")[-2:]) for evidence in kept for uri in _uris(evidence)}
        for event in sorted(self.root.glob("*")):
            files = [file for file in sorted(event.glob("*")) if _FILE_NAME.fullmatch(file.name)]
            stale = [file for file in files if (event.name, file.name) not in named]
            try:
                for file in stale:
                    file.unlink()
                if stale and len(stale) == len(files):
                    (event / _INDEX).unlink(missing_ok=True)
                    event.rmdir()
            except OSError as error:
                raise cannot_write(event, error) from error

    def _made(self, episode: Episode, camera: Camera, topic: Topic, picture: Picture) -> Evidence:
        snapshot_uri, snapshot_sha256 = self._kept(episode.id, "snapshot", self._drawn(episode, camera, topic, picture))
        frame_uri, frame_sha256 = self._kept(episode.id, "frame", encode_frame(picture))
        made = Evidence(
            snapshot=snapshot_uri, snapshot_sha256=snapshot_sha256, frame=frame_uri, frame_sha256=frame_sha256
        )
        self._note(episode.id, made)
        return made

    def _changed(self, event: EventId, told: Mapping[str, object]) -> Evidence | None:
        is_open = event in self._by_event
        known = self._by_event.get(event) or self._recalled(event)
        if known is None:
            return None
        found = known.model_copy(update=told)
        self._note(event, found)
        if not is_open:
            del self._by_event[event]
        return found

    def _drawn(self, episode: Episode, camera: Camera, topic: Topic, picture: Picture) -> bytes:
        fence = None if isinstance(topic, FaultTopic) else Fence(topic.zone.points, topic.zone.is_line)
        return draw_snapshot(
            picture, fence, self._marks(episode), legend_of(episode, camera, topic, self._timezone, self._titles)
        )

    def _note(self, event: EventId, evidence: Evidence) -> None:
        write_durably(self._folder_of(event) / _INDEX, evidence.model_dump_json().encode())
        self._by_event[event] = evidence

    def _kept(self, event: EventId, kind: str, content: bytes) -> tuple[str, str]:
        """Write one picture; its URI and SHA-256."""
        digest = hashlib.sha256(content).hexdigest()
        path = self._folder_of(event) / f"{kind}-{digest[:16]}.jpg"
        write_durably(path, content)
        return self._uri_of(path), digest

    def _relative(self, path: Path) -> str:
        return quote(path.relative_to(self.folder).as_posix())

    def _recalled(self, event: EventId) -> Evidence | None:
        """What an earlier run made for the event; None where it is not there or cannot be read."""
        try:
            return Evidence.model_validate_json((self._folder_of(event) / _INDEX).read_bytes())
        except (OSError, ValidationError):
            return None

    def _folder_of(self, event: EventId) -> Path:
        if not _SAFE_ID.fullmatch(event):
            raise ValueError(f"event id: got {event!r}, allowed are letters, digits, '-' and '_'")
        return self.root / event

    def _marks(self, episode: Episode) -> list[Mark]:
        return [Mark(title_of(item.class_name, self._titles).zh, item.confidence, item.box) for item in episode.objects]


def absolute_uri(path: Path) -> str:
    """The address of a file that holds anywhere on this machine: `file://...`."""
    return path.resolve().as_uri()


def _uris(evidence: Evidence) -> list[str]:
    uris = (evidence.snapshot, evidence.frame, evidence.clip, evidence.best)
    return [uri for uri in uris if uri is not None]
