"""What a network of our own is trained on: folders in the YOLO data format, and what each of them leaves out."""

from collections.abc import Mapping, Sequence
from dataclasses import dataclass
from pathlib import Path
from typing import Annotated

from pydantic import BaseModel, ConfigDict, Field, ValidationError

from pipeline.config.document import Document, Steps
from pipeline.config.faults import did_you_mean, faults_of
from pipeline.config.vocabulary import UnknownNameError, Vocabulary
from pipeline.config.yaml_lines import read_yaml
from pipeline.errors import ConfigError, Fault

_Epochs = Annotated[int, Field(ge=1, le=1000)]
_Share = Annotated[float, Field(ge=0, le=1)]
_Repeat = Annotated[int, Field(ge=1, le=20)]


class _SourceEntry(BaseModel):
    model_config = ConfigDict(frozen=True, extra="forbid", strict=True)

    folder: str = Field(min_length=1, description="Below the folder of the data: train/ and perhaps valid/ lie in it.")
    classes: list[str | None] = Field(
        min_length=1, description="By index, in any spelling; null: fuzzy, painted over so that it teaches nothing."
    )
    without: list[str] = Field(default=[], description="Classes that it does not label and does not show either.")
    repeat: _Repeat = Field(default=1, description="How often an epoch shows each of its pictures.")
    about: str = Field(min_length=1, description="What the pictures are.")
    licence: str = Field(min_length=1, description="Of the pictures.")
    origin: str = Field(min_length=1, description="Where they come from.")


class _RoundEntry(BaseModel):
    model_config = ConfigDict(frozen=True, extra="forbid", strict=True)

    epochs: _Epochs = Field(description="How often all pictures are shown.")
    input_px: int | None = Field(default=None, ge=64, le=1280, multiple_of=32, description="Instead of the recipe's.")
    learning_rate: float | None = Field(default=None, gt=0, le=0.1, description="Instead of the recipe's.")
    repeat: dict[str, _Repeat] = Field(default={}, description="By folder, instead of the folder's.")


class _Written(BaseModel):
    model_config = ConfigDict(frozen=True, extra="forbid", strict=True)

    about: str = Field(min_length=1, description="One line for people: the card's.")
    base: str = Field(min_length=1, description="The network it begins from: a card with a `build`.")
    input_px: int = Field(ge=64, le=1280, multiple_of=32, description="Side of the pictures in training.")
    rounds: list[_Epochs | _RoundEntry] = Field(
        min_length=1,
        description="How often all pictures are shown, in each round: the learning rate falls to its end in each.",
    )
    averaged_rounds: int = Field(
        default=1,
        ge=1,
        le=20,
        description="The network is the mean of what so many rounds, the last ones, have learnt.",
    )
    false_share: dict[str, _Share] = Field(
        default={},
        description="By class: share of the pictures without it that may pass its default threshold, else 0.01.",
    )
    judged_px: int | None = Field(
        default=None, ge=64, le=1280, multiple_of=32, description="Longer side of the pictures it looks at in use."
    )
    batch: int = Field(default=16, ge=1, le=256, description="Pictures a step.")
    learning_rate: float = Field(default=0.001, gt=0, le=0.1, description="Of AdamW, at its highest.")
    frozen_layers: int = Field(default=0, ge=0, le=22, description="Layers that keep the base's weights.")
    nms_overlap: float = Field(
        default=0.7, gt=0, le=1, description="Boxes of a class that overlap more are one object: the card's."
    )
    classes: list[str] = Field(min_length=1, description="What the network shall find, by index.")
    sources: list[_SourceEntry] = Field(min_length=1, description="The folders.")


@dataclass(frozen=True, slots=True)
class Source:
    """One folder of pictures.

    Attributes:
        name: Its name, unique in the recipe.
        folder: Where it lies: `train/images`, `train/labels` and perhaps `valid/` of both.
        classes: By index of its label files, canonical names; None: painted over.
        known: Of which classes it tells that there are none where it labels none.
        about: What the pictures are.
        licence: Theirs.
        origin: Theirs.
    """

    name: str
    folder: Path
    classes: tuple[str | None, ...]
    known: frozenset[str]
    about: str
    licence: str
    origin: str


@dataclass(frozen=True, slots=True)
class Round:
    """One round of a training: the learning rate begins high and falls to its end.

    Attributes:
        epochs: How often all pictures are shown.
        input_px: Side of the pictures, a multiple of 32.
        learning_rate: Of AdamW, at its highest.
        repeat_by_source: How often an epoch shows each picture of a folder.
    """

    epochs: int
    input_px: int
    learning_rate: float
    repeat_by_source: Mapping[str, int]


