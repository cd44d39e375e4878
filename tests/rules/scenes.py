"""Small worlds for the rules: things that stand in a street for a while, seen at a rate, as a log would tell them."""

from collections.abc import Callable, Iterable, Iterator, Mapping, Sequence
from dataclasses import dataclass, field, replace
from datetime import UTC

import numpy as np
from numpy.typing import NDArray

from pipeline.config.area import PictureShare
from pipeline.config.catalogue import Algorithm, Condition, EventPer, General, Severity, StaticUse
from pipeline.config.catalogue_file import load_catalogue
from pipeline.config.ground import GroundMap
from pipeline.config.ids import AlgorithmKey, RuleId, ZoneId
from pipeline.config.resolved import UNMERGED, Geofence, NoiseSettings, Rule, Zone
from pipeline.config.schedule import parse_schedule
from pipeline.config.vocabulary import Title, load_vocabulary
from pipeline.geofence.boxes import Box
from pipeline.observation import (
    NS_PER_S,
    STATIC_OBJECT,
    WHOLE_PICTURE,
    CameraId,
    End,
    EndCause,
    Entry,
    Health,
    Look,
    LookKind,
    MediaNs,
    Objects,
    Observation,
    Sight,
)
from pipeline.rules.episode import CloseLookRequest, Episode, FaultOrigin, RuleOrigin, State, Step
from pipeline.rules.reasoner import Reasoner

CAMERA = CameraId("cam")
SITE = "site"
VOCABULARY = load_vocabulary()
CATALOGUE = load_catalogue()
LANE = ((0.2, 0.4), (0.8, 0.4), (0.8, 1.0), (0.2, 1.0))
LEFT_HALF = ((0.0, 0.0), (0.5, 0.0), (0.5, 1.0), (0.0, 1.0))
RIGHT_HALF = ((0.5, 0.0), (1.0, 0.0), (1.0, 1.0), (0.5, 1.0))
PARKED: Box = (0.4, 0.5, 0.6, 0.7)
ASIDE: Box = (0.62, 0.5, 0.78, 0.7)
OUTSIDE: Box = (0.02, 0.1, 0.15, 0.2)
KEEPER: Box = (0.4, 0.4, 0.46, 0.7)
STALL: Box = (0.47, 0.55, 0.6, 0.72)
HEAP: Box = (0.4, 0.6, 0.5, 0.7)
EPOCH_S = 1_767_571_200.0
"""2026-01-05T00:00:00Z, a Monday: times of the scenes count from here."""
_LOOKS = tuple(Look(kind, WHOLE_PICTURE, "test", 640) for kind in (LookKind.OBJECTS, LookKind.STATIC, LookKind.HEALTH))


def at(t_s: float) -> MediaNs:
    """A moment, in seconds from the start of the scene."""
    return MediaNs(round((EPOCH_S + t_s) * NS_PER_S))


def since_start(t: int) -> float:
    """Seconds from the start of the scene."""
    return (t - round(EPOCH_S * NS_PER_S)) / NS_PER_S


def look_of(seed: int) -> NDArray[np.float32]:
    """An appearance; two seeds are clearly different. 0: unknown."""
    vector = np.zeros(16, np.float32)
    if seed:
        vector[seed % 16] = 1
    return vector


@dataclass(frozen=True)
class Thing:
    """Something in the scene.

    Attributes:
        box: Where it is, by the time in seconds; None: not in the picture.
        class_name: By the time.
        track: By the time.
        look: Seed of its appearance, by the time.
        sight: By the time; None: the detector misses it.
    """

    box: Callable[[float], Box | None]
    class_name: Callable[[float], str]
    track: Callable[[float], int]
    look: Callable[[float], int]
    sight: Callable[[float], Sight | None]
    score: Callable[[float], float]


