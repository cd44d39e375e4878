"""The catalogue as it is written, in configs/catalogue.yaml and in a site file's own `algorithms`."""

from collections.abc import Iterable
from dataclasses import replace
from pathlib import Path

from pydantic import Field, ValidationError, model_validator

from pipeline.config.catalogue import (
    NUMBERS_BY_CONDITION,
    Algorithm,
    Bound,
    Catalogue,
    Condition,
    EventPer,
    General,
    Param,
    Severity,
    StaticUse,
)
from pipeline.config.document import Steps
from pipeline.config.faults import faults_of
from pipeline.config.fields import DurationNs, Number, Part, Share, Text, Whole, fault
from pipeline.config.ids import AlgorithmKey
from pipeline.config.vocabulary import Title, UnknownNameError, Vocabulary, load_vocabulary
from pipeline.config.yaml_lines import read_yaml
from pipeline.errors import ConfigError, Fault
from pipeline.resources import data_folder

_OF_STATIC = {Condition.STATIC_OBJECT, Condition.PILE}
_WITHOUT_CLASSES = {None, *_OF_STATIC, Condition.ABSENCE, Condition.DARKNESS, Condition.CAMERA_FAULT}


class TitleEntry(Part):
    """A name in the two languages of the alerts."""

    zh: Text = Field(description="Chinese name")
    en: Text = Field(description="English name")


class BoundEntries(Part):
    """What a site may set: lowest and highest value."""

    dwell: tuple[DurationNs, DurationNs] | None = Field(None, description="how long the condition must hold")
    grace: tuple[DurationNs, DurationNs] | None = Field(None, description="how long the same object may be unseen")
    clear_after: tuple[DurationNs, DurationNs] | None = Field(None, description="how long it must be over")
    cooldown: tuple[DurationNs, DurationNs] | None = Field(None, description="silence after an event")
    remind_every: tuple[DurationNs, DurationNs] | None = Field(None, description="between reminders")
    confidence: tuple[Share, Share] | None = Field(None, description="what an object's score must reach")

    @model_validator(mode="after")
    def _in_order(self) -> "BoundEntries":
        for key, bound in self.bounds().items():
            if bound.low > bound.high:
                raise fault(f"{key}: the first above the second", "the lowest, then the highest value")
        return self

    def bounds(self) -> dict[str, Bound]:
        """Those that are given, durations in nanoseconds."""
        pairs = {
            "dwell": self.dwell,
            "grace": self.grace,
            "clear_after": self.clear_after,
            "cooldown": self.cooldown,
            "remind_every": self.remind_every,
            "confidence": self.confidence,
        }
        return {key: Bound(*pair) for key, pair in pairs.items() if pair is not None}


class ParamEntry(Part):
    """A number of an algorithm's own."""

    default: Number = Field(description="where a rule names none")
    low: Number = Field(description="the lowest a rule may set")
    high: Number = Field(description="the highest a rule may set")
    text: Text = Field(description="what it means")

    @model_validator(mode="after")
    def _in_order(self) -> "ParamEntry":
        if not self.low <= self.default <= self.high:
            raise fault("default outside low and high", "low <= default <= high")
        return self


class AlgorithmEntry(Part):
    """One algorithm."""

    number: Whole | None = Field(None, ge=1, description="its number in the catalogue")
    title: TitleEntry = Field(description="for people")
    fires_when: Text = Field(description="one sentence in English, without the dwell")
    condition: Condition | None = Field(
        description="the code that decides, such as stationary, coverage or line_crossing; null: this version has none"
    )
    needs: list[Text] = Field(default=[], description="coco, static, luma, health, or classes of another network")
    classes: list[Text] = Field(default=[], description="classes or groups of the vocabulary")
    required: list[Text] = Field(default=[], description="classes that take part whatever a rule's classes say")
    static: StaticUse = Field(StaticUse.NEVER, description="what things without a class are to it")
    dwell: DurationNs = Field(description="how long the condition must hold, such as 60s")
    grace: DurationNs | None = Field(None, description="how long the same may be unseen; else as for every algorithm")
    severity: Severity = Field(description="info, minor, major or critical")
    event_per: EventPer = Field(EventPer.ZONE, description="what has an event of its own: zone or object")
    max_area: Share = Field(
        1.0, gt=0, description="share of the picture that an object may cover, where a rule names none"
    )
    bounds: BoundEntries = Field(BoundEntries(), description="what a site may set")
    params: dict[Text, ParamEntry] = Field(default={}, description="numbers of its own")

    @model_validator(mode="after")
    def _has_its_numbers(self) -> "AlgorithmEntry":
        if self.condition is not None:
            needed, optional = NUMBERS_BY_CONDITION[self.condition]
            missing, odd = needed - self.params.keys(), self.params.keys() - needed - optional
            allowed = ", ".join(sorted(needed | optional)) or "none"
            if missing:
                raise fault(f"params: the condition {self.condition} without {', '.join(sorted(missing))}", allowed)
            if odd:
                raise fault(f"params: the condition {self.condition} knows no {', '.join(sorted(odd))}", allowed)
        return self

    @model_validator(mode="after")
    def _sees_something(self) -> "AlgorithmEntry":
        if self.condition not in _WITHOUT_CLASSES and not self.classes:
            raise fault(f"the condition {self.condition} without classes", "at least one class")
        if self.condition is Condition.ABSENCE and not self.classes and self.static is not StaticUse.REQUIRED:
            raise fault("the condition absence without anything to miss", "classes, or static: required")
        if self.condition in _OF_STATIC and self.static is not StaticUse.REQUIRED:
            raise fault(f"the condition {self.condition} without static objects", "static: required")
        if self.condition is Condition.DARKNESS and self.needs != ["luma"]:
            raise fault("the condition darkness with other needs than brightness", "needs: [luma]")
        if self.condition is Condition.CAMERA_FAULT and self.needs != ["health"]:
            raise fault("the condition camera_fault with other needs than the camera's health", "needs: [health]")
        return self


