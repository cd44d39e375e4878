"""An operator's word, version 1: what other people's programs write back. Its fields are a contract, as the alert's."""

from datetime import datetime
from typing import Literal, Self

from pydantic import BaseModel, ConfigDict, Field, ValidationError, model_validator

from pipeline.alerts.message import Moment, as_line
from pipeline.errors import UsageError
from pipeline.observation import CommandKind

SCHEMA: Literal["smart-alert-command/1"] = "smart-alert-command/1"
FIELD = "command"
"""The field of a stream's entry that holds the message."""
MOST_BYTES = 64 * 1024
"""A longer message is refused unread."""
_ABOUT_EVENTS = frozenset({CommandKind.ACKNOWLEDGE, CommandKind.CONFIRM, CommandKind.DISMISS})


class CommandMessage(BaseModel):
    """One command. A consumer may drop what it has seen by `id`; fields that it does not know are ignored.

    Attributes:
        id: Made by the sender, never used twice.
        kind: `acknowledge`, `confirm` and `dismiss` speak of one event, `mute` and `maintenance` of a span of time.
        site: The site's id.
        camera: The camera's id.
        event: The event's id; None for a span of time.
        rule: The rule that is muted; None: every rule of the camera. None where one event is meant.
        until: When a span of time ends; None where one event is meant.
        reason: For people.
        by: Who says it.
        at: When it was said.
    """

    model_config = ConfigDict(frozen=True, extra="ignore", populate_by_name=True, serialize_by_alias=True)

    schema_version: Literal["smart-alert-command/1"] = Field(default=SCHEMA, alias="schema")
    id: str = Field(min_length=1, max_length=200)
    kind: CommandKind
    site: str = Field(min_length=1, max_length=200)
    camera: str = Field(min_length=1, max_length=200)
    event: str | None = Field(default=None, min_length=1, max_length=200)
    rule: str | None = Field(default=None, min_length=1, max_length=200)
    until: Moment | None = None
    reason: str = Field(default="", max_length=10_000)
    by: str = Field(default="", max_length=500)
    at: Moment

    @property
    def is_about_event(self) -> bool:
        """Whether it speaks of one event rather than of a span of time."""
        return self.kind in _ABOUT_EVENTS

    def to_json(self) -> str:
        """The message as one canonical line without its line feed."""
        return as_line(self)

    @model_validator(mode="after")
    def _fits_its_kind(self) -> Self:
        if self.is_about_event:
            return self._fits_event()
        return self._fits_span(self.until)

    def _fits_event(self) -> Self:
        if self.event is None:
            raise ValueError(f"event: missing, expected the id of an event to {self.kind}")
        if self.until is not None:
            raise ValueError(f"until: {self.kind} has no end, expected null")
        return self

    def _fits_span(self, until: datetime | None) -> Self:
        if self.event is not None:
            raise ValueError(f"event: {self.kind} is of a rule or a whole camera, expected null")
        if until is None or until <= self.at:
            raise ValueError(f"until: expected a moment after `at` at which the {self.kind} ends")
        return self


def parse_command(line: str | bytes) -> CommandMessage:
    """A command as the pipeline reads it; fields it does not know are ignored.

    Raises:
        UsageError: It is no command of version 1; the message names the first field that does not fit.
    """
    if len(line) > MOST_BYTES:
        raise UsageError(f"command: got {len(line)} bytes (expected a message of {SCHEMA}, at most {MOST_BYTES})")
    try:
        return CommandMessage.model_validate_json(line)
    except ValidationError as error:
        first = error.errors(include_url=False, include_input=False)[0]
        place = ".".join(str(step) for step in first["loc"]) or "the message"
        raise UsageError(f"command: {place}: {first['msg']} (expected a message of {SCHEMA})") from error