def stay(
    box: Box = PARKED,
    start_s: float = 0.0,
    end_s: float = 1e9,
    *,
    class_name: str | Callable[[float], str] = "car",
    track: int | Callable[[float], int] = 1,
    look: int | Callable[[float], int] = 1,
    score: float | Callable[[float], float] = 0.8,
    missed: Callable[[float], bool] = lambda _: False,
    hidden: Callable[[float], bool] = lambda _: False,
) -> Thing:
    """Something that stands in one place from start to end (left out)."""

    def sight(t_s: float) -> Sight | None:
        if missed(t_s):
            return None
        return Sight.HIDDEN if hidden(t_s) else Sight.DETECTED

    return Thing(
        box=lambda t_s: box if start_s <= t_s < end_s else None,
        class_name=class_name if callable(class_name) else lambda _: class_name,
        track=track if callable(track) else lambda _: track,
        look=look if callable(look) else lambda _: look,
        sight=sight,
        score=score if callable(score) else lambda _: score,
    )


def moving(thing: Thing, box: Callable[[float], Box | None]) -> Thing:
    """The same thing, elsewhere at each time."""
    return replace(thing, box=box)


def shifted(box: Box, dx: float, dy: float = 0.0) -> Box:
    """The box, moved."""
    return (box[0] + dx, box[1] + dy, box[2] + dx, box[3] + dy)


def pass_by(start_s: float, end_s: float, *, y: float = 0.5, class_name: str = "car", track: int = 9) -> Thing:
    """Something that drives across the picture from left to right."""

    def box(t_s: float) -> Box | None:
        if not start_s <= t_s < end_s:
            return None
        x = (t_s - start_s) / (end_s - start_s) * 1.2 - 0.2
        return (max(0.0, x), y, min(1.0, max(0.0, x) + 0.2), y + 0.2)

    return replace(stay(class_name=class_name, track=track, look=track), box=box)


def walk(
    start: Box, *legs: tuple[float, float, float], class_name: str = "person", track: int = 1, look: int = 1
) -> Thing:
    """Something that goes from place to place, straight and evenly.

    Args:
        start: Its box before the first leg.
        legs: Until when (s), and how far from the start it is by then, across and down. After the last it is gone.
        class_name: The vocabulary's.
        track: The track's id.
        look: Seed of its appearance.
    """

    def box(t_s: float) -> Box | None:
        before_s, before_x, before_y = 0.0, 0.0, 0.0
        for until_s, x, y in legs:
            if t_s < until_s:
                share = (t_s - before_s) / (until_s - before_s)
                return shifted(start, before_x + share * (x - before_x), before_y + share * (y - before_y))
            before_s, before_x, before_y = until_s, x, y
        return None

    return moving(stay(class_name=class_name, track=track, look=look), box)


def times(until_s: float, every_s: float = 0.5, start_s: float = 0.0) -> list[float]:
    """Moments from start to until, both included."""
    return [start_s + n * every_s for n in range(int((until_s - start_s) / every_s + 1e-9) + 1)]


def observation(
    t_s: float,
    things: Iterable[Thing] = (),
    looks: tuple[Look, ...] = _LOOKS,
    brightness: float = 120.0,
    grid: NDArray[np.uint8] | None = None,
) -> Observation:
    """What a look at one moment sees."""
    rows = [
        (box, thing.class_name(t_s), thing.score(t_s), thing.track(t_s), sight, look_of(thing.look(t_s)))
        for thing in things
        if (box := thing.box(t_s)) is not None and (sight := thing.sight(t_s)) is not None
    ]
    return Observation(
        t=at(t_s),
        frame_size=(1920, 1080),
        looks=looks,
        objects=Objects.none(16)
        if not rows
        else Objects(
            xyxy=np.array([row[0] for row in rows], np.float32),
            class_name=np.array([row[1] for row in rows]),
            score=np.array([row[2] for row in rows], np.float32),
            track=np.array([row[3] for row in rows], np.int64),
            sight=np.array([row[4] for row in rows], np.uint8),
            appearance=np.stack([row[5] for row in rows]),
        ),
        brightness=np.full((18, 32), round(brightness), np.uint8) if grid is None else grid,
        health=Health(brightness=brightness, contrast=40.0, sharpness=8.0, change=0.01),
    )


def watch(things: Iterable[Thing], moments: Iterable[float], looks: tuple[Look, ...] = _LOOKS) -> list[Entry]:
    """A log of looks at the things."""
    known = tuple(things)
    return [observation(t_s, known, looks) for t_s in moments]


def close_look(t_s: float, things: Iterable[Thing], region: Box = WHOLE_PICTURE) -> Observation:
    """What a close look at one moment sees."""
    return observation(t_s, things, (Look(LookKind.CLOSE, region, "test", 320),))


