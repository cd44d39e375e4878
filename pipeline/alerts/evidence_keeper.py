"""What the evidence of an event is made by, and a clip that was made."""

import hashlib
import os
from collections.abc import Callable
from dataclasses import dataclass
from pathlib import Path
from typing import Protocol

from pipeline.alerts.durable_file import cannot_write, sync_folder
from pipeline.alerts.message import Evidence
from pipeline.alerts.snapshot import Picture
from pipeline.alerts.topic import Topic
from pipeline.config.resolved import Camera
from pipeline.observation import MediaNs
from pipeline.rules.episode import Episode, EventId


@dataclass(frozen=True, slots=True)
class MadeClip:
    """A clip on disk, under its final name.

    Attributes:
        sha256: Of the file.
        start: Media time of its first picture.
        end: Of its last.
    """

    path: Path
    sha256: str
    start: MediaNs
    end: MediaNs


class EvidenceKeeper(Protocol):
    """Where an episode's evidence comes from."""

    def evidence(
        self, episode: Episode, camera: Camera, topic: Topic, full_picture: Callable[[], Picture]
    ) -> Evidence | None:
        """The evidence to be told with the episode; on disk when this returns."""

    def note_view(self, episode: Episode, camera: Camera, topic: Topic, picture: Picture) -> None:
        """The event's object is seen better than before: told with its next message."""

    def with_clip(self, event: EventId, clip: MadeClip) -> Evidence | None:
        """The event's evidence with its clip; None where it has no evidence."""

    def without_clip(self, event: EventId, reason: str) -> Evidence | None:
        """The event's evidence that will have no clip; None where it has no evidence."""


class NoEvidence:
    """For the replay of a log, which holds no pictures."""

    def evidence(
        self, episode: Episode, camera: Camera, topic: Topic, full_picture: Callable[[], Picture]
    ) -> Evidence | None:
        """None, whatever the episode."""
        del episode, camera, topic, full_picture
        return None

    def note_view(self, episode: Episode, camera: Camera, topic: Topic, picture: Picture) -> None:
        """Nothing."""

    def with_clip(self, event: EventId, clip: MadeClip) -> Evidence | None:
        """None, whatever the event."""
        del event, clip
        return None

    def without_clip(self, event: EventId, reason: str) -> Evidence | None:
        """None, whatever the event."""
        del event, reason
        return None


def seal_clip(part: Path, start: MediaNs, end: MediaNs) -> MadeClip:
    """Give a clip that is written its name, durably.

    Args:
        part: See `EvidenceFolder.clip_part`.
        start: Media time of its first picture.
        end: Of its last.

    Raises:
        StateError: It cannot be read or renamed.
    """
    try:
        with part.open("r+b") as file:
            digest = hashlib.file_digest(file, "sha256").hexdigest()
            os.fsync(file.fileno())
        path = part.with_name(f"clip-{digest[:16]}.mp4")
        part.replace(path)
        sync_folder(path.parent)
    except OSError as error:
        raise cannot_write(part, error) from error
    return MadeClip(path, digest, start, end)
