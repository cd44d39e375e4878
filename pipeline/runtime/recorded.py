"""One recording from its first picture to its last: looks, log entries, events. It reads no clock: media time rules."""

from collections.abc import Callable
from functools import partial

from pipeline.media.frame import Frame
from pipeline.media.source import VideoSource
from pipeline.observation import EndCause, GapCause, MediaNs, nanoseconds
from pipeline.runtime.examiner import HOLE_NS, Examiner
from pipeline.runtime.intake import Intake, Summary
from pipeline.runtime.need import ON_TIME, Need, plan


class RecordedRun:
    """Reads one source to its end."""

    def __init__(self, source: VideoSource, *, examiner: Examiner, intake: Intake, need: Need) -> None:
        """Nothing is read yet.

        Args:
            source: At its beginning.
            examiner: Of this camera, fresh.
            intake: The one that the examiner enters into.
            need: How often it must be looked at.
        """
        self._source, self._examiner, self._intake, self._need = source, examiner, intake, need

    def run(self, progress: Callable[[MediaNs], None]) -> Summary:
        """Look at the recording until it ends.

        Args:
            progress: Told the time of every picture that was looked at.

        Raises:
            SourceError: The source failed.
            ModelError: The network failed.
            StateError: Log or evidence cannot be written.
        """
        frame = self._source.next_frame(MediaNs(-(2**62)))
        first = last = frame.t if frame is not None else self._source.info.start
        while frame is not None:
            if frame.t - last > HOLE_NS:
                self._examiner.lose(GapCause.NO_SIGNAL, last, last)
            self._examiner.examine(frame, partial(_itself, frame))
            last = frame.t
            progress(last)
            frame = self._next_frame(first, last)
        self._examiner.end(last, EndCause.SOURCE_ENDED)
        return self._intake.summary(self._source.damage)

    def _next_frame(self, first: MediaNs, last: MediaNs) -> Frame | None:
        """The picture that is due: a keyframe where they are near enough, which costs a fifteenth."""
        key_ns = nanoseconds(self._source.keyframe_interval_s)
        now = plan(self._need, key_ns, is_idle=self._examiner.is_idle)
        if now.keyframes_only:
            # The last keyframe within the interval: the one after it would come too late.
            due = MediaNs(last + max(0, now.interval_ns - key_ns) + _early_ns(now.interval_ns))
            keyframe = self._source.next_frame(due, keyframes_only=True)
            if keyframe is not None:
                return keyframe
        # Behind the last keyframe there may still be pictures that are due.
        return self._source.next_frame(_due(first, last, now.interval_ns))


def _due(first: MediaNs, last: MediaNs, interval_ns: int) -> MediaNs:
    """The next moment of the grid of looks, so that the looks do not drift with the frame rate."""
    early_ns = _early_ns(interval_ns)
    past = (last - first + early_ns) // interval_ns
    return MediaNs(first + (past + 1) * interval_ns - early_ns)


def _early_ns(interval_ns: int) -> int:
    return round(interval_ns * (1 - ON_TIME))


def _itself(frame: Frame) -> Frame:
    return frame
