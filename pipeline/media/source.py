"""The port through which the pipeline sees a video, whatever it comes from."""

from types import TracebackType
from typing import Protocol, Self

from pipeline.media.damage import Damage
from pipeline.media.frame import Frame
from pipeline.media.info import StreamInfo
from pipeline.observation import MediaNs


class VideoSource(Protocol):
    """Pictures in the order of their times, which strictly increase. Leaving the `with` block closes it."""

    @property
    def info(self) -> StreamInfo:
        """The stream as its start tells it."""
        ...

    @property
    def damage(self) -> Damage:
        """What was met so far."""
        ...

    @property
    def keyframe_interval_s(self) -> float:
        """The longest of the latest distances between keyframes, seconds."""
        ...

    def next_frame(self, not_before: MediaNs, *, keyframes_only: bool = False) -> Frame | None:
        """The first picture at or after `not_before` that is later than every one passed before.

        Args:
            not_before: Earlier pictures are passed over.
            keyframes_only: Decode keyframes only. A source whose keyframes lie too far apart decodes on and
                returns what is due.

        Returns:
            None at the end of the video. Where keyframes only were asked for, there may still be others behind.

        Raises:
            SourceError: The source failed, which is not its end.
        """
        ...

    def close(self) -> None:
        """Lets go of the source. Frames that were handed out stay readable."""
        ...

    def __enter__(self) -> Self: ...

    def __exit__(
        self, kind: type[BaseException] | None, error: BaseException | None, trace: TracebackType | None
    ) -> None: ...