class DefaultEntries(Part):
    """What holds for every algorithm."""

    grace: DurationNs = Field(description="how long the same object may be unseen")
    clear_after: DurationNs = Field(description="how long it must be over before the end is told")
    cooldown: DurationNs = Field(description="silence in the zone after an event")
    remind_every: DurationNs = Field(description="between reminders; 0s: never")
    min_static_area: Share = Field(description="share of the picture that a thing without a class must cover")


class CatalogueFile(Part):
    """configs/catalogue.yaml."""

    categories: dict[Text, TitleEntry] = Field(min_length=1, description="kinds of key area")
    defaults: DefaultEntries = Field(description="for every algorithm")
    bounds: BoundEntries = Field(description="what a site may set for every algorithm")
    algorithms: dict[Text, AlgorithmEntry] = Field(min_length=1, description="what can be looked for")


def load_catalogue(path: Path | None = None) -> Catalogue:
    """The catalogue that ships with the project, or another one.

    Raises:
        ConfigError: The file is missing or wrong: every fault.
    """
    file = data_folder("configs") / "catalogue.yaml" if path is None else path
    document = read_yaml(file, str(file))
    try:
        written = CatalogueFile.model_validate(document.value)
    except ValidationError as error:
        raise ConfigError(faults_of(error, CatalogueFile, document, ())) from error
    general = _general(written)
    vocabulary = load_vocabulary()
    algorithms: dict[AlgorithmKey, Algorithm] = {}
    faults: list[Fault] = []
    for key, entry in written.algorithms.items():
        unknown = unknown_names(entry, vocabulary)
        faults += [document.fault(("algorithms", key, *steps), text) for steps, text in unknown]
        if not unknown:
            algorithms[AlgorithmKey(key)] = resolve_algorithm(AlgorithmKey(key), entry, general, vocabulary)
    if faults:
        raise ConfigError(faults)
    categories = {key: Title(zh=title.zh, en=title.en) for key, title in written.categories.items()}
    return Catalogue(algorithms, categories, general)


def unknown_names(entry: AlgorithmEntry, vocabulary: Vocabulary) -> list[tuple[Steps, str]]:
    """The classes and groups of an algorithm that the vocabulary does not have: where, and what to say."""
    listed: tuple[tuple[str, Iterable[str]], ...] = (("classes", entry.classes), ("required", entry.required))
    found: list[tuple[Steps, str]] = []
    for key, names in listed:
        for i, name in enumerate(names):
            try:
                vocabulary.expand([name])
            except UnknownNameError as error:
                found.append(((key, i), str(error)))
    return found


def resolve_algorithm(key: AlgorithmKey, entry: AlgorithmEntry, general: General, vocabulary: Vocabulary) -> Algorithm:
    """An algorithm whose names are all known; see `unknown_names`."""
    return Algorithm(
        key=key,
        title=Title(zh=entry.title.zh, en=entry.title.en),
        fires_when=entry.fires_when,
        condition=entry.condition,
        needs=tuple(entry.needs),
        classes=vocabulary.expand(entry.classes),
        required=vocabulary.expand(entry.required),
        static=entry.static,
        dwell_ns=entry.dwell,
        severity=entry.severity,
        event_per=entry.event_per,
        general=general if entry.grace is None else replace(general, grace_ns=entry.grace),
        bound_by_key={**general.bound_by_key, **entry.bounds.bounds()},
        params={
            name: Param(param.default, Bound(param.low, param.high), param.text) for name, param in entry.params.items()
        },
        number=entry.number,
        max_share=entry.max_area,
    )


def _general(written: CatalogueFile) -> General:
    defaults = written.defaults
    return General(
        grace_ns=defaults.grace,
        clear_after_ns=defaults.clear_after,
        cooldown_ns=defaults.cooldown,
        remind_every_ns=defaults.remind_every,
        min_static_share=defaults.min_static_area,
        bound_by_key=written.bounds.bounds(),
    )
