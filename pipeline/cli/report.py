"""`smart-alert report`: what an officer has seen becomes an event like any other."""

import os
from pathlib import Path

import click

from pipeline.alerts.delivery import Reached
from pipeline.alerts.message import AlertZone
from pipeline.alerts.site_delivery import site_server
from pipeline.config.catalogue import Algorithm, Severity
from pipeline.config.catalogue_file import load_catalogue
from pipeline.config.faults import did_you_mean
from pipeline.config.load import load_site
from pipeline.config.resolved import Camera, Site, Zone
from pipeline.dispatch.report import Sighting, keep_and_offer, read_photo, reported
from pipeline.errors import UsageError
from pipeline.runtime.clock import sleep, wall_now_ns


@click.command(name="report")
@click.argument("site_file", metavar="SITE.yaml", type=click.Path(path_type=Path))
@click.option("--photo", type=click.Path(path_type=Path), required=True, help="JPEG, PNG or WebP.")
@click.option(
    "--category", required=True, metavar="KIND", help="What it is: a key of the catalogue, or its Chinese name."
)
@click.option("--zone", "zone_id", metavar="ID", help="Where: a fence of the site, or camera/fence.")
@click.option("--grid", metavar="CELL", help="Where: a cell of the grid.")
@click.option("--location", metavar="LON,LAT", help="Where: degrees.")
@click.option("--place", default="", metavar="TEXT", help="Where, in words.")
@click.option("--severity", type=click.Choice([one.value for one in Severity]), help="Default: the catalogue's.")
@click.option("--text", default="", help="What there is to say.")
@click.option("--by", required=True, help="Who reports it: a role or a number.")
def command(
    site_file: Path,
    *,
    photo: Path,
    category: str,
    zone_id: str | None,
    grid: str | None,
    location: str | None,
    place: str,
    severity: str | None,
    text: str,
    by: str,
) -> None:
    """Report what an officer has seen: a photograph, its place and its kind.

    It is on disk when this returns, and goes to the same stream and ledger as alerts of cameras. With Redis away it
    waits, and the next report or the dispatcher sends it. Prints the event's id.
    """
    site = load_site(site_file, os.environ)
    algorithm = _algorithm(category)
    zone = _zone(site, zone_id, grid or "", location, place)
    picture = read_photo(photo)
    sighting = Sighting(algorithm, severity or algorithm.severity.value, zone, text, by)
    alert = reported(site, sighting, picture, wall_now_ns())
    with site_server(site, sleep) as server:
        offer = keep_and_offer(site, server, alert, wall_now_ns, sleep)
    click.echo(alert.id)
    if offer.reached is not Reached.ALL_SENT:
        click.echo(f"{offer.fault}; the report is kept, the dispatcher or the next report sends it", err=True)


def _algorithm(text: str) -> Algorithm:
    known = load_catalogue().algorithms
    for key, algorithm in known.items():
        if text in {key, algorithm.title.zh, algorithm.title.en}:
            return algorithm
    raise UsageError(f"--category: unknown (got {text!r}, {did_you_mean(text, known)})")


def _zone(site: Site, zone_id: str | None, grid: str, location: str | None, place: str) -> AlertZone:
    """Where it is: the fence, or what is said in its stead."""
    if zone_id is None and not grid and location is None:
        raise UsageError("report: where? (expected --zone, --grid or --location)")
    point = None if location is None else _point(location)
    if zone_id is None:
        return AlertZone(id=grid, name=place or grid, category="", grid=grid, responsible="", location=point)
    found = _fence(site, zone_id)
    return AlertZone(
        id=found.id,
        name=place or found.name,
        category=found.category,
        grid=grid or found.grid,
        responsible=found.responsible,
        location=point or found.location,
    )


def _fence(site: Site, zone_id: str) -> Zone:
    named = [
        (camera, zone) for camera in site.cameras for zone in camera.geofence.zones if _is_named(camera, zone, zone_id)
    ]
    if len(named) == 1:
        return named[0][1]
    if named:
        raise UsageError(f"--zone: several cameras have {zone_id!r} (expected {named[0][0].id}/{zone_id})")
    known = [zone.id for camera in site.cameras for zone in camera.geofence.zones]
    raise UsageError(f"--zone: unknown (got {zone_id!r}, {did_you_mean(zone_id, known)})")


def _is_named(camera: Camera, zone: Zone, name: str) -> bool:
    return name in {zone.id, f"{camera.id}/{zone.id}"}


def _point(text: str) -> tuple[float, float]:
    try:
        longitude, latitude = (float(part) for part in text.split(","))
    except ValueError as error:
        raise UsageError(f"--location: got {text!r}, expected longitude,latitude such as 118.3081,36.8200") from error
    if not (-180 <= longitude <= 180 and -90 <= latitude <= 90):
        raise UsageError(f"--location: got {text!r}, expected -180 to 180 and -90 to 90 degrees")
    return longitude, latitude
