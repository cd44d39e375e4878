"""The fence files of a site as they are edited: one a camera, or one a view of a PTZ camera."""

from collections.abc import Iterator
from dataclasses import dataclass
from hashlib import sha256
from pathlib import Path

from pipeline.config.resolved import Camera, Site, Zone
from pipeline.console.refusals import not_found
from pipeline.console.versions import Versions


@dataclass(frozen=True, slots=True)
class FenceSheet:
    """One fence file, as the fences of one camera.

    Attributes:
        camera: Whose.
        view: The preset of a PTZ camera; empty: it has one view.
        file: Where the fences are written.
        others: Further places of the same file: `camera`, or `camera/view`.
        spellings: Every path by which the site names the file.
    """

    camera: Camera
    view: str
    file: Path
    others: tuple[str, ...]
    spellings: tuple[Path, ...]

    @property
    def zones(self) -> tuple[Zone, ...]:
        """Its zones and masks, as they are now."""
        fence = self.camera.geofence
        return tuple(zone for zone in (*fence.zones, *fence.masks) if zone.view == self.view)


def sheets_of(camera: Camera) -> Iterator[tuple[str, Path]]:
    """The views of a camera, and the file of each; an empty name where it has one view."""
    fence = camera.geofence
    if fence.file is not None:
        yield "", fence.file
    for view in fence.views:
        yield view.id, view.file


def sheet(site: Site, camera_id: str, view: str) -> FenceSheet:
    """The sheet of a camera's view.

    Raises:
        Refused: There is none.
    """
    camera = next((one for one in site.cameras if one.id == camera_id), None)
    if camera is None:
        raise not_found(f"camera: the site has none of this id (got {camera_id[:80]})")
    files = dict(sheets_of(camera))
    if not files:
        raise not_found(f"camera {camera_id}: the site file names no fence file for it (expected: geofence: FILE)")
    if view not in files:
        raise not_found(f"camera {camera_id}: no such view (got {view[:80]!r}, allowed: {', '.join(files) or 'none'})")
    every = ((one.id, name, path) for one in site.cameras for name, path in sheets_of(one))
    same = [found for found in every if _is_same(found[2], files[view])]
    others = tuple(f"{id_}/{name}" if name else str(id_) for id_, name, _ in same if (id_, name) != (camera.id, view))
    return FenceSheet(camera, view, files[view], others, tuple({path for _, _, path in same}))


def versions_of(site: Site, file: Path) -> Versions:
    """The file's earlier versions."""
    place = file.resolve()
    folder = f"fences-{place.stem}-{sha256(str(place).encode()).hexdigest()[:12]}"
    return Versions(place, site.state / "versions" / folder)


def _is_same(a: Path, b: Path) -> bool:
    # Most paths differ in their names; to ask the disk about 1,600 of them takes its time.
    return a == b or (a.name == b.name and a.resolve() == b.resolve())
