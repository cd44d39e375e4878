"""The pictures of an event on disk: made before its first message, never changed afterwards."""

import hashlib
import re
from collections import Counter
from collections.abc import Callable, Iterable, Mapping
from datetime import datetime, tzinfo
from pathlib import Path
from typing import Protocol
from urllib.parse import quote

from pydantic import ValidationError

from pipeline.alerts.durable_file import cannot_write, write_durably
from pipeline.alerts.legend import Fact, Legend
from pipeline.alerts.message import Evidence, utc
from pipeline.alerts.snapshot import Fence, Mark, Picture, draw_snapshot, encode_frame
from pipeline.alerts.topic import FAULT_TITLES, FaultTopic, RuleTopic, Topic
from pipeline.config.resolved import Camera
from pipeline.config.vocabulary import Title
from pipeline.observation import MediaNs
from pipeline.rules.episode import Episode, EventId, State

FOLDER = "evidence"
_INDEX = "evidence.json"
_SAFE_ID = re.compile(r"[A-Za-z0-9_-]{1,128}")
_PICTURE_NAME = re.compile(r"(snapshot|frame)-[0-9a-f]{16}\.jpg")


class EvidenceKeeper(Protocol):
    """Where an episode's evidence comes from."""

    def evidence(
        self, episode: Episode, camera: Camera, topic: Topic, full_picture: Callable[[], Picture]
    ) -> Evidence | None:
        """The evidence to be told with the episode; on disk when this returns."""


class NoEvidence:
    """For the replay of a log, which holds no pictures."""

    def evidence(
        self, episode: Episode, camera: Camera, topic: Topic, full_picture: Callable[[], Picture]
    ) -> Evidence | None:
        """None, whatever the episode."""
        del episode, camera, topic, full_picture
        return None


class EvidenceFolder:
    """Draws the pictures of an event when it is raised and keeps them under `<folder>/evidence/<event id>/`.

    A picture's name holds its content's hash: what a message points at stays true, whatever a later run writes
    for the same event. `evidence.json` beside the pictures tells a run that was restarted what was made before.

    Attributes:
        folder: The one that also holds `alerts.jsonl`, if there is one: relative URIs start there.
    """

    def __init__(self, folder: Path, timezone: tzinfo, titles: Mapping[str, Title], *, absolute: bool = False) -> None:
        """Nothing is written yet.

        Args:
            folder: Pictures go below it.
            timezone: Of the times in the legend.
            titles: Names of the object classes, for people.
            absolute: URIs are `file://...` rather than relative to `folder`.
        """
        self.folder = folder
        self._timezone = timezone
        self._titles = titles
        self._absolute = absolute
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

    def remove_all_but(self, kept: Iterable[Evidence]) -> None:
        """Remove the pictures that an earlier run left and no message of this one names.

        Raises:
            StateError: A file cannot be removed.
        """
        # The same picture can be evidence of two events: a name alone tells too little.
        named = {tuple(uri.split("/")[-2:]) for evidence in kept for uri in (evidence.snapshot, evidence.frame)}
        for event in sorted((self.folder / FOLDER).glob("*")):
            pictures = [file for file in sorted(event.glob("*.jpg")) if _PICTURE_NAME.fullmatch(file.name)]
            stale = [file for file in pictures if (event.name, file.name) not in named]
            try:
                for file in stale:
                    file.unlink()
                if stale and len(stale) == len(pictures):
                    (event / _INDEX).unlink(missing_ok=True)
                    event.rmdir()
            except OSError as error:
                raise cannot_write(event, error) from error

    def _made(self, episode: Episode, camera: Camera, topic: Topic, picture: Picture) -> Evidence:
        fence = Fence(topic.zone.points, topic.zone.is_line) if isinstance(topic, RuleTopic) else None
        snapshot = draw_snapshot(picture, fence, self._marks(episode), self._legend(episode, camera, topic))
        snapshot_uri, snapshot_sha256 = self._kept(episode.id, "snapshot", snapshot)
        frame_uri, frame_sha256 = self._kept(episode.id, "frame", encode_frame(picture))
        made = Evidence(
            snapshot=snapshot_uri, snapshot_sha256=snapshot_sha256, frame=frame_uri, frame_sha256=frame_sha256
        )
        write_durably(self._folder_of(episode.id) / _INDEX, made.model_dump_json().encode())
        return made

    def _kept(self, event: EventId, kind: str, content: bytes) -> tuple[str, str]:
        """Write one picture; its URI and SHA-256."""
        digest = hashlib.sha256(content).hexdigest()
        path = self._folder_of(event) / f"{kind}-{digest[:16]}.jpg"
        write_durably(path, content)
        uri = path.resolve().as_uri() if self._absolute else quote(path.relative_to(self.folder).as_posix())
        return uri, digest

    def _recalled(self, event: EventId) -> Evidence | None:
        """What an earlier run made for the event; None where it is not there or cannot be read."""
        try:
            return Evidence.model_validate_json((self._folder_of(event) / _INDEX).read_bytes())
        except (OSError, ValidationError):
            return None

    def _folder_of(self, event: EventId) -> Path:
        if not _SAFE_ID.fullmatch(event):
            raise ValueError(f"event id: got {event!r}, allowed are letters, digits, '-' and '_'")
        return self.folder / FOLDER / event

    def _marks(self, episode: Episode) -> list[Mark]:
        return [Mark(self._title(item.class_name).zh, item.confidence, item.box) for item in episode.objects]

    def _legend(self, episode: Episode, camera: Camera, topic: Topic) -> Legend:
        started, raised = (self._local(t) for t in (episode.started_at, episode.raised_at))
        facts = (
            Fact("摄像机 Camera", camera.name or camera.id),
            _fact_of(topic),
            Fact(f"开始 Started  {_offset(started)}", started.strftime("%Y-%m-%d %H:%M:%S")),
            Fact(f"告警 Raised  {_offset(raised)}", raised.strftime("%Y-%m-%d %H:%M:%S")),
            Fact("持续 Dwell", in_words(episode.dwell_ns)),
            Fact("对象 Objects", self._count(episode))
            if isinstance(topic, RuleTopic)
            else Fact("画面 Picture", "异常时最近画面 latest one"),
        )
        return Legend(str(episode.severity), topic.title.zh, topic.title.en, facts)

    def _count(self, episode: Episode) -> str:
        counts = Counter(item.class_name for item in episode.objects)
        return "、".join(f"{self._title(name).zh} ×{n}" for name, n in sorted(counts.items()))

    def _title(self, class_name: str) -> Title:
        return self._titles.get(class_name, Title(class_name, class_name))

    def _local(self, t: MediaNs) -> datetime:
        return utc(t).astimezone(self._timezone)


def _fact_of(topic: Topic) -> Fact:
    if isinstance(topic, FaultTopic):
        title = FAULT_TITLES[topic.kind]
        return Fact("异常 Fault", f"{title.zh} {title.en}")
    return Fact("区域 Zone", topic.zone.name or topic.zone.id)


def _offset(moment: datetime) -> str:
    written = moment.strftime("%z")
    return f"UTC{written[:3]}:{written[3:5]}"


def in_words(duration_ns: int) -> str:
    """A duration for people: `45 s`, `1 min 05 s`, `2 h 00 min`."""
    whole_s = duration_ns // 1_000_000_000
    minutes, rest_s = divmod(whole_s, 60)
    if not minutes:
        return f"{rest_s} s"
    hours, rest_min = divmod(minutes, 60)
    return f"{hours} h {rest_min:02d} min" if hours else f"{minutes} min {rest_s:02d} s"
