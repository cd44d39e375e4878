"""A camera's log under many settings of one rule, read once: entries in, what each setting would have told out."""

from collections.abc import Mapping, Sequence
from dataclasses import dataclass, field, replace

import numpy as np
from numpy.typing import NDArray

from pipeline.config.catalogue import Condition
from pipeline.config.resolved import Camera, Rule
from pipeline.config.vocabulary import Vocabulary
from pipeline.geofence.geometry import ZoneShape, ground_share, holds_ground_point
from pipeline.observation import Command, End, Gap, GapCause, MediaNs, Tick
from pipeline.replay.log_columns import LogBlock
from pipeline.replay.shared_rule import SharedRule, follows_objects, parts_by_dwell, parts_by_score
from pipeline.rules.building import kin_of, rule_states, zone_fields
from pipeline.rules.episode import Episode
from pipeline.rules.motion import RECENT_NS
from pipeline.rules.rule_state import RuleState
from pipeline.rules.scene import Scene, mask_shapes
from pipeline.rules.zones import ENTER_SHARE, ZoneFields

_ASKED_AHEAD = 64
"""Of so many entries the objects are held against the zones at once."""


@dataclass(frozen=True, slots=True)
class Outline:
    """What of a rule says which pictures hold something for it; the same under all settings.

    Attributes:
        classes: Every class that may take part under some setting.
        shapes: By view, the zones; empty where the rule looks at lines, which hold nothing.
        is_everywhere: What is outside the zones matters as well.
        is_of_nothing: That nothing is there matters as well: every look does.
    """

    classes: frozenset[str]
    shapes: dict[str, tuple[ZoneShape, ...]]
    is_everywhere: bool
    is_of_nothing: bool = False

    def marked(self, block: LogBlock) -> NDArray[np.bool_]:
        """Shape (N,): the entries with something for the rule."""
        if self.is_of_nothing:
            return block.is_observation
        objects = block.objects
        matter = objects.are_of(self.classes)
        if not self.is_everywhere and matter.any():
            rows = np.flatnonzero(matter)
            inside = np.zeros(len(rows), np.bool_)
            # A box that does not change is asked about once.
            boxes, place = np.unique(objects.xyxy[rows], axis=0, return_inverse=True)
            held = np.zeros(len(boxes), np.bool_)
            for shape in (one for shapes in self.shapes.values() for one in shapes):
                held |= holds_ground_point(shape, boxes) | (ground_share(shape, boxes) >= ENTER_SHARE)
            inside = held[place.ravel()]
            matter[rows] = inside
        return objects.entries_with(matter)


class CameraSweep:
    """Takes the blocks of one camera's log, in order.

    Remembers what each setting remembers, the view and whether the camera is blind, and the last seconds.
    """

    def __init__(self, site_id: str, camera: Camera, rules: Sequence[Rule], vocabulary: Vocabulary) -> None:
        """Begin afresh.

        Args:
            site_id: Part of the events' ids.
            camera: Whose log will come.
            rules: One a setting, with one id; each has zones on this camera.
            vocabulary: What counts as a person and as a vehicle.
        """
        fence = camera.geofence
        views = sorted({zone.view for zone in (*fence.zones, *fence.masks)})
        fields = zone_fields(fence)
        states = rule_states(site_id, camera.id, rules, fence, vocabulary, fields=fields)
        self._count = len(rules)
        self._watch = _Watch(
            shared=tuple((members, SharedRule(alike)) for members, alike in _alike(rules, states)),
            outline=_outline(rules, camera),
            masks={view: mask_shapes(one for one in fence.masks if one.view == view) for view in views},
            kin=kin_of(vocabulary),
            fields={view: ZoneFields([one for one in fields.values() if one.zone.view == view]) for view in views},
        )

    def feed(self, block: LogBlock) -> None:
        """Reason over the next entries."""
        if not self._watch.ended:
            _Reading(self._watch, block).read()

    def told(self) -> list[list[Episode]]:
        """By setting, what was said so far, each in the order of the entries that caused it."""
        told: list[list[Episode]] = [[] for _ in range(self._count)]
        for members, shared in self._watch.shared:
            for member, episodes in zip(members, shared.told, strict=True):
                told[member].extend(episodes)
        return [sorted(episodes, key=lambda episode: episode.t) for episodes in told]


