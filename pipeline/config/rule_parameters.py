"""Every number and word of a rule with where it comes from: the rule, the site's defaults, the catalogue."""

from collections.abc import Iterator, Mapping
from dataclasses import dataclass
from enum import StrEnum
from types import MappingProxyType

from pipeline.config.area import Area, PictureShare
from pipeline.config.catalogue import EventPer, Severity, StaticUse
from pipeline.config.document import Document, Steps, Value
from pipeline.config.duration import format_duration
from pipeline.config.resolved import Rule
from pipeline.config.site import RuleDefaults, RuleEntry
from pipeline.config.surroundings import shown_path
from pipeline.config.yaml_edit import Scalar
from pipeline.config.yaml_lines import read_yaml
from pipeline.resources import data_folder

PARAMS = "params"
OF_CLASS = "dwell_by_class"


class Kind(StrEnum):
    """How a value is written."""

    DURATION = "duration"
    SHARE = "share"
    NUMBER = "number"
    AREA = "area"
    SCHEDULE = "schedule"
    CHOICE = "choice"
    FLAG = "flag"


class Origin(StrEnum):
    """Who says what a value is."""

    RULE = "rule"
    DEFAULTS = "defaults"
    ALGORITHM = "algorithm"
    """The algorithm: the catalogue's, or one of the site's own."""
    CATALOGUE = "catalogue"
    """What the catalogue says for every algorithm."""
    DETECTOR = "detector"
    """The site's network, or what the networks' cards say of a class."""
    PROGRAM = "program"
    """Nobody: it is how the program is without being told."""


@dataclass(frozen=True, slots=True)
class Said:
    """A value and where it is written.

    Attributes:
        value: As it is, or would be, written.
        origin: Who says it.
        file: The file; empty where none says it.
        line: 1-based; 0 where no file says it.
    """

    value: Scalar
    origin: Origin
    file: str = ""
    line: int = 0


@dataclass(frozen=True, slots=True)
class Parameter:
    """One of a rule's values.

    Attributes:
        key: As in the site file; `params.NAME` and `dwell_by_class.NAME` for those below another key.
        kind: How it is written.
        said: What holds.
        otherwise: What would hold if the rule said nothing.
        text: What it means, in English.
        low: The least that is allowed; None: nothing bounds it.
        high: The most.
        choices: The words to choose from; empty: any of its kind.
    """

    key: str
    kind: Kind
    said: Said
    otherwise: Said
    text: str
    low: Scalar | None = None
    high: Scalar | None = None
    choices: tuple[str, ...] = ()


_KINDS: Mapping[str, Kind] = MappingProxyType(
    {
        "enabled": Kind.FLAG,
        "dwell": Kind.DURATION,
        "grace": Kind.DURATION,
        "clear_after": Kind.DURATION,
        "cooldown": Kind.DURATION,
        "remind_every": Kind.DURATION,
        "schedule": Kind.SCHEDULE,
        "severity": Kind.CHOICE,
        "event_per": Kind.CHOICE,
        "confidence": Kind.SHARE,
        "min_area": Kind.AREA,
        "max_area": Kind.AREA,
        "include_static": Kind.FLAG,
        "confirm": Kind.FLAG,
    }
)
_CHOICES: Mapping[str, tuple[str, ...]] = MappingProxyType(
    {"severity": tuple(Severity), "event_per": tuple(EventPer), Kind.FLAG: ("true", "false")}
)


def steps_of(key: str) -> Steps:
    """Where a parameter is below its rule."""
    head, mark, name = key.partition(".")
    return (head, name) if mark and head in {PARAMS, OF_CLASS} else (key,)


def key_of(steps: Steps) -> str:
    """The parameter that lies there below its rule, or that a mistake there belongs to."""
    names = [str(step) for step in steps[:2]]
    return ".".join(names if names and names[0] in {PARAMS, OF_CLASS} else names[:1])


@dataclass(frozen=True, slots=True)
class RuleSources:
    """The files in which rules are written.

    Attributes:
        site: The site file.
        catalogue: The project's catalogue.
    """

    site: Document
    catalogue: Document

    def place(self, rule: Rule) -> Steps:
        """Where a rule is written in the site file."""
        entries = self.site.at(("rules",))
        for n, entry in enumerate(entries if isinstance(entries, list) else []):
            if isinstance(entry, dict) and entry.get("id") == rule.id:
                return ("rules", n)
        return ("rules",)

    def parameters(self, rule: Rule) -> tuple[Parameter, ...]:
        """All that a rule goes by, in the order in which people read it."""
        return tuple(_Telling(self, rule, self.place(rule)).parameters())


def read_sources(site: Document) -> RuleSources:
    """The site file beside the catalogue that ships with the project.

    Raises:
        ConfigError: The catalogue cannot be read.
    """
    file = data_folder("configs") / "catalogue.yaml"
    return RuleSources(site, read_yaml(file, shown_path(file)))


