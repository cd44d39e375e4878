"""In what two lists of events differ: which are new, which are gone, and which have moved. Pure."""

from collections import defaultdict
from collections.abc import Sequence
from dataclasses import dataclass

import numpy as np
from scipy.optimize import linear_sum_assignment

from pipeline.observation import MediaNs, nanoseconds
from pipeline.replay.events import Event

MOST_APART_NS = nanoseconds(60)
"""Two events that do not overlap are one that moved where the later begins so soon after the other's beginning."""
_FOR_EVER = MediaNs(2**62)


@dataclass(frozen=True, slots=True)
class Moved:
    """An event that both lists have, at other times, or with another severity or end.

    Attributes:
        before: In the first list.
        after: In the second.
        how: What differs, in words.
    """

    before: Event
    after: Event
    how: tuple[str, ...]


@dataclass(frozen=True, slots=True)
class Difference:
    """How the second list differs from the first. All in order of time.

    Attributes:
        appeared: Events that only the second has.
        vanished: Events that only the first has.
        moved: Events that both have, differently.
        same: How many both have alike.
    """

    appeared: tuple[Event, ...]
    vanished: tuple[Event, ...]
    moved: tuple[Moved, ...]
    same: int

    def __bool__(self) -> bool:
        return bool(self.appeared or self.vanished or self.moved)


def difference(before: Sequence[Event], after: Sequence[Event], tolerance_ns: int) -> Difference:
    """Compare events camera by camera, rule by rule and zone by zone; their ids do not matter.

    Args:
        before: The first list.
        after: The second list.
        tolerance_ns: By how much beginning, raising and end may differ, ns.
    """
    groups: dict[tuple[str, str, str], tuple[list[Event], list[Event]]] = defaultdict(lambda: ([], []))
    for side, events in enumerate((before, after)):
        for event in events:
            groups[event.camera, event.rule or event.algorithm, event.zone][side].append(event)
    appeared, vanished, moved, same = list[Event](), list[Event](), list[Moved](), 0
    for here, there in groups.values():
        pairs = _pairs(here, there)
        vanished += [event for n, event in enumerate(here) if n not in pairs]
        appeared += [event for n, event in enumerate(there) if n not in pairs.values()]
        for i, j in pairs.items():
            how = _how(here[i], there[j], tolerance_ns)
            same += not how
            if how:
                moved.append(Moved(here[i], there[j], how))
    return Difference(
        tuple(sorted(appeared, key=_order)),
        tuple(sorted(vanished, key=_order)),
        tuple(sorted(moved, key=lambda one: _order(one.before))),
        same,
    )


def _order(event: Event) -> tuple[int, str, str, str]:
    return (event.started_at, event.camera, event.rule, event.zone)


def _end(event: Event) -> MediaNs:
    return _FOR_EVER if event.ended_at is None else event.ended_at


def _pairs(here: Sequence[Event], there: Sequence[Event]) -> dict[int, int]:
    """Which event of the second list is which of the first: as many as may be, and those that begin nearest."""
    if not here or not there:
        return {}
    starts, others = (np.array([one.started_at for one in side], np.int64) for side in (here, there))
    ends, other_ends = (np.array([_end(one) for one in side], np.int64) for side in (here, there))
    apart = np.abs(starts[:, None] - others[None, :])
    overlap = (starts[:, None] <= other_ends[None, :]) & (others[None, :] <= ends[:, None])
    may = overlap | (apart <= MOST_APART_NS)
    # Exact twins come first, then as many pairs as there can be.
    cost = np.where(may, np.minimum(apart / 1e6, 1e9) - 1e13, 0.0) - np.where(apart == 0, 1.0, 0.0)
    rows, columns = linear_sum_assignment(cost)
    return {int(i): int(j) for i, j in zip(rows, columns, strict=True) if may[i, j]}


def _how(before: Event, after: Event, tolerance_ns: int) -> tuple[str, ...]:
    found = []
    for name, one, other in (
        ("start", before.started_at, after.started_at),
        ("raised", before.raised_at, after.raised_at),
        ("end", before.ended_at, after.ended_at),
    ):
        if one is None or other is None:
            if one is not other:
                found.append(f"end {'open' if one is None else 'told'} -> {'open' if other is None else 'told'}")
        elif abs(other - one) > tolerance_ns:
            found.append(f"{name} {(other - one) / 1e9:+.3f} s")
    if before.reason != after.reason and before.reason and after.reason:
        found.append(f"reason {before.reason} -> {after.reason}")
    if before.severity != after.severity:
        found.append(f"severity {before.severity} -> {after.severity}")
    return tuple(found)
