"""One followed object: where it is, what it is, and how its place looks if it stands still."""

import math
from collections.abc import Sequence
from dataclasses import dataclass, field

import numpy as np

from pipeline.geofence.boxes import Box, area, iou, shared_area
from pipeline.observation import Sight
from pipeline.perception.appearance import appearance
from pipeline.perception.detections import Floats, Picture
from pipeline.perception.places import OTHER_LIKENESS, SAME_LIKENESS, patch, visible_likeness

STILL_AFTER_S = 0.9
"""A track is still once its box has kept its place for so long."""
MAX_HIDDEN_S = 300.0
"""What stands before an object for longer than this tells nothing of it any more."""
MAX_REPLACED_S = 10.0
"""As `MAX_HIDDEN_S`, for something that has come to a stand on the very same place."""
_BRIDGE_S = 5.0
"""What was missed just before, or is hardly ever found, is thought to be behind something for no longer."""
_NO_EVIDENCE = 0.05
_REPLACED_IOU = 0.5
_COVERED_SHARE = 0.25
_FOOT_TOLERANCE = 0.1
_SETTLED_S = 2.0
_MERGED_IOU = 0.45
_MERGED_S = 0.6
"""What has stood for a while is not gone because for a moment one box takes in a passer-by as well."""
_STILL_IOU = 0.75
_STILL_SHIFT = 0.10
_RETURNED_LIKENESS = 0.6
_OTHER_APPEARANCE = 0.80
_EVIDENCE_TAU_S = 4.0
_CLASS_TAU_S = 10.0
_APPEARANCE_TAU_S = 2.2
_PLACE_TAU_S = 3.0
_BOX_TAU_S = 1.4
_FIRST_SHARE_S = 0.5
"""What is seen for the first time counts as if it had been seen for so long."""


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
        clear_s: When it was last seen with nothing before it.
        judged_s: When the network last had a chance to find it.
        told_s: When it was last seen, or known to be hidden: at no other look is anything told of it.
        sight: How it was seen at the last look.
        is_missed: Examined and not found at the last look.
        evidence: Mean score over the network's recent chances, in [0, 1]; a miss counts 0.
        anchor: The box that it has kept since `anchored_s`.
        reference: How the anchor's place looks: see `appearance.patch`.
        looks_like: See `appearance`.
        astray_s: Since when its boxes have been others than that of its place; None: they are not.
    """

    id: int
    family: str
    box: Box
    seen_s: float
    clear_s: float
    judged_s: float
    told_s: float
    evidence: float
    anchor: Box
    anchored_s: float
    reference: Floats
    looks_like: Floats
    velocity: tuple[float, float] = (0.0, 0.0)
    sight: Sight = Sight.DETECTED
    is_missed: bool = False
    score_by_class: dict[str, float] = field(default_factory=dict)
    astray_s: float | None = None

    @classmethod
    def begin(cls, track_id: int, family: str, found: Found, picture: Picture, t_s: float) -> "Track":
        """A new track from its first detection."""
        return cls(
            id=track_id,
            family=family,
            box=found.box,
            seen_s=t_s,
            clear_s=t_s,
            judged_s=t_s,
            told_s=t_s,
            evidence=found.score,
            anchor=found.box,
            anchored_s=t_s,
            reference=patch(picture, found.box),
            looks_like=appearance(picture, found.box),
            score_by_class={found.class_name: found.score * _share(_FIRST_SHARE_S, _CLASS_TAU_S)},
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

    def place_likeness(self, picture: Picture, covers: Sequence[Box] = ()) -> float:
        """Likeness of its place, as far as no cover hides it, to how it looked while the object stood there.

        In [-1, 1]; see `visible_likeness`.
        """
        return visible_likeness(patch(picture, self.anchor), self.reference, self.anchor, covers)

    def is_behind(self, other: "Track") -> bool:
        """Whether `other`, whose box overlaps its own, is nearer: a camera looks down, so its foot is lower."""
        return other.box[3] >= self.box[3] - _FOOT_TOLERANCE * (self.box[3] - self.box[1])

    def may_hide_s(self, cover: "Track") -> float:
        """For how long, s, it may be thought to be still there, hidden by `cover`, which is before it.

        What stood there while this one was still seen does not hide it: this one has left.
        """
        stood_there = cover.is_still() and cover.anchored_s + STILL_AFTER_S <= self.clear_s
        if stood_there or shared_area(cover.box, self.box) < _COVERED_SHARE * area(self.box):
            return 0.0
        if not (cover.is_still() and iou(cover.box, self.anchor) >= _REPLACED_IOU):
            return _BRIDGE_S if self.is_missed or self.evidence < _NO_EVIDENCE else MAX_HIDDEN_S
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
            return alike < _RETURNED_LIKENESS
        return alike <= OTHER_LIKENESS and float(appearance(picture, found.box) @ self.looks_like) < _OTHER_APPEARANCE

    def take(self, found: Found, picture: Picture, t_s: float) -> None:
        """The network found it."""
        elapsed_s = t_s - self.seen_s
        self._note_evidence(found.score, t_s)
        self._vote(found, elapsed_s)
        self._move(found.box, picture, t_s)
        self.sight, self.is_missed = Sight.DETECTED, False
        self.seen_s = self.clear_s = self.told_s = t_s
        share = _share(elapsed_s, _APPEARANCE_TAU_S)
        blended = (1 - share) * self.looks_like + share * appearance(picture, found.box)
        norm = float(np.linalg.norm(blended))
        self.looks_like = (blended / norm if norm > 0 else blended).astype(np.float32)

    def verify(self, picture: Picture, t_s: float, covers: Sequence[Box] = (), *, was_judged: bool) -> bool:
        """The network did not find it, or did not look: whether it stands still and its place looks as before.

        Args:
            picture: The analysis picture, BGR.
            t_s: Now.
            covers: What stands before it.
            was_judged: Whether the network looked.
        """
        if not self.is_still() or self.place_likeness(picture, covers) < SAME_LIKENESS:
            return False
        if was_judged:
            self._note_evidence(0.0, t_s)
        self.sight, self.is_missed = Sight.VERIFIED, False
        self.seen_s = self.told_s = t_s
        self.clear_s = self.clear_s if covers else t_s
        return True

    def miss(self, picture: Picture, t_s: float, before: Sequence["Track"], *, was_judged: bool) -> None:
        """Neither the network nor its place shows it.

        Args:
            picture: The analysis picture, BGR.
            t_s: Now.
            before: What stands before it.
            was_judged: Whether the network looked.
        """
        may_hide_s = max((self.may_hide_s(cover) for cover in before), default=0.0)
        if (
            self.is_still()
            and 0 < t_s - self.seen_s <= may_hide_s
            and self.place_likeness(picture, [cover.box for cover in before]) > OTHER_LIKENESS
        ):
            self.sight, self.is_missed, self.told_s = Sight.HIDDEN, False, t_s
        elif was_judged:
            self._note_evidence(0.0, t_s)
            self.is_missed = True

    def _note_evidence(self, score: float, t_s: float) -> None:
        self.evidence += _share(t_s - self.judged_s, _EVIDENCE_TAU_S) * (score - self.evidence)
        self.judged_s = t_s

    def _vote(self, found: Found, elapsed_s: float) -> None:
        share = _share(elapsed_s, _CLASS_TAU_S)
        for name in self.score_by_class:
            self.score_by_class[name] *= 1 - share
        self.score_by_class[found.class_name] = self.score_by_class.get(found.class_name, 0.0) + share * found.score

    def _move(self, box: Box, picture: Picture, t_s: float) -> None:
        elapsed_s = t_s - self.seen_s
        if _kept_place(self.anchor, box):
            self.astray_s = None
            # A still object's box jitters, and now and then takes in what stands behind; what is told of it should not.
            if not self.is_still():
                self.box = box
            elif iou(self.anchor, box) >= _STILL_IOU:
                self.box = _mix(self.box, box, _share(elapsed_s, _BOX_TAU_S))
            self.velocity = (0.0, 0.0) if self.is_still() else self.velocity
            fresh = patch(picture, self.anchor)
            self.reference += np.float32(_share(elapsed_s, _PLACE_TAU_S)) * (fresh - self.reference)
            return
        if self._is_merged(box, t_s):
            return
        if elapsed_s > 0:
            self.velocity = (
                (box[0] + box[2] - self.box[0] - self.box[2]) / 2 / elapsed_s,
                (box[1] + box[3] - self.box[1] - self.box[3]) / 2 / elapsed_s,
            )
        self.box = self.anchor = box
        self.anchored_s, self.astray_s = t_s, None
        self.reference = patch(picture, box)

    def _is_merged(self, box: Box, t_s: float) -> bool:
        """Whether a box that is another than that of the settled object may be of it and a passer-by together."""
        if self.seen_s - self.anchored_s < _SETTLED_S or iou(self.anchor, box) < _MERGED_IOU:
            return False
        if self.astray_s is None:
            self.astray_s = t_s
        return t_s - self.astray_s < _MERGED_S


def _share(elapsed_s: float, tau_s: float) -> float:
    """Weight of what is seen now, so that the past fades with this time constant however often one looks."""
    return 1 - math.exp(-max(elapsed_s, 0.02) / tau_s)


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
