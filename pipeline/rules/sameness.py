"""Which object of a picture is which one of before: by track, by place and by look."""

from collections.abc import Mapping, Sequence

import numpy as np
from scipy.optimize import linear_sum_assignment

from pipeline.geofence.boxes import Box, iou
from pipeline.observation import MediaNs, Sight, nanoseconds, seconds
from pipeline.rules.motion import Motion
from pipeline.rules.scene import Scene, Sighting
from pipeline.rules.stance import MOST_REACH_SIZES, STANCES, Stay, foot_distance, longer_side
from pipeline.rules.subject_memory import Appearance, Subject

ANOTHER_BELOW = 0.8
"""Two looks at one thing are more alike than this; below it is another thing. Measured on street scenes some seconds
apart: of one thing 99 in 100 are above 0.85; of two things half are above 0.9, and only a tenth is below 0.8."""
_LIGHT_CHANGED = 25.0
"""Change of the picture's mean luma after which looks cannot be held against each other."""
_TRACK_WEIGHT = 0.8
"""What a track's word counts against overlap. Two parked cars that swap ids overlap their own places twice; a queue
that moves up by one car overlaps one place fewer than it has tracks: so it lies between 0.5 and 1."""
_LOOK_WEIGHT = 0.3
_SHIFT_WEIGHT = 0.8
"""What counts against one track in the place of another that is still in the picture: a perfect overlap with what
looks the same must weigh less than half of a track, since a queue that moves up overlaps many places."""
_UNSEEN_NS = nanoseconds(3)
_EMPTY_NS = nanoseconds(2.5)
"""A look that misses an object is no proof that its place is empty; looks over so long are."""
_REACH_SIZES, _REACH_SIZES_PER_S = 0.5, 0.5
"""How far something that goes about may have come since it was last seen, in own sizes."""
_REACH_PLACE = 0.1
_SAME_PLACE = 0.4
_LEARN_EVERY_NS = nanoseconds(1)
_LEARN_SHARE = 0.25


def likeness(a: Appearance, b: Appearance) -> float | None:
    """Cosine of two looks; None where one is unknown."""
    if not len(a) or len(a) != len(b):
        return None
    return float(a @ b)


def match(
    subjects: Sequence[Subject], sightings: Sequence[tuple[Sighting, Stay]], motion: Sequence[Motion], scene: Scene
) -> dict[int, int]:
    """Which sighting is which subject.

    Args:
        subjects: Known ones.
        sightings: Of the scene, with how each stays.
        motion: How each of them has moved since the look before.
        scene: The picture they are of.

    Returns:
        Index of the sighting by index of the subject; each at most once.
    """
    scores = {
        (row, column): score
        for row, column in near_pairs(subjects, sightings, scene.aspect)
        if (subject := subjects[row]).stay is (sighted := sightings[column])[1]
        and (sighted[0].track == subject.track or may_take_place(subject, motion[column], scene.t))
        and (score := _score(subject, sighted[0], scene)) > 0
    }
    if any(sightings[column][0].track != subjects[row].track for row, column in scores):
        scores = _without_shifts(subjects, sightings, motion, scores)
    rows, columns = {row for row, _ in scores}, {column for _, column in scores}
    if len(scores) == len(rows) == len(columns):
        return dict(scores.keys())
    matrix = np.zeros((len(subjects), len(sightings)))
    for place, score in scores.items():
        matrix[place] = score
    found_rows, found_columns = linear_sum_assignment(matrix, maximize=True)
    return {
        row: column
        for row, column in zip(found_rows.tolist(), found_columns.tolist(), strict=True)
        if (row, column) in scores
    }


def near_pairs(
    subjects: Sequence[Subject], sightings: Sequence[tuple[Sighting, Stay]], aspect: float
) -> list[tuple[int, int]]:
    """The pairs that may fit: of one track, or not too far apart to be in one place.

    Most of a picture's pairs are apart, and a comparison costs a tenth of a score.

    Returns:
        Indexes of subject and sighting, in order.
    """
    seen = [(*_reached(one.box, one.box, stay, aspect), one.track) for one, stay in sightings]
    near: list[tuple[int, int]] = []
    for row, subject in enumerate(subjects):
        left, top, right, bottom = _reached(subject.box, subject.standing.anchor, subject.stay, aspect)
        track = subject.track
        near.extend(
            (row, column)
            for column, (x1, y1, x2, y2, seen_track) in enumerate(seen)
            if (left <= x2 and right >= x1 and top <= y2 and bottom >= y1) or seen_track == track
        )
    return near


def learn_look(subject: Subject, sighting: Sighting, scene: Scene) -> None:
    """Bring the subject's appearance up to date: it follows the light slowly."""
    if not len(sighting.appearance) or sighting.sight is not Sight.DETECTED:
        return
    alike = likeness(subject.appearance, sighting.appearance)
    if alike is None or alike < ANOTHER_BELOW:
        # In plain sight the light has changed its look at a stroke: the old one is of no use.
        subject.appearance = sighting.appearance.copy()
    elif scene.t - subject.learned_at < _LEARN_EVERY_NS:
        return
    else:
        mixed = (1 - _LEARN_SHARE) * subject.appearance + _LEARN_SHARE * sighting.appearance
        length = float(np.sqrt(mixed @ mixed))
        subject.appearance = (mixed / length).astype(np.float32) if length > 0 else sighting.appearance.copy()
    subject.learned_at, subject.brightness = scene.t, scene.brightness


def is_in_place_of(sighting: Sighting, subject: Subject, scene: Scene) -> bool:
    """Whether something is where the subject has its place, whatever it is."""
    return _place(subject, sighting, scene) > 0


