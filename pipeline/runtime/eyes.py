"""Puts together what looks at a camera: the site's network, loaded once, and one `Looker` a camera."""

from pipeline.config.resolved import Site
from pipeline.config.vocabulary import Vocabulary
from pipeline.perception.detections import ObjectDetector
from pipeline.perception.detector import Detector
from pipeline.perception.looker import Looker, LookerSettings
from pipeline.perception.registry import Registry


def load_detector(site: Site, vocabulary: Vocabulary) -> Detector:
    """The site's network.

    Raises:
        ModelError: It is missing, or does not fit its card.
        ConfigError: Its card is wrong.
    """
    card = Registry.shipped(vocabulary).card(site.detector.model, site.path.parent)
    return Detector.load(card, site.detector.provider, site.detector.threads)


def looker(site: Site, vocabulary: Vocabulary, detector: ObjectDetector) -> Looker:
    """Fresh eyes for one camera of the site."""
    return Looker(detector, vocabulary, LookerSettings(confidence=site.detector.confidence))
