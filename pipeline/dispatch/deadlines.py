"""What is due for an event that is still being worked on: a reminder, or word to somebody higher. Pure."""

from dataclasses import dataclass
from datetime import datetime, timedelta

from pipeline.dispatch.standing import WORKED_ON, Standing


@dataclass(frozen=True, slots=True)
class Deadlines:
    """How much time a severity leaves; counted from when the event was opened.

    Attributes:
        acknowledge: Until the responsible person has it; zero: whenever.
        dispose: Until it is dealt with; zero: whenever.
        remind_every: Between two reminders of the responsible person; zero: none.
        escalate_every: Between two steps up, while it stays late.
    """

    acknowledge: timedelta
    dispose: timedelta
    remind_every: timedelta
    escalate_every: timedelta


@dataclass(frozen=True, slots=True)
class Progress:
    """What is known of an event's way so far.

    Attributes:
        standing: Where it stands.
        opened_at: When somebody became responsible.
        reminded_at: When the last reminder was due; `opened_at` where there was none.
        level: How many steps up it has been told: 0, 1, 2 ...
        escalated_at: When the last of them was due; `opened_at` where there was none.
    """

    standing: Standing
    opened_at: datetime
    reminded_at: datetime
    level: int
    escalated_at: datetime


@dataclass(frozen=True, slots=True)
class Due:
    """What is to be done now.

    Attributes:
        reminds: The responsible person is reminded.
        escalates: The next step up is told.
    """

    reminds: bool
    escalates: bool


def deadline(standing: Standing, opened_at: datetime, limits: Deadlines) -> datetime | None:
    """When the next thing has to have happened; None where nothing has a deadline any more."""
    if standing is Standing.OPEN:
        spans = [limits.acknowledge, limits.dispose]
    else:
        spans = [limits.dispose] if standing is Standing.ACKNOWLEDGED else []
    return min((opened_at + span for span in spans if span), default=None)


def due(progress: Progress, limits: Deadlines, highest: int, now: datetime) -> Due:
    """What is due at a moment; after a long pause one reminder and one step, not all that were missed.

    Args:
        progress: The event's.
        limits: Of its severity.
        highest: How many steps up there are.
        now: The dispatcher's wall clock.
    """
    if progress.standing not in WORKED_ON:
        return Due(reminds=False, escalates=False)
    reminds = bool(limits.remind_every) and now >= progress.reminded_at + limits.remind_every
    limit = deadline(progress.standing, progress.opened_at, limits)
    is_late = limit is not None and now >= limit
    is_next = progress.level == 0 or now >= progress.escalated_at + limits.escalate_every
    return Due(reminds=reminds, escalates=is_late and is_next and progress.level < highest)
