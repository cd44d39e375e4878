"""What a card says of a trained network: figures and thresholds by class, and scores turned into probabilities."""

from collections.abc import Mapping
from dataclasses import dataclass

from pipeline.perception import calibration
from pipeline.perception.training.scoring import ClassFigures, Findings, figures
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


def judge(findings_by_class: Mapping[str, Findings]) -> Judgement:
    """Sum up what `examination.examine` has found."""
    records, thresholds, curves = {}, {}, {}
    for name, findings in findings_by_class.items():
        curve = calibration.fit(findings.score, findings.is_true) if len(findings.score) >= _FEWEST else ()
        one = figures(findings, by_picture=name in LOOSELY_BOXED)
        if curve:
            curves[name] = curve
        worth = float(calibration.apply(curve, [one.threshold])[0]) if curve else one.threshold
        thresholds[name] = round(worth, 3)
        records[name] = _record(one, findings, curve)
    return Judgement(records, thresholds, curves)


def _record(one: ClassFigures, findings: Findings, curve: calibration.Points) -> ClassRecord:
    score = calibration.apply(curve, findings.score) if curve else findings.score
    table = calibration.reliability(score, findings.is_true, _BINS)
    return ClassRecord(
        labels=one.n_labels,
        ap50=round(one.ap50, 4),
        precision=round(one.precision, 4),
        recall=round(one.recall, 4),
        found_pictures=round(one.found_pictures, 4),
        false_pictures=round(one.false_pictures, 4),
        without=one.n_without,
        calibration_error=round(table.error, 4),
        reliability=[
            Bin(detections=row.n, score=round(row.mean_score, 4), right=round(row.precision, 4)) for row in table.rows
        ],
    )
