"""The algorithms that a site file brings itself, after those of the catalogue."""

from dataclasses import replace

from pydantic import ValidationError

from pipeline.config.catalogue import Catalogue
from pipeline.config.catalogue_file import AlgorithmEntry, resolve_algorithm, unknown_names
from pipeline.config.document import Document, Steps, shown_value
from pipeline.config.faults import FaultLog
from pipeline.config.ids import AlgorithmKey
from pipeline.config.vocabulary import Vocabulary


def with_own_algorithms(document: Document, catalogue: Catalogue, vocabulary: Vocabulary, log: FaultLog) -> Catalogue:
    """The catalogue and, after it, the site's own algorithms that are right.

    Args:
        document: The site file.
        catalogue: The project's.
        vocabulary: Of their classes.
        log: Takes a key without a colon and every unknown class; the rest is told with the whole file.
    """
    algorithms = dict(catalogue.algorithms)
    written = document.at(("algorithms",))
    for key in written if isinstance(written, dict) else ():
        steps: Steps = ("algorithms", key)
        if ":" not in key:
            allowed = f'such as "{_prefix(document)}:{key[:80]}"'
            text = f"no colon in a key of the site's own (got {shown_value(key)}, allowed: {allowed})"
            log.add(document, steps, text)
        try:
            entry = AlgorithmEntry.model_validate(document.at(steps))
        except ValidationError:
            continue
        unknown = unknown_names(entry, vocabulary)
        for inner, text in unknown:
            log.add(document, (*steps, *inner), text)
        if not unknown:
            own = AlgorithmKey(key)
            algorithms[own] = resolve_algorithm(own, entry, catalogue.general, vocabulary)
    return replace(catalogue, algorithms=algorithms)


def _prefix(document: Document) -> str:
    site_id = document.at(("site", "id"))
    return site_id if isinstance(site_id, str) else "site"
