"""What a log cannot answer: what was never looked for, never looked at, or looked at too seldom."""

from collections.abc import Iterable, Mapping, Sequence
from dataclasses import dataclass, field

import numpy as np
import shapely
from numpy.typing import NDArray

from pipeline.config.duration import format_duration
from pipeline.config.resolved import Camera, Rule, Zone
from pipeline.observation import NS_PER_S, STATIC_OBJECT, CameraId, LookKind, MediaNs, seconds
from pipeline.replay.log_columns import LogBlock
from pipeline.rules.condition import Pace
from pipeline.rules.conditions.registry import CONDITIONS

_DAY_S = 86_400
_SEEN_SHARE = 0.95
"""Of a zone that must have been looked at; the edges of pieces of the picture need not meet."""
_TRACKS = 50
"""So many objects whose scores all lie above a value were recorded with that value, or a higher one."""
_SCORE_SLACK = 0.02
_MOMENT_NS = NS_PER_S // 2
_LONGEST_PAUSE_NS = 60 * NS_PER_S
"""Between two entries of a log; what is longer was not watched, whatever the log says of it."""


@dataclass(slots=True)
class Coverage:
    """What the log of one camera tells of how it was looked at. Grows block by block.

    Attributes:
        watched_ns: How long the camera was seen.
        regions: By kind and classes (empty: all), the regions that were examined.
        lowest_score: By class, of what a network reported; of how many tracks.
        intervals_ns: Between looks, up to some thousands.
        since: The first entry; None: there is none.
        until: The last.
    """

    watched_ns: int = 0
    regions: dict[tuple[LookKind, frozenset[str]], set[tuple[float, float, float, float]]] = field(default_factory=dict)
    lowest_score: dict[str, tuple[float, int]] = field(default_factory=dict)
    intervals_ns: list[int] = field(default_factory=list)
    since: MediaNs | None = None
    until: MediaNs | None = None

    def add(self, block: LogBlock) -> None:
        """Take note of the next block."""
        for look in block.looks.known:
            self.regions.setdefault((look.kind, look.classes), set()).add(look.region)
        if len(block):
            self.since = MediaNs(int(block.t[0])) if self.since is None else self.since
            self.until = MediaNs(int(block.t[-1]))
        steps = np.diff(block.t)
        is_blind = (block.is_gap & block.gap_open)[1:]
        self.watched_ns += int(steps[(steps <= _LONGEST_PAUSE_NS) & ~is_blind].sum())
        moments = np.diff(block.t[block.is_observation & ~block.looks.are_close()])
        self.intervals_ns.extend(moments[moments > 0][:4000].tolist())
        self._note_scores(block)

    def holds(self, t: MediaNs) -> bool:
        """Whether a moment lies between the first entry and the last."""
        return self.since is not None and self.until is not None and self.since <= t <= self.until

    @property
    def camera_days(self) -> float:
        """How long the camera was seen, days."""
        return seconds(self.watched_ns) / _DAY_S

    @property
    def interval_ns(self) -> int:
        """Between looks while something goes on; 0: there are none."""
        return int(np.percentile(self.intervals_ns, 10)) if self.intervals_ns else 0

    def _note_scores(self, block: LogBlock) -> None:
        objects = block.objects
        for code, name in enumerate(objects.class_names):
            mine = objects.class_code == code
            scores: NDArray[np.float32] = objects.score[mine]
            if len(scores) and name != STATIC_OBJECT:
                low, count = self.lowest_score.get(name, (1.0, 0))
                self.lowest_score[name] = (min(low, float(scores.min())), count + len(np.unique(objects.track[mine])))


