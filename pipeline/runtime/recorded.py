"""One recording from its first picture to its last: looks, log entries, events. It reads no clock: media time rules."""

from collections.abc import Callable
from dataclasses import dataclass
from typing import Protocol

from pipeline.media.damage import Damage
from pipeline.media.frame import Bgr, Frame
from pipeline.media.source import VideoSource
from pipeline.observation import (
    End,
    EndCause,
    Entry,
    Gap,
    GapCause,
    LookKind,
    MediaNs,
    Observation,
    Tick,
    nanoseconds,
)
from pipeline.perception.looker import Looker
from pipeline.rules.episode import Episode, State, Step
from pipeline.rules.reasoner import Reasoner

TICK_EVERY_NS = nanoseconds(2.0)
HOLE_NS = nanoseconds(5.0)
"""A recording that shows nothing for longer was blind; a shorter hole is a low frame rate."""
_ON_TIME = 0.9
"""A picture that comes by a tenth of the interval too early is the one that was due."""

Tell = Callable[[Episode, Callable[[], Bgr]], None]
"""Takes an episode, and what gives the full-size picture of its moment."""


class EntrySink(Protocol):
    """Takes every entry before the reasoning does."""

    def append(self, entry: Entry) -> None:
        """Keep the next entry."""
        ...


@dataclass(frozen=True, slots=True)
class Summary:
    """What came of a recording.

    Attributes:
        looks: Pictures that were looked at.
        network_looks: Those among them, and closer looks, for which the network ran.
        media_ns: From the first picture looked at to the last.
        raised: Events that were raised.
        damage: What was wrong with the recording.
    """

    looks: int
    network_looks: int
    media_ns: int
    raised: int
    damage: Damage


class RecordedRun:
    """Reads one source to its end. Remembers the counts of its summary and the time of the last entry."""

    def __init__(
        self,
        source: VideoSource,
        *,
        looker: Looker,
        reasoner: Reasoner,
        log: EntrySink,
        tell: Tell,
        interval_ns: int,
    ) -> None:
        """Nothing is read yet.

        Args:
            source: At its beginning.
            looker: Of this camera, fresh.
            reasoner: Of this camera, fresh.
            log: Gets every entry, first.
            tell: Gets every episode, in order.
            interval_ns: Media time between two looks.
        """
        self._source, self._looker, self._reasoner = source, looker, reasoner
        self._log, self._tell, self._interval_ns = log, tell, interval_ns
        self._early_ns = round(interval_ns * (1 - _ON_TIME))
        self._looks = self._network_looks = self._raised = 0

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
            self._bridge(last, frame.t)
            self._examine(frame)
            last = frame.t
            progress(last)
            frame = self._next_frame(first, last)
        self._enter(End(last, EndCause.SOURCE_ENDED), None)
        return Summary(self._looks, self._network_looks, last - first, self._raised, self._source.damage)

    def _next_frame(self, first: MediaNs, last: MediaNs) -> Frame | None:
        """The picture that is due: a keyframe where they are near enough, which costs a fifteenth."""
        key_ns = nanoseconds(self._source.keyframe_interval_s)
        if key_ns * _ON_TIME <= self._interval_ns:
            # The last keyframe within the interval: the one after it would come too late.
            due = MediaNs(last + max(0, self._interval_ns - key_ns) + self._early_ns)
            keyframe = self._source.next_frame(due, keyframes_only=True)
            if keyframe is not None:
                return keyframe
        # Behind the last keyframe there may still be pictures that are due.
        return self._source.next_frame(self._due(first, last))

    def _due(self, first: MediaNs, last: MediaNs) -> MediaNs:
        """The next moment of the grid of looks, so that the looks do not drift with the frame rate."""
        past = (last - first + self._early_ns) // self._interval_ns
        return MediaNs(first + (past + 1) * self._interval_ns - self._early_ns)

    def _bridge(self, last: MediaNs, t: MediaNs) -> None:
        """Let time pass between two pictures that are far apart."""
        is_hole = t - last > HOLE_NS
        if is_hole:
            self._enter(Gap(last, last, is_open=True, cause=GapCause.NO_SIGNAL), None)
        now = MediaNs(last + TICK_EVERY_NS)
        while now < t:
            self._enter(Tick(now), None)
            if is_hole:
                self._enter(Gap(now, last, is_open=True, cause=GapCause.NO_SIGNAL), None)
            now = MediaNs(now + TICK_EVERY_NS)
        if is_hole:
            self._enter(Gap(t, last, is_open=False, cause=GapCause.NO_SIGNAL), None)

    def _examine(self, frame: Frame) -> None:
        seen = self._looker.look(frame)
        self._looks += 1
        self._count_network(seen)
        for request in self._enter(seen, frame).wanted:
            closer = self._looker.look_closely(frame, request.region)
            self._count_network(closer)
            self._enter(closer, frame)

    def _count_network(self, seen: Observation) -> None:
        self._network_looks += any(look.kind in {LookKind.OBJECTS, LookKind.CLOSE} for look in seen.looks)

    def _enter(self, entry: Entry, frame: Frame | None) -> Step:
        self._log.append(entry)
        step = self._reasoner.feed(entry)
        for episode in step.episodes:
            self._raised += episode.state is State.RAISED
            self._tell(episode, frame.full if frame is not None else _no_picture)
        return step


def _no_picture() -> Bgr:
    raise RuntimeError("an event was raised by an entry that has no picture")
