"""Which events still wait for their clip, on disk: whoever is killed leaves none waiting for ever.

A clip grows in memory. So that it is to come is noted beside the event's evidence before the event is told, and struck
out once the clip is told, or that there will be none.
"""

from contextlib import suppress
from pathlib import Path

from pipeline.observation import CameraId
from pipeline.rules.episode import EventId

_NAME = ".clip-of-{}"


class ClipNotes:
    """The notes of one camera. Nothing is remembered but on disk; what cannot be written there is left out."""

    def __init__(self, root: Path, camera: CameraId) -> None:
        """Nothing is noted.

        Args:
            root: Has a folder for each event.
            camera: Whose events these are.
        """
        self._root, self._name = root, _NAME.format(camera)

    def left_over(self) -> tuple[EventId, ...]:
        """The events that an earlier run has left without their clips."""
        return tuple(EventId(note.parent.name) for note in sorted(self._root.glob(f"*/{self._name}")))

    def expect(self, event: EventId) -> None:
        """A clip of the event is to come."""
        with suppress(OSError):
            (self._root / event).mkdir(parents=True, exist_ok=True)
            (self._root / event / self._name).touch()

    def settle(self, event: EventId) -> None:
        """It was told, or nobody waits for it."""
        with suppress(OSError):
            (self._root / event / self._name).unlink(missing_ok=True)
