"""What a site file says of dispatching, put together: its routing table and its ledger."""

from collections.abc import Iterator, Mapping
from contextlib import contextmanager

from pipeline.config.resolved import Site
from pipeline.config.surroundings import shown_path
from pipeline.dispatch.ledger_database import Database, postgres_database, sqlite_database
from pipeline.dispatch.routing import Routing
from pipeline.dispatch.routing_file import load_routing
from pipeline.errors import Fault, UsageError

FILE_NAME = "ledger.sqlite"


def site_routing(site: Site, environ: Mapping[str, str]) -> Routing:
    """The site's routing table.

    Raises:
        ConfigError: It is wrong: every mistake.
        UsageError: The site names none.
    """
    if site.dispatch.routing is None:
        raise UsageError(f"{site.path}: dispatch.routing: missing (expected a routing table, such as routing.yaml)")
    return load_routing(site.dispatch.routing, site.timezone, environ)


def cells_without_officer(site: Site, routing: Routing) -> tuple[Fault, ...]:
    """What is odd: fences whose cell the table does not have, so that the fallback is responsible there."""
    return tuple(
        Fault(shown_path(camera.geofence.file), 0, f"zone {zone.id}", f"the routing table has no cell {zone.grid!r}")
        for camera in site.cameras
        for zone in camera.geofence.zones
        if zone.grid and zone.grid not in routing.cell_by_id and camera.geofence.file is not None
    )


@contextmanager
def site_database(site: Site) -> Iterator[Database]:
    """The site's ledger, made where it is missing.

    Raises:
        StateError: It cannot be reached, written, or is of a later version.
        UsageError: Its address cannot be understood, or the driver is not installed.
    """
    ledger = site.dispatch.ledger
    database = (
        sqlite_database(site.state / FILE_NAME) if ledger is None else postgres_database(ledger.reveal(), str(ledger))
    )
    try:
        yield database
    finally:
        database.close()
