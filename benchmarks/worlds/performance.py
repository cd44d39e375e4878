"""Plays a script: the log that a camera would have made of it, with all that eyes get wrong, the same every time."""

from collections.abc import Iterator
from dataclasses import dataclass
from functools import lru_cache
from typing import NamedTuple

import numpy as np
from numpy.typing import NDArray

from benchmarks.worlds.script import BACKGROUND, SIZE_BY_CLASS, SPECIAL, Actor, Ghosts, Outage, Script, level_at
from pipeline.geofence.boxes import Box, covered
from pipeline.observation import (
    GRID_HEIGHT,
    GRID_WIDTH,
    WHOLE_PICTURE,
    Command,
    End,
    EndCause,
    Entry,
    Floats,
    Gap,
    Health,
    Look,
    LookKind,
    MediaNs,
    Objects,
    Observation,
    Sight,
    Tick,
    nanoseconds,
)

_COMMON = frozenset(SIZE_BY_CLASS) - SPECIAL - BACKGROUND | {"bench"}
_LOOK_LENGTH = 16
_FIRST_CHECK_S, _LONGEST_CHECK_S = 4.0, 60.0
"""Where nothing moves the network looks ever more seldom, between these; in between places are compared."""
_LATE_SHARE, _LATE_TIMES = 0.04, 3.0
_HIDES = 0.7
"""What a nearer thing covers of another so that it cannot be seen."""
_ENOUGH = 0.25
"""Share of a thing that is in the picture, so that it can be told what it is."""
_STATIC_SCORE = 0.6
_RECOGNISED = 0.98
"""Share of the missed looks at a thing that stands still in which its place still looks as it did."""
_TICK_S = 2.0
_ALIVE = frozenset({"person", "dog", "cat", "bird"})


class _Row(NamedTuple):
    box: Box
    class_name: str
    score: float
    track: int
    sight: Sight
    look: int


@dataclass(frozen=True, slots=True)
class _Ghost:
    actor: Actor
    number: int


