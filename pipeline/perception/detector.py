"""A real network as an `ObjectDetector`: checked against its card, pictures in, objects of the vocabulary out."""

from collections.abc import Sequence
from hashlib import sha256

import cv2
import numpy as np
from numpy.typing import NDArray

from pipeline.config.resolved import Provider
from pipeline.errors import ModelError
from pipeline.perception.calibration import apply, lowest_score
from pipeline.perception.detections import Detections, Floats, Picture
from pipeline.perception.layouts.layout import Candidates, Grid
from pipeline.perception.letterbox import Letterbox, snug_size
from pipeline.perception.model_card import ModelCard
from pipeline.perception.nms import keep_best
from pipeline.perception.session import Port, Session

_MAX_CANDIDATES = 2000
"""Boxes that suppression looks at, best first. A full street has some hundred; a floor of 0 would let in all 8,400."""
_PROBE_PX = 320
"""Side of the picture that proves a free-sized network; networks that pick their best 300 need as many anchors."""
_TENSOR_BY_DTYPE = {"float32": "tensor(float)", "float16": "tensor(float16)"}


class Detector:
    """A loaded network. It remembers nothing between pictures and may be used by several threads at a time."""

    def __init__(self, card: ModelCard, session: Session) -> None:
        self._card = card
        self._session = session
        # Two indices may share a name (lorry and pickup are both truck): from here on they are one class.
        self._names, name_by_index = np.unique(np.array(card.classes, np.str_), return_inverse=True)
        self._name_by_index = name_by_index.astype(np.int64)
        # Measured: a batch gains nothing on a CPU, and so there no result depends on its company.
        takes_many = not isinstance(session.inputs[0].shape[0], int)
        self._is_batched = takes_many and session.provider is Provider.CUDA

    @classmethod
    def load(cls, card: ModelCard, provider: Provider = Provider.AUTO, threads: int = 1) -> "Detector":
        """Load the network of a card and hold the two against each other.

        Args:
            card: What is expected.
            provider: What it runs on.
            threads: For one picture; 0: as many as there are cores.

        Raises:
            ModelError: The file is missing, its checksum, input or output is another than the card says, or the
                provider is not there.
        """
        network = _checked_bytes(card)
        try:
            detector = cls(card, Session(network, provider, threads))
            detector._check_ports()
            detector._check_by_running()
        except ModelError as error:
            raise ModelError(f"{card.name}: {card.onnx.name}: {error}") from error
        return detector

    @property
    def name(self) -> str:
        """The card's name."""
        return self._card.name

    @property
    def classes(self) -> frozenset[str]:
        """Canonical names of what the network can find."""
        return frozenset(self._card.classes)

    @property
    def provider(self) -> Provider:
        """What it runs on: `CPU` or `CUDA`."""
        return self._session.provider

    def input_size(self, picture_size: tuple[int, int], input_px: int) -> tuple[int, int]:
        """Width and height, px, of what the network is given for a picture of this width and height."""
        spec = self._card.input
        if spec.dynamic:
            return snug_size(picture_size, input_px, max(spec.strides))
        return spec.width, spec.height

    def detect(self, picture: Picture, input_px: int, min_score: float) -> Detections:
        """The objects of one picture; see `ObjectDetector`."""
        height, width = picture.shape[:2]
        return self._detect_alike([picture], self.input_size((width, height), input_px), min_score)[0]

    def detect_many(self, pictures: Sequence[Picture], input_px: int, min_score: float) -> list[Detections]:
        """The objects of each picture, in order; the pictures may differ in size.

        On a GPU those that are given to the network in one size run as one batch, on a CPU one by one.
        """
        if not self._is_batched:
            return [self.detect(picture, input_px, min_score) for picture in pictures]
        rows_by_size: dict[tuple[int, int], list[int]] = {}
        for row, picture in enumerate(pictures):
            height, width = picture.shape[:2]
            rows_by_size.setdefault(self.input_size((width, height), input_px), []).append(row)
        found_by_row: dict[int, Detections] = {}
        for input_size, rows in rows_by_size.items():
            found = self._detect_alike([pictures[row] for row in rows], input_size, min_score)
            found_by_row.update(zip(rows, found, strict=True))
        return [found_by_row[row] for row in range(len(pictures))]

    def _detect_alike(
        self, pictures: Sequence[Picture], input_size: tuple[int, int], min_score: float
    ) -> list[Detections]:
        """One pass over pictures that are given to the network in one size."""
        in_corner = self._card.input.place == "corner"
        boxes = [
            Letterbox.fit((picture.shape[1], picture.shape[0]), input_size, in_corner=in_corner) for picture in pictures
        ]
        grid = self._grid(input_size)
        boxed = [box.apply(picture) for box, picture in zip(boxes, pictures, strict=True)]
        outputs = self._output(self._tensor(boxed), grid)
        floor = self._floor(min_score)
        found = [
            self._named(_in_picture(self._card.layout.decode(output, grid, floor), box))
            for output, box in zip(outputs, boxes, strict=True)
        ]
        return [self._calibrated(one, min_score) for one in found] if self._card.calibration else found

    def _floor(self, min_score: float) -> float:
        """The score from which anything may be worth `min_score`."""
        calibration = self._card.calibration
        lowest = [lowest_score(points, min_score) for points in calibration.values()]
        return min([*lowest, *([] if self.classes <= calibration.keys() else [min_score])], default=min_score)

    def _calibrated(self, found: Detections, min_score: float) -> Detections:
        score = found.score.copy()
        for name, points in self._card.calibration.items():
            of_class = found.class_name == name
            score[of_class] = apply(points, score[of_class])
        worth = Detections(found.xyxy, found.class_name, score)[score >= min_score]
        return worth[np.argsort(-worth.score, kind="stable")]

    def _tensor(self, boxed: Sequence[Picture]) -> NDArray[np.float32] | NDArray[np.float16]:
        spec = self._card.input
        tensor = cv2.dnn.blobFromImages(boxed, scalefactor=spec.pixel_max / 255, swapRB=spec.colour == "rgb")
        if spec.dtype == "float16":
            return np.asarray(tensor, np.float16)
        return np.asarray(tensor, np.float32)

    def _output(self, tensor: NDArray[np.float32] | NDArray[np.float16], grid: Grid) -> Floats:
        output = self._session.run(self._card.output, self._card.input.name, tensor)
        expected = (len(tensor), *self._card.layout.shape(grid))
        fits = len(output.shape) == len(expected) and all(
            length in (got, None) for got, length in zip(output.shape, expected, strict=True)
        )
        if not fits:
            raise ModelError(
                f"output {self._card.output}: got shape {_written(output.shape)}, expected {_written(expected)} "
                f"(layout {self._card.layout_name}, {grid.n_classes} classes, input {grid.width} x {grid.height})"
            )
        return np.asarray(output, np.float32)

    def _named(self, found: Candidates) -> Detections:
        name = self._name_by_index[found.class_index]
        if self._card.layout.needs_nms:
            kept = keep_best(found.xyxy, found.score, name, self._card.nms_overlap)
        else:
            kept = np.arange(len(found.score))
        return Detections(found.xyxy[kept], self._names[name[kept]], np.clip(found.score[kept], 0, 1))

    def _grid(self, input_size: tuple[int, int]) -> Grid:
        return Grid(input_size[0], input_size[1], self._card.input.strides, len(self._card.classes))

    def _check_ports(self) -> None:
        spec = self._card.input
        sides = ("height", "width") if spec.dynamic else (spec.height, spec.width)
        expected = Port(spec.name, _TENSOR_BY_DTYPE[spec.dtype], ("batch", 3, *sides))
        got = self._session.inputs
        if len(got) != 1 or not _accepts(got[0], expected):
            raise ModelError(f"input: got {'; '.join(str(port) for port in got)}, expected {expected}")
        outputs = [port.name for port in self._session.outputs]
        if self._card.output not in outputs:
            raise ModelError(f"output: got {', '.join(outputs)}, expected one called {self._card.output}")

    def _check_by_running(self) -> None:
        """What a file declares of its output is often only names: one small grey picture shows its true shape."""
        spec = self._card.input
        size = (min(spec.width, _PROBE_PX), min(spec.height, _PROBE_PX)) if spec.dynamic else (spec.width, spec.height)
        self._output(self._tensor([np.full((size[1], size[0], 3), 114, np.uint8)]), self._grid(size))


