"""What comes round at the desk for evidence: old evidence is removed."""

from pipeline.alerts.evidence import EvidenceFolder
from pipeline.alerts.outbox import Outbox
from pipeline.alerts.retention import DiskShelf, Swept, sweep
from pipeline.config.resolved import Site
from pipeline.runtime.clock import wall_now_ns
from pipeline.runtime.evidence_desk import Chore
from pipeline.runtime.orphans import open_alerts

_SWEEP_EVERY_NS = 600 * 1_000_000_000


def evidence_chores(site: Site, keeper: EvidenceFolder, outbox: Outbox) -> tuple[Chore, ...]:
    """The chores of a site.

    Args:
        site: How long evidence stays, and how much of it.
        keeper: Where it lies.
        outbox: Knows which events are open.
    """

    def remove_old() -> Swept:
        settings, is_open = site.evidence, frozenset(alert.id for alert in open_alerts(outbox))
        return sweep(DiskShelf(keeper.root), settings.keep_ns, settings.max_bytes, wall_now_ns(), is_open)

    return (Chore(_SWEEP_EVERY_NS, remove_old),)
