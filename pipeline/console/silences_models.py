"""What is said and answered about silences."""

from typing import Annotated

from pydantic import AwareDatetime, BaseModel, Field

from pipeline.console.rules_models import Answer, Identifier, Reason, SilenceAnswer
from pipeline.observation import CommandKind


class SilencesAnswer(Answer):
    """All that is silent now."""

    silences: list[SilenceAnswer]


class SilenceRequest(BaseModel):
    """A rule, or whole cameras, are to be silent for a while.

    Attributes:
        rule: None: every rule of the cameras.
        cameras: None: all on which the rule looks.
    """

    kind: CommandKind = CommandKind.MUTE
    rule: Identifier | None = None
    cameras: Annotated[list[Identifier], Field(min_length=1, max_length=5000)] | None = None
    until: AwareDatetime
    reason: Annotated[str, Field(min_length=1, max_length=500)]


class SilencedAnswer(Answer):
    """On how many cameras."""

    cameras: int


class EndRequest(BaseModel):
    """A silence is to end now; rule null: that of the whole camera."""

    camera: Identifier
    rule: Identifier | None = None
    reason: Reason = ""
