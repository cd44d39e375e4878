"""Label files in the YOLO data format, and a training set laid out from several folders of them."""

from collections.abc import Iterator, Mapping, Sequence
from dataclasses import dataclass
from pathlib import Path

import cv2
import numpy as np
from numpy.typing import NDArray

from pipeline.errors import ModelError
from pipeline.perception.training.recipe import Recipe, Source

PICTURES = frozenset({".jpg", ".jpeg", ".png", ".bmp", ".webp"})
_FUZZY_BLUR = 0.5
"""What is painted over is blurred by so much of its own size: a square of one colour would be a thing to learn."""


@dataclass(frozen=True, slots=True, eq=False)
class Labelled:
    """One picture and what is in it.

    Attributes:
        picture: Its file.
        class_index: Shape (N,), int64: as the label file has them.
        xyxy: Shape (N, 4), float64: boxes as shares of the picture, in [0, 1].
    """

    picture: Path
    class_index: NDArray[np.int64]
    xyxy: NDArray[np.float64]


def labelled(source: Source, part: str) -> Iterator[Labelled]:
    """The pictures of one part of a folder, in order of their names; those without a label file show nothing.

    Args:
        source: The folder.
        part: `train` or `valid`; where the folder has none there are no pictures.

    Raises:
        ModelError: A label file is not what the format asks for, or names a class that the recipe does not.
    """
    for picture in sorted((source.folder / part / "images").glob("*")):
        if picture.suffix.lower() in PICTURES:
            path = source.folder / part / "labels" / f"{picture.stem}.txt"
            yield _read(picture, path, len(source.classes))


def _read(picture: Path, path: Path, n_classes: int) -> Labelled:
    try:
        text = path.read_text(encoding="utf-8") if path.exists() else ""
    except OSError as error:
        raise ModelError(f"{path}: cannot read the labels: {error.strerror}") from error
    rows = []
    for number, line in enumerate(text.splitlines(), 1):
        if not line.strip():
            continue
        try:
            index, *numbers = (float(word) for word in line.split())
            rows.append((index, *_box(numbers)))
        except ValueError as error:
            raise ModelError(
                f"{path}, line {number}: no label (got {line.strip()[:60]!r}, expected: class x y width height)"
            ) from error
        if not 0 <= index < n_classes:
            raise ModelError(f"{path}, line {number}: class {index:g}, and the recipe names {n_classes} for the folder")
    table = np.array(rows, np.float64).reshape(-1, 5)
    return Labelled(picture, table[:, 0].astype(np.int64), table[:, 1:])


def _box(numbers: Sequence[float]) -> tuple[float, float, float, float]:
    """Corners of a box given by its middle and size, or of the box around a polygon."""
    if len(numbers) == 4:
        x, y, width, height = numbers
        corners = (x - width / 2, y - height / 2, x + width / 2, y + height / 2)
    elif len(numbers) >= 6 and len(numbers) % 2 == 0:
        corners = (min(numbers[::2]), min(numbers[1::2]), max(numbers[::2]), max(numbers[1::2]))
    else:
        raise ValueError(len(numbers))
    x1, y1, x2, y2 = (min(max(share, 0.0), 1.0) for share in corners)
    return (x1, y1, x2, y2)


def lay_out(recipe: Recipe, folder: Path) -> Mapping[str, int]:
    """Lay the training pictures out as the trainer reads them: one folder a source, class indices of the recipe.

    Pictures are linked, not copied, but for those in which something fuzzy is painted over.

    Args:
        recipe: What to train on.
        folder: Empty, or not there yet. Gets `<source>/images`, `<source>/labels` and for each round
            `<round_name>.txt`, one picture a line, as often as the round shows it.

    Returns:
        Number of pictures by source.

    Raises:
        ModelError: A label file or a picture cannot be read.
    """
    index_by_class = {name: index for index, name in enumerate(recipe.classes)}
    laid_by_source: dict[str, list[Path]] = {}
    for source in recipe.sources:
        images, labels = folder / source.name / "images", folder / source.name / "labels"
        images.mkdir(parents=True)
        labels.mkdir(parents=True)
        laid_by_source[source.name] = [
            _lay_one(one, source, index_by_class, images, labels) for one in labelled(source, "train")
        ]
    for number, one in enumerate(recipe.rounds, 1):
        lines = [
            f"{path}\n"
            for name, laid in laid_by_source.items()
            for path in laid
            for _ in range(one.repeat_by_source[name])
        ]
        (folder / f"{round_name(number)}.txt").write_text("".join(lines), encoding="utf-8")
    return {name: len(laid) for name, laid in laid_by_source.items()}


def round_name(number: int) -> str:
    """What a round, its folder and its list of pictures are called; the first is 1."""
    return f"round-{number}"


def _lay_one(one: Labelled, source: Source, index_by_class: Mapping[str, int], images: Path, labels: Path) -> Path:
    rows = []
    fuzzy = []
    for index, (x1, y1, x2, y2) in zip(one.class_index.tolist(), one.xyxy.tolist(), strict=True):
        name = source.classes[index]
        if name is None:
            fuzzy.append((x1, y1, x2, y2))
        elif x2 > x1 and y2 > y1:
            middle = ((x1 + x2) / 2, (y1 + y2) / 2, x2 - x1, y2 - y1)
            rows.append(f"{index_by_class[name]} " + " ".join(f"{number:.6f}" for number in middle))
    (labels / f"{one.picture.stem}.txt").write_text("\n".join(rows) + "\n" if rows else "", encoding="utf-8")
    if not fuzzy:
        target = images / one.picture.name
        target.symlink_to(one.picture.resolve())
        return target
    target = images / f"{one.picture.stem}.png"
    picture = cv2.imread(str(one.picture), cv2.IMREAD_COLOR)
    if picture is None:
        raise ModelError(f"{one.picture}: no picture that can be read")
    cv2.imwrite(str(target), painted_over(np.asarray(picture, np.uint8), fuzzy))
    return target


def painted_over(picture: NDArray[np.uint8], boxes: Sequence[tuple[float, float, float, float]]) -> NDArray[np.uint8]:
    """A copy of a picture with boxes (shares) blurred until nothing can be told in them."""
    height, width = picture.shape[:2]
    painted = picture.copy()
    for x1, y1, x2, y2 in boxes:
        left, top = int(x1 * width), int(y1 * height)
        right, bottom = int(np.ceil(x2 * width)), int(np.ceil(y2 * height))
        if right - left < 2 or bottom - top < 2:
            continue
        sigma = _FUZZY_BLUR * max(right - left, bottom - top)
        painted[top:bottom, left:right] = cv2.GaussianBlur(painted[top:bottom, left:right], (0, 0), sigma)
    return painted