@dataclass(frozen=True, slots=True)
class _Telling:
    """One rule being told."""

    sources: RuleSources
    rule: Rule
    place: Steps

    def parameters(self) -> Iterator[Parameter]:
        for key, kind in _KINDS.items():
            low, high = self._bounds(key, kind)
            yield Parameter(
                key=key,
                kind=kind,
                said=self._said(key),
                otherwise=self._otherwise(key),
                text=RuleEntry.model_fields[key].description or "",
                low=low,
                high=high,
                choices=self._choices(key, kind),
            )
            if key == "dwell":
                yield from self._of_classes(low, high)
        yield from self._params()

    def _of_classes(self, low: Scalar | None, high: Scalar | None) -> Iterator[Parameter]:
        text = RuleEntry.model_fields[OF_CLASS].description or ""
        given = self._written((*self.place, OF_CLASS))
        names = list(given) if isinstance(given, dict) else []
        for name in names:
            steps = (*self.place, OF_CLASS, name)
            said = self._here(steps, Origin.RULE, self.sources.site)
            yield Parameter(f"{OF_CLASS}.{name}", Kind.DURATION, said, self._said("dwell"), text, low, high)

    def _params(self) -> Iterator[Parameter]:
        for name, param in self.rule.algorithm.params.items():
            steps = (*self.place, PARAMS, name)
            otherwise = self._of_algorithm(param.default, PARAMS, name)
            is_given = self._written(steps) is not None
            said = self._here(steps, Origin.RULE, self.sources.site) if is_given else otherwise
            yield Parameter(
                f"{PARAMS}.{name}", Kind.NUMBER, said, otherwise, param.text, param.bound.low, param.bound.high
            )

    def _written(self, steps: Steps) -> Value:
        return self.sources.site.at(steps)

    def _said(self, key: str) -> Said:
        steps = (*self.place, key)
        if self._written(steps) is not None:
            return self._here(steps, Origin.RULE, self.sources.site)
        return self._otherwise(key)

    def _otherwise(self, key: str) -> Said:
        if key in RuleDefaults.model_fields and self._written(("defaults", key)) is not None:
            return self._here(("defaults", key), Origin.DEFAULTS, self.sources.site)
        algorithm, general = self.rule.algorithm, self.rule.algorithm.general
        of_algorithm: dict[str, Scalar] = {
            "dwell": format_duration(algorithm.dwell_ns),
            "severity": algorithm.severity.value,
            "event_per": algorithm.event_per.value,
            "include_static": algorithm.static in {StaticUse.REQUIRED, StaticUse.ON},
        }
        of_all = {
            "grace": general.grace_ns,
            "clear_after": general.clear_after_ns,
            "cooldown": general.cooldown_ns,
            "remind_every": general.remind_every_ns,
        }
        if algorithm.max_share < 1:
            of_algorithm["max_area"] = algorithm.max_share
        if key in of_algorithm:
            return self._of_algorithm(of_algorithm[key], "static" if key == "include_static" else key)
        if key in of_all:
            value = format_duration(of_all[key])
            return self._at(value, ("defaults", key), Origin.CATALOGUE, self.sources.catalogue)
        return self._of_program(key)

    def _of_program(self, key: str) -> Said:
        if key == "confidence":
            steps: Steps = ("detector", "confidence")
            value = self._written(steps)
            shown = value if isinstance(value, int | float) else self.rule.confidence
            is_written = value is not None
            return self._at(shown, steps if is_written else (), Origin.DETECTOR, self.sources.site)
        values: dict[str, Scalar] = {
            "schedule": "always", "confirm": False, "enabled": True, "max_area": 1.0,
            "min_area": _as_written(self.rule.min_static_area) if not self.rule.algorithm.classes else 0.0,
        }  # fmt: skip
        return Said(values[key], Origin.PROGRAM)

    def _of_algorithm(self, value: Scalar, *keys: str) -> Said:
        steps: Steps = ("algorithms", str(self.rule.algorithm.key))
        document = self.sources.site if self._written(steps) is not None else self.sources.catalogue
        return self._at(value, (*steps, *keys), Origin.ALGORITHM, document)

    def _here(self, steps: Steps, origin: Origin, document: Document) -> Said:
        value = document.at(steps)
        return self._at(value if isinstance(value, bool | int | float | str) else "", steps, origin, document)

    def _at(self, value: Scalar, steps: Steps, origin: Origin, document: Document) -> Said:
        return Said(value, origin, document.file, document.line(steps)) if steps else Said(value, origin)

    def _bounds(self, key: str, kind: Kind) -> tuple[Scalar | None, Scalar | None]:
        bound = self.rule.algorithm.bound_by_key.get(key)
        if kind is Kind.DURATION and bound is not None:
            return format_duration(round(bound.low)), format_duration(round(bound.high))
        if kind is Kind.SHARE:
            return (0.0, 1.0) if bound is None else (bound.low, bound.high)
        return None, None

    def _choices(self, key: str, kind: Kind) -> tuple[str, ...]:
        if key == "include_static" and self.rule.algorithm.static in {StaticUse.NEVER, StaticUse.REQUIRED}:
            return ("false",) if self.rule.algorithm.static is StaticUse.NEVER else ("true",)
        return _CHOICES.get(key, _CHOICES.get(kind, ()))


def _as_written(area: Area) -> Scalar:
    return area.share if isinstance(area, PictureShare) else f"{area.square_metres:g}m2"
