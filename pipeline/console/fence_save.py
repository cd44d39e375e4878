"""Fences written to their file, with the version before kept beside it, and told to the pipeline that runs."""

from dataclasses import dataclass

from pipeline.console.accounts import User
from pipeline.console.context import Console
from pipeline.console.fence_run import run_answer
from pipeline.console.fence_sheets import FenceSheet, sheet, versions_of
from pipeline.console.fence_views import version_answers
from pipeline.console.fences_models import ConflictAnswer, SavedFences, SaveFences
from pipeline.console.first_fences import write_first
from pipeline.console.site_file import site_versions
from pipeline.console.versions import ConflictError, Versions, Writing, fingerprint
from pipeline.runtime.run_word import tell_running


class FenceConflictError(Exception):
    """Somebody else has changed the file since it was read.

    Attributes:
        answer: By whom, and what it holds now.
    """

    def __init__(self, answer: ConflictAnswer) -> None:
        super().__init__(answer.error)
        self.answer = answer


@dataclass(frozen=True, slots=True)
class Saver:
    """Who saves.

    Attributes:
        address: The browser's.
    """

    user: User
    address: str


def save(console: Console, by: Saver, place: FenceSheet, text: str, asked: SaveFences) -> SavedFences:
    """Write fences that the loader has found right.

    Args:
        console: Whose site it is.
        by: Who saves, from where.
        place: Whose fences.
        text: What is to be written.
        asked: What it is based on, and why.

    Raises:
        FenceConflictError: The file holds something else than it is based on.
        StateError: It cannot be written.
    """
    versions = versions_of(console.site, place.file)
    writing = Writing(by.user.name, asked.why, console.now)
    try:
        if place.is_new:
            write_first(console.site, place.camera, text, site_versions(console), writing)
        version = versions.replace(text.encode(), _base(place, text, asked), writing)
    except ConflictError as error:
        found = ConflictAnswer(error=str(error)) if place.is_new else _conflict(versions, asked.sha256)
        raise FenceConflictError(found) from error
    name = f"{place.camera.id}/{place.view}" if place.view else str(place.camera.id)
    change = version_answers(versions, versions.listed()[:2])[0]
    told = "; ".join(
        f"{word} {', '.join(ids)}"
        for word, ids in (("added", change.added), ("removed", change.removed), ("changed", change.changed))
        if ids
    )
    detail = f"version {version.number}: {told or 'no shape'} ({asked.why})"
    console.audit.write(by.user, "fences.save", name, detail, by.address)
    tell_running(console.site.state)
    camera = sheet(console.site, place.camera.id, place.view).camera
    return SavedFences(text=text, sha256=version.sha256, number=version.number, run=run_answer(console, camera))


def _base(place: FenceSheet, text: str, asked: SaveFences) -> str:
    """What the file holds as it is replaced: a new one is there already, for its first version to be noted."""
    return fingerprint(text.encode()) if place.is_new else asked.sha256


def _conflict(versions: Versions, base: str) -> ConflictAnswer:
    content = versions.read()
    listed = versions.listed()
    told = version_answers(versions, listed)
    known = next((n for n, one in enumerate(listed) if one.sha256 == base), len(listed))
    return ConflictAnswer(
        error=f"{versions.file.name}: was changed meanwhile by {_who([one.by for one in told[:known]])}",
        sha256=fingerprint(content),
        text=content.decode("utf-8-sig", "replace"),
        since=told[:known],
    )


def _who(names: list[str]) -> str:
    known = list(dict.fromkeys(name for name in names if name))
    return ", ".join(known) if known else "other means than this page"
