"""Puts together what looks at a camera: the site's network, loaded once, and one `Looker` a camera."""

from pipeline.config.document import shown_value
from pipeline.config.faults import did_you_mean
from pipeline.config.resolved import Site
from pipeline.config.vocabulary import Vocabulary
from pipeline.errors import ConfigError
from pipeline.perception.detections import ObjectDetector
from pipeline.perception.detector import Detector
from pipeline.perception.looker import Looker, LookerSettings
from pipeline.perception.model_card import ModelCard
from pipeline.perception.registry import Registry


def load_detector(site: Site, vocabulary: Vocabulary) -> Detector:
    """The site's network.

    Raises:
        ModelError: It is missing, or does not fit its card.
        ConfigError: See `network_card`.
    """
    return Detector.load(network_card(site, vocabulary), site.detector.provider, site.detector.threads)


def network_card(site: Site, vocabulary: Vocabulary) -> ModelCard:
    """The card of the site's network.

    Raises:
        ConfigError: The site names a network that is not there, or its card is wrong.
    """
    model, place, folder = site.detector.model, site.detector.place, site.path.parent
    registry = Registry.shipped(vocabulary)
    if model.endswith(".yaml") and not (folder / model).is_file():
        raise ConfigError(
            [place.fault("model", f"no such card (got {shown_value(model)}, looked for {folder / model})")]
        )
    if not model.endswith(".yaml") and model not in registry.names():
        hint = did_you_mean(model, registry.names())
        raise ConfigError([place.fault("model", f"unknown network (got {shown_value(model)}, {hint})")])
    return registry.card(model, folder)


def looker(site: Site, vocabulary: Vocabulary, detector: ObjectDetector) -> Looker:
    """Fresh eyes for one camera of the site."""
    return Looker(detector, vocabulary, LookerSettings(confidence=site.detector.confidence))
