"""Versions of the site file: who changed it, when and why; one of them can hold again."""

from datetime import datetime
from typing import Annotated

from fastapi import APIRouter, Path, Request

from pipeline.console.context import ConsoleOf
from pipeline.console.guard import Engineer
from pipeline.console.login_api import address_of
from pipeline.console.refusals import not_found, unprocessable
from pipeline.console.rule_edit import judged
from pipeline.console.rule_views import diff_lines, shown_text
from pipeline.console.rules_models import RestoreRequest, SavedAnswer, VersionAnswer, VersionsAnswer, VersionText
from pipeline.console.site_file import refuse_conflict, save, site_text, site_versions
from pipeline.console.versions import Version, fingerprint

Number = Annotated[int, Path(ge=1, le=10**9)]


def router() -> APIRouter:
    """The routes."""
    routes = APIRouter(prefix="/api/site-versions", tags=["rules"])

    @routes.get("")
    def listed(user: Engineer, console: ConsoleOf) -> VersionsAnswer:
        del user
        versions = site_versions(console)
        return VersionsAnswer(sha256=fingerprint(versions.read()), versions=[_answer(one) for one in versions.listed()])

    @routes.get("/{number}")
    def one(number: Number, user: Engineer, console: ConsoleOf) -> VersionText:
        del user
        text = site_text(console)
        before = text.with_bytes(_content(console, number)).text
        return VersionText(text=shown_text(before), diff=diff_lines(text.text, before))

    @routes.post("/{number}/restore")
    def restore(
        number: Number, asked: RestoreRequest, user: Engineer, console: ConsoleOf, request: Request
    ) -> SavedAnswer:
        text = site_text(console)
        refuse_conflict(text, asked.sha256)
        found = judged(text.with_bytes(_content(console, number)))
        if found.faults:
            raise unprocessable(found.faults[0].text)
        saved = save(console, user, found.site, asked.sha256, asked.why or f"version {number} again")
        detail = f"version {saved.version}: {asked.why}"
        console.audit.write(user, "rules.restore", f"version {number}", detail, address_of(request))
        return saved

    return routes


def _content(console: ConsoleOf, number: int) -> bytes:
    versions = site_versions(console)
    if not any(one.number == number for one in versions.listed()):
        raise not_found(f"version {number}: is not kept")
    return versions.content(number)


def _answer(version: Version) -> VersionAnswer:
    return VersionAnswer(
        number=version.number,
        at=datetime.fromisoformat(version.at),
        by=version.by,
        why=version.why,
        sha256=version.sha256,
    )
