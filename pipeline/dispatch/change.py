"""What one message or one word does to the ledger, as values. Pure."""

from dataclasses import dataclass
from datetime import datetime

from pipeline.dispatch.notice import Notice
from pipeline.dispatch.record import Record

PIPELINE, DISPATCHER = "pipeline", "dispatcher"
"""Who speaks where no person does."""


@dataclass(frozen=True, slots=True)
class Step:
    """One line of an event's history.

    Attributes:
        event: The event's id; empty for a word about a camera.
        at: By the dispatcher's wall clock.
        what: A word, a state of the message, or what the dispatcher did.
        by: Who.
        note: In words.
        standing: Where the event stands after it; empty where it is about no event.
    """

    event: str
    at: datetime
    what: str
    by: str
    note: str
    standing: str


@dataclass(frozen=True, slots=True)
class Attachment:
    """A file that belongs to an event.

    Attributes:
        event: The event's id.
        kind: snapshot, frame, best (the object seen best), clip, or photo (by a person).
        uri: Where it is.
        sha256: Of its content; empty where it is not known.
        by: Who added it.
        at: When.
    """

    event: str
    kind: str
    uri: str
    sha256: str
    by: str
    at: datetime


@dataclass(frozen=True, slots=True)
class Change:
    """All that one message or one word does."""

    record: Record
    steps: tuple[Step, ...] = ()
    attachments: tuple[Attachment, ...] = ()
    notices: tuple[Notice, ...] = ()

    def then(self, later: "Change") -> "Change":
        """Both: what `later` does comes after this, and its record is the one that stays."""
        return Change(
            later.record,
            self.steps + later.steps,
            self.attachments + later.attachments,
            self.notices + later.notices,
        )
