"""Follows objects from look to look, at any rate: everything is a matter of seconds, nothing of frames.

Strong detections are matched first, weak ones only keep known tracks alive (Zhang et al., "ByteTrack", ECCV 2022).
What stands still is not lost when the network misses it or something passes in front: its place is compared with how
it looked, and while something else covers it nothing is concluded.
"""

import math
from collections.abc import Mapping, Sequence
from types import MappingProxyType

import numpy as np

from pipeline.config.vocabulary import Vocabulary
from pipeline.geofence.boxes import Box, as_boxes, containments, covered, shared_areas
from pipeline.observation import WHOLE_PICTURE
from pipeline.perception.association import affinity, assign
from pipeline.perception.detections import Detections, Picture
from pipeline.perception.looker_memory import TrackMemory
from pipeline.perception.places import SAME_LIKENESS
from pipeline.perception.shelf import OpenShelf, Shelf
from pipeline.perception.track import Found, Track
from pipeline.perception.track_ids import TrackIds
from pipeline.perception.track_memory import recall_track, remember_track

MIN_SCORE = 0.1
"""Weaker detections are noise; between this and the confidence they may only continue a track."""
_STRONG_FIT = 0.15
_WEAK_FIT = 1.3
_OWN_PLACE_FIT = 1.7
_SAME_THING = 0.8
_MEMORY_MOVING_S = 2.0
_MEMORY_STILL_S = 60.0
_MEMORY_UNEXAMINED_S = 10.0
"""What moves may be anywhere after so long without a look at it."""
_WITHIN = 0.9
"""Share of an object that must lie in a region for a look at the region to tell of it."""
_NO_CLASS: Mapping[str, float] = MappingProxyType({})
MAX_TRACKS = 300
"""Bounds memory and the cost of matching; the longest unseen go first."""


