"""One object, one box: suppression of boxes that overlap a better one."""

import numpy as np
from numpy.typing import NDArray

from pipeline.config.vocabulary import Vocabulary
from pipeline.geofence.boxes import ious
from pipeline.perception.detections import Detections, Floats

SAME_OBJECT_OVERLAP = 0.6
"""Two boxes of one family that overlap so much are one object (a car and the lorry behind it overlap less)."""


def keep_best(xyxy: Floats, score: Floats, label: NDArray[np.int64], max_overlap: float) -> NDArray[np.int64]:
    """Greedy suppression within each label, as detectors are trained to be read.

    Args:
        xyxy: Shape (N, 4).
        score: Shape (N,).
        label: Shape (N,): boxes of different labels leave each other alone.
        max_overlap: In [0, 1]; a box that overlaps a better one of its label by more than this goes.

    Returns:
        Rows that stay, best score first; of equal scores the earlier row is the better.
    """
    order = np.argsort(-score, kind="stable")
    kept: list[int] = []
    while len(order):
        best, rest = order[0], order[1:]
        kept.append(int(best))
        rivals = (label[rest] == label[best]) & (ious(xyxy[best : best + 1], xyxy[rest])[0] > max_overlap)
        order = rest[~rivals]
    return np.array(kept, np.int64)


def merge_families(found: Detections, vocabulary: Vocabulary, min_overlap: float = SAME_OBJECT_OVERLAP) -> Detections:
    """Make one of the several classes under which one object was reported.

    A network calls one van car, truck or both. Of boxes of one family (see `families` in the vocabulary) but different
    classes that overlap by at least `min_overlap`, the one with the best score stays, with its class and its box. Two
    boxes of the same class are two objects: suppression within the class has let both pass.

    Args:
        found: Best score first.
        vocabulary: Whose families count.
        min_overlap: In (0, 1].

    Returns:
        The rows that stay, in the same order.
    """
    family = np.array([vocabulary.family(str(name)) for name in found.class_name], np.str_)
    is_kept = np.ones(len(found), np.bool_)
    for row in range(len(found)):
        rivals = is_kept & (family == family[row]) & (found.class_name != found.class_name[row])
        if is_kept[row] and rivals.any():
            is_kept &= ~(rivals & (ious(found.xyxy[row : row + 1], found.xyxy)[0] >= min_overlap))
    return found[is_kept]
