"""Whether the pipeline that runs uses the fences of the file."""

from pipeline.config.resolved import Camera, Site
from pipeline.console.fences_models import RunAnswer
from pipeline.runtime.reloads import SiteTold
from pipeline.runtime.run_word import site_in_force
from pipeline.runtime.site_change import fences_print

_NO_RUN = RunAnswer(is_running=False, in_force=False, since=None, refused_at=None, faults=[])


def run_answer(site: Site, camera: Camera) -> RunAnswer:
    """What the run of the site says of the camera's fences."""
    told = site_in_force(site.state)
    return _NO_RUN if told is None else _answer(told, camera)


def _answer(told: SiteTold, camera: Camera) -> RunAnswer:
    refusal = told.last if told.last is not None and not told.last.is_taken_over else None
    return RunAnswer(
        is_running=True,
        in_force=told.fences.get(camera.id) == fences_print(camera.geofence),
        since=told.since,
        refused_at=None if refusal is None else refusal.at,
        faults=[] if refusal is None else list(refusal.faults),
    )
