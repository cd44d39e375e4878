"""What a camera's eyes remember over the end of a run: when it is written, and how it is taken up again."""

from collections.abc import Mapping
from dataclasses import dataclass
from hashlib import sha256
from pathlib import Path

from pipeline.config.resolved import Camera, Geofence
from pipeline.errors import StateError
from pipeline.observation import MediaNs, nanoseconds
from pipeline.perception.camera_watch import CameraWatch
from pipeline.runtime.camera_memory import read_memory, write_memory
from pipeline.runtime.events_log import EventsLog
from pipeline.runtime.eyes import CameraEyes, camera_watch

MEMORY_FOLDER = "memory"
_FIRST_NS = nanoseconds(10.0)
_EVERY_NS = nanoseconds(45.0)
_WATCH, _LOOKER = "watch/", "looker/"


@dataclass(frozen=True, slots=True)
class Sight:
    """What a camera sees with, which learns.

    Attributes:
        eyes: Its lookers.
        watch: Knows its view.
    """

    eyes: CameraEyes
    watch: CameraWatch


class Recall:
    """Remembers when it last wrote, in media time."""

    def __init__(self, state: Path, camera: Camera, events: EventsLog) -> None:
        """Nothing is read or written yet.

        Args:
            state: The state folder.
            camera: Whose.
            events: With its id bound.
        """
        self._path = state / MEMORY_FOLDER / f"{camera.id}.memory"
        self._id, self._events = camera.id, events
        self._first_t: MediaNs | None = None
        self._written_t = MediaNs(0)

    def recalled(self, camera: Camera, eyes: CameraEyes) -> CameraWatch:
        """The watch as it was, and the eyes as well; afresh where that cannot be read."""
        try:
            parts = read_memory(self._path, camera.id)
            eyes.resume({name.removeprefix(_LOOKER): part for name, part in parts.items() if name.startswith(_LOOKER)})
            # Whoever turns a camera draws its fences anew: its old view is then no reference any more.
            return camera_watch(camera, parts.get(f"{_WATCH}{name_of(camera.geofence)}", b""))
        except StateError as error:
            self._events.warning("camera.memory_lost", error=error)
            return camera_watch(camera)

    def write_if_due(self, t: MediaNs, fence: Geofence, sight: Sight, *, is_last: bool) -> None:
        """Write what they remember now and then; the last of it in any case."""
        self._first_t = t if self._first_t is None else self._first_t
        since_ns = t - (self._written_t or self._first_t)
        if since_ns >= (_EVERY_NS if self._written_t else _FIRST_NS) or is_last:
            self._written_t = t
            try:
                write_memory(self._path, self._id, _parts(fence, sight))
            except StateError as error:
                self._events.error("camera.cannot_write", error=error)

    def forget(self) -> None:
        """What was written goes.

        Raises:
            OSError: It cannot be removed.
        """
        self._path.unlink(missing_ok=True)


def name_of(fence: Geofence) -> str:
    """Another one for other zones or views."""
    return sha256(repr((fence.zones, fence.masks, fence.views)).encode()).hexdigest()[:16]


def _parts(fence: Geofence, sight: Sight) -> Mapping[str, bytes]:
    looks = {f"{_LOOKER}{view}": memory for view, memory in sight.eyes.snapshot().items()}
    return {f"{_WATCH}{name_of(fence)}": sight.watch.snapshot(), **looks}