def _checked_bytes(card: ModelCard) -> bytes:
    try:
        network = card.onnx.read_bytes()
    except OSError as error:
        raise ModelError(f"{card.name}: {card.onnx}: cannot read the network: {error.strerror}") from error
    got = sha256(network).hexdigest()
    if got != card.sha256:
        raise ModelError(
            f"{card.name}: {card.onnx}: damaged, or not the network of its card: "
            f"got sha256 {got} ({len(network)} bytes), expected {card.sha256}"
        )
    return network


def _accepts(got: Port, expected: Port) -> bool:
    """Whether the declared input takes what the card says: names stand for lengths that are free."""
    if (got.name, got.dtype, len(got.shape)) != (expected.name, expected.dtype, 4):
        return False
    batch, *rest = got.shape
    return (not isinstance(batch, int) or batch == 1) and all(
        not isinstance(length, int) or length == wanted for length, wanted in zip(rest, expected.shape[1:], strict=True)
    )


def _in_picture(found: Candidates, letterbox: Letterbox) -> Candidates:
    """In px of the picture, best score first, none without an area."""
    best = np.argsort(-found.score, kind="stable")[:_MAX_CANDIDATES]
    xyxy = letterbox.to_picture(found.xyxy[best])
    # False as well where a corner is no number.
    is_box = (xyxy[:, 2] > xyxy[:, 0]) & (xyxy[:, 3] > xyxy[:, 1])
    return Candidates(xyxy[is_box], found.class_index[best][is_box], found.score[best][is_box])


def _written(shape: Sequence[int | None]) -> str:
    return "(" + ", ".join("any" if length is None else str(length) for length in shape) + ")"
