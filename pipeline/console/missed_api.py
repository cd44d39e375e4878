"""What happened and was not told: said on a camera's page, kept in the ledger, read by `smart-alert tune` as labels."""

from collections.abc import Mapping
from dataclasses import replace
from datetime import UTC, datetime, timedelta
from typing import Annotated

from fastapi import APIRouter, Path, Request

from pipeline.config.resolved import Site
from pipeline.config.sources import parse_moment
from pipeline.console.context import ConsoleOf
from pipeline.console.guard import Operator
from pipeline.console.login_api import address_of
from pipeline.console.missed_models import MissedAnswer, MissedListAnswer, MissedRequest
from pipeline.console.refusals import not_found, unprocessable
from pipeline.dispatch.missed import Missed, missed_listed, note_missed, take_back_missed
from pipeline.observation import CameraId, seconds

_MOST = 200


def router() -> APIRouter:
    """The routes."""
    routes = APIRouter(prefix="/api/missed", tags=["statistics"])

    @routes.get("")
    def missed(user: Operator, console: ConsoleOf) -> MissedListAnswer:
        del user
        with console.database.reading() as connection:
            found = missed_listed(connection, most=_MOST)
        names = _names(console.site)
        return MissedListAnswer(missed=[_answer(one, names) for one in found])

    @routes.post("", status_code=201)
    def say(asked: MissedRequest, user: Operator, console: ConsoleOf, request: Request) -> MissedAnswer:
        site = console.site
        told = _meant(site, asked, user.name, console.now)
        with console.database.writing() as connection:
            number = note_missed(connection, told)
        detail = f"{told.camera} / {told.rule}: {told.note}"
        console.audit.write(user, "missed.say", str(number), detail, address_of(request))
        return _answer(replace(told, seq=number), _names(site))

    @routes.delete("/{number}", status_code=204)
    def take_back(
        number: Annotated[int, Path(ge=1, lt=2**63)], user: Operator, console: ConsoleOf, request: Request
    ) -> None:
        with console.database.writing() as connection:
            was_there = take_back_missed(connection, number)
        if not was_there:
            raise not_found(f"missed event {number}: there is none of this number")
        console.audit.write(user, "missed.take_back", str(number), "", address_of(request))

    return routes


def _meant(site: Site, asked: MissedRequest, by: str, now: datetime) -> Missed:
    """What was said, as it is kept; of cameras, rules and fences of the site alone.

    Raises:
        Refused: There is no such camera, rule or fence of the rule, or a time makes no sense.
    """
    camera = next((one for one in site.cameras if one.id == asked.camera), None)
    if camera is None:
        raise not_found(f"camera {asked.camera}: the site has none of this id")
    rule = next((one for one in site.rules if one.id == asked.rule), None)
    if rule is None or CameraId(camera.id) not in rule.zones_by_camera:
        raise not_found(f"rule {asked.rule}: none of this id looks at camera {camera.id}")
    if asked.zone and asked.zone not in rule.zones_by_camera[camera.id]:
        raise not_found(f"zone {asked.zone}: rule {rule.id} looks at none of this id on camera {camera.id}")
    start = _moment(site, "start", asked.start)
    end = _moment(site, "end", asked.end) if asked.end else start
    if not start <= end <= now + timedelta(minutes=1):
        raise unprocessable("end: expected a time that is not before the start, and not to come")
    return Missed(camera.id, rule.id, asked.zone, start, end, asked.note, by, now)


def _moment(site: Site, name: str, text: str) -> datetime:
    try:
        return datetime.fromtimestamp(seconds(parse_moment(text, site.timezone)), UTC)
    except (ValueError, OverflowError, OSError) as error:
        raise unprocessable(f"{name}: got {text!r}, expected {error}") from error


def _names(site: Site) -> dict[str, str]:
    return {str(camera.id): camera.name for camera in site.cameras}


def _answer(one: Missed, names: Mapping[str, str]) -> MissedAnswer:
    return MissedAnswer(
        number=one.seq,
        camera=one.camera,
        camera_name=names.get(one.camera, one.camera),
        rule=one.rule,
        zone=one.zone,
        started_at=one.started_at,
        ended_at=one.ended_at,
        note=one.note,
        by=one.by,
        at=one.at,
    )
