"""Tells a run on this machine, from another process, that its files have changed; and asks what it has in force."""

from dataclasses import dataclass
from pathlib import Path

from pydantic import TypeAdapter, ValidationError

from pipeline.runtime.reloads import RELOAD, SITE, ReloadTold, SiteTold
from pipeline.runtime.run_line import NoRunError, RunLine

_TOLD = TypeAdapter[ReloadTold | None](ReloadTold | None)


@dataclass(frozen=True, slots=True)
class RunWord:
    """What a run says.

    Attributes:
        is_running: Whether one answers.
        told: What came of reading its files again; None: nothing yet, or there is no run.
    """

    is_running: bool
    told: ReloadTold | None


def tell_running(state: Path) -> RunWord:
    """Have the run that has this state folder read its site again. Waits for some seconds for what comes of it."""
    try:
        return RunWord(is_running=True, told=_TOLD.validate_json(RunLine(state).post(RELOAD)))
    except NoRunError:
        return RunWord(is_running=False, told=None)
    except ValidationError:
        # A run of another version: it is told by what it has in force, if at all.
        return RunWord(is_running=True, told=None)


def site_in_force(state: Path) -> SiteTold | None:
    """What the run has in force; None: none answers, or it is of another version."""
    try:
        return SiteTold.model_validate_json(RunLine(state).get(SITE))
    except (NoRunError, ValidationError):
        return None