def source_end(t_s: float) -> End:
    """The file is over."""
    return End(at(t_s), EndCause.SOURCE_ENDED)


def zone(zone_id: str = "lane", points: tuple[tuple[float, float], ...] = LANE, *, mask: bool = False) -> Zone:
    """A fence."""
    return Zone(ZoneId(zone_id), zone_id, "fire_lane", "", "", points, mask=mask)


def line(*points: tuple[float, float], direction: float | None = None, zone_id: str = "line") -> Zone:
    """A line to be crossed."""
    return Zone(ZoneId(zone_id), zone_id, "fire_lane", "", "", points, is_line=True, direction=direction)


def algorithm(condition: Condition, key: str) -> Algorithm:
    """An entry of the catalogue, as far as the rules read it."""
    return Algorithm(
        key=AlgorithmKey(key),
        title=Title("", ""),
        fires_when="",
        condition=condition,
        needs=(),
        classes=frozenset(),
        required=frozenset(),
        static=StaticUse.OFF,
        dwell_ns=0,
        severity=Severity.MAJOR,
        event_per=EventPer.ZONE,
        general=General(0, 0, 0, 0, 0.001, {}),
        bound_by_key={},
    )


CLASSES: Mapping[Condition, frozenset[str]] = {
    Condition.STATIONARY: VOCABULARY.expand(["motor_vehicle"]),
    Condition.STATIC_OBJECT: frozenset({STATIC_OBJECT}),
    Condition.GROUP: VOCABULARY.expand(["person", "stall", "goods", STATIC_OBJECT]),
    Condition.APPEARANCE: VOCABULARY.expand(["truck", "muck_truck"]),
    Condition.DRIFTING: VOCABULARY.expand(["smoke", "fire"]),
    Condition.INTRUSION: VOCABULARY.expand(["person", "vehicle"]),
    Condition.LOITERING: VOCABULARY.expand(["person"]),
    Condition.LINE_CROSSING: VOCABULARY.expand(["person", "vehicle"]),
    Condition.WRONG_WAY: VOCABULARY.expand(["vehicle"]),
    Condition.UNACCOMPANIED: VOCABULARY.expand(["dog", "person"]),
    Condition.PILE: frozenset({STATIC_OBJECT}),
    Condition.COVERAGE: frozenset({"water"}),
    Condition.CROWD: frozenset({"person"}),
    Condition.ABSENCE: frozenset({"garbage_bin", STATIC_OBJECT}),
    Condition.DARKNESS: frozenset(),
}


PARAMS: Mapping[Condition, Mapping[str, float]] = {
    Condition.PILE: {"area": 0.02},
    Condition.COVERAGE: {"share": 0.2},
    Condition.CROWD: {"count": 4, "density": 0},
    Condition.ABSENCE: {"belongs_s": 60},
    Condition.DARKNESS: {"night": 70, "dark": 0},
}


def rule(
    condition: Condition = Condition.STATIONARY,
    *,
    dwell_s: float = 10.0,
    grace_s: float = 5.0,
    clear_after_s: float = 5.0,
    cooldown_s: float = 0.0,
    remind_every_s: float = 0.0,
    schedule: str = "always",
    event_per: EventPer = EventPer.ZONE,
    zones: Sequence[str] = ("lane",),
    classes: frozenset[str] | None = None,
    rule_id: str = "",
    confidence: float = 0.3,
    min_static: float = 0.001,
    confirm: bool = False,
    severity: Severity = Severity.MAJOR,
    params: Mapping[str, float] | None = None,
    dwell_by_class_s: Mapping[str, float] | None = None,
) -> Rule:
    """A rule of a site."""
    return Rule(
        id=RuleId(rule_id or condition.value),
        algorithm=algorithm(condition, condition.value),
        zones_by_camera={CAMERA: tuple(ZoneId(one) for one in zones)},
        classes=CLASSES[condition] if classes is None else classes,
        dwell_ns=round(dwell_s * NS_PER_S),
        grace_ns=round(grace_s * NS_PER_S),
        clear_after_ns=round(clear_after_s * NS_PER_S),
        cooldown_ns=round(cooldown_s * NS_PER_S),
        remind_every_ns=round(remind_every_s * NS_PER_S),
        schedule=parse_schedule(schedule, UTC),
        severity=severity,
        event_per=event_per,
        confidence=confidence,
        min_area=PictureShare(0.0),
        min_static_area=PictureShare(min_static),
        max_area=PictureShare(1.0),
        include_static=STATIC_OBJECT in (CLASSES[condition] if classes is None else classes),
        confirm=confirm,
        enabled=True,
        params=PARAMS.get(condition, {}) if params is None else params,
        dwell_by_class_ns={name: round(s * NS_PER_S) for name, s in (dwell_by_class_s or {}).items()},
    )


