"""What a card says of a trained network: figures and thresholds by class, and scores turned into probabilities."""

from collections.abc import Mapping
from dataclasses import dataclass

import numpy as np
from numpy.typing import NDArray

from pipeline.perception import calibration
from pipeline.perception.training.scoring import FALSE_PICTURE_SHARE, ClassFigures, Findings, Floats64, figures
from pipeline.perception.training_record import Bin, ClassRecord

LOOSELY_BOXED = frozenset({"smoke", "fire"})
"""Where one of them begins and another ends is anybody's guess: they are judged picture by picture."""
_BINS = 10
_FEWEST = 50
"""Fewer detections than that say too little about probabilities: the network's own scores stay."""


@dataclass(frozen=True, slots=True)
class Judgement:
    """What was found out about a network, by class.

    Attributes:
        figures: How good it is.
        thresholds: Calibrated scores from which a detection counts unless somebody says otherwise.
        calibration: Points of the curve from its own score to the probability, lowest first; none where too little is
            known.
    """

    figures: Mapping[str, ClassRecord]
    thresholds: Mapping[str, float]
    calibration: Mapping[str, calibration.Points]


def judge(
    findings_by_class: Mapping[str, Findings], false_share_by_class: Mapping[str, float] | None = None
) -> Judgement:
    """Sum up what `examination.examine` has found.

    Args:
        findings_by_class: Of the validation pictures.
        false_share_by_class: Share of the pictures without a thing that may seem to have it, where it is not the usual.
    """
    records, thresholds, curves = {}, {}, {}
    for name, findings in findings_by_class.items():
        by_picture = name in LOOSELY_BOXED
        score, is_true = _outcomes(findings, by_picture=by_picture)
        curve = calibration.fit(score, is_true) if len(score) >= _FEWEST else ()
        allowed = (false_share_by_class or {}).get(name, FALSE_PICTURE_SHARE)
        one = figures(findings, by_picture=by_picture, false_share=allowed)
        if curve:
            curves[name] = curve
        worth = float(calibration.apply(curve, [one.threshold])[0]) if curve else one.threshold
        thresholds[name] = round(worth, 3)
        records[name] = _record(one, score, is_true, curve)
    return Judgement(records, thresholds, curves)


def _outcomes(findings: Findings, *, by_picture: bool) -> tuple[Floats64, NDArray[np.bool_]]:
    """Scores and whether each was right: of boxes, or of the best of each picture where boxes are loose."""
    if not by_picture:
        return findings.score, findings.is_true
    best_with, best_without = findings.best_score_with, findings.best_score_without
    is_true = np.repeat([True, False], [len(best_with), len(best_without)])
    return np.concatenate([best_with, best_without]), is_true


def _record(
    one: ClassFigures, own_score: Floats64, is_true: NDArray[np.bool_], curve: calibration.Points
) -> ClassRecord:
    score = calibration.apply(curve, own_score) if curve else own_score
    table = calibration.reliability(score, is_true, _BINS)
    return ClassRecord(
        labels=one.n_labels,
        ap50=round(one.ap50, 4),
        precision=round(one.precision, 4),
        recall=round(one.recall, 4),
        found_pictures=round(one.found_pictures, 4),
        kept_pictures=round(one.kept_pictures, 4),
        false_pictures=round(one.false_pictures, 4),
        without=one.n_without,
        missed=one.n_missed,
        mistaken=dict(sorted(one.n_mistaken.items())),
        calibration_error=round(table.error, 4),
        reliability=[
            Bin(detections=row.n, score=round(row.mean_score, 4), right=round(row.precision, 4)) for row in table.rows
        ],
    )
