"""The evidence of a site: where it lies, and what comes round at its desk."""

import os
from collections.abc import Iterator, Mapping
from pathlib import Path
from typing import Protocol

from pipeline.alerts.evidence import FOLDER, EvidenceFolder, absolute_uri
from pipeline.alerts.outbox import Outbox
from pipeline.alerts.retention import DiskShelf, Shelf, Swept, sweep
from pipeline.config.resolved import Bucket, Site
from pipeline.config.vocabulary import Title
from pipeline.errors import UsageError
from pipeline.observation import nanoseconds
from pipeline.runtime.clock import wall_now_ns
from pipeline.runtime.evidence_desk import Chore
from pipeline.runtime.orphans import open_alerts

_SWEEP_EVERY_NS = nanoseconds(600.0)
_SEND_EVERY_NS = nanoseconds(0.5)
_SENT_AT_ONCE = 8
"""After an outage much waits: clips are written in between."""


class Store(Shelf, Protocol):
    """Where evidence goes beyond the local disk."""

    def uri_of(self, path: Path) -> str:
        """Where a file will be."""
        ...

    def send_waiting(self, root: Path, most: int | None = None) -> int:
        """Send files that wait below a folder, so many at most; how many were sent.

        Raises:
            StoreError: The store is away or refuses.
            StateError: A file cannot be read.
        """
        ...

    def size(self, event: str, name: str) -> int | None:
        """Of a file of an event, bytes; None: there is none.

        Raises:
            StoreError: The store is away or refuses.
        """
        ...

    def part(self, event: str, name: str, first: int, count: int) -> Iterator[bytes]:
        """So many bytes of a file from one on, piece by piece.

        Raises:
            StoreError: The store is away or refuses.
        """
        ...


def evidence_root(site: Site) -> Path:
    """The folder with a folder for each event."""
    return (site.evidence_folder or site.state) / FOLDER


def site_store(site: Site) -> Store | None:
    """The store that the site file names, seen to be there; None: the disk is it.

    Raises:
        UsageError: What it needs is not installed, or its keys are not set.
        StoreError: It refuses the keys, or has no such bucket. One that is away is waited for.
    """
    return None if site.evidence.bucket is None else opened_store(site.evidence.bucket, os.environ)


def site_keeper(site: Site, titles: Mapping[str, Title], store: Store | None) -> EvidenceFolder:
    """What draws and keeps the evidence of a site."""
    uri_of = absolute_uri if store is None else store.uri_of
    return EvidenceFolder(site.evidence_folder or site.state, site.timezone, titles, uri_of)


def evidence_chores(site: Site, store: Store | None, outbox: Outbox) -> tuple[Chore, ...]:
    """What comes round: old evidence goes, and with a store new evidence goes there.

    Args:
        site: How long evidence stays, and how much of it.
        store: Of the site, if it has one.
        outbox: Knows which events are open.
    """
    root, settings = evidence_root(site), site.evidence

    def swept(shelf: Shelf) -> Swept:
        is_open = frozenset(alert.id for alert in open_alerts(outbox))
        return sweep(shelf, settings.keep_ns, settings.max_bytes, wall_now_ns(), is_open)

    on_disk = Chore(_SWEEP_EVERY_NS, lambda: swept(DiskShelf(root)))
    if store is None:
        return (on_disk,)

    def send() -> None:
        store.send_waiting(root, _SENT_AT_ONCE)

    def remove_old() -> Swept:
        # On disk lies what waits, and a small note for each event.
        swept(DiskShelf(root))
        return swept(store)

    return (Chore(_SEND_EVERY_NS, send), Chore(_SWEEP_EVERY_NS, remove_old))


def opened_store(bucket: Bucket, environ: Mapping[str, str]) -> Store:
    """A store, seen to be there; see `site_store`.

    Raises:
        UsageError: What it needs is not installed, or its keys are not set.
        StoreError: It refuses the keys, or has no such bucket.
    """
    try:
        from pipeline.alerts.object_store import ObjectStore  # noqa: PLC0415  # its library is an extra
    except ImportError as error:
        raise UsageError(
            f"evidence: {bucket}: needs `pip install 'smart-alert[s3]'` ({error.name} is missing)"
        ) from error
    store = ObjectStore(bucket, environ)
    store.check()
    return store
