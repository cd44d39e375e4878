"""What is said and answered about events that were missed."""

from typing import Annotated

from pydantic import AwareDatetime, BaseModel, Field, StringConstraints

from pipeline.console.rules_models import Answer, Identifier

LocalTime = Annotated[
    str, Field(min_length=1, max_length=40, description="ISO 8601; without an offset: on the site's clock.")
]


class MissedAnswer(Answer):
    """One event that was not told.

    Attributes:
        zone: Empty: any of the camera.
        ended_at: `started_at` itself where nobody knows.
    """

    number: int
    camera: str
    camera_name: str
    rule: str
    zone: str
    started_at: AwareDatetime
    ended_at: AwareDatetime
    note: str
    by: str
    at: AwareDatetime


class MissedListAnswer(Answer):
    """Those that were said last."""

    missed: list[MissedAnswer]


class MissedRequest(BaseModel):
    """Something happened and was not told.

    Attributes:
        end: Empty: nobody knows.
    """

    camera: Identifier
    rule: Identifier
    zone: Annotated[str, Field(max_length=64)] = ""
    start: LocalTime
    end: Annotated[str, Field(max_length=40)] = ""
    note: Annotated[str, StringConstraints(strip_whitespace=True, max_length=500, pattern=r"^[^\x00]*$")] = ""