@dataclass(slots=True)
class _Watch:
    """What is known between two blocks.

    Attributes:
        shared: Settings that are reasoned over as one where they can be, with their numbers; one a view.
        outline: Which pictures hold something.
        masks: By view.
        kin: See `Scene`.
        fields: By view, the areas.
        is_blind: Whether the camera was blind at the last entry.
        view: The preset that the last picture showed.
        glimpses: View and scene of the last seconds.
        ended: Nothing more will come.
    """

    shared: tuple[tuple[list[int], SharedRule], ...]
    outline: Outline
    masks: Mapping[str, tuple[ZoneShape, ...]]
    kin: Mapping[str, frozenset[str]]
    fields: Mapping[str, ZoneFields]
    is_blind: bool = False
    view: str = ""
    glimpses: list[tuple[str, Scene]] = field(default_factory=list)
    ended: bool = False


class _Reading:
    """One block being read."""

    def __init__(self, watch: _Watch, block: LogBlock) -> None:
        self._watch, self._block = watch, block
        self._hidden = {view: block.hidden_under(masks) for view, masks in watch.masks.items()}
        self._none = np.zeros(len(block.objects.xyxy), np.bool_)
        self._close = block.looks.are_close() & block.is_observation
        self._blind = _carried(block.is_gap, block.gap_open, start=watch.is_blind)
        self._seen = block.is_observation & ~self._close & ~self._blind
        self._last: tuple[int, str, Scene] | None = None
        self._takes_part = block.objects.are_of(watch.outline.classes)
        self._asked_to = 0

    def read(self) -> None:
        watch, block = self._watch, self._block
        marked = watch.outline.marked(block) & (self._seen | self._close)
        stops = np.union1d(np.flatnonzero(marked), block.word_rows)
        row, n = 0, len(block)
        while row < n:
            if all(shared.is_at_rest for _, shared in watch.shared):
                place = int(np.searchsorted(stops, row))
                if place == len(stops):
                    break
                row = int(stops[place])
                self._wake(row)
            self._take(row)
            if watch.ended:
                return
            row += 1
        self._view_before(n)
        watch.glimpses = self._before(n)

    def _wake(self, row: int) -> None:
        self._view_before(row)
        if not self._seen[row]:
            return
        glimpses = self._before(row)
        for _, shared in self._watch.shared:
            shared.wake([scene for view, scene in glimpses if view == shared.view])

    def _before(self, row: int) -> list[tuple[str, Scene]]:
        """The pictures of the seconds before the last one that was seen before this entry, that one among them."""
        block, watch = self._block, self._watch
        seen = np.flatnonzero(self._seen[:row])
        if not len(seen):
            return watch.glimpses
        from_t = block.t[seen[-1]] - RECENT_NS
        first = int(np.searchsorted(block.t[seen], from_t))
        earlier = [one for one in watch.glimpses if one[1].t >= from_t]
        return earlier + [(self._view(one), self._scene(one, self._view(one))) for one in seen[first:].tolist()]

    def _view_before(self, row: int) -> None:
        seen = np.flatnonzero(self._seen[:row])
        if len(seen):
            self._watch.view = self._view(int(seen[-1]))

    def _take(self, row: int) -> None:
        block, t = self._block, MediaNs(int(self._block.t[row]))
        if block.is_observation[row]:
            self._look(row, t)
        elif row in _places(block.word_rows, row):
            self._hear(row)
        else:
            self._tick(Tick(t), is_blind=bool(self._blind[row]))

    def _tick(self, tick: Tick, *, is_blind: bool) -> None:
        for _, shared in self._watch.shared:
            shared.pass_time(tick, is_blind=is_blind or shared.view != self._watch.view)

    def _look(self, row: int, t: MediaNs) -> None:
        watch = self._watch
        if self._blind[row]:
            self._tick(Tick(t), is_blind=True)
            return
        before = watch.view
        if self._close[row]:
            for _, shared in watch.shared:
                if shared.view == before:
                    shared.look_closely(self._scene(row, before))
            return
        view = watch.view = self._view(row)
        self._ask_ahead(row, view)
        for _, shared in watch.shared:
            if shared.view == view:
                shared.see(self._scene(row, view))
            elif shared.view == before:
                shared.lose_sight(Gap(t, t, is_open=True, cause=GapCause.MOVED))
            else:
                shared.pass_time(Tick(t), is_blind=True)

    def _ask_ahead(self, row: int, view: str) -> None:
        """Hold what the next entries show against the zones, once for many of them."""
        if row < self._asked_to:
            return
        self._asked_to = min(row + _ASKED_AHEAD, len(self._block))
        objects = self._block.objects
        rows = slice(objects.begin[row], objects.begin[self._asked_to])
        boxes = objects.xyxy[rows][self._takes_part[rows]].tolist()
        if view in self._watch.fields:
            self._watch.fields[view].ask((x1, y1, x2, y2) for x1, y1, x2, y2 in boxes)

    def _hear(self, row: int) -> None:
        watch, word = self._watch, self._block.word(row)
        for _, shared in watch.shared:
            if isinstance(word, Gap):
                shared.lose_sight(word)
            elif isinstance(word, Command):
                shared.obey(word)
            elif isinstance(word, End):
                shared.end(word)
        if isinstance(word, Gap):
            watch.is_blind = word.is_open
        watch.ended = isinstance(word, End)

    def _view(self, row: int) -> str:
        name: str = self._block.view_names[int(self._block.view[row])]
        return name

    def _scene(self, row: int, view: str) -> Scene:
        if self._last is None or self._last[:2] != (row, view):
            hidden = self._hidden.get(view, self._none)
            self._last = (row, view, self._block.scene(row, hidden, self._watch.kin))
        return self._last[2]


