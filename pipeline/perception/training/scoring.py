"""How good a network is on labelled pictures: average precision by class, and what it finds picture by picture.

Average precision is the area under the interpolated precision-recall curve at an overlap of 0.5 (Everingham et al.,
The PASCAL Visual Object Classes Challenge, 2010: all points), which is what mAP50 is the mean of.
"""

from collections import Counter
from collections.abc import Iterable, Mapping, Sequence
from dataclasses import dataclass

import numpy as np
from numpy.typing import NDArray

from pipeline.geofence.boxes import as_box, iou

MATCH_IOU = 0.5
BACKGROUND = "background"
"""What a detection lies on where nothing is labelled."""
FALSE_PICTURE_SHARE = 0.01
"""One picture in a hundred without a thing may seem to have it."""

Floats64 = NDArray[np.float64]


@dataclass(frozen=True, slots=True, eq=False)
class Findings:
    """What a network found of one class on many pictures, held against the labels.

    Attributes:
        score: Shape (N,), in [0, 1], of every detection.
        is_true: Shape (N,), whether it was matched to a label that no better one had taken.
        lies_on: Shape (N,), the class of the label that it overlaps most, of whatever class, or `BACKGROUND`.
        n_labels: Labels there are.
        best_score_with: Shape (P,), the best score on each picture that has it; 0 where nothing was found.
        best_score_without: Shape (Q,), the same on each picture that is known not to.
    """

    score: Floats64
    is_true: NDArray[np.bool_]
    lies_on: NDArray[np.str_]
    n_labels: int
    best_score_with: Floats64
    best_score_without: Floats64


@dataclass(frozen=True, slots=True)
class ClassFigures:
    """What a card says of one class.

    Attributes:
        n_labels: Labels that it was judged by.
        ap50: Average precision.
        threshold: Score from which a detection counts unless somebody says otherwise.
        precision: Share of the detections from there on that are right.
        recall: Share of the labels that are found.
        found_pictures: Share of the pictures with it that are found when one in a hundred without seems to have it.
        kept_pictures: Share of the pictures with it that are found, from the threshold on.
        false_pictures: Share of the pictures without it that seem to have it, from there on.
        n_without: Pictures without it.
        n_missed: Labels that are not found, from the threshold on.
        n_mistaken: From there on, how often it takes what for it: the background, another class, or one that it has
            found already.
    """

    n_labels: int
    ap50: float
    threshold: float
    precision: float
    recall: float
    found_pictures: float
    kept_pictures: float
    false_pictures: float
    n_without: int
    n_missed: int
    n_mistaken: Mapping[str, int]


def match(found: Floats64, labels: Floats64) -> NDArray[np.bool_]:
    """Which detections are right: best first, each takes the free label that it overlaps most.

    Args:
        found: Shape (N, 4), boxes, best score first.
        labels: Shape (M, 4), boxes in the same units.

    Returns:
        Shape (N,).
    """
    is_true = np.zeros(len(found), np.bool_)
    free = list(range(len(labels)))
    label_boxes = [as_box(row) for row in labels]
    for i, row in enumerate(found):
        box = as_box(row)
        best = max(free, key=lambda j: iou(box, label_boxes[j]), default=None)
        if best is not None and iou(box, label_boxes[best]) >= MATCH_IOU:
            is_true[i] = True
            free.remove(best)
    return is_true


def lies_on(found: Floats64, labels: Floats64, class_names: Sequence[str]) -> NDArray[np.str_]:
    """On what each detection lies: the class of the label that it overlaps most, or the background.

    Args:
        found: Shape (N, 4), boxes.
        labels: Shape (M, 4), boxes of all classes in the same units.
        class_names: Of the labels.

    Returns:
        Shape (N,).
    """
    label_boxes = [as_box(row) for row in labels]
    names: list[str] = []
    for row in found:
        overlaps = [iou(as_box(row), box) for box in label_boxes]
        best = int(np.argmax(overlaps)) if overlaps else -1
        names.append(class_names[best] if best >= 0 and overlaps[best] >= MATCH_IOU else BACKGROUND)
    return np.array(names, np.str_)


