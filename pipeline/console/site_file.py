"""The site file as the pages change it: read, held against what one has seen, replaced, taken over by what runs."""

from pipeline.console.accounts import User
from pipeline.console.context import Console
from pipeline.console.refusals import conflict
from pipeline.console.rule_edit import SiteText
from pipeline.console.rules_models import SavedAnswer
from pipeline.console.versions import ConflictError, Versions, Writing, fingerprint
from pipeline.runtime.run_word import tell_running

_CHANGED = "the site file was changed meanwhile; load it again before you save"


def site_versions(console: Console) -> Versions:
    """The site file with its earlier versions."""
    site = console.site
    return Versions(site.path, site.state / "versions" / "site")


def site_text(console: Console) -> SiteText:
    """The site file as it is now.

    Raises:
        StateError: It cannot be read.
    """
    return SiteText(console.site.path, site_versions(console).read(), console.environ)


def refuse_conflict(text: SiteText, sha256: str) -> None:
    """What is saved must be based on what is there.

    Raises:
        Refused: It is not.
    """
    if fingerprint(text.content) != sha256:
        raise conflict(_CHANGED)


def save(console: Console, user: User, text: SiteText, sha256: str, why: str) -> SavedAnswer:
    """Replace the file by one that the loader has found right, and tell the running pipeline.

    Args:
        console: Whose site it is.
        user: Who does it.
        text: The new one.
        sha256: Of what it is based on.
        why: In words.

    Raises:
        Refused: Somebody else was quicker.
        StateError: The file cannot be written.
    """
    try:
        version = site_versions(console).replace(text.content, sha256, Writing(user.name, why, console.now))
    except ConflictError as error:
        raise conflict(_CHANGED) from error
    word = tell_running(console.site.state)
    told = "" if word.told is None else "; ".join(word.told.faults)
    is_taken_over = word.told is not None and word.told.is_taken_over
    return SavedAnswer(
        sha256=version.sha256,
        version=version.number,
        taken_over=is_taken_over if word.is_running else None,
        told=told,
    )