def _places(rows: NDArray[np.int64], row: int) -> list[int]:
    place = int(np.searchsorted(rows, row))
    return [row] if place < len(rows) and rows[place] == row else []


def _carried(is_said: NDArray[np.bool_], value: NDArray[np.bool_], *, start: bool) -> NDArray[np.bool_]:
    """Each entry's last said value, its own among them; `start` before the first."""
    last = np.maximum.accumulate(np.where(is_said, np.arange(len(is_said)), -1))
    return np.where(last < 0, start, value[np.maximum(last, 0)])


def _outline(rules: Sequence[Rule], camera: Camera) -> Outline:
    rule = rules[0]
    chosen = set(rule.zones_by_camera[camera.id])
    zones = [zone for zone in camera.geofence.zones if zone.id in chosen and not zone.is_line]
    shapes = {view: mask_shapes(one for one in zones if one.view == view) for view in {one.view for one in zones}}
    is_everywhere = rule.algorithm.is_of_lines or rule.algorithm.condition is Condition.GROUP
    classes: frozenset[str] = frozenset().union(*(one.classes for one in rules))
    return Outline(classes, shapes, is_everywhere, is_of_nothing=not all(follows_objects(one) for one in rules))


def _alike(rules: Sequence[Rule], states: Sequence[RuleState]) -> list[tuple[list[int], list[RuleState]]]:
    """Settings that differ in dwell and confidence alone, those of each view by themselves."""
    views = len(states) // len(rules)
    found: list[tuple[Rule, list[int]]] = []
    for n, rule in enumerate(rules):
        plain = _plain(rule)
        same = next((members for known, members in found if known == plain), None)
        if same is None:
            found.append((plain, [n]))
        else:
            same.append(n)
    return [(members, [states[n * views + view] for n in members]) for _, members in found for view in range(views)]


def _plain(rule: Rule) -> Rule:
    """The rule without that in which settings may differ that are reasoned over as one."""
    if not follows_objects(rule):
        return rule
    dwell_ns = rule.dwell_ns if parts_by_dwell(rule) else 0
    plain = replace(rule, dwell_ns=dwell_ns)
    if parts_by_score(rule):
        return plain
    return replace(plain, confidence=0.0, gives_confidence=True, confidence_by_class={})
