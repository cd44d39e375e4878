"""Whether a camera sees what it is there to see, judged from the picture alone, before anything is looked for."""

from collections.abc import Mapping
from dataclasses import dataclass
from enum import StrEnum
from typing import Self

from pipeline.observation import GapCause, MediaNs
from pipeline.perception.detections import Picture
from pipeline.perception.looker import FramePictures, analysis_size
from pipeline.perception.stillness import Stillness


class Sees(StrEnum):
    """What the picture is worth."""

    SEES = "sees"
    DOUBTFUL = "doubtful"
    """It may show something else than the scene: better not looked at until it is known."""
    BLIND = "blind"


@dataclass(frozen=True, slots=True)
class Sightline:
    """What the watch says of one picture.

    Attributes:
        sees: What the picture is worth.
        cause: Why the camera is blind; None unless it is.
        since: The first moment that was not seen as it should be; of a picture that is good, its own.
        view: The preset that it shows; empty where the camera has none, or none matches.
    """

    sees: Sees
    cause: GapCause | None
    since: MediaNs
    view: str = ""


class CameraWatch:
    """Remembers how one camera's picture usually looks, and since when it does not."""

    def __init__(self, views: Mapping[str, Picture]) -> None:
        """Nothing is known yet.

        Args:
            views: What a PTZ camera shows at its presets, BGR, any size; empty: the one view is learned.
        """
        self._views = views
        self._stillness = Stillness()

    @classmethod
    def resume(cls, views: Mapping[str, Picture], *, snapshot: bytes) -> Self:
        """Go on where a snapshot left off.

        Raises:
            StateError: The snapshot is damaged, or of another version.
        """
        del snapshot
        return cls(views)

    def look(self, frame: FramePictures) -> Sightline:
        """Judge the next frame; frames come in order of time."""
        picture = frame.scaled(*analysis_size(frame.size))
        self._stillness.look(picture, frame.t)
        if self._stillness.is_frozen(frame.t):
            return Sightline(Sees.BLIND, GapCause.FROZEN, self._stillness.since)
        return Sightline(Sees.SEES, None, frame.t)

    def snapshot(self) -> bytes:
        """All that is remembered and is needed after a restart."""
        return b""
