"""A site's networks: their cards, who answers for which class, and what they say of the scores that count."""

from collections.abc import Callable, Iterable, Mapping, Sequence
from dataclasses import dataclass, field, replace
from pathlib import Path
from types import MappingProxyType

from pipeline.config.document import shown_value
from pipeline.config.faults import did_you_mean
from pipeline.config.resolved import DetectorSettings, Place, Rule, Site, SpecialistSettings
from pipeline.config.vocabulary import Vocabulary
from pipeline.errors import ConfigError, Fault
from pipeline.observation import NS_PER_S
from pipeline.perception.detections import ObjectDetector
from pipeline.perception.detector import Detector
from pipeline.perception.model_card import ModelCard
from pipeline.perception.narrowed import narrowed
from pipeline.perception.network_eye import EyeSettings
from pipeline.perception.registry import Registry
from pipeline.perception.specialist import Specialist

_NO_CLASS: Mapping[str, float] = MappingProxyType({})


@dataclass(frozen=True, slots=True)
class Beside:
    """What there is beside a site's first network.

    Attributes:
        specialists: Further networks, in the order in which they answer for a class.
        confidence_by_class: Of the first network: the score for classes of which its card says more than the site file.
    """

    specialists: tuple[Specialist, ...] = ()
    confidence_by_class: Mapping[str, float] = field(default_factory=dict)

    def seen_by(self, detector_of: Callable[[str], ObjectDetector]) -> "Beside":
        """The same, each network of it in the place of which `detector_of` its name stands."""
        specialists = [replace(one, detector=detector_of(one.detector.name)) for one in self.specialists]
        return replace(self, specialists=tuple(specialists))


ALONE = Beside()


@dataclass(frozen=True, slots=True)
class Network:
    """One network of a site.

    Attributes:
        card: Its card.
        classes: What it answers for: what no network before it knows.
        confidence: Score from which a find counts, in [0, 1].
        confidence_by_class: The same for classes of which the card says more than the site file.
        every_s: Between two looks of a specialist, s; 0 for the first network.
        place: Where it is written.
    """

    card: ModelCard
    classes: frozenset[str]
    confidence: float
    confidence_by_class: Mapping[str, float]
    every_s: float
    place: Place

    def score_of(self, class_name: str) -> float:
        """Score from which a class that it answers for counts."""
        return self.confidence_by_class.get(class_name, self.confidence)


def read_networks(site: Site, vocabulary: Vocabulary) -> tuple[Network, ...]:
    """The site's networks by their cards, the first one first. No network is loaded.

    Raises:
        ConfigError: The site names networks that are not there, or whose cards are wrong: every fault.
    """
    faults: list[Fault] = []
    networks: list[Network] = []
    named: list[DetectorSettings | SpecialistSettings] = [site.detector, *site.specialists]
    for settings in named:
        try:
            card = card_of(settings.model, settings.place, site.path.parent, vocabulary)
        except ConfigError as error:
            faults.extend(error.faults)
            continue
        known = frozenset[str]().union(*(one.classes for one in networks))
        if any(one.card.name == card.name for one in networks):
            faults.append(settings.place.fault("model", f"network given twice (got {card.name}, allowed: once a site)"))
            continue
        networks.append(_network(card, frozenset(card.classes) - known, settings, site.detector.confidence))
    if faults:
        raise ConfigError(faults)
    return tuple(networks)


def card_of(model: str, place: Place, folder: Path, vocabulary: Vocabulary) -> ModelCard:
    """The card of a network that a site file names.

    Args:
        model: A name of the registry, or the path of a card.
        place: Where it is written.
        folder: The site file's.
        vocabulary: Names of the classes.

    Raises:
        ConfigError: There is no such network, or its card is wrong.
    """
    registry = Registry.shipped(vocabulary)
    if model.endswith(".yaml") and not (folder / model).is_file():
        text = f"no such card (got {shown_value(model)}, looked for {folder / model})"
        raise ConfigError([place.fault("model", text)])
    if not model.endswith(".yaml") and model not in registry.names():
        hint = did_you_mean(model, registry.names())
        raise ConfigError([place.fault("model", f"unknown network (got {shown_value(model)}, {hint})")])
    return registry.card(model, folder)


def with_scores(site: Site, networks: Sequence[Network]) -> Site:
    """The site, its rules going by what the networks say of a class where the site file gives no score for it."""
    return replace(site, rules=tuple(_with_scores(rule, networks) for rule in site.rules))


def least_scores(networks: Sequence[Network]) -> dict[str, float]:
    """By class, the score from which a network begins to follow a thing: the log holds none that never came so far."""
    return {
        name: min(one.score_of(name) for one in networks if name in one.classes)
        for one in networks
        for name in one.classes
    }


def load_beside(site: Site, networks: Sequence[Network], *, threads: int = 0) -> Beside:
    """Load the networks beside the first one.

    Args:
        site: Whose.
        networks: All of them, the first one first.
        threads: For one picture, where the site leaves it open; 0: as many as there are cores.

    Raises:
        ModelError: One is missing, or does not fit its card.
    """
    provider, threads = site.detector.provider, site.detector.threads or threads
    first, *others = networks
    specialists = [_specialist(one, Detector.load(one.card, provider, threads)) for one in others]
    return Beside(tuple(specialists), first.confidence_by_class)


def serving(rule: Rule, networks: Iterable[Network]) -> dict[str, frozenset[str]]:
    """Which of a rule's classes each network answers for, by its name; those that answer for none are left out."""
    served = {network.card.name: network.classes & rule.classes for network in networks}
    return {name: classes for name, classes in served.items() if classes}


def _network(
    card: ModelCard, classes: frozenset[str], settings: DetectorSettings | SpecialistSettings, otherwise: float
) -> Network:
    thresholds = {name: score for name, score in card.thresholds.items() if name in classes}
    if isinstance(settings, DetectorSettings):
        by_class = _NO_CLASS if settings.gives_confidence else thresholds
        return Network(card, classes, settings.confidence, by_class, 0.0, settings.place)
    by_class = thresholds if settings.confidence is None else _NO_CLASS
    confidence = otherwise if settings.confidence is None else settings.confidence
    return Network(card, classes, confidence, by_class, settings.every_ns / NS_PER_S, settings.place)


def _with_scores(rule: Rule, networks: Sequence[Network]) -> Rule:
    if rule.gives_confidence:
        return rule
    scores = {name: one.score_of(name) for one in networks for name in one.classes & rule.classes}
    # What is as the rule has it anyway is left out: the rule is the same rule then.
    return replace(rule, confidence_by_class={n: s for n, s in scores.items() if s != rule.confidence})


def _specialist(network: Network, detector: Detector) -> Specialist:
    settings = EyeSettings(network.confidence, network.confidence_by_class)
    return Specialist(narrowed(detector, network.classes), settings, network.every_s)