class Performance:
    """One run of a script. Remembers who was seen last, when the network looked, and its dice."""

    def __init__(self, script: Script, start: MediaNs, interval_s: float, seed: int = 0) -> None:
        """Nothing has been played yet.

        Args:
            script: What happens.
            start: Media time of its beginning.
            interval_s: Between two looks, on average.
            seed: Of all that is left to chance.
        """
        self._script, self._start, self._interval_s = script, start, interval_s
        self._dice = np.random.default_rng(seed)
        self._ghosts = tuple(self._ghosts_of(script))
        self._found: set[int] = set()
        self._lost = False
        self._network_s, self._check_s = -_FIRST_CHECK_S, _FIRST_CHECK_S
        self._special_s = -script.special_every_s
        self._needs_special = any(actor.class_name in SPECIAL for actor in script.actors) or any(
            ghost.class_name in SPECIAL for ghost in script.ghosts
        )
        self._looked_s = 0.0

    def entries(self) -> Iterator[Entry]:
        """The log, from the first look to the end of the source."""
        script, t_s = self._script, 0.0
        words = sorted(script.words, key=lambda word: word.t_s)
        while t_s < script.length_s:
            while words and words[0].t_s <= t_s:
                word = words.pop(0)
                yield Command(self._at(word.t_s), word.kind, "", self._at(word.until_s))
            outage = next((one for one in script.outages if one.from_s <= t_s < one.to_s), None)
            if outage is not None:
                yield from self._blind(outage)
                t_s = outage.to_s
            yield self._look(t_s)
            step_s = self._interval_s * self._dice.uniform(0.75, 1.25)
            step_s *= _LATE_TIMES if self._dice.random() < _LATE_SHARE else 1.0
            # However short, an outage is not stepped over.
            step_s = min([step_s, *(one.from_s - t_s for one in script.outages if t_s < one.from_s)])
            while step_s > _TICK_S:
                t_s, step_s = t_s + _TICK_S, step_s - _TICK_S
                yield Tick(self._at(t_s))
            t_s += step_s
        yield End(self._at(t_s), EndCause.SOURCE_ENDED)

    def close_look(self, t: MediaNs, region: Box) -> Observation:
        """What a second look at full resolution shows: everything that can be seen there, and no ghost."""
        t_s = (t - self._start) / 1e9
        present = self._present(t_s)
        rows = [
            self._row(n, actor, box, Sight.DETECTED)
            for n, actor, box in present
            if actor.class_name not in BACKGROUND and not _is_hidden(actor, box, present)
        ]
        return self._observation(t_s, t, (Look(LookKind.CLOSE, region, "script", 320),), rows)

    def _look(self, t_s: float) -> Observation:
        present = self._present(t_s)
        looks = [Look(LookKind.HEALTH, WHOLE_PICTURE, "script", 160)]
        is_stirring = self._is_stirring(t_s)
        is_network = is_stirring or t_s - self._network_s >= self._check_s
        examined: set[str] = set()
        if is_network:
            self._network_s = t_s
            looks.append(Look(LookKind.OBJECTS, WHOLE_PICTURE, "script", 640, _COMMON))
            looks.append(Look(LookKind.STATIC, WHOLE_PICTURE, "script", 640))
            examined |= _COMMON | BACKGROUND
        else:
            looks.append(Look(LookKind.PLACES, WHOLE_PICTURE, "script", 640))
        if self._needs_special and t_s - self._special_s >= self._script.special_every_s:
            self._special_s = t_s
            looks.append(Look(LookKind.OBJECTS, WHOLE_PICTURE, "special", 640, SPECIAL))
            examined |= SPECIAL
        hidden = {n for n, actor, box in present if _is_hidden(actor, box, present)}
        rows = [row for one in present if (row := self._seen(*one, t_s, is_hidden=one[0] in hidden, examined=examined))]
        is_news = is_stirring or self._lost
        self._lost = False
        if is_network:
            self._check_s = _FIRST_CHECK_S if is_news else min(2 * self._check_s, _LONGEST_CHECK_S)
        self._found &= {n for n, _, _ in present}
        rows += [
            self._ghost_row(one, box)
            for one in self._ghosts
            if one.actor.class_name in examined and (box := one.actor.at(t_s)) is not None
        ]
        self._looked_s = t_s
        return self._observation(t_s, self._at(t_s), tuple(looks), rows)

    def _seen(self, n: int, actor: Actor, box: Box, t_s: float, *, is_hidden: bool, examined: set[str]) -> _Row | None:
        """How an actor is reported; None: not at all."""
        if is_hidden or actor.class_name not in examined:
            is_known = n in self._found and actor.is_still(t_s, self._looked_s)
            return self._row(n, actor, box, Sight.HIDDEN if is_hidden else Sight.VERIFIED) if is_known else None
        is_missed = any(a <= t_s < b for a, b in actor.missed) or self._dice.random() < actor.miss_share
        if is_missed and actor.class_name not in BACKGROUND:
            if n in self._found and actor.is_still(t_s, self._looked_s) and self._dice.random() < _RECOGNISED:
                return self._row(n, actor, box, Sight.VERIFIED)
            self._lost |= n in self._found
            self._found.discard(n)
            return None
        self._found.add(n)
        return self._row(n, actor, box, Sight.DETECTED)

    def _present(self, t_s: float) -> list[tuple[int, Actor, Box]]:
        found: list[tuple[int, Actor, Box]] = []
        for n, actor in enumerate(self._script.actors):
            box = actor.at(t_s)
            if box is not None and covered(box, WHOLE_PICTURE) >= _ENOUGH:
                found.append((n, actor, (max(0.0, box[0]), max(0.0, box[1]), min(1.0, box[2]), min(1.0, box[3]))))
        return found

    def _is_stirring(self, t_s: float) -> bool:
        """Whether anything moves, comes or goes, so that the network looks."""
        everyone = (*self._script.actors, *(one.actor for one in self._ghosts))
        return any(
            not actor.is_still(t_s, self._looked_s) or (actor.class_name in _ALIVE and actor.at(t_s) is not None)
            for actor in everyone
        )

    def _row(self, n: int, actor: Actor, box: Box, sight: Sight) -> _Row:
        score = float(np.clip(actor.score + self._dice.normal(0, 0.05), 0.05, 0.99))
        is_static = actor.class_name in BACKGROUND
        return _Row(box, actor.class_name, _STATIC_SCORE if is_static else score, n, sight, actor.look)

    def _ghost_row(self, ghost: _Ghost, box: Box) -> _Row:
        score = ghost.actor.score * self._dice.uniform(0.75, 1.0)
        return _Row(box, ghost.actor.class_name, score, ghost.number, Sight.DETECTED, ghost.number)

    def _observation(self, t_s: float, t: MediaNs, looks: tuple[Look, ...], rows: list[_Row]) -> Observation:
        ambient = level_at(self._script.ambient, t_s)
        return Observation(
            t=t,
            frame_size=(1920, 1080),
            looks=looks,
            objects=self._objects(rows, t_s),
            brightness=self._brightness(t_s, ambient),
            health=Health(
                brightness=ambient,
                contrast=40.0,
                sharpness=level_at(self._script.sharpness, t_s),
                change=0.01,
                frame_rate=level_at(self._script.frame_rate, t_s),
            ),
        )

    def _objects(self, rows: list[_Row], t_s: float) -> Objects:
        if not rows:
            return Objects.none(_LOOK_LENGTH)
        boxes = np.array([row.box for row in rows], np.float64)
        sizes = np.tile(boxes[:, 2:] - boxes[:, :2], 2)
        is_measured = np.array([row.sight is Sight.DETECTED for row in rows])[:, None]
        boxes += self._dice.normal(0, self._script.jitter, boxes.shape) * sizes * is_measured
        return Objects(
            xyxy=np.clip(boxes, 0, 1).astype(np.float32),
            class_name=np.array([row.class_name for row in rows]),
            score=np.array([row.score for row in rows], np.float32),
            track=np.array([self._track(row.track, t_s) for row in rows], np.int64),
            sight=np.array([row.sight for row in rows], np.uint8),
            appearance=np.stack([self._appearance(row.look) for row in rows]),
        )

    def _track(self, n: int, t_s: float) -> int:
        """The track id at a moment: every break gives a new one, a swap exchanges two."""
        if n >= len(self._script.actors):
            return n
        for swap in self._script.swaps:
            if swap.t_s <= t_s and n in (swap.first, swap.second):
                n = swap.second if n == swap.first else swap.first
        return 1 + n + 1000 * sum(broken_s <= t_s for broken_s in self._script.actors[n].breaks_s)

    def _appearance(self, look: int) -> Floats:
        """Shape (16,): alike for one seed, unlike for two, never twice the same."""
        vector = _look(look) + self._dice.normal(0, 0.12, _LOOK_LENGTH).astype(np.float32)
        return (vector / np.linalg.norm(vector)).astype(np.float32)

    def _brightness(self, t_s: float, ambient: float) -> NDArray[np.uint8]:
        """Shape (18, 32): the scene's brightness, and that of each lamp's place."""
        grid = ambient + self._dice.normal(0, 1.0, (GRID_HEIGHT, GRID_WIDTH))
        for lamp in self._script.lamps:
            x1, y1, x2, y2 = lamp.box
            rows = slice(round(y1 * GRID_HEIGHT), max(round(y1 * GRID_HEIGHT) + 1, round(y2 * GRID_HEIGHT)))
            columns = slice(round(x1 * GRID_WIDTH), max(round(x1 * GRID_WIDTH) + 1, round(x2 * GRID_WIDTH)))
            grid[rows, columns] = level_at(lamp.levels, t_s) + self._dice.normal(0, 1.0)
        return np.clip(np.rint(grid), 0, 255).astype(np.uint8)

    def _blind(self, outage: Outage) -> Iterator[Entry]:
        blind_from, t_s = self._at(outage.from_s), outage.from_s
        while t_s < outage.to_s:
            yield Gap(self._at(t_s), blind_from, is_open=True, cause=outage.cause)
            t_s += _TICK_S
            if t_s < outage.to_s:
                yield Tick(self._at(t_s))
        yield Gap(self._at(outage.to_s), blind_from, is_open=False, cause=outage.cause)

    def _ghosts_of(self, script: Script) -> Iterator[_Ghost]:
        number = 10_000
        for kind in script.ghosts:
            for _ in range(self._dice.poisson(kind.per_minute * script.length_s / 60)):
                number += 1
                yield _Ghost(self._ghost(kind, script.length_s), number)

    def _ghost(self, kind: Ghosts, length_s: float) -> Actor:
        from_s, lasts_s = self._dice.uniform(0, length_s), self._dice.uniform(*kind.lasts_s)
        x1, y1, x2, y2 = kind.region
        width, height = 0.06, 0.06
        left = self._dice.uniform(x1, max(x1, x2 - width))
        top = self._dice.uniform(y1, max(y1, y2 - height))
        shift = kind.drift * lasts_s * self._dice.choice((-1, 1))
        begin = (left, top, left + width, top + height)
        end = (left + shift, top, left + shift + width, top + height)
        return Actor(kind.class_name, ((from_s, begin), (from_s + max(lasts_s, 0.01), end)), 0, kind.score)

    def _at(self, t_s: float) -> MediaNs:
        return MediaNs(self._start + nanoseconds(t_s))


def _is_hidden(actor: Actor, box: Box, present: list[tuple[int, Actor, Box]]) -> bool:
    """Whether something nearer covers it."""
    return any(
        other is not actor and front[3] > box[3] + 1e-6 and covered(box, front) >= _HIDES
        for _, other, front in present
        if other.class_name not in BACKGROUND
    )


@lru_cache(maxsize=4096)
def _look(seed: int) -> Floats:
    return np.random.default_rng(seed).normal(0, 1, _LOOK_LENGTH).astype(np.float32)
