"""Rules and cameras switched off for a while: what is silent now, since when, until when, by whom and why."""

from datetime import datetime, timedelta

from fastapi import APIRouter, Request

from pipeline.config.resolved import Site
from pipeline.console.context import Console, ConsoleOf
from pipeline.console.guard import Operator
from pipeline.console.login_api import address_of
from pipeline.console.refusals import conflict, not_found, unprocessable
from pipeline.console.rules_models import SilenceAnswer
from pipeline.console.silences_models import EndRequest, SilencedAnswer, SilenceRequest, SilencesAnswer
from pipeline.dispatch.ledger_words import Desk, Said, Silence
from pipeline.dispatch.silences import silent_at
from pipeline.observation import CameraId, CommandKind

LONGEST = timedelta(days=366)
_KINDS = (CommandKind.MUTE, CommandKind.MAINTENANCE)
_SOON = timedelta(seconds=1)
"""A silence is ended by a word whose own end has come when the pipeline hears of it."""


def router() -> APIRouter:
    """The routes."""
    routes = APIRouter(prefix="/api/silences", tags=["rules"])

    @routes.get("")
    def silences(user: Operator, console: ConsoleOf) -> SilencesAnswer:
        del user
        return SilencesAnswer(silences=silences_now(console))

    @routes.post("")
    def begin(asked: SilenceRequest, user: Operator, console: ConsoleOf, request: Request) -> SilencedAnswer:
        site, now = console.site, console.now
        cameras = _cameras(site, asked)
        _refuse_span(asked, now)
        words = [Silence(asked.kind, camera, asked.rule, asked.until) for camera in cameras]
        Desk(console.database, site.id).silence_all(words, Said(user.name, asked.reason), now)
        console.live.said()
        subject = asked.rule or ", ".join(cameras[:5])
        detail = f"{len(cameras)} cameras until {asked.until.isoformat()}: {asked.reason}"
        console.audit.write(user, f"rules.{asked.kind}", subject, detail, address_of(request))
        return SilencedAnswer(cameras=len(cameras))

    @routes.post("/end")
    def end(asked: EndRequest, user: Operator, console: ConsoleOf, request: Request) -> SilencedAnswer:
        site, now = console.site, console.now
        found = [one for one in silences_now(console) if (one.camera, one.rule) == (asked.camera, asked.rule)]
        if not found:
            raise conflict(f"{asked.camera}{f' / {asked.rule}' if asked.rule else ''}: is not silent any more")
        word = Silence(found[0].kind, asked.camera, asked.rule, now + _SOON)
        Desk(console.database, site.id).silence(word, Said(user.name, asked.reason), now)
        console.live.said()
        detail = f"{asked.camera}: {asked.reason}"
        console.audit.write(user, "rules.speak", asked.rule or asked.camera, detail, address_of(request))
        return SilencedAnswer(cameras=1)

    return routes


def silences_now(console: Console) -> list[SilenceAnswer]:
    """All that is silent now, what ends first before the others; a word that ends a silence is none."""
    names = {str(camera.id): camera.name for camera in console.site.cameras}
    with console.database.reading() as connection:
        found = silent_at(connection, console.now)
    return [
        SilenceAnswer(
            kind=one.command.kind,
            camera=one.command.camera,
            camera_name=names.get(one.command.camera, one.command.camera),
            rule=one.command.rule,
            since=one.command.at,
            until=one.until,
            by=one.command.by,
            reason=one.command.reason,
            is_sent=one.is_sent,
        )
        for one in found
        if one.until - one.command.at > _SOON
    ]


def _cameras(site: Site, asked: SilenceRequest) -> list[str]:
    """Whom the words are for, in the site's order."""
    looks = None
    if asked.rule is not None:
        rule = next((rule for rule in site.rules if rule.id == asked.rule), None)
        if rule is None:
            raise not_found(f"rule: the site has none of this id (got {asked.rule})")
        looks = rule.zones_by_camera
    if looks is None and asked.cameras is None:
        raise unprocessable("cameras: missing (expected cameras, or a rule)")
    known = [camera.id for camera in site.cameras if looks is None or camera.id in looks]
    wanted = known if asked.cameras is None else asked.cameras
    for camera in wanted:
        if CameraId(camera) not in known:
            where = f"rule {asked.rule} looks" if asked.rule else "the site looks"
            raise not_found(f"cameras: {where} at none of this id (got {camera})")
    return [camera for camera in known if camera in set(wanted)]


def _refuse_span(asked: SilenceRequest, now: datetime) -> None:
    if asked.kind not in _KINDS:
        raise unprocessable(f"kind: got {asked.kind}, allowed: mute or maintenance")
    if not now + _SOON < asked.until <= now + LONGEST:
        raise unprocessable("until: expected a moment to come, within a year")
