"""An event's id in the address of a route."""

from typing import Annotated

from fastapi import Path

from pipeline.console.evidence_names import EVENT_PATTERN

EventId = Annotated[str, Path(pattern=EVENT_PATTERN, description="an event's id")]
