"""Whether a camera sees what it is there to see, judged from the picture alone, before anything is looked for."""

from collections.abc import Mapping
from dataclasses import dataclass, field
from enum import StrEnum
from typing import NamedTuple, Self

import cv2
import numpy as np
from numpy.typing import NDArray
from pydantic import TypeAdapter

from pipeline.errors import StateError
from pipeline.observation import GapCause, MediaNs, nanoseconds
from pipeline.perception.clearness import Clearness, Edges, edges_of, is_bare, is_black, is_night
from pipeline.perception.detections import Picture
from pipeline.perception.frames import FramePictures, analysis_size
from pipeline.perception.planes import Plane, resized
from pipeline.perception.stillness import Stillness
from pipeline.perception.view import Match, View, ViewMemory, check_memory, given_pictures
from pipeline.perception.view_field import Field, agreement, energy, field_of, reduced

_WIDTH_PX = 320
_CHECK_EVERY_NS = nanoseconds(1.5)
"""How often a good view is compared; a doubtful one is at every look, and so is a picture that is quite another."""
_GLIMPSE_STEP = 8
_CHANGED_LEVELS, _CHANGED = 15, 0.2
_COVERED_AFTER_NS = nanoseconds(5)
_SHIFTED_AFTER_NS = nanoseconds(4)
_ELSEWHERE_AFTER_NS = nanoseconds(8)
_UNSTEADY_AFTER_NS = nanoseconds(30)
"""A picture that changes all the time may be of traffic close by: it takes longer to be taken for another view."""
_PRESET_AFTER_NS = nanoseconds(5)
_MIN_DOUBTFUL_LOOKS = 3
_MIN_GOOD_LOOKS = 2
_STEADY_SHARE, _ALIKE = 0.6, 0.5
_VERSION = 1
_ONLY_VIEW = ""


class Sees(StrEnum):
    """What the picture is worth."""

    SEES = "sees"
    DOUBTFUL = "doubtful"
    """It may show something else than the scene: better not looked at until it is known."""
    BLIND = "blind"


@dataclass(frozen=True, slots=True)
class Sightline:
    """What the watch says of one picture.

    Attributes:
        sees: What the picture is worth.
        cause: Why the camera is blind; None unless it is.
        since: The first moment that was not seen as it should be; of a picture that is good, its own.
        view: The preset that it shows; empty where the camera has none, or none matches.
    """

    sees: Sees
    cause: GapCause | None
    since: MediaNs
    view: str = ""


class _Doubt(NamedTuple):
    """Why the picture may not be the scene, and for how long that must last to be certain."""

    cause: GapCause
    after_ns: int


@dataclass(slots=True)
class _Memory:
    """All that is remembered over a restart; see the attributes of `CameraWatch`."""

    version: int
    views: dict[str, ViewMemory]
    clearness: Clearness = field(default_factory=Clearness)
    view: str = _ONLY_VIEW
    cause: GapCause | None = None
    since: int = 0
    doubted_from: int = -1
    n_doubtful: int = 0
    n_good: int = 0


