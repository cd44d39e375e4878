"""One followed object: where it is, what it is, and how its place looks if it stands still."""

import math
from dataclasses import dataclass, field

import numpy as np

from pipeline.geofence.boxes import Box, iou
from pipeline.observation import Sight
from pipeline.perception.appearance import appearance, patch
from pipeline.perception.detections import Floats, Picture
from pipeline.perception.planes import likeness

STILL_AFTER_S = 0.9
"""A track is still once its box has kept its place for so long."""
MAX_HIDDEN_S = 300.0
"""What stands before an object for longer than this tells nothing of it any more."""
MAX_REPLACED_S = 10.0
"""As `MAX_HIDDEN_S`, for something that has come to a stand on the very same place."""
_BRIDGE_S = 5.0
"""What was missed just before something came in front is thought to be behind it."""
_NO_EVIDENCE = 0.05
_REPLACED_IOU = 0.5
_FOOT_TOLERANCE = 0.1
_STILL_IOU = 0.75
_STILL_SHIFT = 0.10
_SAME_PATCH = 0.75
_OTHER_PATCH = 0.35
_RETURNED_PATCH = 0.6
_OTHER_APPEARANCE = 0.80
_EVIDENCE_TAU_S = 4.0
_FOLLOW_APPEARANCE = 0.2
_FOLLOW_PATCH = 0.15
_FOLLOW_BOX = 0.3


@dataclass(frozen=True, slots=True)
class Found:
    """One detection as a track takes it: box in shares of the picture, class, score in [0, 1]."""

    box: Box
    class_name: str
    score: float


