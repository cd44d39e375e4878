"""Fences: drawn on a picture, judged, tried on the camera's log, saved, and taken over by the pipeline that runs."""

from typing import Annotated

from fastapi import APIRouter, Path, Query, Request
from fastapi.responses import JSONResponse, Response

from pipeline.config.resolved import Camera, Site
from pipeline.console.context import Console, ConsoleOf
from pipeline.console.fence_draft import Judged, judge
from pipeline.console.fence_run import run_answer
from pipeline.console.fence_save import FenceConflictError, Saver, save
from pipeline.console.fence_sheets import FenceSheet, sheet, versions_of
from pipeline.console.fence_trial import begin_trial, log_of, trial_answer
from pipeline.console.fence_trial_models import FenceTrial, GroundPointsAnswer, TrialBegun
from pipeline.console.fence_views import (
    camera_fences,
    choices,
    faults,
    ground,
    points_answer,
    rules_by_zone,
    version_answers,
)
from pipeline.console.fences_models import (
    CheckedAnswer,
    ConflictAnswer,
    DraftRequest,
    FaultsAnswer,
    FencesAnswer,
    RunAnswer,
    SavedFences,
    SaveFences,
    SheetAnswer,
    VersionsAnswer,
    VersionText,
)
from pipeline.console.first_fences import EMPTY
from pipeline.console.guard import Engineer
from pipeline.console.login_api import address_of
from pipeline.console.refusals import not_found
from pipeline.console.still import still
from pipeline.console.versions import fingerprint
from pipeline.errors import UsageError
from pipeline.observation import NS_PER_S
from pipeline.replay.ground_points import ground_points

_HOUR_NS = 3600 * NS_PER_S
_REFUSALS: dict[int | str, dict[str, object]] = {
    409: {"model": ConflictAnswer, "description": "Somebody else has changed the file since it was read"},
    422: {"model": FaultsAnswer, "description": "The fences are wrong"},
}
CameraPart = Annotated[str, Path(max_length=64)]
View = Annotated[str, Query(max_length=64, description="The preset of a PTZ camera; empty: it has one view.")]


def router() -> APIRouter:
    """The routes."""
    routes = APIRouter(prefix="/api/fences", tags=["fences"])
    _add_sheets(routes)
    _add_versions(routes)
    _add_picture(routes)
    _add_drafts(routes)
    _add_trials(routes)
    return routes


def _add_sheets(routes: APIRouter) -> None:
    @routes.get("")
    def every(user: Engineer, console: ConsoleOf) -> FencesAnswer:
        del user
        site = console.site
        cameras = [camera_fences(site, camera) for camera in site.cameras]
        return FencesAnswer(cameras=cameras, faults=[str(one) for one in console.sites.faults])

    @routes.get("/{camera}")
    def one(camera: CameraPart, user: Engineer, console: ConsoleOf, view: View = "") -> SheetAnswer:
        del user
        return _sheet_answer(console, sheet(console.site, camera, view))

    @routes.get("/{camera}/run")
    def run(camera: CameraPart, user: Engineer, console: ConsoleOf) -> RunAnswer:
        del user
        return run_answer(console, _camera(console.site, camera))


def _add_versions(routes: APIRouter) -> None:
    @routes.get("/{camera}/versions")
    def versions(camera: CameraPart, user: Engineer, console: ConsoleOf, view: View = "") -> VersionsAnswer:
        del user
        kept = versions_of(console.site, sheet(console.site, camera, view).file)
        return VersionsAnswer(versions=version_answers(kept, kept.listed()))

    @routes.get("/{camera}/versions/{number}")
    def version(
        camera: CameraPart,
        number: Annotated[int, Path(ge=1, le=10**9)],
        user: Engineer,
        console: ConsoleOf,
        view: View = "",
    ) -> VersionText:
        del user
        kept = versions_of(console.site, sheet(console.site, camera, view).file)
        try:
            return VersionText(text=kept.content(number).decode("utf-8-sig", "replace"))
        except UsageError as error:
            raise not_found(str(error)) from error


