"""The kinds of value that our files are made of, each with its own words for a mistake."""

import re
from collections.abc import Callable
from datetime import UTC
from typing import Annotated

from pydantic import BaseModel, BeforeValidator, ConfigDict, Field, Strict, WithJsonSchema
from pydantic_core import PydanticCustomError

from pipeline.config import duration, schedule
from pipeline.config.area import Area, GroundArea, PictureShare

FAULT = "fault"
"""Type of an error whose context holds `fault` and `allowed`, ready to be shown."""


class Part(BaseModel):
    """A mapping of one of our files: unknown keys are refused."""

    model_config = ConfigDict(frozen=True, extra="forbid", arbitrary_types_allowed=True)


def fault(text: str, allowed: str) -> PydanticCustomError:
    """An error that says in these words what is wrong and what is allowed."""
    return PydanticCustomError(FAULT, "{fault} (allowed: {allowed})", {"fault": text, "allowed": allowed})


def text_by(parse: Callable[[str], object], text: str, allowed: str) -> Callable[[object], object]:
    """A validator that reads a text with `parse`, whose ValueError says more."""

    def validate(value: object) -> object:
        if not isinstance(value, str):
            raise fault(text, allowed)
        try:
            return parse(value)
        except ValueError as error:
            raise fault(text, str(error)) from error

    return validate


def _is_schedule(text: str) -> str:
    schedule.parse_schedule(text, UTC)
    return text


_GROUND_AREA = re.compile(r"([0-9]{1,6}(?:\.[0-9]{1,6})?)\s*m(?:2|\u00b2)")
_AREA_ALLOWED = 'a share of the picture from 0 to 1, or square metres such as "0.5m2"'


def _area(value: object) -> Area:
    if isinstance(value, str) and (match := _GROUND_AREA.fullmatch(value.strip())):
        return GroundArea(float(match.group(1)))
    if isinstance(value, int | float) and not isinstance(value, bool) and 0 <= value <= 1:
        return PictureShare(float(value))
    raise fault("no area", _AREA_ALLOWED)


def _identifier(text: str) -> str:
    if not re.fullmatch(r"\w[\w.\-]{0,63}", text):
        raise ValueError("1 to 64 letters, digits, - _ or ., beginning with a letter or digit")
    return text


Identifier = Annotated[
    str,
    BeforeValidator(text_by(_identifier, "no id", "a text; put quotes around a number")),
    WithJsonSchema({"type": "string", "pattern": r"^\w[\w.\-]{0,63}$"}),
]
DurationNs = Annotated[
    int,
    BeforeValidator(text_by(duration.parse_duration, "no duration", duration.ALLOWED)),
    WithJsonSchema({"type": "string", "pattern": duration.SCHEMA_PATTERN}),
]
ScheduleText = Annotated[
    str,
    BeforeValidator(text_by(_is_schedule, "no schedule", schedule.ALLOWED)),
    WithJsonSchema({"type": "string"}),
]
AreaValue = Annotated[
    PictureShare | GroundArea,
    BeforeValidator(_area),
    WithJsonSchema(
        {"anyOf": [{"type": "number", "minimum": 0, "maximum": 1}, {"type": "string", "pattern": _GROUND_AREA.pattern}]}
    ),
]
Flag = Annotated[bool, Strict()]
Whole = Annotated[int, Strict()]
Number = Annotated[float, Strict(), Field(allow_inf_nan=False)]
Share = Annotated[float, Strict(), Field(allow_inf_nan=False, ge=0, le=1)]
Text = Annotated[str, Field(min_length=1, max_length=500)]