@dataclass(slots=True)
class Track:
    """An object followed over time. All times are s.

    Attributes:
        id: Unique within the camera.
        family: What it can be matched with.
        box: Where it was last seen, shares of the picture.
        velocity: Shares of the picture per second.
        seen_s: When it was last seen, by the network or at its place.
        judged_s: When the network last had a chance to find it.
        sight: How it was seen at the last look.
        is_missed: Examined and not found at the last look.
        evidence: Mean score over the network's recent chances, in [0, 1]; a miss counts 0.
        anchor: The box that it has kept since `anchored_s`.
        reference: How the anchor's place looks: see `appearance.patch`.
        patched_s: Since when `reference` has been kept.
    """

    id: int
    family: str
    box: Box
    seen_s: float
    judged_s: float
    evidence: float
    anchor: Box
    anchored_s: float
    reference: Floats
    looks_like: Floats
    velocity: tuple[float, float] = (0.0, 0.0)
    sight: Sight = Sight.DETECTED
    is_missed: bool = False
    score_by_class: dict[str, float] = field(default_factory=dict)

    @classmethod
    def begin(cls, track_id: int, family: str, found: Found, picture: Picture, t_s: float) -> "Track":
        """A new track from its first detection."""
        return cls(
            id=track_id,
            family=family,
            box=found.box,
            seen_s=t_s,
            judged_s=t_s,
            evidence=found.score,
            anchor=found.box,
            anchored_s=t_s,
            reference=patch(picture, found.box),
            looks_like=appearance(picture, found.box),
            score_by_class={found.class_name: found.score},
        )

    @property
    def class_name(self) -> str:
        """The class with the most evidence; the first in the alphabet of equals."""
        return min(self.score_by_class, key=lambda name: (-self.score_by_class[name], name))

    def is_still(self) -> bool:
        """Whether it had kept its place for a while when it was last seen."""
        return self.seen_s - self.anchored_s >= STILL_AFTER_S

    def expected(self, t_s: float) -> Box:
        """Where it should be now: at its place if it stands still, else carried on for at most a second."""
        if self.is_still():
            return self.box
        ahead_s = min(t_s - self.seen_s, 1.0)
        dx, dy = self.velocity[0] * ahead_s, self.velocity[1] * ahead_s
        return (self.box[0] + dx, self.box[1] + dy, self.box[2] + dx, self.box[3] + dy)

    def place_likeness(self, picture: Picture) -> float:
        """Likeness of its place now and as it was when the object stood there, in [-1, 1]."""
        return likeness(patch(picture, self.anchor).astype(np.float64), self.reference.astype(np.float64))

    def may_hide_s(self, cover: "Track") -> float:
        """For how long, s, it may be thought to be still there, and hidden by `cover`, whose box lies over its own.

        A camera looks down: what stands farther up in the picture hides nothing. What stood there while this one was
        still seen does not hide it either: this one has left.
        """
        foot = self.box[3] - _FOOT_TOLERANCE * (self.box[3] - self.box[1])
        stood_before = cover.is_still() and cover.anchored_s + STILL_AFTER_S <= self.seen_s
        if cover.box[3] < foot or stood_before:
            return 0.0
        if not (cover.is_still() and iou(cover.box, self.anchor) >= _REPLACED_IOU):
            return _BRIDGE_S if self.is_missed else MAX_HIDDEN_S
        return 0.0 if self.is_missed or self.evidence < _NO_EVIDENCE else MAX_REPLACED_S

    def is_another(self, found: Found, picture: Picture) -> bool:
        """Whether a detection at this still track's place is another object.

        While it was seen there, both its place and its looks must speak against it. Once it was hidden, or its place
        was seen without it, whatever comes there must look as it did to be it.
        """
        if not self.is_still():
            return False
        alike = self.place_likeness(picture)
        if self.is_missed or self.sight is Sight.HIDDEN:
            return alike < _RETURNED_PATCH
        return alike <= _OTHER_PATCH and float(appearance(picture, found.box) @ self.looks_like) < _OTHER_APPEARANCE

    def take(self, found: Found, picture: Picture, t_s: float) -> None:
        """The network found it."""
        self._note_evidence(found.score, t_s)
        self._vote(found)
        self._move(found.box, picture, t_s)
        self.sight, self.is_missed, self.seen_s = Sight.DETECTED, False, t_s
        blended = (1 - _FOLLOW_APPEARANCE) * self.looks_like + _FOLLOW_APPEARANCE * appearance(picture, found.box)
        norm = float(np.linalg.norm(blended))
        self.looks_like = (blended / norm if norm > 0 else blended).astype(np.float32)

    def verify(self, picture: Picture, t_s: float, *, was_judged: bool) -> bool:
        """The network did not find it, or did not look: whether it stands still and its place looks as before.

        Args:
            picture: The analysis picture, BGR.
            t_s: Now.
            was_judged: Whether the network looked.
        """
        if not self.is_still() or self.place_likeness(picture) < _SAME_PATCH:
            return False
        if was_judged:
            self._note_evidence(0.0, t_s)
        self.sight, self.is_missed, self.seen_s = Sight.VERIFIED, False, t_s
        return True

    def miss(self, t_s: float, *, may_hide_s: float, was_judged: bool) -> None:
        """Neither the network nor its place shows it.

        Args:
            t_s: Now.
            may_hide_s: For how long it may be thought to stand behind what is before its place; 0 where nothing is.
            was_judged: Whether the network looked.
        """
        if self.is_still() and 0 < t_s - self.seen_s <= may_hide_s:
            self.sight, self.is_missed = Sight.HIDDEN, False
        elif was_judged:
            self._note_evidence(0.0, t_s)
            self.is_missed = True

    def _note_evidence(self, score: float, t_s: float) -> None:
        share = 1 - math.exp(-max(t_s - self.judged_s, 0.05) / _EVIDENCE_TAU_S)
        self.evidence += share * (score - self.evidence)
        self.judged_s = t_s

    def _vote(self, found: Found) -> None:
        for name in self.score_by_class:
            self.score_by_class[name] *= 0.95
        self.score_by_class[found.class_name] = self.score_by_class.get(found.class_name, 0.0) + found.score

    def _move(self, box: Box, picture: Picture, t_s: float) -> None:
        elapsed_s = t_s - self.seen_s
        if _kept_place(self.anchor, box):
            # A still object's box jitters; what is told of it should not.
            self.box = _mix(self.box, box, _FOLLOW_BOX) if self.is_still() else box
            self.velocity = (0.0, 0.0) if self.is_still() else self.velocity
            fresh = patch(picture, self.anchor)
            self.reference = (1 - _FOLLOW_PATCH) * self.reference + np.float32(_FOLLOW_PATCH) * fresh
            return
        if elapsed_s > 0:
            self.velocity = (
                (box[0] + box[2] - self.box[0] - self.box[2]) / 2 / elapsed_s,
                (box[1] + box[3] - self.box[1] - self.box[3]) / 2 / elapsed_s,
            )
        self.box = self.anchor = box
        self.anchored_s = t_s
        self.reference = patch(picture, box)


def _kept_place(anchor: Box, box: Box) -> bool:
    if iou(anchor, box) >= _STILL_IOU:
        return True
    width, height = anchor[2] - anchor[0], anchor[3] - anchor[1]
    bottom_centre_shift = max(
        abs(anchor[0] + anchor[2] - box[0] - box[2]) / 2 / max(width, 1e-6),
        abs(anchor[3] - box[3]) / max(height, 1e-6),
    )
    return bottom_centre_shift < _STILL_SHIFT and iou(anchor, box) > 0.3


def _mix(a: Box, b: Box, share: float) -> Box:
    x1, y1, x2, y2 = (p + share * (q - p) for p, q in zip(a, b, strict=True))
    return (x1, y1, x2, y2)
