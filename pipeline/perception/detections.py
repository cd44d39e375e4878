"""What a network found in one picture, and the port through which it is asked."""

from collections.abc import Callable, Sequence
from dataclasses import dataclass, fields
from typing import Protocol, Self

import numpy as np
from numpy.typing import NDArray

from pipeline.errors import SmartAlertError

Floats = NDArray[np.float32]
Picture = NDArray[np.uint8]
"""Shape (height, width, 3), BGR."""


class DetectorBusyError(SmartAlertError):
    """The detector is shared, overloaded, and refused a picture: nothing was looked for."""


@dataclass(frozen=True, slots=True, eq=False)
class Detections:
    """Objects found in one picture, one row each, best score first. Rows are selected with a mask: `found[mask]`.

    Attributes:
        xyxy: Shape (N, 4), float32: boxes in px of the given picture, inside it; no empty box.
        class_name: Shape (N,), str: canonical names of the vocabulary.
        score: Shape (N,), float32, in [0, 1].
    """

    xyxy: Floats
    class_name: NDArray[np.str_]
    score: Floats

    def __post_init__(self) -> None:
        n = len(self.xyxy)
        if self.xyxy.shape != (n, 4) or self.class_name.shape != (n,) or self.score.shape != (n,):
            got = f"{self.xyxy.shape}, {self.class_name.shape}, {self.score.shape}"
            raise ValueError(f"xyxy, class_name, score: got shapes {got}, expected (N, 4), (N,), (N,)")

    def __len__(self) -> int:
        return len(self.xyxy)

    def __getitem__(self, rows: NDArray[np.bool_] | NDArray[np.int64]) -> "Detections":
        return Detections(self.xyxy[rows], self.class_name[rows], self.score[rows])

    @classmethod
    def none(cls) -> Self:
        """Nothing was found."""
        return cls(np.zeros((0, 4), np.float32), np.zeros(0, np.str_), np.zeros(0, np.float32))

    @classmethod
    def of(cls, *rows: tuple[str, float, tuple[float, float, float, float]]) -> Self:
        """Detections written out by hand: (class, score, box in px) each, best score first."""
        return cls(
            np.array([box for _, _, box in rows], np.float32).reshape(-1, 4),
            np.array([name for name, _, _ in rows], np.str_),
            np.array([score for _, score, _ in rows], np.float32),
        )

    @classmethod
    def join(cls, parts: Sequence["Detections"]) -> "Detections":
        """The rows of all parts, best score first; equal scores keep their order."""
        present = [part for part in parts if len(part)]
        if not present:
            return cls.none()
        joined = cls(*(np.concatenate([getattr(part, field.name) for part in present]) for field in fields(cls)))
        return joined[np.argsort(-joined.score, kind="stable")]

    def shifted(self, x: float, y: float) -> "Detections":
        """The same objects in a picture of which theirs was a piece, whose top left corner lay at (x, y), px."""
        return Detections(self.xyxy + np.array([x, y, x, y], np.float32), self.class_name, self.score)

    def shares(self, picture: Picture) -> Floats:
        """The boxes as shares of the width and height of the picture they are of. Shape (N, 4), in [0, 1]."""
        height, width = picture.shape[:2]
        return np.clip(self.xyxy / np.array([width, height, width, height], np.float32), 0, 1)


class ObjectDetector(Protocol):
    """Finds objects in pictures. The same picture gives the same bytes every time."""

    @property
    def name(self) -> str:
        """The network, as logs and looks name it."""
        ...

    @property
    def classes(self) -> frozenset[str]:
        """Canonical names of what it can find: only of these can it be said that they were not there."""
        ...

    def input_size(self, picture_size: tuple[int, int], input_px: int) -> tuple[int, int]:
        """Width and height, px, of what the network is given for a picture of this width and height."""
        ...

    def detect(self, picture: Picture, input_px: int, min_score: float) -> Detections:
        """The objects of one picture.

        Args:
            picture: Shape (height, width, 3), uint8, BGR; neither side zero. It is not changed.
            input_px: Longer side of what the network is given; it is rounded up to what the network takes, and a
                network of one fixed size takes that one (`input_size` tells).
            min_score: In [0, 1]; weaker objects are left out.

        Raises:
            ModelError: The network failed on the picture.
            DetectorBusyError: It has too much to do; a later picture may be looked at.
        """
        ...

    def detect_many(self, pictures: Sequence[Picture], input_px: int, min_score: float) -> list[Detections]:
        """The objects of each picture, in order; the pictures may differ in size."""
        ...


class ScriptedDetector:
    """The in-memory twin of a network: it answers what it is told to. It remembers the input sizes it was asked for.

    Attributes:
        asked_px: The `input_px` of every call so far.
    """

    def __init__(self, answer: Callable[[Picture], Detections], classes: Sequence[str] = ("person", "car")) -> None:
        self._answer = answer
        self._classes = frozenset(classes)
        self.asked_px: list[int] = []

    @classmethod
    def by_call(cls, answers: Sequence[Detections], classes: Sequence[str] = ("person", "car")) -> Self:
        """One answer a call; nothing is found after the last."""
        remaining = iter(answers)
        return cls(lambda _: next(remaining, Detections.none()), classes)

    @property
    def name(self) -> str:
        """Always `scripted`."""
        return "scripted"

    @property
    def classes(self) -> frozenset[str]:
        """As it was told."""
        return self._classes

    def input_size(self, picture_size: tuple[int, int], input_px: int) -> tuple[int, int]:
        """A square: it looks at no shape."""
        del picture_size
        return input_px, input_px

    def detect(self, picture: Picture, input_px: int, min_score: float) -> Detections:
        """The scripted answer, less what is weaker than `min_score`."""
        self.asked_px.append(input_px)
        found = self._answer(picture)
        return found[found.score >= min_score]

    def detect_many(self, pictures: Sequence[Picture], input_px: int, min_score: float) -> list[Detections]:
        """As `detect`, picture by picture."""
        return [self.detect(picture, input_px, min_score) for picture in pictures]
