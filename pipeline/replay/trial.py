"""What a changed site would have told of one camera's last hours, beside what the site as it is tells of them.

Both are reasoned over anew from the log, so what differs comes of the change alone.
"""

from collections.abc import Mapping, Sequence
from dataclasses import dataclass, replace
from pathlib import Path

from pipeline.config.ids import RuleId
from pipeline.config.resolved import Camera, Rule, Site
from pipeline.config.vocabulary import Vocabulary
from pipeline.observation import CameraId, MediaNs, nanoseconds
from pipeline.replay.answers import Coverage, refusal
from pipeline.replay.events import Event, EventTable, events_of_log
from pipeline.replay.log import log_files, read_log
from pipeline.replay.log_blocks import read_blocks
from pipeline.replay.log_columns import LogBlock
from pipeline.replay.pieces import last_moment
from pipeline.replay.sweep import CameraSweep

_LONGEST_RUN_UP_NS = nanoseconds(6 * 3600)
_RUN_UP_MARGIN_NS = nanoseconds(300)


@dataclass(frozen=True, slots=True)
class TrialJob:
    """One camera that is to be tried.

    Attributes:
        before: The site as it is, with this camera and the rules in question alone.
        after: The same, changed.
        log: The camera's.
        since: Events that were raised before are left out.
        least_by_class: See `answers.refusal`.
    """

    before: Site
    after: Site
    log: Path
    since: MediaNs
    least_by_class: Mapping[str, float]

    @property
    def camera(self) -> CameraId:
        """Whose log it is."""
        return self.before.cameras[0].id


@dataclass(frozen=True, slots=True)
class CameraTrial:
    """What came of it.

    Attributes:
        camera: Whose.
        before: Events under the site as it is, in the order in which they were raised.
        after: Under the changed one.
        refused: Why the log cannot answer what the change asks; empty: it can.
        watched_ns: How long the camera was seen in the log.
    """

    camera: CameraId
    before: tuple[Event, ...]
    after: tuple[Event, ...]
    refused: str
    watched_ns: int


def trial_jobs(
    before: Site,
    after: Site,
    rules: Sequence[RuleId],
    log_by_camera: dict[CameraId, Path],
    *,
    span_ns: int,
    least_by_class: Mapping[str, float],
) -> tuple[TrialJob, ...]:
    """A job a camera that has a log and on which one of the rules looks, before or after.

    Args:
        before: The site as it is, with the scores of its networks filled in.
        after: The same, changed.
        rules: Those in question.
        log_by_camera: Where there is one.
        span_ns: So much of the logs, back from the last entry of them all.
        least_by_class: See `answers.refusal`.

    Raises:
        UsageError: A log cannot be read.
    """
    asked = [
        camera.id
        for camera in before.cameras
        if camera.id in log_by_camera and any(_looks(site, rules, camera.id) for site in (before, after))
    ]
    ends = [end for end in (last_moment(log_files(log_by_camera[camera])) for camera in asked) if end is not None]
    since = MediaNs(max(ends, default=0) - span_ns)
    return tuple(
        TrialJob(
            _narrowed(before, rules, camera),
            _narrowed(after, rules, camera),
            log_by_camera[camera],
            since,
            least_by_class,
        )
        for camera in asked
    )


def try_camera(job: TrialJob, vocabulary: Vocabulary) -> CameraTrial:
    """Reason over the log under both sites.

    Raises:
        UsageError: The log cannot be read.
    """
    coverage = Coverage()
    reading = _Reading(job, vocabulary)
    for block in read_blocks(job.log, _run_up(job)):
        coverage.add(block)
        reading.feed(block)
    before, after = (tuple(one for one in told if one.raised_at >= job.since) for told in reading.events())
    return CameraTrial(job.camera, before, after, _refused(job, coverage), coverage.watched_ns)


def _looks(site: Site, rules: Sequence[RuleId], camera: CameraId) -> bool:
    return any(camera in rule.zones_by_camera for rule in site.rules if rule.id in rules)


