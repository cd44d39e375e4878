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

Tell = Callable[[Episode, Callable[[], Bgr]], object]
"""Takes an episode, and what gives the full-size picture of its moment. What it returns is not looked at."""


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


class Intake:
    """Where the entries of one camera come in, from a recording or a log. Remembers the counts of the summary."""

    def __init__(self, reasoner: Reasoner, log: EntrySink, tell: Tell) -> None:
        """Nothing has come in yet.

        Args:
            reasoner: Of this camera, fresh.
            log: Gets every entry, first.
            tell: Gets every episode, in order.
        """
        self._reasoner, self._log, self._tell = reasoner, log, tell
        self._looks = self._network_looks = self._raised = 0
        self._first: MediaNs | None = None
        self._last = MediaNs(0)

    def enter(self, entry: Entry, picture: Callable[[], Bgr]) -> Step:
        """Log the next entry, reason about it and tell what comes of it.

        Args:
            entry: The next.
            picture: Gives the full-size picture that it is of.
        """
        self._log.append(entry)
        self._first, self._last = (entry.t if self._first is None else self._first), entry.t
        if isinstance(entry, Observation):
            kinds = {look.kind for look in entry.looks}
            self._looks += LookKind.CLOSE not in kinds
            self._network_looks += bool(kinds & {LookKind.OBJECTS, LookKind.CLOSE})
        step = self._reasoner.feed(entry)
        for episode in step.episodes:
            self._raised += episode.state is State.RAISED
            self._tell(episode, picture)
        return step

    def summary(self, damage: Damage) -> Summary:
        """What has come of it so far."""
        media_ns = 0 if self._first is None else self._last - self._first
        return Summary(self._looks, self._network_looks, media_ns, self._raised, damage)


class RecordedRun:
    """Reads one source to its end."""

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
        self._source, self._looker, self._interval_ns = source, looker, interval_ns
        self._intake = Intake(reasoner, log, tell)
        self._early_ns = round(interval_ns * (1 - _ON_TIME))

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
        self._intake.enter(End(last, EndCause.SOURCE_ENDED), no_picture)
        return self._intake.summary(self._source.damage)

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
            self._intake.enter(Gap(last, last, is_open=True, cause=GapCause.NO_SIGNAL), no_picture)
        now = MediaNs(last + TICK_EVERY_NS)
        while now < t:
            self._intake.enter(Tick(now), no_picture)
            if is_hole:
                self._intake.enter(Gap(now, last, is_open=True, cause=GapCause.NO_SIGNAL), no_picture)
            now = MediaNs(now + TICK_EVERY_NS)
        if is_hole:
            self._intake.enter(Gap(t, last, is_open=False, cause=GapCause.NO_SIGNAL), no_picture)

    def _examine(self, frame: Frame) -> None:
        for request in self._intake.enter(self._looker.look(frame), frame.full).wanted:
            self._intake.enter(self._looker.look_closely(frame, request.region), frame.full)


def no_picture() -> Bgr:
    """For entries that are of no picture: nothing is raised by them."""
    raise RuntimeError("an event was raised by an entry that has no picture")
