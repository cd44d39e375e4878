"""Whether looking no more than needed costs events: every recording analysed at full rate, and as the pipeline does it.

    python -m benchmarks.adaptive SITE.yaml [SITE.yaml ...] [--rate 5]

At full rate the network looks at every picture whole, and so does the search for static objects; adaptively each is
done when something changes where rules look, or when a check is due. Both must tell the same events: same rule and
zone, starts within one look of the adaptive run, and the same end where there is one.
"""

import argparse
import os
import sys
from collections.abc import Callable, Sequence
from dataclasses import dataclass, replace
from itertools import pairwise
from pathlib import Path
from types import TracebackType
from typing import Self

from benchmarks.measured import pin_to_one_core
from pipeline.config.ids import RuleId, ZoneId
from pipeline.config.load import load_site
from pipeline.config.resolved import Camera, Site
from pipeline.config.vocabulary import Vocabulary, load_vocabulary
from pipeline.media.damage import Damage
from pipeline.media.frame import Frame
from pipeline.media.info import StreamInfo
from pipeline.media.source import VideoSource
from pipeline.observation import Entry, LookKind, MediaNs, Observation, nanoseconds, seconds
from pipeline.perception.detections import ObjectDetector
from pipeline.perception.looker import Looker, LookerSettings
from pipeline.rules.episode import ClearReason, Ended, Episode, EventId, RuleOrigin, State
from pipeline.runtime.examiner import Examiner
from pipeline.runtime.eyes import CameraEyes, attention_of, camera_watch, load_detector
from pipeline.runtime.intake import Intake
from pipeline.runtime.need import Need, need_of
from pipeline.runtime.recorded import RecordedRun
from pipeline.runtime.replaying import open_recording, reasoner, recording_of

EVERY_PICTURE = Need(1)
START_TOLERANCE_S = 0.6
"""On top of the look interval: half a second in which a still object is told from a moving one."""
END_TOLERANCE_S = 5.0
"""On top of the look interval: the usual grace, within which missed sight of an object is bridged."""


@dataclass(frozen=True, slots=True)
class Event:
    """One event as a run told it; times in s of the recording.

    Attributes:
        rule: Its rule.
        zone: Its zone.
        start_s: When it began.
        end_s: The last moment at which it held.
        reason: Why it ended; that the source did, if nothing else.
    """

    rule: RuleId
    zone: ZoneId
    start_s: float
    end_s: float
    reason: ClearReason


@dataclass(frozen=True, slots=True)
class Outcome:
    """What a run saw and said.

    Attributes:
        events: In order of their starts.
        looks: Pictures that were looked at.
        whole: Looks of the network at the whole picture.
        pieces: Looks of the network at a region, close looks included.
        static: Looks for static objects.
        longest_s: The longest time between two looks.
    """

    events: tuple[Event, ...]
    looks: int
    whole: int
    pieces: int
    static: int
    longest_s: float


class WholeSource:
    """A recording of which every picture is decoded, whatever is asked for."""

    def __init__(self, source: VideoSource) -> None:
        self._source = source

    @property
    def info(self) -> StreamInfo:
        """Of the recording."""
        return self._source.info

    @property
    def damage(self) -> Damage:
        """Of the recording."""
        return self._source.damage

    @property
    def keyframe_interval_s(self) -> float:
        """So far apart that nobody relies on them."""
        return 3600.0

    def next_frame(self, not_before: MediaNs, *, keyframes_only: bool = False) -> Frame | None:
        """The next picture that is due, a keyframe or not."""
        del keyframes_only
        return self._source.next_frame(not_before)

    def close(self) -> None:
        """Close the recording."""
        self._source.close()

    def __enter__(self) -> Self:
        return self

    def __exit__(
        self, kind: type[BaseException] | None, error: BaseException | None, trace: TracebackType | None
    ) -> None:
        self.close()


class Ledger:
    """Takes the entries and the episodes of a run, and counts."""

    def __init__(self, start: MediaNs) -> None:
        self._start = start
        self._looks: list[Observation] = []
        self._by_id: dict[EventId, Event] = {}

    def append(self, entry: Entry) -> None:
        """Count an entry."""
        if isinstance(entry, Observation):
            self._looks.append(entry)

    def tell(self, episodes: Sequence[Episode], picture: Callable[[], object]) -> None:
        """Note what is raised and cleared."""
        del picture
        for one in episodes:
            origin = one.origin
            if not isinstance(origin, RuleOrigin) or one.state is State.UPDATED:
                continue
            start_s = self._second(one.started_at)
            event = Event(origin.rule, origin.zone, start_s, -1.0, ClearReason.SOURCE_ENDED)
            if isinstance(one.ending, Ended):
                event = replace(event, end_s=self._second(one.ending.at), reason=one.ending.reason)
            self._by_id[one.id] = event

    def outcome(self) -> Outcome:
        """What has come of it."""
        looks = [one.looks for one in self._looks]
        network = [look for each in looks for look in each if look.kind in {LookKind.OBJECTS, LookKind.CLOSE}]
        whole = sum(look.region == (0.0, 0.0, 1.0, 1.0) and look.kind is LookKind.OBJECTS for look in network)
        times = [one.t for one in self._looks]
        return Outcome(
            events=tuple(sorted(self._by_id.values(), key=lambda event: (event.start_s, event.rule, event.zone))),
            looks=sum(any(look.kind is not LookKind.CLOSE for look in each) for each in looks),
            whole=whole,
            pieces=len(network) - whole,
            static=sum(look.kind is LookKind.STATIC for each in looks for look in each),
            longest_s=max((seconds(after - before) for before, after in pairwise(times)), default=0),
        )

    def _second(self, t: MediaNs) -> float:
        return seconds(t - self._start)