@dataclass(frozen=True, slots=True)
class Recipe:
    """How a network is trained.

    Attributes:
        about: The card's line for people.
        base: Name of the network it begins from.
        rounds: Each begins from what the one before has learnt (warm restarts: Loshchilov and Hutter, SGDR, 2017).
        averaged_rounds: The network is the mean of what so many of the last have learnt.
        false_share_by_class: Where not the usual share of the pictures without a thing may seem to have it.
        judged_px: Longer side of the pictures that it is judged on and looks at in use, a multiple of 32.
        batch: Pictures a step.
        frozen_layers: Layers that keep the base's weights.
        nms_overlap: Boxes of one class that overlap by more are one object, in (0, 1].
        classes: What it shall find, by index, canonical names.
        sources: The folders.
    """

    about: str
    base: str
    rounds: tuple[Round, ...]
    averaged_rounds: int
    false_share_by_class: Mapping[str, float]
    judged_px: int
    batch: int
    frozen_layers: int
    nms_overlap: float
    classes: tuple[str, ...]
    sources: tuple[Source, ...]


def load_recipe(path: Path, data: Path, vocabulary: Vocabulary) -> Recipe:
    """Read a recipe.

    Args:
        path: Its file, YAML.
        data: The folder in which the recipe's folders lie.
        vocabulary: What its classes are mapped to.

    Raises:
        ConfigError: It is missing or wrong, or a folder is not there: every fault, with file, line and key.
    """
    document = read_yaml(path, str(path))
    try:
        written = _Written.model_validate(document.value)
    except ValidationError as error:
        raise ConfigError(faults_of(error, _Written, document, ())) from error
    reader = _Reader(document, vocabulary)
    wanted = [reader.name_at(spelling, ("classes", i)) for i, spelling in enumerate(written.classes)]
    sources = [reader.source(entry, i, data, wanted) for i, entry in enumerate(written.sources)]
    if len({source.name for source in sources}) < len(sources):
        reader.faults.append(document.fault(("sources",), "a folder is named twice"))
    false_share_by_class = {
        reader.name_at(spelling, ("false_share", spelling), wanted): share
        for spelling, share in written.false_share.items()
    }
    if written.averaged_rounds > len(written.rounds):
        text = f"more than there are (got {written.averaged_rounds}, of {len(written.rounds)} rounds)"
        reader.faults.append(document.fault(("averaged_rounds",), text))
    rounds = tuple(reader.round(entry, i, written) for i, entry in enumerate(written.rounds))
    if reader.faults:
        raise ConfigError(reader.faults)
    return Recipe(
        about=written.about,
        base=written.base,
        rounds=rounds,
        averaged_rounds=written.averaged_rounds,
        false_share_by_class=false_share_by_class,
        judged_px=written.judged_px or _judged_px(rounds[-1].input_px),
        batch=written.batch,
        frozen_layers=written.frozen_layers,
        nms_overlap=written.nms_overlap,
        classes=tuple(wanted),
        sources=tuple(sources),
    )


def _judged_px(input_px: int) -> int:
    """Larger by three tenths: things in the pictures of a training are enlarged, those of a judgement are not.

    Source: Touvron et al., Fixing the train-test resolution discrepancy, 2019.
    """
    return round(input_px * 1.3 / 32) * 32


class _Reader:
    """Takes entries apart; remembers every fault."""

    def __init__(self, document: Document, vocabulary: Vocabulary) -> None:
        self.faults: list[Fault] = []
        self._document, self._vocabulary = document, vocabulary

    def name_at(self, spelling: str, steps: Steps, wanted: Sequence[str] = ()) -> str:
        """The canonical name of a class, which must be among those wanted where any are given."""
        try:
            name = self._vocabulary.canonical(spelling)
        except UnknownNameError as error:
            self.faults.append(self._document.fault(steps, str(error)))
            return spelling
        if wanted and name not in wanted:
            text = f"not among the recipe's classes (got {name}, {did_you_mean(name, wanted)})"
            self.faults.append(self._document.fault(steps, text))
        return name

    def round(self, entry: int | _RoundEntry, i: int, written: _Written) -> Round:
        """One round, with what the recipe says of all where it says nothing itself."""
        own = _RoundEntry(epochs=entry) if isinstance(entry, int) else entry
        repeat_by_source = {source.folder: source.repeat for source in written.sources}
        for folder in own.repeat:
            if folder not in repeat_by_source:
                text = f"no source of the recipe (got {folder}, {did_you_mean(folder, list(repeat_by_source))})"
                self.faults.append(self._document.fault(("rounds", i, "repeat"), text))
        return Round(
            epochs=own.epochs,
            input_px=own.input_px or written.input_px,
            learning_rate=own.learning_rate or written.learning_rate,
            repeat_by_source=repeat_by_source | own.repeat,
        )

    def source(self, entry: _SourceEntry, i: int, data: Path, wanted: Sequence[str]) -> Source:
        """One folder."""
        classes = tuple(
            None if spelling is None else self.name_at(spelling, ("sources", i, "classes", j), wanted)
            for j, spelling in enumerate(entry.classes)
        )
        without = [self.name_at(one, ("sources", i, "without", j), wanted) for j, one in enumerate(entry.without)]
        folder = data / entry.folder
        pictures = folder / "train" / "images"
        if not pictures.is_dir():
            text = f"no such folder (got {entry.folder}, looked for {pictures})"
            self.faults.append(self._document.fault(("sources", i, "folder"), text))
        known = frozenset(without) | {name for name in classes if name is not None}
        return Source(entry.folder, folder, classes, known, entry.about, entry.licence, entry.origin)