def _narrowed(site: Site, rules: Sequence[RuleId], camera: CameraId) -> Site:
    mine = tuple(rule for rule in site.rules if rule.id in rules and camera in rule.zones_by_camera and rule.enabled)
    return replace(site, cameras=tuple(one for one in site.cameras if one.id == camera), rules=mine)


def _run_up(job: TrialJob) -> MediaNs:
    """From when on is reasoned: what is raised at the beginning of the span has begun before."""
    rules = (*job.before.rules, *job.after.rules)
    longest_ns = max(
        (max(rule.dwell_ns, *rule.dwell_by_class_ns.values(), 0) + rule.grace_ns for rule in rules), default=0
    )
    return MediaNs(job.since - min(longest_ns + _RUN_UP_MARGIN_NS, _LONGEST_RUN_UP_NS))


def _refused(job: TrialJob, coverage: Coverage) -> str:
    of_objects = [rule for rule in job.after.rules if not rule.algorithm.is_of_camera]
    cameras = job.after.cameras
    current = {rule.id: rule for rule in job.before.rules}
    known = {job.camera: coverage}
    found = (refusal(rule, current.get(rule.id), cameras, known, job.least_by_class) for rule in of_objects)
    return next((text for text in found if text), "")


class _Reading:
    """One camera's log under two sites. Remembers what each rule remembers, under either."""

    def __init__(self, job: TrialJob, vocabulary: Vocabulary) -> None:
        self._job, self._vocabulary = job, vocabulary
        sides = (job.before, job.after)
        ids = sorted({rule.id for site in sides for rule in site.rules if not rule.algorithm.is_of_camera})
        self._sweeps: list[tuple[tuple[int, ...], CameraSweep]] = []
        for rule_id in ids:
            self._sweeps += _sweeps_of(sides, rule_id, vocabulary)

    def feed(self, block: LogBlock) -> None:
        """Reason over the next entries."""
        for _, sweep in self._sweeps:
            sweep.feed(block)

    def events(self) -> tuple[list[Event], list[Event]]:
        """What either site tells, in the order in which it was raised."""
        found: tuple[list[Event], list[Event]] = ([], [])
        for members, sweep in self._sweeps:
            for side, told in zip(members, sweep.told(), strict=True):
                table = EventTable((self._job.before, self._job.after)[side])
                table.add(told)
                found[side].extend(table.events())
        for side, site in enumerate((self._job.before, self._job.after)):
            found[side].extend(self._faults(site))
        return (sorted(found[0], key=_order), sorted(found[1], key=_order))

    def _faults(self, site: Site) -> list[Event]:
        """What rules say that look at the camera itself; they are no part of a sweep."""
        rules = tuple(rule for rule in site.rules if rule.algorithm.is_of_camera)
        if not rules:
            return []
        entries = read_log(self._job.log, _run_up(self._job))
        return list(events_of_log(replace(site, rules=rules), site.cameras[0], entries, self._vocabulary))


def _order(event: Event) -> tuple[int, str, str]:
    return (event.raised_at, event.rule, event.zone)


def _sweeps_of(
    sides: tuple[Site, Site], rule_id: RuleId, vocabulary: Vocabulary
) -> list[tuple[tuple[int, ...], CameraSweep]]:
    """One for both sides where the camera and its fences are the same, else one each."""
    rules: list[tuple[int, Camera, Rule]] = [
        (side, site.cameras[0], rule) for side, site in enumerate(sides) for rule in site.rules if rule.id == rule_id
    ]
    alike = len(rules) == 2 and rules[0][1] == rules[1][1] and _zones(rules[0]) == _zones(rules[1])
    groups = [rules] if alike else [[one] for one in rules]
    return [
        (
            tuple(side for side, _, _ in group),
            CameraSweep(sides[0].id, group[0][1], [rule for _, _, rule in group], vocabulary),
        )
        for group in groups
    ]


def _zones(side: tuple[int, Camera, Rule]) -> tuple[str, ...]:
    _, camera, rule = side
    return tuple(rule.zones_by_camera[camera.id])
