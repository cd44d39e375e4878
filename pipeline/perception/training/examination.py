"""Shows a network the validation pictures of a recipe and holds what it finds against their labels."""

from collections.abc import Callable, Mapping
from dataclasses import dataclass
from pathlib import Path

import cv2
import numpy as np

from pipeline.errors import ModelError
from pipeline.perception.detections import Detections, Floats, ObjectDetector, Picture
from pipeline.perception.training.labels import Labelled, labelled
from pipeline.perception.training.recipe import Recipe, Source
from pipeline.perception.training.scoring import Findings, joined, lies_on, match

_LEAST_SCORE = 0.01


@dataclass(slots=True)
class _Tally:
    """What has been found of one class so far."""

    score: list[float]
    is_true: list[bool]
    lies_on: list[str]
    n_labels: int
    with_it: list[float]
    without_it: list[float]


def examine(
    detector: ObjectDetector, recipe: Recipe, input_px: int, progress: Callable[[int], None]
) -> Mapping[str, Findings]:
    """What a network finds on the validation pictures, by class.

    A class is judged on the folders alone that are known to tell of it; things that the recipe paints over in training
    are neither right nor wrong: what is found there does not count.

    Args:
        detector: The network.
        recipe: Names the folders.
        input_px: Longer side of what the network is given, px.
        progress: Told after each picture how many are done.

    Raises:
        ModelError: A picture or a label file cannot be read.
    """
    done = 0
    parts: dict[str, list[Findings]] = {name: [] for name in recipe.classes}
    for source in recipe.sources:
        tallies = {name: _Tally([], [], [], 0, [], []) for name in recipe.classes if name in source.known}
        for one in labelled(source, "valid"):
            picture = read_picture(one.picture)
            found = detector.detect(picture, input_px, _LEAST_SCORE)
            _judge(found, found.shares(picture), one, source, tallies)
            done += 1
            progress(done)
        for name, tally in tallies.items():
            parts[name].append(_findings(tally))
    return {name: joined(some) for name, some in parts.items()}


def read_picture(path: Path) -> Picture:
    """A picture file, BGR.

    Raises:
        ModelError: It cannot be read.
    """
    picture = cv2.imread(str(path), cv2.IMREAD_COLOR)
    if picture is None:
        raise ModelError(f"{path}: no picture that can be read")
    return np.asarray(picture, np.uint8)


def _judge(found: Detections, shares: Floats, one: Labelled, source: Source, tallies: Mapping[str, _Tally]) -> None:
    names = [source.classes[index] or "" for index in one.class_index.tolist()]
    fuzzy = one.xyxy[[source.classes[index] is None for index in one.class_index.tolist()]]
    for name, tally in tallies.items():
        labels = one.xyxy[[source.classes[index] == name for index in one.class_index.tolist()]]
        rows = found.class_name == name
        order = np.argsort(-found.score[rows], kind="stable")
        boxes, score = shares[rows][order], found.score[rows][order].astype(np.float64)
        is_true = match(boxes, labels)
        counts = is_true | ~match(boxes, fuzzy) if len(fuzzy) else np.ones(len(boxes), np.bool_)
        tally.score += score[counts].tolist()
        tally.is_true += is_true[counts].tolist()
        tally.lies_on += lies_on(boxes[counts], one.xyxy, names).tolist()
        tally.n_labels += len(labels)
        best = float(score[counts].max(initial=0.0))
        (tally.with_it if len(labels) else tally.without_it).append(best)


def _findings(tally: _Tally) -> Findings:
    return Findings(
        score=np.array(tally.score, np.float64),
        is_true=np.array(tally.is_true, np.bool_),
        lies_on=np.array(tally.lies_on, np.str_),
        n_labels=tally.n_labels,
        best_score_with=np.array(tally.with_it, np.float64),
        best_score_without=np.array(tally.without_it, np.float64),
    )