def catalogued(key: str) -> Rule:
    """A rule on an algorithm of the catalogue that says nothing of its own."""
    known = CATALOGUE.algorithms[AlgorithmKey(key)]
    if known.condition is None:
        raise ValueError(f"{key}: no condition")
    counts_static = known.static in {StaticUse.REQUIRED, StaticUse.ON}
    plain = rule(known.condition, rule_id=key)
    return replace(
        plain,
        algorithm=known,
        classes=known.classes | known.required | (frozenset({STATIC_OBJECT}) if counts_static else frozenset()),
        dwell_ns=known.dwell_ns,
        grace_ns=known.general.grace_ns,
        clear_after_ns=known.general.clear_after_ns,
        event_per=known.event_per,
        severity=known.severity,
        params={name: param.default for name, param in known.params.items()},
        include_static=counts_static,
    )


def reasoner(
    *rules: Rule,
    zones: Sequence[Zone] = (),
    masks: Sequence[Zone] = (),
    ground: GroundMap | None = None,
    noise: NoiseSettings = UNMERGED,
) -> Reasoner:
    """The reasoning of one camera; one zone, `lane`, unless others are given."""
    fence = Geofence(None, tuple(zones) or (zone(),), tuple(masks), ground)
    return Reasoner(SITE, CAMERA, tuple(rules), fence, VOCABULARY, noise=noise)


@dataclass
class Account:
    """What the reasoning said of a log.

    Attributes:
        steps: One an entry, answers to close looks included.
    """

    steps: list[Step] = field(default_factory=list)

    @property
    def episodes(self) -> list[Episode]:
        """All changes of the rules' events, in order."""
        return [one for step in self.steps for one in step.episodes if isinstance(one.origin, RuleOrigin)]

    @property
    def faults(self) -> list[Episode]:
        """All changes of the camera's faults, in order."""
        return [one for step in self.steps for one in step.episodes if isinstance(one.origin, FaultOrigin)]

    @property
    def wanted(self) -> list[CloseLookRequest]:
        """All close looks that were asked for."""
        return [request for step in self.steps for request in step.wanted]

    def of(self, state: State) -> list[Episode]:
        """The changes to one state."""
        return [episode for episode in self.episodes if episode.state is state]

    @property
    def story(self) -> list[tuple[str, float]]:
        """State and time of every change."""
        return [(episode.state.value, since_start(episode.t)) for episode in self.episodes]


def run(reasoning: Reasoner, entries: Iterable[Entry], answer: Iterable[Thing] | None = None) -> Account:
    """Feed a log.

    Args:
        reasoning: Changed by it.
        entries: In order.
        answer: What close looks see, taken as they are asked for; None: none is ever taken.
    """
    account = Account()
    things = None if answer is None else tuple(answer)
    for entry in entries:
        step = reasoning.feed(entry)
        account.steps.append(step)
        if things is not None:
            account.steps.extend(
                reasoning.feed(close_look(since_start(request.t), things, request.region)) for request in step.wanted
            )
    return account


def answered(reasoning: Reasoner, things: Sequence[Thing], moments: Iterable[float]) -> Account:
    """Watch the things, with close looks that see them as they are."""
    return run(reasoning, watch(things, moments), things)


def zones_of(episodes: Iterable[Episode]) -> list[str]:
    """The zones that the episodes are about."""
    return [one.origin.zone for one in episodes if isinstance(one.origin, RuleOrigin)]


def moments_of(account: Account, state: State) -> Iterator[float]:
    """When changes to a state were told."""
    return (since_start(episode.t) for episode in account.of(state))
