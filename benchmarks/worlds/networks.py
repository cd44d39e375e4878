"""The networks that composed scenes are looked at with: the default one, and the project's specialist where it is."""

from functools import cache
from pathlib import Path

from pipeline.config.resolved import Provider, Site
from pipeline.config.vocabulary import Vocabulary, load_vocabulary
from pipeline.perception.detector import Detector
from pipeline.perception.registry import Registry
from pipeline.runtime.networks import ALONE, Beside, load_beside, read_networks, with_scores

DEFAULT, SPECIALIST = "yolov8n", "city"
EVERY = "1s"
"""Between two looks of the specialist: the shortest that a site may ask for, because the scenes are short."""


@cache
def vocabulary() -> Vocabulary:
    """Names of the classes."""
    return load_vocabulary()


@cache
def detector() -> Detector:
    """The default network on one thread: processes share the cores."""
    return Detector.load(Registry.shipped(vocabulary()).card(DEFAULT, Path()), Provider.CPU, 1)


@cache
def specialists() -> tuple[str, ...]:
    """The specialist's name; none where this version has none."""
    return (SPECIALIST,) if SPECIALIST in Registry.shipped(vocabulary()).names() else ()


class Networks:
    """Loads the specialist when the first site names it. Remembers it: the scenes' sites name the same."""

    def __init__(self) -> None:
        """Nothing is loaded yet."""
        self._beside: Beside | None = None

    def of(self, site: Site) -> tuple[Site, Beside]:
        """The site with the scores that its networks ask for, and the networks beside the first."""
        if not site.specialists:
            return site, ALONE
        known = read_networks(site, vocabulary())
        if self._beside is None:
            self._beside = load_beside(site, known, threads=1)
        return with_scores(site, known), self._beside
