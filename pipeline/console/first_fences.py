"""The first fences of a camera for which the site file names no file yet: the file is made, and named there."""

import re
from pathlib import Path

from pipeline.alerts.durable_file import write_durably
from pipeline.config.document import read_text
from pipeline.config.json_text import json_text
from pipeline.config.resolved import Camera, Site
from pipeline.config.yaml_edit import edited
from pipeline.console.versions import ConflictError, Versions, Writing, fingerprint
from pipeline.errors import UsageError

EMPTY = json_text({"type": "FeatureCollection", "frame": "image", "features": []})
"""What is begun with; a file needs a shape at least."""
_IN_SITE_FILE = re.compile(r"cameras\[(\d+)\]")


def can_begin(site: Site, camera: Camera) -> bool:
    """Whether a fence file can be begun for the camera: it has none, and stands in the site file itself."""
    fence = camera.geofence
    return fence.file is None and not fence.views and _place(site, camera) is not None


def first_file(site: Site, camera: Camera) -> Path:
    """Where the fences of a camera that has none are to be."""
    return site.path.parent / f"{camera.id}.geojson"


def site_with_file(site: Site, camera: Camera) -> str:
    """The site file as it is with the camera's fence file named in it.

    Raises:
        ConfigError: It cannot be read.
        UsageError: It is written so that it has to be changed by hand.
    """
    place = _place(site, camera)
    if place is None:
        raise UsageError(f"camera {camera.id}: is not in the site file itself; name its fence file there by hand")
    text = read_text(site.path, site.path.name)
    return edited(text, site.path.name, ("cameras", place), {("geofence",): first_file(site, camera).name})


def write_first(site: Site, camera: Camera, text: str, site_versions: Versions, writing: Writing) -> None:
    """Write the first fences, then name their file in the site file.

    Raises:
        ConflictError: There is a file of that name, or the site file was changed meanwhile.
        StateError: One of them cannot be written.
        UsageError: The site file has to be changed by hand.
    """
    file = first_file(site, camera)
    if file.exists():
        raise ConflictError(f"{file.name}: there is a file of this name already", ())
    before = fingerprint(site_versions.read())
    changed = site_with_file(site, camera)
    # Nobody reads the file before the site file names it.
    write_durably(file, text.encode())
    try:
        site_versions.replace(changed.encode(), before, writing)
    except ConflictError:
        file.unlink(missing_ok=True)
        raise


def _place(site: Site, camera: Camera) -> int | None:
    """Which of the site file's cameras it is; None: it is one of a table."""
    found = _IN_SITE_FILE.fullmatch(camera.place.key)
    is_here = Path(camera.place.file).absolute() == site.path
    return int(found[1]) if found is not None and is_here else None