@dataclass(frozen=True, slots=True)
class Comparison:
    """Two runs over one recording.

    Attributes:
        full: At full rate.
        adaptive: As the pipeline does it.
        missed: Events of the first that the second lacks.
        invented: Events of the second that the first lacks.
        late: Pairs of one event whose starts or ends are too far apart.
    """

    full: Outcome
    adaptive: Outcome
    missed: tuple[Event, ...]
    invented: tuple[Event, ...]
    late: tuple[tuple[Event, Event], ...]

    @classmethod
    def of(cls, full: Outcome, adaptive: Outcome) -> Self:
        """Pair the events of two runs, each with the nearest of its rule and zone."""
        left = list(adaptive.events)
        missed, late = list[Event](), list[tuple[Event, Event]]()
        for event in full.events:
            alike = [one for one in left if (one.rule, one.zone) == (event.rule, event.zone)]
            if not alike:
                missed.append(event)
                continue
            nearest = min(alike, key=lambda one: abs(one.start_s - event.start_s))
            left.remove(nearest)
            if not _is_same(event, nearest, adaptive.longest_s):
                late.append((event, nearest))
        return cls(full, adaptive, tuple(missed), tuple(left), tuple(late))

    @property
    def is_same(self) -> bool:
        """Whether both told the same events."""
        return not (self.missed or self.invented or self.late)


def run_over(site: Site, vocabulary: Vocabulary, detector: ObjectDetector, *, full: Need | None) -> Outcome:
    """Analyse the recording of the site's one camera.

    Args:
        site: With a recorded camera.
        vocabulary: Names of the classes.
        detector: The network.
        full: How often everything is looked at; None: adaptively.
    """
    camera = site.cameras[0]
    settings = LookerSettings(confidence=site.detector.confidence, every_look=full is not None)
    with open_recording(camera, recording_of(camera, "nothing to compare")) as source:
        ledger = Ledger(source.info.start)
        intake = Intake(reasoner(site, camera, vocabulary), ledger, ledger.tell)
        eyes = CameraEyes(lambda: Looker(detector, vocabulary, settings))
        attention = {} if full is not None else attention_of(site.rules, camera)
        examiner = Examiner(eyes, camera_watch(camera), intake, attention)
        RecordedRun(
            WholeSource(source) if full else source, examiner=examiner, intake=intake, need=full or _need(site, camera)
        ).run(lambda _: None)
    return ledger.outcome()


def compare(site: Site, vocabulary: Vocabulary, detector: ObjectDetector, full: Need) -> Comparison:
    """Analyse the recording of the site's one camera both ways."""
    return Comparison.of(
        run_over(site, vocabulary, detector, full=full), run_over(site, vocabulary, detector, full=None)
    )


def _need(site: Site, camera: Camera) -> Need:
    return need_of(site.rules, camera.id)


def _is_same(event: Event, other: Event, interval_s: float) -> bool:
    if abs(event.start_s - other.start_s) > interval_s + START_TOLERANCE_S:
        return False
    # Near the end of a recording it may be that one run can still be sure that a thing has left, and the other not.
    return abs(event.end_s - other.end_s) <= interval_s + END_TOLERANCE_S


def main(arguments: Sequence[str]) -> int:
    """Print a table; 0 if every pair of runs told the same."""
    parser = argparse.ArgumentParser(description=__doc__, formatter_class=argparse.RawDescriptionHelpFormatter)
    parser.add_argument("sites", nargs="+", type=Path, help="site files with one recorded camera each")
    parser.add_argument("--rate", type=float, default=0.0, help="pictures a second at full rate; 0: every one")
    options = parser.parse_args(arguments)
    pin_to_one_core()
    vocabulary, failures = load_vocabulary(), 0
    need = Need(nanoseconds(1 / options.rate)) if options.rate > 0 else EVERY_PICTURE
    print("| recording | events | looks full / adaptive | network, whole + pieces | static | same |")
    print("|---|---|---|---|---|---|")
    for path in options.sites:
        site = load_site(path, os.environ)
        both = compare(site, vocabulary, load_detector(site, vocabulary), need)
        full, adaptive = both.full, both.adaptive
        print(
            f"| {path.stem} | {len(full.events)} | {full.looks} / {adaptive.looks} "
            f"| {full.whole} + {full.pieces} / {adaptive.whole} + {adaptive.pieces} "
            f"| {full.static} / {adaptive.static} | {'yes' if both.is_same else 'NO'} |",
            flush=True,
        )
        for kind, events in (("missed", both.missed), ("invented", both.invented)):
            for event in events:
                print(f"  {kind}: {event}")
        for one, other in both.late:
            print(f"  apart: {one}\n         {other}")
        failures += not both.is_same
    return 1 if failures else 0


if __name__ == "__main__":
    sys.exit(main(sys.argv[1:]))