def is_twin(box: Box, others: Sequence[tuple[Box, Stay]], stay: Stay) -> bool:
    """Whether a detection is another name of one that is already accounted for: networks call a car car and truck."""
    return any(other is stay and iou(box, place) >= STANCES[stay].twin_iou for place, other in others)


def may_take_place(subject: Subject, motion: Motion, t: MediaNs) -> bool:
    """Whether something under another track may be the subject come back to its place.

    While the subject is seen there is no question. Once a look has found its place without it, what drives through
    is not it; and after a while without it, what comes has to stay for a look first.
    """
    if subject.absent_from is None or subject.behind_gap or motion is Motion.RESTING:
        return True
    return motion is Motion.UNKNOWN and t - subject.absent_from < _EMPTY_NS


def was_unseen(subject: Subject, t: MediaNs) -> bool:
    """Whether it was out of sight, so that another may have come in its place."""
    return subject.absent_from is not None or subject.hidden or subject.behind_gap or t - subject.seen_at > _UNSEEN_NS


def _reached(box: Box, anchor: Box, stay: Stay, aspect: float) -> Box:
    """A box and where it may have come from, grown on every side by as far as such a thing may be off its place."""
    reach = STANCES[stay].reach
    if not reach and box == anchor:
        return box
    down = reach * longer_side(box, aspect)
    across = down / aspect
    return (
        min(box[0], anchor[0]) - across,
        min(box[1], anchor[1]) - down,
        max(box[2], anchor[2]) + across,
        max(box[3], anchor[3]) + down,
    )


def _score(subject: Subject, sighting: Sighting, scene: Scene) -> float:
    """How well they fit; 0: they do not."""
    same_track = sighting.track == subject.track
    stance = STANCES[subject.stay]
    place = _place(subject, sighting, scene)
    if not same_track and (not place or (place < _SAME_PLACE and _is_sought_in_vain(subject, scene.t))):
        return 0.0
    alike = likeness(subject.appearance, sighting.appearance)
    if alike is None or abs(scene.brightness - subject.brightness) > _LIGHT_CHANGED:
        return place + (_TRACK_WEIGHT if same_track else 0.0) + _LOOK_WEIGHT / 2
    if alike < ANOTHER_BELOW:
        # Its light may have changed; but after it was out of sight it is another one, and a track that leaps to one
        # that looks different has leapt.
        steady = place > 0 if same_track else iou(subject.box, sighting.box) >= max(stance.steady_iou, 1e-9)
        if was_unseen(subject, scene.t) or not steady:
            return 0.0
    return place + (_TRACK_WEIGHT if same_track else 0.0) + _LOOK_WEIGHT * max(alike, 0.0)


def _without_shifts(
    subjects: Sequence[Subject],
    sightings: Sequence[tuple[Sighting, Stay]],
    motion: Sequence[Motion],
    scores: Mapping[tuple[int, int], float],
) -> dict[tuple[int, int], float]:
    """The scores, with what speaks against finding another car in the place of one that has moved on.

    A queue that moves up puts one car exactly into the place of the next. So what has just moved takes nobody's place,
    and a place counts less where the subject's own track is elsewhere in the picture, or the track found there is
    another subject's. But two that have exchanged their tracks both stand in their own places.
    """
    row_by_track = {subject.track: row for row, subject in enumerate(subjects)}
    column_by_track = {sighting.track: column for column, (sighting, _) in enumerate(sightings)}
    weighed: dict[tuple[int, int], float] = {}
    for (row, column), score in scores.items():
        subject, sighting = subjects[row], sightings[column][0]
        owner, elsewhere = row_by_track.get(sighting.track), column_by_track.get(subject.track)
        is_exchange = owner is not None and elsewhere is not None and (owner, elsewhere) in scores
        has_moved = elsewhere is not None and (row, elsewhere) in scores
        if sighting.track == subject.track or is_exchange:
            weighed[row, column] = score
        elif motion[column] is Motion.MOVING:
            continue
        elif not has_moved and owner is None:
            weighed[row, column] = score
        elif score > _SHIFT_WEIGHT and _look_alike(subject, sighting):
            weighed[row, column] = score - _SHIFT_WEIGHT
    return weighed


def _look_alike(subject: Subject, sighting: Sighting) -> bool:
    alike = likeness(subject.appearance, sighting.appearance)
    return alike is not None and alike >= ANOTHER_BELOW


def _place(subject: Subject, sighting: Sighting, scene: Scene) -> float:
    stance = STANCES[subject.stay]
    of_place = stance.place
    last = of_place(subject.box, sighting.box, scene.aspect)
    if stance.roams:
        return last or _reach_place(subject, sighting, scene)
    if subject.departure is not None or subject.box == subject.standing.anchor:
        return last
    return max(last, of_place(subject.standing.anchor, sighting.box, scene.aspect))


def _reach_place(subject: Subject, sighting: Sighting, scene: Scene) -> float:
    """A little above 0 where what goes about may have come to since it was last seen."""
    unseen_s = seconds(scene.t - subject.seen_at)
    reach = min(_REACH_SIZES + _REACH_SIZES_PER_S * unseen_s, MOST_REACH_SIZES)
    size = max(longer_side(subject.box, scene.aspect), longer_side(sighting.box, scene.aspect))
    return _REACH_PLACE if foot_distance(subject.box, sighting.box, scene.aspect) <= reach * size else 0.0


def _is_sought_in_vain(subject: Subject, t: MediaNs) -> bool:
    """Whether what goes about has been looked for over a while: by now it comes back where it was, or it has left."""
    return STANCES[subject.stay].roams and subject.absent_from is not None and t - subject.absent_from >= _EMPTY_NS
