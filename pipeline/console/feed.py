"""What reaches the browsers that are open: one stream of server-sent events each."""

from collections.abc import AsyncIterator

import anyio
from fastapi import APIRouter
from sse_starlette import EventSourceResponse, ServerSentEvent

from pipeline.console.guard import Operator

_BEAT_S = 5.0


def router() -> APIRouter:
    """The routes."""
    routes = APIRouter(prefix="/api", tags=["live"])

    @routes.get("/live", response_class=EventSourceResponse)
    async def live(user: Operator) -> EventSourceResponse:
        del user
        return EventSourceResponse(_beats())

    return routes


async def _beats() -> AsyncIterator[ServerSentEvent]:
    while True:
        yield ServerSentEvent(data="{}", event="beat")
        await anyio.sleep(_BEAT_S)
