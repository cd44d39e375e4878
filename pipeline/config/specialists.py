"""The further networks of a site file."""

from pydantic import ValidationError

from pipeline.config.document import Document, shown_value
from pipeline.config.faults import FaultLog
from pipeline.config.resolved import SpecialistSettings
from pipeline.config.site import SpecialistEntry
from pipeline.config.surroundings import place_of


def resolve_specialists(document: Document, first: str, log: FaultLog) -> tuple[SpecialistSettings, ...]:
    """Those that are right, in the file's order; the log tells of the others.

    Args:
        document: The site file.
        first: Name of the network in `detector`.
        log: Takes the mistakes that no model of the file can see.
    """
    written = document.at(("specialists",))
    known = {first}
    settings: list[SpecialistSettings] = []
    for i, value in enumerate(written if isinstance(written, list) else []):
        try:
            entry = SpecialistEntry.model_validate(value)
        except ValidationError:
            continue
        if entry.model in known:
            text = f"network given twice (got {shown_value(entry.model)}, allowed: once a site, detector included)"
            log.add(document, ("specialists", i, "model"), text)
            continue
        known.add(entry.model)
        place = place_of(document, ("specialists", i))
        settings.append(SpecialistSettings(entry.model, entry.confidence, entry.every, place))
    return tuple(settings)
