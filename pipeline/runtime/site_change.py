"""What differs between two versions of a site, and whether a run can take it over."""

import hashlib

from pipeline.config.resolved import Geofence, Rule, Site
from pipeline.errors import UsageError
from pipeline.observation import CameraId


def rules_of(site: Site, camera: CameraId) -> list[Rule]:
    """The rules that look at a camera."""
    return [rule for rule in site.rules if camera in rule.zones_by_camera]


def refuse_restart_only(before: Site, after: Site) -> None:
    """What belongs to the whole run stays as it was started.

    Raises:
        UsageError: Something of that changed.
    """
    changed = [
        key
        for key, old, new in (
            ("site.id", before.id, after.id),
            ("site.timezone", before.timezone, after.timezone),
            ("state", before.state, after.state),
            ("redis", before.redis, after.redis),
            ("detector", before.detector, after.detector),
            ("specialists", before.specialists, after.specialists),
            ("operation", before.operation, after.operation),
            ("evidence", (before.evidence, before.evidence_folder), (after.evidence, after.evidence_folder)),
            ("noise", before.noise, after.noise),
        )
        if old != new
    ]
    if changed:
        raise UsageError(f"{after.path}: a change of {', '.join(changed)} needs a new start; the old file goes on")


def fences_print(fence: Geofence) -> str:
    """What tells a camera's fences from others, wherever their files lie: the same zones and masks give the same."""
    views = tuple(view.id for view in fence.views)
    return hashlib.sha256(repr((fence.zones, fence.masks, fence.ground, views)).encode()).hexdigest()[:16]
