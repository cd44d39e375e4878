"""How a network was trained and how good it is, as its card tells it."""

from collections.abc import Mapping

from pydantic import BaseModel, ConfigDict, Field


class _Part(BaseModel):
    model_config = ConfigDict(frozen=True, extra="forbid", strict=True)


class TrainedOn(_Part):
    """One folder of pictures."""

    name: str = Field(min_length=1, description="The folder.")
    pictures: int = Field(ge=0, description="How many it was trained on.")
    about: str = Field(min_length=1, description="What they are.")
    licence: str = Field(min_length=1, description="Theirs.")
    origin: str = Field(min_length=1, description="Theirs.")


class Bin(_Part):
    """One line of a reliability table: detections whose calibrated scores lie together."""

    detections: int = Field(ge=0, description="How many.")
    score: float = Field(ge=0, le=1, description="Their mean score.")
    right: float = Field(ge=0, le=1, description="Share of them that are right.")


class ClassRecord(_Part):
    """How good it is at one class, on the validation pictures."""

    labels: int = Field(ge=0, description="It was judged by so many.")
    ap50: float = Field(ge=0, le=1, description="Average precision at an overlap of 0.5.")
    precision: float = Field(ge=0, le=1, description="Share of what it finds that is right, from the threshold on.")
    recall: float = Field(ge=0, le=1, description="Share of the labels that it finds, from the threshold on.")
    found_pictures: float = Field(
        ge=0, le=1, description="Share of the pictures with it that are found at one false picture in a hundred."
    )
    kept_pictures: float | None = Field(
        default=None, ge=0, le=1, description="Share of the pictures with it that are found, from the threshold on."
    )
    false_pictures: float = Field(
        ge=0, le=1, description="Share of the pictures without it that seem to have it, from the threshold on."
    )
    without: int = Field(ge=0, description="Pictures without it.")
    missed: int | None = Field(default=None, ge=0, description="Labels that it does not find, from the threshold on.")
    mistaken: Mapping[str, int] = Field(
        default={}, description="How often it takes the background, or another class, for it, from the threshold on."
    )
    calibration_error: float = Field(ge=0, le=1, description="Expected calibration error of the calibrated scores.")
    reliability: list[Bin] = Field(default=[], description="Calibrated score against truth, lowest scores first.")


class TrainingRecord(_Part):
    """How a network came about."""

    date: str = Field(pattern=r"^\d{4}-\d\d-\d\d$", description="When.")
    base: str = Field(min_length=1, description="The network it began from.")
    device: str = Field(min_length=1, description="What it was trained on.")
    minutes: float = Field(ge=0, description="How long it took.")
    input_px: int = Field(ge=32, description="Side of the pictures in training.")
    judged_px: int = Field(ge=32, description="Longer side of the pictures that it was judged on.")
    epochs: int = Field(ge=1, description="How often it saw them.")
    data: list[TrainedOn] = Field(min_length=1, description="What it was trained on.")
    map50: float = Field(ge=0, le=1, description="Mean of the classes' average precision.")
    figures: Mapping[str, ClassRecord] = Field(description="By class, on pictures kept apart.")
