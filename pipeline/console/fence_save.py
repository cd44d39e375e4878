"""Fences written to their file, with the version before kept beside it, and told to the pipeline that runs."""

from pipeline.console.accounts import User
from pipeline.console.context import Console
from pipeline.console.fence_run import run_answer
from pipeline.console.fence_sheets import FenceSheet, sheet, versions_of
from pipeline.console.fence_views import version_answers
from pipeline.console.fences_models import ConflictAnswer, SavedFences, SaveFences
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


def save(console: Console, user: User, place: FenceSheet, text: str, asked: SaveFences) -> SavedFences:
    """Write fences that the loader has found right.

    Args:
        console: Whose site it is.
        user: Who saves.
        place: Whose fences.
        text: What is to be written.
        asked: What it is based on, and why.

    Raises:
        FenceConflictError: The file holds something else than it is based on.
        StateError: It cannot be written.
    """
    versions = versions_of(console.site, place.file)
    try:
        version = versions.replace(text.encode(), asked.sha256, Writing(user.name, asked.why, console.now))
    except ConflictError as error:
        raise FenceConflictError(_conflict(versions, asked.sha256)) from error
    name = f"{place.camera.id}/{place.view}" if place.view else str(place.camera.id)
    change = version_answers(versions, versions.listed()[:2])[0]
    told = "; ".join(
        f"{word} {', '.join(ids)}"
        for word, ids in (("added", change.added), ("removed", change.removed), ("changed", change.changed))
        if ids
    )
    console.audit.write(user, "fences.save", name, f"version {version.number}: {told or 'no shape'} ({asked.why})")
    tell_running(console.site.state)
    camera = sheet(console.site, place.camera.id, place.view).camera
    return SavedFences(text=text, sha256=version.sha256, number=version.number, run=run_answer(console, camera))


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