def refusal(
    rule: Rule,
    current: Rule | None,
    cameras: Iterable[Camera],
    coverage: Mapping[CameraId, Coverage],
    least_by_class: Mapping[str, float],
) -> str:
    """Why the logs cannot answer what a setting asks; empty: they can.

    Args:
        rule: With the setting.
        current: As it is: its own confidence needs no answer, whatever the networks do with it. None: it is new.
        cameras: Whose logs are there.
        coverage: Of each.
        least_by_class: The score from which the site's networks report a class, as site file and cards say.
    """
    is_lower = current is None or not current.gives_confidence or rule.confidence < current.confidence
    if rule.gives_confidence and is_lower:
        for name in sorted(rule.classes & least_by_class.keys()):
            if rule.least_score(name) < least_by_class[name]:
                shown = f"report nothing of {name} below {least_by_class[name]:g}"
                return f"confidence {rule.least_score(name):g}: the site's networks {shown}"
    for camera in cameras:
        found = _refused(rule, camera, coverage[camera.id])
        if found:
            return f"camera {camera.id}: {found}"
    return ""


def _refused(rule: Rule, camera: Camera, known: Coverage) -> str:
    return (
        _no_class(rule, known) or _no_region(rule, camera, known) or _no_score(rule, known) or _too_seldom(rule, known)
    )


def _no_class(rule: Rule, known: Coverage) -> str:
    static = STATIC_OBJECT in rule.classes
    if static and not any(kind is LookKind.STATIC for kind, _ in known.regions):
        return "nobody looked for things without a class"
    named = rule.classes - {STATIC_OBJECT}
    told: set[str] = set()
    for kind, classes in known.regions:
        if kind is LookKind.OBJECTS:
            if not classes:
                return ""
            told |= classes
    if named and not named & told:
        return f"no network that looked knows {', '.join(sorted(named)[:5])}"
    return ""


def _no_region(rule: Rule, camera: Camera, known: Coverage) -> str:
    named = rule.classes - {STATIC_OBJECT}
    asked = LookKind.OBJECTS if named else LookKind.STATIC
    regions = {
        region
        for (kind, classes), found in known.regions.items()
        if kind is asked and (not named or not classes or classes & named)
        for region in found
    }
    looked = shapely.union_all([shapely.box(*region) for region in sorted(regions)])
    for zone in _zones(rule, camera):
        shape = shapely.LineString(zone.points) if zone.is_line else shapely.Polygon(zone.points)
        whole = shape.length if zone.is_line else shape.area
        both = shapely.intersection(shape, looked)
        part = both.length if zone.is_line else both.area
        if whole > 0 and part < _SEEN_SHARE * whole:
            return f"{100 * (1 - part / whole):.0f} % of the zone {zone.id} was never looked at"
    return ""


def _no_score(rule: Rule, known: Coverage) -> str:
    found = [known.lowest_score[name] for name in rule.classes if name in known.lowest_score]
    count = sum(n for _, n in found)
    lowest = min((low for low, _ in found), default=0.0)
    if rule.gives_confidence and count >= _TRACKS and rule.confidence < lowest - _SCORE_SLACK:
        return f"confidence {rule.confidence:g}: the log holds no score below {lowest:.2f} of {count} objects"
    return ""


def _too_seldom(rule: Rule, known: Coverage) -> str:
    condition = rule.algorithm.condition
    known_condition = None if condition is None else CONDITIONS.get(condition)
    every_moment = known_condition is not None and known_condition.pace is Pace.EVERY_MOMENT
    between = known.interval_ns
    shown = format_duration(round(between, -7)) if between else "never"
    if every_moment and between > _MOMENT_NS:
        return f"it was looked at every {shown}, and the rule needs every moment"
    shortest_ns = min((rule.dwell_ns, *rule.dwell_by_class_ns.values()))
    if not every_moment and shortest_ns < between:
        return f"dwell {format_duration(shortest_ns)}: it was looked at every {shown}, no oftener"
    return ""


def _zones(rule: Rule, camera: Camera) -> Sequence[Zone]:
    chosen = rule.zones_by_camera.get(camera.id, ())
    return [zone for zone in camera.geofence.zones if zone.id in chosen and zone.is_line == rule.algorithm.is_of_lines]
