"""Folders of labelled pictures, and recipes for them."""

from collections.abc import Mapping
from pathlib import Path

import cv2
import numpy as np
from numpy.typing import NDArray

from pipeline.perception.training.recipe import Recipe, Round, Source

_SEED = 5
PICTURE: NDArray[np.uint8] = np.asarray(
    cv2.resize(
        np.random.default_rng(_SEED).integers(0, 256, (6, 8, 3)).astype(np.uint8),
        (80, 60),
        interpolation=cv2.INTER_CUBIC,
    ),
    np.uint8,
)


def write_folder(folder: Path, part: str, text_by_name: Mapping[str, str | None]) -> None:
    """Writes one picture for each name, with its label file; None: without one."""
    images, labels = folder / part / "images", folder / part / "labels"
    images.mkdir(parents=True, exist_ok=True)
    labels.mkdir(parents=True, exist_ok=True)
    for name, text in text_by_name.items():
        cv2.imwrite(str(images / f"{name}.jpg"), PICTURE, [cv2.IMWRITE_JPEG_QUALITY, 95])
        if text is not None:
            (labels / f"{name}.txt").write_text(text, encoding="utf-8")


def source_of(folder: Path, classes: tuple[str | None, ...], *, without: tuple[str, ...] = ()) -> Source:
    known = frozenset(without) | {name for name in classes if name is not None}
    return Source(folder.name, folder, classes, known, "pictures", "CC0-1.0", "made here")


def recipe_of(classes: tuple[str, ...], *sources: Source, repeats: tuple[Mapping[str, int], ...] = ({},)) -> Recipe:
    """One round for each of `repeats`, which says how often a folder is shown; once where it says nothing."""
    once = {source.name: 1 for source in sources}
    rounds = tuple(Round(1, 64, 0.001, {**once, **repeat_by_source}) for repeat_by_source in repeats)
    return Recipe("test", "yolov8n", rounds, 1, {}, 64, 4, 0, 0.7, classes, sources)
