"""What an entry of the log says of each fault of the camera: that it is there, that it is not, or nothing."""

from collections.abc import Mapping
from types import MappingProxyType
from typing import NamedTuple

from pipeline.observation import Entry, Gap, GapCause, MediaNs, Observation
from pipeline.rules.episode import FaultKind
from pipeline.rules.fault_memory import FaultMemory
from pipeline.rules.scene import is_close_look
from pipeline.rules.usual import is_blurred, is_slow

_KIND_BY_CAUSE: Mapping[GapCause, FaultKind] = MappingProxyType(
    {
        GapCause.NO_SIGNAL: FaultKind.NO_SIGNAL,
        GapCause.FROZEN: FaultKind.FROZEN,
        GapCause.COVERED: FaultKind.COVERED,
        GapCause.MOVED: FaultKind.MOVED,
        GapCause.CLOCK_JUMPED: FaultKind.CLOCK_JUMPED,
    }
)
_OF_THE_PICTURE = (FaultKind.FROZEN, FaultKind.COVERED, FaultKind.MOVED)
_SAYS_NO_MORE = (GapCause.NO_SIGNAL, GapCause.CLOCK_JUMPED, GapCause.NOT_WATCHED)
"""While the camera is blind for such a reason nobody can tell what its picture would be like."""


class Signs(NamedTuple):
    """What an entry says.

    Attributes:
        since_by_kind: The faults that are there, and since when at the latest.
        absent: Those that are not.
    """

    since_by_kind: Mapping[FaultKind, MediaNs]
    absent: frozenset[FaultKind]


_NOTHING = Signs({}, frozenset())


def signs(entry: Entry, blind: GapCause | None, memory: FaultMemory) -> Signs:
    """Read an entry.

    Args:
        entry: The next.
        blind: Why the camera sees nothing, before the entry; None: it sees.
        memory: What is usual is learned there.
    """
    if isinstance(entry, Gap):
        return _of_gap(entry)
    if isinstance(entry, Observation) and blind is None and not is_close_look(entry):
        return _of_picture(entry, memory)
    return _NOTHING


def _of_gap(gap: Gap) -> Signs:
    kind = _KIND_BY_CAUSE.get(gap.cause)
    if not gap.is_open:
        return _NOTHING if kind is None or kind is FaultKind.CLOCK_JUMPED else Signs({}, frozenset({kind}))
    present = {} if kind is None else {kind: gap.blind_from}
    if gap.cause in _SAYS_NO_MORE:
        return Signs(present, frozenset())
    # There is a picture, then, and it has one thing wrong with it at a time.
    others = frozenset({FaultKind.NO_SIGNAL, *_OF_THE_PICTURE}) - present.keys()
    return Signs(present, others)


def _of_picture(seen: Observation, memory: FaultMemory) -> Signs:
    present: dict[FaultKind, MediaNs] = {}
    absent = {FaultKind.NO_SIGNAL, *_OF_THE_PICTURE}
    judged = (
        (FaultKind.BLURRED, is_blurred(memory, seen.health, seen.t)),
        (FaultKind.LOW_FRAME_RATE, is_slow(memory, seen.health, seen.t)),
    )
    for kind, is_there in judged:
        if is_there:
            present[kind] = seen.t
        elif is_there is not None:
            absent.add(kind)
    return Signs(present, frozenset(absent))