class Tracker:
    """Remembers the tracks of one camera."""

    def __init__(
        self,
        vocabulary: Vocabulary,
        confidence: float,
        new_track: TrackIds,
        confidence_by_class: Mapping[str, float] = _NO_CLASS,
    ) -> None:
        """Start with no tracks.

        Args:
            vocabulary: Tells which classes are one family.
            confidence: Score from which a detection may begin a track, in [0, 1].
            new_track: Gives ids.
            confidence_by_class: The score for classes that have one of their own.
        """
        self._vocabulary = vocabulary
        self._confidence = confidence
        self._confidence_by_class = confidence_by_class
        self._new_track = new_track
        self._tracks: list[Track] = []

    def remember(self, shelf: Shelf) -> tuple[TrackMemory, ...]:
        """All tracks."""
        return tuple(remember_track(track, shelf) for track in self._tracks)

    def recall(self, memory: Sequence[TrackMemory], shelf: OpenShelf) -> None:
        """Follow what was remembered, and nothing else.

        Raises:
            StateError: The shelf is damaged.
        """
        self._tracks = [recall_track(one, shelf, self._vocabulary) for one in memory]

    def is_strong(self, class_name: str, score: float) -> bool:
        """Whether a detection of this class and score may begin a track."""
        return score >= self._confidence_by_class.get(class_name, self._confidence)

    def present(self) -> list[Track]:
        """The tracks that were seen, verified or hidden at the last look, in the order they began."""
        return [track for track in self._tracks if not track.is_missed]

    def told(self, t_s: float) -> list[Track]:
        """Those of them of which the look at `t_s` tells: not what it did not reach, or could not make out."""
        return [track for track in self.present() if track.told_s == t_s]

    def unverified(self, t_s: float) -> list[Track]:
        """The still tracks whose places the look at `t_s` did not recognise, though nothing stands before them."""
        return [track for track in self.present() if track.told_s < t_s and track.is_still()]

    def is_crossed_by(self, region: Box, picture: Picture, t_s: float) -> bool:
        """Whether an object that cannot be verified at its place may reach over a border of a region, shares."""
        for track in self._tracks:
            box = track.expected(t_s)
            if 0 < covered(box, region) < _WITHIN and not (
                track.is_still() and track.place_likeness(picture) >= SAME_LIKENESS
            ):
                return True
        return False

    def detect(
        self,
        detections: Detections,
        picture: Picture,
        t_s: float,
        region: Box = WHOLE_PICTURE,
        others: Sequence[Track] = (),
    ) -> None:
        """The network looked at the picture, or at a region of it.

        Args:
            detections: What it found, from `MIN_SCORE` up, px of `picture`.
            picture: Shape (H, W, 3), uint8, BGR; whole.
            t_s: When, s.
            region: What it looked at, shares. Of what does not lie in it the network tells nothing.
            others: What other networks follow, which may stand before these.
        """
        found = self._as_found(detections, picture)
        active = {index for index, track in enumerate(self._tracks) if not track.is_missed}
        dormant = set(range(len(self._tracks))) - active
        still = {index for index in active if self._tracks[index].is_still()}
        active -= still
        # A still object's own box comes before a stronger one that takes in what stands behind it.
        found = self._match(found, still, picture, t_s, _OWN_PLACE_FIT)
        active |= still
        strong = [one for one in found if self.is_strong(one.class_name, one.score)]
        weak = [one for one in found if not self.is_strong(one.class_name, one.score)]
        # What is being followed comes first: a car that drives over a place is not the one that stood there.
        strong = self._match(strong, active, picture, t_s, _STRONG_FIT)
        self._match(weak, active, picture, t_s, _WEAK_FIT)
        strong = self._match(strong, dormant, picture, t_s, _STRONG_FIT)
        missed = active | dormant
        reached = {index for index in missed if _is_within(self._tracks[index].expected(t_s), region)}
        seen = [track for index, track in enumerate(self._tracks) if index not in missed]
        begun = self._begin(strong, seen, picture, t_s)
        before = [*seen, *begun, *others]
        self._miss([self._tracks[index] for index in sorted(reached)], before, picture, t_s, was_judged=True)
        beyond = [self._tracks[index] for index in sorted(missed - reached) if not self._tracks[index].is_missed]
        self._miss(beyond, before, picture, t_s, was_judged=False)
        self._tracks += begun
        self._forget(t_s)

    def verify(self, picture: Picture, t_s: float, others: Sequence[Track] = ()) -> None:
        """The network was not asked: the places tell, as far as what other networks follow does not hide them."""
        self._miss(self.present(), list(others), picture, t_s, was_judged=False)
        self._forget(t_s)

    def _as_found(self, detections: Detections, picture: Picture) -> list[Found]:
        shares = detections.shares(picture).tolist()
        return [
            Found((x1, y1, x2, y2), str(name), float(score))
            for (x1, y1, x2, y2), name, score in zip(shares, detections.class_name, detections.score, strict=True)
        ]

    def _match(self, found: list[Found], missed: set[int], picture: Picture, t_s: float, least: float) -> list[Found]:
        """Give detections to those tracks of `missed` that they fit and take these out; returns what is left over."""
        rows = sorted(missed)
        if not rows or not found:
            return found
        tracks = [self._tracks[row] for row in rows]
        expected = as_boxes([track.expected(t_s) for track in tracks])
        elapsed_s = np.array([t_s - track.seen_s for track in tracks])
        fit = affinity(expected, as_boxes([one.box for one in found]), elapsed_s)
        family = [self._vocabulary.family(one.class_name) for one in found]
        fit *= np.array([[track.family == name for name in family] for track in tracks])
        for r, track in enumerate(tracks):
            if track.is_still():
                # What stood still is at its place or, for a moment, beside it; it has not leapt.
                fit[r, fit[r] < 1] = 0
            for c in np.flatnonzero(fit[r] >= least).tolist():
                # A place that was left, or is now another's, is not taken over under the old id.
                if track.is_another(found[c], picture):
                    fit[r, c] = 0
        pairs = assign(fit, least)
        for r, c in pairs:
            tracks[r].take(found[c], picture, t_s)
            missed.discard(rows[r])
        taken = {c for _, c in pairs}
        return [one for c, one in enumerate(found) if c not in taken]

    def _begin(self, found: list[Found], seen: list[Track], picture: Picture, t_s: float) -> list[Track]:
        """New tracks for what is left, less second boxes around, or inside, an object that is already followed."""
        begun: list[Track] = []
        for one in found:
            family = self._vocabulary.family(one.class_name)
            rivals = [track.box for track in seen + begun if track.family == family]
            if rivals and float(containments(as_boxes([one.box]), as_boxes(rivals)).max()) >= _SAME_THING:
                continue
            begun.append(Track.begin(self._new_track.take(), family, one, picture, t_s))
        return begun

    def _miss(self, missed: list[Track], seen: list[Track], picture: Picture, t_s: float, *, was_judged: bool) -> None:
        """Their places tell: first those in full view, then those behind what was seen."""
        unseen = [track for track in missed if not track.verify(picture, t_s, was_judged=was_judged)]
        verified = [track for track in missed if track.seen_s == t_s]
        standing = seen + verified
        overlap = shared_areas(as_boxes([track.box for track in unseen]), as_boxes([track.box for track in standing]))
        for row, track in enumerate(unseen):
            near = [standing[column] for column in np.flatnonzero(overlap[row] > 0).tolist()]
            before = [other for other in near if track.is_behind(other)]
            covers = [other.box for other in before]
            if not covers or not track.verify(picture, t_s, covers, was_judged=was_judged):
                track.miss(picture, t_s, before, was_judged=was_judged)

    def _forget(self, t_s: float) -> None:
        kept = [track for track in self._tracks if t_s - track.seen_s <= _memory_s(track)]
        newest = sorted(kept, key=lambda track: (-track.seen_s, -track.evidence, track.id))[:MAX_TRACKS]
        self._tracks = sorted(newest, key=lambda track: track.id)


def _memory_s(track: Track) -> float:
    if track.is_missed:
        return _MEMORY_STILL_S if track.is_still() else _MEMORY_MOVING_S
    return math.inf if track.is_still() else _MEMORY_UNEXAMINED_S


def _is_within(box: Box, region: Box) -> bool:
    return region == WHOLE_PICTURE or covered(box, region) >= _WITHIN
