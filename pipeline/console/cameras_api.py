"""The routes of the page about cameras: how each is, what it shows, and how its last day was."""

from collections.abc import Mapping
from datetime import datetime
from functools import cache
from typing import Annotated

from fastapi import APIRouter, Query, Response
from pydantic import BaseModel, ConfigDict, Field

from pipeline.alerts.message import utc
from pipeline.config.resolved import Camera, LiveSource, Site, Zone
from pipeline.config.vocabulary import load_vocabulary
from pipeline.console.context import ConsoleOf
from pipeline.console.guard import Operator
from pipeline.console.refusals import not_found
from pipeline.console.still import still
from pipeline.replay.camera_day import CameraDay, camera_day
from pipeline.replay.live_log import LOG_FOLDER
from pipeline.runtime.run_line import NoRunError, RunLine, parsed
from pipeline.runtime.run_messages import CameraTold, RunTold

MOST_PICTURES = 64
"""Of one answer."""
NO_RUN, NOT_WATCHED = "no_run", "not_watched"
_CameraId = Annotated[str, Field(max_length=64)]


class _Answer(BaseModel):
    model_config = ConfigDict(frozen=True)


class CameraListed(_Answer):
    """One camera, in short."""

    id: str
    name: str
    state: str = Field(
        description="`connected`, `connecting`, `unreachable`, `ended`; `no_run`: no run is up; `not_watched`: the run "
        "that is up has not taken it over."
    )
    since: datetime | None = Field(default=None, description="Since when; null: not known.")
    fault: str = Field(default="", description="Why it is not connected, one line.")
    blind: str = Field(default="", description="Why it sees nothing; empty: it sees.")
    blind_since: datetime | None = None
    faults: tuple[str, ...] = Field(default=(), description="Kinds of the camera faults that are open.")
    pictures_per_s: float = Field(default=0.0, description="That it sends; 0: not known.")
    looks_per_s: float | None = None
    lag_s: float | None = Field(default=None, description="From capture to the end of reasoning, of the newest look.")


class CamerasAnswer(_Answer):
    """All cameras of the site, in its order."""

    is_run_up: bool
    note: str = Field(description="What is to be known of the run, one line; empty: all is well.")
    is_overloaded: bool
    cameras: tuple[CameraListed, ...]


class FenceDrawn(_Answer):
    """One fence, as it is drawn."""

    id: str
    name: str
    category: str
    points: tuple[tuple[float, float], ...] = Field(description="Corners as shares of the picture, in [0, 1].")
    is_line: bool
    is_mask: bool
    view: str = Field(description="The preset of a PTZ camera in which it holds; else empty.")
    grid: str
    responsible: str


class ClassTitle(_Answer):
    """The name of a class of objects, for people."""

    zh: str
    en: str


class CameraAnswer(_Answer):
    """One camera."""

    id: str
    name: str
    is_live: bool = Field(description="A camera; else a recording in its place.")
    rules: tuple[str, ...] = Field(description="Those that look at it.")
    zones_by_rule: dict[str, tuple[str, ...]] = Field(description="Of those, on which of its fences.")
    fences: tuple[FenceDrawn, ...]
    told: CameraTold | None = Field(description="What the run says of it; null: none is up, or it has it not.")
    note: str = Field(description="Why `told` is null; else empty.")


class FencesAnswer(_Answer):
    """Fences of several cameras, by camera, and the names of classes."""

    fences: dict[str, tuple[FenceDrawn, ...]]
    titles: dict[str, ClassTitle]


class SpellTold(_Answer):
    """A time in which a camera saw nothing."""

    cause: str
    since: datetime
    until: datetime = Field(description="The last that is known of it.")
    is_over: bool


class HourTold(_Answer):
    """One hour of a camera."""

    start: datetime
    looks: int
    pictures_per_s: float = Field(description="That it sent, on average; 0: nobody counted.")
    blind_s: float


class DayAnswer(_Answer):
    """The last day that the log knows of, in the camera's own time."""

    until: datetime | None = Field(description="The last entry of the log; null: there is none.")
    spells: tuple[SpellTold, ...]
    hours: tuple[HourTold, ...]


def router() -> APIRouter:
    """The routes."""
    routes = APIRouter(prefix="/api", tags=["cameras"])
    routes.get("/cameras", response_model_exclude_defaults=True)(_cameras)
    routes.get("/camera-fences")(_fences)
    jpeg: dict[int | str, dict[str, object]] = {200: {"content": {"image/jpeg": {}}}}
    routes.get("/cameras/{camera}/picture.jpg", response_class=Response, responses=jpeg)(_picture)
    still_or_none = jpeg | {204: {"description": "There is none"}}
    routes.get("/cameras/{camera}/still.jpg", response_class=Response, responses=still_or_none)(_still)
    routes.get("/cameras/{camera}/day")(_day)
    routes.get("/cameras/{camera}")(_camera)
    bundle: dict[int | str, dict[str, object]] = {200: {"content": {"application/octet-stream": {}}}}
    routes.get("/pictures", response_class=Response, responses=bundle)(_pictures)
    return routes


def _cameras(user: Operator, console: ConsoleOf) -> CamerasAnswer:
    """How every camera is."""
    del user
    site = console.site
    run, note = _run(site)
    told = {} if run is None else {one.camera: one for one in run.cameras}
    return CamerasAnswer(
        is_run_up=run is not None,
        note=note,
        is_overloaded=run is not None and run.is_overloaded,
        cameras=tuple(_listed(camera, run, told.get(camera.id)) for camera in site.cameras),
    )