class CameraWatch:
    """Judges the pictures of one camera.

    It remembers how the camera's view looks under the lights that it has been seen in, how strong its edges usually
    are, the picture that stands still, and since when the camera has not seen what it should.
    """

    def __init__(self, views: Mapping[str, Picture]) -> None:
        """Nothing has been seen yet.

        Args:
            views: What a PTZ camera shows at its presets, BGR, any size; empty: the one view is learned.
        """
        self._presets = views
        given = {name: View.given(_field_of_preset(picture)) for name, picture in sorted(views.items())}
        self._views = given or {_ONLY_VIEW: View(ViewMemory())}
        self._memory = _Memory(_VERSION, {name: view.memory for name, view in self._views.items()})
        self._memory.view = min(self._views)
        self._stillness = Stillness()
        self._checked_at: MediaNs | None = None
        self._glimpse = np.zeros((0, 0), np.uint8)
        self._anchor: tuple[MediaNs, Field, Plane] | None = None
        self._doubt: _Doubt | None = None

    def look(self, frame: FramePictures) -> Sightline:
        """Judge the next frame; frames come in order of time."""
        luma = _luma(frame.scaled(*analysis_size(frame.size)))
        is_new = self._stillness.look(luma, frame.t)
        return self._concluded(self._reconsidered(luma, frame.t, is_new=is_new), frame.t)

    def _reconsidered(self, luma: NDArray[np.uint8], t: MediaNs, *, is_new: bool) -> _Doubt | None:
        is_due = self._checked_at is None or t - self._checked_at >= _CHECK_EVERY_NS or self._is_another(luma)
        if (is_due and is_new) or self._doubt is not None or self._memory.cause is not None:
            self._checked_at = t
            self._glimpse = luma[::_GLIMPSE_STEP, ::_GLIMPSE_STEP].copy()
            self._doubt = self._judged(reduced(luma), t)
        return self._doubt

    def _is_another(self, luma: NDArray[np.uint8]) -> bool:
        """Whether much of the picture is not what it was when it was last compared."""
        coarse = luma[::_GLIMPSE_STEP, ::_GLIMPSE_STEP]
        if coarse.shape != self._glimpse.shape:
            return True
        return int(np.count_nonzero(cv2.absdiff(coarse, self._glimpse) > _CHANGED_LEVELS)) > _CHANGED * coarse.size

    def _concluded(self, doubt: _Doubt | None, t: MediaNs) -> Sightline:
        """What follows from this picture and those before it."""
        memory = self._memory
        covered = doubt is not None and doubt.cause is GapCause.COVERED
        if self._stillness.is_frozen(t) and not covered and memory.cause in (None, GapCause.FROZEN):
            memory.cause, memory.since, memory.n_good = GapCause.FROZEN, self._stillness.since, 0
        elif doubt is None:
            return self._after_good(t)
        else:
            self._count_doubt(doubt, t)
        if memory.cause is None:
            return Sightline(Sees.DOUBTFUL, None, MediaNs(memory.since))
        return Sightline(Sees.BLIND, memory.cause, MediaNs(memory.since))

    def _after_good(self, t: MediaNs) -> Sightline:
        memory = self._memory
        memory.n_good += 1
        memory.n_doubtful, memory.doubted_from = 0, -1
        if memory.cause is not None and memory.n_good < _MIN_GOOD_LOOKS:
            return Sightline(Sees.DOUBTFUL, None, MediaNs(memory.since))
        memory.cause = None
        return Sightline(Sees.SEES, None, t, memory.view)

    def _count_doubt(self, doubt: _Doubt, t: MediaNs) -> None:
        memory = self._memory
        memory.n_good = 0
        memory.n_doubtful += 1
        if memory.doubted_from < 0:
            memory.doubted_from = t
        if memory.cause is None and memory.n_doubtful == 1:
            memory.since = t
        if memory.n_doubtful >= _MIN_DOUBTFUL_LOOKS and t - memory.doubted_from >= doubt.after_ns:
            memory.cause = doubt.cause

    def _judged(self, luma: NDArray[np.uint8], t: MediaNs) -> _Doubt | None:
        memory = self._memory
        seen = field_of(luma)
        energies = energy(seen)
        edges = edges_of(seen, luma)
        if is_black(luma) or (not self._views[memory.view].is_learned and is_bare(seen, energies)):
            return _Doubt(GapCause.COVERED, _COVERED_AFTER_NS)
        match = self._nearest_view(seen, energies).match(seen, energies, t)
        doubt = self._weighed(match, luma, edges, t)
        if doubt is None:
            self._anchor = None
            memory.clearness.note(edges, t)
            return None
        if doubt.cause is GapCause.MOVED and match is Match.ELSEWHERE:
            return self._if_steady(doubt, seen, energies, t)
        return doubt

    def _weighed(self, match: Match, luma: NDArray[np.uint8], edges: Edges, t: MediaNs) -> _Doubt | None:
        is_turned = self._memory.cause is GapCause.MOVED
        if self._memory.clearness.is_veiled(edges, t, is_blind=self._memory.cause is not None):
            return None if is_night(luma) else _Doubt(GapCause.COVERED, _COVERED_AFTER_NS)
        if match is Match.IN_PLACE or (match is Match.HIDDEN and not is_turned):
            return None
        if match is Match.SHIFTED:
            return _Doubt(GapCause.MOVED, _SHIFTED_AFTER_NS)
        if self._memory.clearness.is_dim(edges, t, is_blind=self._memory.cause is not None):
            return None if is_night(luma) else _Doubt(GapCause.COVERED, _COVERED_AFTER_NS)
        if match is Match.UNKNOWN and not is_turned:
            return None
        return _Doubt(GapCause.MOVED, _PRESET_AFTER_NS if self._presets else _ELSEWHERE_AFTER_NS)

    def _if_steady(self, doubt: _Doubt, seen: Field, energies: Plane, t: MediaNs) -> _Doubt:
        """Another scene stays as it is; what passes close before the lens does not."""
        if self._presets:
            return doubt
        if self._anchor is not None:
            _, before, own = self._anchor
            if agreement(before, seen, own, energies).share(_ALIKE) >= _STEADY_SHARE:
                waited_ns = self._anchor[0] - max(0, self._memory.doubted_from)
                return _Doubt(doubt.cause, min(_UNSTEADY_AFTER_NS, doubt.after_ns + max(0, waited_ns)))
        self._anchor = t, seen, energies
        return _Doubt(doubt.cause, _UNSTEADY_AFTER_NS)

    def _nearest_view(self, seen: Field, energies: Plane) -> View:
        """The view that the picture most likely shows; where another than before is clearly in place, that one."""
        memory = self._memory
        if len(self._views) > 1 and self._views[memory.view].closeness(seen, energies) < 0:
            memory.view = max(self._views, key=lambda name: (self._views[name].closeness(seen, energies), name))
        return self._views[memory.view]

    @classmethod
    def resume(cls, views: Mapping[str, Picture], *, snapshot: bytes) -> Self:
        """Go on where a snapshot left off. A preset whose picture has changed begins anew.

        Raises:
            StateError: The snapshot is damaged, or of another version.
        """
        watch = cls(views)
        try:
            memory = _SNAPSHOT.validate_json(snapshot)
            for view in memory.views.values():
                check_memory(view)
        except ValueError as error:
            raise StateError("snapshot of a camera watch: damaged") from error
        if memory.version != _VERSION:
            raise StateError(f"snapshot of a camera watch: got version {memory.version}, expected {_VERSION}")
        watch._adopt(memory)
        return watch

    def snapshot(self) -> bytes:
        """All that is remembered and is needed after a restart; the picture that stands still is not."""
        return _SNAPSHOT.dump_json(self._memory)

    def _adopt(self, memory: _Memory) -> None:
        mine = self._memory
        for name, view in self._views.items():
            found = memory.views.get(name)
            if found is not None and given_pictures(found) == given_pictures(view.memory):
                view.memory = found
        memory.views = {name: view.memory for name, view in self._views.items()}
        memory.view = memory.view if memory.view in self._views else mine.view
        self._memory = memory
        if memory.cause is GapCause.FROZEN:
            self._stillness.resume(MediaNs(memory.since))


_SNAPSHOT = TypeAdapter(_Memory)


def _field_of_preset(picture: Picture) -> Field:
    analysed = resized(picture, *analysis_size((picture.shape[1], picture.shape[0])))
    return field_of(reduced(_luma(analysed)))


def _luma(picture: Picture) -> NDArray[np.uint8]:
    """About 320 single pixels across: their green, which is most of luma. Means would hide the sensor's noise."""
    step = max(1, round(picture.shape[1] / _WIDTH_PX))
    return np.ascontiguousarray(picture[::step, ::step, 1])
