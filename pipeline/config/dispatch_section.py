"""The section `dispatch` of a site file made sense of."""

from pipeline.config.dispatch_settings import DispatchSettings
from pipeline.config.document import Document, Steps, shown_value
from pipeline.config.site import DispatchEntry
from pipeline.config.surroundings import Surroundings, is_file, lack_of

_SCHEMES = frozenset({"postgresql"})


def resolve_dispatch(document: Document, written: DispatchEntry | None, around: Surroundings) -> DispatchSettings:
    """What the section says; mistakes go to `around.log`. The table itself is read by who needs it."""
    if written is None:
        return DispatchSettings()
    steps: Steps = ("dispatch", "routing")
    routing = around.path(document, steps, written.routing) if written.routing else None
    if routing is not None and not is_file(routing):
        around.log.add(document, steps, f"{lack_of(routing)} (got {shown_value(written.routing)})")
    ledger = around.url(document, ("dispatch", "ledger"), written.ledger, _SCHEMES) if written.ledger else None
    return DispatchSettings(routing, ledger, written.group)