def _camera(camera: _CameraId, user: Operator, console: ConsoleOf) -> CameraAnswer:
    """One camera: its fences, and how it is."""
    del user
    site = console.site
    found = _found(site, camera)
    run, note = _run(site)
    told = None if run is None else next((one for one in run.cameras if one.camera == camera), None)
    if run is not None and told is None:
        note = "the run has not taken this camera over yet"
    zones_by_rule = {rule.id: rule.zones_by_camera.get(found.id) for rule in site.rules if rule.enabled}
    looking = {rule: tuple(zones) for rule, zones in zones_by_rule.items() if zones is not None}
    return CameraAnswer(
        id=found.id,
        name=found.name,
        is_live=isinstance(found.source, LiveSource),
        rules=tuple(looking),
        zones_by_rule={str(rule): zones for rule, zones in looking.items()},
        fences=_drawn(found),
        told=told,
        note=note,
    )


def _fences(
    user: Operator, console: ConsoleOf, camera: Annotated[list[_CameraId], Query(max_length=MOST_PICTURES)]
) -> FencesAnswer:
    """The fences of some cameras; those that the site does not have are passed over."""
    del user
    wanted = set(camera)
    return FencesAnswer(
        fences={one.id: _drawn(one) for one in console.site.cameras if one.id in wanted}, titles=dict(_titles())
    )


def _pictures(
    user: Operator,
    console: ConsoleOf,
    camera: Annotated[list[_CameraId], Query(max_length=MOST_PICTURES)],
    had: Annotated[list[_CameraId], Query(max_length=MOST_PICTURES)] = [],  # noqa: B006 - FastAPI copies it
    *,
    full: bool = False,
) -> Response:
    """What some cameras show: a line of JSON (`PicturesTold`), then the JPEGs it tells of, one after the other.

    `had` names, in the cameras' order, the pictures that are there already (`-`: none), which are not sent again.
    Cameras that the run does not have are passed over.
    """
    del user
    body = RunLine(console.site.state).pictures(camera, had, is_full=full)
    return Response(body, media_type="application/octet-stream")


def _picture(camera: _CameraId, user: Operator, console: ConsoleOf, *, full: bool = False) -> Response:
    """The newest picture of a camera; it may take a moment after the first time it is asked for."""
    del user
    site = console.site
    _found(site, camera)
    found = parsed(RunLine(site.state).pictures([camera], [], is_full=full))
    if not found.jpegs:
        raise not_found(f"camera {camera}: there is no picture yet (expected: ask again)")
    return Response(found.jpegs[0], media_type="image/jpeg")


def _still(camera: _CameraId, user: Operator, console: ConsoleOf) -> Response:
    """What a camera shows, or has shown: from the run, the recording, or the newest evidence; 204: there is nothing."""
    del user
    site = console.site
    found = still(site, _found(site, camera), console.database)
    # Not an error: a browser would fill its console with them.
    return Response(status_code=204) if found is None else Response(found, media_type="image/jpeg")


def _day(camera: _CameraId, user: Operator, console: ConsoleOf) -> DayAnswer:
    """How a camera's last day was, as its log knows it."""
    del user
    site = console.site
    day = camera_day(site.state / LOG_FOLDER / _found(site, camera).id)
    return DayAnswer(until=None, spells=(), hours=()) if day is None else _day_told(day)


def _run(site: Site) -> tuple[RunTold | None, str]:
    """What the run says; where there is none, why."""
    try:
        return RunLine(site.state).cameras(), ""
    except NoRunError as error:
        return None, str(error)


def _found(site: Site, camera: str) -> Camera:
    found = next((one for one in site.cameras if one.id == camera), None)
    if found is None:
        raise not_found(f"camera {camera[:64]}: the site has none of this id")
    return found


def _listed(camera: Camera, run: RunTold | None, told: CameraTold | None) -> CameraListed:
    if told is None:
        return CameraListed(id=camera.id, name=camera.name, state=NO_RUN if run is None else NOT_WATCHED)
    return CameraListed(
        id=camera.id,
        name=camera.name,
        state=told.state,
        since=told.since,
        fault=told.fault,
        blind="" if told.blind is None else told.blind.cause,
        blind_since=None if told.blind is None else told.blind.since,
        faults=told.faults,
        pictures_per_s=told.pictures_per_s,
        looks_per_s=told.looks_per_s,
        lag_s=told.lag_s,
    )


def _drawn(camera: Camera) -> tuple[FenceDrawn, ...]:
    return tuple(_fence(zone) for zone in (*camera.geofence.zones, *camera.geofence.masks))


def _fence(zone: Zone) -> FenceDrawn:
    return FenceDrawn(
        id=zone.id,
        name=zone.name,
        category=zone.category,
        points=zone.points,
        is_line=zone.is_line,
        is_mask=zone.mask,
        view=zone.view,
        grid=zone.grid,
        responsible=zone.responsible,
    )


@cache
def _titles() -> Mapping[str, ClassTitle]:
    return {name: ClassTitle(zh=title.zh, en=title.en) for name, title in load_vocabulary().titles.items()}


def _day_told(day: CameraDay) -> DayAnswer:
    return DayAnswer(
        until=utc(day.until),
        spells=tuple(
            SpellTold(cause=one.cause.value, since=utc(one.since), until=utc(one.until), is_over=one.is_over)
            for one in day.spells
        ),
        hours=tuple(
            HourTold(start=utc(one.start), looks=one.looks, pictures_per_s=one.pictures_per_s, blind_s=one.blind_s)
            for one in day.hours
        ),
    )