def _add_picture(routes: APIRouter) -> None:
    @routes.get("/{camera}/picture.jpg", response_class=Response, responses={200: {"content": {"image/jpeg": {}}}})
    def picture(camera: CameraPart, user: Engineer, console: ConsoleOf, view: View = "") -> Response:
        del user
        place = sheet(console.site, camera, view)
        found = still(console.site, place.camera, console.database, place.view)
        if found is None:
            raise not_found(f"camera {camera}: there is no picture of it (expected: a run, a recording or evidence)")
        return Response(found, media_type="image/jpeg", headers={"Cache-Control": "no-store"})


def _add_drafts(routes: APIRouter) -> None:
    @routes.post("/{camera}/check")
    def check(camera: CameraPart, asked: DraftRequest, user: Engineer, console: ConsoleOf) -> CheckedAnswer:
        del user
        place = sheet(console.site, camera, asked.view)
        found = _judged(console, place, asked.text)
        return CheckedAnswer(
            faults=faults(found.faults),
            remarks=faults(found.remarks),
            rules_by_zone={} if found.site is None else rules_by_zone(found.site, place),
        )

    @routes.put("/{camera}", response_model=SavedFences, responses=_REFUSALS)
    def put(
        camera: CameraPart, asked: SaveFences, user: Engineer, console: ConsoleOf, request: Request
    ) -> SavedFences | JSONResponse:
        place = sheet(console.site, camera, asked.view)
        found = _judged(console, place, asked.text)
        if found.faults:
            return _refused(found)
        try:
            return save(console, Saver(user, address_of(request)), place, found.text, asked)
        except FenceConflictError as error:
            return JSONResponse(error.answer.model_dump(mode="json"), 409)


def _add_trials(routes: APIRouter) -> None:
    @routes.get("/{camera}/objects")
    def objects(camera: CameraPart, user: Engineer, console: ConsoleOf, view: View = "") -> GroundPointsAnswer:
        del user
        site = console.site
        log = log_of(site, _camera(site, camera).id)
        return points_answer(None if log is None else ground_points(log, _HOUR_NS, view))

    @routes.post("/{camera}/trials", response_model=TrialBegun, responses={422: _REFUSALS[422]})
    def begin(camera: CameraPart, asked: DraftRequest, user: Engineer, console: ConsoleOf) -> TrialBegun | JSONResponse:
        place = sheet(console.site, camera, asked.view)
        found = _judged(console, place, asked.text)
        if found.faults or found.site is None:
            return _refused(found)
        return begin_trial(console, place, found.site, f"fences:{user.name}")

    @routes.get("/{camera}/trials/{trial}")
    def trial(
        camera: CameraPart, trial: Annotated[str, Path(max_length=64)], user: Engineer, console: ConsoleOf
    ) -> FenceTrial:
        del user
        _camera(console.site, camera)
        state = console.trials.state(trial)
        if state is None:
            raise not_found("trial: none of this id, or it was long ago; begin it again")
        return trial_answer(state, console.site)


def _judged(console: Console, place: FenceSheet, text: str) -> Judged:
    return judge(place, text, console.site, console.environ, console.sites.faults)


def _refused(found: Judged) -> JSONResponse:
    first = found.faults[0].text if found.faults else "the site file cannot be read"
    return JSONResponse(FaultsAnswer(error=first, faults=faults(found.faults)).model_dump(mode="json"), 422)


def _camera(site: Site, camera_id: str) -> Camera:
    camera = next((one for one in site.cameras if one.id == camera_id), None)
    if camera is None:
        raise not_found(f"camera: the site has none of this id (got {camera_id})")
    return camera


def _sheet_answer(console: Console, place: FenceSheet) -> SheetAnswer:
    content = EMPTY.encode() if place.is_new else versions_of(console.site, place.file).read()
    return SheetAnswer(
        camera=place.camera.id,
        camera_name=place.camera.name,
        view=place.view,
        views=[view.id for view in place.camera.geofence.views],
        file=place.file.name,
        shared_with=list(place.others),
        text=content.decode("utf-8-sig", "replace"),
        sha256=fingerprint(content),
        ground=ground(place),
        choices=choices(console.routing.now() if console.routing.is_named else None),
    )