def average_precision(score: Floats64, is_true: NDArray[np.bool_], n_labels: int) -> float:
    """Area under the interpolated precision-recall curve, in [0, 1]; 0 where there are no labels."""
    if n_labels == 0 or len(score) == 0:
        return 0.0
    order = np.argsort(-score, kind="stable")
    hits = np.cumsum(is_true[order])
    recall = hits / n_labels
    precision = hits / np.arange(1, len(score) + 1)
    envelope = np.maximum.accumulate(precision[::-1])[::-1]
    return float(np.sum(np.diff(np.concatenate([[0.0], recall])) * envelope))


def figures(findings: Findings, *, by_picture: bool, false_share: float = FALSE_PICTURE_SHARE) -> ClassFigures:
    """What the card says of a class.

    Args:
        findings: Of the validation pictures.
        by_picture: Whether its labels are too loose to be judged box by box: the threshold is then the one at which a
            picture in a hundred without it seems to have it, else the one at which precision and recall are best
            together (F1), but never lower than that.
        false_share: Another share than a hundredth, for the threshold.
    """
    score, is_true, n_labels = findings.score, findings.is_true, findings.n_labels
    strict = score_at_false_share(findings.best_score_without)
    allowed = score_at_false_share(findings.best_score_without, false_share)
    threshold = allowed if by_picture else max(allowed, best_f1_score(score, is_true, n_labels))
    kept = score >= threshold
    n_true = int(np.sum(is_true & kept))
    return ClassFigures(
        n_labels=n_labels,
        ap50=average_precision(score, is_true, n_labels),
        threshold=threshold,
        precision=n_true / max(1, int(np.sum(kept))),
        recall=n_true / max(1, n_labels),
        found_pictures=_share(findings.best_score_with >= strict),
        kept_pictures=_share(findings.best_score_with >= threshold),
        false_pictures=_share(findings.best_score_without >= threshold),
        n_without=len(findings.best_score_without),
        n_missed=n_labels - n_true,
        n_mistaken=Counter(findings.lies_on[kept & ~is_true].tolist()),
    )


def score_at_false_share(best_score_without: Floats64, share: float = FALSE_PICTURE_SHARE) -> float:
    """The lowest score that at most this share of the pictures without a thing reach."""
    if len(best_score_without) == 0:
        return 0.0
    worst_first = np.sort(best_score_without)[::-1]
    allowed = int(np.floor(share * len(worst_first)))
    return float(np.nextafter(worst_first[allowed], 1.0)) if allowed < len(worst_first) else 0.0


def best_f1_score(score: Floats64, is_true: NDArray[np.bool_], n_labels: int) -> float:
    """The score from which on twice the hits over detections and labels together is highest."""
    if len(score) == 0 or n_labels == 0:
        return 0.5
    order = np.argsort(-score, kind="stable")
    hits = np.cumsum(is_true[order])
    f1 = 2 * hits / (np.arange(1, len(score) + 1) + n_labels)
    return float(score[order][int(np.argmax(f1))])


def joined(parts: Iterable[Findings]) -> Findings:
    """Findings of several folders as one."""
    rows: Sequence[Findings] = tuple(parts)

    def together(name: str) -> Floats64:
        return np.concatenate([np.zeros(0), *(getattr(part, name) for part in rows)])

    names = np.concatenate([np.zeros(0, np.str_), *(part.lies_on for part in rows)])

    return Findings(
        score=together("score"),
        is_true=together("is_true").astype(np.bool_),
        lies_on=names,
        n_labels=sum(part.n_labels for part in rows),
        best_score_with=together("best_score_with"),
        best_score_without=together("best_score_without"),
    )


def _share(mask: NDArray[np.bool_]) -> float:
    return float(np.mean(mask)) if len(mask) else 0.0
