"""Whether an event's object is seen better than when it was raised: that picture is told with its next message."""

from collections.abc import Callable
from dataclasses import dataclass
from math import sqrt

from pipeline.media.frame import Bgr
from pipeline.observation import MediaNs, nanoseconds
from pipeline.rules.episode import Episode, EventId, EventObject
from pipeline.rules.reasoner import Reasoner

_WITHIN_NS = nanoseconds(60.0)
_APART_NS = nanoseconds(2.0)
_MOST = 3
"""Pictures of one event: each is drawn at full size."""
_BETTER = 1.3
_EDGE = 0.005
_CUT_OFF = 0.5
"""What an object counts that the picture's edge cuts off."""


@dataclass(slots=True)
class _Best:
    """The best view of an event so far."""

    quality: float
    t: MediaNs
    taken: int


class BestViews:
    """Remembers how well each event was seen that was raised within the last minute."""

    def __init__(self, note: Callable[[Episode, Callable[[], Bgr]], None]) -> None:
        """Nothing was seen yet.

        Args:
            note: Takes the event as it stands, and its picture.
        """
        self._note = note
        self._best: dict[EventId, _Best] = {}

    def look(self, reasoner: Reasoner, t: MediaNs, picture: Callable[[], Bgr]) -> None:
        """Look at what the entry of this moment has shown.

        Args:
            reasoner: After the entry.
            t: The moment.
            picture: Of the entry, at full size.
        """
        standing = reasoner.seen_now(t, MediaNs(t - _WITHIN_NS))
        if self._best:
            ids = {episode.id for episode in standing}
            self._best = {id_: best for id_, best in self._best.items() if id_ in ids or t - best.t < _WITHIN_NS}
        for episode in standing:
            self._consider(episode, t, picture)

    def _consider(self, episode: Episode, t: MediaNs, picture: Callable[[], Bgr]) -> None:
        quality = quality_of(episode.objects)
        best = self._best.setdefault(episode.id, _Best(quality, t, 0))
        if quality < _BETTER * best.quality or t - best.t < _APART_NS or best.taken >= _MOST:
            return
        best.quality, best.t, best.taken = quality, t, best.taken + 1
        self._note(episode, picture)


def quality_of(objects: tuple[EventObject, ...]) -> float:
    """How well the best of them is seen: large, surely, and whole."""
    return max((_quality(one) for one in objects), default=0.0)


def _quality(one: EventObject) -> float:
    x1, y1, x2, y2 = one.box
    is_cut_off = min(x1, y1) < _EDGE or max(x2, y2) > 1 - _EDGE
    return one.confidence * sqrt(max(0.0, (x2 - x1) * (y2 - y1))) * (_CUT_OFF if is_cut_off else 1.0)
