"""Whether the pipeline that runs uses the fences of the file."""

from pipeline.config.resolved import Camera
from pipeline.console.context import Console
from pipeline.console.fences_models import RunAnswer
from pipeline.runtime.reloads import SiteTold
from pipeline.runtime.run_word import site_in_force
from pipeline.runtime.site_change import fences_print

_NO_RUN = RunAnswer(is_running=False, in_force=False, since=None, refused_at=None, faults=[])


def run_answer(console: Console, camera: Camera) -> RunAnswer:
    """What the run of the site says of the camera's fences."""
    told = site_in_force(console.site.state)
    if told is None:
        return _NO_RUN
    # Where the site's files are wrong now, what was read before is no longer what they say.
    return _answer(told, camera, is_right=not console.sites.faults)


def _answer(told: SiteTold, camera: Camera, *, is_right: bool) -> RunAnswer:
    refusal = told.last if told.last is not None and not told.last.is_taken_over else None
    return RunAnswer(
        is_running=True,
        in_force=is_right and refusal is None and told.fences.get(camera.id) == fences_print(camera.geofence),
        since=told.since,
        refused_at=None if refusal is None else refusal.at,
        faults=[] if refusal is None else list(refusal.faults),
    )
