"""Plays scenes and holds what is told against what must be."""

from collections.abc import Callable, Iterable, Sequence
from dataclasses import dataclass, replace
from zlib import crc32

from benchmarks.worlds.composition import ComposedSource, Composition
from benchmarks.worlds.networks import Networks, detector, vocabulary
from benchmarks.worlds.performance import Performance
from benchmarks.worlds.scene import Expected, Scene
from benchmarks.worlds.script import Script
from pipeline.config.resolved import Camera, RecordedSource, Rule, Site
from pipeline.observation import Entry, MediaNs, seconds
from pipeline.rules.episode import ClearReason, Ended, Episode, EventId, RuleOrigin, State, StormOrigin
from pipeline.runtime.intake import Summary
from pipeline.runtime.need import need_of
from pipeline.runtime.replaying import camera_run, reasoner

CAMERA_FAULT = "camera_fault"


@dataclass(frozen=True, slots=True)
class Told:
    """One event as it was told; times in seconds from the start of the scene.

    Attributes:
        algorithm: Of its rule; `camera_fault` for a camera's fault.
        zone: Its zone; for a camera's fault its kind.
        start_s: When it began.
        raised_s: When it was raised.
        end_s: When it was over; None: it was not.
        reason: Why it ended; None: it did not.
    """

    algorithm: str
    zone: str
    start_s: float
    raised_s: float
    end_s: float | None = None
    reason: ClearReason | None = None


@dataclass(frozen=True, slots=True)
class Verdict:
    """What was told, held against what must be.

    Attributes:
        found: Pairs of what must be told and was.
        missed: What was not told.
        false: What was told and is not so.
        wrong_ends: Those of `found` whose end is wrong.
    """

    found: tuple[tuple[Expected, Told], ...]
    missed: tuple[Expected, ...]
    false: tuple[Told, ...]
    wrong_ends: tuple[tuple[Expected, Told], ...]

    @property
    def is_right(self) -> bool:
        """Whether all was told, and nothing else."""
        return not (self.missed or self.false or self.wrong_ends)


class Account:
    """Takes the episodes of one camera. Remembers each event as it was last told."""

    def __init__(self, rules: Iterable[Rule], start: MediaNs) -> None:
        """Nothing has been told yet.

        Args:
            rules: Of the site.
            start: Of the recording.
        """
        self._start = start
        self._algorithm_by_rule = {rule.id: str(rule.algorithm.key) for rule in rules}
        self._by_id: dict[EventId, Told] = {}

    def tell(self, episodes: Sequence[Episode], picture: Callable[[], object] | None = None) -> None:
        """Note what is raised and cleared."""
        del picture
        for one in episodes:
            if one.state is State.RAISED:
                started_s, raised_s = self._second(one.started_at), self._second(one.raised_at)
                self._by_id[one.id] = Told(*self._source(one), started_s, raised_s)
            elif isinstance(one.ending, Ended):
                end_s = self._second(one.ending.at)
                self._by_id[one.id] = replace(self._by_id[one.id], end_s=end_s, reason=one.ending.reason)

    @property
    def told(self) -> tuple[Told, ...]:
        """All events, in the order in which they were raised."""
        return tuple(self._by_id.values())

    def _source(self, one: Episode) -> tuple[str, str]:
        """Algorithm and zone."""
        if isinstance(one.origin, RuleOrigin | StormOrigin):
            return self._algorithm_by_rule[one.origin.rule], str(one.origin.zone)
        return CAMERA_FAULT, one.origin.kind.value

    def _second(self, t: MediaNs) -> float:
        return seconds(t - self._start)


def judge(expected: Sequence[Expected], told: Sequence[Told]) -> Verdict:
    """Pair what must be told with what was: each with the nearest start of its zone, within the tolerance."""
    left, found, missed = list(told), list[tuple[Expected, Told]](), list[Expected]()
    for event in expected:
        near = [one for one in left if one.zone == event.zone and _start_error_s(event, one) <= event.start_tolerance_s]
        if not near:
            missed.append(event)
            continue
        best = min(near, key=lambda one, event=event: _start_error_s(event, one))  # type: ignore[misc]
        left.remove(best)
        found.append((event, best))
    wrong = tuple((event, one) for event, one in found if not _is_end_right(event, one))
    return Verdict(tuple(found), tuple(missed), tuple(left), wrong)


def _start_error_s(event: Expected, told: Told) -> float:
    return abs(told.start_s - event.start_s)


def _is_end_right(event: Expected, told: Told) -> bool:
    if event.end_s is None:
        return told.reason in (None, ClearReason.SOURCE_ENDED)
    return told.end_s is not None and abs(told.end_s - event.end_s) <= event.end_tolerance_s


def play_script(scene: Scene, site: Site, *, seed: int = 0) -> Verdict:
    """Play a scripted scene through the rules alone.

    Args:
        scene: With a camera and a rule in the site.
        site: Of `sites.site_of`.
        seed: Of all that is left to chance, on top of the scene's own.
    """
    if not isinstance(scene.act, Script):
        raise TypeError(f"{scene.id}: expected a script")
    camera = camera_of(scene, site)
    start = start_of(camera)
    interval_s = seconds(need_of(site.rules, camera.id).interval_ns)
    performance = Performance(scene.act, start, interval_s, crc32(scene.id.encode()) + seed)
    reasoning, account = reasoner(site, camera, vocabulary()), Account(site.rules, start)
    for entry in performance.entries():
        step = reasoning.feed(entry)
        account.tell(step.episodes)
        for request in step.wanted:
            account.tell(reasoning.feed(performance.close_look(request.t, request.region)).episodes)
    return judge(scene.expected, account.told)


def play_pixels(scene: Scene, site: Site, networks: Networks) -> tuple[Verdict, Summary]:
    """Play a composed scene through everything a recording goes through but the decoder.

    Args:
        scene: With a camera and a rule in the site.
        site: Of `sites.site_of`.
        networks: Beside the default one.
    """
    if not isinstance(scene.act, Composition):
        raise TypeError(f"{scene.id}: expected a composition")
    site, beside = networks.of(site)
    camera = camera_of(scene, site)
    account = Account(site.rules, start_of(camera))
    with ComposedSource(scene.act, start_of(camera)) as source:
        run = camera_run(
            site,
            camera,
            source,
            detector=detector(),
            vocabulary=vocabulary(),
            log=Unkept(),
            tell=account.tell,
            beside=beside,
        )
        summary = run.run(lambda _: None)
    return judge(scene.expected, account.told), summary


class Unkept:
    """A log that nobody reads."""

    def append(self, entry: Entry) -> None:
        """Forget it."""
        del entry


def camera_of(scene: Scene, site: Site) -> Camera:
    """The scene's camera."""
    return next(camera for camera in site.cameras if camera.id == scene.camera)


def start_of(camera: Camera) -> MediaNs:
    """When the camera's recording begins."""
    if not isinstance(camera.source, RecordedSource) or camera.source.start is None:
        raise ValueError(f"camera {camera.id}: expected a recording with a start")
    return camera.source.start
